package dev.comporta.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The models that a document names")
class NamedModelsTest {

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"tools\":[{\"type\":\"image_generation\",\"model\":\"x\"}]}",
                "{\"tools\":[{\"mod\\u0065l\":\"x\"}]}",
                "{\"data_source\":{\"type\":\"completions\",\"model\":\"x\"}}",
                "{\"grader\":{\"graders\":{\"a\":{\"input\":[],\"model\":\"x\"}}}}",
                "{\"session\":{\"audio\":{\"input\":{\"transcription\":{\"model\":\"x\"}}}}}",
                "{\"a\":{\"model\":\"x\",\"model\":null}}",
                "{\"a\":{\"Model\":\"x\"}}",
                "{\"Model\":\"x\"}",
                "{\"models\":[\"x\"]}",
                "{\"model\":\"own\",\"requests\":[{\"model\":\"x\"}]}",
                "{\"a\":1} {\"b\":{\"model\":\"x\"}}"
            })
    void are_found_wherever_they_stand(String json) throws IOException {
        assertThat(NamedModels.in(bytes(json), false)).containsExactly("x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model\":\"own\"}",
                "{\"messages\":[{\"content\":[{\"type\":\"tool_use\",\"input\":{\"model\":\"Model T\"}}]}]}",
                "{\"contents\":[{\"parts\":[{\"functionCall\":{\"args\":{\"model\":\"Model T\"}}}]}]}",
                "{\"input\":[{\"model\":\"Model T\"}]}",
                "{\"tools\":[{\"function\":{\"parameters\":{\"default\":{\"model\":\"Model T\"}}}}]}",
                "{\"data_source\":{\"source\":{\"content\":[{\"item\":{\"model\":\"Model T\"}}]}}}",
                "{\"metadata\":{\"model\":\"Model T\"}}",
                "{\"tool\":{\"properties\":{\"model\":{\"type\":\"string\"}}}}",
                "{\"a\":\"model\",\"b\":[\"model\"]}",
                "[]"
            })
    void are_not_what_is_only_called_so(String json) throws IOException {
        assertThat(NamedModels.in(bytes(json), false)).isEmpty();
    }

    @Test
    void count_in_the_outermost_object_where_nobody_else_looks() throws IOException {
        assertThat(NamedModels.in(bytes("{\"model\":\"x\"}"), true)).containsExactly("x");
    }

    @Test
    void are_not_too_many() {
        String many = IntStream.range(0, 200).mapToObj(i -> "\"m" + i + "\"").collect(Collectors.joining(","));

        assertThatThrownBy(() -> NamedModels.in(bytes("{\"models\":[" + many + "]}"), false))
                .isInstanceOfSatisfying(
                        GatewayError.class, error -> assertThat(error.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    @Test
    void cannot_be_told_where_there_is_no_json() {
        assertThatThrownBy(() -> NamedModels.in(bytes("{\"a\":NaN,\"b\":{\"model\":\"x\"}}"), false))
                .isInstanceOf(IOException.class);
    }
}
