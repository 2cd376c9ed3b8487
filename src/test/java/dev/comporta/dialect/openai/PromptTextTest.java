package dev.comporta.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PromptTextTest {

    @Test
    void what_a_model_reads_is_its_text() {
        assertThat(of("""
                {"model":"no","user":"no","messages":[
                  {"role":"system","content":"Be brief."},
                  {"role":"user","content":[{"type":"text","text":"Hello 😀"},
                     {"type":"image_url","image_url":{"url":"data:image/png;base64,no"}}]},
                  {"role":"assistant","content":null,"tool_calls":[{"id":"no","function":{"name":"f","arguments":"{}"}}]}],
                 "tools":[{"type":"function","function":{"name":"g","description":"does","parameters":{"type":"object","required":["no"]}}}]}
                """)).isEqualTo("system\nBe brief.\nuser\nHello 😀\nassistant\nf\n{}\ng\ndoes\n");
    }

    @Test
    void of_a_broken_body_it_is_what_can_be_read() {
        assertThat(of("{\"messages\":[{\"content\":\"a\"},{\"content\":\"b")).isEqualTo("a\n");
        assertThat(of("")).isEmpty();
        assertThat(of("nothing")).isEmpty();
        assertThat(of("{\"content\":\"a\",\"x\":" + "[".repeat(100_000))).isEqualTo("a\n");
    }

    private static String of(String body) {
        return PromptText.of(body.getBytes(StandardCharsets.UTF_8));
    }
}
