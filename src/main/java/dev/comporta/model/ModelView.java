package dev.comporta.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A {@link Model} as the admin API shows it: the columns of the table in camel case. */
@RegisterForReflection
public record ModelView(
        UUID id,
        String provider,
        String modelName,
        String gatewayIdentifier,
        List<String> aliases,
        @Nullable List<String> fallbackChain,
        Map<String, Boolean> capabilities,
        @Nullable Integer contextWindow,
        @Nullable Integer maxOutputTokens,
        @Nullable BigDecimal inputPricePerMillion,
        @Nullable BigDecimal outputPricePerMillion,
        @Nullable BigDecimal cachedInputPricePerMillion,
        @Nullable BigDecimal cacheWritePricePerMillion,
        @Nullable BigDecimal reasoningPricePerMillion,
        List<PriceTier> priceTiers,
        UnitPrices unitPrices,
        @Nullable String priceSource,
        @Nullable LocalDate priceVerifiedAt,
        ModelStatus status,
        @Nullable LocalDate deprecationDate,
        @JsonProperty("isActive") boolean isActive,
        @JsonProperty("isEdited") boolean isEdited,
        @Nullable String description,
        Instant createdAt,
        Instant updatedAt) {

    static ModelView of(Model model) {
        return new ModelView(
                model.id(),
                model.provider(),
                model.name(),
                model.identifier(),
                model.aliases(),
                model.isAlias() ? model.fallbackChain() : null,
                model.capabilities(),
                model.contextWindow(),
                model.maxOutputTokens(),
                model.prices().input(),
                model.prices().output(),
                model.prices().cachedInput(),
                model.prices().cacheWrite(),
                model.prices().reasoning(),
                model.prices().tiers(),
                model.prices().units(),
                model.priceSource(),
                model.priceVerifiedAt(),
                model.status(),
                model.deprecationDate(),
                model.active(),
                model.edited(),
                model.description(),
                model.createdAt(),
                model.updatedAt());
    }
}
