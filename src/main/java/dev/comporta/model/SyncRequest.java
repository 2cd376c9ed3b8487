package dev.comporta.model;

import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of a price sync is wanted.
 *
 * @param models gateway identifiers; only these are touched, and what waits for approval is approved for them. Without
 *     it, all that needs no approval
 * @param digest of the report that was looked at; another document is then refused
 */
@RegisterForReflection
public record SyncRequest(
        @Size(min = 1, max = 1_000) @Nullable List<@NotNull String> models,
        @Pattern(regexp = "[0-9a-f]{64}") @Nullable String digest) {

    static final SyncRequest ALL = new SyncRequest(null, null);
}
