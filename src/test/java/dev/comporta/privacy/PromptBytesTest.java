package dev.comporta.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.Seeds;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The prompt within a request")
class PromptBytesTest {

    private static final String PROMPT = "{\"messages\":[{\"role\":\"user\",\"content\":\"a b\"}]}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ \"messages\" : [ { \"role\":\"user\", \"content\":\"a b\" } ] }",
                "{\"model\":\"x\",\"messages\":[{\"role\":\"user\",\"content\":\"a b\"}],\"temperature\":1,\"user\":\"u\"}",
                "{\"stream\":true,\"metadata\":{\"messages\":[1]},\"messages\":[{\"role\":\"user\",\"content\":\"a b\"}]}",
                "{\"x\":\"messages\",\"messages\":[{\"role\":\"user\",\"content\":\"a b\"}],\"y\":\"\\\"messages\\\":1\"}",
                "{\"messages\":1,\"messages\":[{\"role\":\"user\",\"content\":\"a b\"}]}"
            })
    void is_the_same_whatever_else_the_request_says(String request) {
        assertThat(of(request)).isEqualTo(of(PROMPT));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"messages\":[{\"role\":\"user\",\"content\":\"ab\"}]}",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a  b\"}]}",
                "{\"messages\":[{\"role\":\"system\",\"content\":\"a b\"}]}",
                "{\"input\":[{\"role\":\"user\",\"content\":\"a b\"}]}",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a b\"}],\"system\":\"x\"}",
                "{}"
            })
    void differs_where_the_model_is_asked_something_else(String request) {
        assertThat(of(request)).isNotEqualTo(of(PROMPT));
    }

    @Test
    void does_not_depend_on_the_order_of_members() {
        assertThat(of("{\"system\":\"s\",\"messages\":[1]}")).isEqualTo(of("{\"messages\":[1],\"system\":\"s\"}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}
            []
            {"model":"m"}
            "messages"
            {"messages"
            {"messages":
            {"a":"\\
            """)
    void is_empty_where_there_is_none(String request) {
        assertThat(PromptBytes.of(request.getBytes(StandardCharsets.UTF_8))).isEmpty();
    }

    @Test
    void a_long_one_counts_with_its_two_ends_and_its_length() {
        String middle = "x".repeat(200_000);
        String request = "{\"input\":\"a" + middle + "b\"}";

        assertThat(of(request)).isEqualTo(of(request)).hasSizeLessThan(140_000);
        assertThat(of("{\"input\":\"c" + middle + "b\"}")).isNotEqualTo(of(request));
        assertThat(of("{\"input\":\"a" + middle + "c\"}")).isNotEqualTo(of(request));
        assertThat(of("{\"input\":\"a" + middle + "xb\"}")).isNotEqualTo(of(request));
    }

    @Test
    void nothing_that_is_no_json_breaks_it() {
        Seeds.each(2000, random -> {
            byte[] body = new byte[random.nextInt(60)];
            String alphabet = "{}[]\":,\\ messagesinput1";
            for (int i = 0; i < body.length; i++) {
                body[i] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
            }
            PromptBytes.of(body);
        });
    }

    private static String of(String request) {
        return new String(PromptBytes.of(request.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }
}
