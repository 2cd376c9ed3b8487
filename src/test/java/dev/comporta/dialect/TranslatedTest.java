package dev.comporta.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.anthropic.MessagesApi;
import dev.comporta.dialect.gemini.GeminiApi;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A translated request")
class TranslatedTest {

    private final Dropped dropped = new Dropped(false);

    private final Translated translated = new Translated(
            new MessagesApi(),
            new GeminiApi(),
            new AnswerContext(ModelRequest.parse(Buffer.buffer("""
                                    {"model":"m","max_tokens":9,"service_tier":"auto","messages":[{"role":"user","content":[
                                        {"type":"image","source":{"type":"url","url":"https://example.com/a.png"}}]}]}""")), "0123456789abcdef0123456789abcdef", 1, "m"),
            new TargetTraits("gemini-2.5-flash", "", null, true),
            dropped);

    @Test
    void can_be_looked_at_before_it_is_written() {
        assertThat(translated.chat().at("/messages/0/content/0/image_url/url").asText())
                .isEqualTo("https://example.com/a.png");
        assertThat(translated.chat()).isSameAs(translated.chat());
    }

    @Test
    void is_written_with_what_was_fetched_meanwhile() throws IOException {
        ObjectNode chat = translated.chat();
        ((ObjectNode) chat.at("/messages/0/content/0/image_url")).put("url", "data:image/png;base64,iVBORw0KGgo=");
        translated.complete(chat);

        JsonNode body = Json.tree(translated.request().body().getBytes());

        assertThat(body.at("/contents/0/parts/0/inlineData/data").asText()).isEqualTo("iVBORw0KGgo=");
    }
}
