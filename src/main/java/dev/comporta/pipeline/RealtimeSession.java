package dev.comporta.pipeline;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.dialect.openai.RealtimeEvent;
import dev.comporta.pipeline.RealtimeMeter.Ending;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketBase;
import io.vertx.core.http.WebSocketFrame;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A Realtime session that the provider has opened and the caller is about to join. What either says goes to the other;
 * when one goes, so does the other.
 *
 * <p>Lives on one event loop.
 */
public final class RealtimeSession {

    private static final Logger LOG = Logger.getLogger(RealtimeSession.class);
    private static final short GOING_AWAY = 1001;
    private static final short POLICY_VIOLATION = 1008;
    private static final short INTERNAL_ERROR = 1011;
    private static final short TRY_AGAIN_LATER = 1013;

    private static final Future<Void> NOT_ANY_MORE = Future.failedFuture("The session is over.");

    private final Vertx vertx;
    private final WebSocket provider;
    private final RealtimeMeter meter;
    private final RealtimeGuard guard;
    private final RealtimeMetrics metrics;
    private final FrameRelay fromProvider;
    private final long timer;

    private @Nullable WebSocketBase caller;
    private long lastActivity = System.nanoTime();
    private boolean over;

    RealtimeSession(
            Vertx vertx,
            WebSocket provider,
            RealtimeMeter meter,
            RealtimeGuard guard,
            RealtimeMetrics metrics,
            long idleMillis) {
        this.vertx = vertx;
        this.provider = provider;
        this.meter = meter;
        this.guard = guard;
        this.metrics = metrics;
        fromProvider = new FrameRelay(provider, this::said, this::providerEnded);
        meter.whenRefused(this::endIfRefused);
        timer = vertx.setPeriodic(Math.max(10, idleMillis / 4), tick -> {
            if (System.nanoTime() - lastActivity > TimeUnit.MILLISECONDS.toNanos(idleMillis)) {
                end(Ending.CALLER_LEFT, GOING_AWAY, "The session was idle for too long.");
            }
        });
        metrics.opened();
    }

    /** The subprotocol that the provider has chosen, or null. */
    public @Nullable String subProtocol() {
        return provider.subProtocol();
    }

    /** The caller is there. */
    public void join(ServerWebSocket socket) {
        caller = socket;
        if (socket.isClosed()) {
            callerEnded(null, null);
            return;
        }
        FrameRelay fromCaller = new FrameRelay(socket, this::heard, this::callerEnded);
        if (over) {
            // The provider has gone meanwhile.
            close(socket, INTERNAL_ERROR, null);
            return;
        }
        fromProvider.begin(socket);
        fromCaller.begin(provider);
    }

    /** The caller does not come. */
    public void abandon() {
        callerEnded(null, null);
    }

    private Future<Void> said(WebSocketFrame frame) {
        if (over) {
            return NOT_ANY_MORE;
        }
        lastActivity = System.nanoTime();
        Future<Void> noted;
        try {
            noted = meter.said(frame);
        } catch (RuntimeException e) {
            noted = Future.failedFuture(e);
        }
        return noted.onFailure(this::unaccountable).onSuccess(passes -> endIfRefused());
    }

    /** Not before the caller has heard that the response is over. */
    private void endIfRefused() {
        if (meter.refusal() != null) {
            vertx.runOnContext(passed -> {
                RealtimePurse.Refusal refusal = meter.refusal();
                if (refusal != null) {
                    end(Ending.NOT_PAID, refusal.code(), refusal.reason());
                }
            });
        }
    }

    /** What cannot be recorded must not go on. */
    private void unaccountable(Throwable cause) {
        if (!(cause instanceof GatewayError)) {
            LOG.error("A session failed for a reason that is the gateway's own", cause);
        }
        end(Ending.PROVIDER_BROKE, TRY_AGAIN_LATER, "Usage cannot be recorded at the moment.");
    }

    private Future<Void> heard(WebSocketFrame frame) {
        if (over) {
            return NOT_ANY_MORE;
        }
        lastActivity = System.nanoTime();
        GatewayError objection = guard.objection(frame);
        if (objection != null) {
            refuse(objection);
            return NOT_ANY_MORE;
        }
        meter.heard(frame);
        return Future.succeededFuture();
    }

    private void refuse(GatewayError objection) {
        if (caller != null && !caller.isClosed()) {
            caller.writeTextMessage(RealtimeEvent.error(objection));
        }
        boolean blocked = objection.code() == ErrorCode.MODEL_BLOCKED;
        end(
                Ending.MODEL_BLOCKED,
                POLICY_VIOLATION,
                blocked ? "A policy blocks the model." : "What was said cannot be checked.");
    }

    private void providerEnded(@Nullable Short code, @Nullable String reason) {
        if (code == null) {
            end(Ending.PROVIDER_BROKE, INTERNAL_ERROR, "The provider's connection broke off.");
        } else {
            end(Ending.PROVIDER_CLOSED, code, reason);
        }
    }

    private void callerEnded(@Nullable Short code, @Nullable String reason) {
        end(Ending.CALLER_LEFT, code == null ? GOING_AWAY : code, reason);
    }

    private void end(Ending ending, short code, @Nullable String reason) {
        if (over) {
            return;
        }
        over = true;
        vertx.cancelTimer(timer);
        metrics.closed();
        // At once, because what it still says is billed.
        close(provider, code, reason);
        meter.end(ending).onComplete(recorded -> {
            if (caller != null) {
                close(caller, code, reason);
            }
        });
    }

    private static void close(WebSocketBase socket, short code, @Nullable String reason) {
        if (!socket.isClosed()) {
            socket.close(sendable(code), reason);
        }
    }

    /** What stands for the absence of a code is never sent (RFC 6455, 7.4.1). */
    private static short sendable(short code) {
        return switch (code) {
            case 1005 -> 1000;
            case 1004, 1006, 1015 -> INTERNAL_ERROR;
            default -> code;
        };
    }
}
