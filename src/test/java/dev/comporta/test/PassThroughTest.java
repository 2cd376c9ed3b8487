package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the gateway has no business with passes as the bytes that it came in. */
@QuarkusTest
class PassThroughTest {

    /** Unknown fields, wide numbers and odd spellings, none of which a rewrite would leave alone. */
    private static final String ODDITIES = """
            "seed":9223372036854775807 ,"big":123456789012345678901234567890,
            \t"temperature":1.0e0,"top_p":0.10,"zero":-0.0,"tiny":1E-400,"huge":1e999999,"int":1.0,
            "unknown":{"b":1,"a":2,"b":3},"escaped":"\\u00e9\\u0000\\/\\ud83c\\udf0a","raw":"é🌊","null":null,
            "lone":"\\ud800","messages":[ {"role" : "user","content":"Hello" } ]""";

    ScriptedUpstream upstream;

    private String sent(String model) {
        return upstream.call(model).request().text();
    }

    @Test
    void a_request_passes_byte_for_byte_but_for_the_model_name() {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));

        HttpResponse<byte[]> response =
                Gateway.chat("  {\r\n%s , \"model\" : \"acme/%s\" }\n".formatted(ODDITIES, model));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(sent(model)).isEqualTo("  {\r\n%s , \"model\" : \"%s\" }\n".formatted(ODDITIES, model));
    }

    @Test
    void a_request_whose_model_has_no_prefix_passes_as_it_is() {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));
        String body = "{\"model\":\"%s\",%s}".formatted(model, ODDITIES);

        Gateway.chat(body);

        Exchange exchange = upstream.call(model);
        assertThat(exchange.request().text()).isEqualTo(body);
        assertThat(exchange.request().startLine()).isEqualTo("POST /openai/v1/chat/completions HTTP/1.1");
    }

    @Test
    void a_streamed_request_gains_the_wish_for_usage_and_nothing_else() {
        String model = upstream.model(Answers.events(Answers.stream("Hi")));

        Gateway.chat("{\"model\":\"acme/%s\",\"stream\":true,%s}".formatted(model, ODDITIES));

        assertThat(sent(model))
                .isEqualTo("{\"stream_options\":{\"include_usage\":true},\"model\":\"%s\",\"stream\":true,%s}"
                        .formatted(model, ODDITIES));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"include_usage\":false}",
                "{ \"include_usage\" : null , \"include_obfuscation\":false }",
                "{\"include_obfuscation\":false}",
                "null",
                "{\"include_usage\":true}"
            })
    void stream_options_keep_what_the_caller_wrote_in_them(String options) {
        String model = upstream.model(Answers.events(Answers.stream("Hi")));

        Gateway.chat("{\"model\":\"acme/%s\",\"stream\":true,\"stream_options\":%s,\"messages\":[]}"
                .formatted(model, options));

        Exchange exchange = upstream.call(model);
        assertThat(exchange.json().at("/stream_options/include_usage").asBoolean())
                .isTrue();
        assertThat(exchange.json().at("/stream_options/include_obfuscation").isMissingNode())
                .isEqualTo(!options.contains("obfuscation"));
        assertThat(exchange.json().size()).isEqualTo(4);
    }

    @Test
    void a_body_in_chunks_and_in_odd_pieces_arrives_whole() throws Exception {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));
        byte[] body = "{\"model\":\"acme/%s\",%s}".formatted(model, ODDITIES).getBytes(StandardCharsets.UTF_8);

        try (RawCaller caller = new RawCaller()) {
            caller.head("POST", Gateway.CHAT, "Transfer-Encoding: chunked");
            for (byte b : body) {
                caller.send(new byte[] {'1', '\r', '\n', b, '\r', '\n'});
            }
            caller.send("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(caller.answer().status()).isEqualTo(200);
        }

        assertThat(sent(model)).isEqualTo("{\"model\":\"%s\",%s}".formatted(model, ODDITIES));
    }

    @Test
    void a_large_body_passes() {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));
        String body = "{\"model\":\"acme/%s\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
                .formatted(model, "0123456789".repeat(300_000));

        assertThat(Gateway.chat(body).statusCode()).isEqualTo(200);

        assertThat(sent(model)).isEqualTo(body.replace("acme/", ""));
    }

    @Test
    void an_answer_passes_byte_for_byte() {
        String body = " {\"id\" : 9223372036854775807,\"x\":{},\"choices\":[],%s,\"usage\":%s}\r\n"
                .formatted(ODDITIES, Answers.USAGE);
        String model = upstream.model(Answers.json(body));

        HttpResponse<byte[]> response = Gateway.chat(Gateway.question("acme/" + model));

        assertThat(Gateway.text(response)).isEqualTo(body);
    }

    @Test
    void an_error_of_the_provider_passes_byte_for_byte() {
        String body =
                "{ \"error\":{\"message\":\"no\",\"type\":\"t\",\"param\":null,\"code\":17,\"inner\":{\"n\":1.0}}, \"status\":400 }\n";
        String model = upstream.model(Answers.json(400, body));

        HttpResponse<byte[]> response = Gateway.chat(Gateway.question("acme/" + model));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Gateway.text(response)).isEqualTo(body);
        assertThat(Gateway.header(response, "x-gateway-error-source")).isEqualTo("provider");
    }

    @Test
    void a_stream_passes_byte_for_byte_but_for_usage_that_nobody_asked_for() {
        List<String> data = List.of(
                "{ \"id\":1.0, \"choices\":[ {\"index\":0,\"delta\":{\"content\":\"a\"}} ] , \"usage\" : null }",
                "{\"usage\":null,\"choices\":[{\"index\":0,\"delta\":{\"content\":\"b\"},\"finish_reason\":\"stop\"}],%s}"
                        .formatted(ODDITIES.replaceAll("\\s*\n\\s*", "")),
                "{\"choices\":[],\"usage\":%s}".formatted(Answers.USAGE),
                "[DONE]");
        String model = upstream.model(Answers.events(data));

        String asked = Gateway.text(
                Gateway.chat("{\"model\":\"acme/%s\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}"
                        .formatted(model)));
        String notAsked = Gateway.text(Gateway.chat(Gateway.streamedQuestion("acme/" + model)));

        assertThat(asked).isEqualTo(Answers.text(data, "\n"));
        assertThat(notAsked)
                .isEqualTo(Answers.text(
                        List.of(
                                data.get(0).replace(", \"usage\" : null", ""),
                                data.get(1).replace("\"usage\":null,", ""),
                                "[DONE]"),
                        "\n"));
    }

    @Test
    void what_a_provider_says_before_it_has_choices_passes() {
        // Azure tells what its content filter found in the prompt before anything else.
        String filter = "\"prompt_filter_results\":[{\"prompt_index\":0}]";
        String model = upstream.model(exchange -> exchange.eventStream()
                .event("{\"choices\":[],%s,\"usage\":null}".formatted(filter))
                .event(Answers.content("a"))
                .event(Answers.chunk("{}", "\"stop\""))
                .event(Answers.usageChunk(Answers.USAGE))
                .event("[DONE]")
                .end());

        String text = Gateway.text(Gateway.chat(Gateway.streamedQuestion("acme/" + model)));

        assertThat(text).contains(filter).doesNotContain("usage");
    }

    @Test
    void comments_and_other_fields_pass_as_they_are() {
        String text = ": one\n\nevent: chunk\nid: 7\ndata: %s\n\n: two\n\ndata: %s\n\ndata: [DONE]\n\n"
                .formatted(Answers.content("a"), Answers.chunk("{}", "\"stop\""));
        String model =
                upstream.model(exchange -> exchange.eventStream().chunk(text).end());

        assertThat(Gateway.text(Gateway.chat(Gateway.streamedQuestion("acme/" + model))))
                .isEqualTo(text);
    }

    @Test
    void an_answer_in_gzip_is_unpacked_whole() {
        String body = Answers.completion("Hi ".repeat(10_000));
        String model = upstream.model(exchange -> exchange.whole(
                200, Compression.gzip(body), "content-type: application/json", "content-encoding: gzip"));

        HttpResponse<byte[]> response = Gateway.chat(Gateway.question("acme/" + model), "Accept-Encoding", "gzip, br");

        assertThat(Gateway.text(response)).isEqualTo(body);
        assertThat(Gateway.header(response, "content-encoding")).isEmpty();
        assertThat(upstream.call(model).request().header("accept-encoding")).isEqualTo("identity");
    }

    @Test
    void the_base_url_of_a_provider_may_end_with_a_slash_or_have_no_version() {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));

        Gateway.chat(Gateway.question("mistral/" + model));
        Gateway.chat(Gateway.question("free/" + model));

        assertThat(upstream.call(model).request().startLine()).isEqualTo("POST /mistral/v1/chat/completions HTTP/1.1");
        assertThat(upstream.call(model).request().startLine()).isEqualTo("POST /free/chat/completions HTTP/1.1");
    }

    @Test
    void a_query_reaches_the_provider_as_it_was_written() {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));
        String query = "?api-version=1&a=b%20c&d=%C3%A9%2F&e";

        HttpResponse<byte[]> response = Gateway.send(Gateway.request(Gateway.CHAT + query)
                .POST(HttpRequest.BodyPublishers.ofString(Gateway.question("acme/" + model)))
                .build());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(upstream.call(model).request().startLine())
                .isEqualTo("POST /acme/v1/chat/completions" + query + " HTTP/1.1");
    }

    @Test
    void a_model_name_with_slashes_reaches_its_provider_whole() {
        String model = "openai/" + upstream.model(Answers.json(Answers.completion("Hi")));
        upstream.script(model, Answers.json(Answers.completion("Hi")));

        HttpResponse<byte[]> response = Gateway.chat(Gateway.question("groq/" + model));

        assertThat(upstream.call(model).json().path("model").asText()).isEqualTo(model);
        assertThat(Gateway.header(response, "x-gateway-provider")).isEqualTo("groq");
        assertThat(Gateway.header(response, "x-gateway-model")).isEqualTo(model);
    }

    @Test
    void a_caller_may_speak_http_2() {
        String model = upstream.model(Answers.events(Answers.stream("Good ", "day")));
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        HttpRequest request =
                Gateway.chatRequest(Gateway.streamedQuestion("acme/" + model).getBytes(StandardCharsets.UTF_8));

        HttpResponse<String> response =
                http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).join();

        assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(response.body()).endsWith("data: [DONE]\n\n").contains("Good ", "day");
        assertThat(upstream.call(model).request().names()).doesNotContain("upgrade", "http2-settings", "connection");
    }
}
