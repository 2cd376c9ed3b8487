package dev.comporta.model;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model of a known provider that a price source has and the registry has not.
 *
 * @param model what its gateway identifier is or would be
 * @param prices by field, as in {@link PriceChange}
 * @param applied whether it was added, in a dry run: whether it would be
 * @param reason why it is not: {@code needs_approval}, or {@code no_price} if it has none or one that is no price; null
 *     if it is
 */
@RegisterForReflection
public record AddedModel(
        String model,
        Map<String, BigDecimal> prices,
        boolean applied,
        @Nullable String reason) {}
