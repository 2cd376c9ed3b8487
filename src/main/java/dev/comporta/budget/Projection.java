package dev.comporta.budget;

import com.fasterxml.jackson.annotation.JsonValue;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * What will have been used at the end of a period if it goes on as it did. Rounded half up, to whole tokens or 6
 * decimals of money.
 *
 * @param percentage of the limit, with 2 decimals
 */
@RegisterForReflection
public record Projection(BigDecimal atPeriodEnd, BigDecimal percentage, Basis basis) {

    private static final int MONEY_DECIMALS = 6;
    private static final Duration EARLY_AT_MOST = Duration.ofDays(1);
    private static final int EARLY_PART = 10;

    /** What it goes by. */
    @RegisterForReflection
    public enum Basis {
        /** The time of the period that is over. */
        ELAPSED,
        /** The 7 days before the period, or as many of them as have usage: too little of the period is over. */
        RECENT,
        /** Nothing but what is used already: too little is over, and there was no usage before. */
        USED;

        /** The word in the API, such as {@code elapsed}. */
        @JsonValue
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What was used before a period, and in what time. */
    record Recent(BigDecimal amount, Duration in) {

        static final Recent NONE = new Recent(BigDecimal.ZERO, Duration.ZERO);
    }

    /** Whether so little of a period is over, a tenth of it or a day, that a single call would be taken for a trend. */
    static boolean isEarly(Instant start, Instant end, Instant now) {
        Duration early = Duration.between(start, end).dividedBy(EARLY_PART);
        return now.isBefore(start.plus(early.compareTo(EARLY_AT_MOST) < 0 ? early : EARLY_AT_MOST));
    }

    /** @param recent is looked at early in a period only */
    static Projection of(
            BigDecimal used, BigDecimal limit, boolean money, Instant start, Instant end, Instant now, Recent recent) {
        Instant at = now.isBefore(start) ? start : now;
        BigDecimal total;
        Basis basis;
        if (!isEarly(start, end, at)) {
            basis = Basis.ELAPSED;
            total = share(used, Duration.between(start, end), Duration.between(start, at));
        } else if (recent.amount.signum() > 0) {
            basis = Basis.RECENT;
            total = used.add(share(recent.amount, Duration.between(at, end), recent.in));
        } else {
            basis = Basis.USED;
            total = used;
        }
        BigDecimal rounded = total.setScale(money ? MONEY_DECIMALS : 0, RoundingMode.HALF_UP);
        return new Projection(rounded, percentage(total, limit), basis);
    }

    private static BigDecimal share(BigDecimal amount, Duration of, Duration in) {
        return amount.multiply(seconds(of)).divide(seconds(in), MathContext.DECIMAL128);
    }

    private static BigDecimal seconds(Duration duration) {
        return BigDecimal.valueOf(duration.getSeconds()).add(BigDecimal.valueOf(duration.getNano(), 9));
    }

    /** With 2 decimals, rounded half up as the column {@code usage_percentage} is. */
    static BigDecimal percentage(BigDecimal amount, BigDecimal limit) {
        return amount.multiply(BigDecimal.valueOf(100)).divide(limit, 2, RoundingMode.HALF_UP);
    }
}
