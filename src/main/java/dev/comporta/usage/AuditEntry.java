package dev.comporta.usage;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.sqlclient.Row;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A row of {@code gateway_usage_logs}, its columns in camel case. */
@RegisterForReflection
record AuditEntry(
        UUID id,
        Instant createdAt,
        String requestId,
        UUID clientId,
        @Nullable UUID gatewayKeyId,
        @Nullable String conversationId,
        @Nullable String phone,
        @Nullable String userId,
        @Nullable String teamId,
        @Nullable String projectId,
        @Nullable String appId,
        @Nullable String taskType,
        String endpoint,
        String method,
        String apiType,
        boolean streamed,
        @Nullable String requestedModel,
        @Nullable UUID modelRegistryId,
        @Nullable String provider,
        @Nullable String modelName,
        long inputTokens,
        long cachedTokens,
        long cacheWriteTokens,
        long outputTokens,
        long reasoningTokens,
        long totalTokens,
        long images,
        BigDecimal audioSeconds,
        long characters,
        String usageSource,
        int latencyMs,
        @Nullable Integer timeToFirstTokenMs,
        boolean wasCached,
        boolean wasFallback,
        boolean wasDirect,
        @Nullable String fallbackReason,
        @Nullable BigDecimal costUsd,
        @Nullable BigDecimal costEur,
        @Nullable BigDecimal costBrl,
        @Nullable BigDecimal usdToEurRate,
        @Nullable BigDecimal usdToBrlRate,
        @Nullable LocalDate exchangeRateDate,
        @Nullable String exchangeRateSource,
        String status,
        int statusCode,
        @JsonRawValue @Nullable String errorDetails,
        @JsonRawValue @Nullable String metadata,
        @Nullable String promptHash) {

    static AuditEntry of(Row row) {
        return new AuditEntry(
                row.getUUID("id"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getString("request_id"),
                row.getUUID("client_id"),
                row.getUUID("gateway_key_id"),
                row.getString("conversation_id"),
                row.getString("phone"),
                row.getString("user_id"),
                row.getString("team_id"),
                row.getString("project_id"),
                row.getString("app_id"),
                row.getString("task_type"),
                row.getString("endpoint"),
                row.getString("method"),
                row.getString("api_type"),
                row.getBoolean("streamed"),
                row.getString("requested_model"),
                row.getUUID("model_registry_id"),
                row.getString("provider"),
                row.getString("model_name"),
                row.getLong("input_tokens"),
                row.getLong("cached_tokens"),
                row.getLong("cache_write_tokens"),
                row.getLong("output_tokens"),
                row.getLong("reasoning_tokens"),
                row.getLong("total_tokens"),
                row.getLong("images"),
                row.getBigDecimal("audio_seconds"),
                row.getLong("characters"),
                row.getString("usage_source"),
                row.getInteger("latency_ms"),
                row.getInteger("time_to_first_token_ms"),
                row.getBoolean("was_cached"),
                row.getBoolean("was_fallback"),
                row.getBoolean("was_direct"),
                row.getString("fallback_reason"),
                row.getBigDecimal("cost_usd"),
                row.getBigDecimal("cost_eur"),
                row.getBigDecimal("cost_brl"),
                row.getBigDecimal("usd_to_eur_rate"),
                row.getBigDecimal("usd_to_brl_rate"),
                row.getLocalDate("exchange_rate_date"),
                row.getString("exchange_rate_source"),
                row.getString("status"),
                row.getShort("status_code"),
                json(row.getValue("error_details")),
                json(row.getValue("metadata")),
                hex(row.getBuffer("prompt_hash")));
    }

    private static @Nullable String hex(@Nullable Buffer bytes) {
        return bytes == null ? null : HexFormat.of().formatHex(bytes.getBytes());
    }

    private static @Nullable String json(@Nullable Object value) {
        return value == null ? null : Json.encode(value);
    }
}
