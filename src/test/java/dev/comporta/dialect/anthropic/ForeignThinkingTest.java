package dev.comporta.dialect.anthropic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.dialect.ModelRequest;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Reasoning of another provider's that comes back to Anthropic")
class ForeignThinkingTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                "[{'type':'thinking','thinking':'t','signature':''},{'type':'text','text':'b'}] > [{'type':'text','text':'b'}]",
                "[ {'type':'text', 'text':'b'} , {'signature' : '' , 'thinking':'t', 'type':'thinking'} ] > [{'type':'text', 'text':'b'}]",
                "[{'type':'thinking','thinking':'own','signature':'s'},{'type':'thinking','thinking':'t','signature':''},{'type':'thinking','thinking':'t','signature':''},{'type':'text','text':'b'}] > [{'type':'thinking','thinking':'own','signature':'s'},{'type':'text','text':'b'}]",
            })
    void is_taken_out_while_all_else_stays_as_it_was_written(String content, String left) {
        String body = "{'model':'m', 'max_tokens' : 9007199254740993.10,'messages':[{'role':'user','content':'a'},"
                + "{'role':'assistant','content':%s},  {'role':'user','content':'c'}]}";

        assertThat(without(body.formatted(content)))
                .hasToString(json(body.formatted(left)).replace("},  {", "},{"));
    }

    @Test
    void takes_a_turn_with_it_that_was_nothing_else() {
        assertThat(without("{'model':'m','messages':[{'role':'user','content':'a'},{'role':'assistant','content':"
                        + "[{'type':'thinking','thinking':'t','signature':''}]},{'role':'user','content':'c'}]}"))
                .hasToString(
                        json("{'model':'m','messages':[{'role':'user','content':'a'},{'role':'user','content':'c'}]}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'model':'m','messages':[{'role':'user','content':'a'}]}",
                "{'model':'m','messages':[{'role':'assistant','content':[{'type':'thinking','thinking':'t','signature':'s'}]}]}",
                "{'model':'m','messages':[{'role':'assistant','content':[{'type':'tool_use','input':{'type':'thinking','signature':''}}]}]}",
                "{'model':'m','thinking':{'signature':''},'messages':'thinking','system':[{'type':'thinking','signature':''}]}",
                "{'model':'m','messages':[1,'thinking signature',null,[{'type':'thinking','signature':''}],{'content':'thinking signature'}]}"
            })
    void is_the_only_thing_that_changes_a_body(String body) {
        Buffer buffer = Buffer.buffer(json(body));

        assertThat(ForeignThinking.without(ModelRequest.parse(buffer), buffer)).isSameAs(buffer);
    }

    private static Buffer without(String body) {
        Buffer buffer = Buffer.buffer(json(body));
        return ForeignThinking.without(ModelRequest.parse(buffer), buffer);
    }

    private static String json(String body) {
        return body.replace('\'', '"');
    }
}
