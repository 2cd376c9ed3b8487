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
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Function;
import org.jboss.logging.Logger;

/** The routes below {@code /v1}. Everything there that is not known is refused: an allow-list, not a block-list. */
@ApplicationScoped
public class DataPlane {

    /** Before all that Quarkus puts in front of its own routes: calls need none of it. */
    private static final int FIRST = -10_000;

    /** The status in the access log when there was nobody left to answer. */
    private static final int CALLER_GONE = 499;

    private static final Logger LOG = Logger.getLogger(DataPlane.class);
    private static final Logger ACCESS = Logger.getLogger("dev.comporta.access");

    private final Pipeline pipeline;
    private final PassThrough passThrough;
    private final ModelList models;
    private final Clock clock;
    private final long maxBodyBytes;
    private final BodyBudget budget;
    private final boolean accessLog;

    DataPlane(Pipeline pipeline, PassThrough passThrough, ModelList models, Clock clock, HttpConfig config) {
        this.pipeline = pipeline;
        this.passThrough = passThrough;
        this.models = models;
        this.clock = clock;
        maxBodyBytes = config.maxBodySize().asLongValue();
        budget = passThrough.budget();
        accessLog = config.accessLog();
    }

    void register(@Observes Router router) {
        router.post("/v1/chat/completions").order(FIRST).handler(this::chat);
        router.get("/v1/models").order(FIRST).handler(context -> answer(context, models::list));
        router.getWithRegex("/v1/models/.+").order(FIRST).handler(context -> answer(context, models::one));
        router.route("/v1/models").order(FIRST + 1).handler(context -> wrongMethod(context, "GET"));
        router.route("/v1/models/*").order(FIRST + 1).handler(context -> wrongMethod(context, "GET"));
        router.route("/v1/*").order(FIRST + 2).handler(passThrough::handle);
    }

    private void chat(RoutingContext context) {
        HttpServerRequest request = context.request();
        long startNanos = System.nanoTime();
        Instant receivedAt = clock.instant();
        UUID id = Uuid7.at(receivedAt);
        Promise<Void> gone = Promise.promise();
        request.response().closeHandler(closed -> gone.tryComplete());
        RequestBody incoming = new RequestBody(request, maxBodyBytes, budget);
        request.response().endHandler(end -> {
            incoming.release();
            if (accessLog) {
                logAccess(request, id, startNanos);
            }
        });
        Caller caller;
        try {
            caller = pipeline.authenticate(request.headers());
        } catch (RuntimeException e) {
            ErrorReply.write(request, id, asGatewayError(e));
            return;
        }
        Function<Buffer, Call> call = body -> new Call(
                id,
                receivedAt,
                startNanos,
                "POST",
                "/v1/chat/completions",
                request.query(),
                ApiType.CHAT_COMPLETIONS,
                Dialect.OPENAI,
                request.headers(),
                body,
                gone.future());
        Future<Reply> reply = incoming.read()
                .compose(
                        body -> pipeline.chat(call.apply(body), caller),
                        failure -> pipeline.unread(call.apply(Buffer.buffer()), caller, failure));
        reply.onComplete(result -> {
            if (result.succeeded()) {
                ReplyWriter.write(request.response(), result.result());
            } else if (!request.response().closed()) {
                ErrorReply.write(request, id, asGatewayError(result.cause()));
            }
        });
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
        ACCESS.infof(
                "%s %s %s %d %d ms",
                id,
                request.method(),
                request.path(),
                request.response().ended() ? request.response().getStatusCode() : CALLER_GONE,
                (System.nanoTime() - startNanos) / 1_000_000);
    }

    static GatewayError asGatewayError(Throwable cause) {
        if (cause instanceof GatewayError error) {
            return error;
        }
        LOG.error("A call failed for a reason that is the gateway's own", cause);
        return new GatewayError(ErrorCode.INTERNAL, "The gateway failed; its log has the reason.");
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
