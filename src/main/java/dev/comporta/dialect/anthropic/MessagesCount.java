package dev.comporta.dialect.anthropic;

import dev.comporta.dialect.Json;
import io.vertx.core.buffer.Buffer;

/**
 * The answer of {@code POST /v1/messages/count_tokens}.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/messages-count-tokens">Count tokens</a>
 */
public final class MessagesCount {

    private MessagesCount() {}

    /** @param tokens that a request would have as input */
    public static Buffer body(long tokens) {
        return Buffer.buffer(Json.bytes(Json.object().put("input_tokens", tokens)));
    }
}
