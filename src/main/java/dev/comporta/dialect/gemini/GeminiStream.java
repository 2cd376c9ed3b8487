package dev.comporta.dialect.gemini;

import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.AnswerStream;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.sse.SseEvent;
import dev.comporta.dialect.sse.SseSplitter;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A stream of {@code GenerateContentResponse}s on its way to a caller of the same dialect. Events pass as the bytes
 * they came in. Google's streams have no last word: that one is over is told by the end of its bytes, which is not this
 * class's to give, so nothing is held back.
 */
public final class GeminiStream implements AnswerStream {

    private static final int MAX_EVENT_BYTES = 16 << 20;

    private final @Nullable String secret;
    private final SseSplitter splitter = new SseSplitter(MAX_EVENT_BYTES);
    private final ResponseTap tap = new ResponseTap();
    /** What goes to the caller; only while bytes are taken in. */
    private Buffer out = Buffer.buffer(0);

    private @Nullable ProviderError error;
    private boolean begun;
    /** Whether the bytes have ended: what is not JSON now was cut off in the middle, and nothing in it counts. */
    private boolean ending;
    /** Whether the caller has seen the error as the provider put it. */
    private boolean told;

    /** @param secret what an error must not repeat, or null */
    public GeminiStream(@Nullable String secret) {
        this.secret = secret;
    }

    @Override
    public Buffer feed(Buffer chunk) {
        out = Buffer.buffer(chunk.length() + 2);
        splitter.feed(chunk, this::event);
        return out;
    }

    @Override
    public Buffer end() {
        out = Buffer.buffer();
        ending = true;
        splitter.end(this::event);
        return out.length() == 0 ? out : out.appendString("\n\n");
    }

    private void event(SseEvent event) {
        byte[] data = event.data();
        if (data.length == 0) {
            pass(event);
            return;
        }
        begun = true;
        try {
            if (tap.read(data) && isKept(data)) {
                return;
            }
        } catch (IOException e) {
            // Not ours to judge, unless it was cut off: the caller's SDK sees what the provider sent.
            if (ending) {
                return;
            }
        }
        pass(event);
    }

    /** Notes an error; whether it must be kept from the caller, who is told of it in other words. */
    private boolean isKept(byte[] data) {
        error = GoogleError.read(200, data);
        if (error == null) {
            error = ProviderError.of(502, "server_error", "provider_failed", "The provider failed.");
        }
        boolean kept = secret != null && Buffer.buffer(data).toString().contains(secret);
        told = !kept;
        return kept;
    }

    private void pass(SseEvent event) {
        byte[] bytes = event.bytes();
        out.appendBytes(bytes, event.from(), event.length());
        int last = event.to() - 1;
        if (last > event.from() && bytes[last] == '\r' && bytes[last - 1] == '\n') {
            // The bytes were cut within the CRLF; its other half will not be seen as part of any event.
            out.appendByte((byte) '\n');
        }
    }

    @Override
    public boolean isDone() {
        return false;
    }

    @Override
    public boolean hasBegun() {
        return begun;
    }

    @Override
    public boolean isWhole() {
        return error == null && tap.isWhole();
    }

    @Override
    public @Nullable TokenUsage usage() {
        return tap.usage();
    }

    @Override
    public @Nullable ProviderError error() {
        return error;
    }

    @Override
    public String takeText() {
        String taken = tap.text().toString();
        tap.text().setLength(0);
        return taken;
    }

    @Override
    public int textLength() {
        return tap.text().length();
    }

    /** Nothing: the end of the bytes says it. */
    @Override
    public Buffer close(TokenUsage usage) {
        return Buffer.buffer(0);
    }

    @Override
    public Buffer fail(ProviderError failure) {
        return told
                ? Buffer.buffer(0)
                : Buffer.buffer("data: ")
                        .appendBytes(Json.bytes(GoogleError.of(failure)))
                        .appendString("\n\n");
    }
}
