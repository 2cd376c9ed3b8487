package dev.comporta.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The table {@code ai_models_registry}. Rows go in as JSON in the form of the API, which PostgreSQL itself takes apart:
 * so one form serves seed data and requests, and no price passes through a floating-point number.
 */
@Singleton
class ModelRows {

    static final String TABLE = "ai_models_registry";

    /** The columns that {@link #GIVEN} fills. */
    static final String COLUMNS = """
            provider, model_name, gateway_identifier, aliases, fallback_chain, capabilities, context_window, \
            max_output_tokens, input_price_per_million, output_price_per_million, cached_input_price_per_million, \
            cache_write_price_per_million, reasoning_price_per_million, price_tiers, unit_prices, price_source, \
            price_verified_at, status, deprecation_date, is_active, description""";

    /** A query that makes rows of a JSON array, its parameter $1. */
    static final String GIVEN = """
            SELECT provider, "modelName" AS model_name,
                   CASE provider WHEN 'alias' THEN "modelName" ELSE provider || '/' || "modelName" END
                       AS gateway_identifier,
                   coalesce(aliases, '{}') AS aliases,
                   "fallbackChain" AS fallback_chain,
                   coalesce(capabilities, '{}') AS capabilities,
                   "contextWindow" AS context_window,
                   "maxOutputTokens" AS max_output_tokens,
                   "inputPricePerMillion" AS input_price_per_million,
                   "outputPricePerMillion" AS output_price_per_million,
                   "cachedInputPricePerMillion" AS cached_input_price_per_million,
                   "cacheWritePricePerMillion" AS cache_write_price_per_million,
                   "reasoningPricePerMillion" AS reasoning_price_per_million,
                   coalesce("priceTiers", '[]') AS price_tiers,
                   coalesce("unitPrices", '{}') AS unit_prices,
                   "priceSource" AS price_source,
                   "priceVerifiedAt" AS price_verified_at,
                   coalesce(status, 'active') AS status,
                   "deprecationDate" AS deprecation_date,
                   coalesce("isActive", status IS DISTINCT FROM 'retired') AS is_active,
                   description
            FROM jsonb_to_recordset($1::text::jsonb) AS given (
                provider text, "modelName" text, aliases text[], "fallbackChain" jsonb, capabilities jsonb,
                "contextWindow" integer, "maxOutputTokens" integer,
                "inputPricePerMillion" numeric, "outputPricePerMillion" numeric,
                "cachedInputPricePerMillion" numeric, "cacheWritePricePerMillion" numeric,
                "reasoningPricePerMillion" numeric, "priceTiers" jsonb, "unitPrices" jsonb,
                "priceSource" text, "priceVerifiedAt" date, status text, "deprecationDate" date,
                "isActive" boolean, description text)
            """;

    /** What {@link RowReader} reads; JSON as text, because the driver would make floating-point numbers of prices. */
    private static final String SELECTED = "id, is_edited, created_at, updated_at, "
            + COLUMNS.replaceAll("fallback_chain|capabilities|price_tiers|unit_prices", "$0::text AS $0");

    private final ObjectMapper json;
    private final RowReader reader;

    ModelRows(ObjectMapper json) {
        this.json = json;
        reader = new RowReader(json);
    }

    Future<List<Model>> load(SqlClient client) {
        return client.query("SELECT %s FROM %s".formatted(SELECTED, TABLE))
                .execute()
                .map(this::readAll);
    }

    /** All rows, locked until the transaction ends. */
    Future<List<Model>> lock(SqlClient transaction) {
        return transaction
                .query("SELECT %s FROM %s ORDER BY id FOR UPDATE".formatted(SELECTED, TABLE))
                .execute()
                .map(this::readAll);
    }

    Future<Model> insert(SqlClient client, SetModel model) {
        return client.preparedQuery("INSERT INTO %s (%s, is_edited) SELECT %s, true FROM (%s) AS given RETURNING %s"
                        .formatted(TABLE, COLUMNS, COLUMNS, GIVEN, SELECTED))
                .execute(Tuple.of(write(model)))
                .map(rows -> reader.read(rows.iterator().next()));
    }

    /** Empty if there is no such row. */
    Future<Optional<Model>> update(SqlClient client, UUID id, SetModel model) {
        return client.preparedQuery(
                        "UPDATE %s SET (%s, is_edited) = (SELECT %s, true FROM (%s) AS given) WHERE id = $2 RETURNING %s"
                                .formatted(TABLE, COLUMNS, COLUMNS, GIVEN, SELECTED))
                .execute(Tuple.of(write(model), id))
                .map(this::first);
    }

    /** Empty if there is no such row. */
    Future<Optional<Model>> switchOff(SqlClient client, UUID id) {
        return client.preparedQuery("UPDATE %s SET is_active = false, is_edited = true WHERE id = $1 RETURNING %s"
                        .formatted(TABLE, SELECTED))
                .execute(Tuple.of(id))
                .map(this::first);
    }

    private Optional<Model> first(RowSet<Row> rows) {
        return rows.size() == 0
                ? Optional.empty()
                : Optional.of(reader.read(rows.iterator().next()));
    }

    private String write(SetModel model) {
        try {
            return json.writeValueAsString(List.of(model));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private List<Model> readAll(RowSet<Row> rows) {
        List<Model> models = new ArrayList<>(rows.size());
        rows.forEach(row -> models.add(reader.read(row)));
        return models;
    }
}
