package dev.comporta.pipeline;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Reply;
import dev.comporta.core.Spending;
import dev.comporta.ownership.ObjectOwners;
import dev.comporta.usage.Recording;
import dev.comporta.usage.Tokenizer;
import dev.comporta.usage.UsageRecorder;
import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;

/** Starts exchanges with providers. */
@ApplicationScoped
public class ModelExchanges {

    private final UsageRecorder usage;
    private final Tokenizer tokenizer;
    private final ObjectOwners owners;
    private final BackgroundResponses background;
    private final CallMetrics metrics;
    private final GatewayConfig config;

    ModelExchanges(
            UsageRecorder usage,
            Tokenizer tokenizer,
            ObjectOwners owners,
            BackgroundResponses background,
            CallMetrics metrics,
            GatewayConfig config) {
        this.usage = usage;
        this.tokenizer = tokenizer;
        this.owners = owners;
        this.background = background;
        this.metrics = metrics;
        this.config = config;
    }

    /** Sends a request where its route says. Whichever way the call ends, what was reserved for it is settled. */
    Future<Reply> send(Route route, Reservation reserved) {
        try {
            return started(route, reserved);
        } catch (RuntimeException e) {
            // The journal takes no more calls.
            reserved.hold().settle(Spending.NONE);
            metrics.refused(e instanceof GatewayError refusal ? refusal.code() : ErrorCode.INTERNAL);
            return Future.failedFuture(e);
        }
    }

    private Future<Reply> started(Route route, Reservation reserved) {
        AdmittedCall admitted = route.admitted();
        Recording recording = usage.record(
                admitted.call(),
                admitted.caller(),
                admitted.attribution(),
                admitted.direct(),
                admitted.request().stream(),
                admitted.request().model(),
                route.target(),
                route.model(),
                reserved.rate(),
                reserved.hold());
        AnswerObjects objects = new AnswerObjects(route, owners);
        CallAccount account = new CallAccount(route, recording, objects, tokenizer, metrics);
        return new ModelExchange(route, reserved.outgoing(), recording, account, objects, tokenizer, background, config)
                .send();
    }
}
