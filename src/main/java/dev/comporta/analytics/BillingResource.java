package dev.comporta.analytics;

import dev.comporta.admin.Sql;
import dev.comporta.admin.VisibleClient;
import dev.comporta.store.Database;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.time.YearMonth;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What is to be billed for a month. */
@Path("/api/billing/summary")
@RolesAllowed({"admin", "client"})
public class BillingResource {

    private final Database database;
    private final VisibleClient visible;

    BillingResource(Database database, VisibleClient visible) {
        this.database = database;
        this.visible = visible;
    }

    /**
     * @param month such as {@code 2026-11}, in each client's own time zone
     * @param clientId only this client's
     */
    @GET
    public CompletionStage<BillingSummary> get(
            @QueryParam("month") @Nullable String month, @QueryParam("clientId") @Nullable String clientId) {
        UUID client = visible.narrow(Parameters.uuid("clientId", clientId));
        YearMonth asked = BillingSummary.month(month);
        return Sql.run(
                        database,
                        sql -> Scope.find(sql, client).compose(scope -> BillingSummary.run(sql, asked, client)))
                .toCompletionStage();
    }
}
