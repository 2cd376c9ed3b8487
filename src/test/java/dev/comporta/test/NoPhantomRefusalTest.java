package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.Eventually;
import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.sqlclient.Row;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Calls that fail in every way there is, and callers that hang up, on a budget that pays for a few calls at a time:
 * what they used is used, and nothing stays held.
 */
@QuarkusTest
class NoPhantomRefusalTest {

    private static final int CALLS = Boolean.getBoolean("comporta.proof") ? 10_000 : 1_000;
    private static final int CALLERS = 16;
    private static final String LEASES = "comporta_budget_lease_statements_total{statement=\"lease\"";

    ScriptedUpstream upstream;
    ScriptedSockets sockets;

    @Inject
    Database database;

    private final Map<String, AtomicInteger> outcomes = new ConcurrentHashMap<>();

    private JsonNode client;
    private String slug;
    private String key;
    private List<Call> kinds = List.of();

    /** Makes one call; returns what became of it, or null if the caller does not know. */
    @FunctionalInterface
    private interface Call {
        String make() throws Exception;
    }

    @Test
    void calls_that_fail_or_are_cancelled_leave_nothing_held() throws Exception {
        client = Gateway.newClient();
        slug = client.path("slug").asText();
        key = "Bearer " + Gateway.newKey(client);
        UUID id = UUID.fromString(client.path("id").asText());
        BigDecimal limit = BigDecimal.valueOf(40_000L + 30L * CALLS);
        Gateway.admin("POST", "/api/policies", """
                {"clientId":"%s","name":"Tight","maxCostPerDay":%d,"maxCostCurrency":"BRL","allowUnknownPrices":true,\
                "blockedModels":["acme/blocked-*"]}""".formatted(id, 1_000_000_000));
        Databases.sql(
                database,
                "INSERT INTO client_budgets (client_id, budget_type, budget_limit, budget_period) VALUES ($1, 'tokens', $2, 'monthly')",
                id,
                limit);
        Eventually.assertSoon(() -> assertThat(ledgers(id))
                .hasSize(2)
                .allMatch(ledger -> ledger.getOffsetDateTime("window_end").getYear()
                        >= LocalDate.now().getYear()));
        kinds = kinds();

        AtomicInteger next = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
        List<Future<?>> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            Random random = new Random(i);
            callers.add(threads.submit(() -> {
                while (next.getAndIncrement() < CALLS) {
                    int kind = random.nextInt(kinds.size());
                    outcomes.computeIfAbsent(kind + " " + kinds.get(kind).make(), first -> new AtomicInteger())
                            .incrementAndGet();
                }
                return null;
            }));
        }
        for (Future<?> caller : callers) {
            caller.get(10, TimeUnit.MINUTES);
        }
        threads.shutdown();

        Eventually.assertSoon(() -> assertThat(journalDepth()).isZero());
        Eventually.assertSoon(() -> assertThat(ledgers(id))
                .allMatch(ledger -> ledger.getBigDecimal("leased").signum() == 0));
        System.out.printf("[proof] no phantom refusal: %d calls, %s%n", CALLS, new TreeMap<>(outcomes));
        Row sums = Databases.sql(
                        database,
                        "SELECT count(*) AS rows, sum(total_tokens) AS tokens, sum(cost_brl) AS brl FROM gateway_usage_logs WHERE client_id = $1",
                        id)
                .iterator()
                .next();
        assertThat(sums.getLong("rows")).isEqualTo(CALLS);
        for (Row ledger : ledgers(id)) {
            assertThat(ledger.getBigDecimal("used"))
                    .isEqualByComparingTo(
                            sums.getBigDecimal(ledger.getString("unit").equals("tokens") ? "tokens" : "brl"));
        }
        assertThat(outcomes).hasSizeGreaterThanOrEqualTo(kinds.size());

        // All the rest pays for one long answer.
        String model = model("acme", Answers.json(Answers.completion("Hi")), 1_000_000);
        HttpResponse<byte[]> last = chat("acme/" + model, "");
        assertThat(last.statusCode()).isEqualTo(200);
        long rest = limit.subtract(sums.getBigDecimal("tokens")).longValueExact();
        assertThat(upstream.call(model).json().path("max_tokens").asLong())
                .isBetween(Math.min(rest - 400, 32_768), rest);
    }

    private List<Call> kinds() {
        String good = model("acme", Answers.json(Answers.completion("Hi")), 3_000);
        String failing = model("acme", Answers.error(500, "server_error", "broken"), 3_000);
        String rateLimited = model("acme", Answers.error(429, "rate_limit", "slow_down"), 3_000);
        String resetting = model("acme", Exchange::reset, 3_000);
        String nonsense = model("acme", Answers.json("no JSON"), 3_000);
        String breaking = model(
                "acme",
                exchange ->
                        exchange.eventStream().event(Answers.content("Hello")).reset(),
                3_000);
        String silent = model("slow", Exchange::stall, 3_000);
        String stalling = model("acme", Exchange::stall, 3_000);
        String greeting = model(
                "acme",
                exchange ->
                        exchange.eventStream().event(Answers.content("Hello")).stall(),
                3_000);
        String dead = model("dead", Exchange::stall, 3_000);
        String blocked = "blocked-" + System.nanoTime();
        String anthropic = model("anthropic", Answers.error(500, "api_error", "broken"), 3_000);
        String images = model("openai", Answers.error(500, "server_error", "broken"), 3_000);
        String session =
                sockets.asked(request -> request.response().setStatusCode(401).end("no"));
        register("live", session, 2_000);
        AtomicInteger slow = new AtomicInteger();
        return List.of(
                () -> code(chat("acme/" + good, ",\"max_tokens\":20")),
                () -> code(chat("acme/" + failing, "")),
                () -> code(chat("acme/" + rateLimited, ",\"max_tokens\":2000")),
                () -> code(chat("acme/" + resetting, "")),
                () -> code(chat("acme/" + nonsense, "")),
                () -> code(chat("acme/" + breaking, ",\"stream\":true")),
                // It takes a second until the gateway gives up.
                () -> code(chat(slow.getAndIncrement() % 10 == 0 ? "slow/" + silent : "acme/" + failing, "")),
                () -> hangUp("acme/" + stalling, false),
                () -> hangUp("acme/" + greeting, true),
                () -> hangUp("acme/" + failing, false),
                () -> code(chat("dead/" + dead, "")),
                () -> code(chat("acme/" + blocked, "")),
                () -> code(chat("anthropic/" + anthropic, "")),
                () -> code(chat("anthropic/" + anthropic, ",\"n\":3")),
                () -> code(chat("acme/" + good, ",\"max_tokens\":\"many\"")),
                () -> code(chat(
                        "acme/" + good,
                        ",\"tools\":[{\"type\":\"file_search\",\"vector_store_ids\":[\"vs_foreign\"]}]")),
                () -> code(Gateway.post(
                        "/v1/images/generations",
                        "{\"model\":\"openai/%s\",\"prompt\":\"A gate\"}".formatted(images),
                        "Authorization",
                        key)),
                () -> catchThrowable(() -> new SocketCaller(
                                        "/v1/realtime?model=live/" + session, List.of(), "Authorization", key)
                                .close())
                        .getMessage());
    }

    private static String code(HttpResponse<byte[]> response) {
        return response.statusCode() + " "
                + (response.statusCode() == 200
                        ? ""
                        : Json.read(response.body()).at("/error/code").asText());
    }

    private String hangUp(String model, boolean afterFirstByte) throws Exception {
        try (RawCaller caller = new RawCaller()) {
            caller.chat(body(model, afterFirstByte ? ",\"stream\":true" : ""), "x-gateway-client-id: " + slug);
            if (afterFirstByte) {
                // Or the refusal.
                caller.readUntil("\r\n\r\n");
            }
            return "hung up";
        }
    }

    private HttpResponse<byte[]> chat(String model, String more) {
        return Gateway.chat(body(model, more), "Authorization", key);
    }

    private static String body(String model, String more) {
        return "{\"model\":\"%s\"%s,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}".formatted(model, more);
    }

    private String model(String provider, ScriptedUpstream.Script script, int longest) {
        String model = upstream.model(script);
        register(provider, model, longest);
        return model;
    }

    private static void register(String provider, String model, int longest) {
        Gateway.admin("POST", "/api/ai-gateway/models", """
                {"provider":"%s","modelName":"%s","inputPricePerMillion":10,"outputPricePerMillion":20,\
                "contextWindow":%d,"maxOutputTokens":%d}""".formatted(provider, model, longest + 4_000, longest));
    }

    private List<Row> ledgers(UUID client) {
        List<Row> ledgers = new ArrayList<>();
        Databases.sql(database, "SELECT * FROM budget_ledgers WHERE client_id = $1", client)
                .forEach(ledgers::add);
        return ledgers;
    }

    private static double journalDepth() {
        return metric("comporta_usage_journal_depth");
    }

    private static double metric(String name) {
        return Gateway.text(Gateway.get("/q/metrics"))
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void a_client_with_plenty_asks_the_database_a_few_times_and_then_no_more() throws Exception {
        client = Gateway.newClient();
        key = "Bearer " + Gateway.newKey(client);
        UUID id = UUID.fromString(client.path("id").asText());
        Databases.sql(
                database,
                "INSERT INTO client_budgets (client_id, budget_type, budget_limit, budget_period) VALUES ($1, 'tokens', 10000000000, 'monthly')",
                id);
        Eventually.assertSoon(() -> assertThat(ledgers(id))
                .allMatch(ledger -> ledger.getOffsetDateTime("window_end").getYear()
                        >= LocalDate.now().getYear()));
        String model = model("acme", Answers.json(Answers.completion("Hi")), 3_000);

        double before = metric(LEASES);
        call(model, 1_000);
        double middle = metric(LEASES);
        call(model, 1_000);
        double after = metric(LEASES);

        System.out.printf(
                "[proof] lease statements: %.0f for 1,000 calls, %.0f for 1,000 more%n",
                middle - before, after - middle);
        assertThat(middle - before).isBetween(1.0, 15.0);
        assertThat(after - middle).isLessThanOrEqualTo(3);
    }

    private void call(String model, int calls) throws Exception {
        AtomicInteger left = new AtomicInteger(calls);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<?>> callers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            callers.add(threads.submit(() -> {
                while (left.getAndDecrement() > 0) {
                    assertThat(chat("acme/" + model, ",\"max_tokens\":100").statusCode())
                            .isEqualTo(200);
                }
            }));
        }
        for (Future<?> caller : callers) {
            caller.get(5, TimeUnit.MINUTES);
        }
        threads.shutdown();
    }
}
