package dev.comporta.http;

import dev.comporta.core.ApiType;
import dev.comporta.core.Call;
import dev.comporta.core.Caller;
import dev.comporta.core.Dialect;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Reply;
import dev.comporta.core.Uuid7;
import dev.comporta.pipeline.Pipeline;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The routes to models, in the three dialects that callers speak. Everything there that is not known is refused: an
 * allow-list, not a block-list.
 */
@ApplicationScoped
public class DataPlane {

    /** Before all that Quarkus puts in front of its own routes: calls need none of it. */
    static final int FIRST = -10_000;

    /** The status in the access log when there was nobody left to answer. */
    private static final int CALLER_GONE = 499;

    private static final Map<String, ApiType> ENDPOINTS = Map.of(
            "/v1/chat/completions", ApiType.CHAT_COMPLETIONS,
            "/v1/responses", ApiType.RESPONSES,
            "/v1/messages", ApiType.MESSAGES,
            "/v1/messages/count_tokens", ApiType.COUNT_TOKENS,
            "/v1/embeddings", ApiType.EMBEDDINGS,
            "/v1/completions", ApiType.COMPLETIONS);

    private static final String GEMINI = "/v1beta/models/.+:[A-Za-z]+";

    private static final Map<String, ApiType> GEMINI_METHODS = Map.of(
            "generateContent", ApiType.GENERATE_CONTENT,
            "streamGenerateContent", ApiType.GENERATE_CONTENT,
            "countTokens", ApiType.COUNT_TOKENS,
            "embedContent", ApiType.EMBEDDINGS,
            "batchEmbedContents", ApiType.EMBEDDINGS);

    /** What can stand in a header. */
    private static final Pattern KEY = Pattern.compile("[!-~]{1,512}");

    private static final Logger LOG = Logger.getLogger(DataPlane.class);
    private static final Logger ACCESS = Logger.getLogger("dev.comporta.access");

    private final Pipeline pipeline;
    private final PassThrough passThrough;
    private final ModelList models;
    private final Clock clock;
    private final BodyBudget budget;
    private final boolean accessLog;

    DataPlane(
            Pipeline pipeline,
            PassThrough passThrough,
            ModelList models,
            Clock clock,
            BodyBudget budget,
            HttpConfig config) {
        this.pipeline = pipeline;
        this.passThrough = passThrough;
        this.models = models;
        this.clock = clock;
        this.budget = budget;
        accessLog = config.accessLog();
    }

    void register(@Observes Router router) {
        ENDPOINTS.forEach((path, api) ->
                router.post(path).order(FIRST).handler(context -> model(context, api, ErrorBody.dialectOf(path))));
        router.postWithRegex(GEMINI).order(FIRST).handler(this::gemini);
        router.routeWithRegex(GEMINI).order(FIRST + 1).handler(context -> wrongMethod(context, "POST"));
        for (String models : List.of("/v1/models", "/v1beta/models")) {
            router.get(models).order(FIRST).handler(context -> answer(context, this.models::list));
            router.getWithRegex(models + "/.+").order(FIRST).handler(context -> answer(context, this.models::one));
            router.route(models).order(FIRST + 1).handler(context -> wrongMethod(context, "GET"));
            router.route(models + "/*").order(FIRST + 1).handler(context -> wrongMethod(context, "GET"));
        }
        router.route("/v1/*").order(FIRST + 2).handler(passThrough::handle);
        router.route("/v1beta/*").order(FIRST + 2).handler(DataPlane::unknown);
    }

    private void gemini(RoutingContext context) {
        String path = context.request().path();
        ApiType api = GEMINI_METHODS.get(path.substring(path.lastIndexOf(':') + 1));
        if (api == null) {
            unknown(context);
        } else {
            model(context, api, Dialect.GEMINI);
        }
    }

    private void model(RoutingContext context, ApiType api, Dialect dialect) {
        HttpServerRequest request = context.request();
        long startNanos = System.nanoTime();
        Instant receivedAt = clock.instant();
        UUID id = Uuid7.at(receivedAt);
        Promise<Void> gone = Promise.promise();
        request.response().closeHandler(closed -> gone.tryComplete());
        RequestBody incoming = new RequestBody(request, budget);
        request.response().endHandler(end -> {
            incoming.release();
            if (accessLog) {
                logAccess(request, id, startNanos);
            }
        });
        Caller caller;
        try {
            caller = pipeline.authenticate(credentials(request, dialect));
        } catch (RuntimeException e) {
            ErrorReply.write(request, id, asGatewayError(e));
            return;
        }
        Function<Buffer, Call> call = body -> new Call(
                id,
                receivedAt,
                startNanos,
                "POST",
                request.path(),
                request.query(),
                api,
                dialect,
                request.headers(),
                body,
                gone.future());
        Future<Reply> reply = incoming.read()
                .compose(
                        body -> pipeline.model(call.apply(body), caller),
                        failure -> pipeline.unread(call.apply(Buffer.buffer()), caller, failure));
        reply.onComplete(result -> {
            if (result.succeeded()) {
                ReplyWriter.write(request.response(), result.result());
            } else if (!request.response().closed()) {
                ErrorReply.write(request, id, asGatewayError(result.cause()));
            }
        });
    }

    /** Google's REST API takes a key in the query too, from where it goes no further. */
    private static MultiMap credentials(HttpServerRequest request, Dialect dialect) {
        if (dialect != Dialect.GEMINI || request.headers().contains("x-goog-api-key")) {
            return request.headers();
        }
        String key = keyOf(request);
        return key == null
                ? request.headers()
                : HttpHeaders.headers().addAll(request.headers()).set("x-goog-api-key", key);
    }

    private static @Nullable String keyOf(HttpServerRequest request) {
        try {
            String key = request.getParam("key");
            if (key == null || KEY.matcher(key).matches()) {
                return key;
            }
        } catch (IllegalArgumentException notEncoded) {
            // Told below, without repeating it.
        }
        throw new GatewayError(ErrorCode.INVALID_API_KEY, "The key in the query is no gateway key.");
    }

    private static void answer(RoutingContext context, Function<HttpServerRequest, Buffer> work) {
        try {
            Buffer body = work.apply(context.request());
            context.response().putHeader("content-type", "application/json").end(body);
        } catch (RuntimeException e) {
            refuse(context, asGatewayError(e));
        }
    }

    static void logAccess(HttpServerRequest request, UUID id, long startNanos) {
        logAccess(
                request,
                id,
                startNanos,
                request.response().ended() ? request.response().getStatusCode() : CALLER_GONE);
    }

    static void logAccess(HttpServerRequest request, UUID id, long startNanos, int status) {
        ACCESS.infof(
                "%s %s %s %d %d ms",
                id, request.method(), request.path(), status, (System.nanoTime() - startNanos) / 1_000_000);
    }

    static GatewayError asGatewayError(Throwable cause) {
        if (cause instanceof GatewayError error) {
            return error;
        }
        LOG.error("A call failed for a reason that is the gateway's own", cause);
        return new GatewayError(ErrorCode.INTERNAL, "The gateway failed; its log has the reason.");
    }

    private static void unknown(RoutingContext context) {
        refuse(
                context,
                new GatewayError(
                        ErrorCode.FORBIDDEN,
                        "The gateway passes on only the endpoints that it knows, and this is none of them."));
    }

    private static void wrongMethod(RoutingContext context, String allowed) {
        context.response().putHeader("allow", allowed);
        refuse(
                context,
                new GatewayError(
                        ErrorCode.METHOD_NOT_ALLOWED,
                        "The method %s is not allowed here."
                                .formatted(context.request().method())));
    }

    private static void refuse(RoutingContext context, GatewayError error) {
        ErrorReply.write(context.request(), UUID.randomUUID(), error);
    }
}
