package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.Translation;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A whole answer of the Responses API on its way to a caller of the same API: the bytes pass. */
public final class ResponsesAnswer {

    private ResponsesAnswer() {}

    /**
     * Reads an answer. A response whose status is {@code failed} is one: it was billed and has an id.
     *
     * @return null if it is not one JSON object
     */
    public static Translation.@Nullable Whole whole(byte[] body) {
        ResponsesHead head = read(body, null);
        if (head == null) {
            return null;
        }
        ProviderError error = head.hasError && !head.isResponse ? error(body) : null;
        return new Translation.Whole(Buffer.buffer(body), head.usage, error, () -> text(body), head.id);
    }

    private static ProviderError error(byte[] body) {
        try {
            return ResponsesFault.read(body);
        } catch (IOException e) {
            return ProviderError.of(502, "server_error", null, "The provider's answer cannot be read.");
        }
    }

    private static String text(byte[] body) {
        StringBuilder text = new StringBuilder();
        read(body, text);
        return text.toString();
    }

    private static @Nullable ResponsesHead read(byte[] body, @Nullable StringBuilder text) {
        try (JsonParser json = Json.parser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            ResponsesHead head = ResponsesHead.read(json, text);
            return json.nextToken() == null ? head : null;
        } catch (IOException e) {
            return null;
        }
    }
}
