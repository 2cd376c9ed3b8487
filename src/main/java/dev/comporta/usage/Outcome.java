package dev.comporta.usage;

import dev.comporta.core.Bound;
import dev.comporta.core.CreatedObject;
import dev.comporta.core.TokenUsage;
import dev.comporta.core.Units;
import dev.comporta.core.UsageSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a call.
 *
 * @param status how it ended
 * @param statusCode the HTTP status that the caller got; 499 if it had left
 * @param tokens what was used
 * @param units what was used besides tokens; null if something was that nobody can tell
 * @param source how that is known
 * @param errorCode machine-readable reason, or null
 * @param errorMessage reason in words without secrets or prompts, or null
 * @param created objects that the call left in the provider's account, which are the caller's from now on
 */
public record Outcome(
        Status status,
        int statusCode,
        TokenUsage tokens,
        @Nullable Units units,
        UsageSource source,
        @Nullable String errorCode,
        @Nullable String errorMessage,
        List<CreatedObject> created) {

    /** The status recorded for a caller that hung up, as nginx writes it. */
    public static final int CALLER_GONE = 499;

    /** How a call ended. */
    public enum Status {
        SUCCESS("success"),
        ERROR("error"),
        CANCELLED("cancelled");

        private final String word;

        Status(String word) {
            this.word = word;
        }

        /** The word in {@code gateway_usage_logs.status}. */
        public String word() {
            return word;
        }
    }

    /** Of a call that is counted in tokens alone and left nothing behind. */
    public Outcome(
            Status status,
            int statusCode,
            TokenUsage tokens,
            UsageSource source,
            @Nullable String errorCode,
            @Nullable String errorMessage) {
        this(status, statusCode, tokens, Units.NONE, source, errorCode, errorMessage, List.of());
    }

    public static Outcome success(int statusCode, TokenUsage tokens, UsageSource source) {
        return new Outcome(Status.SUCCESS, statusCode, tokens, source, null, null);
    }

    /** The same of a call whose caller had left by then: what the provider still said was heard without the caller. */
    public Outcome withoutCaller() {
        UsageSource heard = source == UsageSource.EXACT && tokens.totalTokens() > 0 ? UsageSource.DRAINED : source;
        return new Outcome(
                Status.CANCELLED,
                CALLER_GONE,
                tokens,
                units,
                heard,
                "caller_gone",
                "The caller closed the connection.",
                created);
    }

    /** A call that failed before anything was used. */
    public static Outcome refused(int statusCode, @Nullable String code, @Nullable String message) {
        return new Outcome(Status.ERROR, statusCode, TokenUsage.NONE, UsageSource.EXACT, code, message);
    }

    /** The same, of a call that left these objects in the provider's account. */
    public Outcome with(List<CreatedObject> objects) {
        return new Outcome(status, statusCode, tokens, units, source, errorCode, errorMessage, List.copyOf(objects));
    }

    /** The same, of a call of which nobody can tell what it used: all that it may have used. */
    public Outcome atMost(Bound bound) {
        return new Outcome(
                status,
                statusCode,
                tokens.totalTokens() > bound.tokens().totalTokens() ? tokens : bound.tokens(),
                units == null || units.isNone() ? bound.units() : units,
                UsageSource.ESTIMATED,
                errorCode,
                errorMessage,
                created);
    }

    /** The same, of a call that used this besides tokens; null if nobody can tell. */
    public Outcome using(@Nullable Units others) {
        return new Outcome(status, statusCode, tokens, others, source, errorCode, errorMessage, created);
    }
}
