package dev.comporta.privacy;

import dev.comporta.core.Attribution;
import dev.comporta.core.Text;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code gateway_payloads}. It repeats whose words these are, so that they can be erased even where the usage
 * does not say it any more.
 *
 * @param createdAt that of the usage
 * @param request JSON text, redacted
 * @param response JSON text, redacted; null if nothing was answered
 */
record PayloadRow(
        UUID usageId,
        Instant createdAt,
        UUID clientId,
        Attribution attribution,
        String request,
        @Nullable String response) {

    static final String INSERT = """
            INSERT INTO gateway_payloads (
                usage_id, created_at, client_id, conversation_id, phone, user_id, request_payload, response_payload)
            VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8::text::jsonb)
            ON CONFLICT (usage_id, created_at) DO NOTHING
            """;

    private static final int LONGEST_TEXT = 500;

    Tuple tuple() {
        return Tuple.from(new @Nullable Object[] {
            usageId,
            createdAt.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC),
            clientId,
            storable(attribution.conversationId()),
            storable(attribution.phone()),
            storable(attribution.userId()),
            request,
            response
        });
    }

    private static @Nullable String storable(@Nullable String text) {
        return Text.storable(text, LONGEST_TEXT);
    }
}
