package dev.comporta.model;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code ai_models_registry}. Immutable.
 *
 * @param provider the provider's name, or {@link #ALIAS}
 * @param name the model's own name as the provider knows it; it may contain slashes
 * @param identifier {@code provider/name}, for an alias its name alone; unique
 * @param aliases other names by which the provider knows the same model
 * @param fallbackChain of an alias: the ordered identifiers that it stands for; empty otherwise
 * @param capabilities by name, such as {@code vision}; what is absent is unknown
 * @param contextWindow in tokens, null if unknown
 * @param maxOutputTokens null if unknown
 * @param priceVerifiedAt the day on which {@code priceSource} was read
 * @param deprecationDate the day on which the provider stops, or stopped, serving it; null if none is known
 * @param active whether it is listed and may be asked for by its bare name
 * @param edited whether an operator changed the row, so that seed data leave it alone
 */
public record Model(
        UUID id,
        String provider,
        String name,
        String identifier,
        List<String> aliases,
        List<String> fallbackChain,
        Map<String, Boolean> capabilities,
        @Nullable Integer contextWindow,
        @Nullable Integer maxOutputTokens,
        Prices prices,
        @Nullable String priceSource,
        @Nullable LocalDate priceVerifiedAt,
        ModelStatus status,
        @Nullable LocalDate deprecationDate,
        boolean active,
        boolean edited,
        @Nullable String description,
        Instant createdAt,
        Instant updatedAt) {

    /** The provider of rows that are no model but stand for a fallback chain. */
    public static final String ALIAS = "alias";

    public boolean isAlias() {
        return provider.equals(ALIAS);
    }

    /** Whether an operator forbade it: a retired row is inactive too, but by the provider's doing. */
    public boolean isSwitchedOff() {
        return !active && status != ModelStatus.RETIRED;
    }

    /** Whether it is known to have the capability. */
    public boolean can(String capability) {
        return capabilities.getOrDefault(capability, false);
    }
}
