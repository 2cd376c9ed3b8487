package dev.comporta.alert;

import static dev.comporta.alert.PostOffice.alert;
import static dev.comporta.alert.PostOffice.deliver;
import static dev.comporta.store.Databases.await;
import static dev.comporta.store.Databases.sql;
import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.store.Databases;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import jakarta.mail.Message;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("An alert that was raised")
class DelivererTest {

    private static final Recipient OPS = Recipient.email("ops@acme.example");

    @TempDir
    static Path directory;

    private static PostOffice office;
    private Receiver receiver;

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
        receiver = new Receiver(office.vertx);
    }

    @AfterEach
    void end() {
        receiver.close();
    }

    private Recipient hook() {
        return Recipient.webhook(receiver.url(), "a-secret-of-the-budget");
    }

    @Test
    void arrives_as_plain_text_by_mail() throws Exception {
        office.raise(OPS);

        assertThat(deliver(office.deliverer())).isEqualTo(1);

        MimeMessage mail = office.mails().get(0);
        Row row = office.onlyDelivery();
        assertThat(mail.getSubject()).isEqualTo("80 % of the budget is used");
        assertThat(mail.getAllRecipients()).extracting(Object::toString).containsExactly("ops@acme.example");
        assertThat(mail.getFrom()[0]).hasToString("Comporta <alerts@comporta.example>");
        assertThat(mail.getContentType()).startsWith("text/plain");
        assertThat(PostOffice.text(mail)).startsWith("Padaria São João has used 80 % of its budget.");
        assertThat(mail.getMessageID()).isEqualTo("<" + row.getUUID("id") + "@comporta.example>");
        assertThat(mail.getHeader("Auto-Submitted")).containsExactly("auto-generated");
        assertThat(row.getString("status")).isEqualTo("delivered");
        assertThat(row.getOffsetDateTime("delivered_at").toInstant()).isEqualTo(office.clock.instant());
        assertThat(deliver(office.deliverer())).as("and once only").isZero();
    }

    @Test
    void is_new_once_whoever_raises_it_and_however_often() {
        String key = "budget/b1/2026-11/80";
        List<Future<Boolean>> raised = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Outbox replica = office.outbox();
            raised.add(office.database()
                    .pool()
                    .withTransaction(connection -> replica.raise(connection, alert(key), List.of(OPS, hook(), OPS))));
        }
        await(Future.all(raised));

        assertThat(raised.stream().filter(Future::result)).hasSize(1);
        assertThat(sql(office.database(), "SELECT 1 FROM alert_deliveries").size())
                .as("one for each recipient")
                .isEqualTo(2);
        assertThat(office.raise(office.outbox(), alert(key), OPS)).isFalse();
    }

    @Test
    void is_remembered_even_if_it_goes_nowhere() {
        assertThat(office.raise(office.outbox(), alert("nobody"))).isTrue();
        assertThat(office.raise(office.outbox(), alert("nobody"), OPS)).isFalse();
    }

    @Test
    void is_not_raised_by_a_transaction_that_is_rolled_back() {
        Future<Boolean> raised = office.database()
                .pool()
                .withTransaction(connection -> office.outbox()
                        .raise(connection, alert("undone"), List.of(OPS))
                        .compose(isNew -> Future.failedFuture("undone")));
        assertThat(raised.toCompletionStage()
                        .toCompletableFuture()
                        .handle((done, failure) -> failure)
                        .join())
                .isNotNull();

        assertThat(deliver(office.deliverer())).isZero();
        assertThat(office.raise(office.outbox(), alert("undone"), OPS)).isTrue();
    }

    @Test
    void is_sent_once_though_many_replicas_look_at_the_same_moment() {
        for (int i = 0; i < 20; i++) {
            office.raise(OPS, hook());
        }
        List<Future<Integer>> turns = new ArrayList<>();
        IntStream.range(0, 4)
                .mapToObj(replica -> office.deliverer())
                .forEach(replica -> IntStream.range(0, 3).forEach(turn -> turns.add(replica.deliver())));
        await(Future.all(turns));
        while (deliver(office.deliverer()) > 0) {
            // What was left over when every replica had its hands full.
        }

        assertThat(office.mails()).hasSize(20);
        assertThat(receiver.received()).hasSize(20);
        assertThat(receiver.received().stream()
                        .map(received -> received.header("X-Comporta-Delivery"))
                        .collect(Collectors.toSet()))
                .hasSize(20);
        assertThat(sql(office.database(), "SELECT 1 FROM alert_deliveries WHERE attempts <> 1 OR status <> 'delivered'")
                        .size())
                .isZero();
    }

    @Test
    void reaches_a_receiver_that_is_down_for_ten_minutes_after_it_is_back() {
        receiver.answers(503);
        office.raise(hook());
        Deliverer deliverer = office.deliverer();
        for (Duration passed = Duration.ZERO; passed.toMinutes() < 10; passed = passed.plusSeconds(5)) {
            deliver(deliverer);
            office.clock.pass(Duration.ofSeconds(5));
        }
        int attempts = receiver.received().size();
        assertThat(attempts).isBetween(3, 60);
        assertThat(office.status()).isEqualTo("pending");
        assertThat(office.onlyDelivery().getString("last_error")).isEqualTo("the webhook answered with status 503");

        receiver.answers(200);
        office.clock.pass(Duration.ofMinutes(30));
        deliver(deliverer);

        assertThat(office.status()).isEqualTo("delivered");
        assertThat(office.onlyDelivery().getString("last_error")).isNull();
        assertThat(receiver.received()).hasSize(attempts + 1);
        assertThat(receiver.received().stream()
                        .map(received -> received.header("X-Comporta-Delivery"))
                        .collect(Collectors.toSet()))
                .as("the same delivery in every attempt")
                .hasSize(1);
        assertThat(receiver.received().stream().map(Receiver.Received::body).collect(Collectors.toSet()))
                .hasSize(1);
    }

    @Test
    void is_given_up_after_a_day_and_can_be_revived() {
        receiver.answers(500);
        office.raise(hook());
        Deliverer deliverer = office.deliverer();
        for (int hour = 0; hour < 30; hour++) {
            deliver(deliverer);
            office.longPause();
        }
        assertThat(office.status()).isEqualTo("dead");
        int attempts = receiver.received().size();
        assertThat(attempts).isBetween(24, 26);

        receiver.answers(204);
        assertThat(deliver(deliverer)).isZero();
        UUID id = office.onlyDelivery().getUUID("id");
        assertThat(await(DeliveryTable.revive(
                        office.database().pool(),
                        id,
                        office.clock.instant(),
                        office.clock.instant().plusSeconds(60))))
                .isTrue();
        deliver(deliverer);

        assertThat(office.status()).isEqualTo("delivered");
        assertThat(receiver.received()).hasSize(attempts + 1);
    }

    @Test
    void pauses_grow_and_are_never_longer_than_the_longest() {
        receiver.answers(500);
        office.raise(hook());
        Deliverer deliverer = office.deliverer();
        for (int attempt = 1; attempt < 20; attempt++) {
            deliver(deliverer);
            Row row = office.onlyDelivery();
            Duration pause = Duration.between(
                    office.clock.instant(),
                    row.getOffsetDateTime("next_attempt_at").toInstant());
            assertThat(row.getInteger("attempts")).isEqualTo(attempt);
            assertThat(pause).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(Math.min(3_600, 10L << attempt - 1)));
            office.clock.pass(pause);
        }
    }

    @Test
    void is_sent_by_another_replica_if_the_first_dies_in_the_middle() {
        office.raise(OPS);
        // Claimed, and never heard of again.
        assertThat(await(DeliveryTable.claim(
                        office.database().pool(),
                        office.clock.instant(),
                        office.clock.instant().plusSeconds(120),
                        10)))
                .hasSize(1);
        Deliverer other = office.deliverer();

        assertThat(deliver(other)).as("it may still be under way").isZero();
        office.clock.pass(Duration.ofSeconds(121));
        deliver(other);

        assertThat(office.mails()).hasSize(1);
        assertThat(office.status()).isEqualTo("delivered");
    }

    @Test
    void a_failure_that_is_told_late_does_not_undo_what_another_replica_delivered() {
        office.raise(OPS);
        Delivery slow = await(DeliveryTable.claim(
                        office.database().pool(), office.clock.instant(), office.clock.instant(), 1))
                .get(0);
        deliver(office.deliverer());

        await(DeliveryTable.bury(office.database().pool(), slow, "too late"));
        await(DeliveryTable.retry(office.database().pool(), slow, office.clock.instant(), "too late"));

        assertThat(office.status()).isEqualTo("delivered");
    }

    @Test
    void is_dead_at_once_where_mail_is_not_configured_and_everything_else_goes_on() {
        office.raise(OPS, hook());

        deliver(office.deliverer(office.mail(Mail.NO_HOST, "alerts@comporta.example")));

        assertThat(receiver.received()).hasSize(1);
        Row mail = sql(office.database(), "SELECT * FROM alert_deliveries WHERE channel = 'email'")
                .iterator()
                .next();
        assertThat(mail.getString("status")).isEqualTo("dead");
        assertThat(mail.getString("last_error")).contains("SMTP_HOST");
        assertThat(mail.getInteger("attempts")).isEqualTo(1);
    }

    @Test
    void a_mail_server_that_is_away_is_waited_for() throws IOException {
        office.raise(OPS);
        int nobody;
        try (ServerSocket socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }
        deliver(office.deliverer(office.mail("127.0.0.1", nobody, "alerts@comporta.example")));
        assertThat(office.status()).isEqualTo("pending");
        assertThat(office.onlyDelivery().getString("last_error"))
                .isEqualTo("the mail server cannot be reached or broke off");

        office.longPause();
        deliver(office.deliverer());

        assertThat(office.mails()).hasSize(1);
        assertThat(office.status()).isEqualTo("delivered");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Budget\r\nBcc: everybody@evil.example",
                "Budget\nBcc: everybody@evil.example",
                "Budget\r\n\r\nanother body",
                "Budget\u2028Bcc: everybody@evil.example",
                "Budget\u0000Bcc: everybody@evil.example"
            })
    void keeps_to_one_line_in_its_subject(String subject) throws Exception {
        Alert alert = new Alert(subject, "t", null, subject, "text\r\n.\r\nQUIT", new JsonObject());
        office.raise(office.outbox(), new Alert("one-line", "t", null, subject, alert.text(), alert.data()), OPS);

        deliver(office.deliverer());

        MimeMessage mail = office.mails().get(0);
        assertThat(mail.getSubject()).startsWith("Budget ").doesNotContain("\n", "\r");
        assertThat(mail.getHeader("Bcc")).isNull();
        assertThat(mail.getRecipients(Message.RecipientType.TO)).hasSize(1);
        assertThat(mail.getRecipients(Message.RecipientType.CC)).isNull();
        assertThat(PostOffice.text(mail)).contains("QUIT");
    }

    @Test
    void an_address_that_is_none_is_dead_from_the_start_and_fails_nothing() {
        office.raise(
                Recipient.email("ops@acme.example\r\nRCPT TO:<everybody@evil.example>"),
                Recipient.email(""),
                Recipient.webhook("file:///etc/passwd", null),
                OPS);

        deliver(office.deliverer());

        Set<String> dead = new java.util.HashSet<>();
        sql(office.database(), "SELECT * FROM alert_deliveries WHERE status = 'dead' AND attempts = 0")
                .forEach(row -> dead.add(row.getString("last_error")));
        assertThat(dead).hasSize(2).allSatisfy(error -> assertThat(error).startsWith("the address must be"));
        assertThat(office.mails()).hasSize(1);
    }

    @Test
    void what_no_table_holds_is_replaced_and_what_is_endless_is_cut() {
        Alert hostile = new Alert(
                "hostile",
                "t",
                null,
                "s".repeat(10_000),
                "NUL \u0000 and half a pair \ud83d" + "x".repeat(100_000),
                new JsonObject().put("nul", "a\u0000b").put("literal", "\\u0000"));

        assertThat(office.raise(office.outbox(), hostile, hook())).isTrue();
        deliver(office.deliverer());

        JsonObject told = receiver.only().json();
        assertThat(told.getString("subject")).hasSize(200);
        assertThat(told.getString("text")).hasSize(10_000).startsWith("NUL \ufffd");
        assertThat(told.getJsonObject("data").getString("nul")).isEqualTo("a\ufffdb");
        assertThat(told.getJsonObject("data").getString("literal")).isEqualTo("\\u0000");
    }

    @Test
    void the_secret_is_forgotten_once_it_is_no_longer_needed() {
        office.raise(hook());
        assertThat(office.onlyDelivery().getString("secret")).isEqualTo("a-secret-of-the-budget");

        deliver(office.deliverer());

        assertThat(office.onlyDelivery().getString("secret")).isNull();
        assertThat(Databases.sql(office.database(), "SELECT d::text AS row FROM alert_deliveries d")
                        .iterator()
                        .next()
                        .getString("row"))
                .doesNotContain("a-secret-of-the-budget");
    }
}
