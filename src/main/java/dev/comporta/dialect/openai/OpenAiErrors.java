package dev.comporta.dialect.openai;

import dev.comporta.dialect.ErrorTranslation;
import dev.comporta.dialect.ProviderError;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/** Errors between a caller and a provider that both speak OpenAI's dialect. Stateless. */
public final class OpenAiErrors implements ErrorTranslation {

    @Override
    public @Nullable ProviderError error(int status, byte[] body) {
        return OpenAiErrorReader.read(status, body);
    }

    @Override
    public Buffer write(ProviderError error) {
        return OpenAiError.body(error.message(), error.type(), error.param(), error.code());
    }

    @Override
    public boolean isPassing() {
        return true;
    }
}
