package dev.comporta.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first minutes with the gateway: start it, try what it prints, stop it, start it again. */
class FirstStartIT {

    private static final Pattern CURL = Pattern.compile("Try it:\\R((?:.+\\R)+)");

    @TempDir
    Path home;

    @Test
    void what_the_banner_prints_works_and_is_there_after_a_restart() throws Exception {
        Path data = home.resolve("data");
        String adminKey;
        String demoKey;
        String sharedKey;
        JsonArray clients;
        try (GatewayProcess first = GatewayProcess.in(data).startReady()) {
            Poll.until(
                    "the banner is printed",
                    Duration.ofSeconds(10),
                    () -> first.output().contains("Try it:"));
            String output = first.output();
            assertThat(output).containsOnlyOnce("Comporta listens on http://localhost:" + first.port() + "/v1");
            adminKey = first.printedKey("admin key").orElseThrow();
            sharedKey = first.printedKey("shared gateway key").orElseThrow();
            demoKey = first.printedKey("key of client demo").orElseThrow();
            assertThat(List.of(adminKey, sharedKey, demoKey)).doesNotHaveDuplicates();

            String curl = curl(output);
            JsonObject answer = new JsonObject(bash(curl));
            assertThat(answer.getString("object")).isEqualTo("chat.completion");
            assertThat(answer.getJsonArray("choices").encode()).contains("Hello, Comporta");

            String streamed = bash(curl.replace("{\"model\"", "{\"stream\":true,\"model\""));
            assertThat(streamed).startsWith("data: {").endsWith("data: [DONE]\n\n");

            first.awaitDrained(Duration.ofSeconds(10));
            assertThat(auditRows(first, adminKey)).hasSize(2);
            clients = clients(first, adminKey);
            assertThat(clients).hasSize(2);

            long asked = System.nanoTime();
            assertThat(first.stop()).isIn(0, 143);
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(8));
            assertThat(first.postgres()).isEmpty();
            assertThat(first.output()).doesNotContain("ERROR").doesNotContain("\tat ");
        }
        try (GatewayProcess second = GatewayProcess.in(data).startReady()) {
            Poll.until(
                    "the banner is printed",
                    Duration.ofSeconds(10),
                    () -> second.output().contains("Comporta listens on"));
            assertThat(second.output()).doesNotContain("vck_").doesNotContain("Try it");
            assertThat(auditRows(second, adminKey)).hasSize(2);
            assertThat(clients(second, adminKey)).isEqualTo(clients);
            for (String key : List.of(demoKey, sharedKey)) {
                assertThat(chat(second, key)).isEqualTo(200);
            }
        }
    }

    @Test
    void the_embedded_database_is_durable_and_opens_by_password_only() throws Exception {
        Path data = home.resolve("data");
        try (GatewayProcess gateway = GatewayProcess.in(data).startReady()) {
            assertThat(permissions(data)).isEqualTo("rwx------");
            assertThat(permissions(data.resolve("journal"))).isEqualTo("rwx------");
            assertThat(permissions(data.resolve("postgres"))).isEqualTo("rwx------");
            assertThat(permissions(data.resolve("postgres-runtime"))).isEqualTo("rwx------");
            assertThat(permissions(data.resolve("postgres.password"))).isEqualTo("rw-------");

            String url = "jdbc:postgresql://127.0.0.1:"
                    + Files.readAllLines(data.resolve("postgres/postmaster.pid"))
                            .get(3) + "/postgres";
            assertThatThrownBy(() -> DriverManager.getConnection(url + "?user=postgres"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("no password was provided");
            assertThatThrownBy(() -> DriverManager.getConnection(url, "postgres", "a guess"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            refusal -> assertThat(refusal.getSQLState()).isEqualTo("28P01"));

            String password = Files.readString(data.resolve("postgres.password"));
            try (Connection connection = DriverManager.getConnection(url, "postgres", password);
                    Statement statement = connection.createStatement()) {
                assertThat(show(statement, "fsync")).isEqualTo("on");
                assertThat(show(statement, "synchronous_commit")).isEqualTo("on");
                assertThat(show(statement, "listen_addresses")).isEqualTo("localhost");
            }
            assertThat(gateway.output()).doesNotContain(password);
        }
    }

    @Test
    void after_a_sigkill_the_next_start_takes_over_the_orphaned_database() throws Exception {
        Path data = home.resolve("data");
        String adminKey;
        ProcessHandle orphan;
        try (GatewayProcess first = GatewayProcess.in(data).startReady()) {
            Poll.until(
                    "the keys are printed",
                    Duration.ofSeconds(10),
                    () -> first.printedKey("admin key").isPresent());
            adminKey = first.printedKey("admin key").orElseThrow();
            assertThat(chat(first, first.printedKey("key of client demo").orElseThrow()))
                    .isEqualTo(200);
            first.kill();
            orphan = first.postgres().orElseThrow();
            assertThat(orphan.isAlive()).isTrue();

            try (GatewayProcess second = GatewayProcess.in(data).startReady()) {
                assertThat(orphan.isAlive()).isFalse();
                second.awaitDrained(Duration.ofSeconds(10));
                assertThat(auditRows(second, adminKey)).hasSize(1);
                assertThat(second.stop()).isIn(0, 143);
                assertThat(second.postgres()).isEmpty();
            }
        }
    }

    @Test
    void a_first_start_that_is_killed_halfway_can_be_repeated() throws Exception {
        Path data = home.resolve("data");
        try (GatewayProcess unpacking = GatewayProcess.in(data).start()) {
            awaitAny(data.resolve("postgres-runtime"), "initdb");
            unpacking.kill();
        }
        try (GatewayProcess initialising = GatewayProcess.in(data).start()) {
            awaitAny(data.resolve("postgres"), "pg_wal");
            initialising.kill();
        }
        try (GatewayProcess third = GatewayProcess.in(data).startReady()) {
            Poll.until(
                    "the keys are printed",
                    Duration.ofSeconds(10),
                    () -> third.printedKey("admin key").isPresent());
            assertThat(clients(third, third.printedKey("admin key").orElseThrow()))
                    .hasSize(2);
            assertThat(data.resolve("postgres.password.new")).doesNotExist();
        }
    }

    private static void awaitAny(Path root, String name) {
        Poll.until(name + " is there", Duration.ofSeconds(60), () -> {
            try (Stream<Path> found = Files.walk(root)) {
                return found.anyMatch(path -> path.endsWith(name));
            }
        });
    }

    @Test
    void the_keys_of_a_first_start_that_fails_are_shown_all_the_same() throws Exception {
        Path data = home.resolve("data");
        String adminKey;
        try (GatewayProcess other = GatewayProcess.in(home.resolve("other")).startReady();
                GatewayProcess failing =
                        GatewayProcess.in(data).port(other.port()).start()) {
            assertThat(failing.awaitExit(Duration.ofSeconds(60))).isNotZero();
            assertThat(failing.output()).contains("Port " + other.port() + " is in use");
            adminKey = failing.printedKey("admin key").orElseThrow();
        }
        try (GatewayProcess second = GatewayProcess.in(data).startReady()) {
            assertThat(clients(second, adminKey)).hasSize(2);
        }
    }

    private static String curl(String output) {
        Matcher curl = CURL.matcher(output);
        assertThat(curl.find()).isTrue();
        return curl.group(1);
    }

    private static String bash(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("bash", "-c", command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    private static int chat(GatewayProcess gateway, String key) throws IOException, InterruptedException {
        return gateway.post(
                        "/v1/chat/completions",
                        "{\"model\":\"demo/echo\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}",
                        "Authorization",
                        "Bearer " + key)
                .statusCode();
    }

    private static JsonArray auditRows(GatewayProcess gateway, String adminKey) throws Exception {
        return list(gateway, "/api/audit", adminKey);
    }

    private static JsonArray clients(GatewayProcess gateway, String adminKey) throws Exception {
        return list(gateway, "/api/clients", adminKey);
    }

    private static JsonArray list(GatewayProcess gateway, String path, String adminKey) throws Exception {
        return new JsonObject(
                        gateway.get(path, "Authorization", "Bearer " + adminKey).body())
                .getJsonArray("data");
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static String show(Statement statement, String setting) throws SQLException {
        try (ResultSet result = statement.executeQuery("SHOW " + setting)) {
            result.next();
            return result.getString(1);
        }
    }
}
