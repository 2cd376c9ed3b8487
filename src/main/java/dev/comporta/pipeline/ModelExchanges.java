package dev.comporta.pipeline;

import dev.comporta.core.Reply;
import dev.comporta.core.Spending;
import dev.comporta.dialect.Outgoing;
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
    private final CallMetrics metrics;
    private final GatewayConfig config;

    ModelExchanges(
            UsageRecorder usage, Tokenizer tokenizer, ObjectOwners owners, CallMetrics metrics, GatewayConfig config) {
        this.usage = usage;
        this.tokenizer = tokenizer;
        this.owners = owners;
        this.metrics = metrics;
        this.config = config;
    }

    /** Sends a request where its route says. */
    Future<Reply> send(Route route, Outgoing outgoing) {
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
                route.reserved().rate(),
                route.reserved().hold());
        AnswerObjects objects = new AnswerObjects(route, owners);
        CallAccount account = new CallAccount(route, recording, objects, tokenizer, metrics);
        try {
            return new ModelExchange(route, outgoing, recording, account, objects, tokenizer, config).send();
        } catch (RuntimeException e) {
            // The journal takes no more calls.
            route.reserved().hold().settle(Spending.NONE);
            return Future.failedFuture(e);
        }
    }
}
