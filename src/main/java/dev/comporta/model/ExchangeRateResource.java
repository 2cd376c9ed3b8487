package dev.comporta.model;

import dev.comporta.admin.Sql;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.store.Database;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.Future;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.concurrent.CompletionStage;

/** The exchange rates. Reads come from memory; a write is answered once this replica has taken it up. */
@Path("/api/exchange-rates")
@NonBlocking
public class ExchangeRateResource {

    private static final int DAYS_SHOWN = 90;
    private static final LocalDate EARLIEST = LocalDate.of(2000, 1, 1);

    private final Database database;
    private final ExchangeRates rates;
    private final Clock clock;

    ExchangeRateResource(Database database, ExchangeRates rates, Clock clock) {
        this.database = database;
        this.rates = rates;
        this.clock = clock;
    }

    @GET
    @RolesAllowed({"admin", "client"})
    public ExchangeRatePage list() {
        return new ExchangeRatePage(rates.current(), rates.since(rates.today().minusDays(DAYS_SHOWN - 1)), null);
    }

    /**
     * Fixes the rates of a day, whatever was there. They are then {@code manual}, and no source overwrites them; usage
     * that was priced already keeps its rates.
     */
    @PUT
    @Path("/{date}")
    @RolesAllowed("admin")
    public CompletionStage<StoredExchangeRate> put(
            @PathParam("date") String date, @Valid @NotNull SetExchangeRate body) {
        StoredExchangeRate rate = new StoredExchangeRate(
                day(date),
                Decimals.plain(body.usdToEur()),
                Decimals.plain(body.usdToBrl()),
                StoredExchangeRate.MANUAL,
                clock.instant());
        return Sql.run(database, pool -> ExchangeRateTable.put(pool, rate))
                .compose(this::takeUp)
                .map(written -> rate)
                .toCompletionStage();
    }

    /** Removes the rates of a day; those of today are then asked for again. */
    @DELETE
    @Path("/{date}")
    @RolesAllowed("admin")
    public CompletionStage<Void> delete(@PathParam("date") String date) {
        LocalDate day = day(date);
        return Sql.run(database, pool -> ExchangeRateTable.delete(pool, day))
                .compose(found -> found ? Future.<Void>succeededFuture() : Future.failedFuture(notFound(day)))
                .compose(this::takeUp)
                .toCompletionStage();
    }

    /** The row is written, so the answer is good even if the database went away since; a later reload catches up. */
    private Future<Void> takeUp(Void written) {
        return rates.reload().otherwiseEmpty();
    }

    private LocalDate day(String text) {
        LocalDate latest = rates.today().plusDays(ExchangeRates.DAYS_AHEAD);
        try {
            LocalDate day = LocalDate.parse(text);
            if (!day.isBefore(EARLIEST) && !day.isAfter(latest)) {
                return day;
            }
        } catch (DateTimeException e) {
            // Told below.
        }
        throw new GatewayError(
                ErrorCode.INVALID_REQUEST,
                "date must be a day such as 2026-11-20, from %s to %s.".formatted(EARLIEST, latest),
                "date");
    }

    private static GatewayError notFound(LocalDate day) {
        return new GatewayError(ErrorCode.NOT_FOUND, "There are no rates of %s.".formatted(day), "date");
    }
}
