package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rest of OpenAI's API passes, whatever it carries, and nothing else does. */
@QuarkusTest
class EveryEndpointTest {

    private static final String OK = "{ \"object\" : \"thing\",\"big\":9223372036854775807, \"n\":1.0 }\n";

    ScriptedUpstream upstream;

    private static final String OWN_KEY = "sk-of-the-callers-own-account";

    /** A call into the caller's own account, where all objects are its own. */
    private HttpResponse<byte[]> call(String script, String method, String path, byte[] body, String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 4);
        all[headers.length] = "Authorization";
        all[headers.length + 1] = "Bearer " + OWN_KEY;
        all[headers.length + 2] = "x-gateway-key";
        all[headers.length + 3] = Gateway.SHARED_KEY;
        return shared(script, method, path, body, all);
    }

    /** A call into the account that all clients share. */
    private HttpResponse<byte[]> shared(String script, String method, String path, byte[] body, String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 2);
        all[headers.length] = ScriptedUpstream.SCRIPT;
        all[headers.length + 1] = script;
        HttpRequest.BodyPublisher sent =
                body.length == 0 ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofByteArray(body);
        HttpRequest.Builder request = Gateway.request(path, all);
        for (int i = 0; i < headers.length; i += 2) {
            if (headers[i].equalsIgnoreCase("content-type")) {
                request.setHeader(headers[i], headers[i + 1]);
            }
        }
        return Gateway.send(request.method(method, sent).build());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    // What passes

    @ParameterizedTest
    @CsvSource({
        "GET, /chat/completions",
        "POST, /chat/completions/chatcmpl-1",
        "GET, /chat/completions/chatcmpl-1/messages",
        "GET, /responses/resp_1",
        "DELETE, /responses/resp_1",
        "POST, /responses/resp_1/cancel",
        "GET, /responses/resp_1/input_items",
        "GET, /files",
        "DELETE, /files/file-1",
        "GET, /files/file-1/content",
        "POST, /uploads",
        "POST, /uploads/upload_1/complete",
        "POST, /batches",
        "POST, /batches/batch_1/cancel",
        "POST, /vector_stores",
        "POST, /vector_stores/vs_1/search",
        "DELETE, /vector_stores/vs_1/files/file-1",
        "POST, /vector_stores/vs_1/file_batches",
        "POST, /conversations",
        "DELETE, /conversations/conv_1/items/msg_1",
        "GET, /containers/cntr_1/files/cfile_1/content",
        "POST, /evals/eval_1/runs",
        "GET, /fine_tuning/jobs/ftjob-1/checkpoints",
        "POST, /assistants",
        "POST, /threads/thread_1/messages",
        "POST, /threads/runs",
        "POST, /threads/thread_1/runs/run_1/submit_tool_outputs",
        "GET, /threads/thread_1/runs/run_1/steps/step_1",
    })
    void every_endpoint_passes_both_ways_and_leaves_a_row(String method, String path) {
        String script = upstream.model(Answers.json(OK));
        byte[] body = method.equals("POST") ? bytes(" {\"a\":1.0 , \"a\":2,\"é\":\"\\u00e9\"}\n") : new byte[0];

        HttpResponse<byte[]> response = call(script, method, "/v1" + path, body);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(Gateway.text(response)).isEqualTo(OK);
        Exchange exchange = upstream.call(script);
        assertThat(exchange.request().startLine()).isEqualTo(method + " /openai/v1" + path + " HTTP/1.1");
        assertThat(exchange.request().body()).isEqualTo(body);
        assertThat(exchange.request().header("authorization")).isEqualTo("Bearer " + OWN_KEY);
        JsonNode usage = Gateway.usage(response);
        assertThat(usage.path("endpoint").asText()).isEqualTo("/v1" + path);
        assertThat(usage.path("method").asText()).isEqualTo(method);
        assertThat(usage.path("provider").asText()).isEqualTo("openai");
        assertThat(usage.path("status").asText()).isEqualTo("success");
        if (method.equals("GET")) {
            assertThat(usage.path("costUsd").decimalValue()).isEqualByComparingTo("0");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/files/a%2Fb",
                "/files/ft%3Agpt?x",
                "/threads/t/runs/r/steps?include[]=step_details.tool_calls[*].file_search.results[*].content&limit=3",
                "/files?after=%E2%82%AC+%20&purpose=&&",
                "/files?a=b?c=d"
            })
    void paths_and_queries_pass_as_they_were_written(String path) throws IOException {
        String script = upstream.model(Answers.json(OK));
        try (RawCaller caller = new RawCaller()) {
            Wire.Message answer = caller.send(bytes(
                            "GET /v1%s HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer %s\r\nx-gateway-key: %s\r\n%s: %s\r\n\r\n"
                                    .formatted(path, OWN_KEY, Gateway.SHARED_KEY, ScriptedUpstream.SCRIPT, script)))
                    .answer();

            assertThat(answer.status()).isEqualTo(200);
        }
        assertThat(upstream.call(script).request().startLine()).isEqualTo("GET /openai/v1" + path + " HTTP/1.1");
    }

    @Test
    void headers_pass_but_for_the_callers_secrets() {
        String script = upstream.model(Answers.json(
                OK, "openai-poll-after-ms: 500", "x-request-id: req_1", "set-cookie: a=b", "x-ratelimit-limit: 7"));

        HttpResponse<byte[]> response = call(
                script,
                "GET",
                "/v1/files",
                new byte[0],
                "OpenAI-Beta",
                "assistants=v2",
                "Cookie",
                "secret=1",
                "x-api-key",
                "sk-own",
                "x-gateway-team-id",
                "blue",
                "X-Goog-Api-Key",
                "another");

        assertThat(upstream.call(script).request().names())
                .contains("openai-beta")
                .doesNotContain("cookie", "x-api-key", "x-gateway-team-id", "x-goog-api-key", "content-length");
        assertThat(Gateway.header(response, "openai-poll-after-ms")).isEqualTo("500");
        assertThat(Gateway.header(response, "x-request-id")).isEqualTo("req_1");
        assertThat(Gateway.header(response, "x-ratelimit-limit")).isEqualTo("7");
        assertThat(Gateway.header(response, "set-cookie")).isEmpty();
        assertThat(Gateway.header(response, "x-gateway-provider")).isEqualTo("openai");
        assertThat(Gateway.usage(response).path("teamId").asText()).isEqualTo("blue");
    }

    @Test
    void a_part_of_a_file_passes_as_a_part() {
        byte[] part = {1, 2, 0, -1};
        String script = upstream.model(exchange -> exchange.whole(
                206, part, "content-type: application/octet-stream", "content-range: bytes 4-7/8", "etag: \"e\""));

        HttpResponse<byte[]> response =
                call(script, "GET", "/v1/files/file-1/content", new byte[0], "Range", "bytes=4-7", "If-Range", "\"e\"");

        assertThat(response.statusCode()).isEqualTo(206);
        assertThat(response.body()).isEqualTo(part);
        assertThat(Gateway.header(response, "content-range")).isEqualTo("bytes 4-7/8");
        assertThat(Gateway.header(response, "content-length")).isEqualTo("4");
        assertThat(upstream.call(script).request().header("range")).isEqualTo("bytes=4-7");
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void an_answer_without_a_body_passes(int status) {
        String script = upstream.model(exchange -> exchange.raw(bytes("HTTP/1.1 " + status + " Empty\r\n\r\n")));

        assertThat(call(script, "DELETE", "/v1/files/file-1", new byte[0]).statusCode())
                .isEqualTo(status);
    }

    @Test
    void what_is_unpacked_is_not_called_packed() {
        byte[] text = bytes(OK.repeat(10_000));
        String script = upstream.model(exchange -> exchange.whole(
                200, Compression.gzip(OK.repeat(10_000)), "content-type: text/plain", "content-encoding: gzip"));

        HttpResponse<byte[]> response = call(script, "GET", "/v1/files/file-1/content", new byte[0]);

        assertThat(response.body()).isEqualTo(text);
        assertThat(Gateway.header(response, "content-encoding")).isEmpty();
    }

    @Test
    void a_coding_that_the_gateway_does_not_know_passes_whole() {
        byte[] packed = {5, 6, 7};
        String script = upstream.model(
                exchange -> exchange.whole(200, packed, "content-type: text/plain", "content-encoding: zstd9"));

        HttpResponse<byte[]> response = call(script, "GET", "/v1/files/file-1/content", new byte[0]);

        assertThat(response.body()).isEqualTo(packed);
        assertThat(Gateway.header(response, "content-encoding")).isEqualTo("zstd9");
        assertThat(Gateway.header(response, "content-length")).isEqualTo("3");
    }

    // Where it goes

    @Test
    void the_caller_may_name_the_provider() {
        String script = upstream.model(Answers.json(OK));

        HttpResponse<byte[]> response = call(script, "GET", "/v1/files", new byte[0], "x-gateway-provider", "mistral");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(upstream.call(script).request().startLine()).isEqualTo("GET /mistral/v1/files HTTP/1.1");
    }

    @ParameterizedTest
    @CsvSource({"nowhere, invalid_request", "anthropic, unsupported_dialect", "../x, invalid_request"})
    void a_provider_that_cannot_be_asked_is_refused(String provider, String code) {
        HttpResponse<byte[]> response = shared("none", "GET", "/v1/files", new byte[0], "x-gateway-provider", provider);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Json.read(response.body()).at("/error/code").asText()).isEqualTo(code);
        assertThat(Json.read(response.body()).at("/error/param").asText()).isEqualTo("x-gateway-provider");
    }

    @Test
    void a_model_in_a_json_body_chooses_the_provider_and_nothing_else_is_touched() {
        String model = upstream.model(Answers.json("{\"data\":[{},{ }],\"usage\":null}"));
        String body = "{\"prompt\":\"a\\u00e9\",\"model\" : \"acme/%s\", \"n\":2}";

        HttpResponse<byte[]> response = call("", "POST", "/v1/images/generations", bytes(body.formatted(model)));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(upstream.call(model).request().text())
                .isEqualTo(body.formatted(model).replace("acme/", ""));
        JsonNode usage = Gateway.usage(response);
        assertThat(usage.path("provider").asText()).isEqualTo("acme");
        assertThat(usage.path("images").asInt()).isEqualTo(2);
        assertThat(usage.path("costUsd").isNull()).as("unknown, not free").isTrue();
    }

    // Forms

    private static String form(String... parts) {
        StringBuilder form = new StringBuilder("a preamble\r\n");
        for (int i = 0; i < parts.length; i += 2) {
            form.append("--xX--Yy\r\ncontent-disposition: form-data; ")
                    .append(parts[i])
                    .append("\r\n\r\n")
                    .append(parts[i + 1])
                    .append("\r\n");
        }
        return form.append("--xX--Yy--\r\nan epilogue").toString();
    }

    private static final String FORM_TYPE = "multipart/form-data; boundary=\"xX--Yy\"";
    private static final String SOUND =
            "name=\"file\"; filename=\"na\u00efve \\\"x\\\".mp3\"\r\nContent-Type: audio/mpeg";

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_forms_model_is_found_before_and_behind_the_file(boolean before) {
        String script = upstream.model(Answers.json(
                "{\"text\":\"x\",\"usage\":{\"type\":\"tokens\",\"input_tokens\":7,\"output_tokens\":3}}"));
        byte[] noise = new byte[300_000];
        new Random(1).nextBytes(noise);
        String file = new String(noise, StandardCharsets.ISO_8859_1) + "\r\n--xX--\r\n-\r\n--xX-";
        String model = "name=\"model\"";
        String sent = before ? form(model, "acme/w", SOUND, file) : form(SOUND, file, model, "acme/w");

        HttpResponse<byte[]> response = call(
                script,
                "POST",
                "/v1/audio/transcriptions",
                sent.getBytes(StandardCharsets.ISO_8859_1),
                "Content-Type",
                FORM_TYPE);

        assertThat(Gateway.text(response)).contains("\"text\"");
        Wire.Message received = upstream.call(script).request();
        assertThat(new String(received.body(), StandardCharsets.ISO_8859_1)).isEqualTo(sent.replace("acme/w", "w"));
        assertThat(received.header("content-type")).isEqualTo(FORM_TYPE);
        assertThat(received.startLine()).isEqualTo("POST /acme/v1/audio/transcriptions HTTP/1.1");
        JsonNode usage = Gateway.usage(response);
        assertThat(usage.path("inputTokens").asInt()).isEqualTo(7);
        assertThat(usage.path("outputTokens").asInt()).isEqualTo(3);
        assertThat(usage.path("modelName").asText()).isEqualTo("w");
    }

    @Test
    void a_form_in_chunks_of_one_byte_arrives_whole() throws IOException {
        String script = upstream.model(Answers.json(OK));
        byte[] sent = bytes(form("name=\"prompt\"", "x", "name=\"model\"", "acme/w", SOUND, "sound"));

        try (RawCaller caller = new RawCaller()) {
            caller.send(bytes(
                    "POST /v1/images/edits HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\n%s: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
                            .formatted(Gateway.SHARED_KEY, FORM_TYPE, ScriptedUpstream.SCRIPT, script)));
            for (byte b : sent) {
                caller.send(new byte[] {'1', '\r', '\n', b, '\r', '\n'});
            }
            caller.send(bytes("0\r\n\r\n"));
            assertThat(caller.answer().status()).isEqualTo(200);
        }

        assertThat(upstream.call(script).request().text())
                .isEqualTo(new String(sent, StandardCharsets.UTF_8).replace("acme/w", "w"));
    }

    @Test
    void a_second_model_never_reaches_the_provider() {
        String script = upstream.model(Answers.json(OK));
        String sent = form("name=\"model\"", "acme/cheap", SOUND, "x".repeat(200_000), "name=model", "dear");

        HttpResponse<byte[]> response =
                call(script, "POST", "/v1/audio/transcriptions", bytes(sent), "Content-Type", FORM_TYPE);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Json.read(response.body()).at("/error/param").asText()).isEqualTo("model");
        assertThat(upstream.waiting(script)).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/images/edits | text/plain",
                "/v1/images/edits | application/x-www-form-urlencoded",
                "/v1/images/edits | application/jsonx",
                "/v1/images/edits | application/json, multipart/form-data; boundary=x",
                "/v1/images/edits | application/xml; boundary=x",
                "/v1/audio/transcriptions | multipart/mixed; boundary=x",
                "/v1/containers/cntr_1/files | text/plain",
                "/v1/files | application/octet-stream",
                "/v1/uploads/upload_1/parts | application/octet-stream",
            })
    void what_is_neither_json_nor_a_form_is_refused(String path, String type) {
        String script = upstream.model(Answers.json(OK));

        HttpResponse<byte[]> response =
                call(script, "POST", path, bytes("{\"model\":\"acme/w\",\"file_id\":\"x\"}"), "Content-Type", type);

        assertThat(response.statusCode()).isEqualTo(415);
        assertThat(Json.read(response.body()).at("/error/code").asText()).isEqualTo("unsupported_media_type");
        assertThat(upstream.waiting(script)).isZero();
        assertThat(Gateway.usage(response).path("statusCode").asInt()).isEqualTo(415);
    }

    @Test
    void a_body_of_two_types_is_refused() throws IOException {
        String script = upstream.model(Answers.json(OK));
        try (RawCaller caller = new RawCaller()) {
            Wire.Message answer = caller.post(
                            "/v1/images/edits",
                            form("name=\"model\"", "acme/w"),
                            "Content-Type: " + FORM_TYPE,
                            ScriptedUpstream.SCRIPT + ": " + script)
                    .answer();

            assertThat(answer.status()).isEqualTo(415);
        }
        assertThat(upstream.waiting(script)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"POST, /v1/batches", "POST, /v1/files", "GET, /v1/files/file-1", "POST, /v1/audio/transcriptions"})
    void a_packed_body_is_refused(String method, String path) {
        String script = upstream.model(Answers.json(OK));

        HttpResponse<byte[]> response =
                call(script, method, path, bytes("{}"), "Content-Encoding", "br", "Content-Type", FORM_TYPE);

        assertThat(response.statusCode()).isEqualTo(415);
        assertThat(upstream.waiting(script)).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/form-data; boundary=x",
                "application/x-www-form-urlencoded",
                "application/json; charset=utf-16"
            })
    void what_was_read_as_json_is_called_json(String type) {
        String script = upstream.model(Answers.json(OK));

        HttpResponse<byte[]> response =
                call(script, "POST", "/v1/vector_stores", bytes("{\"name\":\"x\"}"), "Content-Type", type);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(upstream.call(script).request().header("content-type")).isEqualTo("application/json");
    }

    @ParameterizedTest
    @CsvSource({"/v1/audio/transcriptions, true", "/v1/audio/transcriptions, false", "/v1/containers/c/files, false"})
    void a_form_that_never_ends_is_none(String path, boolean model) {
        String script = upstream.model(Answers.json(OK));
        String whole = model ? form("name=\"model\"", "acme/w", SOUND, "x") : form(SOUND, "x");

        HttpResponse<byte[]> response = call(
                script, "POST", path, bytes(whole.substring(0, whole.lastIndexOf("--xX"))), "Content-Type", FORM_TYPE);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Gateway.text(response)).contains("last boundary");
    }

    @Test
    void an_empty_body_may_be_of_any_type() {
        String script = upstream.model(Answers.json(OK));
        upstream.script(script, Answers.json(OK));

        assertThat(call(script, "GET", "/v1/files", new byte[0], "Content-Type", "text/plain")
                        .statusCode())
                .isEqualTo(200);
        assertThat(call(script, "POST", "/v1/uploads/u/cancel", new byte[0], "Content-Type", "text/plain")
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/audio/transcriptions, multipart/form-data; boundary=b",
        "/v1/batches, application/json",
        "/v1/chat/completions, application/json"
    })
    void a_body_that_does_not_go_on_is_given_up(String path, String type) throws IOException {
        try (RawCaller caller = new RawCaller()) {
            caller.send(bytes(
                    "POST %s HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: 100\r\n\r\n--b"
                            .formatted(path, Gateway.SHARED_KEY, type)));
            Wire.Message answer = caller.answer();

            assertThat(answer.status()).isEqualTo(408);
            assertThat(Json.read(answer.body()).at("/error/type").asText()).isEqualTo("invalid_request_error");
            assertThat(Json.read(answer.body()).at("/error/code").asText()).isEqualTo("request_timeout");
            assertThat(answer.header("connection")).isEqualToIgnoringCase("close");
        }
    }

    @Test
    void an_upload_passes_unread() {
        String script = upstream.model(Answers.json("{\"id\":\"file-1\"}"));
        byte[] noise = new byte[6 << 20];
        new Random(2).nextBytes(noise);

        HttpResponse<byte[]> response =
                call(script, "POST", "/v1/files", noise, "Content-Type", "multipart/form-data; boundary=none-of-it");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(upstream.call(script).request().body()).isEqualTo(noise);
    }

    @Test
    void a_caller_that_asks_before_it_uploads_is_told_to_go_on() throws IOException {
        String script = upstream.model(Answers.json(OK));
        byte[] sent = bytes(form(SOUND, "x"));
        try (RawCaller caller = new RawCaller()) {
            caller.send(bytes(
                    "POST /v1/files HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\n%s: %s\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
                            .formatted(Gateway.SHARED_KEY, FORM_TYPE, ScriptedUpstream.SCRIPT, script, sent.length)));
            assertThat(caller.answerHead().status()).isEqualTo(100);
            assertThat(caller.send(sent).answer().status()).isEqualTo(200);
        }
        assertThat(upstream.call(script).request().body()).isEqualTo(sent);
    }

    // Whose it is

    /** Makes a file in the shared account, through the gateway; returns its id. */
    private String newFile(String... headers) {
        String id = "file-" + UUID.randomUUID();
        String[] all = Arrays.copyOf(headers, headers.length + 2);
        all[headers.length] = "Content-Type";
        all[headers.length + 1] = FORM_TYPE;
        HttpResponse<byte[]> made = shared(
                upstream.model(Answers.json("{\"id\":\"%s\",\"object\":\"file\"}".formatted(id))),
                "POST",
                "/v1/files",
                bytes(form("name=\"purpose\"", "user_data", SOUND, "x")),
                all);
        assertThat(made.statusCode()).isEqualTo(200);
        return id;
    }

    private String[] newClient() {
        return new String[] {"Authorization", "Bearer " + Gateway.newKey(Gateway.newClient())};
    }

    /** An object of another kind, made by a JSON body. */
    private String made(String path, String prefix) {
        String id = prefix + UUID.randomUUID().toString().replace("-", "");
        String script = upstream.model(Answers.json("{\"id\":\"%s\"}".formatted(id)));
        assertThat(shared(script, "POST", path, bytes("{\"name\":\"x\"}")).statusCode())
                .isEqualTo(200);
        return id;
    }

    @Test
    void a_file_is_its_makers_and_nobody_elses() {
        String[] stranger = newClient();
        String id = newFile();
        String file = "/v1/files/" + id;

        String read = upstream.model(Answers.json(OK));
        assertThat(shared(read, "GET", file + "/content", new byte[0]).statusCode())
                .isEqualTo(200);
        assertThat(upstream.call(read).request().header("authorization"))
                .isEqualTo("Bearer " + UpstreamResource.OPENAI_KEY);

        String stolen = upstream.model(Answers.json(OK));
        byte[] batch = bytes("{\"input_file_id\":\"%s\"}".formatted(id));
        HttpResponse<byte[]> refused = shared(stolen, "GET", file + "/content", new byte[0], stranger);
        assertThat(refused.statusCode()).isEqualTo(404);
        assertThat(Json.read(refused.body()).at("/error/message").asText()).startsWith("No such File object: " + id);
        assertThat(shared(stolen, "DELETE", file, new byte[0], stranger).statusCode())
                .isEqualTo(404);
        assertThat(shared(stolen, "POST", "/v1/batches", batch, stranger).statusCode())
                .isEqualTo(404);
        assertThat(shared(stolen, "GET", "/v1/files?after=" + id, new byte[0], stranger)
                        .statusCode())
                .isEqualTo(404);
        assertThat(upstream.waiting(stolen)).isZero();
        assertThat(Gateway.usage(refused).path("statusCode").asInt()).isEqualTo(404);
    }

    @Test
    void a_key_of_ones_own_opens_no_account_where_keys_are_not_told_apart() {
        String script = upstream.model(Answers.json(OK));
        HttpRequest read = Gateway.request(
                        "/v1/files/file-of-somebody",
                        "x-gateway-key",
                        Gateway.SHARED_KEY,
                        "Authorization",
                        "Bearer " + OWN_KEY,
                        "x-gateway-provider",
                        "free",
                        ScriptedUpstream.SCRIPT,
                        script)
                .GET()
                .build();

        assertThat(Gateway.send(read).statusCode()).isEqualTo(404);
        assertThat(upstream.waiting(script)).isZero();
    }

    @Test
    void a_list_shows_the_callers_own() {
        String[] client = newClient();
        String strangers = newFile();
        String own = newFile(client);
        String other = newFile(client);
        String script = upstream.model(Answers.json(
                "{\"object\":\"list\",\"data\":[{\"id\":\"%s\"},{\"id\":\"%s\", \"n\":1.0},{\"id\":\"%s\"}],\"has_more\":false}"
                        .formatted(strangers, own, other)));

        HttpResponse<byte[]> response =
                shared(script, "GET", "/v1/files?limit=1&purpose=user_data", new byte[0], client);

        assertThat(Gateway.text(response))
                .isEqualTo(
                        "{\"object\":\"list\",\"data\":[{\"id\":\"%s\", \"n\":1.0}],\"first_id\":\"%s\",\"last_id\":\"%s\",\"has_more\":true}"
                                .formatted(own, own, own));
        assertThat(upstream.call(script).request().startLine()).contains("/files?purpose=user_data&limit=");
        assertThat(Gateway.usage(response).path("costUsd").decimalValue()).isEqualByComparingTo("0");
    }

    @Test
    void a_list_that_the_provider_refuses_is_refused_in_its_words() {
        String body = Answers.errorBody("Slow down.", "requests", "rate_limit_exceeded");
        String script = upstream.model(Answers.json(429, body, "retry-after: 7"));

        HttpResponse<byte[]> response = shared(script, "GET", "/v1/files", new byte[0]);

        assertThat(response.statusCode()).isEqualTo(429);
        assertThat(Gateway.text(response)).isEqualTo(body);
        assertThat(Gateway.header(response, "retry-after")).isEqualTo("7");
    }

    @Test
    void what_was_made_elsewhere_is_looked_for_there() {
        String file = newFile("x-gateway-provider", "mistral");
        String script = upstream.model(Answers.json(OK));

        HttpResponse<byte[]> response = shared(script, "GET", "/v1/files/" + file, new byte[0]);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(upstream.call(script).request().startLine()).startsWith("GET /mistral/v1/files/");
    }

    @Test
    void a_model_that_is_elsewhere_does_not_take_objects_along() {
        String file = newFile();
        String alias = "openai/alias-" + UUID.randomUUID();
        Gateway.admin("POST", "/api/ai-gateway/models", """
                {"provider":"alias","modelName":"%s","fallbackChain":["groq/x"]}""".formatted(alias));
        String script = upstream.model(Answers.json(OK));
        byte[] body = bytes("{\"model\":\"%s\",\"file_ids\":[\"%s\"]}".formatted(alias, file));

        HttpResponse<byte[]> response = shared(script, "POST", "/v1/assistants", body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Json.read(response.body()).at("/error/param").asText()).isEqualTo("model");
        assertThat(upstream.waiting(script)).isZero();
    }

    @Test
    void nobody_chooses_the_name_of_what_it_makes() {
        String script = upstream.model(Answers.json(OK));
        byte[] body = bytes("{\"name\":\"x\",\"request_id\":\"file-of-a-stranger\"}");

        HttpResponse<byte[]> refused = shared(script, "POST", "/v1/vector_stores", body);

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(Json.read(refused.body()).at("/error/param").asText()).isEqualTo("request_id");
        assertThat(upstream.waiting(script)).isZero();
        assertThat(call(script, "POST", "/v1/vector_stores", body).statusCode())
                .as("in an account of its own")
                .isEqualTo(200);
    }

    @Test
    void lists_of_one_client_are_read_one_after_the_other() throws Exception {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        String[] client = newClient();
        String list = "{\"object\":\"list\",\"data\":[],\"has_more\":false}";
        String first = upstream.model(exchange -> {
            exchange.await(gate);
            exchange.whole(200, bytes(list), "content-type: application/json");
        });
        String second = upstream.model(Answers.json(list));
        CompletableFuture<HttpResponse<byte[]>> one =
                CompletableFuture.supplyAsync(() -> shared(first, "GET", "/v1/files", new byte[0], client));
        upstream.call(first);
        CompletableFuture<HttpResponse<byte[]>> two =
                CompletableFuture.supplyAsync(() -> shared(second, "GET", "/v1/batches", new byte[0], client));

        String others = upstream.model(Answers.json(list));
        assertThat(shared(others, "GET", "/v1/batches", new byte[0]).statusCode())
                .isEqualTo(200);
        assertThat(upstream.waiting(second)).isZero();
        gate.complete(null);

        assertThat(one.get().statusCode()).isEqualTo(200);
        assertThat(two.get().statusCode()).isEqualTo(200);
    }

    @Test
    void a_thread_that_a_stream_makes_is_the_callers() {
        String thread = "thread_" + UUID.randomUUID().toString().replace("-", "");
        String stream = upstream.model(exchange -> exchange.eventStream()
                .chunk("event: thread.created\ndata: {\"id\":\"%s\",\"object\":\"thread\"}\n\n".formatted(thread))
                .chunk("event: done\ndata: [DONE]\n\n")
                .end());
        String assistant = made("/v1/assistants", "asst_");
        byte[] run = bytes("{\"assistant_id\":\"%s\",\"stream\":true}".formatted(assistant));

        assertThat(shared(stream, "POST", "/v1/threads/runs", run).statusCode()).isEqualTo(200);

        String script = upstream.model(Answers.json(OK));
        assertThat(shared(script, "GET", "/v1/threads/" + thread, new byte[0]).statusCode())
                .isEqualTo(200);
    }

    @Test
    void a_form_cannot_name_what_nobody_has_looked_at() {
        String container = made("/v1/containers", "cntr_");
        String script = upstream.model(Answers.json(OK));

        HttpResponse<byte[]> response = shared(
                script,
                "POST",
                "/v1/containers/%s/files".formatted(container),
                bytes(form("name=\"file_id\"", "file-of-a-stranger")),
                "Content-Type",
                FORM_TYPE);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Json.read(response.body()).at("/error/param").asText()).isEqualTo("file_id");
        assertThat(upstream.waiting(script)).isZero();
    }

    // What it costs

    @Test
    void audio_by_the_hour_is_priced_to_the_last_digit() {
        String script = upstream.model(Answers.json("{\"task\":\"transcribe\",\"duration\":\"36.5\",\"text\":\"x\"}"));

        HttpResponse<byte[]> response = call(
                script,
                "POST",
                "/v1/audio/transcriptions",
                bytes(form("name=\"model\"", "groq/whisper-large-v3", SOUND, "x")),
                "Content-Type",
                FORM_TYPE);

        JsonNode usage = Gateway.usage(response);
        assertThat(usage.path("audioSeconds").decimalValue()).isEqualByComparingTo("36.5");
        assertThat(usage.path("costUsd").decimalValue())
                .isEqualByComparingTo(new BigDecimal("0.111")
                        .multiply(new BigDecimal("36.5"))
                        .divide(new BigDecimal(3600), 18, RoundingMode.HALF_UP));
    }

    @Test
    void speech_is_counted_in_characters_and_passes_as_it_comes() {
        byte[] sound = new byte[100_000];
        new Random(3).nextBytes(sound);
        String model = upstream.model(exchange ->
                exchange.head(200, "content-type: audio/mpeg").chunk(sound).end());

        HttpResponse<byte[]> response = call(
                "",
                "POST",
                "/v1/audio/speech",
                bytes("{\"model\":\"%s\",\"input\":\"Ol\u00e1 \ud83c\udf0a\"}".formatted(model)));

        assertThat(response.body()).isEqualTo(sound);
        assertThat(Gateway.usage(response).path("characters").asInt()).isEqualTo(5);
    }

    @Test
    void what_is_written_is_not_counted_in_characters() {
        String model = upstream.model(exchange -> exchange.whole(200, bytes("1\n"), "content-type: text/plain"));

        HttpResponse<byte[]> response = call(
                "",
                "POST",
                "/v1/audio/transcriptions",
                bytes("{\"model\":\"acme/%s\",\"input\":\"Hello\",\"response_format\":\"srt\"}".formatted(model)));

        JsonNode usage = Gateway.usage(response);
        assertThat(usage.path("characters").asInt()).isZero();
        assertThat(usage.path("costUsd").isNull()).as("unknown, not free").isTrue();
    }

    @Test
    void usage_in_a_stream_of_events_is_read_behind_megabytes_of_image() {
        String image = "\"".concat("A".repeat(3 << 20)).concat("\"");
        List<String> data = List.of(
                "{\"type\":\"image_generation.partial_image\",\"b64_json\":%s}".formatted(image),
                "{\"type\":\"image_generation.completed\",\"b64_json\":%s,\"usage\":{\"input_tokens\":11,\"output_tokens\":22,\"input_tokens_details\":{\"cached_tokens\":4}}}"
                        .formatted(image));
        String model = upstream.model(Answers.events(data));

        HttpResponse<byte[]> response = call(
                "",
                "POST",
                "/v1/images/generations",
                bytes("{\"model\":\"acme/%s\",\"stream\":true}".formatted(model)));

        assertThat(Gateway.text(response)).isEqualTo(Answers.text(data, "\n"));
        JsonNode usage = Gateway.usage(response);
        assertThat(usage.path("inputTokens").asInt()).isEqualTo(11);
        assertThat(usage.path("cachedTokens").asInt()).isEqualTo(4);
        assertThat(usage.path("outputTokens").asInt()).isEqualTo(22);
        assertThat(usage.path("images").asInt()).isEqualTo(1);
        assertThat(usage.path("streamed").asBoolean()).isTrue();
    }

    @Test
    void a_runs_usage_is_read_from_its_last_event() {
        String script = upstream.model(exchange -> exchange.eventStream()
                .chunk(
                        "event: thread.run.step.completed\r\ndata: {\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\r\n\r\n")
                .chunk(
                        "event: thread.run.completed\r\ndata: {\"id\":\"run_1\",\"usage\":{\"prompt_tokens\":8,\"completion_tokens\":5}}\r\n\r\n")
                .chunk("event: done\r\ndata: [DONE]\r\n\r\n")
                .end());

        HttpResponse<byte[]> response = call(
                script, "POST", "/v1/threads/thread_1/runs", bytes("{\"assistant_id\":\"asst_1\",\"stream\":true}"));

        assertThat(Gateway.text(response))
                .startsWith("event: thread.run.step.completed\r\n")
                .endsWith("[DONE]\r\n\r\n");
        JsonNode usage = Gateway.usage(response);
        assertThat(usage.path("totalTokens").asInt()).isEqualTo(13);
        assertThat(usage.path("apiType").asText()).isEqualTo("threads");
    }

    // What does not pass

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/organization/users",
                "/v1/projects/p/api_keys",
                "/v1/fine_tuning/checkpoints/ft%3Agpt/permissions",
                "/v1/realtime/sessions",
                "/v1/realtime/client_secrets",
                "/v1/skills",
                "/v1/chatkit/sessions",
                "/v1/files/../organization/users",
                "/v1/files/%2e%2E/organization",
                "/v1/files/..%2Forganization",
                "/v1/files/%252e%252e%252forganization",
                "/v1/files/..;x/organization",
                "/v1/files/a%5C..%5Cb",
                "/v1/files//x",
                "/v1/files/",
                "/v1/files/a%00",
                "/v1/files/a#b",
                "/v1/threads%2Fruns",
                "/v1/FILES"
            })
    void nothing_but_the_list_passes(String path) throws IOException {
        for (String method : List.of("GET", "POST", "PATCH")) {
            try (RawCaller caller = new RawCaller()) {
                Wire.Message answer =
                        caller.head(method, path, "Content-Length: 0").answer();

                assertThat(answer.status()).isEqualTo(403);
                assertThat(Json.read(answer.body()).at("/error/code").asText()).isEqualTo("forbidden");
                assertThat(Json.read(answer.body()).at("/error/message").asText())
                        .hasSizeGreaterThan(60);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/files/%zz", "/v1/files/%", "/v1/%2"})
    void a_path_that_is_none_is_the_callers_mistake(String path) throws IOException {
        try (RawCaller caller = new RawCaller()) {
            // Refused before there is an API whose dialect could be spoken.
            assertThat(caller.head("GET", path).answer().status()).isEqualTo(400);
        }
    }

    @Test
    void a_preflight_is_answered_here() throws IOException {
        try (RawCaller caller = new RawCaller()) {
            Wire.Message answer = caller.head("OPTIONS", "/v1/files").answerHead();

            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.header("allow")).isEqualTo("GET, POST");
        }
    }

    @Test
    void a_call_without_a_key_is_refused_before_its_body_comes() throws IOException {
        try (RawCaller caller = new RawCaller()) {
            caller.send(bytes("POST /v1/files HTTP/1.1\r\nHost: g\r\nContent-Length: 999999999\r\n\r\n"));

            Wire.Message answer = caller.answer();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("connection")).isEqualToIgnoringCase("close");
        }
    }

    @Test
    void an_error_of_the_provider_passes_and_its_refusal_of_our_key_does_not() {
        String body =
                "{\"error\":{\"message\":\"No such File object: file-1\",\"type\":\"x\",\"param\":\"id\",\"code\":null}}";
        HttpResponse<byte[]> missing =
                call(upstream.model(Answers.json(404, body)), "GET", "/v1/files/file-1", new byte[0]);
        HttpResponse<byte[]> key =
                shared(upstream.model(Answers.json(401, body)), "GET", "/v1/files/" + newFile(), new byte[0]);

        assertThat(missing.statusCode()).isEqualTo(404);
        assertThat(Gateway.text(missing)).isEqualTo(body);
        assertThat(Gateway.header(missing, "x-gateway-error-source")).isEqualTo("provider");
        assertThat(key.statusCode()).isEqualTo(502);
        assertThat(Json.read(key.body()).at("/error/code").asText()).isEqualTo("provider_refused_key");
        assertThat(Gateway.usage(key).path("statusCode").asInt()).isEqualTo(502);
    }

    @Test
    void files_pass_over_http_2_too() {
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        byte[] noise = new byte[3 << 20];
        new Random(4).nextBytes(noise);
        String id = newFile();
        String up = upstream.model(Answers.json("{\"id\":\"file-h2\"}"));
        String down = upstream.model(exchange -> exchange.whole(200, noise, "content-type: application/octet-stream"));

        // The first request is an upgrade, the second one is HTTP/2 from its beginning.
        for (int i = 0; i < 2; i++) {
            HttpResponse<byte[]> downloaded = http.sendAsync(
                            Gateway.request("/v1/files/" + id + "/content", ScriptedUpstream.SCRIPT, down)
                                    .GET()
                                    .build(),
                            HttpResponse.BodyHandlers.ofByteArray())
                    .join();
            assertThat(downloaded.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(downloaded.body()).isEqualTo(noise);
        }
        HttpResponse<String> uploaded = http.sendAsync(
                        Gateway.request("/v1/files", ScriptedUpstream.SCRIPT, up)
                                .setHeader("Content-Type", FORM_TYPE)
                                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(noise)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .join();
        assertThat(uploaded.statusCode()).isEqualTo(200);
        assertThat(upstream.call(up).request().body()).isEqualTo(noise);
    }

    // Who leaves, who waits

    @Test
    void an_answer_that_breaks_off_is_not_taken_for_a_whole_one() throws IOException {
        for (String framing : List.of("content-length: 100", "transfer-encoding: chunked")) {
            String script = upstream.model(exchange -> exchange.raw(bytes(
                            "HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\n" + framing + "\r\n\r\n5\r\nsound\r\n"))
                    .reset());
            try (RawCaller caller = new RawCaller()) {
                caller.head("GET", "/v1/files/" + newFile() + "/content", ScriptedUpstream.SCRIPT + ": " + script);
                Wire.Message head = caller.answerHead();

                assertThat(head.status()).isEqualTo(200);
                assertThat(new String(caller.in().readAllBytes(), StandardCharsets.UTF_8))
                        .doesNotEndWith("0\r\n\r\n")
                        .hasSizeLessThan(100);
            }
        }
    }

    @Test
    void a_caller_that_leaves_in_the_middle_of_a_download_takes_the_provider_along() throws Exception {
        String script = upstream.model(exchange -> exchange.head(200, "content-type: application/octet-stream")
                .chunk("begun")
                .stall());
        String conversation = Gateway.newConversation();
        try (RawCaller caller = new RawCaller()) {
            caller.head(
                    "GET",
                    "/v1/files/" + newFile() + "/content",
                    ScriptedUpstream.SCRIPT + ": " + script,
                    "x-gateway-conversation-id: " + conversation);
            caller.answerHead();
        }

        upstream.call(script).awaitGone();
        JsonNode usage = Gateway.usageOf(conversation);
        assertThat(usage.path("status").asText()).isEqualTo("cancelled");
        assertThat(usage.path("statusCode").asInt()).isEqualTo(499);
    }

    @Test
    void a_caller_that_leaves_in_the_middle_of_an_upload_takes_the_provider_along() throws Exception {
        String script = upstream.model(exchange -> exchange.in().transferTo(OutputStream.nullOutputStream()));
        String conversation = Gateway.newConversation();
        try (RawCaller caller = new RawCaller()) {
            caller.send(upload(script, "Content-Length: 1000000", "x-gateway-conversation-id: " + conversation));
            caller.send(new byte[100_000]);
            upstream.call(script);
        }

        JsonNode usage = Gateway.usageOf(conversation);
        assertThat(usage.path("status").asText()).isEqualTo("cancelled");
    }

    private static byte[] upload(String script, String... headers) {
        return bytes(
                "POST /v1/files HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\n%s: %s\r\n%s: 1\r\n%s\r\n\r\n"
                        .formatted(
                                Gateway.SHARED_KEY,
                                FORM_TYPE,
                                ScriptedUpstream.SCRIPT,
                                script,
                                ScriptedUpstream.BEFORE_BODY,
                                String.join("\r\n", headers)));
    }

    @Test
    void a_provider_that_refuses_a_body_before_it_is_whole_is_heard() throws Exception {
        String script = upstream.model(exchange -> {
            exchange.in().readNBytes(1_000);
            exchange.whole(
                    413,
                    bytes(Answers.errorBody("Too large.", "invalid_request_error", "too_large")),
                    "content-type: application/json",
                    "connection: close");
            exchange.in().transferTo(OutputStream.nullOutputStream());
        });
        try (RawCaller caller = new RawCaller()) {
            caller.send(upload(script, "Content-Length: 50000000")).send(new byte[200_000]);
            Wire.Message answer = caller.answer();

            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.text()).contains("too_large");
            assertThat(answer.header("connection")).isEqualToIgnoringCase("close");
        }
    }

    @Test
    void a_provider_that_does_not_read_holds_the_caller_up() throws Exception {
        CompletableFuture<Void> gate = new CompletableFuture<>();
        long size = 64 << 20;
        String script = upstream.model(exchange -> {
            exchange.await(gate);
            exchange.in().readNBytes((int) size);
            exchange.whole(200, bytes(OK), "content-type: application/json");
        });
        try (RawCaller caller = new RawCaller()) {
            caller.send(upload(script, "Content-Length: " + size));
            AtomicLong sent = new AtomicLong();
            Thread sender = new Thread(() -> {
                try {
                    for (long i = 0; i < size; i += 1 << 16) {
                        caller.send(new byte[1 << 16]);
                        sent.addAndGet(1 << 16);
                    }
                } catch (IOException e) {
                    // Seen below.
                }
            });
            sender.start();
            long taken = standstill(sent::get);

            assertThat(taken).isLessThan(32 << 20);
            gate.complete(null);
            assertThat(caller.answer().status()).isEqualTo(200);
            sender.join();
        }
    }

    @Test
    void a_caller_that_does_not_read_holds_the_provider_up() throws Exception {
        byte[] block = new byte[1 << 20];
        String script = upstream.model(exchange -> {
            exchange.head(200, "content-type: application/octet-stream", "content-length: " + (64L << 20));
            for (int i = 0; i < 64; i++) {
                exchange.raw(block);
            }
        });
        try (RawCaller caller = new RawCaller(256 << 10)) {
            caller.head("GET", "/v1/files/" + newFile() + "/content", ScriptedUpstream.SCRIPT + ": " + script);
            Exchange exchange = upstream.call(script);

            assertThat(standstill(exchange::written)).isLessThan(32 << 20);
            assertThat(caller.answer().body()).hasSize(64 << 20);
        }
    }

    /** What has been moved when nothing moves any more. */
    private static long standstill(LongSupplier moved) {
        long last = -1;
        int calm = 0;
        while (calm < 4) {
            long now = moved.getAsLong();
            calm = now == last && now > 0 ? calm + 1 : 0;
            last = now;
            LockSupport.parkNanos(100_000_000);
        }
        return last;
    }

    @Test
    void only_what_comes_before_the_model_must_fit_into_memory() {
        String script = upstream.model(Answers.json(OK));
        String large = "x".repeat(6 << 20);

        HttpResponse<byte[]> before = call(
                script,
                "POST",
                "/v1/audio/transcriptions",
                bytes(form("name=\"model\"", "acme/w", SOUND, large)),
                "Content-Type",
                FORM_TYPE);
        HttpResponse<byte[]> behind = call(
                script,
                "POST",
                "/v1/audio/transcriptions",
                bytes(form(SOUND, large, "name=\"model\"", "acme/w")),
                "Content-Type",
                FORM_TYPE);

        assertThat(before.statusCode()).isEqualTo(200);
        assertThat(upstream.call(script).request().body()).hasSizeGreaterThan(6 << 20);
        assertThat(behind.statusCode()).isEqualTo(413);
        assertThat(Gateway.text(behind)).contains("in front of the file");
    }
}
