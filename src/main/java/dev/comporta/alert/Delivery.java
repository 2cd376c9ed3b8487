package dev.comporta.alert;

import dev.comporta.core.Secret;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One alert on its way to one recipient.
 *
 * @param id the same in every attempt, so that a recipient knows what it got before
 * @param attempts how many there were, with the one that is being made
 * @param giveUpAt after which no other is made
 */
record Delivery(
        UUID id,
        UUID alertId,
        Recipient.Channel channel,
        String address,
        @Nullable Secret secret,
        int attempts,
        Instant giveUpAt,
        String type,
        @Nullable UUID clientId,
        String subject,
        String text,
        JsonObject data,
        Instant raisedAt) {

    static Delivery of(Row row) {
        String secret = row.getString("secret");
        return new Delivery(
                row.getUUID("id"),
                row.getUUID("alert_id"),
                Recipient.Channel.of(row.getString("channel")),
                row.getString("address"),
                secret == null ? null : Secret.of(secret),
                row.getInteger("attempts"),
                row.getOffsetDateTime("give_up_at").toInstant(),
                row.getString("type"),
                row.getUUID("client_id"),
                row.getString("subject"),
                row.getString("text"),
                row.getJsonObject("data"),
                row.getOffsetDateTime("raised_at").toInstant());
    }
}
