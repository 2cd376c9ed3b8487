package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.Eventually;
import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import jakarta.inject.Inject;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is kept of what people say, who is told, and how it is taken away. */
@QuarkusTest
class PrivacyTest {

    ScriptedUpstream upstream;

    @Inject
    Database database;

    @Test
    void a_client_that_wants_it_finds_its_payloads_redacted_in_the_view() throws Exception {
        String model = upstream.model(Answers.json(Answers.completion("Write to ana@example.com")));
        String key = loggingClient();

        HttpResponse<byte[]> response = ask(key, question(model, "My CPF is 529.982.247-25", false));

        assertThat(Gateway.text(response)).contains("ana@example.com");
        Row row = view(response);
        assertThat(request(row)).contains("My CPF is [redacted:cpf]").doesNotContain("529");
        assertThat(answer(row)).contains("Write to [redacted:email]").doesNotContain("ana@");
    }

    @Test
    void of_a_stream_the_text_is_put_together_and_then_redacted() throws Exception {
        String model = upstream.model(Answers.events(Answers.stream("Call ", "(11) 912", "34-5678", " now")));
        String key = loggingClient();

        HttpResponse<byte[]> response = ask(key, question(model, "Hello", true));

        assertThat(Gateway.text(response)).contains("34-5678").endsWith("[DONE]\n\n");
        Row row = view(response);
        assertThat(request(row)).contains("Hello");
        assertThat(answer(row))
                .contains("\"streamed\":true", "Call [redacted:phone] now")
                .doesNotContain("34-5678");
    }

    @Test
    void a_call_that_is_refused_keeps_its_request_alone() throws Exception {
        String key = loggingClient();

        HttpResponse<byte[]> response = ask(key, Gateway.question("google/../../x"));

        assertThat(response.statusCode()).isEqualTo(400);
        Row row = view(response);
        assertThat(request(row)).contains("Hello");
        assertThat(row.getValue("response_payload")).isNull();
    }

    @Test
    void of_other_clients_nothing_is_kept_and_a_change_by_sql_holds_too() throws Exception {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));
        JsonNode client = Gateway.newClient();
        String key = Gateway.newKey(client);

        HttpResponse<byte[]> before = ask(key, question(model, "one", false));
        Gateway.usage(before);
        Databases.sql(
                database,
                "UPDATE clients SET log_payloads = true WHERE id = $1",
                UUID.fromString(client.path("id").asText()));
        Eventually.eventually("the change holds", () -> {
            HttpResponse<byte[]> after = ask(key, question(model, "two", false));
            Gateway.usage(after);
            return kept(after).iterator().hasNext();
        });

        assertThat(kept(before)).isEmpty();
        Row row = rows(before).iterator().next();
        assertThat(row.getValue("request_payload")).isNull();
        assertThat(row.getValue("response_payload")).isNull();
    }

    @Test
    void equal_prompts_of_one_client_have_equal_hashes_and_those_of_others_have_not() throws Exception {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));
        String other = upstream.model(Answers.json(Answers.completion("Hi")));
        String key = Gateway.newKey(Gateway.newClient());
        String stranger = Gateway.newKey(Gateway.newClient());
        Eventually.eventually(
                "the keys are known",
                () -> !hash(key, question(model, "x", false)).isEmpty()
                        && !hash(stranger, question(model, "x", false)).isEmpty());

        String hash = hash(key, question(model, "The same", false));

        assertThat(hash).matches("[0-9a-f]{64}");
        assertThat(hash(key, question(other, "The same", false))).isEqualTo(hash);
        assertThat(hash(key, question(model, "The other", false))).isNotEqualTo(hash);
        assertThat(hash(stranger, question(model, "The same", false)))
                .isNotEmpty()
                .isNotEqualTo(hash);
    }

    @Test
    void a_conversation_is_erased_and_its_cost_stays() throws Exception {
        String model = upstream.model(Answers.json(Answers.completion("Hi")));
        JsonNode client = Gateway.newClient();
        log(client);
        String key = Gateway.newKey(client);
        String conversation = "chat/" + UUID.randomUUID() + "?+ x";
        HttpResponse<byte[]> erased = ask(key, question(model, "Hello", false), conversation);
        HttpResponse<byte[]> stays = ask(key, question(model, "Hello", false), "another");
        view(erased);
        view(stays);

        String path = "/api/privacy/conversations/"
                + encoded(Gateway.usage(erased).path("conversationId").asText());
        assertThat(delete(path, key).body()).contains("\"usageLogs\":1", "\"payloads\":1");

        JsonNode usage = Gateway.usage(erased);
        assertThat(usage.path("conversationId").isNull()).isTrue();
        assertThat(usage.path("promptHash").isNull()).isTrue();
        assertThat(usage.path("totalTokens").asInt()).isEqualTo(14);
        assertThat(kept(erased)).isEmpty();
        assertThat(kept(stays)).hasSize(1);
        assertThat(Gateway.usage(stays).path("conversationId").asText()).isEqualTo("another");
        assertThat(delete(path, key).body()).contains("\"usageLogs\":0", "\"payloads\":0");
    }

    @Test
    void a_client_erases_its_own_only_and_an_administrator_everybodys() {
        JsonNode client = Gateway.newClient();
        String own = client.path("id").asText();
        String key = Gateway.newKey(client);
        String stranger = Gateway.newKey(Gateway.newClient());

        assertThat(delete("/api/privacy/users/u?clientId=" + own, stranger).statusCode())
                .isEqualTo(403);
        assertThat(delete("/api/privacy/users/u?clientId=" + own, key).statusCode())
                .isEqualTo(200);
        assertThat(delete("/api/privacy/users/u", key).statusCode()).isEqualTo(200);
        assertThat(delete("/api/privacy/users/u?clientId=" + own, Gateway.ADMIN_KEY)
                        .statusCode())
                .isEqualTo(200);
        assertThat(delete("/api/privacy/users/u?clientId=" + own, Gateway.SHARED_KEY)
                        .statusCode())
                .isIn(401, 403);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /api/privacy/users/u                               | 400 | clientId
            /api/privacy/users/u?clientId=                     | 400 | clientId
            /api/privacy/users/u?clientId=acme                 | 400 | clientId
            /api/privacy/users/u?clientId=1-1-1-1-1            | 400 | clientId
            /api/privacy/users/u?clientId=%00                  | 400 | clientId
            /api/privacy/conversations/c?clientId=1e400        | 400 | clientId
            /api/privacy/users/u?clientId=01234567-89ab-4cde-8f01-23456789abcd | 404 | clientId
            /api/privacy/users/a%00b?clientId=01234567-89ab-4cde-8f01-23456789abcd | 400 | userId
            /api/privacy/conversations/a%00b?clientId=01234567-89ab-4cde-8f01-23456789abcd | 400 | conversationId
            /api/privacy/phones/LONG?clientId=01234567-89ab-4cde-8f01-23456789abcd | 400 | phone
            """)
    void what_cannot_be_is_refused_and_the_field_named(String path, int status, String param) {
        long before = erasures();

        HttpResponse<String> response = delete(path.replace("LONG", "9".repeat(501)), Gateway.ADMIN_KEY);

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("application/problem+json");
        assertThat(Json.read(response.body()).path("param").asText()).isEqualTo(param);
        assertThat(erasures()).isEqualTo(before);
    }

    @Test
    void a_secret_of_a_client_is_in_no_answer() {
        assertThat(Gateway.newClient().toString() + Gateway.admin("GET", "/api/clients?limit=200", ""))
                .doesNotContainIgnoringCase("prompt_hash_key")
                .doesNotContainIgnoringCase("promptHashKey");
    }

    private long erasures() {
        return Databases.sql(database, "SELECT count(*) FROM erasures")
                .iterator()
                .next()
                .getLong(0);
    }

    private static String loggingClient() {
        JsonNode client = Gateway.newClient();
        log(client);
        return Gateway.newKey(client);
    }

    private static void log(JsonNode client) {
        Gateway.admin("PUT", "/api/clients/" + client.path("id").asText(), "{\"logPayloads\":true}");
    }

    private static String question(String model, String text, boolean stream) {
        return """
                {"model":"acme/%s","stream":%s,"messages":[{"role":"user","content":%s}]}""".formatted(model, stream, Json.quoted(text));
    }

    private static HttpResponse<byte[]> ask(String key, String body, String... conversation) {
        return Gateway.chat(
                body,
                "Authorization",
                "Bearer " + key,
                "x-gateway-conversation-id",
                conversation.length == 0 ? "" : conversation[0]);
    }

    private static String hash(String key, String body) {
        return Gateway.usage(ask(key, body)).path("promptHash").asText("").replace("null", "");
    }

    private static HttpResponse<String> delete(String path, String key) {
        HttpRequest request =
                Gateway.request(path, "Authorization", "Bearer " + key).DELETE().build();
        return Gateway.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The call in the view, waited for until its payload is there. */
    private Row view(HttpResponse<?> response) throws InterruptedException {
        Gateway.usage(response);
        Eventually.eventually(
                "the payload is kept", () -> kept(response).iterator().hasNext());
        return rows(response).iterator().next();
    }

    private RowSet<Row> kept(HttpResponse<?> response) {
        return Databases.sql(
                database,
                "SELECT 1 FROM gateway_payloads WHERE usage_id = $1",
                UUID.fromString(Gateway.requestId(response)));
    }

    private RowSet<Row> rows(HttpResponse<?> response) {
        return Databases.sql(database, """
                SELECT logs.* FROM ai_gateway_logs AS logs
                JOIN gateway_usage_logs AS usage USING (created_at, endpoint, latency_ms) WHERE usage.id = $1
                """, UUID.fromString(Gateway.requestId(response)));
    }

    private static String request(Row row) {
        return ((JsonObject) row.getValue("request_payload")).encode();
    }

    private static String answer(Row row) {
        return ((JsonObject) row.getValue("response_payload")).encode();
    }
}
