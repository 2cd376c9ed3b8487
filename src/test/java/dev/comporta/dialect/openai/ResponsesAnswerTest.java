package dev.comporta.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.Translation;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A response that passes as a whole")
class ResponsesAnswerTest {

    private static final String RESPONSE = """
            {"id":"resp_1","object":"response","created_at":1.0,"status":"completed","error":null,"instructions":"no text",
             "output":[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Hm. "}]},
              {"type":"message","content":[{"type":"output_text","text":"Grüße","annotations":[{"title":"no"}],
                "logprobs":[{"token":"no","text":"no"}]},{"type":"refusal","refusal":" no"}]},
              {"type":"function_call","name":" f","arguments":"{}"}],
             "tools":[{"type":"function","name":"no"}],
             "usage":{"input_tokens":100,"input_tokens_details":{"cached_tokens":60,"cache_write_tokens":7},
              "output_tokens":50.0,"output_tokens_details":{"reasoning_tokens":40},"total_tokens":150},"seed":18446744073709551616}
            """;

    @Test
    void is_the_bytes_in_which_it_came() {
        assertThat(whole(RESPONSE).body()).hasToString(RESPONSE);
    }

    @Test
    void tells_what_was_used_written_and_kept() {
        Translation.Whole whole = whole(RESPONSE);

        assertThat(whole.usage()).isEqualTo(new TokenUsage(100, 60, 7, 50, 40));
        assertThat(whole.objectId()).isEqualTo("resp_1");
        assertThat(whole.error()).isNull();
        assertThat(whole.text().get()).isEqualTo("Hm. Grüße no f{}");
    }

    @Test
    void that_failed_is_an_answer_and_was_billed() {
        Translation.Whole whole = whole("""
                {"id":"resp_1","object":"response","status":"failed","error":{"code":"server_error","message":"Sorry"},
                 "output":[],"usage":{"input_tokens":3,"output_tokens":4}}
                """);

        assertThat(whole.error()).isNull();
        assertThat(whole.usage()).isEqualTo(TokenUsage.of(3, 4));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                "{'error':{'message':'Slow','type':'requests','param':null,'code':'rate_limit_exceeded'}} > 429 > requests > rate_limit_exceeded > Slow",
                "{'error':{'message':'Bad','type':'invalid_request_error','param':'input','code':null}} > 400 > invalid_request_error > > Bad",
                "{'error':{'message':'Down'}} > 502 > server_error > > Down",
                "{'error':'Down'} > 502 > server_error > > Down",
                "{'error':[1]} > 502 > server_error > > The provider gave no reason."
            })
    void edge_case_13_may_be_an_error_in_spite_of_its_status(
            String body, int status, String type, String code, String message) {
        Translation.Whole whole = whole(body.replace('\'', '"'));

        assertThat(whole.error()).isNotNull();
        assertThat(whole.error().status()).isEqualTo(status);
        assertThat(whole.error().type()).isEqualTo(type);
        assertThat(whole.error().code()).isEqualTo(code);
        assertThat(whole.error().message()).isEqualTo(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "1", "{", "{} {}", "<html>", "{\"output\":[[[}"})
    void makes_no_sense_if_it_is_not_one_object(String body) {
        assertThat(ResponsesAnswer.whole(body.getBytes(StandardCharsets.UTF_8))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"input_tokens\":1}",
                "{\"input_tokens\":-1,\"output_tokens\":1}",
                "{\"input_tokens\":1.5,\"output_tokens\":1}",
                "{\"input_tokens\":1e30,\"output_tokens\":1}",
                "{\"input_tokens\":\"1\",\"output_tokens\":1}",
                "[1]",
                "7",
                "null"
            })
    void says_no_usage_if_that_is_impossible(String usage) {
        Translation.Whole whole = whole("{\"object\":\"response\",\"usage\":%s,\"id\":7}".formatted(usage));

        assertThat(whole.usage()).isNull();
        assertThat(whole.objectId()).isNull();
    }

    @Test
    void never_counts_more_of_a_part_than_of_the_whole() {
        assertThat(whole("""
                                {"usage":{"input_tokens":1,"input_tokens_details":{"cached_tokens":9},
                                 "output_tokens":2,"output_tokens_details":{"reasoning_tokens":9}}}
                                """).usage()).isEqualTo(new TokenUsage(1, 1, 0, 2, 2));
    }

    private static Translation.Whole whole(String body) {
        Translation.Whole whole = ResponsesAnswer.whole(body.getBytes(StandardCharsets.UTF_8));
        assertThat(whole).isNotNull();
        return whole;
    }
}
