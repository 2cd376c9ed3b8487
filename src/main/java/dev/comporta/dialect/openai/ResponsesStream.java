package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.PassedStream;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.sse.SseEvent;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A stream of response events on its way to a caller of the same API. Events pass as the bytes they came in; from the
 * first one that ends the answer for its caller, be it {@code response.completed} or an error, they are held back until
 * usage is recorded.
 *
 * <p>One object for one stream; not thread-safe.
 */
public final class ResponsesStream extends PassedStream {

    private static final String ERROR = "error";
    private static final String WITHHELD = "The provider reported an error that cannot be shown.";
    private static final Set<String> TERMINAL = Set.of("response.completed", "response.incomplete", "response.failed");

    private @Nullable TokenUsage usage;
    private @Nullable ProviderError error;
    private @Nullable String id;
    private String model = "";
    private long createdSeconds;
    private long nextSequence;
    private boolean whole;
    /** Whether an error was kept from the caller, who must be told of the failure in other words. */
    private boolean withheld;

    /** @param secret what an error must not repeat, or null */
    public ResponsesStream(@Nullable String secret) {
        super(secret, "[DONE]");
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
    public @Nullable String objectId() {
        return id;
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

    @Override
    protected void read(SseEvent event, byte[] data) throws IOException {
        Read read = new Read();
        try (JsonParser json = Json.parser(data)) {
            read.object(json);
        }
        if (read.isFailure) {
            // The first says most: the response that fails because of it repeats only some of it.
            error = error == null ? ResponsesFault.read(data) : error;
            withheld |= repeatsSecret(data);
        }
        keep(read);
        if (TERMINAL.contains(read.type)) {
            whole = true;
            finish();
        }
        if (isDone() || read.isFailure) {
            hold(event);
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
