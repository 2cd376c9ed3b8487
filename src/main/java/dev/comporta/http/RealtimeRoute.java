package dev.comporta.http;

import dev.comporta.core.ApiType;
import dev.comporta.core.Call;
import dev.comporta.core.Caller;
import dev.comporta.core.Dialect;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Uuid7;
import dev.comporta.pipeline.Pipeline;
import dev.comporta.pipeline.ProviderRefusal;
import dev.comporta.pipeline.RealtimeSession;
import dev.comporta.pipeline.RealtimeSessions;
import dev.comporta.pipeline.SubProtocols;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * {@code /v1/realtime} as a WebSocket. The upgrade is accepted last, when the caller is known and the provider has
 * agreed, so that every refusal is an HTTP answer in OpenAI's words.
 *
 * @see <a href="https://platform.openai.com/docs/guides/realtime-websocket">Realtime by WebSocket</a>
 */
@ApplicationScoped
public class RealtimeRoute {

    private static final Logger LOG = Logger.getLogger(RealtimeRoute.class);
    private static final String PATH = "/v1/realtime";
    private static final int UPGRADED = 101;
    private static final String SUB_PROTOCOL = "sec-websocket-protocol";

    private final Pipeline pipeline;
    private final RealtimeSessions sessions;
    private final Clock clock;
    private final boolean accessLog;

    RealtimeRoute(Pipeline pipeline, RealtimeSessions sessions, Clock clock, HttpConfig config) {
        this.pipeline = pipeline;
        this.sessions = sessions;
        this.clock = clock;
        accessLog = config.accessLog();
    }

    void register(@Observes Router router) {
        router.get(PATH).order(DataPlane.FIRST).handler(this::open);
    }

    private void open(RoutingContext context) {
        HttpServerRequest request = context.request();
        Instant receivedAt = clock.instant();
        UUID id = Uuid7.at(receivedAt);
        long startNanos = System.nanoTime();
        if (accessLog) {
            request.response().endHandler(end -> DataPlane.logAccess(request, id, startNanos));
        }
        Promise<Void> gone = Promise.promise();
        request.response().closeHandler(closed -> gone.tryComplete());
        try {
            if (!isUpgrade(request)) {
                throw new GatewayError(
                        ErrorCode.INVALID_REQUEST,
                        "Realtime sessions are WebSockets: ask for an upgrade of HTTP/1.1 to version 13.");
            }
            SubProtocols offered = SubProtocols.of(request.headers());
            Caller caller = pipeline.authenticate(offered.credentials(request.headers()));
            Call call = new Call(
                    id,
                    receivedAt,
                    startNanos,
                    "GET",
                    PATH,
                    request.query(),
                    ApiType.REALTIME,
                    Dialect.OPENAI,
                    request.headers(),
                    Buffer.buffer(),
                    gone.future());
            sessions.open(call, caller, offered)
                    .onSuccess(session -> upgrade(call, request, session))
                    .onFailure(failure -> refuse(request, id, failure));
        } catch (RuntimeException e) {
            refuse(request, id, e);
        }
    }

    /** Asked before anybody else is, because a session that the caller cannot join would be opened in vain. */
    private static boolean isUpgrade(HttpServerRequest request) {
        String connection = request.getHeader(HttpHeaders.CONNECTION);
        return request.version() == HttpVersion.HTTP_1_1
                && "websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE))
                && connection != null
                && connection.toLowerCase(Locale.ROOT).contains("upgrade")
                && "13".equals(request.getHeader("sec-websocket-version"))
                && request.headers().contains("sec-websocket-key");
    }

    private void upgrade(Call call, HttpServerRequest request, RealtimeSession session) {
        // Vert.x takes the first one that is offered; the provider has chosen.
        String chosen = session.subProtocol();
        if (chosen == null) {
            request.headers().remove(SUB_PROTOCOL);
        } else {
            request.headers().set(SUB_PROTOCOL, chosen);
        }
        request.response().putHeader("x-gateway-request-id", call.id().toString());
        request.toWebSocket()
                .onSuccess(session::join)
                .onSuccess(joined -> logUpgrade(call, request))
                .onFailure(failure -> {
                    session.abandon();
                    refuse(
                            request,
                            call.id(),
                            new GatewayError(ErrorCode.INVALID_REQUEST, "The WebSocket handshake is not valid."));
                });
    }

    /** Such a response never ends. */
    private void logUpgrade(Call call, HttpServerRequest request) {
        if (accessLog) {
            DataPlane.logAccess(request, call.id(), call.startNanos(), UPGRADED);
        }
    }

    private static void refuse(HttpServerRequest request, UUID id, Throwable failure) {
        if (failure instanceof ProviderRefusal refusal) {
            ReplyWriter.write(request.response(), refusal.reply());
        } else if (failure instanceof GatewayError error) {
            ErrorReply.write(request, id, error);
        } else {
            LOG.error("A session failed for a reason that is the gateway's own", failure);
            ErrorReply.write(
                    request, id, new GatewayError(ErrorCode.INTERNAL, "The gateway failed; its log has the reason."));
        }
    }
}
