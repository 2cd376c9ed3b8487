package dev.comporta.alert;

import dev.comporta.core.Text;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.MailResult;
import io.vertx.ext.mail.SMTPException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Sends alerts as plain text over SMTP, by the client that {@code quarkus.mailer.*} configures. */
@ApplicationScoped
class Mail implements Sender {

    /** The value of {@code quarkus.mailer.host} that means that there is none. */
    static final String NO_HOST = "none";

    private static final int LONGEST_ERROR = 300;

    private final Vertx vertx;
    private final MailClient client;
    private final String host;
    private final Optional<String> from;
    private final Optional<String> password;

    Mail(
            Vertx vertx,
            MailClient client,
            @ConfigProperty(name = "quarkus.mailer.host") String host,
            @ConfigProperty(name = "quarkus.mailer.from") Optional<String> from,
            @ConfigProperty(name = "quarkus.mailer.password") Optional<String> password) {
        this.vertx = vertx;
        this.client = client;
        this.host = host;
        this.from = from;
        this.password = password;
    }

    @Override
    public Future<Void> send(Delivery delivery) {
        if (host.equals(NO_HOST)) {
            return Future.failedFuture(NotDelivered.ever("mail is not configured: set SMTP_HOST and SMTP_FROM"));
        }
        if (from.isEmpty()) {
            return Future.failedFuture(NotDelivered.ever("mail has no sender: set SMTP_FROM"));
        }
        Promise<MailResult> sent = Promise.promise();
        MailMessage message = message(delivery, from.get());
        // Called from elsewhere than an event loop, the client may miss the server's greeting, and wait for it.
        vertx.getOrCreateContext().runOnContext(here -> client.sendMail(message).onComplete(sent));
        return sent.future().<Void>mapEmpty().recover(failure -> Future.failedFuture(explain(failure)));
    }

    private static MailMessage message(Delivery delivery, String from) {
        String domain = MailAddress.domain(from).replaceAll("[^A-Za-z0-9.-]", "");
        return new MailMessage()
                .setFrom(from)
                .setTo(delivery.address())
                .setSubject(delivery.subject())
                .setText("%s%n%n-- %n%s, %s%nalert %s%n"
                        .formatted(delivery.text(), delivery.type(), delivery.raisedAt(), delivery.alertId())
                        .replaceAll("\\R", "\r\n"))
                .setHeaders(MultiMap.caseInsensitiveMultiMap()
                        // The same in every attempt: a mail program shows one that came twice once.
                        .add("Message-ID", "<" + delivery.id() + "@" + domain + ">")
                        // RFC 3834: nobody on holiday answers.
                        .add("Auto-Submitted", "auto-generated"));
    }

    private NotDelivered explain(Throwable failure) {
        if (!(failure instanceof SMTPException refused)) {
            return NotDelivered.yet("the mail server cannot be reached or broke off");
        }
        String said = String.valueOf(refused.getReplyMessage());
        if (password.isPresent()) {
            said = said.replace(password.get(), "****");
        }
        String reason = String.valueOf(
                Text.storable("the mail server refused: " + said.replaceAll("\\s+", " "), LONGEST_ERROR));
        // 55x is about the mailbox; other permanent ones, such as a wrong login, an operator may mend meanwhile.
        return refused.getReplyCode() / 10 == 55 ? NotDelivered.ever(reason) : NotDelivered.yet(reason);
    }
}
