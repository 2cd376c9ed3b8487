package dev.comporta.budget;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import dev.comporta.alert.Recipient;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.math.BigDecimal;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an administrator says about a budget. An absent field keeps its value, or takes its default in a new budget; an
 * empty or null address or secret is none. The fields that the gateway sets itself may be sent back unchanged and are
 * not read. Fields and not a record, because Jackson tells null from absent only there.
 */
@RegisterForReflection
@JsonIgnoreProperties({
    "id",
    "currentUsage",
    "usagePercentage",
    "periodStartDate",
    "nextResetAt",
    "webhookSecretSet",
    "createdAt",
    "updatedAt"
})
final class BudgetSettings {

    private static final BigDecimal BEYOND_LIMIT = new BigDecimal("1e15");
    private static final int MOST_DECIMALS = 12;

    @JsonSetter(nulls = Nulls.FAIL)
    @Nullable
    UUID clientId;

    @JsonSetter(nulls = Nulls.FAIL)
    @Pattern(regexp = "tokens|usd|eur|brl", message = "must be tokens, usd, eur or brl")
    @Nullable
    String budgetType;

    @JsonSetter(nulls = Nulls.FAIL)
    @Nullable
    BigDecimal budgetLimit;

    @JsonSetter(nulls = Nulls.FAIL)
    @Pattern(regexp = "daily|weekly|monthly", message = "must be daily, weekly or monthly")
    @Nullable
    String budgetPeriod;

    @JsonSetter(nulls = Nulls.FAIL)
    @Nullable
    Boolean alertThreshold80;

    @JsonSetter(nulls = Nulls.FAIL)
    @Nullable
    Boolean alertThreshold90;

    @JsonSetter(nulls = Nulls.FAIL)
    @Nullable
    Boolean alertThreshold100;

    @JsonSetter(nulls = Nulls.FAIL)
    @Nullable
    Boolean pauseAtLimit;

    /** True pauses until the next period, false lets go on a budget whose limit is not reached. */
    @JsonSetter(nulls = Nulls.FAIL)
    @Nullable
    Boolean isPaused;

    @JsonSetter(nulls = Nulls.AS_EMPTY)
    @Nullable
    String notificationEmail;

    @JsonSetter(nulls = Nulls.AS_EMPTY)
    @Nullable
    String notificationWebhook;

    /** Signs what the webhook gets instead of the gateway's own; never shown. */
    @JsonSetter(nulls = Nulls.AS_EMPTY)
    @Size(max = 256)
    @Pattern(regexp = "[^\\p{Cntrl}]*", message = "must have no control characters")
    @Nullable
    String webhookSecret;

    /** @throws GatewayError {@link ErrorCode#INVALID_REQUEST} naming the field */
    void check() {
        if (budgetLimit != null) {
            if (budgetLimit.signum() <= 0 || budgetLimit.compareTo(BEYOND_LIMIT) >= 0) {
                throw invalid("budgetLimit", "budgetLimit must be more than 0 and less than 1000000000000000.");
            }
            if (budgetLimit.stripTrailingZeros().scale() > MOST_DECIMALS) {
                throw invalid("budgetLimit", "budgetLimit has at most 12 decimals.");
            }
        }
        checkAddress("notificationEmail", notificationEmail, Recipient::email);
        checkAddress("notificationWebhook", notificationWebhook, address -> Recipient.webhook(address, null));
    }

    private static void checkAddress(String field, @Nullable String address, Function<String, Recipient> recipient) {
        String problem = address == null || address.isEmpty()
                ? null
                : recipient.apply(address).problem();
        if (problem != null) {
            throw invalid(field, field + " " + problem + ".");
        }
    }

    /** @throws GatewayError {@link ErrorCode#INVALID_REQUEST} naming the first field that a new budget lacks */
    void checkNew() {
        require("budgetType", budgetType);
        require("budgetLimit", budgetLimit);
        require("budgetPeriod", budgetPeriod);
    }

    private static void require(String field, @Nullable Object value) {
        if (value == null) {
            throw invalid(field, "A new budget needs a " + field + ".");
        }
    }

    static GatewayError invalid(String param, String message) {
        return new GatewayError(ErrorCode.INVALID_REQUEST, message, param);
    }
}
