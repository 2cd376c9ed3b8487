package dev.comporta.dialect.gemini;

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
import org.jspecify.annotations.Nullable;

/**
 * Google's Gemini API as a provider's. Stateless and thread-safe.
 *
 * @see <a href="https://ai.google.dev/api/generate-content">Google's description</a>
 */
public final class GeminiApi implements ProviderApi {

    @Override
    public Outgoing request(ObjectNode chat, boolean stream, TargetTraits traits, Dropped dropped) {
        ObjectNode body = new RequestWriter(chat, GeminiModel.named(traits.model()), dropped).write();
        String method = stream ? "streamGenerateContent?alt=sse" : "generateContent";
        return new Outgoing(ModelPath.of(traits.model(), method), Buffer.buffer(Json.bytes(body)));
    }

    @Override
    public void whole(byte[] body, AnswerSink sink) throws IOException {
        CandidateReader reader = new CandidateReader(sink);
        reader.data(body);
        reader.end();
        if (!reader.isWhole() && !reader.isFailed()) {
            throw new IOException("no answer, or half of one");
        }
    }

    @Override
    public AnswerReader stream(AnswerSink sink) {
        return new CandidateReader(sink);
    }

    @Override
    public @Nullable ProviderError error(int status, byte[] body) {
        return GoogleError.read(status, body);
    }
}
