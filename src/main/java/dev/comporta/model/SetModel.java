package dev.comporta.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A whole row as an administrator wants it. What is absent is unknown or takes its default: {@code active}, no aliases,
 * no tiers. Fields are those of {@link ModelView}; prices are USD per million tokens.
 *
 * @param provider the provider's name, or {@code alias} for a name that stands for {@code fallbackChain}
 * @param modelName the model's own name, or that of the alias
 * @param fallbackChain of an alias, and only there: {@code provider/model} names in the order in which to try them
 * @param isActive by default true, unless {@code status} is retired
 */
@RegisterForReflection
public record SetModel(
        @NotNull @Size(max = 63) @Pattern(regexp = "[a-z0-9][a-z0-9-]*")
        String provider,

        @NotNull @Size(min = 1, max = ModelName.MAX_LENGTH) String modelName,

        @Size(max = 50) @Nullable List<@NotNull String> aliases,

        @Size(min = 1, max = 10) @Nullable List<@NotNull String> fallbackChain,

        @Size(max = 50) @Nullable Map<@Size(min = 1, max = 50) String, @NotNull Boolean> capabilities,

        @Positive @Nullable Integer contextWindow,
        @Positive @Nullable Integer maxOutputTokens,

        @DecimalMin("0") @Digits(integer = 9, fraction = 12) @Nullable
        BigDecimal inputPricePerMillion,

        @DecimalMin("0") @Digits(integer = 9, fraction = 12) @Nullable
        BigDecimal outputPricePerMillion,

        @DecimalMin("0") @Digits(integer = 9, fraction = 12) @Nullable
        BigDecimal cachedInputPricePerMillion,

        @DecimalMin("0") @Digits(integer = 9, fraction = 12) @Nullable
        BigDecimal cacheWritePricePerMillion,

        @DecimalMin("0") @Digits(integer = 9, fraction = 12) @Nullable
        BigDecimal reasoningPricePerMillion,

        @Size(max = 20) @Nullable List<@NotNull @Valid PriceTier> priceTiers,

        @Valid @Nullable UnitPrices unitPrices,

        @Size(max = 2000) @Nullable String priceSource,
        @Nullable LocalDate priceVerifiedAt,
        @Nullable ModelStatus status,
        @Nullable LocalDate deprecationDate,
        @JsonProperty("isActive") @Nullable Boolean isActive,
        @Size(max = 2000) @Nullable String description) {

    /** @throws GatewayError {@link ErrorCode#INVALID_REQUEST} where fields are each well but not together */
    void check() {
        refuseFlaw("modelName", modelName);
        if (aliases != null) {
            aliases.forEach(alias -> refuseFlaw("aliases", alias));
        }
        boolean isAlias = provider.equals(Model.ALIAS);
        if (isAlias && fallbackChain == null) {
            throw invalid("fallbackChain", "An alias needs a fallbackChain, such as [\"openai/gpt-4o-mini\"].");
        }
        if (!isAlias && fallbackChain != null) {
            throw invalid("fallbackChain", "Only a row of provider \"alias\" has a fallbackChain.");
        }
        if (isAlias && aliases != null && !aliases.isEmpty()) {
            throw invalid("aliases", "An alias has no aliases of its own; make another one.");
        }
        if (fallbackChain != null) {
            fallbackChain.forEach(SetModel::checkMember);
        }
    }

    /** What the row will be known by. */
    String identifier() {
        return provider.equals(Model.ALIAS) ? modelName : provider + "/" + modelName;
    }

    private static void checkMember(String member) {
        refuseFlaw("fallbackChain", member);
        if (member.indexOf('/') < 0 || member.startsWith(Model.ALIAS + "/")) {
            throw invalid("fallbackChain", "Each name in a fallbackChain is written provider/model.");
        }
    }

    private static void refuseFlaw(String param, String name) {
        String flaw = ModelName.flaw(name);
        if (flaw != null) {
            throw invalid(param, "A model name " + flaw + ".");
        }
    }

    private static GatewayError invalid(String param, String message) {
        return new GatewayError(ErrorCode.INVALID_REQUEST, message, param);
    }
}
