package dev.comporta.dialect;

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
                 "tools":[{"type":"function","function":{"name":"g","description":"does","parameters":{"type":"object","required":["x"]}}}]}
                """))
                .isEqualTo(
                        "system\nBe brief.\nuser\nHello 😀\nassistant\nf\n{}\ng\ndoes\n{\"type\":\"object\",\"required\":[\"x\"]}\n");
    }

    @Test
    void every_dialect_has_its_own_words_for_it() {
        assertThat(of("""
                {"instructions":"Be brief.","input":[{"type":"message","role":"user","content":"Hello"},
                  {"type":"function_call_output","call_id":"no","output":"42"}]}
                """)).isEqualTo("Be brief.\nuser\nHello\n42\n");
        assertThat(of("""
                {"system":[{"type":"text","text":"Be brief."}],"messages":[{"role":"assistant","content":[
                  {"type":"tool_use","id":"no","name":"f","input":{"a":1}}]}]}
                """)).isEqualTo("Be brief.\nassistant\nf\n{\"a\":1}\n");
        assertThat(of("""
                {"contents":[{"role":"user","parts":[{"text":"Hello"},{"inlineData":{"mimeType":"no","data":"no"}}]}]}
                """)).isEqualTo("user\nHello\n");
        assertThat(of("{\"input\":\"embed me\"}")).isEqualTo("embed me\n");
    }

    @Test
    void of_what_is_no_json_there_is_none() {
        assertThat(of("{\"messages\":[{\"content\":\"a\"},{\"content\":\"b")).isEmpty();
        assertThat(of("")).isEmpty();
        assertThat(of("nothing")).isEmpty();
        assertThat(of("{\"content\":\"a\",\"x\":" + "[".repeat(100_000))).isEmpty();
    }

    private static String of(String body) {
        return PromptText.of(body.getBytes(StandardCharsets.UTF_8));
    }
}
