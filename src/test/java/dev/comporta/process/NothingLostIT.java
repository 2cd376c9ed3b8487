package dev.comporta.process;

import dev.comporta.process.Books.Event;
import dev.comporta.process.Books.Row;
import dev.comporta.process.Caller.Fate;
import dev.comporta.process.ScriptedProvider.Tokens;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The gateway is killed under load, at a moment that nobody chose. Afterwards the books are compared with what the
 * callers got and what the provider saw.
 */
class NothingLostIT {

    private static final int ROUNDS = Proof.FULL ? 5 : 1;
    private static final int CALLS = Proof.FULL ? 1_000 : 300;
    private static final int CALLERS = 24;

    @TempDir
    Path home;

    @Test
    void a_sigkill_under_load_loses_nothing_and_counts_nothing_twice() throws Exception {
        long seed = Long.getLong("comporta.seed", System.nanoTime());
        Proof.tell("nothing lost: -Dcomporta.seed=%d", seed);
        Random random = new Random(seed);
        try (PostgresServer database = PostgresServer.start(Files.createDirectory(home.resolve("database")));
                ScriptedProvider provider = new ScriptedProvider(seed)) {
            for (int round = 1; round <= ROUNDS; round++) {
                // The second journal mode is as safe from SIGKILL; it goes another way, so it has its turn.
                round(database, provider, round, random, round % 2 == 0 ? "each" : "interval");
            }
        }
    }

    private void round(PostgresServer database, ScriptedProvider provider, int round, Random random, String journalSync)
            throws Exception {
        String prefix = "round-" + round + "-call-";
        GatewayProcess.Setup setup = GatewayProcess.in(home.resolve("data"))
                .database(database)
                .env("GATEWAY_API_KEY", Caller.KEY)
                .env("GATEWAY_JOURNAL_SYNC", journalSync)
                .env("OPENAI_API_KEY", "sk-of-the-tests")
                .env("GATEWAY_PROVIDERS_OPENAI_BASE_URL", provider.baseUrl());
        int killAfter = CALLS / 10 + random.nextInt(CALLS * 7 / 10);
        try (GatewayProcess first = setup.startReady();
                Load load = new Load(first.uri("/"), prefix, CALLERS, 0, n -> n < CALLS)) {
            Poll.until(killAfter + " calls are answered", Duration.ofMinutes(2), () -> load.whole() >= killAfter);
            Thread.sleep(random.nextInt(50));
            first.kill();

            try (GatewayProcess second = setup.startReady()) {
                load.join();
                second.awaitDrained(Duration.ofSeconds(30));
                // Read while nobody is there who could still write.
                second.kill();
                Books books = Books.read(database, prefix);
                compare(load, books, provider.seen());
                report(round, killAfter, load, books, journalSync);
            }
        }
    }

    private static void compare(Load load, Books books, Set<String> seen) {
        SoftAssertions softly = new SoftAssertions();
        Map<String, List<Row>> rows = books.byConversation();
        BigDecimal expected = BigDecimal.ZERO;

        softly.assertThat(load.fates()).hasSize(CALLS);
        softly.assertThat(load.count(Fate.WHOLE)).isPositive();
        softly.assertThat(load.count(Fate.CUT)).as("calls cut by the kill").isLessThanOrEqualTo(CALLERS);
        softly.assertThat(load.count(Fate.REFUSED)).isZero();
        softly.assertThat(load.count(Fate.NOT_TAKEN)).isZero();
        softly.assertThat(load.fates())
                .as("calls that never were")
                .containsKeys(rows.keySet().toArray(String[]::new));

        for (Map.Entry<String, Fate> call : load.fates().entrySet()) {
            String name = call.getKey();
            Tokens tokens = Tokens.of(load.number(name));
            List<Row> found = rows.getOrDefault(name, List.of());
            if (call.getValue() == Fate.WHOLE || seen.contains(name)) {
                softly.assertThat(found)
                        .as("rows of %s, which %s", name, call.getValue())
                        .hasSize(1);
            } else {
                // Killed between its admission and the provider: it may have left its trace.
                softly.assertThat(found).as("rows of %s", name).hasSizeLessThanOrEqualTo(1);
            }
            for (Row row : found) {
                boolean exact = row.source().equals("exact");
                if (call.getValue() == Fate.WHOLE) {
                    softly.assertThat(row.source()).as("source of %s", name).isEqualTo("exact");
                    softly.assertThat(row.status()).as("status of %s", name).isEqualTo("success");
                } else {
                    softly.assertThat(row.source()).as("source of %s", name).isIn("exact", "estimated");
                }
                if (exact) {
                    softly.assertThat(row).as(name).returns(tokens.input(), Row::input);
                    softly.assertThat(row).as(name).returns(tokens.cached(), Row::cached);
                    softly.assertThat(row).as(name).returns(tokens.output(), Row::output);
                    softly.assertThat(row).as(name).returns(tokens.input() + tokens.output(), Row::total);
                } else {
                    softly.assertThat(row.status()).as("status of %s", name).isEqualTo("error");
                    softly.assertThat(row.input()).as("tokens of %s", name).isPositive();
                }
                expected = expected.add(
                        exact
                                ? books.prices().cost(tokens.input(), tokens.cached(), tokens.output())
                                : books.prices().cost(row.input(), row.cached(), row.output()));
            }
        }
        softly.assertThat(books.sumUsd()).as("sum of costs").isEqualByComparingTo(expected);
        compareMoney(softly, books);
        softly.assertAll();
    }

    /** Each row has its cost event, each cost event its row, and both the same amounts. */
    private static void compareMoney(SoftAssertions softly, Books books) {
        Map<String, Row> rows = new HashMap<>();
        books.rows().forEach(row -> rows.put(row.id(), row));
        softly.assertThat(rows).hasSameSizeAs(books.rows());
        softly.assertThat(books.events())
                .extracting(Event::usageLogId)
                .containsExactlyInAnyOrderElementsOf(rows.keySet());
        for (Event event : books.events()) {
            Row row = rows.get(event.usageLogId());
            if (row != null) {
                softly.assertThat(event.usd()).isEqualByComparingTo(row.usd());
                softly.assertThat(event.eur()).isEqualByComparingTo(row.usd().multiply(row.usdToEur()));
                softly.assertThat(event.brl()).isEqualByComparingTo(row.usd().multiply(row.usdToBrl()));
            }
        }
        Function<Function<Event, BigDecimal>, BigDecimal> sum =
                amount -> books.events().stream().map(amount).reduce(BigDecimal.ZERO, BigDecimal::add);
        softly.assertThat(sum.apply(Event::usd)).as("sum of cost events").isEqualByComparingTo(books.sumUsd());
    }

    private static void report(int round, int killAfter, Load load, Books books, String journalSync) {
        long estimated = books.rows().stream()
                .filter(row -> row.source().equals("estimated"))
                .count();
        Proof.tell(
                "round %d (journal %s): %d calls, killed after %d; %d whole, %d cut; %d rows, %d of them estimated;"
                        + " USD %s in rows and in cost events",
                round,
                journalSync,
                load.fates().size(),
                killAfter,
                load.count(Fate.WHOLE),
                load.count(Fate.CUT),
                books.rows().size(),
                estimated,
                books.sumUsd().toPlainString());
    }
}
