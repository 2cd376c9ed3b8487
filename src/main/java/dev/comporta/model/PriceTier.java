package dev.comporta.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Positive;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Prices of a whole request whose prompt is long. In USD per million tokens. Also the form of an element of
 * {@code price_tiers} and {@code priceTiers}.
 *
 * @param abovePromptTokens the tier holds for prompts of more tokens than this
 * @param cachedInput null if it is the tier's {@code input}
 * @param cacheWrite null if it is the tier's {@code input}
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PriceTier(
        @Positive long abovePromptTokens,

        @NotNull @DecimalMin("0") @Digits(integer = 9, fraction = 12)
        BigDecimal input,

        @NotNull @DecimalMin("0") @Digits(integer = 9, fraction = 12)
        BigDecimal output,

        @DecimalMin("0") @Digits(integer = 9, fraction = 12) @Nullable
        BigDecimal cachedInput,

        @DecimalMin("0") @Digits(integer = 9, fraction = 12) @Nullable
        BigDecimal cacheWrite) {}
