package dev.comporta.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.comporta.admin.Sql;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.store.Database;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes prices over from the source. What a dry run reports and what is then written is one computation; done again it
 * changes nothing. Thread-safe; replicas wait for one another.
 */
@Singleton
class PriceSync {

    private static final String ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('comporta_price_sync'))";

    /** No edit, and no seed either, as the triggers see it until the transaction ends. */
    private static final String NOT_AN_EDIT =
            "SELECT set_config('comporta.refreshing', 'on', true), set_config('comporta.price_sync', 'on', true)";

    private static final String UPDATE = """
            UPDATE ai_models_registry AS model
            SET input_price_per_million = given."inputPricePerMillion",
                output_price_per_million = given."outputPricePerMillion",
                cached_input_price_per_million = given."cachedInputPricePerMillion",
                cache_write_price_per_million = given."cacheWritePricePerMillion",
                reasoning_price_per_million = given."reasoningPricePerMillion",
                price_tiers = given."priceTiers", unit_prices = given."unitPrices",
                price_source = $2, price_verified_at = $3
            FROM jsonb_to_recordset($1::text::jsonb) AS given (
                id uuid, "inputPricePerMillion" numeric, "outputPricePerMillion" numeric,
                "cachedInputPricePerMillion" numeric, "cacheWritePricePerMillion" numeric,
                "reasoningPricePerMillion" numeric, "priceTiers" jsonb, "unitPrices" jsonb)
            WHERE model.id = given.id AND NOT model.is_edited
            """;

    private static final String INSERT =
            "INSERT INTO ai_models_registry (%s) SELECT %s FROM (%s) AS given ON CONFLICT DO NOTHING"
                    .formatted(ModelRows.COLUMNS, ModelRows.COLUMNS, ModelRows.GIVEN);

    /** A document that was read on a worker thread. */
    private record Document(String digest, Map<String, OfferedModel> offers) {}

    private final Vertx vertx;
    private final PriceSource source;
    private final PriceSyncConfig config;
    private final ModelRows rows;
    private final ModelRegistry registry;
    private final Database database;
    private final ObjectMapper json;
    private final Clock clock;

    PriceSync(
            Vertx vertx,
            PriceSource source,
            PriceSyncConfig config,
            ModelRows rows,
            ModelRegistry registry,
            Database database,
            ObjectMapper json,
            Clock clock) {
        this.vertx = vertx;
        this.source = source;
        this.config = config;
        this.rows = rows;
        this.registry = registry;
        this.database = database;
        this.json = json;
        this.clock = clock;
    }

    /** Whether there is a source. */
    boolean isOn() {
        return source.isSet();
    }

    /**
     * Completes when the changes can be read in the registry of this replica. Fails with {@link PriceSourceFailure}
     * where the source gives nothing to go by, with {@link GatewayError} where the request or the database is the
     * reason.
     */
    Future<SyncReport> run(boolean dryRun, SyncRequest request) {
        return source.fetch()
                .compose(bytes -> vertx.executeBlocking(() -> read(bytes), false))
                .compose(document -> {
                    if (request.digest() != null && !request.digest().equals(document.digest())) {
                        return Future.failedFuture(new GatewayError(
                                ErrorCode.CONFLICT,
                                "The source has another document by now: look at it anew.",
                                "digest"));
                    }
                    return dryRun
                            ? Sql.run(database, rows::load)
                                    .map(models -> report(document, diff(models, document, request), true))
                            : Sql.run(database, pool -> pool.withTransaction(sql -> apply(sql, document, request)))
                                    .compose(report ->
                                            registry.reload().otherwiseEmpty().map(report));
                });
    }

    private Document read(byte[] bytes) {
        try {
            String digest = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            return new Document(digest, PriceDocument.read(bytes, config.format()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private Future<SyncReport> apply(SqlConnection sql, Document document, SyncRequest request) {
        return sql.query(ONE_AT_A_TIME)
                .execute()
                .compose(locked -> rows.lock(sql))
                .compose(models -> {
                    PriceDiff diff = diff(models, document, request);
                    return write(sql, diff).map(written -> report(document, diff, false));
                });
    }

    private PriceDiff diff(List<Model> models, Document document, SyncRequest request) {
        Set<String> approved = request.models() == null ? null : new HashSet<>(request.models());
        if (approved != null) {
            refuseStrangers(approved, models, document);
        }
        return new PriceDiff(models, document.offers(), approved, config.addModels());
    }

    private static void refuseStrangers(Set<String> named, List<Model> models, Document document) {
        Set<String> known = new HashSet<>(document.offers().keySet());
        models.stream().filter(model -> !model.isAlias()).forEach(model -> known.add(model.identifier()));
        if (!known.containsAll(named)) {
            throw new GatewayError(
                    ErrorCode.INVALID_REQUEST,
                    "models must name models of the registry or of the source, as provider/model.",
                    "models");
        }
    }

    /** Looks first: a statement is announced to all replicas even when it changes nothing. */
    private Future<Void> write(SqlConnection sql, PriceDiff diff) {
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        Future<?> writing = sql.query(NOT_AN_EDIT).execute();
        if (!diff.newPrices().isEmpty()) {
            Tuple changes = Tuple.of(text(updates(diff.newPrices())), source.name(), today);
            writing = writing.compose(set -> sql.preparedQuery(UPDATE).execute(changes));
        }
        if (!diff.newModels().isEmpty()) {
            List<SetModel> models =
                    diff.newModels().stream().map(offer -> row(offer, today)).toList();
            writing = writing.compose(set -> sql.preparedQuery(INSERT).execute(Tuple.of(text(models))));
        }
        return writing.mapEmpty();
    }

    private static List<Map<String, @Nullable Object>> updates(Map<Model, Prices> newPrices) {
        List<Map<String, @Nullable Object>> updates = new ArrayList<>();
        newPrices.forEach((model, prices) -> {
            Map<String, @Nullable Object> update = new LinkedHashMap<>();
            update.put("id", model.id());
            update.put(PriceFields.INPUT, prices.input());
            update.put(PriceFields.OUTPUT, prices.output());
            update.put(PriceFields.CACHED_INPUT, prices.cachedInput());
            update.put(PriceFields.CACHE_WRITE, prices.cacheWrite());
            update.put(PriceFields.REASONING, prices.reasoning());
            update.put("priceTiers", prices.tiers());
            update.put("unitPrices", prices.units());
            updates.add(update);
        });
        return updates;
    }

    private SetModel row(OfferedModel offer, LocalDate today) {
        Prices prices = PriceFields.prices(offer.prices());
        return new SetModel(
                offer.provider(),
                offer.name(),
                null,
                null,
                offer.capabilities(),
                offer.contextWindow(),
                offer.maxOutputTokens(),
                prices.input(),
                prices.output(),
                prices.cachedInput(),
                prices.cacheWrite(),
                prices.reasoning(),
                prices.tiers(),
                prices.units(),
                source.name(),
                today,
                null,
                null,
                null,
                null);
    }

    private String text(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private SyncReport report(Document document, PriceDiff diff, boolean dryRun) {
        return new SyncReport(
                source.name(),
                document.digest(),
                dryRun,
                diff.changed(),
                diff.added(),
                diff.addedOmitted(),
                diff.unknown(),
                diff.skippedEdited());
    }
}
