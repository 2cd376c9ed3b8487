package dev.comporta.admin;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.store.Database;
import io.vertx.core.Future;
import io.vertx.core.VertxException;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.util.function.Function;

/** Runs statements for the admin API, and tells their failures in the caller's words. */
public final class Sql {

    private static final String UNIQUE_VIOLATION = "23505";

    private Sql() {}

    /** @return fails with a {@link GatewayError} where the database is away or a value is taken */
    public static <T> Future<T> run(Database database, Function<Pool, Future<T>> work) {
        if (!database.opened().succeeded()) {
            return Future.failedFuture(away());
        }
        return work.apply(database.pool()).recover(failure -> Future.failedFuture(explain(failure)));
    }

    private static Throwable explain(Throwable failure) {
        if (failure instanceof PgException refused && UNIQUE_VIOLATION.equals(refused.getSqlState())) {
            return new GatewayError(ErrorCode.CONFLICT, "Another row has this value already: choose another one.");
        }
        return isAway(failure) ? away() : failure;
    }

    private static boolean isAway(Throwable failure) {
        return failure instanceof PgException refused
                ? refused.getSqlState().startsWith("08")
                        || refused.getSqlState().startsWith("57P")
                : failure instanceof IOException || failure instanceof VertxException;
    }

    private static GatewayError away() {
        return new GatewayError(
                ErrorCode.ACCOUNTING_UNAVAILABLE, "The gateway does not reach its database; try again in a moment.");
    }
}
