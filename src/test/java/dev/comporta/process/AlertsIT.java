package dev.comporta.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways watch one budget; people and programs are told of each threshold once. */
class AlertsIT {

    private static final String KEY = "the-shared-key-of-the-alert-tests";
    private static final String ADMIN = "Bearer the-admin-key-of-the-alert-tests";
    private static final String SECRET = "the secret of the webhooks";
    private static final int LIMIT = 8_000;

    @TempDir
    Path home;

    private final List<JsonObject> received = new CopyOnWriteArrayList<>();
    private final List<String> forged = new CopyOnWriteArrayList<>();

    @Test
    void each_threshold_is_one_mail_and_one_signed_webhook_however_many_replicas_watch() throws Exception {
        GreenMail mail =
                new GreenMail(new ServerSetup(GatewayProcess.freePort(), "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        mail.start();
        HttpServer webhook = receiver();
        try (PostgresServer database = PostgresServer.start(Files.createDirectory(home.resolve("database")));
                ThriftyProvider provider = new ThriftyProvider(1);
                GatewayProcess one = replica(database, provider, mail, "one").start();
                GatewayProcess two = replica(database, provider, mail, "two").start()) {
            one.awaitReady();
            two.awaitReady();
            JsonObject client = new JsonObject(
                    one.post("/api/clients", "{\"name\":\"Alerted\",\"slug\":\"alerted\"}", "Authorization", ADMIN)
                            .body());
            HttpResponse<String> budget = two.post(
                    "/api/budget/config?clientId=" + client.getString("id"),
                    new JsonObject()
                            .put("budgetType", "tokens")
                            .put("budgetLimit", LIMIT)
                            .put("budgetPeriod", "monthly")
                            .put("notificationEmail", "money@example.com")
                            .put(
                                    "notificationWebhook",
                                    "http://127.0.0.1:" + webhook.getAddress().getPort() + "/alerts")
                            .encode(),
                    "Authorization",
                    ADMIN);
            assertThat(budget.statusCode()).as(budget.body()).isEqualTo(201);

            int calls = 0;
            for (int threshold : new int[] {80, 90, 100}) {
                while (percentage(one, client) < threshold && call(calls++ % 2 == 0 ? one : two)) {
                    one.awaitDrained(Duration.ofSeconds(10));
                    two.awaitDrained(Duration.ofSeconds(10));
                }
                int told = threshold / 10 - 7;
                Poll.until(
                        threshold + " % is told",
                        Duration.ofSeconds(30),
                        () -> mail.getReceivedMessages().length >= told && received.size() >= told,
                        () -> mail.getReceivedMessages().length + " mails, " + received.size() + " webhooks");
            }
            // Whoever would say it again has had the time: both look every second.
            Poll.until("both have looked again", Duration.ofSeconds(10), new Pause(Duration.ofSeconds(3)));

            assertThat(subjects(mail))
                    .hasSize(3)
                    .satisfiesExactlyInAnyOrder(
                            subject -> assertThat(subject).contains("80 %"),
                            subject -> assertThat(subject).contains("90 %"),
                            subject -> assertThat(subject).contains("used up"));
            assertThat(received).hasSize(3);
            assertThat(forged).isEmpty();
            Proof.tell("alerts: %d calls, 3 mails and 3 signed webhooks from two replicas", calls);
        } finally {
            webhook.stop(0);
            mail.stop();
        }
    }

    /** Comes true after a while. */
    private static final class Pause implements Poll.Condition {

        private final long until;

        Pause(Duration time) {
            until = System.nanoTime() + time.toNanos();
        }

        @Override
        public boolean holds() {
            return System.nanoTime() > until;
        }
    }

    private GatewayProcess.Setup replica(
            PostgresServer database, ThriftyProvider provider, GreenMail mail, String name) {
        return GatewayProcess.in(home.resolve(name))
                .database(database)
                .env("GATEWAY_API_KEY", KEY)
                .env("GATEWAY_ADMIN_KEY", ADMIN.substring("Bearer ".length()))
                .env("OPENAI_API_KEY", "sk-of-the-tests")
                .env("GATEWAY_PROVIDERS_OPENAI_BASE_URL", provider.baseUrl())
                .env("GATEWAY_BUDGET_ALERTS_INTERVAL", "1S")
                .env("GATEWAY_WEBHOOK_SECRET", SECRET)
                .env("GATEWAY_ALERTS_POLL_INTERVAL", "1S")
                .env("SMTP_HOST", "127.0.0.1")
                .env("SMTP_PORT", String.valueOf(mail.getSmtp().getPort()))
                .env("SMTP_FROM", "gateway@example.com");
    }

    private HttpServer receiver() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext("/alerts", exchange -> {
            try (exchange) {
                byte[] body = exchange.getRequestBody().readAllBytes();
                String timestamp = exchange.getRequestHeaders().getFirst("X-Comporta-Timestamp");
                String signature = exchange.getRequestHeaders().getFirst("X-Comporta-Signature");
                if (sign(timestamp, body).equals(signature)) {
                    received.add(new JsonObject(new String(body, StandardCharsets.UTF_8)));
                } else {
                    forged.add(signature);
                }
                exchange.sendResponseHeaders(204, -1);
            } catch (GeneralSecurityException e) {
                throw new IOException(e);
            }
        });
        server.start();
        return server;
    }

    private static String sign(String timestamp, byte[] body) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        mac.update((timestamp + ".").getBytes(StandardCharsets.UTF_8));
        return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
    }

    /** Returns whether the budget paid for it. */
    private static boolean call(GatewayProcess gateway) throws Exception {
        String body =
                "{\"model\":\"openai/gpt-4o-mini\",\"max_tokens\":300,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
        HttpResponse<String> response = gateway.post(
                "/v1/chat/completions", body, "Authorization", "Bearer " + KEY, "x-gateway-client-id", "alerted");
        return response.statusCode() != 429 || !response.body().contains("budget_exceeded");
    }

    private static double percentage(GatewayProcess gateway, JsonObject client) throws Exception {
        return new JsonObject(gateway.get(
                                "/api/budget/current-usage?clientId=" + client.getString("id"), "Authorization", ADMIN)
                        .body())
                .getDouble("percentage");
    }

    private static List<String> subjects(GreenMail mail) {
        return Arrays.stream(mail.getReceivedMessages()).map(AlertsIT::subject).toList();
    }

    private static String subject(MimeMessage message) {
        try {
            return message.getSubject();
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }
}
