package dev.comporta.store;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;

/**
 * Rows that a room wants to exist before the first call. Planted at every start, after the migrations, in one
 * transaction that only one replica runs at a time: must leave alone what is there already.
 */
public interface Seed {

    Future<Void> plant(SqlConnection connection);
}
