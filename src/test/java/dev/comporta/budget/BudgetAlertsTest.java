package dev.comporta.budget;

import static dev.comporta.budget.BudgetRows.usage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.alert.Alert;
import dev.comporta.alert.Recipient;
import dev.comporta.store.Databases;
import dev.comporta.store.ScratchDatabase;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Alerts of budgets")
class BudgetAlertsTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    private static final Instant TOMORROW = Instant.parse("2026-11-21T12:00:00Z");

    @TempDir
    static Path directory;

    private static ScratchDatabase scratch;
    private static BudgetRows rows;

    private final HeardAlerts alerts = new HeardAlerts();
    private UUID client;
    private UUID budget;

    @BeforeAll
    static void open() {
        scratch = ScratchDatabase.open(directory, List.of(), database -> {}, 4);
        rows = new BudgetRows(scratch.database());
    }

    @AfterAll
    static void close() throws Exception {
        scratch.close();
    }

    @BeforeEach
    void a_budget_of_a_hundred() {
        rows.sql("DELETE FROM budget_alerts");
        client = rows.client();
        budget = rows.budget(client, "usd", "100", BudgetPeriod.DAILY);
        rows.sql("""
                UPDATE client_budgets SET notification_email = 'billing@example.com',
                    notification_webhook = 'https://example.com/hook', webhook_secret = 'of the hook' WHERE id = $1
                """, budget);
        rows.open(budget, NOON);
    }

    @Test
    void each_threshold_is_told_once_when_it_is_reached() {
        use("79.99");
        assertThat(check()).isZero();
        use("0.01");
        assertThat(check()).isEqualTo(1);
        assertThat(check()).isZero();
        use("5");
        assertThat(check()).isZero();
        use("5");
        assertThat(check()).isEqualTo(1);
        use("10");
        assertThat(check()).isEqualTo(1);
        use("100");
        assertThat(check()).isZero();

        assertThat(alerts.keys()).containsExactly(key(80), key(90), key(100));
    }

    @Test
    void a_percentage_is_not_rounded_up_to_a_threshold() {
        use("79.9999999");

        assertThat(check()).isZero();
    }

    @Test
    void of_several_that_are_passed_at_once_the_highest_is_told_and_the_others_are_done_with() {
        use("95");
        assertThat(check()).isEqualTo(1);
        use("1");
        assertThat(check()).isZero();

        assertThat(alerts.keys()).containsExactly(key(90));
        assertThat(rows.one("""
                SELECT raised_as FROM budget_alerts WHERE budget_id = $1 AND threshold = 80
                """, budget).getShort(0)).isEqualTo((short) 90);
    }

    @Test
    void a_threshold_that_nobody_wants_to_hear_of_is_not_told() {
        rows.sql(
                "UPDATE client_budgets SET alert_threshold_90 = false, alert_threshold_100 = false WHERE id = $1",
                budget);
        use("120");

        check();

        assertThat(alerts.keys()).containsExactly(key(80));
    }

    @Test
    void an_alert_that_is_switched_on_late_is_told_late_unless_a_higher_one_was() {
        rows.sql(
                "UPDATE client_budgets SET alert_threshold_80 = false, alert_threshold_90 = false WHERE id = $1",
                budget);
        use("95");
        assertThat(check()).isZero();

        rows.sql("UPDATE client_budgets SET alert_threshold_90 = true WHERE id = $1", budget);
        assertThat(check()).isEqualTo(1);
        rows.sql("UPDATE client_budgets SET alert_threshold_80 = true WHERE id = $1", budget);
        assertThat(check()).isZero();

        assertThat(alerts.keys()).containsExactly(key(90));
    }

    @Test
    void a_budget_whose_rest_pays_for_no_call_is_used_up() {
        use("97");
        check();

        rows.sql("UPDATE budget_ledgers SET exhausted_at = now() WHERE id = $1", budget);
        check();
        use("3");
        check();

        assertThat(alerts.keys()).containsExactly(key(90), key(100));
        assertThat(last().text()).contains("97 of 100 USD (97.00 %)");
    }

    @Test
    void a_lowered_limit_reaches_thresholds_too() {
        use("45");

        rows.sql("UPDATE client_budgets SET budget_limit = 50 WHERE id = $1", budget);
        check();

        assertThat(alerts.keys()).containsExactly(key(90));
    }

    @Test
    void the_next_period_is_told_anew() {
        use("85");
        check();
        rows.open(budget, TOMORROW);
        rows.use(usage(client, TOMORROW, 1, "85"));
        check();

        assertThat(alerts.keys()).containsExactly(key(80), "budget/" + budget + "/2026-11-21/80");
    }

    @Test
    void what_was_reached_just_before_the_period_ended_is_told_after() {
        use("85");
        rows.open(budget, TOMORROW);

        check();

        assertThat(alerts.keys()).containsExactly(key(80));
        assertThat(last().text()).contains("85 of 100 USD").contains("That period is over.");
    }

    @Test
    void usage_in_another_unit_reaches_nothing() {
        use("50");
        rows.sql("UPDATE client_budgets SET budget_type = 'tokens', budget_limit = 50 WHERE id = $1", budget);
        assertThat(check()).isZero();

        rows.open(budget, NOON);
        assertThat(check()).isZero();
    }

    @Test
    void people_and_programs_are_told_the_same() {
        rows.sql("UPDATE clients SET name = $2 WHERE id = $1", client, "Padaria\r\nBcc: x");
        use("82.5");
        check();

        assertThat(alerts.heard.get(0).to())
                .containsExactly(
                        Recipient.email("billing@example.com"),
                        Recipient.webhook("https://example.com/hook", "of the hook"));
        assertThat(last().type()).isEqualTo("budget.threshold_reached");
        assertThat(last().clientId()).isEqualTo(client);
        assertThat(last().subject()).isEqualTo("Padaria  Bcc: x: 80 % of the daily budget is used");
        assertThat(last().text())
                .contains("82.5 of 100 USD (82.50 %) in the daily period that began on 2026-11-20.")
                .contains("2026-11-21T00:00:00Z");
        assertThat(last().data().encode())
                .contains("\"threshold\":80", "\"budgetLimit\":100", "\"currentUsage\":82.5", client.toString())
                .doesNotContain("of the hook");
    }

    @Test
    void a_budget_that_tells_nobody_is_remembered_all_the_same() {
        rows.sql(
                "UPDATE client_budgets SET notification_email = NULL, notification_webhook = NULL WHERE id = $1",
                budget);
        use("85");

        assertThat(check()).isEqualTo(1);

        assertThat(alerts.heard.get(0).to()).isEmpty();
    }

    @Test
    void an_alert_that_cannot_be_raised_is_tried_again_and_keeps_no_other_back() {
        UUID other = rows.client();
        UUID second = rows.budget(other, "usd", "100", BudgetPeriod.DAILY);
        rows.open(second, NOON);
        rows.use(usage(client, NOON, 1, "85"), usage(other, NOON, 1, "85"));

        alerts.broken = budget.toString();
        Future<Integer> failed = raiser().raise(NOON);
        failed.toCompletionStage()
                .toCompletableFuture()
                .handle((raised, failure) -> raised)
                .join();
        assertThat(failed.failed()).isTrue();
        assertThat(alerts.keys()).hasSize(1).allMatch(key -> key.contains(second.toString()));

        alerts.broken = "";
        assertThat(check()).isEqualTo(1);
        assertThat(alerts.keys()).contains(key(80));
    }

    @Test
    void replicas_that_look_at_the_same_time_tell_once() {
        for (String more : List.of("80", "10", "10")) {
            use(more);
            List<Future<Integer>> looks = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                looks.add(raiser().raise(NOON));
            }
            Databases.await(Future.join(looks));
        }

        assertThat(alerts.keys()).containsExactly(key(80), key(90), key(100));
    }

    @Test
    void of_a_budget_that_was_deleted_nobody_is_told() {
        use("85");
        rows.sql("DELETE FROM client_budgets WHERE id = $1", budget);

        assertThat(check()).isZero();
        assertThat(rows.sql("SELECT FROM budget_alerts WHERE raised_at IS NULL"))
                .isEmpty();
    }

    private void use(String usd) {
        rows.use(usage(client, NOON, 1, usd));
    }

    private int check() {
        return Databases.await(raiser().raise(NOON));
    }

    private BudgetAlerts raiser() {
        return new BudgetAlerts(scratch.database().pool(), alerts);
    }

    private Alert last() {
        return alerts.heard.get(alerts.heard.size() - 1).alert();
    }

    private String key(int threshold) {
        return "budget/" + budget + "/2026-11-20/" + threshold;
    }
}
