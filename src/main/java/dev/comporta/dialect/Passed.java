package dev.comporta.dialect;

import io.vertx.core.buffer.Buffer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An attempt between a caller and a provider that speak the same dialect: bytes pass as they are, and are looked at
 * only for the accounts.
 *
 * @param outgoing the request
 * @param answer looks at a whole answer
 * @param events looks at a stream
 * @param provider reads errors
 * @param caller writes errors
 */
public record Passed(
        Outgoing outgoing,
        Function<byte[], Translation.@Nullable Whole> answer,
        Supplier<AnswerStream> events,
        ProviderApi provider,
        Function<ProviderError, Buffer> caller)
        implements Translation {

    @Override
    public Outgoing request() {
        return outgoing;
    }

    @Override
    public Translation.@Nullable Whole whole(byte[] body) {
        return answer.apply(body);
    }

    @Override
    public AnswerStream stream() {
        return events.get();
    }

    @Override
    public @Nullable ProviderError error(int status, byte[] body) {
        return provider.error(status, body);
    }

    @Override
    public Buffer write(ProviderError error) {
        return caller.apply(error);
    }

    @Override
    public boolean isPassing() {
        return true;
    }
}
