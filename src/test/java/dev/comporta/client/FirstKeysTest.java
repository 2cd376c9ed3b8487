package dev.comporta.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each test plants in an emptied database, inside a transaction that is rolled back. */
@QuarkusTest
class FirstKeysTest {

    private static final EnvironmentKeys NONE_GIVEN = new EnvironmentKeys(GivenKeys.NONE);
    private static final EnvironmentKeys ALL_GIVEN = new EnvironmentKeys(new GivenKeys(
            Optional.of("shared-key-by-environment"), Optional.of("admin-key-by-environment"), Optional.empty()));

    @Inject
    Database database;

    private SqlConnection connection;

    @BeforeEach
    void empty() {
        connection = Databases.await(database.pool().getConnection());
        Databases.await(connection.begin());
        run("DELETE FROM client_budgets");
        run("DELETE FROM policies");
        run("DELETE FROM gateway_keys");
        run("DELETE FROM clients");
    }

    @AfterEach
    void rollBack() {
        Databases.await(connection.transaction().rollback());
        Databases.await(connection.close());
    }

    @Test
    void the_first_start_makes_two_clients_and_three_keys_of_which_only_hashes_are_stored() {
        FirstKeys.Made made = start(NONE_GIVEN);

        assertThat(texts("SELECT slug || ' ' || name FROM clients"))
                .containsExactlyInAnyOrder("default Default", "demo Demo");
        assertThat(texts("SELECT kind || ' ' || gateway_keys.name || ' ' || coalesce(slug, '-') FROM gateway_keys"
                        + " LEFT JOIN clients ON clients.id = client_id"))
                .containsExactlyInAnyOrder("admin first -", "shared first -", "client demo demo");
        for (Optional<GatewayKey> key : List.of(made.adminKey(), made.sharedKey(), made.demoKey())) {
            assertThat(Databases.await(connection
                                    .preparedQuery(
                                            "SELECT 1 FROM gateway_keys WHERE key_hash = sha256($1::text::bytea)")
                                    .execute(Tuple.of(key.orElseThrow().secret().reveal())))
                            .size())
                    .isEqualTo(1);
        }
    }

    @Test
    void a_later_start_makes_nothing() {
        start(NONE_GIVEN);

        assertThat(start(NONE_GIVEN)).isEqualTo(FirstKeys.Made.NOTHING);
        assertThat(texts("SELECT name FROM gateway_keys")).hasSize(3);
        assertThat(texts("SELECT slug FROM clients")).hasSize(2);
    }

    @Test
    void keys_are_handed_over_once() {
        FirstKeys keys = new FirstKeys(NONE_GIVEN, Clock.systemUTC());
        Databases.await(keys.plant(connection));

        assertThat(keys.handOver().adminKey()).isPresent();
        assertThat(keys.handOver()).isEqualTo(FirstKeys.Made.NOTHING);
    }

    @Test
    void what_the_environment_gives_is_not_made() {
        FirstKeys.Made made = start(ALL_GIVEN);

        assertThat(made.adminKey()).isEmpty();
        assertThat(made.sharedKey()).isEmpty();
        assertThat(made.demoKey()).isPresent();
        assertThat(texts("SELECT kind FROM gateway_keys")).containsExactly("client");
    }

    @Test
    void what_an_administrator_removed_does_not_come_back() {
        start(NONE_GIVEN);
        run("UPDATE clients SET deleted_at = now() WHERE slug = 'demo'");
        run("UPDATE gateway_keys SET revoked_at = now() WHERE kind IN ('shared', 'client')");

        assertThat(start(NONE_GIVEN)).isEqualTo(FirstKeys.Made.NOTHING);
    }

    @Test
    void where_every_admin_key_is_dead_a_new_one_is_made() {
        start(NONE_GIVEN);
        run("UPDATE gateway_keys SET expires_at = now() - interval '1 hour' WHERE kind = 'admin'");

        FirstKeys.Made made = start(NONE_GIVEN);

        assertThat(made.adminKey()).isPresent();
        assertThat(made.sharedKey()).isEmpty();
        assertThat(made.demoKey()).isEmpty();
    }

    private FirstKeys.Made start(EnvironmentKeys environment) {
        FirstKeys keys = new FirstKeys(environment, Clock.systemUTC());
        Databases.await(keys.plant(connection));
        return keys.handOver();
    }

    private void run(String statement) {
        Databases.await(connection.query(statement).execute().compose(rows -> Future.succeededFuture()));
    }

    private List<String> texts(String query) {
        List<String> texts = new ArrayList<>();
        for (Row row : Databases.await(connection.query(query).execute())) {
            texts.add(row.getString(0));
        }
        return texts;
    }
}
