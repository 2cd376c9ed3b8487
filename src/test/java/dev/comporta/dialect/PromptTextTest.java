package dev.comporta.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The text that a model reads")
class PromptTextTest {

    private static String text(String body) {
        return PromptText.of(body.getBytes(UTF_8));
    }

    @Test
    void of_a_messages_request_are_system_messages_and_tools() {
        String text = text("""
                {"model":"m","max_tokens":9,"metadata":{"name":"unread"},"stop_sequences":["unread"],
                 "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],
                 "messages":[
                  {"role":"user","content":"Weather?"},
                  {"role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":"unread"},
                    {"type":"tool_use","id":"unread","name":"weather","input":{"city":"Rom","n":[1]}}]},
                  {"role":"user","content":[{"type":"tool_result","tool_use_id":"unread","content":[{"type":"text","text":"Sun"}]},
                    {"type":"image","source":{"type":"base64","media_type":"image/png","data":"unread"}},
                    {"type":"document","title":"On grass","source":{"type":"text","media_type":"text/plain","data":"It is green."}}]}],
                 "tools":[{"name":"weather","description":"Tells it","input_schema":{"type":"object"}}]}""");

        assertThat(text).isEqualTo("""
                        Be brief.
                        user
                        Weather?
                        assistant
                        Hm.
                        weather
                        {"city":"Rom","n":[1]}
                        user
                        Sun
                        On grass
                        It is green.
                        weather
                        Tells it
                        {"type":"object"}
                        """);
    }

    @Test
    void of_a_chat_request_are_messages_and_tools() {
        String text = text("""
                {"messages":[{"role":"system","content":"Be brief."},
                  {"role":"user","content":[{"type":"text","text":"Hi"},{"type":"image_url","image_url":{"url":"unread"}}]},
                  {"role":"assistant","content":null,"tool_calls":[{"id":"unread","type":"function",
                    "function":{"name":"clock","arguments":"{}"}}]}],
                 "tools":[{"type":"function","function":{"name":"clock","parameters":{"type":"object"}}}]}""");

        assertThat(text.lines())
                .containsExactly(
                        "system",
                        "Be brief.",
                        "user",
                        "Hi",
                        "assistant",
                        "clock",
                        "{}",
                        "clock",
                        "{\"type\":\"object\"}");
    }

    @Test
    void of_a_gemini_request_are_contents_instruction_and_tools() {
        String text = text("""
                {"systemInstruction":{"parts":[{"text":"Be brief."}]},
                 "contents":[{"role":"user","parts":[{"text":"Hi"},{"inlineData":{"mimeType":"image/png","data":"unread"}}]},
                  {"role":"model","parts":[{"functionCall":{"name":"clock","args":{"a":1}}}]},
                  {"role":"user","parts":[{"functionResponse":{"name":"clock","response":{"b":2}}}]}],
                 "tools":[{"functionDeclarations":[{"name":"clock","description":"Tells it","parameters":{"type":"OBJECT"}}]}]}""");

        assertThat(text.lines())
                .containsExactly(
                        "Be brief.",
                        "user",
                        "Hi",
                        "model",
                        "clock",
                        "{\"a\":1}",
                        "user",
                        "clock",
                        "{\"b\":2}",
                        "clock",
                        "Tells it",
                        "{\"type\":\"OBJECT\"}");
    }

    @Test
    void of_what_is_no_request_is_none() {
        assertThat(text("{\"messages\":")).isEmpty();
        assertThat(text("[1]")).isEmpty();
        assertThat(text("\"text\"")).isEmpty();
    }

    @Test
    void of_a_responses_request_are_instructions_and_items() {
        assertThat(text("""
                {"instructions":"Be brief.","input":[{"type":"message","role":"user","content":"Hello"},
                  {"type":"function_call_output","call_id":"unread","output":"42"}]}""")).isEqualTo("""
                Be brief.
                user
                Hello
                42
                """);
        assertThat(text("{\"input\":\"embed me\"}")).isEqualTo("embed me\n");
    }

    @Test
    void of_nesting_that_would_exhaust_a_stack_is_what_comes_before() {
        assertThat(text("{\"content\":\"a\",\"x\":" + "[".repeat(100_000))).isEqualTo("a\n");
    }
}
