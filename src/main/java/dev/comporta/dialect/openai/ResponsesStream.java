package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.AnswerStream;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.sse.SseEvent;
import dev.comporta.dialect.sse.SseSplitter;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A stream of response events on its way to a caller of the same API. Events pass as the bytes they came in; from the
 * first one that ends the answer for its caller, be it {@code response.completed} or an error, they are held back until
 * usage is recorded.
 *
 * <p>One object for one stream; not thread-safe.
 */
public final class ResponsesStream implements AnswerStream {

    private static final int MAX_EVENT_BYTES = 16 << 20;
    private static final Buffer EMPTY = Buffer.buffer(0);
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);
    private static final String BLANK_LINE = "\n\n";
    private static final String ERROR = "error";
    private static final String WITHHELD = "The provider reported an error that cannot be shown.";
    private static final Set<String> TERMINAL = Set.of("response.completed", "response.incomplete", "response.failed");

    private final @Nullable String secret;
    private final SseSplitter splitter = new SseSplitter(MAX_EVENT_BYTES);
    private final StringBuilder text = new StringBuilder();

    /** What goes to the caller; only while bytes are taken in. */
    private Buffer out = EMPTY;
    /** What the caller sees once usage is recorded. */
    private final Buffer held = Buffer.buffer();

    private @Nullable TokenUsage usage;
    private @Nullable ProviderError error;
    private @Nullable String id;
    private String model = "";
    private long createdSeconds;
    private long nextSequence;
    private boolean begun;
    /** Whether the bytes have ended: what is not JSON now was cut off in the middle, and nothing in it counts. */
    private boolean ending;

    private boolean whole;
    private boolean done;
    /** Whether an error was kept from the caller, who must be told of the failure in other words. */
    private boolean withheld;

    /** @param secret what an error must not repeat, or null */
    public ResponsesStream(@Nullable String secret) {
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
        int before = held.length();
        ending = true;
        splitter.end(this::event);
        if (held.length() > before) {
            held.appendString(BLANK_LINE);
        }
        Buffer last = take();
        return last.length() == 0 ? last : last.appendString(BLANK_LINE);
    }

    @Override
    public boolean isDone() {
        return done;
    }

    @Override
    public boolean hasBegun() {
        return begun;
    }

    /** A response that failed is whole too, if the provider said so to the end. */
    @Override
    public boolean isWhole() {
        return whole && !withheld;
    }

    @Override
    public @Nullable TokenUsage usage() {
        return usage;
    }

    @Override
    public @Nullable ProviderError error() {
        return withheld && error != null
                ? ProviderError.of(error.status(), "server_error", "provider_failed", WITHHELD)
                : error;
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
    public @Nullable String objectId() {
        return id;
    }

    @Override
    public Buffer close(TokenUsage recorded) {
        return held;
    }

    @Override
    public Buffer fail(ProviderError failure) {
        StringBuilder events = new StringBuilder();
        ResponsesFailure.append(
                events,
                nextSequence,
                ResponsesObject.failed(
                        ResponsesObject.blank(id == null ? "resp_failed" : id, createdSeconds, model), failure),
                failure);
        return Buffer.buffer(events.toString());
    }

    private Buffer take() {
        Buffer taken = out;
        out = EMPTY;
        return taken;
    }

    private void event(SseEvent event) {
        if (done) {
            return;
        }
        byte[] data = event.data();
        if (data.length == 0) {
            pass(event);
        } else if (Arrays.equals(data, DONE)) {
            done = true;
        } else {
            begun = true;
            read(event, data);
        }
    }

    private void read(SseEvent event, byte[] data) {
        Read read = new Read();
        try (JsonParser json = Json.parser(data)) {
            read.object(json);
            if (read.isFailure) {
                // The first says most: the response that fails because of it repeats only some of it.
                error = error == null ? ResponsesFault.read(data) : error;
                withheld |= secret != null && new String(data, StandardCharsets.UTF_8).contains(secret);
            }
        } catch (IOException e) {
            if (!ending) {
                // Not ours to judge: the caller's SDK sees what the provider sent.
                pass(event);
            }
            return;
        }
        keep(read);
        whole = done = TERMINAL.contains(read.type);
        if (done || read.isFailure || held.length() > 0) {
            append(held, event);
        } else {
            pass(event);
        }
    }

    private void keep(Read read) {
        if (read.delta != null && read.type.endsWith(".delta") && !read.type.equals("response.audio.delta")) {
            text.append(read.delta);
        }
        if (read.sequence >= nextSequence) {
            nextSequence = read.sequence + 1;
        }
        if (read.response == null) {
            return;
        }
        if (read.response.usage != null) {
            usage = read.response.usage;
        }
        if (id == null && read.response.id != null) {
            id = read.response.id;
            model = read.response.model == null ? "" : read.response.model;
            createdSeconds = read.response.createdSeconds;
        }
    }

    private void pass(SseEvent event) {
        append(held.length() > 0 ? held : out, event);
    }

    private static void append(Buffer to, SseEvent event) {
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

    /** What one event says. */
    private static final class Read {

        private String type = "";
        private long sequence = -1;
        private @Nullable String delta;
        private @Nullable ResponsesHead response;
        private boolean isFailure;

        void object(JsonParser json) throws IOException {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not an object");
            }
            String name;
            while ((name = json.nextFieldName()) != null) {
                JsonToken value = json.nextToken();
                switch (name) {
                    case "sequence_number" -> sequence = value.isNumeric() ? (long) json.getDoubleValue() : -1;
                    case "type" -> type = value == JsonToken.VALUE_STRING ? json.getText() : "";
                    case "delta" -> delta = ResponsesHead.string(json, value);
                    case "error" -> isFailure |= value != JsonToken.VALUE_NULL;
                    case "response" -> {
                        if (value == JsonToken.START_OBJECT) {
                            response = ResponsesHead.read(json, null);
                        }
                    }
                    default -> {
                        // Not acted on.
                    }
                }
                // Where nothing has been read of an object or a list, it is left out here.
                json.skipChildren();
            }
            if (json.nextToken() != null) {
                throw new IOException("more than one value");
            }
            isFailure |= type.equals(ERROR) || type.equals("response.failed");
        }
    }
}
