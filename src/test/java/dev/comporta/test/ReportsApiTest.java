package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reports as dashboards ask for them: of calls that were really made, and by whom they may be read. */
@QuarkusTest
class ReportsApiTest {

    private static final List<String> REPORTS = List.of(
            "/api/ai-gateway/metrics",
            "/api/ai-gateway/latency",
            "/api/ai-gateway/fallbacks",
            "/api/analytics/gateway",
            "/api/analytics/gateway/conversations",
            "/api/billing/summary?month=2026-11",
            "/api/costs");

    private static HttpResponse<byte[]> get(String path, @Nullable String key, String... headers) {
        String[] all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 2, headers.length);
        all[0] = "Authorization";
        all[1] = "Bearer " + key;
        return Gateway.get(path, all);
    }

    private static JsonNode read(String path, String key) {
        HttpResponse<byte[]> response = get(path, key);
        assertThat(response.statusCode()).as(path).isEqualTo(200);
        return Json.read(response.body());
    }

    private static String with(String report, String parameter) {
        return report + (report.contains("?") ? "&" : "?") + parameter;
    }

    private static void call(String key, String model, String... headers) {
        String[] all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 2, headers.length);
        all[0] = "Authorization";
        all[1] = "Bearer " + key;
        Gateway.usage(Gateway.chat(Gateway.question(model), all));
    }

    @Test
    void what_a_client_used_is_in_every_report() {
        JsonNode client = Gateway.newClient();
        String id = client.path("id").asText();
        String key = Gateway.newKey(client);
        call(key, "demo/echo", "x-gateway-conversation-id", "talk", "x-gateway-team-id", "=team");
        call(key, "demo/echo", "x-gateway-conversation-id", "talk", "x-gateway-user-id", "u1");
        call(key, "keyless/x");

        JsonNode metrics = read("/api/ai-gateway/metrics?period=7d", key);
        assertThat(metrics.at("/totals/requests").asLong()).isEqualTo(3);
        assertThat(metrics.at("/totals/errors").asLong()).isEqualTo(1);
        assertThat(metrics.at("/totals/errorRate").decimalValue()).isEqualByComparingTo("0.333333");
        assertThat(metrics.at("/latency/total/requests").asLong()).isEqualTo(3);
        assertThat(metrics.at("/topClients/0/clientId").asText()).isEqualTo(id);
        assertThat(metrics.at("/activeClients").asLong()).isEqualTo(1);
        assertThat(metrics.at("/previous/totals/requests").asLong()).isZero();
        assertThat(metrics.at("/previous/totals/hitRate").isNull()).isTrue();

        assertThat(read("/api/ai-gateway/latency?period=7d&interval=hour", key)
                        .at("/overall/total/requests")
                        .asLong())
                .isEqualTo(3);
        JsonNode report = read("/api/analytics/gateway?clientId=" + id, Gateway.ADMIN_KEY);
        assertThat(report.at("/series")).hasSize(30);
        assertThat(report.at("/series/29/totals/requests").asLong()).isEqualTo(3);
        JsonNode conversations = read("/api/analytics/gateway/conversations", key);
        assertThat(conversations.at("/data")).hasSize(1);
        assertThat(conversations.at("/data/0/conversationId").asText()).isEqualTo("talk");
        assertThat(conversations.at("/data/0/requests").asLong()).isEqualTo(2);
        JsonNode bills = read("/api/billing/summary?month=" + YearMonth.now(ZoneOffset.UTC), key);
        assertThat(bills.at("/data")).hasSize(1);
        assertThat(bills.at("/data/0/totalTokens")).isEqualTo(metrics.at("/totals/totalTokens"));
        assertThat(bills.at("/data/0/amount")).isEqualTo(metrics.at("/totals/costUsd"));
        assertThat(read("/api/ai-gateway/fallbacks", key).at("/total").asLong()).isZero();
    }

    @Test
    void costs_are_json_or_csv_as_is_asked_for() {
        JsonNode client = Gateway.newClient();
        String key = Gateway.newKey(client);
        call(key, "demo/echo", "x-gateway-team-id", "=team", "x-gateway-app-id", "a, \"b\"");

        JsonNode json = read("/api/costs?groupBy=team,app,day", key);
        assertThat(json.at("/groups").asLong()).isEqualTo(1);
        assertThat(json.at("/data/0/teamId").asText()).isEqualTo("=team");
        assertThat(json.at("/data/0/day").asText())
                .isEqualTo(LocalDate.now(ZoneOffset.UTC).toString());
        assertThat(json.at("/total/requests").asLong()).isEqualTo(1);

        BigDecimal usd = json.at("/data/0/costUsd").decimalValue();
        for (HttpResponse<byte[]> csv : List.of(
                get("/api/costs?groupBy=team,app&source=AI", key, "Accept", "text/csv"),
                get("/api/costs?groupBy=team,app&format=csv", key))) {
            assertThat(csv.statusCode()).isEqualTo(200);
            assertThat(Gateway.header(csv, "content-type")).startsWith("text/csv");
            String[] lines = new String(csv.body(), StandardCharsets.UTF_8).split("\r\n");
            assertThat(lines).hasSize(2);
            assertThat(lines[0])
                    .isEqualTo(
                            "teamId,appId,requests,unpriced,inputTokens,outputTokens,totalTokens,costUsd,costEur,costBrl");
            assertThat(lines[1]).startsWith("'=team,\"a, \"\"b\"\"\",1,0,").contains("," + usd.toPlainString() + ",");
        }
        assertThat(Gateway.header(get("/api/costs?format=json", key, "Accept", "text/csv"), "content-type"))
                .startsWith("application/json");
        JsonNode nobody = read("/api/costs?teamId=nobody", key);
        assertThat(nobody.at("/data")).isEmpty();
        assertThat(nobody.at("/total/costUsd").decimalValue()).isEqualByComparingTo("0");
    }

    @Test
    void a_client_key_reads_its_own_client_only() {
        String key = Gateway.newKey(Gateway.newClient());
        JsonNode other = Gateway.newClient();
        call(Gateway.newKey(other), "demo/echo", "x-gateway-conversation-id", "secret");

        for (String report : REPORTS) {
            HttpResponse<byte[]> foreign =
                    get(with(report, "clientId=" + other.path("id").asText()), key);
            assertThat(foreign.statusCode()).as(report).isEqualTo(403);
            assertThat(Json.read(foreign.body()).path("param").asText()).isEqualTo("clientId");
            assertThat(new String(get(report, key).body(), StandardCharsets.UTF_8))
                    .doesNotContain(other.path("id").asText())
                    .doesNotContain("secret");
        }
        assertThat(read("/api/ai-gateway/metrics", key).at("/totals/requests").asLong())
                .isZero();
    }

    @Test
    void nobody_else_reads_them() {
        for (String report : REPORTS) {
            assertThat(Gateway.get(report).statusCode()).as(report).isEqualTo(401);
            assertThat(get(report, "cron-key-of-the-tests-0123456789").statusCode())
                    .as(report)
                    .isEqualTo(403);
        }
    }

    @Test
    void an_unknown_client_is_not_found() {
        for (String report : REPORTS) {
            HttpResponse<byte[]> response = get(with(report, "clientId=" + UUID.randomUUID()), Gateway.ADMIN_KEY);
            assertThat(response.statusCode()).as(report).isEqualTo(404);
            JsonNode problem = Json.read(response.body());
            assertThat(problem.path("code").asText()).isEqualTo("client_not_found");
            assertThat(problem.path("param").asText()).isEqualTo("clientId");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "1-1-1-1-1", "%00", "'; DROP TABLE clients"})
    void what_is_no_client_id_is_refused_everywhere(String id) {
        for (String report : REPORTS) {
            refused(with(report, "clientId=" + URLEncoder.encode(id, StandardCharsets.UTF_8)), "clientId");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "period, /api/ai-gateway/metrics?period=1d",
        "period, /api/ai-gateway/latency?period=7D",
        "period, /api/ai-gateway/fallbacks?period=1e400",
        "from, /api/ai-gateway/metrics?from=2026-11-02&to=2026-11-01",
        "from, /api/ai-gateway/metrics?from=NaN",
        "to, /api/ai-gateway/metrics?from=2026-11-01&to=%00",
        "interval, /api/ai-gateway/latency?interval=minute",
        "interval, /api/ai-gateway/latency?period=60d&interval=hour",
        "limit, /api/ai-gateway/fallbacks?limit=0",
        "limit, /api/ai-gateway/fallbacks?limit=201",
        "limit, /api/ai-gateway/fallbacks?limit=1e400",
        "limit, /api/ai-gateway/fallbacks?limit=-1",
        "limit, /api/ai-gateway/fallbacks?limit=99999999999999999999",
        "cursor, /api/ai-gateway/fallbacks?cursor=x",
        "cursor, /api/ai-gateway/fallbacks?cursor=2026-11-01T00:00:00Z_x",
        "clientId, /api/analytics/gateway",
        "clientId, /api/analytics/gateway/conversations",
        "month, /api/billing/summary",
        "month, /api/billing/summary?month=2026",
        "month, /api/billing/summary?month=2026-13",
        "month, /api/billing/summary?month=november",
        "month, /api/billing/summary?month=%2B999999999-01",
        "month, /api/billing/summary?month=1999-12",
        "source, /api/costs?source=ai",
        "groupBy, /api/costs?groupBy=colour",
        "groupBy, /api/costs?groupBy=",
        "groupBy, '/api/costs?groupBy=model,model'",
        "groupBy, '/api/costs?groupBy=model,'",
        "groupBy, /api/costs?groupBy=client_id;",
        "clientId, /api/costs?groupBy=user",
        "teamId, /api/costs?teamId=",
        "model, /api/costs?model=%00",
        "format, /api/costs?format=xml",
        "limit, /api/costs?limit=10001",
        "from, /api/costs?from=2026-11-01T10:00:00Z&to=2026-11-02",
        "to, /api/costs?from=2026-11-01&to=2026-11-02T01:00:00Z",
        "teamid, /api/costs?teamid=red",
        "teamId, /api/costs?teamId=red&teamId=blue",
    })
    void a_question_that_makes_no_sense_is_refused_by_the_name_of_its_parameter(String param, String path) {
        refused(path, param);
    }

    private static void refused(String path, String param) {
        HttpResponse<byte[]> response = get(path, Gateway.ADMIN_KEY);
        assertThat(response.statusCode()).as(path).isEqualTo(400);
        assertThat(Gateway.header(response, "content-type")).startsWith("application/problem+json");
        assertThat(Json.read(response.body()).path("param").asText()).as(path).isEqualTo(param);
    }
}
