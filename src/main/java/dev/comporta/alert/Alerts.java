package dev.comporta.alert;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import java.util.List;

/** Takes alerts and sees that they arrive. Thread-safe. */
public interface Alerts {

    /**
     * Raises an alert, unless one with its key has been raised before. It is sent once the transaction is committed.
     *
     * @param sql the transaction in which the reason of the alert is written down
     * @param to where it goes; it is remembered as raised even if that is nowhere
     * @return whether it is new
     */
    Future<Boolean> raise(SqlClient sql, Alert alert, List<Recipient> to);
}
