package dev.comporta.http;

import dev.comporta.pipeline.RealtimeSessions;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** How the server speaks WebSocket. */
@ApplicationScoped
public class WebSocketLimits implements HttpServerOptionsCustomizer {

    /** Netty's word for: the first one that the caller offers. The route has left one. */
    private static final List<String> ANY = List.of("*");

    private final RealtimeSessions sessions;

    WebSocketLimits(RealtimeSessions sessions) {
        this.sessions = sessions;
    }

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        customize(options);
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        customize(options);
    }

    private void customize(HttpServerOptions options) {
        options.setMaxWebSocketFrameSize(sessions.maxFrameBytes())
                .setMaxWebSocketMessageSize(sessions.maxFrameBytes())
                .setWebSocketSubProtocols(ANY)
                // Audio does not get smaller, and what is sent small cannot grow large here.
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false);
    }
}
