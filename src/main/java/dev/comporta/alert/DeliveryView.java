package dev.comporta.alert;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A delivery as the admin API tells it, without its secret.
 *
 * @param address of a webhook only the host: in many services path and query are a secret
 * @param nextAttemptAt null once it is delivered or given up
 */
@RegisterForReflection
record DeliveryView(
        UUID id,
        UUID alertId,
        String type,
        @Nullable UUID clientId,
        String channel,
        String address,
        String status,
        int attempts,
        @Nullable Instant nextAttemptAt,
        @Nullable String lastError,
        @Nullable Instant deliveredAt,
        Instant createdAt) {

    static DeliveryView of(Row row) {
        Recipient.Channel channel = Recipient.Channel.of(row.getString("channel"));
        String status = row.getString("status");
        return new DeliveryView(
                row.getUUID("id"),
                row.getUUID("alert_id"),
                row.getString("type"),
                row.getUUID("client_id"),
                channel.word(),
                shown(channel, row.getString("address")),
                status,
                row.getInteger("attempts"),
                status.equals("pending")
                        ? row.getOffsetDateTime("next_attempt_at").toInstant()
                        : null,
                row.getString("last_error"),
                Optional.ofNullable(row.getOffsetDateTime("delivered_at"))
                        .map(OffsetDateTime::toInstant)
                        .orElse(null),
                row.getOffsetDateTime("created_at").toInstant());
    }

    private static String shown(Recipient.Channel channel, String address) {
        if (channel == Recipient.Channel.EMAIL) {
            return address;
        }
        WebhookUrl url = WebhookUrl.parse(address);
        return url == null ? "…" : url.shown();
    }
}
