package dev.comporta.budget;

import dev.comporta.alert.Alert;
import dev.comporta.alert.Alerts;
import dev.comporta.alert.Recipient;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what was raised, as often as it was. */
final class HeardAlerts implements Alerts {

    record Heard(Alert alert, List<Recipient> to) {}

    final List<Heard> heard = new CopyOnWriteArrayList<>();

    /** The key of an alert that fails. */
    volatile String broken = "";

    @Override
    public Future<Boolean> raise(SqlClient sql, Alert alert, List<Recipient> to) {
        if (!broken.isEmpty() && alert.key().contains(broken)) {
            return Future.failedFuture("broken");
        }
        heard.add(new Heard(alert, to));
        return Future.succeededFuture(true);
    }

    List<String> keys() {
        return heard.stream().map(each -> each.alert().key()).toList();
    }
}
