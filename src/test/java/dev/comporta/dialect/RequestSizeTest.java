package dev.comporta.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What a request tells of its size")
class RequestSizeTest {

    private static RequestSize size(RequestForm form, String body) {
        return size(form, body, "max_tokens");
    }

    private static RequestSize size(RequestForm form, String body, String chatLimit) {
        String path = switch (form) {
            case CHAT -> "/chat/completions";
            case COMPLETIONS -> "/completions";
            case RESPONSES -> "/responses";
            case MESSAGES -> "/messages";
            case GENERATE_CONTENT -> "/models/gemini-3:streamGenerateContent?alt=sse";
            case UNANSWERED -> "/embeddings";
        };
        Outgoing outgoing = new Outgoing(path, Buffer.buffer(body));
        assertThat(RequestForm.of(outgoing)).isEqualTo(form);
        return RequestSize.of(outgoing, chatLimit);
    }

    private static RequestSize chat(String body) {
        return size(RequestForm.CHAT, body);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', textBlock = """
            CHAT             | {}                                                            | -1
            CHAT             | {"max_tokens":7}                                              | 7
            CHAT             | {"max_completion_tokens":8}                                   | 8
            CHAT             | {"max_tokens":9,"max_completion_tokens":8}                    | 9
            CHAT             | {"max_tokens":null}                                           | -1
            CHAT             | {"max_tokens":null,"max_completion_tokens":8}                 | 8
            CHAT             | {"max_tokens":0}                                              | -1
            CHAT             | {"max_tokens":-1}                                             | -1
            CHAT             | {"max_tokens":-99999999999999999999999}                       | -1
            CHAT             | {"max_tokens":9223372036854775807}                            | 4294967296
            CHAT             | {"max_tokens":99999999999999999999999}                        | 4294967296
            CHAT             | {"messages":[{"max_tokens":3}],"metadata":{"max_tokens":"5"}} | -1
            CHAT             | {"max_output_tokens":1}                                       | -1
            CHAT             | {"maxOutputTokens":1,"generationConfig":{"maxOutputTokens":1}}| -1
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
            UNANSWERED       | {"max_tokens":1,"input":"a"}                                  | -1
            """)
    void the_longest_answer_that_is_wanted(RequestForm form, String body, long limit) {
        assertThat(size(form, body).outputLimit()).isEqualTo(limit);
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
            CHAT             | {}                                             | 1
            CHAT             | {"n":null}                                     | 1
            CHAT             | {"n":0}                                        | 1
            CHAT             | {"n":4}                                        | 4
            CHAT             | {"n":99999999999999999999}                     | 1073741824
            CHAT             | {"prompt":["a","b"]}                           | 1
            COMPLETIONS      | {"prompt":"a","n":2,"best_of":5}               | 5
            COMPLETIONS      | {"prompt":["a","b","c"]}                       | 3
            COMPLETIONS      | {"prompt":["a","b","c"],"n":2}                 | 6
            COMPLETIONS      | {"prompt":[[1,2],[3]]}                         | 2
            COMPLETIONS      | {"prompt":[1,2,3]}                             | 1
            COMPLETIONS      | {"prompt":[]}                                  | 1
            GENERATE_CONTENT | {"generationConfig":{"candidateCount":3}}      | 3
            GENERATE_CONTENT | {"generation_config":{"candidate_count":3}}    | 3
            """)
    void how_many_answers_are_wanted(RequestForm form, String body, long choices) {
        assertThat(size(form, body).choices()).isEqualTo(choices);
    }

    @ParameterizedTest(name = "{0}: {1} with at most 5 in {2}")
    @CsvSource(delimiter = '|', textBlock = """
            CHAT             | {"max_tokens":70}                           | max_tokens | {"max_tokens":5}
            CHAT             | {"max_tokens" : 70 ,"a":1}                  | max_tokens | {"max_tokens" : 5 ,"a":1}
            CHAT             | {"max_tokens":3,"max_completion_tokens":70} | max_tokens | {"max_tokens":3,"max_completion_tokens":5}
            CHAT             | {"max_tokens":null,"a":[1]}                 | max_tokens | {"max_tokens":5,"a":[1]}
            CHAT             | {"max_tokens":-1}                           | max_tokens | {"max_tokens":5}
            CHAT             | {"max_tokens":99999999999999999999999}      | max_tokens | {"max_tokens":5}
            CHAT             | {"max_output_tokens":1}                     | max_tokens | {"max_tokens":5,"max_output_tokens":1}
            CHAT             | {}                                          | max_tokens | {"max_tokens":5}
            CHAT             | { "model":"m" }                             | max_completion_tokens | {"max_completion_tokens":5, "model":"m" }
            RESPONSES        | {"input":"é"}                               | max_output_tokens | {"max_output_tokens":5,"input":"é"}
            GENERATE_CONTENT | {}                                          | generationConfig.maxOutputTokens | {"generationConfig":{"maxOutputTokens":5}}
            GENERATE_CONTENT | {"contents":[]}                             | generationConfig.maxOutputTokens | {"generationConfig":{"maxOutputTokens":5},"contents":[]}
            GENERATE_CONTENT | {"generationConfig":{}}                     | generationConfig.maxOutputTokens | {"generationConfig":{"maxOutputTokens":5}}
            GENERATE_CONTENT | {"generation_config":{"topK":1}}            | generationConfig.maxOutputTokens | {"generation_config":{"maxOutputTokens":5,"topK":1}}
            GENERATE_CONTENT | {"generationConfig":{"maxOutputTokens":70}} | generationConfig.maxOutputTokens | {"generationConfig":{"maxOutputTokens":5}}
            CHAT             | {"max_completion_tokens":9}                 | max_tokens | {"max_tokens":5,"max_completion_tokens":5}
            CHAT             | {"max_tokens":null,"max_completion_tokens":3}| max_tokens | {"max_tokens":5,"max_completion_tokens":3}
            CHAT             | {"max_tokens":null,"max_completion_tokens":null} | max_completion_tokens | {"max_tokens":5,"max_completion_tokens":null}
            CHAT             | {"max_tokens":3,"n_predict":-1}             | max_tokens | {"max_tokens":3,"n_predict":5}
            GENERATE_CONTENT | {"generationConfig":null,"a":1}             | - | {"generationConfig":{"maxOutputTokens":5},"a":1}
            GENERATE_CONTENT | {"generationConfig":{"maxOutputTokens":70.0}} | - | {"generationConfig":{"maxOutputTokens":5}}
            GENERATE_CONTENT | {"maxOutputTokens":1}                       | - | {"generationConfig":{"maxOutputTokens":5},"maxOutputTokens":1}
            GENERATE_CONTENT | {"generationConfig":{"maxOutputTokens":null}}| generationConfig.maxOutputTokens | {"generationConfig":{"maxOutputTokens":5}}
            """)
    void a_shorter_answer_is_asked_for_in_place(RequestForm form, String body, String field, String shorter) {
        assertThat(size(form, body, field).limited(5).toString()).isEqualTo(shorter);
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

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', textBlock = """
            CHAT     | {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}                         | 1 | false | 28
            CHAT     | {"type":"image_url","image_url":"data:image/png;base64,a\\/b="}                            | 1 | false | 29
            CHAT     | {"type":"image_url","image_url":{"url":"https://example.com/a.png"}}                          | 1 | false | 0
            CHAT     | {"type":"image_url","image_url":{"url":"data:application/pdf;base64,JVBE"}}                    | 1 | true  | 0
            CHAT     | {"type":"text","text":"image_url"}                                                             | 0 | false | 0
            CHAT     | {"type":"input_audio","input_audio":{"data":"x"}}                                              | 0 | true  | 0
            CHAT     | {"type":"video_url","video_url":{"url":"https://example.com/a.mp4"}}                           | 0 | true  | 0
            CHAT     | {"type":"document_url","document_url":"https://example.com/a.pdf"}                             | 0 | true  | 0
            CHAT     | {"type":"file","file":{"file_data":"data:application/pdf;base64,JVBE"}}                        | 0 | true  | 0
            RESPONSES| {"type":"input_image","image_url":"https://example.com/a.png"}                                 | 1 | false | 0
            RESPONSES| {"type":"input_file","file_url":"https://example.com/a.pdf"}                                   | 0 | true  | 0
            MESSAGES | {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}}             | 1 | false | 6
            MESSAGES | {"source":{"data":"iVBO","media_type":"image/png","type":"base64"},"type":"image"}             | 1 | false | 6
            MESSAGES | {"type":"image","source":{"type":"url","url":"https://example.com/a.png"}}                     | 1 | false | 0
            MESSAGES | {"type":"document","source":{"type":"url","url":"https://example.com/a.pdf"}}                  | 0 | true  | 0
            MESSAGES | {"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBE"}}    | 0 | true  | 0
            MESSAGES | {"type":"document","source":{"type":"text","media_type":"text/plain","data":"words"}}          | 0 | false | 0
            MESSAGES | {"type":"document","source":{"type":"content","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}}]}} | 1 | false | 6
            MESSAGES | {"type":"image","source":{"type":"text","media_type":"image/png","data":"words"}}              | 0 | false | 0
            GENERATE_CONTENT | {"inlineData":{"mimeType":"image/png","data":"iVBO"}}                                  | 1 | false | 6
            GENERATE_CONTENT | {"inline_data":{"data":"AAAA","mime_type":"audio/ogg"}}                                | 0 | true  | 0
            GENERATE_CONTENT | {"inlineData":{"mimeType":"video/mp4","data":"AAAA","mimeType":"image/png"}}           | 0 | true  | 0
            GENERATE_CONTENT | {"fileData":{"fileUri":"https://example.com/a"}}                                       | 0 | true  | 0
            """)
    void media_are_images_or_of_any_length(RequestForm form, String part, int images, boolean open, int pictureBytes) {
        String body = "{\"messages\":[{\"content\":[" + part + "]}]}";

        RequestSize size = size(form, body);

        assertThat(size.images()).isEqualTo(images);
        assertThat(size.isOpenEnded()).isEqualTo(open);
        assertThat(size.textBytes()).isEqualTo(body.length() - pictureBytes);
    }

    @Test
    void what_the_provider_keeps_may_be_of_any_length() {
        assertThat(size(RequestForm.RESPONSES, "{\"prompt\":{\"id\":\"pmpt_1\"}}")
                        .isOpenEnded())
                .isTrue();
    }

    @Test
    void the_text_is_all_but_pictures_however_it_is_called() {
        RequestSize size = chat("{\"input\":[[1,22],[333]],\"odd\":{\"name\":\"a\\u00e9\\n\"},"
                + "\"image_url\":\"data:image/png;base64,iVBO\",\"last\":null}");

        assertThat(size.text())
                .isEqualTo("{input\n[[1\n22\n][333\n]]odd\n{name\naé\n\n}image_url\nlast\nnull\n}")
                .hasSizeLessThanOrEqualTo((int) size.textBytes());
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', textBlock = """
            CHAT             | {"max_tokens":1,"max_tokens":null}                                       | max_tokens
            CHAT             | {"max_tokens":9,"max_tokens":9}                                          | max_tokens
            CHAT             | {"n":1,"n":8}                                                            | n
            CHAT             | {"n":8e0}                                                                | n
            COMPLETIONS      | {"best_of":1,"Best_Of":8}                                                | best_of
            MESSAGES         | {"max_tokens":1,"MAX_TOKENS":9}                                          | max_tokens
            RESPONSES        | {"max_output_tokens":1,"max_output_to\u212aens":9}                       | max_output_tokens
            GENERATE_CONTENT | {"generationConfig":{},"generation_config":{}}                           | generation_config
            GENERATE_CONTENT | {"generationConfig":{"maxOutputTokens":1,"max_output_tokens":9}}         | max_output_tokens
            GENERATE_CONTENT | {"generationConfig":{"maxoutputtokens":1}}                               | maxOutputTokens
            GENERATE_CONTENT | {"generationConfig":{"candidateCount":"8"}}                              | candidateCount
            GENERATE_CONTENT | {"generationConfig":{"maxOutputTokens":4.5}}                             | maxOutputTokens
            GENERATE_CONTENT | {"generationConfig":{"maxOutputTokens":1e-999999999}}                    | maxOutputTokens
            GENERATE_CONTENT | {"generationConfig":7}                                                   | generationConfig
            """)
    void what_servers_would_read_differently_is_refused(RequestForm form, String body, String field) {
        assertThatThrownBy(() -> size(form, body)).isInstanceOfSatisfying(GatewayError.class, error -> {
            assertThat(error.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
            assertThat(error.param()).isEqualTo(field);
        });
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            40.0         | 40
            4e1          | 40
            1e999999999  | 4294967296
            """)
    void numbers_of_protocol_buffers_may_have_a_point(String number, long limit) {
        assertThat(size(RequestForm.GENERATE_CONTENT, "{\"generationConfig\":{\"maxOutputTokens\":" + number + "}}")
                        .outputLimit())
                .isEqualTo(limit);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            {"max_tokens":7}                             | max_tokens            | true
            {"max_tokens":7}                             | max_completion_tokens | true
            {"max_completion_tokens":7}                  | max_completion_tokens | true
            {"max_completion_tokens":7}                  | max_tokens            | false
            {"n_predict":7}                              | max_tokens            | false
            {"max_tokens":null}                          | max_tokens            | false
            {"max_tokens":7,"max_completion_tokens":-1}  | max_tokens            | false
            """)
    void a_limit_counts_under_a_name_that_the_target_knows(String body, String field, boolean limited) {
        assertThat(size(RequestForm.CHAT, body, field).isLimited()).isEqualTo(limited);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"thinking":{"type":"enabled","budget_tokens":1024}} | 1024
            {"thinking":{"type":"disabled"}}                     | 0
            {"thinking":null}                                    | 0
            {"thinking":{"budget_tokens":-5}}                    | 0
            """)
    void thinking_is_set_aside(String body, long budget) {
        assertThat(size(RequestForm.MESSAGES, body).thinkingBudget()).isEqualTo(budget);
    }
}
