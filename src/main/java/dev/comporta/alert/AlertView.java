package dev.comporta.alert;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.core.json.Json;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An alert as the admin API tells it. */
@RegisterForReflection
record AlertView(
        UUID id,
        String alertKey,
        String type,
        @Nullable UUID clientId,
        String subject,
        String text,
        @JsonRawValue String data,
        Instant raisedAt) {

    static AlertView of(Row row) {
        return new AlertView(
                row.getUUID("id"),
                row.getString("alert_key"),
                row.getString("type"),
                row.getUUID("client_id"),
                row.getString("subject"),
                row.getString("text"),
                Json.encode(row.getValue("data")),
                row.getOffsetDateTime("raised_at").toInstant());
    }
}
