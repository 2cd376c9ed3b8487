package dev.comporta.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.dialect.anthropic.AnthropicApi;
import dev.comporta.dialect.anthropic.MessagesApi;
import dev.comporta.dialect.gemini.GenerateContentApi;
import dev.comporta.dialect.openai.ChatCompletionsApi;
import dev.comporta.dialect.openai.ResponsesApi;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A request that is translated")
class ChatLimitsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "chat | {'messages':[ | {'role':'user','content':'a'} | ]} | 20000 | messages",
                "responses | {'input':[ | {'role':'user','content':'a'} | ]} | 20000 | input",
                "messages | {'max_tokens':9,'messages':[ | {'role':'user','content':'a'} | ]} | 20000 | messages",
                "gemini | {'contents':[ | {'parts':[{'text':'a'}]} | ]} | 20000 | contents",
                "chat | {'messages':[{'role':'user','content':[ | {'type':'text','text':'a'} | ]}]} | 2000 | messages[].content",
                "responses | {'input':[{'role':'user','content':[ | {'type':'input_text','text':'a'} | ]}]} | 2000 | input[].content",
                "gemini | {'contents':[{'parts':[ | {'text':'a'} | ]}]} | 2000 | contents[].parts",
                "chat | {'messages':[{'role':'user','content':'a'}],'tools':[ | {'type':'function','function':{'name':'f'}} | ]} | 2000 | tools",
                "gemini | {'contents':[{'parts':[{'text':'a'}]}],'tools':[{'functionDeclarations':[ | {'name':'f'} | ]}]} | 2000 | tools"
            })
    void holds_no_more_than_a_model_could_read(
            String caller, String before, String one, String behind, int most, String field) {
        assertThat(refusal(caller, before + (one + ",").repeat(most - 1) + one + behind))
                .isNull();
        GatewayError refusal = refusal(caller, before + (one + ",").repeat(most) + one + behind);

        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(refusal.param()).isEqualTo(field);
        assertThat(refusal.getMessage()).contains(field, String.valueOf(most));
    }

    @Test
    void may_not_become_a_tree_that_is_too_large_though_its_bytes_may_pass() {
        String body = "{'x':[" + "{},".repeat(30_000) + "{}]}";
        ModelRequest request = request(body);

        assertThat(request.tree(3_000_000).path("x")).hasSize(30_001);
        GatewayError refusal = catchThrowableOfType(GatewayError.class, () -> request.tree(1_900_000));
        assertThat(refusal.code()).isEqualTo(ErrorCode.REQUEST_TOO_LARGE);
        assertThat(refusal.getMessage()).contains("too many JSON values");
        assertThat(request.forwarded("m", false, false).toString()).isEqualTo(body.replace('\'', '"'));
    }

    @Test
    void counts_what_is_only_passed_over_too() {
        for (String field : new String[] {"metadata", "user", "store", "tools", "background", "stream_options"}) {
            ModelRequest request = request("{'%s':{'x':[%s{}]}}".formatted(field, "{},".repeat(1_000)));

            assertThat(catchThrowableOfType(GatewayError.class, () -> request.tree(60_000)))
                    .as(field)
                    .isNotNull();
        }
    }

    @Test
    void may_not_hide_a_large_tree_in_strings_either() {
        InnerJson json = new InnerJson(300_000);
        String arguments = "{\"x\":[" + "{},".repeat(1_000) + "{}]}";

        assertThat(json.treeOrNull(arguments)).isNotNull();
        assertThat(json.treeOrNull(arguments)).isNotNull();
        GatewayError refusal = catchThrowableOfType(GatewayError.class, () -> json.treeOrNull(arguments));
        assertThat(refusal.code()).isEqualTo(ErrorCode.REQUEST_TOO_LARGE);
    }

    private static @Nullable GatewayError refusal(String caller, String body) {
        ModelRequest request = request(body);
        Translated translated = new Translated(
                switch (caller) {
                    case "chat" -> new ChatCompletionsApi();
                    case "responses" -> new ResponsesApi();
                    case "messages" -> new MessagesApi();
                    default -> new GenerateContentApi();
                },
                new AnthropicApi(),
                new CallerApi.AnswerContext(request, "0", 1, "m"),
                new TargetTraits("claude-sonnet-4-5", "", null, false),
                new Dropped(false));
        return catchThrowableOfType(GatewayError.class, translated::request);
    }

    private static ModelRequest request(String body) {
        return ModelRequest.parse(Buffer.buffer(body.replace('\'', '"').getBytes(UTF_8)), "m", false);
    }
}
