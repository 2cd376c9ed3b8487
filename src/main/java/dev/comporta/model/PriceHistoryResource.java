package dev.comporta.model;

import dev.comporta.admin.Sql;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Page;
import dev.comporta.store.Database;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What a model has cost, newest first. A trigger keeps it, so that it knows of every change, plain SQL included. */
@Path("/api/ai-gateway/models/{id}/prices")
@RolesAllowed("admin")
@NonBlocking
public class PriceHistoryResource {

    /** JSON as text, because the driver would make floating-point numbers of prices. */
    private static final String PAGE = """
            SELECT gateway_identifier, valid_from, valid_to, input_price_per_million, output_price_per_million,
                cached_input_price_per_million, cache_write_price_per_million, reasoning_price_per_million,
                price_tiers::text AS price_tiers, unit_prices::text AS unit_prices, source, changed_by
            FROM model_prices
            WHERE model_registry_id = $1 AND ($2::timestamptz IS NULL OR valid_from < $2)
            ORDER BY valid_from DESC LIMIT $3
            """;

    private final ModelRegistry registry;
    private final Database database;

    PriceHistoryResource(ModelRegistry registry, Database database) {
        this.registry = registry;
        this.database = database;
    }

    @GET
    public CompletionStage<Page<PastPrice>> list(
            @PathParam("id") String id,
            @QueryParam("limit") @DefaultValue("50") @Min(1) @Max(Page.MOST) int limit,
            @QueryParam("cursor") @Nullable String cursor) {
        UUID model = parse(id);
        Tuple parameters = Tuple.of(model, before(cursor), limit + 1);
        return Sql.run(database, pool -> pool.preparedQuery(PAGE).execute(parameters))
                .compose(rows ->
                        rows.size() == 0 && cursor == null && registry.find(id).isEmpty()
                                ? Future.failedFuture(notFound())
                                : Future.succeededFuture(read(rows)))
                .map(prices -> Page.of(prices, limit, price -> price.validFrom().toString()))
                .toCompletionStage();
    }

    private static List<PastPrice> read(RowSet<Row> rows) {
        List<PastPrice> prices = new ArrayList<>(rows.size());
        for (Row row : rows) {
            OffsetDateTime validTo = row.getOffsetDateTime("valid_to");
            prices.add(new PastPrice(
                    row.getString("gateway_identifier"),
                    row.getOffsetDateTime("valid_from").toInstant(),
                    validTo == null ? null : validTo.toInstant(),
                    price(row, "input_price_per_million"),
                    price(row, "output_price_per_million"),
                    price(row, "cached_input_price_per_million"),
                    price(row, "cache_write_price_per_million"),
                    price(row, "reasoning_price_per_million"),
                    row.getString("price_tiers"),
                    row.getString("unit_prices"),
                    row.getString("source"),
                    row.getString("changed_by")));
        }
        return prices;
    }

    private static @Nullable BigDecimal price(Row row, String column) {
        BigDecimal price = row.getBigDecimal(column);
        return price == null ? null : Decimals.plain(price);
    }

    private static UUID parse(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw new GatewayError(ErrorCode.INVALID_REQUEST, "id must be the UUID of a model.", "id");
        }
    }

    private static @Nullable OffsetDateTime before(@Nullable String cursor) {
        try {
            return cursor == null ? null : OffsetDateTime.parse(cursor);
        } catch (DateTimeException e) {
            throw new GatewayError(
                    ErrorCode.INVALID_REQUEST, "Pass nextCursor of the page before as cursor, unchanged.", "cursor");
        }
    }

    private static GatewayError notFound() {
        return new GatewayError(ErrorCode.NOT_FOUND, "There is no model with this id.", "id");
    }
}
