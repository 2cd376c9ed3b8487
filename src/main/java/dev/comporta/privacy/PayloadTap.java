package dev.comporta.privacy;

import dev.comporta.core.Attribution;
import dev.comporta.core.Call;
import dev.comporta.core.Caller;
import dev.comporta.core.Reply;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * What one call said and what it was answered, as it goes by: a copy of bounded size, handed over once, when the call
 * is over. Used from the call's event loop.
 */
final class PayloadTap {

    /** Of an answer no more is copied; a stream says little with many bytes. */
    private static final int MOST_COPIED = 1 << 20;

    private final PayloadLog log;
    private final Call call;
    private final Caller caller;
    private final Attribution attribution;
    private final byte[] request;
    private @Nullable Buffer answer;
    private boolean streamed;
    private boolean cut;
    private long reserved;
    private boolean over;

    /** @param request reserved in the log by whoever makes the tap */
    PayloadTap(PayloadLog log, Call call, Caller caller, Attribution attribution, byte[] request) {
        this.log = log;
        this.call = call;
        this.caller = caller;
        this.attribution = attribution;
        this.request = request;
        reserved = request.length;
    }

    /** The same reply, of which a copy is taken. */
    Reply answered(Reply reply) {
        if (reply.stream() != null) {
            streamed = true;
            return new Reply(
                    reply.status(), reply.headers(), null, new TappedStream(reply.stream(), this), reply.receipt());
        }
        if (reply.body() != null) {
            copy(reply.body());
        }
        ended();
        return reply;
    }

    void copy(Buffer bytes) {
        if (over) {
            return;
        }
        Buffer copied = answer == null ? Buffer.buffer() : answer;
        answer = copied;
        int room = Math.min(bytes.length(), MOST_COPIED - copied.length());
        cut |= room < bytes.length();
        if (room > 0 && log.reserve(room)) {
            reserved += room;
            copied.appendBuffer(bytes, 0, room);
        } else {
            cut |= room > 0;
        }
    }

    /** The call is over, however it ended. */
    void ended() {
        if (!over) {
            over = true;
            log.offer(this);
        }
    }

    long reserved() {
        return reserved;
    }

    /** What is kept of it. Costs time, so it is asked on another thread. */
    PayloadRow row(int most) {
        return new PayloadRow(
                call.id(),
                call.receivedAt(),
                caller.clientId(),
                attribution,
                PayloadJson.of(request, most),
                answer(most));
    }

    private @Nullable String answer(int most) {
        if (answer == null) {
            return null;
        }
        byte[] bytes = answer.getBytes();
        return PayloadJson.of(streamed ? StreamedParts.of(bytes, cut) : bytes, most);
    }
}
