package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may read the request log, and how it is read. */
@QuarkusTest
class AuditTest {

    private static final String AUDIT = "/api/audit";

    private static JsonNode read(String query, String key) {
        HttpResponse<byte[]> response = Gateway.get(AUDIT + query, "Authorization", "Bearer " + key);
        assertThat(response.statusCode()).isEqualTo(200);
        return Json.read(response.body());
    }

    private static String callOf(String key) {
        HttpResponse<byte[]> response = Gateway.chat(Gateway.question("demo/echo"), "Authorization", "Bearer " + key);
        Gateway.usage(response);
        return Gateway.requestId(response);
    }

    private static List<String> ids(JsonNode page) {
        return page.path("data").findValuesAsText("requestId");
    }

    @Test
    void a_client_key_sees_its_own_clients_calls_only() {
        JsonNode client = Gateway.newClient();
        JsonNode other = Gateway.newClient();
        String key = Gateway.newKey(client);
        String otherKey = Gateway.newKey(other);
        String own = callOf(key);
        String theirs = callOf(otherKey);

        assertThat(ids(read("", key))).containsExactly(own);
        assertThat(ids(read("?clientId=" + client.path("id").asText(), key))).containsExactly(own);
        assertThat(ids(read("?requestId=" + theirs, key))).isEmpty();
        assertThat(ids(read("?requestId=" + theirs, otherKey))).containsExactly(theirs);
        assertThat(ids(read("?requestId=" + theirs, Gateway.ADMIN_KEY))).containsExactly(theirs);
        HttpResponse<byte[]> asked =
                Gateway.get(AUDIT + "?clientId=" + other.path("id").asText(), "Authorization", "Bearer " + key);
        assertThat(asked.statusCode()).isEqualTo(403);
        assertThat(Json.read(asked.body()).path("code").asText()).isEqualTo("forbidden");
    }

    @Test
    void nobody_else_reads_it() {
        assertThat(Gateway.get(AUDIT, "Authorization", "").statusCode()).isEqualTo(401);
        assertThat(Gateway.get(AUDIT).statusCode()).isEqualTo(401);
        assertThat(Gateway.get(AUDIT, "Authorization", "Bearer cron-key-of-the-tests-0123456789")
                        .statusCode())
                .isEqualTo(403);
        assertThat(Gateway.get(AUDIT, "Authorization", "Bearer vck_this-key-was-never-issued")
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void pages_follow_one_another_without_a_gap() {
        String key = Gateway.newKey(Gateway.newClient());
        List<String> newestFirst = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            newestFirst.add(0, callOf(key));
        }

        List<String> seen = new ArrayList<>();
        String cursor = "";
        int pages = 0;
        do {
            JsonNode page = read("?limit=2" + cursor, key);
            seen.addAll(ids(page));
            String next = page.path("nextCursor").asText("");
            cursor = page.path("nextCursor").isNull()
                    ? ""
                    : "&cursor=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
            pages++;
        } while (!cursor.isEmpty());

        assertThat(seen).isEqualTo(newestFirst);
        assertThat(pages).isEqualTo(3);
    }

    @Test
    void it_is_searched_by_model_status_and_time() {
        String key = Gateway.newKey(Gateway.newClient());
        String good = callOf(key);
        HttpResponse<byte[]> refused = Gateway.chat(Gateway.question("keyless/x"), "Authorization", "Bearer " + key);
        Gateway.usage(refused);
        String time = read("?requestId=" + good, key).at("/data/0/createdAt").asText();

        assertThat(ids(read("?model=demo/echo", key))).containsExactly(good);
        assertThat(ids(read("?model=echo", key))).containsExactly(good);
        assertThat(ids(read("?status=error", key))).containsExactly(Gateway.requestId(refused));
        assertThat(ids(read("?provider=demo", key))).containsExactly(good);
        assertThat(ids(read("?statusCode=200&minCost=0", key))).containsExactly(good);
        assertThat(ids(read("?minCost=1000", key))).isEmpty();
        assertThat(ids(read("?from=" + time, key))).containsExactly(Gateway.requestId(refused), good);
        assertThat(ids(read("?to=" + time, key))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?limit=0",
                "?limit=501",
                "?limit=x",
                "?cursor=x",
                "?from=yesterday",
                "?clientId=x",
                "?cursor=_",
                "?from=%2B1000000000-12-31T23:59:59Z",
                "?to=-0001-01-01T00:00:00Z",
                "?model=%00",
                "?conversationId=a%00b",
                "?requestId=x",
                "?status=fine",
                "?statusCode=99",
                "?statusCode=1e400",
                "?minCost=-1",
                "?minCost=1e400",
                "?minCost=NaN",
                "?limit=99999999999999999999"
            })
    void a_question_that_makes_no_sense_is_the_callers_mistake(String query) {
        HttpResponse<byte[]> response = Gateway.get(AUDIT + query, "Authorization", "Bearer " + Gateway.ADMIN_KEY);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Gateway.header(response, "content-type")).startsWith("application/problem+json");
        assertThat(Json.read(response.body()).path("param").asText()).isEqualTo(query.substring(1, query.indexOf('=')));
    }

    @Test
    void it_is_searched_by_whom_a_call_was_for() {
        String key = Gateway.newKey(Gateway.newClient());
        callOf(key);
        HttpResponse<byte[]> response = Gateway.chat(
                Gateway.question("demo/echo"),
                "Authorization",
                "Bearer " + key,
                "x-gateway-user-id",
                "ana",
                "x-gateway-team-id",
                "red");
        Gateway.usage(response);

        assertThat(ids(read("?userId=ana", key))).containsExactly(Gateway.requestId(response));
        assertThat(ids(read("?teamId=red", key))).containsExactly(Gateway.requestId(response));
        assertThat(ids(read("?userId=ana&teamId=blue", key))).isEmpty();
    }
}
