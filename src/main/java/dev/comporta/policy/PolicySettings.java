package dev.comporta.policy;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Text;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A whole policy as an administrator wants it. What is absent or null is without a limit or takes its default: no
 * patterns, {@code USD}, unknown prices refused, active. Fields are those of {@link Policy}; those that the gateway
 * sets itself may be sent back unchanged and are not read.
 */
@RegisterForReflection
@JsonIgnoreProperties({"id", "createdAt", "updatedAt"})
record PolicySettings(
        @Nullable String clientId,
        @NotNull @Size(min = 1, max = 100) String name,
        @Size(max = 2000) @Nullable String description,
        @Size(max = PATTERNS) List<String> allowedModels,
        @Size(max = PATTERNS) List<String> blockedModels,

        @DecimalMin(value = "0", inclusive = false) @Digits(integer = 15, fraction = 6) @Nullable
        BigDecimal maxCostPerDay,

        @Pattern(regexp = "USD|EUR|BRL", message = "must be USD, EUR or BRL")
        String maxCostCurrency,

        @Positive @Nullable Long maxTokensPerRequest,
        Boolean allowUnknownPrices,
        @JsonProperty("isActive") Boolean isActive) {

    static final int PATTERNS = 200;
    static final int PATTERN_LENGTH = 200;

    PolicySettings {
        allowedModels = Objects.requireNonNullElse(allowedModels, List.of());
        blockedModels = Objects.requireNonNullElse(blockedModels, List.of());
        maxCostCurrency = Objects.requireNonNullElse(maxCostCurrency, "USD");
        allowUnknownPrices = Objects.requireNonNullElse(allowUnknownPrices, false);
        isActive = Objects.requireNonNullElse(isActive, true);
    }

    /** @throws GatewayError {@link ErrorCode#INVALID_REQUEST} where a text is not what can be stored or matched */
    void check() {
        if (name.isBlank() || name.codePoints().anyMatch(Character::isISOControl) || !isStorable(name)) {
            throw invalid("name", "name must be text of one line.");
        }
        if (description != null && !isStorable(description)) {
            throw invalid("description", "description must be text without NUL.");
        }
        allowedModels.forEach(pattern -> checkPattern("allowedModels", pattern));
        blockedModels.forEach(pattern -> checkPattern("blockedModels", pattern));
    }

    private static void checkPattern(String param, @Nullable String pattern) {
        if (pattern == null || pattern.isEmpty() || pattern.length() > PATTERN_LENGTH || !isModelName(pattern)) {
            throw invalid(
                    param,
                    "Each of %s must be a model name or a glob such as openai/*: 1 to %d characters without white space."
                            .formatted(param, PATTERN_LENGTH));
        }
    }

    private static boolean isModelName(String pattern) {
        return isStorable(pattern)
                && pattern.codePoints()
                        .noneMatch(c -> Character.isWhitespace(c)
                                || Character.isSpaceChar(c)
                                || Character.isISOControl(c)
                                || Character.getType(c) == Character.FORMAT);
    }

    private static boolean isStorable(String text) {
        return text.equals(Text.storable(text, text.length()));
    }

    private static GatewayError invalid(String param, String message) {
        return new GatewayError(ErrorCode.INVALID_REQUEST, message, param);
    }
}
