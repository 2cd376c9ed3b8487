package dev.comporta.dialect.openai;

import dev.comporta.dialect.CallerApi;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.Json;
import io.vertx.core.buffer.Buffer;

/** An answer as one response object. */
final class ResponsesBody extends ResponsesOutput implements CallerApi.BodyWriter {

    ResponsesBody(AnswerContext context) {
        super(context);
    }

    @Override
    public Buffer body() {
        closeAll();
        return Buffer.buffer(Json.bytes(whole(used())));
    }
}
