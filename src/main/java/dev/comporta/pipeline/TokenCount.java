package dev.comporta.pipeline;

import dev.comporta.core.Call;
import dev.comporta.core.Dialect;
import dev.comporta.core.Reply;
import dev.comporta.core.TokenUsage;
import dev.comporta.core.UsageSource;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.PromptText;
import dev.comporta.usage.Outcome;
import dev.comporta.usage.Tokenizer;
import dev.comporta.usage.UsageRecorder;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import jakarta.enterprise.context.ApplicationScoped;

/** Counts the input of a request here, for models whose provider does not offer to count. */
@ApplicationScoped
public class TokenCount {

    private static final int OK = 200;

    private final Tokenizer tokenizer;
    private final UsageRecorder usage;

    TokenCount(Tokenizer tokenizer, UsageRecorder usage) {
        this.tokenizer = tokenizer;
        this.usage = usage;
    }

    /** An estimate in the caller's dialect; free, but a row of the usage log like every call. */
    Future<Reply> estimate(AdmittedCall admitted) {
        Call call = admitted.call();
        return tokenizer
                .count(admitted.request().bytes(), PromptText::of)
                .compose(tokens -> usage.record(
                                call,
                                admitted.caller(),
                                admitted.attribution(),
                                false,
                                admitted.request().model())
                        .ended(Outcome.success(OK, TokenUsage.NONE, UsageSource.ESTIMATED))
                        .map(recorded -> Reply.whole(OK, headers(call), body(call, tokens))));
    }

    private static MultiMap headers(Call call) {
        return HttpHeaders.headers()
                .set(HttpHeaders.CONTENT_TYPE, "application/json")
                .set("x-gateway-request-id", call.id().toString());
    }

    private static Buffer body(Call call, long tokens) {
        String name = call.dialect() == Dialect.GEMINI ? "totalTokens" : "input_tokens";
        return Buffer.buffer(Json.bytes(Json.object().put(name, tokens)));
    }
}
