package dev.comporta.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.Secret;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An error of a provider, as the caller gets it")
class ErrorAnswerTest {

    private static final String OPENAI =
            "{\"error\":{\"message\":\"Too many.\",\"type\":\"requests\",\"param\":null,\"code\":\"rate_limit_exceeded\"}}";

    private static final Secret KEY = Secret.of("sk-of-the-gateway-0123456789");

    @ParameterizedTest
    @ValueSource(ints = {400, 402, 403, 404, 408, 409, 413, 422, 424, 429, 499, 500, 502, 503, 504})
    void keeps_the_providers_status_and_its_very_body(int status) {
        Buffer body = Buffer.buffer(OPENAI);

        ErrorAnswer error = ErrorAnswer.passing(status, body, KEY, false);

        assertThat(error.status()).isEqualTo(status);
        assertThat(error.body()).isSameAs(body);
        assertThat(error.code()).isEqualTo("rate_limit_exceeded");
    }

    @Test
    void edge_case_58_a_refusal_of_the_shared_key_is_no_401_and_echoes_nothing() {
        ErrorAnswer error = ErrorAnswer.passing(
                401,
                Buffer.buffer(
                        "{\"error\":{\"message\":\"Incorrect API key provided: sk-proj-secret\",\"code\":\"invalid_api_key\"}}"),
                KEY,
                false);

        assertThat(error.status()).isEqualTo(502);
        assertThat(error.code()).isEqualTo("provider_refused_key");
        assertThat(error.body().toString()).doesNotContain("sk-proj").doesNotContain("Incorrect");
        assertThat(message(error)).contains("operator");
    }

    @Test
    void a_refusal_of_the_callers_own_key_is_the_callers_business() {
        Buffer body = Buffer.buffer("{\"error\":{\"message\":\"Incorrect API key\",\"code\":\"invalid_api_key\"}}");

        ErrorAnswer error = ErrorAnswer.passing(401, body, KEY, true);

        assertThat(error.status()).isEqualTo(401);
        assertThat(error.body()).isSameAs(body);
    }

    @ParameterizedTest
    @CsvSource({"498, 503", "529, 503", "200, 502", "202, 502", "301, 502", "302, 502", "304, 502", "399, 502"})
    void edge_case_54_a_status_that_clients_do_not_know_becomes_one_that_they_do(int status, int shown) {
        ErrorAnswer error = ErrorAnswer.passing(status, Buffer.buffer(OPENAI), KEY, false);

        assertThat(error.status()).isEqualTo(shown);
        assertThat(error.body()).hasToString(OPENAI);
        assertThat(error.message()).contains("" + status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "<html><h1>502 Bad Gateway</h1> sk-secret</html>",
                "upstream connect error sk-secret",
                "{\"error\":{\"message\":\"sk-secret",
                "\"sk-secret\"",
                "null",
                "[]",
                "[1]",
                "[{\"error\":{}},{\"sk-secret\":{}}]",
                "\uFFFD\u0000"
            })
    void edge_case_55_what_is_no_json_object_becomes_one(String body) {
        ErrorAnswer error = ErrorAnswer.passing(502, Buffer.buffer(body), KEY, false);

        assertThat(error.status()).isEqualTo(502);
        assertThat(fields(error).getString("type")).isEqualTo("server_error");
        assertThat(fields(error).getString("code")).isEqualTo("provider_failed");
        assertThat(message(error)).isEqualTo("The provider answered with status 502.");
        assertThat(error.code()).isEqualTo("provider_failed");
    }

    @Test
    void googles_array_of_one_error_becomes_the_error() {
        ErrorAnswer error = ErrorAnswer.passing(
                429,
                Buffer.buffer(
                        "[{\"error\":{\"code\":429,\"message\":\"Quota.\",\"status\":\"RESOURCE_EXHAUSTED\"}}]\n"),
                KEY,
                false);

        assertThat(error.status()).isEqualTo(429);
        assertThat(message(error)).isEqualTo("Quota.");
        assertThat(error.code()).isEqualTo("RESOURCE_EXHAUSTED");
    }

    @Test
    void mistrals_error_gets_the_object_around_it_that_sdks_look_for() {
        ErrorAnswer error = ErrorAnswer.passing(
                400,
                Buffer.buffer(
                        "{\"object\":\"error\",\"message\":\"No such model.\",\"type\":\"invalid_model\",\"param\":null,\"code\":\"1500\",\"raw_status_code\":400}"),
                KEY,
                false);

        assertThat(fields(error).fieldNames()).containsExactly("message", "type", "param", "code");
        assertThat(message(error)).isEqualTo("No such model.");
        assertThat(fields(error).getString("type")).isEqualTo("invalid_model");
        assertThat(fields(error).getString("code")).isEqualTo("1500");
    }

    @Test
    void mistrals_list_of_unknown_fields_stays_readable() {
        ErrorAnswer error = ErrorAnswer.passing(
                422,
                Buffer.buffer(
                        "{\"detail\":[{\"loc\":[\"body\",\"store\"],\"msg\":\"Extra inputs are not permitted\",\"type\":\"extra_forbidden\"}]}"),
                KEY,
                false);

        assertThat(message(error)).contains("Extra inputs are not permitted").contains("store");
        assertThat(fields(error).getString("type")).isEqualTo("invalid_request_error");
        assertThat(error.status()).isEqualTo(422);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"message\":\"Unauthorized\"} | Unauthorized",
                "{\"detail\":\"Unauthorized\"} | Unauthorized",
                "{\"message\":null,\"detail\":\"Unauthorized\"} | Unauthorized",
                "{\"message\":{\"detail\":[\"x\"]}} | x",
                "{} | The provider answered with status 403.",
                "{\"message\":null} | The provider answered with status 403.",
                "{\"x\":1} | The provider answered with status 403."
            })
    void other_shapes_have_a_message_too(String body, String message) {
        assertThat(message(ErrorAnswer.passing(403, Buffer.buffer(body), KEY, false)))
                .isEqualTo(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":{\"message\":\"You said: my secret prompt, with key sk-secret\",\"type\":\"x\",\"code\":\"y\"}}",
                "{\"error\":\"sk-secret\"}",
                "{\"message\":\"sk-secret\",\"type\":\"x\"}",
                "{\"detail\":[{\"input\":\"sk-secret\"}]}",
                "{\"error\":{\"code\":{\"input\":\"sk-secret\"},\"type\":[\"sk-secret\"]}}",
                "{\"error\":{\"code\":null,\"type\":{\"input\":\"sk-secret\"}}}",
                "{\"code\":[\"sk-secret\"]}",
                "sk-secret"
            })
    void nothing_that_it_says_in_words_reaches_the_log(String body) {
        for (int status : new int[] {200, 302, 400, 401, 429, 500, 529}) {
            ErrorAnswer error = ErrorAnswer.passing(status, Buffer.buffer(body), KEY, false);

            assertThat(error.message() + error.code()).doesNotContain("secret").doesNotContain("You said");
        }
    }

    @Test
    void a_code_is_a_word_and_no_novel() {
        ErrorAnswer error = ErrorAnswer.passing(
                400, Buffer.buffer("{\"error\":{\"code\":\"" + "x".repeat(5_000) + "\"}}"), KEY, false);

        assertThat(error.code()).isNull();
    }

    @Test
    void nesting_that_would_exhaust_a_stack_is_no_json() {
        String deep = "{\"error\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";

        assertThat(ErrorAnswer.passing(500, Buffer.buffer(deep), KEY, false).code())
                .isEqualTo("provider_failed");
    }

    private static JsonObject fields(ErrorAnswer error) {
        return new JsonObject(error.body()).getJsonObject("error");
    }

    private static String message(ErrorAnswer error) {
        return fields(error).getString("message");
    }
}
