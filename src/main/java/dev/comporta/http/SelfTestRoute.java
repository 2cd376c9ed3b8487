package dev.comporta.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Uuid7;
import dev.comporta.dialect.Json;
import dev.comporta.pipeline.Pipeline;
import dev.comporta.pipeline.SelfTestModel;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * {@code GET /api/test/gateway}: one small call through the gateway's own front door, with the caller's own key. It
 * goes to the very address on which the caller's connection came in, so that whatever port, TLS or network interface is
 * configured is the one that is tested; the certificate is not looked at, because the way there never leaves the host.
 * A test asks one chat completion and nothing else, so that it cannot ask itself.
 */
@ApplicationScoped
public class SelfTestRoute {

    private static final Logger LOG = Logger.getLogger(SelfTestRoute.class);
    private static final String PATH = "/api/test/gateway";
    private static final String PROMPT = "Answer with one word: pong";
    private static final long TIMEOUT_MILLIS = 120_000;
    /** What says who is calling. */
    private static final List<String> CREDENTIALS = List.of(
            "authorization",
            "x-api-key",
            "x-goog-api-key",
            "x-gateway-key",
            "x-vercel-ai-gateway-key",
            "x-gateway-client-id");

    private final Pipeline pipeline;
    private final SelfTestModel models;
    private final Clock clock;
    private final boolean accessLog;
    private final HttpClient client;

    SelfTestRoute(Pipeline pipeline, SelfTestModel models, Clock clock, HttpConfig config, Vertx vertx) {
        this.pipeline = pipeline;
        this.models = models;
        this.clock = clock;
        accessLog = config.accessLog();
        client = vertx.createHttpClient(
                new HttpClientOptions().setKeepAlive(false).setTrustAll(true).setVerifyHost(false));
    }

    void register(@Observes Router router) {
        router.get(PATH).order(DataPlane.FIRST).handler(this::test);
        router.route(PATH).order(DataPlane.FIRST + 1).handler(SelfTestRoute::wrongMethod);
    }

    private void test(RoutingContext context) {
        HttpServerRequest request = context.request();
        long startNanos = System.nanoTime();
        UUID id = Uuid7.at(clock.instant());
        if (accessLog) {
            request.response().endHandler(end -> DataPlane.logAccess(request, id, startNanos));
        }
        try {
            // So that a stranger makes no call at all.
            pipeline.authenticate(request.headers());
            String model = models.choose(context.queryParams().get("model"));
            ask(request, model)
                    .onSuccess(answer -> answer(request, answer, startNanos))
                    .onFailure(failure -> refuse(request, id, failure));
        } catch (RuntimeException e) {
            refuse(request, id, e);
        }
    }

    private Future<Answer> ask(HttpServerRequest request, String model) {
        // The socket's own address, not what a proxy in front says.
        SocketAddress door = request.connection().localAddress(true);
        if (door == null || door.port() <= 0) {
            return Future.failedFuture(new GatewayError(
                    ErrorCode.INVALID_REQUEST, "The gateway can only test itself over TCP, not over a local socket."));
        }
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(SocketAddress.inetSocketAddress(door.port(), door.hostAddress()))
                .setHost(door.hostAddress())
                .setPort(door.port())
                .setSsl(request.isSSL())
                .setURI("/v1/chat/completions")
                .setTimeout(TIMEOUT_MILLIS)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader("x-gateway-task-type", "self-test");
        for (String name : CREDENTIALS) {
            if (request.headers().contains(name)) {
                options.putHeader(name, request.getHeader(name));
            }
        }
        return client.request(options)
                .compose(ready -> ready.send(body(model)))
                .compose(response -> response.body().map(body -> new Answer(response, body)));
    }

    private static Buffer body(String model) {
        ObjectNode chat = Json.object().put("model", model);
        chat.putArray("messages").addObject().put("role", "user").put("content", PROMPT);
        return Buffer.buffer(Json.bytes(chat));
    }

    private static void answer(HttpServerRequest request, Answer answer, long startNanos) {
        HttpClientResponse response = answer.response;
        String provider = response.getHeader("x-gateway-provider");
        String model = response.getHeader("x-gateway-model");
        boolean success = response.statusCode() < 300;
        JsonNode told = AiAnswer.tree(answer.body);
        ObjectNode result = Json.object()
                .put("success", success)
                .put(
                        "message",
                        success
                                ? "The gateway works: %s answered through it.".formatted(provider)
                                : told.path("error").path("message").asText("The gateway gave no answer."));
        if (success) {
            ObjectNode said = result.putObject("response");
            said.set("text", AiAnswer.content(told));
            said.put("model", model).put("provider", provider);
            result.putObject("telemetry")
                    .put("wasCached", "HIT".equals(response.getHeader("x-gateway-cache")))
                    .put("latencyMs", (System.nanoTime() - startNanos) / 1_000_000);
            result.putObject("usage")
                    .set(
                            "totalTokens",
                            told.path("usage").path("total_tokens").isNumber()
                                    ? told.path("usage").path("total_tokens")
                                    : result.nullNode());
        } else {
            result.set("error", told.has("error") ? told.get("error") : result.nullNode());
        }
        if (!request.response().closed()) {
            request.response()
                    .setStatusCode(response.statusCode())
                    .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                    .putHeader("x-gateway-request-id", String.valueOf(response.getHeader("x-gateway-request-id")))
                    .end(Buffer.buffer(Json.bytes(result)));
        }
    }

    private static void wrongMethod(RoutingContext context) {
        context.response().putHeader(HttpHeaders.ALLOW, "GET");
        refuse(
                context.request(),
                UUID.randomUUID(),
                new GatewayError(ErrorCode.METHOD_NOT_ALLOWED, "Only GET is allowed here."));
    }

    private static void refuse(HttpServerRequest request, UUID id, Throwable failure) {
        GatewayError error;
        if (failure instanceof GatewayError refusal) {
            error = refusal;
        } else if (failure instanceof TimeoutException) {
            error = new GatewayError(ErrorCode.PROVIDER_TIMEOUT, "The gateway did not answer itself in two minutes.");
        } else {
            LOG.warnf(
                    "The gateway could not reach itself: %s", failure.getClass().getName());
            error = new GatewayError(ErrorCode.PROVIDER_UNREACHABLE, "The gateway could not reach its own front door.");
        }
        ObjectNode result = Json.object().put("success", false).put("message", error.getMessage());
        result.set("error", AiAnswer.tree(AiAnswer.failed(error)).path("error"));
        ErrorReply.write(request, id, error, Buffer.buffer(Json.bytes(result)));
    }

    private record Answer(HttpClientResponse response, Buffer body) {}
}
