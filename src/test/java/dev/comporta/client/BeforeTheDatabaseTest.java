package dev.comporta.client;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.hamcrest.Matchers.equalTo;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.store.Databases;
import io.quarkus.security.identity.SecurityIdentity;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** While the database was never reached nobody is told that a key is wrong: it may well be right. */
class BeforeTheDatabaseTest {

    private static final String ADMIN = "the-admin-key-of-the-environment";

    private final Vertx vertx = Vertx.vertx();
    private ClientDirectory directory;
    private HttpServer server;

    @BeforeEach
    void start(@TempDir Path data) throws Exception {
        directory = new ClientDirectory(
                Databases.unopened(vertx, data), new EnvironmentKeys(GivenKeys.admin(ADMIN)), Clock.systemUTC(), vertx);
        AdminAuthentication authentication = new AdminAuthentication(directory);
        Router router = Router.router(vertx);
        router.route().handler(context -> answer(authentication, context));
        server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0)
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    private static void answer(AdminAuthentication authentication, RoutingContext context) {
        authentication.authenticate(context, null).subscribe().with((@Nullable SecurityIdentity identity) -> {
            if (identity == null) {
                authentication.sendChallenge(context).subscribe().with(sent -> {});
            } else {
                context.end(String.join(",", identity.getRoles()));
            }
        });
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void a_call_is_asked_to_come_again_whatever_it_presents() {
        for (String presented :
                new String[] {"Bearer " + GatewayKey.generate().secret().reveal(), "Bearer x", ""}) {
            MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("Authorization", presented);

            assertThat(catchThrowableOfType(GatewayError.class, () -> directory.authenticate(headers))
                            .code())
                    .isEqualTo(ErrorCode.ACCOUNTING_UNAVAILABLE);
        }
    }

    @Test
    void a_stored_key_may_be_right_so_the_admin_api_answers_503() {
        given().port(server.actualPort())
                .header(
                        "Authorization",
                        "Bearer " + GatewayKey.generate().secret().reveal())
                .get("/api/clients")
                .then()
                .statusCode(503)
                .contentType("application/problem+json")
                .body("code", equalTo("accounting_unavailable"));
    }

    @Test
    void the_admin_key_of_the_environment_needs_no_database() {
        given().port(server.actualPort())
                .header("Authorization", "Bearer " + ADMIN)
                .get("/api/clients")
                .then()
                .statusCode(200)
                .body(equalTo("admin"));
    }

    @Test
    void who_presents_nothing_is_told_so_at_once() {
        given().port(server.actualPort())
                .get("/api/clients")
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", "Bearer");
    }

    @Test
    void there_is_nothing_to_flush_yet() throws Exception {
        directory.flush().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
