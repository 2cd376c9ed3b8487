package dev.comporta.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An attempt between a caller and a provider that speak different dialects. */
public final class Translated implements Translation {

    private final CallerApi caller;
    private final ProviderApi provider;
    private final CallerApi.AnswerContext context;
    private final TargetTraits traits;
    private final Dropped dropped;
    private @Nullable ObjectNode chat;

    public Translated(
            CallerApi caller,
            ProviderApi provider,
            CallerApi.AnswerContext context,
            TargetTraits traits,
            Dropped dropped) {
        this.caller = caller;
        this.provider = provider;
        this.context = context;
        this.traits = traits;
        this.dropped = dropped;
    }

    @Override
    public ObjectNode chat() {
        if (chat == null) {
            ModelRequest request = context.request();
            chat = ChatLimits.checked(caller.chat(request, dropped), request.fields());
        }
        return chat;
    }

    @Override
    public void complete(ObjectNode completed) {
        chat = completed;
    }

    @Override
    public Outgoing request() {
        return provider.request(chat(), context.request().stream(), traits, dropped);
    }

    @Override
    public @Nullable Whole whole(byte[] body) {
        return context.request().stream() ? streamed(body) : inOne(body);
    }

    private @Nullable Whole inOne(byte[] body) {
        CallerApi.BodyWriter writer = caller.body(context);
        TranslatedStream.Meter meter = new TranslatedStream.Meter(writer);
        if (!read(body, meter)) {
            return null;
        }
        Buffer written = meter.error() == null ? writer.body() : Buffer.buffer();
        return new Whole(written, meter.usage(), meter.error(), meter::text, null);
    }

    /** The provider did not stream, but the caller asked for one. */
    private @Nullable Whole streamed(byte[] body) {
        CallerApi.EventWriter writer = caller.events(context);
        TranslatedStream.Meter meter = new TranslatedStream.Meter(writer);
        if (!read(body, meter)) {
            return null;
        }
        TokenUsage usage = meter.usage() == null ? TokenUsage.NONE : meter.usage();
        Buffer written = meter.error() == null
                ? Buffer.buffer().appendBuffer(writer.take()).appendBuffer(writer.close(usage))
                : Buffer.buffer();
        return new Whole(written, meter.usage(), meter.error(), meter::text, null);
    }

    private boolean read(byte[] body, AnswerSink sink) {
        try {
            provider.whole(body, sink);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public AnswerStream stream() {
        return new TranslatedStream(provider, caller.events(context));
    }

    @Override
    public @Nullable ProviderError error(int status, byte[] body) {
        return provider.error(status, body);
    }

    @Override
    public Buffer write(ProviderError error) {
        return caller.error(error);
    }

    @Override
    public boolean isPassing() {
        return false;
    }
}
