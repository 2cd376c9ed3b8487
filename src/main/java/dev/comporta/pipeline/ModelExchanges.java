package dev.comporta.pipeline;

import dev.comporta.core.Reply;
import dev.comporta.dialect.Outgoing;
import dev.comporta.ownership.ObjectOwners;
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
        return new ModelExchange(route, outgoing, usage, tokenizer, owners, metrics, config).send();
    }
}
