package dev.comporta.alert;

import static dev.comporta.store.Databases.await;
import static dev.comporta.store.Databases.sql;
import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.Uuid7;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("About the gateway itself")
class GatewayAlertsTest {

    private static final UUID CLIENT = UUID.randomUUID();

    @TempDir
    static Path directory;

    private static PostOffice office;

    @BeforeAll
    static void open() {
        office = new PostOffice(directory);
    }

    @AfterAll
    static void close() throws Exception {
        office.close();
    }

    @BeforeEach
    void begin() throws Exception {
        office.clear();
    }

    private static GatewayAlerts job(String... more) {
        List<String> settings = new ArrayList<>(List.of("gateway.alerts.emails", "ops@acme.example,sre@acme.example"));
        settings.addAll(List.of(more));
        return new GatewayAlerts(
                office.database(), office.outbox(), AlertSettings.with(settings.toArray(String[]::new)));
    }

    private static void check() {
        await(job().run(office.clock.instant()));
    }

    private static void calls(int number, String provider, String status, int statusCode, @Nullable String code) {
        calls(number, provider, status, statusCode, code, Duration.ofMillis(900));
    }

    /** Calls that end now. */
    private static void calls(
            int number, String provider, String status, int statusCode, @Nullable String code, Duration latency) {
        for (int i = 0; i < number; i++) {
            Instant created = office.clock.instant().minus(latency);
            sql(
                    office.database(),
                    """
                    INSERT INTO gateway_usage_logs (id, created_at, request_id, client_id, endpoint, api_type, provider,
                        usage_source, latency_ms, status, status_code, error_details)
                    VALUES ($1, $2, 'r', $3, '/v1/chat/completions', 'chat.completions', $4, 'exact', $5, $6, $7::integer,
                        $8)
                    """,
                    Uuid7.at(created),
                    created.atOffset(ZoneOffset.UTC),
                    CLIENT,
                    provider,
                    (int) latency.toMillis(),
                    status,
                    statusCode,
                    code == null ? null : new JsonObject().put("code", code));
        }
    }

    private static void good(int number, String provider) {
        calls(number, provider, "success", 200, null);
    }

    private static void unreachable(int number, String provider) {
        calls(number, provider, "error", 502, "provider_unreachable");
    }

    private static List<String> raised() {
        List<String> types = new ArrayList<>();
        sql(office.database(), "SELECT type, data FROM alerts ORDER BY id")
                .forEach(row -> types.add(
                        row.getString("type") + " " + row.getJsonObject("data").getString("provider")));
        return types;
    }

    @Test
    void nothing_is_told_while_all_is_well() {
        good(50, "openai");
        calls(2, "openai", "error", 500, "server_error");
        calls(20, "openai", "cancelled", 499, "caller_gone");

        check();

        assertThat(raised()).isEmpty();
    }

    @Test
    void many_failures_are_told_once_and_so_is_the_end_of_them() {
        good(40, "openai");
        calls(10, "openai", "error", 429, "rate_limit_exceeded");
        good(40, "groq");
        check();
        assertThat(raised()).containsExactly("gateway.error_rate openai");

        for (int i = 0; i < 3; i++) {
            office.clock.pass(Duration.ofMinutes(1));
            check();
        }
        assertThat(raised()).hasSize(1);

        office.clock.pass(Duration.ofMinutes(20));
        good(1, "openai");
        check();
        assertThat(raised()).containsExactly("gateway.error_rate openai", "gateway.error_rate.recovered openai");

        office.clock.pass(Duration.ofMinutes(1));
        calls(30, "openai", "error", 500, null);
        good(1, "openai");
        check();
        assertThat(raised()).as("it is armed again").hasSize(3).last().isEqualTo("gateway.error_rate openai");
    }

    @Test
    void figures_about_the_threshold_do_not_tell_of_it_again_and_again() {
        good(89, "openai");
        calls(11, "openai", "error", 500, null);
        check();
        good(15, "openai");

        check();

        assertThat(raised())
                .as("9.6 of 100 is less than 10, and not the end")
                .containsExactly("gateway.error_rate openai");
    }

    @Test
    void a_provider_that_cannot_be_reached_is_told_of_and_so_is_its_return() {
        unreachable(3, "anthropic");
        calls(2, "anthropic", "error", 504, "provider_timeout");
        check();

        assertThat(raised()).containsExactly("gateway.provider_down anthropic");
        Row alert = sql(office.database(), "SELECT * FROM alerts").iterator().next();
        assertThat(alert.getString("subject")).isEqualTo("The provider anthropic is down");
        assertThat(alert.getUUID("client_id")).isNull();
        assertThat(alert.getJsonObject("data").getLong("failures")).isEqualTo(5);
        assertThat(sql(office.database(), "SELECT address FROM alert_deliveries")
                        .size())
                .isEqualTo(2);

        office.clock.pass(Duration.ofHours(2));
        check();
        assertThat(raised()).as("nobody called it, so nobody knows").hasSize(1);

        good(1, "anthropic");
        check();
        assertThat(raised())
                .containsExactly("gateway.provider_down anthropic", "gateway.provider_down.recovered anthropic");
    }

    @Test
    void a_provider_that_answers_nobody_is_down_though_its_calls_began_long_ago() {
        calls(5, "google", "error", 504, "provider_timeout", Duration.ofMinutes(10));

        check();

        assertThat(raised()).containsExactly("gateway.provider_down google");
    }

    @ParameterizedTest
    @CsvSource({
        "429, rate_limit_exceeded",
        "502, provider_refused_key",
        "400, invalid_request_error",
        "404, model_not_found"
    })
    void a_provider_that_refuses_is_not_down(int status, String code) {
        unreachable(6, "mistral");
        calls(1, "mistral", "error", status, code);

        check();

        assertThat(raised()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"503, overloaded", "503, provider_key_missing", "500, internal_error", "500, interrupted"})
    void what_fails_inside_the_gateway_is_not_blamed_on_a_provider(int status, String code) {
        calls(40, "openai", "error", status, code);

        check();

        assertThat(raised()).isEmpty();
    }

    @Test
    void mistakes_of_callers_are_not_blamed_on_a_provider() {
        calls(100, "openai", "error", 400, "invalid_request_error");

        check();

        assertThat(raised()).isEmpty();
    }

    @Test
    void a_stream_that_breaks_is_a_failure_though_it_began_well() {
        good(20, "openai");
        calls(10, "openai", "error", 200, "provider_failed");

        check();

        assertThat(raised()).containsExactly("gateway.error_rate openai");
    }

    @Test
    void slow_calls_are_told_of_and_so_is_the_end_of_them() {
        good(90, "openai");
        calls(10, "openai", "success", 200, null, Duration.ofSeconds(75));
        check();
        assertThat(raised()).containsExactly("gateway.latency openai");
        JsonObject data = sql(office.database(), "SELECT data FROM alerts")
                .iterator()
                .next()
                .getJsonObject("data");
        assertThat(data.getLong("p95Ms")).isEqualTo(75_000);
        assertThat(data.getLong("thresholdMs")).isEqualTo(60_000);

        office.clock.pass(Duration.ofMinutes(16));
        good(1, "openai");
        check();
        assertThat(raised()).containsExactly("gateway.latency openai", "gateway.latency.recovered openai");
    }

    @Test
    void a_few_calls_say_nothing() {
        calls(10, "openai", "error", 500, null, Duration.ofMinutes(8));
        good(1, "openai");
        unreachable(4, "groq");
        calls(19, "mistral", "success", 200, null, Duration.ofMinutes(5));

        check();

        assertThat(raised()).isEmpty();
    }

    @Test
    void two_replicas_that_look_at_the_same_moment_tell_once() {
        unreachable(5, "openai");
        Instant now = office.clock.instant();

        await(Future.all(job().run(now), job().run(now), job().run(now.plusMillis(7))));

        assertThat(raised()).containsExactly("gateway.provider_down openai");
    }

    @Test
    void thresholds_are_settings() {
        unreachable(1, "openai");

        await(job("gateway.alerts.down-calls", "1").run(office.clock.instant()));

        assertThat(raised()).containsExactly("gateway.provider_down openai");
    }
}
