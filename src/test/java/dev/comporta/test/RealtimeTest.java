package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.Eventually;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocketFrame;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions of the Realtime API. */
@QuarkusTest
class RealtimeTest {

    private static final String CREATED = """
            {"type":"response.created","event_id":"e1","response":{"id":"%s","status":"in_progress","usage":null}}""";
    private static final String DONE = """
            {"type":"response.done","event_id":"e2","response":{"id":"%s","object":"realtime.response",\
            "status":"%s","output":[],"usage":{"total_tokens":253,"input_tokens":132,"output_tokens":121,\
            "input_token_details":{"text_tokens":119,"audio_tokens":13,"image_tokens":0,"cached_tokens":64,\
            "cached_tokens_details":{"text_tokens":64,"audio_tokens":0,"image_tokens":0}},\
            "output_token_details":{"text_tokens":30,"audio_tokens":91}}}}""";

    ScriptedSockets provider;
    ScriptedUpstream upstream;

    private static String[] key(String... more) {
        String[] headers = new String[more.length + 2];
        headers[0] = "Authorization";
        headers[1] = "Bearer " + Gateway.SHARED_KEY;
        System.arraycopy(more, 0, headers, 2, more.length);
        return headers;
    }

    private static SocketCaller call(String model, String... headers) {
        return new SocketCaller("/v1/realtime?model=live/" + model, List.of(), key(headers));
    }

    private static UpgradeRejectedException refused(String path, List<String> subProtocols, String... headers) {
        return catchThrowableOfType(
                UpgradeRejectedException.class, () -> new SocketCaller(path, subProtocols, headers).close());
    }

    private static JsonNode error(UpgradeRejectedException refusal) {
        return Json.read(refusal.getBody().getBytes()).path("error");
    }

    private static void echo(ServerWebSocket session) {
        session.frameHandler(frame -> {
            if (!frame.isClose()) {
                session.writeFrame(frame);
            }
        });
    }

    @Test
    void text_passes_both_ways() {
        String model = provider.model(RealtimeTest::echo);

        try (SocketCaller caller = call(model)) {
            caller.say("{\"type\":\"session.update\", \"x\" : 9223372036854775808}");

            assertThat(caller.hear().textData())
                    .isEqualTo("{\"type\":\"session.update\", \"x\" : 9223372036854775808}");
        }
    }

    @Test
    void binary_and_the_pieces_of_a_message_pass_as_they_are() {
        String model = provider.model(RealtimeTest::echo);

        try (SocketCaller caller = call(model)) {
            Buffer large = Buffer.buffer(new byte[3 << 20]);
            caller.socket().writeFinalBinaryFrame(large);
            caller.socket().writeFrame(WebSocketFrame.textFrame("one ", false));
            caller.socket().writeFrame(WebSocketFrame.continuationFrame(Buffer.buffer("two"), true));

            WebSocketFrame binary = caller.hear();
            WebSocketFrame first = caller.hear();
            WebSocketFrame second = caller.hear();
            assertThat(binary.isBinary()).isTrue();
            assertThat(binary.binaryData()).isEqualTo(large);
            assertThat(first.isText()).isTrue();
            assertThat(first.isFinal()).isFalse();
            assertThat(first.textData()).isEqualTo("one ");
            assertThat(second.isContinuation()).isTrue();
            assertThat(second.isFinal()).isTrue();
            assertThat(second.binaryData().toString()).isEqualTo("two");
        }
    }

    @Test
    void the_provider_sees_its_own_key_and_what_the_caller_may_tell_it() {
        String model = provider.model(RealtimeTest::echo);

        try (SocketCaller caller = new SocketCaller(
                "/v1/realtime?a=%20b&model=live%2F" + model + "&c",
                List.of(ScriptedSockets.SUB_PROTOCOL, "openai-organization.org-1", "openai-beta.realtime-v1"),
                key(
                        "OpenAI-Beta",
                        "realtime=v1",
                        "x-gateway-team-id",
                        "team",
                        "Cookie",
                        "a=b",
                        "Origin",
                        "http://x"))) {
            HttpServerRequest handshake = provider.handshake(model);

            assertThat(handshake.uri()).isEqualTo("/live/v1/realtime?a=%20b&model=" + model + "&c");
            assertThat(handshake.headers().getAll("authorization"))
                    .containsExactly("Bearer " + UpstreamResource.ACME_KEY);
            assertThat(handshake.getHeader("openai-beta")).isEqualTo("realtime=v1");
            assertThat(handshake.headers().names())
                    .noneMatch(name -> name.toLowerCase().startsWith("x-gateway"))
                    .noneMatch(name -> name.equalsIgnoreCase("cookie"))
                    .noneMatch(name -> name.equalsIgnoreCase("origin"));
            assertThat(caller.socket().subProtocol()).isEqualTo(ScriptedSockets.SUB_PROTOCOL);
            assertThat(caller.requestId()).isNotEmpty();
        }
    }

    @Test
    void a_browser_puts_its_key_among_the_subprotocols_and_the_provider_never_sees_it() {
        String model = provider.model(RealtimeTest::echo);

        try (SocketCaller caller = new SocketCaller(
                "/v1/realtime?model=live/" + model,
                List.of(ScriptedSockets.SUB_PROTOCOL, "openai-insecure-api-key." + Gateway.SHARED_KEY))) {
            caller.say("hello");

            assertThat(caller.hear().textData()).isEqualTo("hello");
            assertThat(caller.socket().subProtocol()).isEqualTo(ScriptedSockets.SUB_PROTOCOL);
            HttpServerRequest handshake = provider.handshake(model);
            assertThat(handshake.headers().toString()).doesNotContain(Gateway.SHARED_KEY);
            assertThat(handshake.getHeader("sec-websocket-protocol")).isEqualTo(ScriptedSockets.SUB_PROTOCOL);
            assertThat(handshake.getHeader("authorization")).isEqualTo("Bearer " + UpstreamResource.ACME_KEY);
        }
    }

    @Test
    void a_key_of_the_callers_own_is_presented_instead() {
        String model = provider.model(RealtimeTest::echo);

        new SocketCaller(
                        "/v1/realtime?model=live/" + model,
                        List.of(ScriptedSockets.SUB_PROTOCOL, "openai-project.proj-1"),
                        "x-gateway-key",
                        Gateway.SHARED_KEY,
                        "Authorization",
                        "Bearer sk-own")
                .close();

        HttpServerRequest handshake = provider.handshake(model);
        assertThat(handshake.getHeader("authorization")).isEqualTo("Bearer sk-own");
        assertThat(handshake.getHeader("sec-websocket-protocol")).isEqualTo("realtime,openai-project.proj-1");
    }

    @Test
    void close_codes_pass_from_the_provider_to_the_caller() {
        String model = provider.model(session -> {
            session.writeTextMessage("last words");
            session.close((short) 4_001, "session_expired");
        });

        try (SocketCaller caller = call(model)) {
            assertThat(caller.hear().textData()).isEqualTo("last words");
            assertThat(caller.closeCode()).isEqualTo((short) 4_001);
            assertThat(caller.socket().closeReason()).isEqualTo("session_expired");
        }
    }

    @Test
    void close_codes_pass_from_the_caller_to_the_provider() {
        CompletableFuture<String> closed = new CompletableFuture<>();
        String model = provider.model(session ->
                session.closeHandler(gone -> closed.complete(session.closeStatusCode() + session.closeReason())));

        try (SocketCaller caller = call(model)) {
            caller.socket().close((short) 4_321, "done");

            assertThat(closed.orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo("4321done");
        }
    }

    @Test
    void a_provider_that_breaks_off_ends_the_session_with_an_error() {
        String conversation = Gateway.newConversation();
        upstream.script("", exchange -> {
            exchange.raw(Wire.switchedToWebSocket(exchange.request()))
                    .raw(Wire.textFrame(CREATED.formatted("resp_1")))
                    .reset();
        });

        try (SocketCaller caller = new SocketCaller(
                "/v1/realtime?model=acme/live", List.of(), key("x-gateway-conversation-id", conversation))) {
            assertThat(caller.closeCode()).isEqualTo((short) 1_011);
        }

        JsonNode usage = Gateway.usageOf(conversation);
        assertThat(usage.path("status").asText()).isEqualTo("error");
        assertThat(usage.path("errorDetails").path("code").asText()).isEqualTo("provider_failed");
    }

    @Test
    void a_session_in_which_nobody_says_anything_ends() {
        CompletableFuture<Short> closed = new CompletableFuture<>();
        String model =
                provider.model(session -> session.closeHandler(gone -> closed.complete(session.closeStatusCode())));

        try (SocketCaller caller = call(model)) {
            assertThat(caller.closeCode()).isEqualTo((short) 1_001);
            assertThat(closed.orTimeout(20, TimeUnit.SECONDS).join()).isEqualTo((short) 1_001);
        }
    }

    @Test
    void a_frame_that_is_too_long_ends_the_session_before_it_has_come() throws IOException {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        String model = provider.model(session -> session.closeHandler(gone -> closed.complete(null)));

        try (RawCaller caller = new RawCaller()) {
            caller.head(
                    "GET",
                    "/v1/realtime?model=live/" + model,
                    "Connection: Upgrade",
                    "Upgrade: websocket",
                    "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
            assertThat(caller.answerHead().status()).isEqualTo(101);
            // The head of a masked binary frame of 17 MiB.
            caller.send(new byte[] {(byte) 0x82, (byte) 0xff, 0, 0, 0, 0, 1, 0x10, 0, 0, 1, 2, 3, 4});

            assertThat(caller.in().read()).as("a close frame").isEqualTo(0x88);
            assertThat(caller.in().read()).isGreaterThanOrEqualTo(2);
            assertThat(caller.in().read() << 8 | caller.in().read()).isEqualTo(1_009);
            closed.orTimeout(20, TimeUnit.SECONDS).join();
        }
    }

    @Test
    void a_caller_that_hangs_up_takes_the_provider_with_it() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        CompletableFuture<Void> open = new CompletableFuture<>();
        String conversation = Gateway.newConversation();
        String model = provider.model(session -> {
            session.closeHandler(gone -> closed.complete(null));
            session.writeTextMessage(CREATED.formatted("resp_1"));
            session.writeTextMessage("{\"type\":\"response.output_text.delta\",\"delta\":\"Hel\"}")
                    .onSuccess(written -> open.complete(null));
        });

        try (SocketCaller caller = call(model, "x-gateway-conversation-id", conversation)) {
            caller.hear();
            caller.hear();
        }

        closed.orTimeout(20, TimeUnit.SECONDS).join();
        JsonNode usage = Gateway.usageOf(conversation);
        assertThat(usage.path("status").asText()).isEqualTo("cancelled");
        assertThat(usage.path("usageSource").asText()).isEqualTo("estimated");
        assertThat(usage.path("outputTokens").asLong()).isPositive();
    }

    @ParameterizedTest
    @CsvSource({"completed, success", "cancelled, cancelled", "incomplete, success", "failed, error"})
    void each_response_is_a_row_with_its_tokens_and_cost(String status, String recorded) {
        String conversation = Gateway.newConversation();
        String model = provider.model(session -> session.textMessageHandler(text -> {
            session.writeTextMessage(CREATED.formatted("resp_1"));
            session.writeTextMessage("{\"delta\":\"" + "A".repeat(9_000) + "\",\"type\":\"response.audio.delta\"}");
            session.writeTextMessage(DONE.formatted("resp_1", status));
        }));
        Gateway.admin("POST", "/api/ai-gateway/models", """
                {"provider":"live","modelName":"%s","inputPricePerMillion":4,"outputPricePerMillion":16,\
                "cachedInputPricePerMillion":0.5}""".formatted(model));

        try (SocketCaller caller = call(model, "x-gateway-conversation-id", conversation, "x-gateway-team-id", "red")) {
            caller.say("{\"type\":\"response.create\"}");
            caller.hear();
            caller.hear();
            assertThat(caller.hear().textData()).isEqualTo(DONE.formatted("resp_1", status));

            JsonNode usage = Gateway.usageOf(conversation);
            assertThat(usage.path("apiType").asText()).isEqualTo("realtime");
            assertThat(usage.path("endpoint").asText()).isEqualTo("/v1/realtime");
            assertThat(usage.path("streamed").asBoolean()).isTrue();
            assertThat(usage.path("status").asText()).isEqualTo(recorded);
            assertThat(usage.path("usageSource").asText()).isEqualTo("exact");
            assertThat(usage.path("inputTokens").asLong()).isEqualTo(132);
            assertThat(usage.path("cachedTokens").asLong()).isEqualTo(64);
            assertThat(usage.path("outputTokens").asLong()).isEqualTo(121);
            assertThat(usage.path("teamId").asText()).isEqualTo("red");
            assertThat(usage.path("requestedModel").asText()).isEqualTo("live/" + model);
            // 68 fresh and 64 cached tokens in, 121 out.
            assertThat(usage.path("costUsd").decimalValue())
                    .isEqualByComparingTo(new BigDecimal("68")
                            .multiply(new BigDecimal("4"))
                            .add(new BigDecimal("32"))
                            .add(new BigDecimal("1936"))
                            .movePointLeft(6));
        }
    }

    @Test
    void usage_is_on_disk_before_the_caller_hears_of_it() throws IOException {
        String conversation = Gateway.newConversation();
        String begun = CREATED.formatted("resp_1");
        String done = DONE.formatted("resp_1", "completed").replace("121", "987654321");
        String model = provider.model(session -> {
            session.writeTextMessage(begun);
            session.textMessageHandler(text -> session.writeTextMessage(done));
        });

        try (SocketCaller caller = call(model, "x-gateway-conversation-id", conversation)) {
            assertThat(caller.hear().textData()).isEqualTo(begun);
            assertThat(journal()).contains(conversation);

            caller.say("go on");
            assertThat(caller.hear().textData()).isEqualTo(done);
            assertThat(journal()).contains("\"output_tokens\":987654321");
        }
    }

    /** All that the gateway has noted, as it would find it after a SIGKILL. */
    private static String journal() throws IOException {
        StringBuilder noted = new StringBuilder();
        try (Stream<Path> files = Files.list(Path.of("target/test-data/journal"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                noted.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return noted.toString();
    }

    @Test
    void a_response_in_fragments_is_recorded_too() {
        String conversation = Gateway.newConversation();
        String done = DONE.formatted("resp_9", "completed");
        String model = provider.model(session -> {
            session.writeFrame(WebSocketFrame.textFrame(done.substring(0, 30), false));
            session.writeFrame(WebSocketFrame.continuationFrame(Buffer.buffer(done.substring(30, 100)), false));
            session.writeFrame(WebSocketFrame.continuationFrame(Buffer.buffer(done.substring(100)), true));
        });

        try (SocketCaller caller = call(model, "x-gateway-conversation-id", conversation)) {
            caller.hear();
            assertThat(Gateway.usageOf(conversation).path("outputTokens").asLong())
                    .isEqualTo(121);
        }
    }

    @Test
    void what_the_caller_said_is_written_down_by_another_model_and_billed_as_such() {
        String conversation = Gateway.newConversation();
        String model = provider.model(session -> {
            session.writeTextMessage("""
                    {"type":"session.created","session":{"audio":{"input":{"transcription":{"model":"scribe"}}}}}""");
            session.writeTextMessage("""
                    {"type":"conversation.item.input_audio_transcription.completed","item_id":"item_1","transcript":"Hey",\
                    "usage":{"type":"tokens","total_tokens":22,"input_tokens":13,"output_tokens":9,\
                    "input_token_details":{"text_tokens":0,"audio_tokens":13}}}""");
        });

        try (SocketCaller caller = call(model, "x-gateway-conversation-id", conversation)) {
            caller.hear();
            JsonNode usage = Gateway.usageOf(conversation);
            assertThat(usage.path("modelName").asText()).isEqualTo("scribe");
            assertThat(usage.path("inputTokens").asLong()).isEqualTo(13);
            assertThat(usage.path("outputTokens").asLong()).isEqualTo(9);
            assertThat(usage.path("costUsd").isNull()).isTrue();
        }
    }

    @Test
    void a_session_without_responses_is_one_row() {
        String model = provider.model(RealtimeTest::echo);
        String id;
        try (SocketCaller caller = call(model)) {
            id = caller.requestId();
            caller.socket().close();
            caller.closeCode();
        }

        JsonNode usage = Gateway.usageOf(id);
        assertThat(usage.path("id").asText()).isEqualTo(id);
        assertThat(usage.path("status").asText()).isEqualTo("success");
        assertThat(usage.path("totalTokens").asLong()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"429, 429, rate_limit_exceeded", "401, 502, provider_refused_key", "403, 403, rate_limit_exceeded"})
    void a_provider_that_refuses_is_an_ordinary_answer(int status, int shown, String code) {
        String conversation = Gateway.newConversation();
        String model = provider.asked(request -> request.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json")
                .putHeader("retry-after", "7")
                .end(Answers.errorBody("Not now.", "requests", "rate_limit_exceeded")));

        UpgradeRejectedException refusal =
                refused("/v1/realtime?model=live/" + model, List.of(), key("x-gateway-conversation-id", conversation));

        assertThat(refusal.getStatus()).isEqualTo(shown);
        assertThat(error(refusal).path("code").asText()).isEqualTo(code);
        assertThat(refusal.getHeaders().get("x-gateway-error-source")).isEqualTo("provider");
        assertThat(refusal.getHeaders().get("retry-after")).isEqualTo("7");
        JsonNode usage = Gateway.usageOf(conversation);
        assertThat(usage.path("statusCode").asInt()).isEqualTo(shown);
        assertThat(usage.path("totalTokens").asLong()).isZero();
    }

    @Test
    void a_provider_that_is_not_there_is_a_502() {
        UpgradeRejectedException refusal = refused("/v1/realtime?model=dead/gpt-realtime", List.of(), key());

        assertThat(refusal.getStatus()).isEqualTo(502);
        assertThat(error(refusal).path("code").asText()).isEqualTo("provider_unreachable");
    }

    @Test
    void a_provider_that_does_not_answer_is_a_504() {
        String model = provider.asked(request -> {});

        UpgradeRejectedException refusal = refused("/v1/realtime?model=live/" + model, List.of(), key());

        assertThat(refusal.getStatus()).isEqualTo(504);
        assertThat(error(refusal).path("code").asText()).isEqualTo("provider_timeout");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/realtime?model=live/x, wrong, 401, invalid_api_key",
        "/v1/realtime, '', 400, invalid_request",
        "/v1/realtime?model=live/x&model=live/y, '', 400, invalid_request",
        "/v1/realtime?model=live/..%2Fx, '', 400, invalid_model",
        "/v1/realtime?model=live/x&call_id=rtc_1, '', 403, forbidden",
        "/v1/realtime?model=anthropic/claude-x, '', 400, unsupported_dialect"
    })
    void the_gateway_refuses_before_the_upgrade(String path, String key, int status, String code) {
        UpgradeRejectedException refusal =
                refused(path, List.of(), "Authorization", "Bearer " + (key.isEmpty() ? Gateway.SHARED_KEY : key));

        assertThat(refusal.getStatus()).isEqualTo(status);
        assertThat(error(refusal).path("code").asText()).isEqualTo(code);
        assertThat(refusal.getHeaders().get("x-gateway-error-source")).isEqualTo("gateway");
    }

    @Test
    void a_key_of_ones_own_joins_nobodys_call_where_keys_are_not_told_apart() {
        UpgradeRejectedException refusal = refused(
                "/v1/realtime?model=free/x&call_id=rtc_1",
                List.of(),
                "x-gateway-key",
                Gateway.SHARED_KEY,
                "Authorization",
                "Bearer sk-of-the-callers-own");

        assertThat(refusal.getStatus()).isEqualTo(403);
        assertThat(error(refusal).path("code").asText()).isEqualTo("forbidden");
    }

    @Test
    void a_wrong_key_among_the_subprotocols_is_a_401() {
        UpgradeRejectedException refusal = refused(
                "/v1/realtime?model=live/x", List.of("realtime", "openai-insecure-api-key.vck_not-a-key-of-anyone"));

        assertThat(refusal.getStatus()).isEqualTo(401);
    }

    @Test
    void without_an_upgrade_there_is_no_session() {
        HttpResponse<byte[]> response = Gateway.get("/v1/realtime?model=live/x");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Json.read(response.body()).at("/error/code").asText()).isEqualTo("invalid_request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13",
                "Connection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 8\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Upgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
            })
    void half_an_upgrade_is_none_and_the_provider_is_not_asked(String headers) throws IOException {
        AtomicLong opened = new AtomicLong();
        String model = provider.model(session -> opened.incrementAndGet());

        try (RawCaller caller = new RawCaller()) {
            caller.head("GET", "/v1/realtime?model=live/" + model, headers.split("\n"));
            assertThat(caller.answer().status()).isEqualTo(400);
        }

        assertThat(opened).hasValue(0);
    }

    @Test
    void a_slow_reader_slows_the_provider_and_loses_nothing() throws InterruptedException {
        int frame = 256 << 10;
        int frames = 400;
        AtomicLong sent = new AtomicLong();
        String model = provider.model(session -> send(session, Buffer.buffer(new byte[frame]), frames, sent));

        try (SocketCaller caller = call(model)) {
            caller.socket().pause();
            AtomicLong last = new AtomicLong(-1);
            AtomicLong still = new AtomicLong();
            Eventually.eventually("the provider waits", () -> {
                boolean same = sent.get() > 0 && last.getAndSet(sent.get()) == sent.get();
                return (same ? still.incrementAndGet() : still.getAndSet(0)) > 20;
            });

            assertThat(sent.get()).isLessThan((long) frames * 2 / 3);
            caller.socket().resume();
            for (int i = 0; i < frames; i++) {
                assertThat(caller.hear().binaryData().length()).isEqualTo(frame);
            }
        }
    }

    private static void send(ServerWebSocket session, Buffer frame, int frames, AtomicLong sent) {
        while (sent.get() < frames) {
            sent.incrementAndGet();
            session.writeFinalBinaryFrame(frame);
            if (session.writeQueueFull()) {
                session.drainHandler(drained -> send(session, frame, frames, sent));
                return;
            }
        }
    }
}
