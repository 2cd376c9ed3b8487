package dev.comporta.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.comporta.core.ApiType;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What a request tells of its size")
class RequestSizeTest {

    private static RequestSize size(ApiType api, String body) {
        return RequestSize.of(body.getBytes(StandardCharsets.UTF_8), api);
    }

    private static RequestSize chat(String body) {
        return size(ApiType.CHAT_COMPLETIONS, body);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', textBlock = """
            CHAT_COMPLETIONS | {}                                                            | -1
            CHAT_COMPLETIONS | {"max_tokens":7}                                              | 7
            CHAT_COMPLETIONS | {"max_completion_tokens":8}                                   | 8
            CHAT_COMPLETIONS | {"max_tokens":9,"max_completion_tokens":8}                    | 9
            CHAT_COMPLETIONS | {"max_tokens":7,"max_tokens":9,"max_tokens":8}                | 9
            CHAT_COMPLETIONS | {"max_tokens":null}                                           | -1
            CHAT_COMPLETIONS | {"max_tokens":null,"max_completion_tokens":8}                 | 8
            CHAT_COMPLETIONS | {"max_tokens":0}                                              | 0
            CHAT_COMPLETIONS | {"max_tokens":-1}                                             | -1
            CHAT_COMPLETIONS | {"max_tokens":-99999999999999999999999}                       | -1
            CHAT_COMPLETIONS | {"max_tokens":9223372036854775807}                            | 1099511627776
            CHAT_COMPLETIONS | {"max_tokens":99999999999999999999999}                        | 1099511627776
            CHAT_COMPLETIONS | {"messages":[{"max_tokens":3}],"metadata":{"max_tokens":"5"}} | -1
            CHAT_COMPLETIONS | {"max_output_tokens":1}                                       | -1
            CHAT_COMPLETIONS | {"maxOutputTokens":1,"generationConfig":{"maxOutputTokens":1}}| -1
            COMPLETIONS      | {"max_tokens":7,"max_completion_tokens":1}                    | 7
            COMPLETIONS      | {"max_completion_tokens":1}                                   | -1
            MESSAGES         | {"max_tokens":7}                                              | 7
            MESSAGES         | {"max_completion_tokens":1}                                   | -1
            RESPONSES        | {"max_output_tokens":7,"max_tokens":1}                        | 7
            RESPONSES        | {"max_tokens":1}                                              | -1
            GENERATE_CONTENT | {"generationConfig":{"maxOutputTokens":7}}                    | 7
            GENERATE_CONTENT | {"generation_config":{"max_output_tokens":7}}                 | 7
            GENERATE_CONTENT | {"generationConfig":{"max_output_tokens":7,"topK":1}}         | 7
            GENERATE_CONTENT | {"generationConfig":{}}                                       | -1
            GENERATE_CONTENT | {"generationConfig":null}                                     | -1
            GENERATE_CONTENT | {"maxOutputTokens":1,"max_tokens":1}                          | -1
            EMBEDDINGS       | {"max_tokens":1,"input":"a"}                                  | -1
            """)
    void the_longest_answer_that_is_wanted(ApiType api, String body, long limit) {
        assertThat(size(api, body).outputLimit()).isEqualTo(limit);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"max_tokens\":1.5}",
                "{\"max_tokens\":100.0}",
                "{\"max_tokens\":1e3}",
                "{\"max_tokens\":\"5\"}",
                "{\"max_tokens\":true}",
                "{\"max_tokens\":[5]}",
                "{\"n\":3.0}",
                "{\"n\":\"3\"}",
                "{\"best_of\":{}}",
                "{\"Max_Tokens\":100000,\"max_tokens\":1}",
                "{\"MAX_COMPLETION_TOKENS\":1}",
                "{\"N\":3}"
            })
    void what_may_be_read_in_another_way_than_here_is_refused(String body) {
        assertThatThrownBy(() -> chat(body)).isInstanceOfSatisfying(GatewayError.class, error -> {
            assertThat(error.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(error.param()).isIn("max_tokens", "max_completion_tokens", "n", "best_of");
        });
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', textBlock = """
            CHAT_COMPLETIONS | {}                                             | 1
            CHAT_COMPLETIONS | {"n":null}                                     | 1
            CHAT_COMPLETIONS | {"n":0}                                        | 1
            CHAT_COMPLETIONS | {"n":4}                                        | 4
            CHAT_COMPLETIONS | {"n":4,"n":2}                                  | 4
            CHAT_COMPLETIONS | {"n":99999999999999999999}                     | 1048576
            CHAT_COMPLETIONS | {"prompt":["a","b"]}                           | 1
            COMPLETIONS      | {"prompt":"a","n":2,"best_of":5}               | 5
            COMPLETIONS      | {"prompt":["a","b","c"]}                       | 3
            COMPLETIONS      | {"prompt":["a","b","c"],"n":2}                 | 6
            COMPLETIONS      | {"prompt":[[1,2],[3]]}                         | 2
            COMPLETIONS      | {"prompt":[1,2,3]}                             | 1
            COMPLETIONS      | {"prompt":[]}                                  | 1
            GENERATE_CONTENT | {"generationConfig":{"candidateCount":3}}      | 3
            GENERATE_CONTENT | {"generation_config":{"candidate_count":3}}    | 3
            """)
    void how_many_answers_are_wanted(ApiType api, String body, int choices) {
        assertThat(size(api, body).choices()).isEqualTo(choices);
    }

    @ParameterizedTest(name = "{0}: {1} with at most 5 in {2}")
    @CsvSource(delimiter = '|', textBlock = """
            CHAT_COMPLETIONS | {"max_tokens":70}                           | max_tokens | {"max_tokens":5}
            CHAT_COMPLETIONS | {"max_tokens" : 70 ,"a":1}                  | max_tokens | {"max_tokens" : 5 ,"a":1}
            CHAT_COMPLETIONS | {"max_tokens":3,"max_completion_tokens":70} | max_tokens | {"max_tokens":3,"max_completion_tokens":5}
            CHAT_COMPLETIONS | {"max_tokens":null,"a":[1]}                 | max_tokens | {"max_tokens":5,"a":[1]}
            CHAT_COMPLETIONS | {"max_tokens":-1}                           | max_tokens | {"max_tokens":5}
            CHAT_COMPLETIONS | {"max_tokens":99999999999999999999999}      | max_tokens | {"max_tokens":5}
            CHAT_COMPLETIONS | {"max_tokens":70,"max_tokens":71}           | max_tokens | {"max_tokens":5,"max_tokens":5}
            CHAT_COMPLETIONS | {"max_output_tokens":1}                     | max_tokens | {"max_tokens":5,"max_output_tokens":1}
            CHAT_COMPLETIONS | {}                                          | max_tokens | {"max_tokens":5}
            CHAT_COMPLETIONS | { "model":"m" }                             | max_completion_tokens | {"max_completion_tokens":5, "model":"m" }
            RESPONSES        | {"input":"é"}                               | max_output_tokens | {"max_output_tokens":5,"input":"é"}
            GENERATE_CONTENT | {}                                          | generationConfig.maxOutputTokens | {"generationConfig":{"maxOutputTokens":5}}
            GENERATE_CONTENT | {"contents":[]}                             | generationConfig.maxOutputTokens | {"generationConfig":{"maxOutputTokens":5},"contents":[]}
            GENERATE_CONTENT | {"generationConfig":{}}                     | generationConfig.maxOutputTokens | {"generationConfig":{"maxOutputTokens":5}}
            GENERATE_CONTENT | {"generation_config":{"topK":1}}            | generationConfig.maxOutputTokens | {"generation_config":{"maxOutputTokens":5,"topK":1}}
            GENERATE_CONTENT | {"generationConfig":{"maxOutputTokens":70}} | generationConfig.maxOutputTokens | {"generationConfig":{"maxOutputTokens":5}}
            GENERATE_CONTENT | {"generationConfig":{"maxOutputTokens":null}}| generationConfig.maxOutputTokens | {"generationConfig":{"maxOutputTokens":5}}
            """)
    void a_shorter_answer_is_asked_for_in_place(ApiType api, String body, String field, String shorter) {
        assertThat(size(api, body).limited(5, field).toString()).isEqualTo(shorter);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            {"tools":[{"type":"function","function":{"name":"f"}}]}                        | true  | false
            {"tools":[{"type":"custom","name":"f"}]}                                       | true  | false
            {"tools":[{"name":"f","input_schema":{"type":"object"}}]}                      | true  | false
            {"functions":[{"name":"f"}]}                                                   | true  | false
            {"tools":[]}                                                                   | false | false
            {"tools":null}                                                                 | false | false
            {"tools":[{"type":"web_search_20250305","name":"web_search"}]}                 | true  | true
            {"tools":[{"googleSearch":{}}]}                                                | true  | true
            {"tools":[{"functionDeclarations":[{"name":"f"}]}]}                            | true  | false
            {"web_search_options":{}}                                                      | false | true
            {"mcp_servers":[{"url":"https://example.com"}]}                                | false | true
            {"contents":[{"parts":[{"fileData":{"fileUri":"https://example.com/a.pdf"}}]}]}| false | true
            """)
    void tools_and_what_the_provider_fetches_for_them(String body, boolean tools, boolean open) {
        assertThat(chat(body).hasTools()).isEqualTo(tools);
        assertThat(chat(body).isOpenEnded()).isEqualTo(open);
    }

    @Test
    void images_and_sounds_are_counted_however_deep() {
        assertThat(chat("""
                        {"messages":[{"content":[{"type":"image_url","image_url":{"url":"data:x"}},\
                        {"type":"input_audio","input_audio":{"data":"x"}},{"type":"text","text":"image_url"}]}]}""").media()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"thinking":{"type":"enabled","budget_tokens":1024}} | 1024
            {"thinking":{"type":"disabled"}}                     | 0
            {"thinking":null}                                    | 0
            {"thinking":{"budget_tokens":-5}}                    | 0
            """)
    void thinking_is_set_aside(String body, long budget) {
        assertThat(size(ApiType.MESSAGES, body).thinkingBudget()).isEqualTo(budget);
    }
}
