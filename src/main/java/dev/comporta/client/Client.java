package dev.comporta.client;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.UUID;

/**
 * A tenant: who is budgeted, limited and reported. As it is stored, and as the admin API shows it.
 *
 * @param slug its readable name, unique, also among deleted clients
 * @param rolloutPercentage of all clients, how many go through the gateway; see {@link #goesThroughGateway()}
 * @param displayCurrency {@code USD}, {@code EUR} or {@code BRL}
 * @param timeZone an IANA id, in which its days and months begin
 * @param logPayloads whether prompts and answers are kept
 */
@RegisterForReflection
public record Client(
        UUID id,
        String name,
        String slug,
        boolean useAiGateway,
        int rolloutPercentage,
        String displayCurrency,
        String timeZone,
        boolean logPayloads,
        Instant createdAt,
        Instant updatedAt) {

    /** The client that the shared key means when a call names none. */
    public static final String DEFAULT_SLUG = "default";

    /**
     * Whether its calls go through the gateway rather than direct. Each client has a fixed place between 0 and 99 that
     * follows from its id, so raising the percentage adds clients and never takes one away.
     */
    public boolean goesThroughGateway() {
        return useAiGateway && Math.floorMod(id.hashCode(), 100) < rolloutPercentage;
    }

    /** Whether {@code idOrSlug} names this client. */
    public boolean isNamed(String idOrSlug) {
        return slug.equalsIgnoreCase(idOrSlug) || id.toString().equalsIgnoreCase(idOrSlug);
    }
}
