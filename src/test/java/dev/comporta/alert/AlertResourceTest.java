package dev.comporta.alert;

import static dev.comporta.Eventually.eventually;
import static dev.comporta.store.Databases.await;
import static dev.comporta.store.Databases.sql;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import com.icegreen.greenmail.util.GreenMail;
import dev.comporta.store.Database;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import jakarta.mail.internet.MimeMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(value = MailServer.class, scope = TestResourceScope.GLOBAL)
class AlertResourceTest {

    private static final String ADMIN_KEY = ConfigProvider.getConfig().getValue("gateway.admin-key", String.class);

    @Inject
    Database database;

    @Inject
    Alerts alerts;

    @Inject
    Vertx vertx;

    GreenMail smtp;

    private static RequestSpecification as(String key) {
        return given().header("Authorization", "Bearer " + key).contentType(ContentType.JSON);
    }

    private static RequestSpecification admin() {
        return as(ADMIN_KEY);
    }

    private static String newClient() {
        return admin().body(Map.of(
                        "name",
                        "Client of a test",
                        "slug",
                        "a-" + UUID.randomUUID().toString().substring(0, 13)))
                .post("/api/clients")
                .path("id");
    }

    private static String newKey(String client) {
        return admin().body(Map.of("clientId", client, "name", "test"))
                .post("/api/keys")
                .path("key");
    }

    private void raise(@Nullable String client, String type, Recipient... to) {
        await(alerts.raise(
                database.pool(),
                new Alert(
                        UUID.randomUUID().toString(),
                        type,
                        client == null ? null : UUID.fromString(client),
                        "Subject",
                        "Text",
                        new JsonObject().put("threshold", 80)),
                List.of(to)));
    }

    private static Response delivery(String id) {
        return admin().get("/api/alerts/deliveries/" + id);
    }

    private static void becomes(String id, String status) throws InterruptedException {
        eventually(
                "the delivery is " + status, () -> delivery(id).path("status").equals(status));
    }

    private String dead(String client) {
        raise(client, "dead", Recipient.email("no address"));
        return sql(
                        database,
                        "SELECT d.id FROM alert_deliveries d JOIN alerts a ON a.id = alert_id WHERE client_id = $1",
                        UUID.fromString(client))
                .iterator()
                .next()
                .getUUID("id")
                .toString();
    }

    @Test
    void a_test_arrives_by_mail_from_the_server_that_the_environment_names() throws Exception {
        Response sent = admin().body(Map.of("email", "admin@acme.example")).post("/api/alerts/test");

        sent.then()
                .statusCode(202)
                .body("channel", equalTo("email"))
                .body("address", equalTo("admin@acme.example"))
                .body("type", equalTo("test"));
        becomes(sent.path("id"), "delivered");
        delivery(sent.path("id"))
                .then()
                .body("attempts", equalTo(1))
                .body("deliveredAt", notNullValue())
                .body("nextAttemptAt", nullValue())
                .body("lastError", nullValue());
        List<MimeMessage> mails = new ArrayList<>();
        for (MimeMessage mail : smtp.getReceivedMessages()) {
            if (mail.getAllRecipients()[0].toString().equals("admin@acme.example")) {
                mails.add(mail);
            }
        }
        assertThat(mails).hasSize(1);
        assertThat(mails.get(0).getSubject()).isEqualTo("A test of Comporta's alerts");
        assertThat(mails.get(0).getFrom()[0]).hasToString("alerts@comporta.example");
    }

    @Test
    void a_test_arrives_at_a_webhook_signed_with_the_secret_that_nobody_is_shown() throws Exception {
        try (Receiver receiver = new Receiver(vertx)) {
            Response sent = admin().body(Map.of("webhook", receiver.url(), "secret", "a-secret-of-the-test"))
                    .post("/api/alerts/test");

            sent.then().statusCode(202).body("address", equalTo(receiver.url().replaceFirst("/hook.*", "/…")));
            becomes(sent.path("id"), "delivered");
            Receiver.Received received = receiver.only();
            assertThat(received.header("X-Comporta-Delivery")).isEqualTo(sent.path("id"));
            assertThat(received.header("X-Comporta-Signature"))
                    .isEqualTo(Signature.of(
                            dev.comporta.core.Secret.of("a-secret-of-the-test"),
                            Long.parseLong(received.header("X-Comporta-Timestamp")),
                            received.body()));
            for (String answer : List.of(
                    sent.asString(),
                    delivery(sent.path("id")).asString(),
                    admin().get("/api/alerts/deliveries").asString(),
                    admin().get("/api/alerts").asString())) {
                assertThat(answer).doesNotContain("a-secret-of-the-test", "in-the-url", "the-gateways-own-secret");
            }
        }
    }

    @Test
    void what_another_room_raises_is_delivered_without_being_asked_for() throws Exception {
        try (Receiver receiver = new Receiver(vertx)) {
            raise(newClient(), "budget.threshold_reached", Recipient.webhook(receiver.url(), null));

            eventually("it is delivered", () -> !receiver.received().isEmpty());
            assertThat(receiver.only().header("X-Comporta-Signature")).startsWith("sha256=");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {}                                                               | email
                    {"email":null}                                                   | email
                    {"email":""}                                                     | email
                    {"email":"acme"}                                                 | email
                    {"email":5}                                                      | email
                    {"email":["a@acme.example"]}                                     | email
                    {"email":{"a":1}}                                                | email
                    {"email":"a@acme.example\\r\\nBcc: b@acme.example"}              | email
                    {"email":"a@acme.example","webhook":"https://acme.example/"}     | webhook
                    {"webhook":""}                                                   | webhook
                    {"webhook":1e400}                                                | webhook
                    {"webhook":true}                                                 | webhook
                    {"webhook":"acme.example"}                                       | webhook
                    {"webhook":"ftp://acme.example/"}                                | webhook
                    {"webhook":"https://user:password@acme.example/"}                | webhook
                    {"webhook":"https://acme.example/","secret":""}                  | secret
                    {"webhook":"https://acme.example/","secret":{}}                  | secret
                    {"email":"a@acme.example","secret":"hush"}                       | secret
                    {"mail":"a@acme.example"}                                        | mail
                    """)
    void a_test_that_cannot_be_is_refused_and_the_field_named(String body, String param) {
        long before = sql(database, "SELECT 1 FROM alerts WHERE type = 'test'").size();

        admin().body(body)
                .post("/api/alerts/test")
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("code", equalTo("invalid_request"))
                .body("param", equalTo(param))
                .body("detail", not(containsString("password")));

        assertThat(sql(database, "SELECT 1 FROM alerts WHERE type = 'test'").size())
                .isEqualTo((int) before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "nothing", "NaN"})
    void a_test_is_a_json_object(String body) {
        admin().body(body).post("/api/alerts/test").then().statusCode(400).contentType("application/problem+json");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/alerts?clientId=acme, clientId, 400",
        "/api/alerts?clientId=1-1-1-1-1, clientId, 400",
        "/api/alerts?clientId=6f1c2d3e-0000-4000-8000-0123456789ab, clientId, 404",
        "/api/alerts?limit=0, limit, 400",
        "/api/alerts?limit=-1, limit, 400",
        "/api/alerts?limit=201, limit, 400",
        "/api/alerts?limit=1e400, limit, 400",
        "/api/alerts?limit=NaN, limit, 400",
        "/api/alerts?limit=99999999999999999999, limit, 400",
        "/api/alerts?cursor=x, cursor, 400",
        "/api/alerts?type=a%00b, type, 400",
        "/api/alerts/deliveries?status=lost, status, 400",
        "/api/alerts/deliveries?alertId=x, alertId, 400",
        "/api/alerts/deliveries?limit=x, limit, 400",
        "/api/alerts/deliveries?cursor=1, cursor, 400",
        "/api/alerts/deliveries/x, id, 400",
        "/api/alerts/deliveries/6f1c2d3e-0000-4000-8000-0123456789ab, id, 404"
    })
    void a_question_that_cannot_be_answered_is_refused_and_the_parameter_named(String path, String param, int status) {
        admin().urlEncodingEnabled(false)
                .get(path)
                .then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("param", equalTo(param));
    }

    @Test
    void a_client_sees_its_own_alerts_only() {
        String client = newClient();
        String other = newClient();
        String key = newKey(client);
        raise(client, "budget.threshold_reached");
        raise(other, "budget.threshold_reached");
        raise(null, "gateway.provider_down");

        for (String path : List.of("/api/alerts", "/api/alerts?clientId=" + client)) {
            as(key).get(path)
                    .then()
                    .statusCode(200)
                    .body("data", hasSize(1))
                    .body("data[0].clientId", equalTo(client))
                    .body("data[0].type", equalTo("budget.threshold_reached"))
                    .body("data[0].subject", equalTo("Subject"))
                    .body("data[0].text", equalTo("Text"))
                    .body("data[0].data.threshold", equalTo(80))
                    .body("data[0].raisedAt", notNullValue())
                    .body("nextCursor", nullValue());
        }
        as(key).get("/api/alerts?clientId=" + other).then().statusCode(403).body("param", equalTo("clientId"));
        admin().get("/api/alerts?clientId=" + other).then().body("data", hasSize(1));
        admin().get("/api/alerts?type=gateway.provider_down&limit=1").then().body("data[0].clientId", nullValue());
    }

    @Test
    void deliveries_are_for_administrators() {
        String client = newClient();
        String key = newKey(client);
        String id = dead(client);

        as(key).get("/api/alerts/deliveries").then().statusCode(403);
        as(key).get("/api/alerts/deliveries/" + id).then().statusCode(403);
        as(key).post("/api/alerts/deliveries/" + id + "/retry").then().statusCode(403);
        as(key).body(Map.of("email", "a@acme.example"))
                .post("/api/alerts/test")
                .then()
                .statusCode(403);
        given().get("/api/alerts").then().statusCode(401);
        as("nobodys-key").get("/api/alerts").then().statusCode(401);
    }

    @Test
    void what_is_dead_is_listed_with_its_reason_and_tried_again_on_demand() throws Exception {
        String id = dead(newClient());

        admin().get("/api/alerts/deliveries?status=dead&limit=1")
                .then()
                .statusCode(200)
                .body("data[0].id", equalTo(id))
                .body("data[0].lastError", containsString("must be one mail address"));
        sql(database, "UPDATE alert_deliveries SET address = 'mended@acme.example' WHERE id = $1", UUID.fromString(id));
        admin().post("/api/alerts/deliveries/" + id + "/retry")
                .then()
                .statusCode(200)
                .body("status", equalTo("pending"));
        becomes(id, "delivered");

        admin().post("/api/alerts/deliveries/" + id + "/retry")
                .then()
                .statusCode(409)
                .body("code", equalTo("conflict"))
                .body("param", equalTo("id"));
        admin().post("/api/alerts/deliveries/" + UUID.randomUUID() + "/retry")
                .then()
                .statusCode(404)
                .body("param", equalTo("id"));
        admin().post("/api/alerts/deliveries/x/retry").then().statusCode(400).body("param", equalTo("id"));
    }

    @Test
    void pages_lead_through_every_alert_once() {
        String client = newClient();
        for (int i = 0; i < 5; i++) {
            raise(client, "t" + i);
        }
        List<String> seen = new ArrayList<>();
        String cursor = null;
        do {
            String path = "/api/alerts?limit=2&clientId=" + client + (cursor == null ? "" : "&cursor=" + cursor);
            Response page = admin().get(path);
            seen.addAll(page.path("data.type"));
            cursor = page.path("nextCursor");
        } while (cursor != null);

        assertThat(seen).containsExactlyInAnyOrder("t0", "t1", "t2", "t3", "t4");
    }
}
