package dev.comporta.dialect.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A chunk of Mistral's")
class MistralAnswerTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                "{'delta':{'content':[{'type':'text','text':'a'}]}} > {'delta':{'content':'a'}}",
                "{'delta':{'content' : \t[ {'type':'text','text':'a'}]}} > {'delta':{'content':'a'}}",
                "{'delta':{'tool_calls':[{'function':{'arguments':\t{'a':1}}}]}} > {'delta':{'tool_calls':[{'function':{'arguments':'{\\'a\\':1}'}}]}}",
                "{'delta':{'tool_calls':[{'function':{'arguments':[1]}}]}} > {'delta':{'tool_calls':[{'function':{'arguments':'[1]'}}]}}",
                "{'delta':{},'finish_reason':'model_length'} > {'delta':{},'finish_reason':'length'}"
            })
    void is_put_into_openais_words_however_it_is_spaced(String choice, String plain) {
        assertThat(MistralAnswer.plain(chunk(choice), "delta"))
                .asString(UTF_8)
                .isEqualTo(new String(chunk(plain), UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'delta':{'content':'[{\\'type\\':\\'text\\'}]'}}",
                "{'delta':{'tool_calls':[{'type':'function','function':{'arguments':'{}'}}]}}",
                "{'delta':{'content':'\\'content\\':['}}",
                "{'content':[1],'delta':{}}",
                "['content',[{}],{}]",
                "[[[",
                ":["
            })
    void passes_if_it_is_in_them(String choice) {
        assertThat(MistralAnswer.plain(chunk(choice), "delta")).isNull();
    }

    private static byte[] chunk(String choice) {
        return ("{\"choices\":[" + choice.replace("\\'", "\\\"").replace('\'', '"') + "]}").getBytes(UTF_8);
    }
}
