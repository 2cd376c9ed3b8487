package dev.comporta.analytics;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.sqlclient.Row;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * What was used. Counts and amounts are exact; rates and the average are rounded and null where nothing was used.
 *
 * @param cached answered from the cache
 * @param unpriced calls that used something whose price is unknown: they are in no amount
 * @param hitRate {@code cached} of {@code requests}, to six digits
 * @param errorRate {@code errors} of {@code requests}, to six digits
 * @param averageLatencyMs to three digits
 */
@RegisterForReflection
record Totals(
        long requests,
        long errors,
        long cancelled,
        long cached,
        long fallbacks,
        long unpriced,
        long inputTokens,
        long cachedTokens,
        long outputTokens,
        long totalTokens,
        BigDecimal costUsd,
        BigDecimal costEur,
        BigDecimal costBrl,
        @Nullable BigDecimal hitRate,
        @Nullable BigDecimal errorRate,
        @Nullable BigDecimal averageLatencyMs) {

    /** The columns of which {@link #of} reads: sums of those of the same name. */
    static final String SUMS = """
            coalesce(sum(requests), 0)::bigint AS requests, coalesce(sum(errors), 0)::bigint AS errors,
            coalesce(sum(cancelled), 0)::bigint AS cancelled, coalesce(sum(cached), 0)::bigint AS cached,
            coalesce(sum(fallbacks), 0)::bigint AS fallbacks, coalesce(sum(unpriced), 0)::bigint AS unpriced,
            coalesce(sum(input_tokens), 0)::bigint AS input_tokens,
            coalesce(sum(cached_tokens), 0)::bigint AS cached_tokens,
            coalesce(sum(output_tokens), 0)::bigint AS output_tokens,
            coalesce(sum(total_tokens), 0)::bigint AS total_tokens,
            coalesce(sum(latency_ms), 0)::bigint AS latency_ms,
            coalesce(sum(cost_usd), 0) AS cost_usd, coalesce(sum(cost_eur), 0) AS cost_eur,
            coalesce(sum(cost_brl), 0) AS cost_brl
            """;

    static Totals of(Row row) {
        long requests = row.getLong("requests");
        return new Totals(
                requests,
                row.getLong("errors"),
                row.getLong("cancelled"),
                row.getLong("cached"),
                row.getLong("fallbacks"),
                row.getLong("unpriced"),
                row.getLong("input_tokens"),
                row.getLong("cached_tokens"),
                row.getLong("output_tokens"),
                row.getLong("total_tokens"),
                row.getBigDecimal("cost_usd"),
                row.getBigDecimal("cost_eur"),
                row.getBigDecimal("cost_brl"),
                ratio(row.getLong("cached"), requests, 6),
                ratio(row.getLong("errors"), requests, 6),
                ratio(row.getLong("latency_ms"), requests, 3));
    }

    static @Nullable BigDecimal ratio(long part, long whole, int digits) {
        return ratio(BigDecimal.valueOf(part), BigDecimal.valueOf(whole), digits);
    }

    /** The amount in one currency, such as {@code EUR}. */
    BigDecimal cost(String currency) {
        return switch (currency) {
            case "EUR" -> costEur;
            case "BRL" -> costBrl;
            default -> costUsd;
        };
    }

    static @Nullable BigDecimal ratio(BigDecimal part, BigDecimal whole, int digits) {
        return whole.signum() == 0 ? null : part.divide(whole, digits, RoundingMode.HALF_UP);
    }
}
