package dev.comporta.dialect.openai;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.dialect.ProviderError;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the golden files cannot say: what is no error, and what callers never see. */
@DisplayName("An error of a provider")
class OpenAiErrorReaderTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html><body>502 Bad Gateway</body></html>",
                "\"down\"",
                "null",
                "[]",
                "[{\"error\":{}},{\"error\":{}}]",
                "{}",
                "{\"error\":null}",
                "{\"error\":[1]}"
            })
    void edge_case_55_is_none_if_it_is_not_said_in_json_that_is_one(String body) {
        assertThat(OpenAiErrorReader.read(502, body.getBytes(UTF_8))).isNull();
    }

    @Test
    void is_none_if_an_answer_has_a_message_of_its_own() {
        byte[] answer = "{\"message\":\"Hi\",\"detail\":\"x\"}".getBytes(UTF_8);

        assertThat(OpenAiErrorReader.read(200, answer)).isNull();
        assertThat(OpenAiErrorReader.read(400, answer)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"34s,34", "34.5s,35", "0.1s,1", "1000000s,", "s,", "-1s,", "5m,"})
    void edge_case_53_says_when_to_try_again(String delay, Long seconds) {
        ProviderError error = OpenAiErrorReader.read(
                429,
                "[{\"error\":{\"message\":\"m\",\"details\":[{},{\"retryDelay\":\"%s\"}]}}]"
                        .formatted(delay)
                        .getBytes(UTF_8));

        assertThat(error).isNotNull();
        assertThat(error.retryAfterSeconds()).isEqualTo(seconds);
    }

    @ParameterizedTest
    @CsvSource({
        "498,503", "529,503", "402,429", "422,422", "499,499", "599,599", "600,502", "302,502", "0,502", "200,502"
    })
    void has_a_status_that_every_client_knows(int status, int shown) {
        ProviderError error = OpenAiErrorReader.read(status, "{\"error\":{\"message\":\"m\"}}".getBytes(UTF_8));

        assertThat(error).isNotNull();
        assertThat(error.status()).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"code\":429}',429",
        "'{\"code\":529}',503",
        "'{\"code\":200}',502",
        "'{\"code\":\"rate_limit_exceeded\"}',429",
        "'{\"code\":\"x\",\"type\":\"invalid_request_error\"}',400",
        "'{\"type\":\"capacity_exceeded\"}',503",
        "'{\"type\":\"server_error\"}',502"
    })
    void edge_case_13_that_came_with_a_status_of_success_says_its_own(String said, int status) {
        ProviderError error = OpenAiErrorReader.read(200, ("{\"error\":" + said + "}").getBytes(UTF_8));

        assertThat(error).isNotNull();
        assertThat(error.status()).isEqualTo(status);
    }
}
