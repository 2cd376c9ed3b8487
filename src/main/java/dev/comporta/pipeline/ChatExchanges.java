package dev.comporta.pipeline;

import dev.comporta.core.Reply;
import dev.comporta.usage.Tokenizer;
import dev.comporta.usage.UsageRecorder;
import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;

/** Starts chat exchanges with providers. */
@ApplicationScoped
public class ChatExchanges {

    private final UsageRecorder usage;
    private final Tokenizer tokenizer;
    private final CallMetrics metrics;
    private final GatewayConfig config;

    ChatExchanges(UsageRecorder usage, Tokenizer tokenizer, CallMetrics metrics, GatewayConfig config) {
        this.usage = usage;
        this.tokenizer = tokenizer;
        this.metrics = metrics;
        this.config = config;
    }

    /** Sends a call where its route says. */
    Future<Reply> send(Route route) {
        return new ChatExchange(route, usage, tokenizer, metrics, config.compatibilityHeaders()).send();
    }
}
