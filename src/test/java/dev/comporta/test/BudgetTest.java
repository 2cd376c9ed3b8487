package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a client's budget lets through, as its applications see it. */
@QuarkusTest
class BudgetTest {

    /** 10 and 5 tokens, of a model at 1,000,000 USD per million: 15 USD a call. */
    private static final String USAGE = "{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15}";

    ScriptedUpstream upstream;

    @Inject
    Database database;

    private JsonNode client;
    private String key;

    @BeforeEach
    void a_client_of_its_own() {
        client = Gateway.newClient();
        key = "Bearer " + Gateway.newKey(client);
    }

    private String model(String usage) {
        String model = upstream.model(Answers.json(Answers.completion("Hi", usage)));
        Gateway.admin("POST", "/api/ai-gateway/models", """
                {"provider":"acme","modelName":"%s","inputPricePerMillion":1000000,"outputPricePerMillion":1000000,\
                "maxOutputTokens":1000}""".formatted(model));
        return model;
    }

    private void budget(String type, int limit) {
        Databases.sql(
                database,
                "INSERT INTO client_budgets (client_id, budget_type, budget_limit, budget_period) "
                        + "VALUES ($1, $2, $3, 'monthly') ON CONFLICT (client_id) DO UPDATE SET budget_limit = $3",
                UUID.fromString(client.path("id").asText()),
                type,
                BigDecimal.valueOf(limit));
        Eventually.assertSoon(
                () -> assertThat(ledger().getOffsetDateTime("window_end").getYear())
                        .isGreaterThanOrEqualTo(LocalDate.now().getYear()));
    }

    private Row ledger() {
        return Databases.sql(
                        database,
                        "SELECT * FROM budget_ledgers WHERE client_id = $1",
                        UUID.fromString(client.path("id").asText()))
                .iterator()
                .next();
    }

    private HttpResponse<byte[]> call(String model, String more) {
        return Gateway.chat(
                "{\"model\":\"acme/%s\"%s,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}"
                        .formatted(model, more),
                "Authorization",
                key);
    }

    private void assertLedger(String used) {
        Eventually.assertSoon(() -> {
            assertThat(ledger().getBigDecimal("used")).isEqualByComparingTo(used);
            assertThat(ledger().getBigDecimal("leased")).isEqualByComparingTo("0");
        });
    }

    @Test
    void a_budget_lets_through_what_it_pays_for_and_then_says_when_to_come_back() {
        String model = model(USAGE);
        budget("tokens", 500);

        int served = 0;
        HttpResponse<byte[]> last = call(model, ",\"max_tokens\":5");
        while (last.statusCode() == 200) {
            served++;
            last = call(model, ",\"max_tokens\":5");
        }

        // A call may be of 140 tokens or so, as far as anybody can tell beforehand.
        assertThat(served).isBetween(20, 33);
        assertThat(last.statusCode()).isEqualTo(429);
        assertThat(Json.read(last.body()).at("/error/code").asText()).isEqualTo("budget_exceeded");
        assertThat(Json.read(last.body()).at("/error/type").asText()).isEqualTo("insufficient_quota");
        assertThat(Gateway.header(last, "x-should-retry")).isEqualTo("false");
        assertThat(Gateway.header(last, "x-gateway-error-source")).isEqualTo("gateway");
        assertThat(Long.parseLong(Gateway.header(last, "retry-after"))).isBetween(1L, 31L * 86_400);
        assertLedger(Integer.toString(served * 15));
        assertThat(ledger().getOffsetDateTime("exhausted_at")).isNotNull();

        budget("tokens", 1_000);
        Eventually.assertSoon(
                () -> assertThat(call(model, ",\"max_tokens\":5").statusCode()).isEqualTo(200));
    }

    @Test
    void an_answer_may_be_as_long_as_the_rest_of_the_budget_pays_for() throws Exception {
        String model = model(USAGE);
        budget("usd", 600);

        HttpResponse<byte[]> response = call(model, "");

        assertThat(response.statusCode()).isEqualTo(200);
        long told = upstream.call(model).json().path("max_tokens").asLong();
        assertThat(told).isBetween(16L, 590L);
        assertLedger("15");
    }

    @Test
    void a_model_without_a_price_is_refused_where_money_is_limited() {
        String model = upstream.model(Answers.json(Answers.completion("Hi", USAGE)));
        budget("brl", 100);

        HttpResponse<byte[]> response = call(model, "");

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(Json.read(response.body()).at("/error/code").asText()).isEqualTo("price_unknown");
    }

    @Test
    void a_hundred_at_once_never_spend_beyond_the_limit() throws Exception {
        String model = model(USAGE);
        budget("usd", 750);

        AtomicInteger served = new AtomicInteger();
        ExecutorService callers = Executors.newFixedThreadPool(50);
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            all.add(CompletableFuture.runAsync(
                    () -> {
                        int refused = 0;
                        while (refused < 3) {
                            HttpResponse<byte[]> response = call(model, ",\"max_tokens\":5");
                            if (response.statusCode() == 200) {
                                served.incrementAndGet();
                            } else {
                                assertThat(response.statusCode()).isEqualTo(429);
                                refused++;
                            }
                        }
                    },
                    callers));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
        callers.shutdown();

        assertThat(served.get()).isBetween(30, 50);
        assertLedger(Integer.toString(served.get() * 15));
    }

    @Test
    void failed_calls_leave_nothing_reserved() {
        String failing = upstream.model(Answers.error(500, "server_error", "broken"));
        Gateway.admin("POST", "/api/ai-gateway/models", """
                {"provider":"acme","modelName":"%s","inputPricePerMillion":1000000,"outputPricePerMillion":1000000,\
                "maxOutputTokens":1000}""".formatted(failing));
        budget("usd", 2_000);

        for (int i = 0; i < 30; i++) {
            assertThat(call(failing, ",\"max_tokens\":500").statusCode()).isEqualTo(500);
        }

        assertLedger("0");
    }
}
