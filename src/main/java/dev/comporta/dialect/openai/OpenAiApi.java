package dev.comporta.dialect.openai;

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
 * Chat completions as OpenAI offers them, and with their quirks Groq, Mistral and many others. Thread-safe.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/chat">Chat completions</a>
 */
public final class OpenAiApi implements ProviderApi {

    static final String PATH = "/chat/completions";

    @Override
    public Outgoing request(ObjectNode chat, boolean stream, TargetTraits traits, Dropped dropped) {
        Quirks quirks = Quirks.of(traits.quirks());
        // The gateway's own business, which no rule need look at.
        chat.remove("stream_options");
        CommonForm.leave(chat, quirks, dropped);
        quirks.apply(chat, traits.model(), dropped);
        return new Outgoing(PATH, written(chat, stream, traits, quirks));
    }

    /** Says what is the gateway's to say. */
    private static Buffer written(ObjectNode chat, boolean stream, TargetTraits traits, Quirks quirks) {
        chat.put("model", traits.model());
        if (stream) {
            chat.put("stream", true);
            if (traits.streamUsage() && !quirks.listFields()) {
                chat.putObject("stream_options").put("include_usage", true);
            }
        } else {
            chat.remove("stream");
        }
        return Buffer.buffer(Json.bytes(chat));
    }

    @Override
    public void whole(byte[] body, AnswerSink sink) throws IOException {
        new OpenAiReader(sink).whole(body);
    }

    @Override
    public AnswerReader stream(AnswerSink sink) {
        return new OpenAiReader(sink);
    }

    @Override
    public @Nullable ProviderError error(int status, byte[] body) {
        return OpenAiErrorReader.read(status, body);
    }
}
