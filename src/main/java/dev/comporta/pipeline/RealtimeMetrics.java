package dev.comporta.pipeline;

import dev.comporta.core.TokenUsage;
import dev.comporta.model.Model;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Counts open Realtime sessions, and their tokens beside those of other calls. */
@ApplicationScoped
public class RealtimeMetrics {

    private static final String UNKNOWN_MODEL = "other";

    private final MeterRegistry registry;
    private final AtomicInteger open = new AtomicInteger();

    RealtimeMetrics(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder("comporta.realtime.sessions", open, AtomicInteger::get)
                .description("Realtime sessions that are open")
                .register(registry);
    }

    void opened() {
        open.incrementAndGet();
    }

    void closed() {
        open.decrementAndGet();
    }

    /** @param model the registry row, or null if the registry does not know the model */
    void used(String provider, @Nullable Model model, TokenUsage tokens) {
        Tags tags = Tags.of(
                "gen_ai.operation.name",
                "realtime",
                "gen_ai.provider.name",
                provider,
                "gen_ai.request.model",
                model == null ? UNKNOWN_MODEL : model.name());
        count(tags.and("gen_ai.token.type", "input"), tokens.inputTokens());
        count(tags.and("gen_ai.token.type", "output"), tokens.outputTokens());
    }

    private void count(Tags tags, long tokens) {
        Counter.builder("gen_ai.client.token.usage")
                .description("Tokens used, as recorded")
                .baseUnit("tokens")
                .tags(tags)
                .register(registry)
                .increment(tokens);
    }
}
