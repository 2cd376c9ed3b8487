package dev.comporta.budget;

import static dev.comporta.Eventually.eventually;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import dev.comporta.alert.MailServer;
import dev.comporta.store.Database;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import jakarta.mail.MessagingException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A budget's owner gets mail")
@QuarkusTest
@WithTestResource(value = MailServer.class, scope = TestResourceScope.GLOBAL)
class BudgetMailTest {

    @Inject
    Database database;

    GreenMail smtp;

    @Test
    void once_for_each_threshold_however_often_is_looked() throws InterruptedException {
        BudgetRows rows = new BudgetRows(database);
        UUID client = rows.client();
        String address = client + "@example.com";
        admin().queryParam("clientId", client)
                .body("""
                        {"budgetType":"usd","budgetLimit":10,"budgetPeriod":"monthly","notificationEmail":"%s"}""".formatted(address))
                .post("/api/budget/config")
                .then()
                .statusCode(201);

        List<String> expected = new ArrayList<>();
        for (String part : List.of("80 %", "90 %", "used up")) {
            rows.use(BudgetRows.usage(client, Instant.now(), 1, expected.isEmpty() ? "8" : "1"));
            check();
            check();
            expected.add(part);
            eventually("mail about " + part, () -> subjects(address).size() >= expected.size());
        }
        check();

        assertThat(subjects(address)).hasSize(3);
        for (int i = 0; i < 3; i++) {
            assertThat(subjects(address).get(i)).contains(expected.get(i));
        }
    }

    private List<String> subjects(String address) {
        return Stream.of(smtp.getReceivedMessagesForDomain(address))
                .map(mail -> {
                    try {
                        return mail.getSubject();
                    } catch (MessagingException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
    }

    private static void check() {
        admin().post("/api/cron/check-budget-alerts").then().statusCode(200);
    }

    private static RequestSpecification admin() {
        return given().header(
                        "Authorization",
                        "Bearer " + ConfigProvider.getConfig().getValue("gateway.admin-key", String.class))
                .contentType(ContentType.JSON);
    }
}
