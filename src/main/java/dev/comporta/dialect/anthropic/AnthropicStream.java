package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.AnswerStream;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.sse.SseEvent;
import dev.comporta.dialect.sse.SseSplitter;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A stream on its way to a caller of the same dialect. Events pass as the bytes they came in; {@code message_stop} is
 * held back, so that usage can be recorded before the caller knows that the stream is over.
 */
public final class AnthropicStream implements AnswerStream {

    private static final int MAX_EVENT_BYTES = 16 << 20;
    private static final Buffer EMPTY = Buffer.buffer(0);
    private static final String FAILED = "The provider reported an error.";

    private final @Nullable String secret;
    private final SseSplitter splitter = new SseSplitter(MAX_EVENT_BYTES);
    private final StringBuilder text = new StringBuilder();
    private final AnthropicUsage counts = new AnthropicUsage();

    /** What goes to the caller; only while bytes are taken in. */
    private Buffer out = EMPTY;

    private Buffer stop = EMPTY;
    private @Nullable TokenUsage usage;
    private @Nullable ProviderError error;
    private boolean begun;
    private boolean stopped;
    /** Whether the bytes have ended: what is not JSON now was cut off in the middle. */
    private boolean ending;
    /** Whether the caller has seen the provider's error. */
    private boolean told;

    /** @param secret what an error must not repeat, or null */
    public AnthropicStream(@Nullable String secret) {
        this.secret = secret;
    }

    @Override
    public Buffer feed(Buffer chunk) {
        out = Buffer.buffer(chunk.length() + 2);
        splitter.feed(chunk, this::event);
        return take();
    }

    @Override
    public Buffer end() {
        out = Buffer.buffer();
        ending = true;
        splitter.end(this::event);
        Buffer last = take();
        return last.length() == 0 ? last : last.appendString("\n\n");
    }

    private Buffer take() {
        Buffer taken = out;
        out = EMPTY;
        return taken;
    }

    private void event(SseEvent event) {
        if (isDone()) {
            return;
        }
        byte[] data = event.data();
        if (data.length == 0) {
            pass(event, out);
            return;
        }
        begun = true;
        try {
            look(AnthropicEvent.of(data), event, data);
        } catch (IOException e) {
            // Not ours to judge: the caller's SDK sees what the provider sent.
            if (!ending) {
                pass(event, out);
            }
        }
    }

    private void look(AnthropicEvent read, SseEvent event, byte[] data) throws IOException {
        switch (read.type()) {
            case AnthropicEvent.PIECE -> {
                if (read.isGenerated()) {
                    text.append(read.piece());
                }
                pass(event, out);
            }
            case "message_start" -> {
                JsonNode message = Json.tree(data).path("message");
                counts.read(message.path("usage"));
                pass(event, out);
            }
            case "content_block_start" -> {
                JsonNode block = Json.tree(data).path("content_block");
                text.append(block.path("name").asText())
                        .append(block.path("text").asText());
                pass(event, out);
            }
            case "message_delta" -> {
                counts.read(Json.tree(data).path("usage"));
                usage = counts.total();
                pass(event, out);
            }
            case "message_stop" -> {
                stopped = true;
                stop = Buffer.buffer(event.length() + 2);
                pass(event, stop);
                if (ending) {
                    stop.appendString("\n\n");
                }
            }
            case "error" -> fail(event, data);
            default -> pass(event, out);
        }
    }

    private void fail(SseEvent event, byte[] data) throws IOException {
        ProviderError read = AnthropicError.read(200, Json.tree(data));
        error = read == null ? ProviderError.of(502, "server_error", "provider_failed", FAILED) : read;
        told = !repeatsSecret(new String(data, StandardCharsets.UTF_8)) && !repeatsSecret(error.message());
        if (told) {
            pass(event, out);
        } else {
            error = ProviderError.of(error.status(), error.type(), error.code(), FAILED);
        }
    }

    private boolean repeatsSecret(String words) {
        return secret != null && words.contains(secret);
    }

    private static void pass(SseEvent event, Buffer to) {
        to.appendBytes(event.bytes(), event.from(), event.length());
        if (endsWithHalfALineEnding(event)) {
            // The other half is still on its way and will not be seen as part of any event.
            to.appendByte((byte) '\n');
        }
    }

    /** Whether lines end with CRLF, but the event was complete at the CR because the bytes were cut behind it. */
    private static boolean endsWithHalfALineEnding(SseEvent event) {
        byte[] bytes = event.bytes();
        int last = event.to() - 1;
        return last > event.from() && bytes[last] == '\r' && bytes[last - 1] == '\n';
    }

    /** An error ends the stream as surely as the provider's last event does. */
    @Override
    public boolean isDone() {
        return stopped || error != null;
    }

    @Override
    public boolean hasBegun() {
        return begun;
    }

    @Override
    public boolean isWhole() {
        return stopped && error == null;
    }

    @Override
    public @Nullable TokenUsage usage() {
        return usage;
    }

    @Override
    public @Nullable ProviderError error() {
        return error;
    }

    @Override
    public String takeText() {
        String taken = text.toString();
        text.setLength(0);
        return taken;
    }

    @Override
    public int textLength() {
        return text.length();
    }

    @Override
    public Buffer close(TokenUsage recorded) {
        return stop;
    }

    /** Nothing, if the caller has already seen the provider's own error. */
    @Override
    public Buffer fail(ProviderError failure) {
        return told
                ? EMPTY
                : Buffer.buffer("event: error\ndata: ")
                        .appendBytes(Json.bytes(AnthropicError.write(failure)))
                        .appendString("\n\n");
    }
}
