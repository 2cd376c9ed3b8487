package dev.comporta.client;

import static dev.comporta.client.AdminApi.admin;
import static dev.comporta.client.AdminApi.as;
import static dev.comporta.client.AdminApi.bearer;
import static dev.comporta.client.AdminApi.newClient;
import static dev.comporta.client.AdminApi.newKey;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.sqlclient.Row;
import jakarta.inject.Inject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Keys are made, used, misused and changed; then every log line, answer and row is searched for them. */
@QuarkusTest
class NoKeyLeaksTest {

    @Inject
    ClientDirectory directory;

    @Inject
    Database database;

    @Test
    void no_key_is_found_in_any_log_answer_or_row() {
        Log log = new Log();
        Logger root = Logger.getLogger("");
        root.addHandler(log);
        List<String> answers = new ArrayList<>();
        List<String> keys;
        try {
            keys = live(answers);
            // Proves that the log is read at all.
            as(AdminApi.ADMIN_KEY).get("/api/tests/who-am-i/failure").then().statusCode(500);
        } finally {
            root.removeHandler(log);
        }

        assertThat(log.lines).anyMatch(line -> line.contains("Unexpected failure of GET"));
        assertThat(keys).hasSizeGreaterThan(4).allSatisfy(key -> {
            assertThat(log.lines).noneMatch(line -> line.contains(key));
            assertThat(answers).noneMatch(answer -> answer.contains(key));
            assertThat(rowsWith(key)).isEmpty();
            assertThat(rowsWith(HexFormat.of().formatHex(key.getBytes(StandardCharsets.UTF_8))))
                    .isEmpty();
        });
        // Proves that the rows are read at all.
        assertThat(rowsWith(keys.get(0).substring(0, 10))).containsExactly("gateway_keys");
    }

    private List<String> live(List<String> answers) {
        String client = newClient();
        Response made = newKey(client);
        String key = made.path("key");
        String rotated =
                admin().post("/api/keys/" + made.path("id") + "/rotate").path("key");
        directory.authenticate(bearer(key));
        Databases.await(directory.flush());

        String wrong = GatewayKey.generate().secret().reveal();
        answers.add(String.valueOf(catchThrowable(() -> directory.authenticate(bearer(wrong)))));
        answers.add(String.valueOf(
                catchThrowable(() -> directory.authenticate(bearer(key).add("x-gateway-client-id", wrong)))));
        answers.add(String.valueOf(catchThrowable(
                () -> directory.authenticate(bearer(AdminApi.SHARED_KEY).add("x-gateway-client-id", wrong)))));
        answers.add(String.valueOf(
                directory.authenticate(bearer("sk-provider-key-of-the-caller").add("x-gateway-key", key))));
        answers.add(as(wrong).get("/api/clients").asString());
        answers.add(as(key).get("/api/clients").asString());
        answers.add(as(AdminApi.SHARED_KEY).get("/api/clients").asString());
        answers.add(admin().body("{" + wrong).post("/api/keys").asString());
        answers.add(admin().body("\"" + wrong + "\"").post("/api/keys").asString());
        answers.add(admin().body(Map.of("clientId", wrong, "name", "x"))
                .post("/api/keys")
                .asString());
        answers.add(admin().body(Map.of("kind", wrong, "name", "x"))
                .post("/api/keys")
                .asString());
        answers.add(admin().body(Map.of("slug", wrong, "name", "x"))
                .post("/api/clients")
                .asString());
        answers.add(admin().body(Map.of("timeZone", wrong))
                .put("/api/clients/" + client)
                .asString());
        answers.add(admin().delete("/api/keys/" + wrong).asString());
        answers.add(admin().queryParam("cursor", wrong).get("/api/keys").asString());
        answers.add(admin().queryParam("limit", wrong).get("/api/keys").asString());
        answers.add(admin().queryParam("limit", 200).get("/api/keys").asString());
        answers.add(given().header("Authorization", wrong).get("/api/clients").asString());
        return List.of(
                key,
                rotated,
                wrong,
                AdminApi.ADMIN_KEY,
                AdminApi.SHARED_KEY,
                AdminApi.CRON_KEY,
                "sk-provider-key-of-the-caller");
    }

    private List<String> rowsWith(String text) {
        List<String> found = new ArrayList<>();
        for (Row table : Databases.sql(database, """
                SELECT table_name::text FROM information_schema.tables
                WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
                """)) {
            String name = table.getString(0);
            if (Databases.sql(
                                    database,
                                    "SELECT 1 FROM \"%s\" AS t WHERE position($1 in t::text) > 0".formatted(name),
                                    text)
                            .size()
                    > 0) {
                found.add(name);
            }
        }
        return found;
    }

    private static final class Log extends Handler {

        private final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        public void publish(LogRecord line) {
            StringWriter text = new StringWriter();
            text.append(String.valueOf(line.getMessage())).append(' ');
            for (Object parameter : line.getParameters() == null ? new Object[0] : line.getParameters()) {
                text.append(String.valueOf(parameter)).append(' ');
            }
            if (line.getThrown() != null) {
                line.getThrown().printStackTrace(new PrintWriter(text));
            }
            lines.add(text.toString());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
