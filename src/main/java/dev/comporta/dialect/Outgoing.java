package dev.comporta.dialect;

import io.vertx.core.buffer.Buffer;

/**
 * A request in a provider's dialect.
 *
 * @param path below the provider's base URL, with a query if it needs one, such as {@code /chat/completions}
 */
public record Outgoing(String path, Buffer body) {}
