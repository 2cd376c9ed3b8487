package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.Translation;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A whole answer on its way to a caller of the same dialect: its bytes pass, and are only looked at. */
public final class AnthropicAnswer {

    private AnthropicAnswer() {}

    /**
     * Looks at an answer.
     *
     * @return null if it is not one JSON object
     */
    public static Translation.@Nullable Whole whole(byte[] body) {
        JsonNode read;
        try {
            read = Json.tree(body);
        } catch (IOException e) {
            return null;
        }
        if (!(read instanceof ObjectNode answer)) {
            return null;
        }
        AnthropicUsage usage = new AnthropicUsage();
        usage.read(answer.path("usage"));
        ProviderError error = AnthropicError.read(200, answer);
        // An error is written anew by who knows what it must not repeat.
        Buffer passed = error == null ? Buffer.buffer(body) : Buffer.buffer();
        return new Translation.Whole(passed, usage.total(), error, () -> text(answer.path("content")), null);
    }

    private static String text(JsonNode content) {
        StringBuilder text = new StringBuilder();
        for (JsonNode block : content) {
            text.append(block.path("text").asText())
                    .append(block.path("thinking").asText());
            if (block.path("type").asText().endsWith("tool_use")) {
                text.append(block.path("name").asText()).append(Json.text(block.path("input")));
            }
        }
        return text.toString();
    }
}
