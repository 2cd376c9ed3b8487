package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.CallerApi;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.Seal;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * Anthropic's Messages API, as callers of {@code POST /v1/messages} speak it. Stateless.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/messages">Messages</a>
 */
public final class MessagesApi implements CallerApi {

    @Override
    public ObjectNode chat(ModelRequest request, Dropped dropped) {
        return MessagesRequest.chat(request.tree(), dropped);
    }

    @Override
    public BodyWriter body(AnswerContext context) {
        return new MessagesBody(context);
    }

    @Override
    public EventWriter events(AnswerContext context) {
        return new MessagesEvents(context);
    }

    @Override
    public Buffer error(ProviderError error) {
        return Buffer.buffer(Json.bytes(MessagesError.of(error)));
    }

    /** The body of a refusal by the gateway. */
    public static Buffer errorBody(GatewayError error) {
        return Buffer.buffer(Json.bytes(MessagesError.of(error)));
    }

    /**
     * A message of which nothing has been said yet.
     *
     * @param model as the provider names it, or null
     */
    static ObjectNode message(AnswerContext context, @Nullable String model) {
        ObjectNode message = Json.object()
                .put("id", "msg_" + context.id())
                .put("type", "message")
                .put("role", "assistant")
                .put("model", model == null ? context.model() : model);
        message.putArray("content");
        message.putNull("stop_reason").putNull("stop_sequence").putNull("stop_details");
        message.putNull("container");
        message.set("usage", MessagesUsage.of(TokenUsage.NONE));
        return message;
    }

    /**
     * What another provider wants back with a tool call, as the signature of a thinking block: callers return those
     * blocks unread.
     */
    static String seal(String callId, ObjectNode extra) {
        ObjectNode content = Json.object();
        content.putObject(Seal.EXTRA_CONTENT).set(callId, extra);
        return Seal.of(content);
    }
}
