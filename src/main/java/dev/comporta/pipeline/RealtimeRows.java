package dev.comporta.pipeline;

import dev.comporta.core.Attribution;
import dev.comporta.core.Call;
import dev.comporta.core.Caller;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Hold;
import dev.comporta.core.Target;
import dev.comporta.core.Uuid7;
import dev.comporta.model.Cost;
import dev.comporta.model.ExchangeRates;
import dev.comporta.model.ModelRegistry;
import dev.comporta.model.ResolvedTarget;
import dev.comporta.provider.Providers;
import dev.comporta.usage.Outcome;
import dev.comporta.usage.Recording;
import dev.comporta.usage.UsageRecorder;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The rows of the usage log that one session makes. Each has an id of its own; what they have in common is the
 * conversation, which is the session's own id where the caller names none.
 *
 * @param requestedModel as the caller wrote it
 * @param target where the session goes
 */
record RealtimeRows(
        UsageRecorder usage,
        RealtimeMetrics metrics,
        ModelRegistry registry,
        Providers providers,
        Clock clock,
        ExchangeRates rates,
        Call call,
        Caller caller,
        Attribution attribution,
        boolean direct,
        String requestedModel,
        ResolvedTarget target) {

    /** The status of everything that happens after the upgrade. */
    static final int SWITCHED = 101;

    /** Another model of the session's provider, for what it does beside. */
    ResolvedTarget target(@Nullable String model) {
        String provider = target.target().provider();
        if (model == null) {
            return new ResolvedTarget(new Target(provider, "unknown"), null);
        }
        try {
            return registry.resolve(provider + "/" + model, providers.names()).get(0);
        } catch (GatewayError unknown) {
            return new ResolvedTarget(new Target(provider, model), null);
        }
    }

    /**
     * Begins a row of its own, as if it were a call.
     *
     * @param hold what pays for it
     */
    Recording begin(ResolvedTarget of, Hold hold) {
        Instant now = clock.instant();
        Call own = new Call(
                Uuid7.at(now),
                now,
                System.nanoTime(),
                call.method(),
                call.endpoint(),
                null,
                call.apiType(),
                call.dialect(),
                call.headers(),
                call.body(),
                call.gone());
        return record(own, of, hold);
    }

    /** Ends a row; when the future completes it is on disk. */
    Future<Void> end(Recording recording, ResolvedTarget of, Outcome outcome) {
        metrics.used(of.target().provider(), of.model(), outcome.tokens());
        Future<@Nullable Cost> recorded = recording.ended(outcome);
        return recorded.mapEmpty();
    }

    /** The row of a session that used nothing, or did not begin. */
    Future<Void> endSession(Outcome outcome) {
        Future<@Nullable Cost> recorded = record(call, target, Hold.NONE).ended(outcome);
        return recorded.mapEmpty();
    }

    private Recording record(Call of, ResolvedTarget to, Hold hold) {
        return usage.record(
                of,
                caller,
                grouped(call.id()),
                direct,
                true,
                requestedModel,
                to.target(),
                to.model(),
                rates.current(),
                hold);
    }

    private Attribution grouped(UUID session) {
        return attribution.conversationId() != null
                ? attribution
                : new Attribution(
                        session.toString(),
                        attribution.phone(),
                        attribution.userId(),
                        attribution.teamId(),
                        attribution.projectId(),
                        attribution.appId(),
                        attribution.taskType(),
                        attribution.metadata());
    }
}
