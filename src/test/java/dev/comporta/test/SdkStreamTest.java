package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.InternalServerException;
import com.openai.errors.OpenAIException;
import com.openai.errors.RateLimitException;
import com.openai.errors.SseException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessageFunctionToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionUsage;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Streams through the official SDK, from providers that behave and from providers that do not. */
@QuarkusTest
class SdkStreamTest {

    private static final String SAID = "Grüße, 世界 🌊!";
    private static final List<String> SAID_IN_PARTS = List.of("Grüße", ", 世", "界 🌊", "!");

    ScriptedUpstream upstream;

    private OpenAIClient client;

    @BeforeEach
    void connect() {
        client = Gateway.sdk();
    }

    private static ChatCompletionCreateParams.Builder ask(String model) {
        return ChatCompletionCreateParams.builder().model(model).addUserMessage("Hello");
    }

    private static ChatCompletionStreamOptions includeUsage(boolean wanted) {
        return ChatCompletionStreamOptions.builder().includeUsage(wanted).build();
    }

    private List<ChatCompletionChunk> chunks(ChatCompletionCreateParams params) {
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params)) {
            return stream.stream().toList();
        }
    }

    private static String content(List<ChatCompletionChunk> chunks) {
        StringBuilder text = new StringBuilder();
        for (ChatCompletionChunk chunk : chunks) {
            chunk.choices().forEach(choice -> choice.delta().content().ifPresent(text::append));
        }
        return text.toString();
    }

    private static List<CompletionUsage> usages(List<ChatCompletionChunk> chunks) {
        return chunks.stream().flatMap(chunk -> chunk.usage().stream()).toList();
    }

    // Usage: the provider is asked either way, the caller sees what it asked for

    @Test
    void without_include_usage_the_caller_sees_none_and_the_provider_is_asked() {
        String model = upstream.model(Answers.events(Answers.stream("Good ", "day")));

        List<ChatCompletionChunk> chunks = chunks(ask("acme/" + model).build());

        assertThat(content(chunks)).isEqualTo("Good day");
        assertThat(usages(chunks)).isEmpty();
        assertThat(chunks).allMatch(chunk -> !chunk.choices().isEmpty());
        JsonNode sent = upstream.call(model).json();
        assertThat(sent.path("stream").asBoolean()).isTrue();
        assertThat(sent.at("/stream_options/include_usage").asBoolean()).isTrue();
    }

    @Test
    void with_include_usage_the_caller_sees_it_once() {
        String model = upstream.model(Answers.events(Answers.stream("Good ", "day")));

        List<ChatCompletionChunk> chunks =
                chunks(ask("acme/" + model).streamOptions(includeUsage(true)).build());

        assertThat(content(chunks)).isEqualTo("Good day");
        assertThat(usages(chunks)).hasSize(1);
        assertThat(usages(chunks).get(0).totalTokens()).isEqualTo(14);
        assertThat(chunks.get(chunks.size() - 1).choices()).isEmpty();
        assertThat(upstream.call(model)
                        .json()
                        .at("/stream_options/include_usage")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void with_include_usage_false_the_caller_sees_none_and_the_provider_is_asked() {
        String model = upstream.model(Answers.events(Answers.stream("Good ", "day")));

        List<ChatCompletionChunk> chunks =
                chunks(ask("acme/" + model).streamOptions(includeUsage(false)).build());

        assertThat(usages(chunks)).isEmpty();
        assertThat(upstream.call(model)
                        .json()
                        .at("/stream_options/include_usage")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void usage_on_the_chunk_that_ends_the_text_is_taken_out_and_the_chunk_stays() {
        List<String> data = Answers.withoutUsage("Good ", "day");
        data.set(data.size() - 2, Answers.chunk("{}", "\"stop\"").replace("]}", "],\"usage\":" + Answers.USAGE + "}"));
        String model = upstream.model(Answers.events(data));

        List<ChatCompletionChunk> chunks = chunks(ask("acme/" + model).build());

        assertThat(usages(chunks)).isEmpty();
        assertThat(chunks.get(chunks.size() - 1).choices().get(0).finishReason())
                .contains(ChatCompletionChunk.Choice.FinishReason.STOP);
    }

    @Test
    void a_provider_that_always_tells_and_refuses_stream_options_is_not_asked() {
        List<String> data = Answers.withoutUsage("Good ", "day");
        data.set(data.size() - 2, Answers.chunk("{}", "\"stop\"").replace("]}", "],\"usage\":" + Answers.USAGE + "}"));
        String model = upstream.model(Answers.events(data));

        List<ChatCompletionChunk> chunks =
                chunks(ask("mistral/" + model).streamOptions(includeUsage(true)).build());

        assertThat(content(chunks)).isEqualTo("Good day");
        assertThat(usages(chunks)).hasSize(1);
        assertThat(upstream.call(model).json().path("stream_options").isObject())
                .isFalse();
    }

    // What comes in streams

    @Test
    void tools_are_called_in_fragments() {
        List<String> data = new ArrayList<>();
        data.add(Answers.chunk("""
                {"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_1","type":"function",\
                "function":{"name":"weather","arguments":""}}]}""", "null"));
        data.add(Answers.chunk("""
                {"tool_calls":[{"index":1,"id":"call_2","type":"function","function":{"name":"clock","arguments":"{}"}}]}""", "null"));
        for (String part : List.of("{\\\"ci", "ty\\\":\\\"São", " Paulo\\\"}")) {
            data.add(Answers.chunk("""
                    {"tool_calls":[{"index":0,"function":{"arguments":"%s"}}]}""".formatted(part), "null"));
        }
        data.add(Answers.chunk("{}", "\"tool_calls\""));
        data.add(Answers.usageChunk(Answers.USAGE));
        data.add("[DONE]");
        String model = upstream.model(Answers.events(data));
        ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();

        chunks(ask("acme/" + model).addTool(SdkChatTest.weather()).build()).forEach(whole::accumulate);

        List<ChatCompletionMessageFunctionToolCall> calls =
                whole.chatCompletion().choices().get(0).message().toolCalls().orElseThrow().stream()
                        .map(call -> call.asFunction())
                        .toList();
        assertThat(calls).extracting(ChatCompletionMessageFunctionToolCall::id).containsExactly("call_1", "call_2");
        assertThat(calls.get(0).function().arguments()).isEqualTo("{\"city\":\"São Paulo\"}");
    }

    @Test
    void fragments_of_three_choices_interleave() {
        List<String> data = new ArrayList<>();
        for (String word : List.of("a", "b", "c")) {
            for (int index = 2; index >= 0; index--) {
                data.add(Answers.chunkOf("""
                        {"index":%d,"delta":{"content":"%s%d"},"finish_reason":null}""".formatted(index, word, index)));
            }
        }
        data.add(Answers.chunk("{}", "\"stop\""));
        data.add("[DONE]");
        String model = upstream.model(Answers.events(data));

        List<ChatCompletionChunk> chunks =
                chunks(ask("acme/" + model).n(3).logprobs(true).build());

        for (int index = 0; index < 3; index++) {
            int wanted = index;
            StringBuilder text = new StringBuilder();
            chunks.stream()
                    .flatMap(chunk -> chunk.choices().stream())
                    .filter(choice -> choice.index() == wanted)
                    .forEach(choice -> choice.delta().content().ifPresent(text::append));
            assertThat(text).hasToString("a%1$db%1$dc%1$d".formatted(index));
        }
    }

    @Test
    void the_demo_provider_streams() {
        List<ChatCompletionChunk> chunks = chunks(ChatCompletionCreateParams.builder()
                .model("demo/echo")
                .addUserMessage("Hello, Comporta")
                .streamOptions(includeUsage(true))
                .build());

        assertThat(content(chunks)).contains("Hello, Comporta");
        assertThat(usages(chunks)).hasSize(1);
    }

    @Test
    void an_event_arrives_while_the_next_one_is_not_even_written() {
        CompletableFuture<Void> seen = new CompletableFuture<>();
        String model = upstream.model(exchange -> {
            exchange.eventStream().event(Answers.content("first"));
            exchange.await(seen)
                    .event(Answers.content("second"))
                    .event(Answers.chunk("{}", "\"stop\""))
                    .event("[DONE]")
                    .end();
        });

        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(ask("acme/" + model).build())) {
            Iterator<ChatCompletionChunk> chunks = stream.stream().iterator();
            assertThat(content(List.of(chunks.next()))).isEqualTo("first");
            seen.complete(null);
            assertThat(content(List.of(chunks.next()))).isEqualTo("second");
        }
    }

    // However the bytes come, the SDK reads the same

    static List<Arguments> manners() {
        List<String> data = Answers.stream(SAID_IN_PARTS.toArray(String[]::new));
        List<String> withoutDone = data.subList(0, data.size() - 1);
        String plain = Answers.text(data, "\n");
        return List.of(
                manner("one byte at a time", pieces(plain, 1)),
                manner("three bytes at a time", pieces(plain, 3)),
                manner("all at once", pieces(plain, plain.length() * 4)),
                manner("CRLF, one byte at a time", pieces(Answers.text(data, "\r\n"), 1)),
                manner("CRLF", pieces(Answers.text(data, "\r\n"), 50)),
                manner("CR", pieces(Answers.text(data, "\r"), 7)),
                manner("a byte order mark in front", pieces("\uFEFF" + plain, 2)),
                manner("no space behind the colon", pieces(plain.replace("data: ", "data:"), 100)),
                manner(
                        "comments in between",
                        pieces(": OPENROUTER PROCESSING\n\n:\n\n" + plain.replace("\n\n", "\n\n: keep-alive\n\n"), 11)),
                manner("ids and retry times", pieces(plain.replace("data: ", "id: 7\nretry: 100\ndata: "), 13)),
                manner("data over two lines", pieces(plain.replace(",\"choices\":", ",\ndata: \"choices\":"), 17)),
                manner("no blank line at the end", pieces(plain.strip(), 19)),
                manner(
                        "no line end and no [DONE]",
                        pieces(Answers.text(withoutDone, "\n").strip(), 23)),
                manner("no [DONE]", pieces(Answers.text(withoutDone, "\n"), 29)),
                manner("two times [DONE], and more behind it", pieces(plain + plain, 31)),
                manner("until the connection closes", exchange -> {
                    exchange.head(200, "content-type: text/event-stream", "connection: close")
                            .raw(plain.getBytes(StandardCharsets.UTF_8))
                            .close();
                }),
                manner("gzip", exchange -> {
                    exchange.eventStream("content-encoding: gzip");
                    for (byte[] piece : split(Compression.gzip(plain), 5)) {
                        exchange.chunk(piece);
                    }
                    exchange.end();
                }),
                manner("a whole answer in JSON", Answers.json(Answers.completion(SAID))),
                manner(
                        "a whole answer in JSON and gzip",
                        exchange -> exchange.whole(
                                200,
                                Compression.gzip(Answers.completion(SAID)),
                                "content-type: application/json",
                                "content-encoding: gzip")));
    }

    private static Arguments manner(String name, ScriptedUpstream.Script script) {
        return Arguments.of(name, script);
    }

    private static ScriptedUpstream.Script pieces(String text, int size) {
        return exchange -> {
            exchange.eventStream();
            for (byte[] piece : split(text.getBytes(StandardCharsets.UTF_8), size)) {
                exchange.chunk(piece);
            }
            exchange.end();
        };
    }

    private static List<byte[]> split(byte[] bytes, int size) {
        List<byte[]> pieces = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += size) {
            pieces.add(Arrays.copyOfRange(bytes, at, Math.min(at + size, bytes.length)));
        }
        return pieces;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("manners")
    void the_same_is_read_from(String manner, ScriptedUpstream.Script script) {
        String model = upstream.model(script);

        List<ChatCompletionChunk> withoutUsage = chunks(ask("acme/" + model).build());
        List<ChatCompletionChunk> withUsage =
                chunks(ask("acme/" + model).streamOptions(includeUsage(true)).build());

        assertThat(content(withoutUsage)).isEqualTo(SAID);
        assertThat(usages(withoutUsage)).isEmpty();
        assertThat(content(withUsage)).isEqualTo(SAID);
        assertThat(usages(withUsage)).extracting(CompletionUsage::totalTokens).containsExactly(14L);
    }

    // A failure never looks like an answer

    static List<Arguments> failuresBeforeTheAnswer() {
        return List.of(
                before("the connection is reset", "acme", 502, Exchange::reset),
                before("the connection is closed", "acme", 502, Exchange::close),
                before(
                        "the head is cut",
                        "acme",
                        502,
                        exchange -> exchange.raw("HTTP/1.1 200 O".getBytes(StandardCharsets.US_ASCII))
                                .reset()),
                before(
                        "no HTTP at all",
                        "acme",
                        502,
                        exchange -> exchange.raw(
                                        "220 mail.example.com ESMTP\r\n\r\n".getBytes(StandardCharsets.US_ASCII))
                                .close()),
                before("nothing comes", "slow", 504, Exchange::stall),
                before(
                        "a head and then nothing",
                        "slow",
                        504,
                        exchange -> exchange.eventStream().stall()),
                before(
                        "comments only, then the end",
                        "acme",
                        502,
                        exchange ->
                                exchange.eventStream().chunk(": thinking\n\n").end()),
                before(
                        "an empty stream",
                        "acme",
                        502,
                        exchange -> exchange.eventStream().end()),
                before(
                        "an error as the first event",
                        "acme",
                        502,
                        exchange -> exchange.eventStream()
                                .event(Answers.errorBody("Overloaded", "server_error", "overloaded"))
                                .end()),
                before(
                        "an error with status 200",
                        "acme",
                        502,
                        Answers.json(Answers.errorBody("Overloaded", "server_error", "overloaded"))),
                before(
                        "garbage",
                        "acme",
                        502,
                        exchange -> exchange.whole(
                                200, new byte[] {0, 1, 2, (byte) 0xff}, "content-type: application/octet-stream")),
                before("half of a JSON answer", "acme", 502, Answers.json("{\"id\":\"chatcmpl-1\",\"choi")),
                before(
                        "a JSON answer whose connection is cut",
                        "acme",
                        502,
                        exchange -> exchange.head(200, "content-type: application/json", "content-length: 1000")
                                .raw("{\"id\":".getBytes(StandardCharsets.US_ASCII))
                                .close()),
                before(
                        "an error page in HTML",
                        "acme",
                        502,
                        exchange -> exchange.whole(
                                502,
                                "<html><body>Bad gateway</body></html>".getBytes(StandardCharsets.UTF_8),
                                "content-type: text/html")),
                before(
                        "a page with status 200",
                        "acme",
                        502,
                        exchange -> exchange.whole(
                                200,
                                "<html><body>Sign in</body></html>".getBytes(StandardCharsets.UTF_8),
                                "content-type: text/html")),
                before(
                        "a redirect",
                        "acme",
                        502,
                        exchange -> exchange.whole(302, new byte[0], "location: http://example.com/")),
                before(
                        "overloaded, as only Anthropic says it",
                        "acme",
                        503,
                        Answers.json(529, Answers.errorBody("Overloaded", "overloaded_error", "overloaded"))),
                before(
                        "gzip that is none",
                        "acme",
                        502,
                        exchange -> exchange.whole(
                                200,
                                "plain".getBytes(StandardCharsets.UTF_8),
                                "content-type: application/json",
                                "content-encoding: gzip")));
    }

    private static Arguments before(String name, String provider, int status, ScriptedUpstream.Script script) {
        return Arguments.of(name, provider, status, script);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failuresBeforeTheAnswer")
    void fails_before_the_answer(String name, String provider, int status, ScriptedUpstream.Script script) {
        String model = upstream.model(script);

        InternalServerException streamed = catchThrowableOfType(
                InternalServerException.class,
                () -> chunks(ask(provider + "/" + model).build()));
        InternalServerException whole = catchThrowableOfType(
                InternalServerException.class,
                () -> client.chat()
                        .completions()
                        .create(ask(provider + "/" + model).build()));

        assertThat(streamed.statusCode()).isEqualTo(status);
        assertThat(streamed.code()).isPresent();
        assertThat(whole.statusCode()).isEqualTo(status);
    }

    @Test
    void a_rate_limit_before_the_stream_keeps_its_status() {
        String model = upstream.model(Answers.error(429, "requests", "rate_limit_exceeded", "retry-after: 3"));

        RateLimitException refused = catchThrowableOfType(
                RateLimitException.class, () -> chunks(ask("acme/" + model).build()));

        assertThat(refused.headers().values("retry-after")).containsExactly("3");
    }

    static List<Arguments> failuresWithinTheAnswer() {
        return List.of(
                within("the connection is reset", "acme", Exchange::reset),
                within("the connection is closed", "acme", Exchange::close),
                within("the chunks end without [DONE]", "acme", Exchange::end),
                // A last event whose blank line is missing is delivered, and this one the SDK cannot read.
                Arguments.of(
                        "the end in the middle of an event",
                        "acme",
                        OpenAIException.class,
                        script(exchange ->
                                exchange.chunk("data: {\"id\":\"c1\",").end())),
                within(
                        "a reset in the middle of an event",
                        "acme",
                        exchange -> exchange.chunk("data: {\"id\":\"c1\",").reset()),
                within("nothing more comes", "slow", Exchange::stall),
                within(
                        "an error, and the end",
                        "acme",
                        exchange -> exchange.event(Answers.errorBody("Overloaded", "server_error", "overloaded"))
                                .end()),
                within(
                        "an error, and [DONE]",
                        "acme",
                        exchange -> exchange.event(Answers.errorBody("Overloaded", "server_error", "overloaded"))
                                .event("[DONE]")
                                .end()));
    }

    private static ScriptedUpstream.Script script(ScriptedUpstream.Script script) {
        return script;
    }

    private static Arguments within(String name, String provider, ScriptedUpstream.Script then) {
        return Arguments.of(name, provider, SseException.class, then);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failuresWithinTheAnswer")
    void fails_within_the_answer(
            String name, String provider, Class<? extends OpenAIException> raised, ScriptedUpstream.Script then) {
        CompletableFuture<Void> seen = new CompletableFuture<>();
        String model = upstream.model(exchange -> {
            exchange.eventStream().event(Answers.content("as far as it got"));
            then.play(exchange.await(seen));
        });
        String conversation = Gateway.newConversation();
        List<ChatCompletionChunk> got = new ArrayList<>();

        Throwable failure;
        try (StreamResponse<ChatCompletionChunk> stream = client.chat()
                .completions()
                .createStreaming(ask(provider + "/" + model)
                        .putAdditionalHeader("x-gateway-conversation-id", conversation)
                        .build())) {
            Iterator<ChatCompletionChunk> chunks = stream.stream().iterator();
            got.add(chunks.next());
            seen.complete(null);
            failure = catchThrowableOfType(RuntimeException.class, () -> chunks.forEachRemaining(got::add));
        }

        assertThat(content(got)).isEqualTo("as far as it got");
        assertThat(failure).isInstanceOf(raised);
        // Nobody asked again: what the caller has already read would be said twice.
        assertThat(upstream.waiting(model)).isOne();

        JsonNode usage = Gateway.usageOf(conversation);
        assertThat(usage.path("status").asText()).isEqualTo("error");
        assertThat(usage.path("usageSource").asText()).isEqualTo("estimated");
        assertThat(usage.path("inputTokens").asLong()).isPositive();
        assertThat(usage.path("outputTokens").asLong()).isPositive();
        assertThat(usage.at("/errorDetails/code").asText()).isEqualTo("provider_failed");
    }

    // The caller hangs up

    @Test
    void a_cancelled_stream_ends_at_the_provider_too_and_is_recorded() {
        String model = upstream.model(exchange -> {
            exchange.eventStream();
            while (!exchange.isGone()) {
                exchange.event(Answers.content("on and on and on "));
            }
        });
        String conversation = Gateway.newConversation();
        Exchange exchange;
        long left;
        try (StreamResponse<ChatCompletionChunk> stream = client.chat()
                .completions()
                .createStreaming(ask("acme/" + model)
                        .putAdditionalHeader("x-gateway-conversation-id", conversation)
                        .build())) {
            assertThat(stream.stream().limit(3)).hasSize(3);
            exchange = upstream.call(model);
            left = System.nanoTime();
        }

        assertThat(TimeUnit.NANOSECONDS.toMillis(exchange.awaitGone() - left)).isLessThan(1_000);
        JsonNode usage = Gateway.usageOf(conversation);
        assertThat(usage.path("status").asText()).isEqualTo("cancelled");
        assertThat(usage.path("statusCode").asInt()).isEqualTo(499);
        assertThat(usage.path("usageSource").asText()).isEqualTo("estimated");
        assertThat(usage.path("inputTokens").asLong()).isPositive();
        assertThat(usage.path("outputTokens").asLong()).isPositive();
        assertThat(usage.at("/errorDetails/code").asText()).isEqualTo("caller_gone");
        assertThat(usage.path("streamed").asBoolean()).isTrue();
    }
}
