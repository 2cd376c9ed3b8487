package dev.comporta.pipeline;

import dev.comporta.core.ApiType;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.TokenUsage;
import dev.comporta.usage.Outcome;
import dev.comporta.usage.Recording;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts calls, tokens and time, under the names of the OpenTelemetry conventions for generative AI. Labels are
 * bounded: providers that are configured, models that the registry knows, and a handful of outcomes.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/">Semantic conventions</a>
 */
@ApplicationScoped
public class CallMetrics {

    private static final String UNKNOWN_MODEL = "other";
    private static final Duration[] SECONDS = {
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Duration.ofSeconds(120)
    };
    private static final Duration[] OVERHEAD = {
        Duration.ofNanos(100_000),
        Duration.ofNanos(250_000),
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(250)
    };

    private final MeterRegistry registry;
    private final Map<Key, Meters> meters = new ConcurrentHashMap<>();
    private final Map<ErrorCode, Counter> refusals = new ConcurrentHashMap<>();
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger draining = new AtomicInteger();

    CallMetrics(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder("comporta.calls.active", active, AtomicInteger::get)
                .description("Calls that are under way to a provider")
                .register(registry);
        Gauge.builder("comporta.calls.draining", draining, AtomicInteger::get)
                .description("Calls whose caller has left, and whose provider is heard out for its usage")
                .register(registry);
    }

    /** Counts a call that the gateway itself refused. */
    void refused(ErrorCode code) {
        refusals.computeIfAbsent(
                        code,
                        refusal -> Counter.builder("comporta.requests.refused")
                                .description("Calls that went to no provider, by error code")
                                .tag("code", refusal.code())
                                .register(registry))
                .increment();
    }

    /** A call goes to a provider; {@link #ended} follows. */
    void begun() {
        active.incrementAndGet();
    }

    /** The caller has left, but not its provider; {@link #drained} follows. */
    void draining() {
        draining.incrementAndGet();
    }

    /** The provider has been heard out, or cut off after all. */
    void drained() {
        draining.decrementAndGet();
    }

    /** Counts a call that has ended. */
    void ended(Route route, Outcome outcome, Recording recording, long overheadNanos) {
        active.decrementAndGet();
        String model = route.model() == null ? UNKNOWN_MODEL : route.model().name();
        Key key = new Key(
                operation(route.admitted().call().apiType()),
                route.provider().name(),
                model,
                outcome.status(),
                outcome.statusCode());
        meters.computeIfAbsent(key, this::meters)
                .record(
                        System.nanoTime() - route.admitted().call().startNanos(),
                        recording.timeToFirstToken(),
                        overheadNanos,
                        outcome.tokens());
    }

    /** In the words of the conventions, where they have one. */
    private static String operation(ApiType api) {
        return switch (api) {
            case CHAT_COMPLETIONS, RESPONSES, MESSAGES -> "chat";
            case GENERATE_CONTENT -> "generate_content";
            case COMPLETIONS -> "text_completion";
            default -> api.word();
        };
    }

    /** Counts a passed-through call that has ended. */
    void passed(PassRoute route, Outcome outcome, Recording recording, long overheadNanos) {
        active.decrementAndGet();
        String model = route.model() == null ? UNKNOWN_MODEL : route.model().name();
        String operation = operation(route.pass().call().apiType());
        Key key = new Key(operation, route.provider().name(), model, outcome.status(), outcome.statusCode());
        meters.computeIfAbsent(key, this::meters)
                .record(
                        System.nanoTime() - route.pass().call().startNanos(),
                        recording.timeToFirstToken(),
                        overheadNanos,
                        outcome.tokens());
    }

    private Meters meters(Key key) {
        Tags target = Tags.of(
                "gen_ai.operation.name", key.operation,
                "gen_ai.provider.name", key.provider,
                "gen_ai.request.model", key.model);
        Tags outcome = target.and(
                "error.type",
                key.status == Outcome.Status.SUCCESS ? "" : key.status.word(),
                "http.response.status_code",
                Integer.toString(key.statusCode));
        return new Meters(
                Timer.builder("gen_ai.server.request.duration")
                        .description("From the arrival of a call to its end")
                        .tags(outcome)
                        .serviceLevelObjectives(SECONDS)
                        .register(registry),
                Timer.builder("gen_ai.server.time_to_first_token")
                        .description("From the arrival of a call to the first token for its caller")
                        .tags(target)
                        .serviceLevelObjectives(SECONDS)
                        .register(registry),
                Timer.builder("comporta.gateway.overhead")
                        .description("Time of a call that was not spent waiting for the provider")
                        .serviceLevelObjectives(OVERHEAD)
                        .register(registry),
                tokens(target, "input"),
                tokens(target, "output"));
    }

    private Counter tokens(Tags target, String type) {
        return Counter.builder("gen_ai.client.token.usage")
                .description("Tokens used, as recorded")
                .baseUnit("tokens")
                .tags(target.and("gen_ai.token.type", type))
                .register(registry);
    }

    private record Key(String operation, String provider, String model, Outcome.Status status, int statusCode) {}

    private record Meters(Timer duration, Timer firstToken, Timer overhead, Counter input, Counter output) {

        void record(long durationNanos, long firstTokenNanos, long overheadNanos, TokenUsage tokens) {
            duration.record(durationNanos, TimeUnit.NANOSECONDS);
            if (firstTokenNanos >= 0) {
                firstToken.record(firstTokenNanos, TimeUnit.NANOSECONDS);
                overhead.record(overheadNanos, TimeUnit.NANOSECONDS);
            }
            input.increment(tokens.inputTokens());
            output.increment(tokens.outputTokens());
        }
    }
}
