package dev.comporta.model;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.Future;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The price sync by hand: look first, then apply, or apply what was approved. */
@Path("/api/ai-gateway/models/sync")
@RolesAllowed("admin")
@NonBlocking
public class PriceSyncResource {

    private final PriceSync sync;

    PriceSyncResource(PriceSync sync) {
        this.sync = sync;
    }

    /** @param dryRun {@code true} changes nothing and reports what would */
    @POST
    public CompletionStage<SyncReport> sync(
            @QueryParam("dryRun") @DefaultValue("false") String dryRun, @Valid @Nullable SyncRequest request) {
        if (!dryRun.equals("true") && !dryRun.equals("false")) {
            throw new GatewayError(ErrorCode.INVALID_REQUEST, "dryRun must be true or false.", "dryRun");
        }
        if (!sync.isOn()) {
            throw new GatewayError(
                    ErrorCode.CONFLICT, "There is no source of prices: set GATEWAY_PRICE_SYNC_URL and start again.");
        }
        return sync.run(dryRun.equals("true"), request == null ? SyncRequest.ALL : request)
                .recover(failure -> Future.failedFuture(explain(failure)))
                .toCompletionStage();
    }

    private static Throwable explain(Throwable failure) {
        return failure instanceof PriceSourceFailure away
                ? new GatewayError(
                        away.wasReached() ? ErrorCode.PROVIDER_FAILED : ErrorCode.PROVIDER_UNREACHABLE,
                        away.getMessage() + "; no price was changed.")
                : failure;
    }
}
