package dev.comporta.dialect;

import dev.comporta.core.TokenUsage;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All that a stream has told when it is over. */
record Played(
        Buffer out,
        boolean begun,
        boolean whole,
        @Nullable TokenUsage usage,
        @Nullable ProviderError error,
        String text,
        @Nullable String objectId) {

    static Played of(AnswerStream stream, List<Buffer> chunks) {
        Buffer out = Buffer.buffer();
        StringBuilder text = new StringBuilder();
        for (Buffer chunk : chunks) {
            if (!stream.isDone()) {
                out.appendBuffer(stream.feed(chunk));
            }
            if (stream.textLength() > 100) {
                text.append(stream.takeText());
            }
        }
        if (!stream.isDone()) {
            out.appendBuffer(stream.end());
        }
        text.append(stream.takeText());
        ProviderError error = stream.error();
        TokenUsage usage = stream.usage();
        if (stream.isWhole()) {
            out.appendBuffer(stream.close(usage == null ? TokenUsage.NONE : usage));
        } else {
            out.appendBuffer(stream.fail(
                    error == null
                            ? ProviderError.of(502, "server_error", "provider_failed", "The stream broke off.")
                            : error));
        }
        return new Played(out, stream.hasBegun(), stream.isWhole(), usage, error, text.toString(), stream.objectId());
    }
}
