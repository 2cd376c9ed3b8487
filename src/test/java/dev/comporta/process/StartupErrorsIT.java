package dev.comporta.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way in which a start can fail says in one line what to do, and ends the process. */
class StartupErrorsIT {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path home;

    @Test
    void the_port_is_taken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                GatewayProcess gateway = gateway()
                        .port(taken.getLocalPort())
                        .env("DB_URL", nowhere())
                        .start()) {
            assertThat(refusal(gateway))
                    .contains("Port " + taken.getLocalPort() + " is in use")
                    .contains("QUARKUS_HTTP_PORT");
        }
    }

    @Test
    void the_data_directory_cannot_be_written() throws Exception {
        // Root may write everywhere, but not below a file.
        Path file = Files.createFile(home.resolve("file"));
        try (GatewayProcess gateway = quick(file.resolve("data")).start()) {
            assertThat(refusal(gateway))
                    .contains(file.resolve("data") + " cannot be written")
                    .contains("GATEWAY_DATA_DIR");
        }
    }

    @Test
    void the_data_directory_belongs_to_a_running_gateway() throws Exception {
        try (GatewayProcess running = gateway()
                .env("DB_URL", nowhere())
                .env("GATEWAY_DATABASE_STARTUP_TIMEOUT", "1M")
                .start()) {
            awaitOpenDoor(running);
            try (GatewayProcess second = gateway().start()) {
                assertThat(refusal(second))
                        .contains("in use by another gateway")
                        .contains("GATEWAY_DATA_DIR");
            }
            assertThat(running.isAlive()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"nonsense", "mysql://127.0.0.1/db", "jdbc:oracle:thin:@somewhere", "postgresql://host:port/db"})
    void db_url_is_no_url(String url) {
        try (GatewayProcess gateway = gateway().env("DB_URL", url).start()) {
            assertThat(refusal(gateway))
                    .contains("DB_URL is not a PostgreSQL URL")
                    .contains("postgresql://host:5432");
        }
    }

    @Test
    void the_password_in_db_url_is_not_printed() {
        for (String url : List.of(
                "postgresql://me:open-sesame@127.0.0.1:1/db",
                "jdbc:postgresql://me:open-sesame@127.0.0.1:no/db",
                "mysql://me:open-sesame@127.0.0.1/db",
                "postgresql://127.0.0.1:1/db?password=open-sesame")) {
            try (GatewayProcess gateway = gateway()
                    .env("DB_URL", url)
                    .env("GATEWAY_DATABASE_STARTUP_TIMEOUT", "0S")
                    .start()) {
                assertThat(refusal(gateway)).contains("DB_URL");
                assertThat(gateway.output()).doesNotContain("sesame");
            }
        }
    }

    @Test
    void a_database_that_does_not_answer_is_waited_for_behind_the_open_door() throws Exception {
        try (GatewayProcess gateway = gateway()
                .env("DB_URL", nowhere())
                .env("GATEWAY_DATABASE_STARTUP_TIMEOUT", "4S")
                .start()) {
            awaitOpenDoor(gateway);
            assertThat(gateway.get("/q/health/ready").statusCode()).isEqualTo(503);
            for (String key : List.of("vck_" + "x".repeat(43), "anything")) {
                var answer = gateway.post(
                        "/v1/chat/completions",
                        "{\"model\":\"demo/echo\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}",
                        "Authorization",
                        "Bearer " + key);
                assertThat(answer.statusCode()).isEqualTo(503);
                assertThat(new JsonObject(answer.body()).getJsonObject("error").getString("code"))
                        .isEqualTo("accounting_unavailable");
            }
            assertThat(refusal(gateway))
                    .contains("127.0.0.1:1/db cannot be reached")
                    .contains("DB_URL");
            // A given database, even one that is away, means that the embedded one never starts.
            assertThat(home.resolve("data/postgres")).doesNotExist();
            assertThat(home.resolve("data/postgres-runtime")).doesNotExist();
        }
    }

    @Test
    void a_gateway_that_waits_for_its_database_stops_at_once_when_asked() {
        try (GatewayProcess gateway = gateway()
                .env("DB_URL", nowhere())
                .env("GATEWAY_DATABASE_STARTUP_TIMEOUT", "5M")
                .start()) {
            awaitOpenDoor(gateway);
            long asked = System.nanoTime();
            assertThat(gateway.stop()).isIn(0, 143);
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(6));
            assertThat(gateway.output()).doesNotContain("ERROR").doesNotContain("\tat ");
        }
    }

    @Test
    void the_database_refuses_the_login_or_does_not_exist() throws Exception {
        try (PostgresServer postgres = PostgresServer.start(home)) {
            try (GatewayProcess gateway = gateway()
                    .database(postgres)
                    .env("DB_PASSWORD", "open-sesame")
                    .start()) {
                assertThat(refusal(gateway)).contains("refused the gateway").contains("DB_PASSWORD");
                assertThat(gateway.output()).doesNotContain("sesame");
            }
            try (GatewayProcess gateway =
                    gateway().database(postgres).env("DB_USER", "nobody").start()) {
                assertThat(refusal(gateway)).contains("refused the gateway").contains("DB_USER");
            }
            try (GatewayProcess gateway = gateway()
                    .database(postgres)
                    .env("DB_URL", postgres.url("elsewhere"))
                    .start()) {
                assertThat(refusal(gateway))
                        .contains("\"elsewhere\" does not exist")
                        .contains("DB_URL");
            }
            assertThat(home.resolve("data/postgres")).doesNotExist();
        }
    }

    static Stream<Arguments> wrongSettings() {
        return Stream.of(
                Arguments.of("GATEWAY_FOO", "1", "unknown setting GATEWAY_FOO"),
                Arguments.of("-Dgateway.foo", "1", "unknown setting gateway.foo"),
                Arguments.of("GATEWAY_DATABASE_POOLSIZE", "1", "did you mean GATEWAY_DATABASE_POOL_SIZE?"),
                Arguments.of("-Dgateway.journal.synch", "each", "did you mean gateway.journal.sync?"),
                Arguments.of(
                        "GATEWAY_PROVIDERS_OPENAI_BASE_ULR",
                        "http://127.0.0.1/v1",
                        "did you mean GATEWAY_PROVIDERS_OPENAI_BASE_URL?"),
                Arguments.of(
                        "-Dgateway.providers.openai.base-ulr",
                        "http://127.0.0.1/v1",
                        "did you mean gateway.providers.openai.base-url?"),
                Arguments.of("GATEWAY_PROVIDERS_MY_OWN_BASE_URL", "http://127.0.0.1/v1", "must be one word"),
                Arguments.of(
                        "GATEWAY_JOURNAL_SYNC", "sometimes", "cannot be \"sometimes\": it is one of interval, each"),
                Arguments.of("GATEWAY_DATABASE_POOL_SIZE", "many", "GATEWAY_DATABASE_POOL_SIZE"),
                Arguments.of("QUARKUS_HTTP_PORT", "http", "QUARKUS_HTTP_PORT"),
                Arguments.of("GATEWAY_EXCHANGE_RATES_FALLBACK_USD_TO_EUR", "-1", "usd-to-eur"),
                Arguments.of("GATEWAY_EXCHANGE_RATES_URL", "file:///etc/passwd", "gateway.exchange-rates.url is not"),
                Arguments.of("GATEWAY_EXCHANGE_RATES_EUR_PATH", "rates.EUR", "exchange-rates.eur-path is not"),
                Arguments.of("GATEWAY_EXCHANGE_RATES_TIMEOUT", "0S", "exchange-rates.timeout is not"),
                Arguments.of("GATEWAY_EXCHANGE_RATES_REFRESH_INTERVAL", "1S", "refresh-interval is too short"),
                Arguments.of(
                        "GATEWAY_PROVIDERS_GROQ_BASE_URL", "no url", "gateway.providers.groq.base-url is not a base"),
                Arguments.of("GATEWAY_PROVIDERS_MINE_API_KEY", "sk-abc", "set gateway.providers.mine.base-url"),
                Arguments.of("GATEWAY_ADMIN_KEY", "short", "GATEWAY_ADMIN_KEY must be 16 to 512"));
    }

    @ParameterizedTest
    @MethodSource("wrongSettings")
    void a_setting_is_wrong(String name, String value, String complaint) {
        GatewayProcess.Setup setup = gateway().env("DB_URL", nowhere());
        if (name.startsWith("-D")) {
            setup.option(name + "=" + value);
        } else {
            setup.env(name, value);
        }
        try (GatewayProcess gateway = setup.start()) {
            assertThat(refusal(gateway)).contains(complaint);
        }
    }

    /** Waits for the end and returns the one line that tells the reason. */
    private static String refusal(GatewayProcess gateway) {
        assertThat(gateway.awaitExit(LIMIT)).isNotZero();
        String output = gateway.output();
        assertThat(output.lines().filter(line -> line.startsWith("\tat ") || line.contains("Exception")))
                .as(output)
                .isEmpty();
        List<String> errors =
                output.lines().filter(line -> line.contains(" ERROR ")).toList();
        assertThat(errors).as(output).hasSize(1);
        return errors.get(0);
    }

    private static void awaitOpenDoor(GatewayProcess gateway) {
        Poll.until(
                "the door is open", LIMIT, () -> gateway.get("/q/health/live").statusCode() == 200, gateway::output);
    }

    private GatewayProcess.Setup gateway() {
        return quick(home.resolve("data"));
    }

    /** Compiles little, because these processes live for a moment. */
    private static GatewayProcess.Setup quick(Path data) {
        return GatewayProcess.in(data).option("-XX:TieredStopAtLevel=1");
    }

    /** A database that nobody serves. */
    private static String nowhere() {
        return "postgresql://127.0.0.1:1/db";
    }
}
