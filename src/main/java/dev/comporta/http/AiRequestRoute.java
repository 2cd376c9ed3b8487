package dev.comporta.http;

import dev.comporta.core.ApiType;
import dev.comporta.core.Call;
import dev.comporta.core.Caller;
import dev.comporta.core.Dialect;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Reply;
import dev.comporta.core.Uuid7;
import dev.comporta.pipeline.OutputLimit;
import dev.comporta.pipeline.Pipeline;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import org.jboss.logging.Logger;

/** {@code POST /api/ai/request}: one chat call without an SDK. It goes the same way as every other. */
@ApplicationScoped
public class AiRequestRoute {

    private static final Logger LOG = Logger.getLogger(AiRequestRoute.class);
    private static final String PATH = "/api/ai/request";

    private final Pipeline pipeline;
    private final OutputLimit limit;
    private final Clock clock;
    private final BodyBudget budget;
    private final boolean accessLog;

    AiRequestRoute(Pipeline pipeline, OutputLimit limit, Clock clock, BodyBudget budget, HttpConfig config) {
        this.pipeline = pipeline;
        this.limit = limit;
        this.clock = clock;
        this.budget = budget;
        accessLog = config.accessLog();
    }

    void register(@Observes Router router) {
        router.post(PATH).order(DataPlane.FIRST).handler(this::ask);
        router.route(PATH).order(DataPlane.FIRST + 1).handler(AiRequestRoute::wrongMethod);
    }

    private void ask(RoutingContext context) {
        HttpServerRequest request = context.request();
        long startNanos = System.nanoTime();
        Instant receivedAt = clock.instant();
        UUID id = Uuid7.at(receivedAt);
        Promise<Void> gone = Promise.promise();
        RequestBody incoming = new RequestBody(request, budget);
        request.response().closeHandler(closed -> gone.tryComplete()).endHandler(end -> {
            incoming.release();
            if (accessLog) {
                DataPlane.logAccess(request, id, startNanos);
            }
        });
        Caller caller;
        try {
            caller = pipeline.authenticate(request.headers());
        } catch (RuntimeException e) {
            refuse(request, id, e);
            return;
        }
        Arrival arrival = new Arrival(id, receivedAt, startNanos, gone.future());
        incoming.read()
                .compose(
                        body -> ask(arrival, request.headers(), body, caller),
                        failure -> pipeline.unread(arrival.call(request.headers(), Buffer.buffer()), caller, failure))
                .onSuccess(reply -> answer(request.response(), reply, arrival))
                .onFailure(failure -> refuse(request, id, failure));
    }

    private Future<Reply> ask(Arrival arrival, MultiMap headers, Buffer body, Caller caller) {
        try {
            AiRequest asked = AiRequest.parse(body);
            return pipeline.model(arrival.call(asked.headers(headers), asked.chat(limit::field)), caller);
        } catch (GatewayError refusal) {
            return pipeline.unread(arrival.call(headers, body), caller, refusal);
        }
    }

    private static void answer(HttpServerResponse response, Reply reply, Arrival arrival) {
        if (response.closed()) {
            return;
        }
        boolean success = reply.status() < 300;
        long latencyMillis = (System.nanoTime() - arrival.startNanos) / 1_000_000;
        response.setStatusCode(reply.status());
        response.headers().setAll(reply.headers());
        response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(
                        success
                                ? AiAnswer.of(reply, arrival.id.toString(), latencyMillis)
                                : AiAnswer.failed(reply.body()));
    }

    private static void wrongMethod(RoutingContext context) {
        context.response().putHeader(HttpHeaders.ALLOW, "POST");
        refuse(
                context.request(),
                UUID.randomUUID(),
                new GatewayError(ErrorCode.METHOD_NOT_ALLOWED, "Only POST is allowed here."));
    }

    private static void refuse(HttpServerRequest request, UUID id, Throwable failure) {
        GatewayError error;
        if (failure instanceof GatewayError refusal) {
            error = refusal;
        } else {
            LOG.error("A call failed for a reason that is the gateway's own", failure);
            error = new GatewayError(ErrorCode.INTERNAL, "The gateway failed; its log has the reason.");
        }
        ErrorReply.write(request, id, error, AiAnswer.failed(error));
    }

    /** What is known of a call before its body is. */
    private record Arrival(UUID id, Instant receivedAt, long startNanos, Future<Void> gone) {

        Call call(MultiMap headers, Buffer body) {
            return new Call(
                    id,
                    receivedAt,
                    startNanos,
                    "POST",
                    PATH,
                    null,
                    ApiType.CHAT_COMPLETIONS,
                    Dialect.OPENAI,
                    headers,
                    body,
                    gone);
        }
    }
}
