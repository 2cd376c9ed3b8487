package dev.comporta.model;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a model cost for a while: a row of {@code model_prices}, with columns in camel case.
 *
 * @param validTo null while these prices hold
 * @param priceTiers JSON
 * @param unitPrices JSON
 * @param changedBy {@code seed}, {@code sync} or {@code edit}
 */
@RegisterForReflection
public record PastPrice(
        String gatewayIdentifier,
        Instant validFrom,
        @Nullable Instant validTo,
        @Nullable BigDecimal inputPricePerMillion,
        @Nullable BigDecimal outputPricePerMillion,
        @Nullable BigDecimal cachedInputPricePerMillion,
        @Nullable BigDecimal cacheWritePricePerMillion,
        @Nullable BigDecimal reasoningPricePerMillion,
        @JsonRawValue String priceTiers,
        @JsonRawValue String unitPrices,
        @Nullable String source,
        String changedBy) {}
