package dev.comporta.model;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.Future;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
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
    @Consumes(MediaType.WILDCARD)
    public CompletionStage<SyncReport> sync(
            @QueryParam("dryRun") @Nullable String dryRun, @Context UriInfo uri, @Valid @Nullable SyncRequest request) {
        boolean isDry = "true".equals(dryRun);
        // Whoever writes ?dryRun and no more does not mean that prices change.
        if (!isDry && !"false".equals(dryRun) && uri.getQueryParameters().containsKey("dryRun")) {
            throw new GatewayError(ErrorCode.INVALID_REQUEST, "dryRun must be true or false.", "dryRun");
        }
        if (!sync.isOn()) {
            throw new GatewayError(
                    ErrorCode.CONFLICT, "There is no source of prices: set GATEWAY_PRICE_SYNC_URL and start again.");
        }
        return sync.run(isDry, request == null ? SyncRequest.ALL : request)
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
