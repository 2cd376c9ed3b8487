package dev.comporta.alert;

import static dev.comporta.Eventually.eventually;
import static dev.comporta.store.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.comporta.core.Secret;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A webhook")
class WebhookTest {

    private static Vertx vertx;
    private final TestClock clock = new TestClock();
    private Receiver receiver;

    @BeforeAll
    static void open() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void close() {
        await(vertx.close());
    }

    @BeforeEach
    void begin() {
        receiver = new Receiver(vertx);
    }

    @AfterEach
    void end() {
        receiver.close();
    }

    private Webhook webhook(String... settings) {
        return new Webhook(vertx, AlertSettings.with(settings), clock);
    }

    private static Delivery delivery(String url, @Nullable String secret) {
        return new Delivery(
                UUID.fromString("0192f0c1-0000-7000-8000-000000000002"),
                UUID.fromString("0192f0c1-0000-7000-8000-000000000001"),
                Recipient.Channel.WEBHOOK,
                url,
                secret == null ? null : Secret.of(secret),
                1,
                Instant.MAX,
                "budget.threshold_reached",
                null,
                "Subject",
                "Text",
                new JsonObject().put("threshold", 80),
                Instant.parse("2026-11-20T11:59:00Z"));
    }

    private static NotDelivered failure(Webhook webhook, Delivery delivery) {
        Throwable failure = catchThrowable(() -> await(webhook.send(delivery)));
        assertThat(failure).isInstanceOf(CompletionException.class).hasCauseInstanceOf(NotDelivered.class);
        return (NotDelivered) failure.getCause();
    }

    /** As a receiver checks it, with nothing of ours. */
    private static String expected(String secret, String timestamp, Buffer body) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        StringBuilder hex = new StringBuilder("sha256=");
        for (byte b :
                mac.doFinal(Buffer.buffer(timestamp + ".").appendBuffer(body).getBytes())) {
            hex.append(String.format("%02x", b));
        }
        return hex.toString();
    }

    @Test
    void says_what_happened_and_proves_who_says_it() throws Exception {
        await(webhook("gateway.webhook-secret", "the-gateways-own").send(delivery(receiver.url(), "of-the-budget")));

        Receiver.Received received = receiver.only();
        assertThat(received.target()).isEqualTo("/hook?token=in-the-url");
        assertThat(received.header("Content-Type")).isEqualTo("application/json");
        assertThat(received.header("User-Agent")).isEqualTo("Comporta");
        assertThat(received.header("X-Comporta-Delivery")).isEqualTo("0192f0c1-0000-7000-8000-000000000002");
        assertThat(received.header("X-Comporta-Timestamp"))
                .isEqualTo(Long.toString(clock.instant().getEpochSecond()));
        assertThat(received.header("X-Comporta-Signature"))
                .isEqualTo(expected("of-the-budget", received.header("X-Comporta-Timestamp"), received.body()));
        assertThat(received.json())
                .isEqualTo(new JsonObject()
                        .put("id", "0192f0c1-0000-7000-8000-000000000001")
                        .put("type", "budget.threshold_reached")
                        .put("createdAt", "2026-11-20T11:59:00Z")
                        .putNull("clientId")
                        .put("subject", "Subject")
                        .put("text", "Text")
                        .put("data", new JsonObject().put("threshold", 80)));
    }

    @Test
    void without_a_secret_of_its_own_is_signed_with_the_gateways() throws Exception {
        await(webhook("gateway.webhook-secret", "the-gateways-own").send(delivery(receiver.url(), null)));

        Receiver.Received received = receiver.only();
        assertThat(received.header("X-Comporta-Signature"))
                .isEqualTo(expected("the-gateways-own", received.header("X-Comporta-Timestamp"), received.body()));
    }

    @Test
    void without_any_secret_comes_without_a_signature() {
        await(webhook().send(delivery(receiver.url(), null)));

        assertThat(receiver.only().headers()).doesNotContainKey("X-Comporta-Signature");
    }

    @Test
    void is_signed_as_the_documentation_shows() throws Exception {
        String page = Files.readString(Path.of("docs/howto/verify-webhooks.md"));

        assertThat(page)
                .contains(Signature.of(
                        Secret.of("whsec-of-the-example"),
                        1_795_000_000L,
                        Buffer.buffer("{\"id\":\"1\",\"text\":\"São João\"}")));
    }

    @ParameterizedTest
    @CsvSource({
        "200, true, false",
        "202, true, false",
        "204, true, false",
        "301, false, false",
        "302, false, false",
        "400, false, false",
        "404, false, false",
        "410, false, true",
        "429, false, false",
        "500, false, false"
    })
    void is_judged_by_the_status_of_the_answer(int status, boolean delivered, boolean forGood) {
        receiver.answers(response -> response.setStatusCode(status)
                .putHeader("Location", receiver.url())
                .end("secret words of a stranger"));

        if (delivered) {
            await(webhook().send(delivery(receiver.url(), null)));
        } else {
            NotDelivered failure = failure(webhook(), delivery(receiver.url(), null));
            assertThat(failure.isForGood()).isEqualTo(forGood);
            assertThat(failure.reason()).isEqualTo("the webhook answered with status " + status);
        }
        assertThat(receiver.received()).as("no redirect is followed").hasSize(1);
    }

    @Test
    void is_delivered_by_the_head_of_an_answer_whose_body_never_ends_and_which_is_not_read_on()
            throws InterruptedException {
        AtomicLong written = new AtomicLong();
        AtomicLong closed = new AtomicLong();
        Buffer much = Buffer.buffer(new byte[64 << 10]);
        receiver.answers(response -> {
            response.setChunked(true).closeHandler(gone -> closed.incrementAndGet());
            vertx.setPeriodic(1, timer -> {
                if (response.closed()) {
                    vertx.cancelTimer(timer);
                } else if (!response.writeQueueFull()) {
                    response.write(much);
                    written.addAndGet(much.length());
                }
            });
        });

        await(webhook().send(delivery(receiver.url(), null)));

        eventually("the connection is cut", () -> closed.get() > 0);
        assertThat(written.get()).isLessThan(16 << 20);
    }

    @Test
    void is_not_waited_for_long() throws InterruptedException {
        AtomicLong closed = new AtomicLong();
        receiver.answers(response -> response.closeHandler(gone -> closed.incrementAndGet()));

        NotDelivered failure =
                failure(webhook("gateway.alerts.webhook-timeout", "300ms"), delivery(receiver.url(), null));

        assertThat(failure.reason()).isEqualTo("no answer in time");
        assertThat(failure.isForGood()).isFalse();
        eventually("the connection is cut", () -> closed.get() > 0);
    }

    @Test
    void whose_head_is_endless_is_cut_off() {
        receiver.answers(
                response -> response.putHeader("X-Endless", "x".repeat(1 << 20)).end());

        assertThat(failure(webhook(), delivery(receiver.url(), null)).isForGood())
                .isFalse();
    }

    @Test
    void that_is_not_there_is_tried_again() {
        receiver.close();
        String url = receiver.url();
        receiver = new Receiver(vertx);

        NotDelivered failure = failure(webhook(), delivery(url, "of-the-budget"));

        assertThat(failure.isForGood()).isFalse();
        assertThat(failure.reason()).doesNotContain("of-the-budget", "in-the-url", "127.0.0.1");
    }

    @Test
    void whose_host_has_no_address_is_tried_again() {
        NotDelivered failure = failure(webhook(), delivery("http://no-such-host.invalid/hook", null));

        assertThat(failure.isForGood()).isFalse();
        assertThat(failure.reason()).isEqualTo("its host has no address");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest/meta-data/",
                "http://[fe80::1]/",
                "http://[fd00:ec2::254]/latest/meta-data/",
                "http://[::ffff:169.254.169.254]/",
                "http://[64:ff9b::a9fe:a9fe]/",
                "http://168.63.129.16/",
                "http://100.100.100.200/"
            })
    void never_leads_to_where_clouds_hand_out_credentials(String url) {
        NotDelivered failure = failure(webhook(), delivery(url, null));

        assertThat(failure.isForGood()).isTrue();
        assertThat(failure.reason()).isEqualTo("its host leads where webhooks may not go");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:%d/", "http://localhost:%d/", "http://[::ffff:127.0.0.1]:%d/"})
    void does_not_lead_into_the_own_network_where_that_is_forbidden(String url) {
        HttpServer inside = await(vertx.createHttpServer()
                .requestHandler(request -> request.response().end())
                .listen(0, "127.0.0.1"));
        Delivery delivery = delivery(url.formatted(inside.actualPort()), null);

        assertThat(failure(webhook("gateway.alerts.allow-private-webhooks", "false"), delivery)
                        .isForGood())
                .isTrue();
        await(webhook().send(delivery));
        await(inside.close());
    }
}
