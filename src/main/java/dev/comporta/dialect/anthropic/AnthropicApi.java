package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.AnswerReader;
import dev.comporta.dialect.AnswerSink;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.Outgoing;
import dev.comporta.dialect.ProviderApi;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.TargetTraits;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Anthropic's messages API as a provider's. Stateless, so thread-safe.
 *
 * @see <a href="https://platform.claude.com/docs/en/api/messages">Anthropic's messages API</a>
 */
public final class AnthropicApi implements ProviderApi {

    private static final String PATH = "/messages";

    @Override
    public Outgoing request(ObjectNode chat, boolean stream, TargetTraits traits, Dropped dropped) {
        return new Outgoing(PATH, Buffer.buffer(Json.bytes(AnthropicRequest.of(chat, stream, traits, dropped))));
    }

    @Override
    public void whole(byte[] body, AnswerSink sink) throws IOException {
        new AnthropicReader(sink, AnthropicApi::madeUpId).whole(body);
    }

    @Override
    public AnswerReader stream(AnswerSink sink) {
        return new AnthropicReader(sink, AnthropicApi::madeUpId);
    }

    private static String madeUpId() {
        return "call_" + UUID.randomUUID().toString().replace("-", "");
    }

    @Override
    public @Nullable ProviderError error(int status, byte[] body) {
        return AnthropicError.read(status, body);
    }
}
