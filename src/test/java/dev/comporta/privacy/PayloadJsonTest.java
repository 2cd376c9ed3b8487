package dev.comporta.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.comporta.core.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Payloads as they are kept")
class PayloadJsonTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int ENOUGH = 64 << 10;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"a":"x ana@example.com"}               | {"a":"x [redacted:email]"}
            {"ana@example.com":{"b":[1,true,null]}} | {"[redacted:email]":{"b":[1,true,null]}}
            {"cpf":52998224725}                     | {"cpf":"[redacted:cpf]"}
            {"card":4111111111111111,"n":12.50}     | {"card":"[redacted:card]","n":12.50}
            {"to":5511912345678}                    | {"to":"[redacted:phone]"}
            {"phone":4155552671,"created":1732105955} | {"phone":"[redacted:phone]","created":1732105955}
            {"api_key":"short","password":"x"}      | {"api_key":"[redacted:key]","password":"[redacted:key]"}
            {"password":{"type":"string"}}          | {"password":{"type":"string"}}
            {"embedding":[0.4111111111111111,-1.5e-3]} | {"embedding":[0.4111111111111111,-1.5e-3]}
            {"n":1e400000}                          | {"n":"1e400000"}
            {"a":"nul\\u0000 half\\ud800"}          | {"a":"nul� half�"}
            {"phones":["(11) 91234-5678","none"]}   | {"phones":["[redacted:phone]","none"]}
            [["ana@example.com"],[]]                | [["[redacted:email]"],[]]
            {"arguments":"{\\"cpf\\":\\"529.982.247-25\\"}"} | {"arguments":"{\\"cpf\\":\\"[redacted:cpf]\\"}"}
            "ana@example.com"                       | "[redacted:email]"
            no JSON, ana@example.com                | "no JSON, [redacted:email]"
            {"a":1,"b":"broken o                    | {"a":1,"[cut]":true}
            {"a":[1,2                               | {"a":[1,2,"[cut]"]}
            """)
    void json_stays_json(String payload, String kept) {
        assertThat(PayloadJson.of(bytes(payload), ENOUGH)).isEqualTo(kept);
    }

    @Test
    void data_say_what_they_were() {
        String data = "A".repeat(4000);

        assertThat(PayloadJson.of(bytes("""
                        {"source":{"type":"base64","media_type":"image/jpeg","data":"%s"},\
                        "url":"data:image/png;base64,%s","other":{"data":"%s"}}""".formatted(data, data, data)), ENOUGH))
                .isEqualTo("""
                        {"source":{"type":"base64","media_type":"image/jpeg","data":"[omitted: image/jpeg, 3000 bytes]"},\
                        "url":"[omitted: image/png, 3000 bytes]","other":{"data":"[omitted: base64, 3000 bytes]"}}""");
    }

    @Test
    void what_is_too_long_ends_and_says_so() throws Exception {
        String text = PayloadJson.of(bytes("{\"a\":\"" + "word ".repeat(1000) + "\",\"b\":{\"c\":[1]}}"), 100);
        assertThat(JSON.readTree(text).path("a").asText())
                .endsWith("[cut: 4913 characters]")
                .hasSizeLessThan(130);
        assertThat(JSON.readTree(text).path("[cut]").asBoolean()).isTrue();
        assertThat(JSON.readTree(text).has("b")).isFalse();

        String list = PayloadJson.of(bytes("{\"a\":[" + "1,".repeat(1000) + "1]}"), 100);
        JsonNode numbers = JSON.readTree(list).path("a");
        assertThat(numbers.get(numbers.size() - 1).asText()).isEqualTo("[cut]");
        assertThat(list).hasSizeLessThan(150);

        assertThat(PayloadJson.of(bytes("no json " + "x ".repeat(1000)), 100)).hasSizeLessThan(130);
    }

    @Test
    void a_cut_never_uncovers_what_was_hidden_nor_splits_a_character() throws Exception {
        for (int most = 10; most < 80; most++) {
            String kept =
                    PayloadJson.of(bytes("{\"a\":\"\uD83D\uDE00 ana@example.com 529.982.247-25 \uD83D\uDE00\"}"), most);

            assertThat(kept).doesNotContain("ana@", "529.").doesNotContain("\uFFFD");
            assertThat(JSON.readTree(kept).isObject()).isTrue();
        }
    }

    @Test
    void whatever_is_put_in_json_comes_out() {
        byte[] whole = bytes("""
                {"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"Oi ☕ ana@example.com"}]}],\
                "n":[1,2.5,-3e4,true,null],"deep":[[[[{"x":"y"}]]]]}""");
        Seeds.each(500, random -> {
            byte[] payload = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
            for (int i = 0; i < random.nextInt(4) && payload.length > 0; i++) {
                payload[random.nextInt(payload.length)] = (byte) random.nextInt(256);
            }
            String kept = PayloadJson.of(payload, 1 + random.nextInt(300));

            JSON.readTree(kept);
            assertThat(kept).doesNotContain("\\u0000");
        });
        assertThat(PayloadJson.of(bytes("[".repeat(5000)), ENOUGH)).startsWith("[[[");
    }

    @Test
    void what_comes_in_pieces_is_put_together_before_it_is_looked_at() throws Exception {
        String events = """
                data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}

                data: {"choices":[{"index":0,"delta":{"content":"CPF 529."}},{"index":1,"delta":{"content":"one"}}]}

                : ping

                data: {"choices":[{"index":0,"delta":{"content":"982.247"}}]}

                data: {"choices":[{"index":0,"delta":{"content":"-25"},"finish_reason":"stop"}]}

                data: [DONE]

                data: {"choices":[{"index":0,"delta":{"content":"broken o""";

        JsonNode kept = JSON.readTree(PayloadJson.of(StreamedParts.of(bytes(events), false), ENOUGH));

        assertThat(kept).isEqualTo(JSON.readTree("""
                {"streamed":true,"parts":[
                  {"at":"choices.0.delta.content","text":"CPF [redacted:cpf]"},
                  {"at":"choices.1.delta.content","text":"one"},
                  {"at":"choices.0.finish_reason","text":"stop"}]}"""));
    }

    @Test
    void the_streams_of_the_other_dialects_are_understood_too() throws Exception {
        assertThat(parts("""
                event: content_block_start
                data: {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","name":"look","input":{}}}

                event: content_block_delta
                data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\\"a\\""}}

                data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":":1}"}}

                """)).isEqualTo("1.content_block.name=look, 1.delta.partial_json={\"a\":1}");
        assertThat(parts("""
                data: {"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"Hel"}

                data: {"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"lo"}

                data: {"type":"response.output_text.done","output_index":0,"content_index":0,"text":"Hello"}

                data: {"type":"response.completed","response":{"output":[{"content":[{"text":"Hello"}]}]}}

                """)).isEqualTo("0.0.delta=Hello");
        assertThat(parts("""
                data: {"candidates":[{"content":{"parts":[{"text":"Hel"}],"role":"model"},"index":0}]}\r
                \r
                data: {"candidates":[{"content":{"parts":[{"text":"lo"}]},"finishReason":"STOP"}]}\r
                \r
                """)).isEqualTo("candidates.0.content.parts.0.text=Hello, candidates.0.finishReason=STOP");
    }

    private static String parts(String events) throws Exception {
        JsonNode kept = JSON.readTree(PayloadJson.of(StreamedParts.of(bytes(events), false), ENOUGH));
        StringBuilder parts = new StringBuilder();
        kept.path("parts")
                .forEach(part -> parts.append(parts.isEmpty() ? "" : ", ")
                        .append(part.path("at").asText())
                        .append('=')
                        .append(part.path("text").asText()));
        return parts.toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
