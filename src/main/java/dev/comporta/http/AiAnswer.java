package dev.comporta.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Receipt;
import dev.comporta.core.Reply;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.openai.OpenAiError;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Answers of the doors that are no SDK's: {@code {"success":true,…}} or {@code {"success":false,"error":{…}}}. */
final class AiAnswer {

    private static final String ERROR = "error";

    private AiAnswer() {}

    /** @param reply a whole chat completion */
    static Buffer of(Reply reply, String requestId, long latencyMillis) {
        ObjectNode answer = Json.object().put("success", true);
        answer.set("content", content(tree(reply.body())));
        Receipt receipt = reply.receipt();
        answer.put("model", receipt == null ? null : receipt.model());
        answer.put("provider", receipt == null ? null : receipt.provider());
        if (receipt == null) {
            answer.putNull("usage");
        } else {
            answer.putObject("usage")
                    .put("inputTokens", receipt.tokens().inputTokens())
                    .put("outputTokens", receipt.tokens().outputTokens())
                    .put("totalTokens", receipt.tokens().totalTokens())
                    .put("cachedTokens", receipt.tokens().cachedTokens())
                    .put("reasoningTokens", receipt.tokens().reasoningTokens());
        }
        money(answer, "estimatedCostUsd", receipt == null ? null : receipt.costUsd());
        money(answer, "estimatedCostEur", receipt == null ? null : receipt.costEur());
        money(answer, "estimatedCostBrl", receipt == null ? null : receipt.costBrl());
        answer.put("cached", "HIT".equals(reply.headers().get("x-gateway-cache")))
                .put("latencyMs", latencyMillis)
                .put("requestId", requestId);
        return Buffer.buffer(Json.bytes(answer));
    }

    /** @param body a chat completion's error */
    static Buffer failed(@Nullable Buffer body) {
        return failed(tree(body).path(ERROR));
    }

    static Buffer failed(GatewayError error) {
        return failed(OpenAiError.body(error));
    }

    private static Buffer failed(JsonNode error) {
        ObjectNode answer = Json.object().put("success", false);
        answer.set(ERROR, error.isMissingNode() ? Json.object().nullNode() : error);
        return Buffer.buffer(Json.bytes(answer));
    }

    /** What the model said, or null; a completion's first choice. */
    static JsonNode content(JsonNode completion) {
        JsonNode content = completion.path("choices").path(0).path("message").path("content");
        return content.isTextual() ? content : Json.object().nullNode();
    }

    /** A body as JSON; an empty object if it is none. */
    static JsonNode tree(@Nullable Buffer body) {
        try {
            return body == null ? Json.object() : Json.tree(body.getBytes());
        } catch (IOException e) {
            return Json.object();
        }
    }

    /** As a number with all its digits, and without an exponent. */
    private static void money(ObjectNode answer, String field, @Nullable BigDecimal amount) {
        if (amount == null) {
            answer.putNull(field);
        } else {
            answer.putRawValue(field, new RawValue(amount.toPlainString()));
        }
    }
}
