package dev.comporta.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.process.Books.Event;
import dev.comporta.process.Books.Row;
import dev.comporta.process.Caller.Fate;
import dev.comporta.process.ScriptedProvider.Tokens;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The database goes away while calls are made, and comes back. */
class DatabaseAwayIT {

    private static final Duration AWAY = Duration.ofSeconds(Proof.FULL ? 60 : 10);
    private static final int CALLERS = 4;
    private static final int PAUSE_MILLIS = 100;

    @TempDir
    Path home;

    private PostgresServer database;
    private ScriptedProvider provider;

    @BeforeEach
    void start() throws Exception {
        database = PostgresServer.start(Files.createDirectory(home.resolve("database")));
        provider = new ScriptedProvider(1);
    }

    @AfterEach
    void stop() {
        provider.close();
        database.close();
    }

    @Test
    void calls_go_on_while_the_database_is_stopped_and_nothing_is_lost() throws Exception {
        try (GatewayProcess gateway = setup().startReady();
                Load load = new Load(gateway.uri("/"), "stopped-", CALLERS, PAUSE_MILLIS, n -> true)) {
            Poll.until("calls are answered", Duration.ofSeconds(20), () -> load.whole() > 20);
            database.stop();
            int before = load.whole();
            long stopped = System.nanoTime();
            Poll.until("degraded is told", Duration.ofSeconds(5), () -> degraded(gateway), gateway::output);
            Duration noticed = Duration.ofNanos(System.nanoTime() - stopped);
            Poll.until("the database has been away long enough", AWAY.plusSeconds(5), () -> {
                assertThat(gateway.get("/q/health/ready").statusCode()).isEqualTo(200);
                return System.nanoTime() - stopped > AWAY.toNanos();
            });
            int meanwhile = load.whole() - before;
            long queue = gateway.journalDepth();
            assertThat(meanwhile).isGreaterThan((int) AWAY.toSeconds() * CALLERS);
            assertThat(queue).isGreaterThan(meanwhile / 2);

            database.start();
            long returned = System.nanoTime();
            Poll.until("the queue is drained", Duration.ofSeconds(30), () -> gateway.journalDepth() < CALLERS);
            Duration drained = Duration.ofNanos(System.nanoTime() - returned);
            Poll.until("degraded is over", Duration.ofSeconds(30), () -> !degraded(gateway), gateway::output);

            // Once more, without a word this time: what was committed is known to the database alone.
            database.kill();
            int beforeKill = load.whole();
            Poll.until("calls go on", Duration.ofSeconds(20), () -> load.whole() > beforeKill + 20);
            database.start();

            load.stop();
            load.join();
            assertThat(load.repeated()).isZero();
            gateway.awaitDrained(Duration.ofSeconds(30));
            Proof.tell(
                    "database away for %d s: noticed after %d ms, %d calls answered meanwhile, %d waited in the journal,"
                            + " drained %d ms after its return; %d calls in all",
                    AWAY.toSeconds(),
                    noticed.toMillis(),
                    meanwhile,
                    queue,
                    drained.toMillis(),
                    load.fates().size());
            compare(load, "stopped-");
        }
    }

    @Test
    void a_gateway_that_is_stopped_meanwhile_keeps_its_journal_for_the_next_start() throws Exception {
        GatewayProcess.Setup setup = setup();
        try (GatewayProcess first = setup.startReady();
                Load load = new Load(first.uri("/"), "restart-", CALLERS, 0, n -> n < 60)) {
            Poll.until("calls are answered", Duration.ofSeconds(20), () -> load.whole() > 20);
            database.stop();
            load.join();
            assertThat(first.journalDepth()).isPositive();

            long asked = System.nanoTime();
            assertThat(first.stop()).isIn(0, 143);
            Duration stopping = Duration.ofNanos(System.nanoTime() - asked);
            Proof.tell("the gateway stopped after %d ms while its database was away", stopping.toMillis());
            assertThat(stopping).isLessThan(Duration.ofSeconds(20));
            assertThat(first.output()).doesNotContain(" ERROR ");

            database.start();
            try (GatewayProcess second = setup.startReady()) {
                second.awaitDrained(Duration.ofSeconds(30));
                compare(load, "restart-");
            }
        }
    }

    private GatewayProcess.Setup setup() {
        return GatewayProcess.in(home.resolve("data"))
                .database(database)
                .env("GATEWAY_API_KEY", Caller.KEY)
                .env("OPENAI_API_KEY", "sk-of-the-tests")
                .env("GATEWAY_PROVIDERS_OPENAI_BASE_URL", provider.baseUrl());
    }

    private static boolean degraded(GatewayProcess gateway) throws Exception {
        JsonObject health = gateway.databaseHealth();
        return health.getBoolean("degraded");
    }

    /** Every call was answered, and has one row and one cost event that say the truth. */
    private void compare(Load load, String prefix) throws Exception {
        assertThat(load.fates().values()).containsOnly(Fate.WHOLE);
        Books books = Books.read(database, prefix);
        assertThat(books.rows())
                .extracting(Row::conversation)
                .containsExactlyInAnyOrderElementsOf(load.fates().keySet());
        BigDecimal expected = BigDecimal.ZERO;
        for (Row row : books.rows()) {
            Tokens tokens = Tokens.of(load.number(row.conversation()));
            assertThat(List.of(row.input(), row.cached(), row.output()))
                    .isEqualTo(List.of(tokens.input(), tokens.cached(), tokens.output()));
            expected = expected.add(books.prices().cost(tokens.input(), tokens.cached(), tokens.output()));
        }
        assertThat(books.sumUsd()).isEqualByComparingTo(expected);
        assertThat(books.events())
                .extracting(Event::usageLogId)
                .containsExactlyInAnyOrderElementsOf(
                        books.rows().stream().map(Row::id).toList());
        assertThat(books.events().stream().map(Event::usd).reduce(BigDecimal.ZERO, BigDecimal::add))
                .isEqualByComparingTo(expected);
    }
}
