package dev.comporta.usage;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import dev.comporta.core.Attribution;
import dev.comporta.core.Call;
import dev.comporta.core.Caller;
import dev.comporta.core.Target;
import dev.comporta.core.Text;
import dev.comporta.model.Cost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code gateway_usage_logs} as JSON, in two parts: what is known when a call begins, written once, and what
 * is known when it ends. Put together they are one object whose names are the table's columns.
 */
final class UsageRow {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();
    private static final int LONGEST_TEXT = 500;

    private UsageRow() {}

    /** The first part: who asked for what. Not closed. */
    static byte[] head(
            Call call,
            Caller caller,
            Attribution attribution,
            boolean direct,
            boolean streamed,
            @Nullable String requestedModel,
            @Nullable Target target,
            @Nullable UUID registryRow) {
        return write(json -> {
            json.writeStringField("id", call.id().toString());
            json.writeStringField(
                    "created_at",
                    call.receivedAt().truncatedTo(ChronoUnit.MICROS).toString());
            json.writeStringField("request_id", call.id().toString());
            json.writeStringField("client_id", caller.clientId().toString());
            text(json, "gateway_key_id", caller.keyId());
            text(json, "conversation_id", attribution.conversationId());
            text(json, "phone", attribution.phone());
            text(json, "user_id", attribution.userId());
            text(json, "team_id", attribution.teamId());
            text(json, "project_id", attribution.projectId());
            text(json, "app_id", attribution.appId());
            text(json, "task_type", attribution.taskType());
            text(json, "endpoint", call.endpoint());
            json.writeStringField("method", call.method());
            json.writeStringField("api_type", call.apiType().word());
            json.writeBooleanField("streamed", streamed);
            json.writeBooleanField("was_direct", direct);
            text(json, "requested_model", requestedModel);
            text(json, "model_registry_id", registryRow);
            if (target != null) {
                text(json, "provider", target.provider());
                text(json, "model_name", target.model());
            }
            if (attribution.metadata() != null) {
                json.writeFieldName("metadata");
                json.writeRawValue(attribution.metadata());
            }
        });
    }

    /** The second part: what came of it. Continues and closes the object. */
    static byte[] tail(Outcome outcome, long latencyMillis, long firstTokenMillis, @Nullable Cost cost) {
        byte[] object = write(json -> {
            json.writeNumberField("input_tokens", outcome.tokens().inputTokens());
            json.writeNumberField("cached_tokens", outcome.tokens().cachedTokens());
            json.writeNumberField("cache_write_tokens", outcome.tokens().cacheWriteTokens());
            json.writeNumberField("output_tokens", outcome.tokens().outputTokens());
            json.writeNumberField("reasoning_tokens", outcome.tokens().reasoningTokens());
            json.writeStringField("usage_source", outcome.source().word());
            json.writeNumberField("latency_ms", latencyMillis);
            if (firstTokenMillis >= 0) {
                json.writeNumberField("time_to_first_token_ms", firstTokenMillis);
            }
            if (cost != null) {
                json.writeNumberField("cost_usd", cost.usd());
                json.writeNumberField("cost_eur", cost.eur());
                json.writeNumberField("cost_brl", cost.brl());
                json.writeNumberField("usd_to_eur_rate", cost.rate().usdToEur());
                json.writeNumberField("usd_to_brl_rate", cost.rate().usdToBrl());
                json.writeStringField("exchange_rate_date", cost.rate().date().toString());
                json.writeStringField("exchange_rate_source", cost.rate().source());
            }
            json.writeStringField("status", outcome.status().word());
            json.writeNumberField("status_code", outcome.statusCode());
            if (outcome.errorCode() != null || outcome.errorMessage() != null) {
                json.writeObjectFieldStart("error_details");
                text(json, "code", outcome.errorCode());
                text(json, "message", outcome.errorMessage());
                json.writeEndObject();
            }
            json.writeEndObject();
        });
        object[0] = ',';
        return object;
    }

    private static void text(JsonGenerator json, String column, @Nullable Object value) throws IOException {
        if (value != null) {
            json.writeStringField(column, Text.storable(value.toString(), LONGEST_TEXT));
        }
    }

    private static byte[] write(Fields fields) {
        try (ByteArrayBuilder bytes = new ByteArrayBuilder(512)) {
            JsonGenerator json = FACTORY.createGenerator(bytes);
            json.writeStartObject();
            fields.write(json);
            json.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }
}
