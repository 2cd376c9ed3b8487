package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Two clients on one shared provider key: for each kind of object, what one has made is not there for the other. */
@QuarkusTest
@DisplayName("Under a shared provider key a client meets its own objects only")
class KeptApartTest {

    private static final String BOUNDARY = "xXcutXx";

    ScriptedUpstream upstream;

    /** What can be made, and all that can be done with it: {@code METHOD /path}, with a body after a blank. */
    enum Kind {
        FILE(
                "file-",
                "/v1/files",
                null,
                List.of("GET /v1/files/%s", "GET /v1/files/%s/content", "DELETE /v1/files/%s"),
                List.of(
                        "POST /v1/batches {\"input_file_id\":\"%s\"}",
                        "POST /v1/fine_tuning/jobs {\"model\":\"openai/m\",\"training_file\":\"%s\"}"),
                true),
        UPLOAD(
                "upload_",
                "/v1/uploads",
                "{\"filename\":\"a\"}",
                List.of("POST /v1/uploads/%s/complete {\"part_ids\":[]}", "POST /v1/uploads/%s/cancel {}"),
                List.of(),
                false),
        BATCH(
                "batch_",
                "/v1/batches",
                "{\"endpoint\":\"/v1/responses\"}",
                List.of("GET /v1/batches/%s", "POST /v1/batches/%s/cancel {}"),
                List.of(),
                true),
        RESPONSE(
                "resp_",
                "/v1/responses",
                "{\"model\":\"MODEL\",\"input\":\"Hello\"}",
                List.of(
                        "GET /v1/responses/%s",
                        "GET /v1/responses/%s/input_items",
                        "POST /v1/responses/%s/cancel {}",
                        "DELETE /v1/responses/%s"),
                List.of("POST /v1/responses {\"model\":\"openai/m\",\"input\":\"x\",\"previous_response_id\":\"%s\"}"),
                false),
        CONVERSATION(
                "conv_",
                "/v1/conversations",
                "{}",
                List.of(
                        "GET /v1/conversations/%s",
                        "POST /v1/conversations/%s {\"metadata\":{}}",
                        "GET /v1/conversations/%s/items",
                        "POST /v1/conversations/%s/items {\"items\":[]}",
                        "DELETE /v1/conversations/%s/items/msg_1",
                        "DELETE /v1/conversations/%s"),
                List.of(
                        "POST /v1/responses {\"model\":\"openai/m\",\"input\":\"x\",\"conversation\":\"%s\"}",
                        "POST /v1/responses {\"model\":\"openai/m\",\"input\":\"x\",\"conversation\":{\"id\":\"%s\"}}"),
                false),
        ASSISTANT(
                "asst_",
                "/v1/assistants",
                "{\"model\":\"openai/m\"}",
                List.of("GET /v1/assistants/%s", "POST /v1/assistants/%s {\"name\":\"x\"}", "DELETE /v1/assistants/%s"),
                List.of("POST /v1/threads/runs {\"assistant_id\":\"%s\"}"),
                true),
        THREAD(
                "thread_",
                "/v1/threads",
                "{}",
                List.of(
                        "GET /v1/threads/%s",
                        "POST /v1/threads/%s {\"metadata\":{}}",
                        "GET /v1/threads/%s/messages",
                        "POST /v1/threads/%s/messages {\"role\":\"user\",\"content\":\"x\"}",
                        "DELETE /v1/threads/%s/messages/msg_1",
                        "GET /v1/threads/%s/runs",
                        "POST /v1/threads/%s/runs/run_1/cancel {}",
                        "POST /v1/threads/%s/runs/run_1/submit_tool_outputs {\"tool_outputs\":[]}",
                        "GET /v1/threads/%s/runs/run_1/steps",
                        "DELETE /v1/threads/%s"),
                List.of(),
                false),
        VECTOR_STORE(
                "vs_",
                "/v1/vector_stores",
                "{}",
                List.of(
                        "GET /v1/vector_stores/%s",
                        "POST /v1/vector_stores/%s {\"name\":\"x\"}",
                        "POST /v1/vector_stores/%s/search {\"query\":\"x\"}",
                        "GET /v1/vector_stores/%s/files",
                        "GET /v1/vector_stores/%s/files/file-1/content",
                        "DELETE /v1/vector_stores/%s/files/file-1",
                        "DELETE /v1/vector_stores/%s"),
                List.of(
                        "POST /v1/responses {\"model\":\"openai/m\",\"input\":\"x\",\"tools\":[{\"type\":\"file_search\",\"vector_store_ids\":[\"%s\"]}]}",
                        "POST /v1/threads {\"tool_resources\":{\"file_search\":{\"vector_store_ids\":[\"%s\"]}}}"),
                true),
        CONTAINER(
                "cntr_",
                "/v1/containers",
                "{\"name\":\"x\"}",
                List.of(
                        "GET /v1/containers/%s",
                        "GET /v1/containers/%s/files",
                        "GET /v1/containers/%s/files/cfile_1/content",
                        "DELETE /v1/containers/%s"),
                List.of(
                        "POST /v1/responses {\"model\":\"openai/m\",\"input\":\"x\",\"tools\":[{\"type\":\"code_interpreter\",\"container\":\"%s\"}]}"),
                true),
        FINE_TUNING_JOB(
                "ftjob-",
                "/v1/fine_tuning/jobs",
                "{\"model\":\"openai/m\"}",
                List.of(
                        "GET /v1/fine_tuning/jobs/%s",
                        "POST /v1/fine_tuning/jobs/%s/cancel {}",
                        "GET /v1/fine_tuning/jobs/%s/events",
                        "GET /v1/fine_tuning/jobs/%s/checkpoints"),
                List.of(),
                true),
        EVAL(
                "eval_",
                "/v1/evals",
                "{\"name\":\"x\"}",
                List.of(
                        "GET /v1/evals/%s",
                        "POST /v1/evals/%s {\"name\":\"y\"}",
                        "GET /v1/evals/%s/runs",
                        "GET /v1/evals/%s/runs/run_1/output_items",
                        "DELETE /v1/evals/%s"),
                List.of(),
                true),
        CHAT_COMPLETION(
                "chatcmpl-",
                "/v1/chat/completions",
                "{\"model\":\"MODEL\",\"store\":true,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
                List.of(
                        "GET /v1/chat/completions/%s",
                        "POST /v1/chat/completions/%s {\"metadata\":{}}",
                        "GET /v1/chat/completions/%s/messages",
                        "DELETE /v1/chat/completions/%s"),
                List.of(),
                true);

        private final String prefix;
        private final String path;
        /** Null for a form. */
        private final String body;

        private final List<String> uses;
        private final List<String> references;
        private final boolean listed;

        Kind(String prefix, String path, String body, List<String> uses, List<String> references, boolean listed) {
            this.prefix = prefix;
            this.path = path;
            this.body = body;
            this.uses = uses;
            this.references = references;
            this.listed = listed;
        }
    }

    static Stream<Kind> listed() {
        return Stream.of(Kind.values()).filter(kind -> kind.listed);
    }

    @ParameterizedTest
    @EnumSource
    void what_one_has_made_the_other_cannot_read_change_or_delete_nor_name(Kind kind) {
        String maker = newKey();
        String stranger = newKey();
        String id = made(kind, maker);

        List<String> all = new ArrayList<>(kind.uses);
        all.addAll(kind.references);
        for (String use : all) {
            String script = upstream.model(Answers.json("{\"id\":\"x\",\"object\":\"list\",\"data\":[]}"));
            HttpResponse<byte[]> refused = call(stranger, script, use.formatted(id));

            assertThat(refused.statusCode()).as(use).isEqualTo(404);
            assertThat(Json.read(refused.body()).at("/error/message").asText()).contains(id);
            assertThat(upstream.waiting(script)).as(use).isZero();
        }
        for (String use : kind.uses) {
            String script = upstream.model(Answers.json("{\"id\":\"x\",\"object\":\"list\",\"data\":[]}"));

            assertThat(call(maker, script, use.formatted(id)).statusCode())
                    .as(use)
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @MethodSource("listed")
    void what_one_has_made_is_in_its_own_list_only(Kind kind) {
        String maker = newKey();
        String stranger = newKey();
        String id = made(kind, maker);
        String page = "{\"object\":\"list\",\"data\":[{\"id\":\"%s\"},{\"id\":\"%snobodys\"}],\"has_more\":false}"
                .formatted(id, kind.prefix);

        JsonNode own = list(maker, page, kind);
        JsonNode others = list(stranger, page, kind);

        assertThat(own.path("data")).hasSize(1);
        assertThat(own.at("/data/0/id").asText()).isEqualTo(id);
        assertThat(others.path("data")).isEmpty();
        assertThat(others.toString()).doesNotContain(id);
    }

    private JsonNode list(String key, String page, Kind kind) {
        HttpResponse<byte[]> response = call(key, upstream.model(Answers.json(page)), "GET " + kind.path);
        assertThat(response.statusCode()).isEqualTo(200);
        return Json.read(response.body());
    }

    private static String newKey() {
        return Gateway.newKey(Gateway.newClient());
    }

    private String made(Kind kind, String key) {
        String id = kind.prefix + UUID.randomUUID().toString().replace("-", "");
        String script = upstream.model(Answers.json("""
                {"id":"%s","object":"x","status":"completed","output":[],"choices":[],\
                "usage":{"prompt_tokens":1,"completion_tokens":1,"input_tokens":1,"output_tokens":1,"total_tokens":2}}""".formatted(id)));
        String made = kind.body == null
                ? "POST " + kind.path
                : "POST " + kind.path + " " + kind.body.replace("MODEL", "openai/" + script);
        assertThat(call(key, script, made).statusCode()).isEqualTo(200);
        return id;
    }

    private static HttpResponse<byte[]> call(String key, String script, String use) {
        String[] parts = use.split(" ", 3);
        boolean form = parts.length < 3 && parts[0].equals("POST");
        HttpRequest.Builder request = HttpRequest.newBuilder(Gateway.uri(parts[1]))
                .header("Authorization", "Bearer " + key)
                .header(ScriptedUpstream.SCRIPT, script);
        if (form) {
            request.header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY);
        } else if (parts.length == 3) {
            request.header("Content-Type", "application/json");
        }
        return Gateway.send(request.method(parts[0], HttpRequest.BodyPublishers.ofString(form ? form() : body(parts)))
                .build());
    }

    private static String body(String[] parts) {
        return parts.length == 3 ? parts[2] : "";
    }

    private static String form() {
        return "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nuser_data\r\n--"
                + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx\r\n--"
                + BOUNDARY + "--\r\n";
    }
}
