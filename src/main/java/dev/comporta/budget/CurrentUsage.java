package dev.comporta.budget;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How much of a client's budget is used in the period that is running.
 *
 * @param used what the usage log says, in the unit of {@code budgetType}
 * @param held what replicas have reserved beyond that, for calls that are under way or about to come
 * @param percentage of the limit that is used, with 2 decimals
 * @param remaining of the limit; zero where more is used
 * @param daysRemaining of the period, in the client's time zone, the present day counted
 * @param enforced whether calls are refused at the limit; else it is only watched
 * @param exhaustedAt when a call was first refused in this period because what is left does not pay for it
 * @param limits the daily cost limits of the client's policies
 */
@RegisterForReflection
record CurrentUsage(
        UUID clientId,
        String budgetType,
        String budgetPeriod,
        BigDecimal used,
        BigDecimal held,
        BigDecimal limit,
        BigDecimal percentage,
        BigDecimal remaining,
        Instant periodStart,
        Instant periodEnd,
        long daysRemaining,
        Projection projection,
        boolean enforced,
        @JsonProperty("isPaused") boolean isPaused,
        @Nullable Instant exhaustedAt,
        List<Limit> limits) {

    /** How much of a policy's daily cost limit is used today. */
    @RegisterForReflection
    record Limit(
            UUID policyId,
            @Nullable String policyName,
            String currency,
            BigDecimal used,
            BigDecimal held,
            BigDecimal limit,
            BigDecimal percentage,
            BigDecimal remaining,
            Instant periodStart,
            Instant periodEnd,
            @Nullable Instant exhaustedAt) {}
}
