package dev.comporta.model;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;

/**
 * What a price sync did, or would do.
 *
 * @param source where the prices were read, without what may be secret in an address
 * @param digest the SHA-256 of the document; a later sync that names it applies this very document or nothing
 * @param added sorted, the first thousand
 * @param addedOmitted how many more there are
 * @param unknown gateway identifiers of the registry's models of which the source knows nothing
 * @param skippedEdited those whose prices differ and stay as they are, because somebody edited the row
 */
@RegisterForReflection
public record SyncReport(
        String source,
        String digest,
        boolean dryRun,
        List<PriceChange> changed,
        List<AddedModel> added,
        int addedOmitted,
        List<String> unknown,
        List<String> skippedEdited) {

    /** In a few words, for logs and lists of jobs. */
    String summary() {
        long applied = changed.stream().filter(PriceChange::applied).count();
        long waiting = changed.stream()
                .filter(change -> "needs_approval".equals(change.reason()))
                .count();
        return "%d prices changed, %d wait for approval, %d refused, %d models added"
                .formatted(
                        applied,
                        waiting,
                        changed.size() - applied - waiting,
                        added.stream().filter(AddedModel::applied).count());
    }
}
