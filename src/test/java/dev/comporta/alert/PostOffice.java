package dev.comporta.alert;

import static dev.comporta.store.Databases.await;
import static dev.comporta.store.Databases.sql;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.comporta.store.Database;
import dev.comporta.store.ScratchDatabase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailConfig;
import io.vertx.sqlclient.Row;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A database, a clock, a mail server, and as many replicas that deliver as a test wants. */
final class PostOffice implements AutoCloseable {

    final Vertx vertx = Vertx.vertx();
    final TestClock clock = new TestClock();
    final GreenMail smtp = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

    private final ScratchDatabase scratch;

    PostOffice(Path directory) {
        scratch = ScratchDatabase.open(directory, List.of(), database -> {});
        smtp.start();
    }

    Database database() {
        return scratch.database();
    }

    Outbox outbox(String... settings) {
        return new Outbox(AlertSettings.with(settings), clock);
    }

    Deliverer deliverer(String... settings) {
        return deliverer(mail("127.0.0.1", "Comporta <alerts@comporta.example>"), settings);
    }

    Deliverer deliverer(Mail mail, String... settings) {
        AlertConfig config = AlertSettings.with(settings);
        return new Deliverer(vertx, database(), config, clock, mail, new Webhook(vertx, config, clock));
    }

    Mail mail(String host, String from) {
        return mail(host, smtp.getSmtp().getPort(), from);
    }

    Mail mail(String host, int port, String from) {
        MailClient client =
                MailClient.create(vertx, new MailConfig().setHostname(host).setPort(port));
        return new Mail(
                vertx, client, host, Optional.of(from).filter(text -> !text.isEmpty()), Optional.of("smtp-password"));
    }

    /** Raises an alert with a key of its own. */
    void raise(Recipient... to) {
        raise(new Outbox(AlertSettings.with(), clock), alert(UUID.randomUUID().toString()), to);
    }

    boolean raise(Alerts alerts, Alert alert, Recipient... to) {
        return await(
                database().pool().withTransaction(connection -> alerts.raise(connection, alert, Arrays.asList(to))));
    }

    static Alert alert(String key) {
        return new Alert(
                key,
                "budget.threshold_reached",
                UUID.fromString("6f1c2d3e-0000-4000-8000-0123456789ab"),
                "80 % of the budget is used",
                "Padaria São João has used 80 % of its budget.",
                new JsonObject().put("threshold", 80));
    }

    static int deliver(Deliverer deliverer) {
        return await(deliverer.deliver());
    }

    /** Lets an hour pass, the longest pause between two attempts. */
    void longPause() {
        clock.pass(Duration.ofHours(1));
    }

    Row onlyDelivery() {
        var rows = sql(database(), "SELECT * FROM alert_deliveries");
        if (rows.size() != 1) {
            throw new AssertionError("one delivery was expected, and there are " + rows.size());
        }
        return rows.iterator().next();
    }

    String status() {
        return onlyDelivery().getString("status");
    }

    List<MimeMessage> mails() {
        return List.of(smtp.getReceivedMessages());
    }

    static String text(MimeMessage mail) throws MessagingException, IOException {
        return (String) mail.getContent();
    }

    void clear() throws Exception {
        smtp.purgeEmailFromAllMailboxes();
        sql(database(), "TRUNCATE alerts, alert_deliveries, gateway_alert_episodes, gateway_usage_logs");
    }

    @Override
    public void close() throws IOException {
        smtp.stop();
        scratch.close();
        await(vertx.close());
    }
}
