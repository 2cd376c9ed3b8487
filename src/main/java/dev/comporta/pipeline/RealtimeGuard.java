package dev.comporta.pipeline;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what the caller of a session says for models that its policies do not allow. Whoever has no rules about
 * models is not listened to.
 *
 * <p>Lives on the session's event loop.
 */
final class RealtimeGuard {

    /** The longest message in pieces; one in a single frame may be as long as a frame. */
    private static final int LONGEST = 4 << 20;

    private final AllowedTargets targets;
    private final UUID client;
    private final String provider;
    private final boolean direct;
    private @Nullable Buffer begun;

    /** @param direct whether the gateway is off for the client, and with it its policies */
    RealtimeGuard(AllowedTargets targets, UUID client, String provider, boolean direct) {
        this.targets = targets;
        this.client = client;
        this.provider = provider;
        this.direct = direct;
    }

    /** Why a frame must not pass, or null if it may. */
    @Nullable
    GatewayError objection(WebSocketFrame frame) {
        if (direct || !targets.hasRules(client)) {
            begun = null;
            return null;
        }
        Buffer message = frame.binaryData();
        if (frame.isContinuation()) {
            if (begun == null || begun.length() + message.length() > LONGEST) {
                return unreadable();
            }
            message = begun.appendBuffer(message);
        }
        if (!frame.isFinal()) {
            begun = frame.isContinuation() ? message : message.copy();
            return null;
        }
        begun = null;
        return objection(message.getBytes());
    }

    private @Nullable GatewayError objection(byte[] message) {
        try {
            for (String model : NamedModels.in(message, true)) {
                targets.check(client, provider, model);
            }
            return null;
        } catch (GatewayError refusal) {
            return refusal;
        } catch (IOException e) {
            return unreadable();
        }
    }

    private static GatewayError unreadable() {
        return new GatewayError(
                ErrorCode.INVALID_REQUEST,
                "This client's policies say which models it may use, and what is no JSON, or comes in too many pieces, cannot be checked.");
    }
}
