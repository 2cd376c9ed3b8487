package dev.comporta.dialect.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.CallerApi.BodyWriter;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.FinishReason;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.Seal;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What Gemini wants back with a call, in the hands of a caller of Anthropic's API")
class MessagesSealTest {

    private static final ObjectNode EXTRA = Json.object();

    static {
        EXTRA.putObject("google").put("thought_signature", "c2VhbA==");
    }

    private final MessagesApi api = new MessagesApi();

    @Test
    void comes_as_a_thinking_block_before_the_call_and_goes_back_with_the_call() throws IOException {
        JsonNode content = answer().path("content");
        assertThat(content.at("/0/type").asText()).isEqualTo("thinking");
        assertThat(content.at("/0/thinking").asText()).isEmpty();
        assertThat(content.at("/0/signature").asText()).startsWith(Seal.MARK);
        assertThat(content.at("/1/type").asText()).isEqualTo("tool_use");

        JsonNode chat = api.chat(next(content), new Dropped(true));

        JsonNode turn = chat.at("/messages/1");
        assertThat(turn.at("/tool_calls/0/extra_content")).isEqualTo(EXTRA);
        assertThat(turn.has("thinking_blocks")).isFalse();
        assertThat(turn.has("reasoning_content")).isFalse();
    }

    @Test
    void is_not_shown_to_anthropic() throws IOException {
        ModelRequest request = next(answer().path("content"));

        String sent = ForeignThinking.without(request, request.forwarded("m", false, false))
                .toString();

        assertThat(sent).doesNotContain(Seal.MARK).doesNotContain("thinking").contains("tool_use");
    }

    @Test
    void is_nothing_if_somebody_has_broken_it() throws IOException {
        ArrayNode content = Json.array();
        content.addObject().put("type", "thinking").put("thinking", "").put("signature", Seal.MARK + "%%%");
        content.addAll((ArrayNode) answer().path("content"));
        ((ObjectNode) content.get(1)).put("signature", Seal.MARK + "W10");

        JsonNode turn = api.chat(next(content), new Dropped(true)).at("/messages/1");

        assertThat(turn.at("/tool_calls/0").has("extra_content")).isFalse();
        assertThat(turn.has("thinking_blocks")).isFalse();
    }

    private JsonNode answer() throws IOException {
        BodyWriter body = api.body(new AnswerContext(first(), "0123456789abcdef0123456789abcdef", 1, "m"));
        body.start(null, null, 0);
        body.toolCall(0, 0, "call_1", "f", EXTRA);
        body.toolArguments(0, 0, "{}");
        body.finish(0, FinishReason.TOOL_CALLS);
        return Json.tree(body.body().getBytes());
    }

    private static ModelRequest first() {
        return ModelRequest.parse(Buffer.buffer(
                "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"));
    }

    private static ModelRequest next(JsonNode content) {
        ObjectNode request = first().tree();
        ArrayNode messages = (ArrayNode) request.path("messages");
        messages.addObject().put("role", "assistant").set("content", content);
        messages.addObject()
                .put("role", "user")
                .putArray("content")
                .addObject()
                .put("type", "tool_result")
                .put("tool_use_id", "call_1")
                .put("content", "1");
        return ModelRequest.parse(Buffer.buffer(Json.bytes(request)));
    }
}
