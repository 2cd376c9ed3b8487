package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.sse.SseEvent;
import dev.comporta.dialect.sse.SseSplitter;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A stream of chat completion chunks on its way to a caller of the same dialect. Events pass as the bytes they came in;
 * what the gateway asked for on its own account (usage) is taken out again; {@code [DONE]} is held back, so that usage
 * can be recorded before the caller knows that the stream is over.
 *
 * <p>One object for one stream; not thread-safe.
 */
public final class ChatStream {

    private static final int MAX_EVENT_BYTES = 16 << 20;
    private static final Buffer EMPTY = Buffer.buffer(0);
    private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};

    private final boolean stripUsage;
    private final @Nullable String secret;
    private final SseSplitter splitter = new SseSplitter(MAX_EVENT_BYTES);
    private final StringBuilder text = new StringBuilder();
    private final Choices choices = new Choices();

    /** What goes to the caller; only while bytes are taken in. */
    private Buffer out = EMPTY;

    private @Nullable TokenUsage usage;
    private @Nullable Buffer error;
    private boolean begun;
    /** Whether the bytes have ended: what is not JSON now was cut off in the middle, and nothing in it counts. */
    private boolean ending;

    private boolean done;
    /** Whether an error was kept from the caller, who must be told of the failure in other words. */
    private boolean withheld;

    /**
     * @param stripUsage whether usage was asked for by the gateway only
     * @param secret what an error must not repeat, or null
     */
    public ChatStream(boolean stripUsage, @Nullable String secret) {
        this.stripUsage = stripUsage;
        this.secret = secret;
    }

    /**
     * Takes bytes from the provider.
     *
     * @return what goes to the caller now; may be empty
     * @throws IllegalStateException if an event is too long
     */
    public Buffer feed(Buffer chunk) {
        out = Buffer.buffer(chunk.length() + 2);
        splitter.feed(chunk, this::event);
        return take();
    }

    /** The provider's bytes have ended; returns what was left of them: a last event whose blank line was missing. */
    public Buffer end() {
        out = Buffer.buffer();
        ending = true;
        splitter.end(this::event);
        Buffer last = take();
        return last.length() == 0 ? last : last.appendString("\n\n");
    }

    /** Whether the provider said {@code [DONE]}; what comes behind it is ignored. */
    public boolean isDone() {
        return done;
    }

    /** Whether an event with content (not a comment) has come. */
    public boolean hasBegun() {
        return begun;
    }

    /** Whether the answer is whole: the provider said so, or every sign but the closing line was there. */
    public boolean isWhole() {
        return (done || choices.areFinished()) && !withheld;
    }

    /** What the provider says was used, if it has said so. */
    public @Nullable TokenUsage usage() {
        return usage;
    }

    /** The data of an event that is an error, if there was one. */
    public @Nullable Buffer error() {
        return error;
    }

    /** The text generated since the last call of this method. */
    public String takeText() {
        String taken = text.toString();
        text.setLength(0);
        return taken;
    }

    /** Characters of text waiting to be taken. */
    public int textLength() {
        return text.length();
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
            if (!ending || isJson(data)) {
                chunk(event, data);
            }
        }
    }

    private void chunk(SseEvent event, byte[] data) {
        Chunk chunk = new Chunk();
        try (JsonParser json = Json.parser(data)) {
            chunk.read(json, text, choices);
        } catch (IOException e) {
            // Not ours to judge: the caller's SDK sees what the provider sent.
            pass(event);
            return;
        }
        if (chunk.usage != null) {
            usage = chunk.usage;
        }
        if (chunk.error) {
            error = Buffer.buffer(data);
            if (secret != null && error.toString().contains(secret)) {
                withheld = true;
                return;
            }
        }
        if (!stripUsage || chunk.usageRange == null) {
            pass(event);
        } else if (!chunk.isUsageAlone()) {
            out.appendString("data: ")
                    .appendBytes(without(data, Json.withComma(data, chunk.usageRange)))
                    .appendString("\n\n");
        }
    }

    private static boolean isJson(byte[] data) {
        try (JsonParser json = Json.parser(data)) {
            while (json.nextToken() != null) {
                json.skipChildren();
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void pass(SseEvent event) {
        out.appendBytes(event.bytes(), event.from(), event.length());
        if (endsWithHalfALineEnding(event)) {
            // The other half is still on its way and will not be seen as part of any event.
            out.appendByte((byte) '\n');
        }
    }

    /** Whether lines end with CRLF, but the event was complete at the CR because the bytes were cut behind it. */
    private static boolean endsWithHalfALineEnding(SseEvent event) {
        byte[] bytes = event.bytes();
        int last = event.to() - 1;
        return last > event.from() && bytes[last] == '\r' && bytes[last - 1] == '\n';
    }

    /** On one line: an LF between two data lines is white space in JSON, but would end this one. */
    private static byte[] without(byte[] data, Json.Range part) {
        byte[] result = new byte[data.length - (part.to() - part.from())];
        System.arraycopy(data, 0, result, 0, part.from());
        System.arraycopy(data, part.to(), result, part.from(), data.length - part.to());
        for (int i = 0; i < result.length; i++) {
            if (result[i] == '\n') {
                result[i] = ' ';
            }
        }
        return result;
    }

    /** What one chunk says. */
    private static final class Chunk {

        private @Nullable TokenUsage usage;
        /** The usage member, name included. */
        private Json.@Nullable Range usageRange;

        private boolean error;
        private boolean hasUsageObject;
        private boolean noChoices = true;

        /** Whether it is there for its usage only. */
        boolean isUsageAlone() {
            return noChoices && hasUsageObject && !error;
        }

        void read(JsonParser json, StringBuilder text, Choices choices) throws IOException {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not an object");
            }
            String name;
            while ((name = json.nextFieldName()) != null) {
                int memberStart = name.equals("usage") ? Json.tokenStart(json) : 0;
                JsonToken value = json.nextToken();
                switch (name) {
                    case "usage" -> {
                        hasUsageObject = value == JsonToken.START_OBJECT;
                        if (hasUsageObject) {
                            usage = Usage.read(json);
                        } else {
                            json.skipChildren();
                            json.finishToken();
                        }
                        usageRange = new Json.Range(memberStart, Json.position(json));
                    }
                    case "choices" -> {
                        if (value == JsonToken.START_ARRAY) {
                            noChoices = !GeneratedText.read(json, text, choices);
                        } else {
                            json.skipChildren();
                        }
                    }
                    case "x_groq" -> readGroq(json, value);
                    case "error" -> {
                        error |= value != JsonToken.VALUE_NULL;
                        json.skipChildren();
                    }
                    default -> json.skipChildren();
                }
            }
        }

        /** Groq's final chunk says the token usage in {@code x_groq.usage}. */
        private void readGroq(JsonParser json, JsonToken value) throws IOException {
            if (value != JsonToken.START_OBJECT) {
                json.skipChildren();
                return;
            }
            String name;
            while ((name = json.nextFieldName()) != null) {
                if (json.nextToken() == JsonToken.START_OBJECT && name.equals("usage") && usage == null) {
                    usage = Usage.read(json);
                } else {
                    json.skipChildren();
                }
            }
        }
    }
}
