package dev.comporta.core;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One request as it came in, before anything is known about it. Never changed: every attempt at a target starts from
 * the caller's own headers and body.
 *
 * @param id names the call everywhere: in {@code x-gateway-request-id}, the journal and the usage log
 * @param receivedAt wall clock at arrival
 * @param startNanos {@link System#nanoTime()} at arrival, from which latencies are measured
 * @param endpoint the path, such as {@code /v1/chat/completions}
 * @param query what follows the question mark, undecoded, or null
 * @param headers the caller's headers; names compare without case
 * @param body the whole body
 * @param gone completes when the caller's connection is closed, however that comes
 */
public record Call(
        UUID id,
        Instant receivedAt,
        long startNanos,
        String method,
        String endpoint,
        @Nullable String query,
        ApiType apiType,
        Dialect dialect,
        MultiMap headers,
        Buffer body,
        Future<Void> gone) {}
