package dev.comporta.model;

import dev.comporta.store.Seed;
import io.quarkus.runtime.annotations.RegisterResources;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jboss.logging.Logger;

/**
 * The models that come with a release. A new release refreshes the rows that no operator has changed, and leaves the
 * others alone; what a price sync has found out since, it keeps.
 */
@Singleton
@RegisterResources(globs = "models/registry.json")
class ModelSeed implements Seed {

    private static final String PRICES =
            "\\b\\w+_per_million\\b|\\bprice_tiers\\b|\\bunit_prices\\b|\\bprice_source\\b|\\bprice_verified_at\\b";

    /** The rows of the release, but with the prices of a sync that looked no earlier than the release did. */
    private static final String RELEASED = """
            SELECT %s FROM (%s) AS release LEFT JOIN ai_models_registry AS synced
                ON synced.provider = release.provider AND synced.model_name = release.model_name
                AND synced.price_verified_at >= release.price_verified_at
                AND EXISTS (SELECT FROM model_prices AS price WHERE price.model_registry_id = synced.id
                            AND price.valid_to IS NULL AND price.changed_by = 'sync')""".formatted(
                    columnsOf("release")
                            .replaceAll(
                                    "release\\.(" + PRICES + ")",
                                    "CASE WHEN synced.id IS NULL THEN $0 ELSE synced.$1 END AS $1"),
                    ModelRows.GIVEN);

    /** Rows to be added, or refreshed because they are neither edited nor up to date. */
    private static final String OUTDATED = """
            SELECT given.* FROM (%s) AS given LEFT JOIN ai_models_registry AS present USING (provider, model_name)
            WHERE CASE WHEN present.id IS NULL
                       THEN NOT EXISTS (SELECT FROM ai_models_registry AS other
                                        WHERE other.gateway_identifier = given.gateway_identifier)
                       ELSE NOT present.is_edited AND (%s) IS DISTINCT FROM (%s)
                  END""".formatted(RELEASED, columnsOf("present"), columnsOf("given"));

    private static final String COUNT = "SELECT count(*) FROM (%s) AS outdated".formatted(OUTDATED);

    private static final String PLANT =
            """
            INSERT INTO ai_models_registry (%s) SELECT %s FROM (%s) AS outdated
            ON CONFLICT (provider, model_name) DO UPDATE SET (%s) = ROW (%s) WHERE NOT ai_models_registry.is_edited""".formatted(ModelRows.COLUMNS, ModelRows.COLUMNS, OUTDATED, ModelRows.COLUMNS, columnsOf("EXCLUDED"));

    /** Tells the trigger that marks rows as edited that nobody is editing; until the transaction ends. */
    private static final String NOT_AN_EDIT = "SELECT set_config('comporta.refreshing', 'on', true)";

    private static final Logger LOG = Logger.getLogger(ModelSeed.class);

    /** Looks first: an INSERT is announced to all replicas even when it inserts nothing. */
    @Override
    public Future<Void> plant(SqlConnection connection) {
        Tuple models = Tuple.of(read());
        return connection.preparedQuery(COUNT).execute(models).compose(counted -> {
            long outdated = counted.iterator().next().getLong(0);
            if (outdated == 0) {
                return Future.succeededFuture();
            }
            LOG.infof("Adding or refreshing %d models", outdated);
            return connection
                    .query(NOT_AN_EDIT)
                    .execute()
                    .compose(set -> connection.preparedQuery(PLANT).execute(models))
                    .mapEmpty();
        });
    }

    private static String read() {
        try (InputStream models = ModelSeed.class.getResourceAsStream("/models/registry.json")) {
            if (models == null) {
                throw new IllegalStateException("models/registry.json is missing");
            }
            return new String(models.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String columnsOf(String table) {
        return ModelRows.COLUMNS.replaceAll("\\w+", table + ".$0");
    }
}
