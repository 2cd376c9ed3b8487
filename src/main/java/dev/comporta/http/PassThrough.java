package dev.comporta.http;

import dev.comporta.core.ApiType;
import dev.comporta.core.Call;
import dev.comporta.core.Caller;
import dev.comporta.core.Dialect;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Uuid7;
import dev.comporta.pipeline.PassBody;
import dev.comporta.pipeline.PassCall;
import dev.comporta.pipeline.Passages;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.streams.ReadStream;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * The rest of OpenAI's API: what {@link AllowedPaths} names passes as it is, everything else below {@code /v1} is
 * refused. To be registered behind the routes that know their API.
 */
@ApplicationScoped
class PassThrough {

    private final Passages passages;
    private final Clock clock;
    private final BodyBudget budget;
    private final boolean accessLog;

    PassThrough(Passages passages, Clock clock, BodyBudget budget, HttpConfig config) {
        this.passages = passages;
        this.clock = clock;
        this.budget = budget;
        accessLog = config.accessLog();
    }

    /** Handles one call, whatever its method and path. */
    void handle(RoutingContext context) {
        HttpServerRequest request = context.request().pause();
        Instant receivedAt = clock.instant();
        UUID id = Uuid7.at(receivedAt);
        try {
            PassThroughPath path = PassThroughPath.of(request.uri());
            List<AllowedPath> known = AllowedPaths.at(path.segments());
            AllowedPath endpoint = known.stream()
                    .filter(candidate -> candidate.methods().contains(request.method()))
                    .findFirst()
                    .orElse(null);
            if (endpoint != null && !endpoint.elsewhere()) {
                new Visit(request, id, receivedAt, path, endpoint).begin();
            } else {
                refuse(request, id, path, known);
            }
        } catch (RuntimeException e) {
            ErrorReply.write(request, id, DataPlane.asGatewayError(e));
        }
    }

    private static void refuse(HttpServerRequest request, UUID id, PassThroughPath path, List<AllowedPath> known) {
        if (known.isEmpty()) {
            throw AllowedPaths.refusal(path.segments());
        }
        request.response().putHeader(HttpHeaders.ALLOW, AllowedPaths.methods(known));
        if (request.method().equals(HttpMethod.OPTIONS)) {
            request.resume();
            request.response().setStatusCode(204).end();
            return;
        }
        ErrorReply.write(
                request,
                id,
                new GatewayError(
                        ErrorCode.METHOD_NOT_ALLOWED,
                        "The method %s is not allowed here.".formatted(request.method())));
    }

    /** One call at the door. */
    private final class Visit {

        private final HttpServerRequest request;
        private final UUID id;
        private final Instant receivedAt;
        private final PassThroughPath path;
        private final AllowedPath endpoint;
        private final long startNanos = System.nanoTime();
        private final Promise<Void> gone = Promise.promise();
        private Runnable release = () -> {};

        Visit(HttpServerRequest request, UUID id, Instant receivedAt, PassThroughPath path, AllowedPath endpoint) {
            this.request = request;
            this.id = id;
            this.receivedAt = receivedAt;
            this.path = path;
            this.endpoint = endpoint;
        }

        void begin() {
            request.response().closeHandler(closed -> gone.tryComplete());
            request.response().endHandler(end -> {
                release.run();
                if (accessLog) {
                    DataPlane.logAccess(request, id, startNanos);
                }
            });
            Caller caller = passages.authenticate(request.headers());
            body().compose(
                            body -> passages.send(call(body), caller),
                            failure -> passages.unread(call(PassBody.NONE), caller, failure))
                    .onComplete(reply -> {
                        if (reply.succeeded()) {
                            PassThroughReply.write(request, reply.result());
                        } else if (!request.response().closed()) {
                            ErrorReply.write(request, id, DataPlane.asGatewayError(reply.cause()));
                        }
                    });
        }

        private PassCall call(PassBody body) {
            Call call = new Call(
                    id,
                    receivedAt,
                    startNanos,
                    request.method().name(),
                    "/v1" + path.raw(),
                    path.query(),
                    endpoint.apiType(),
                    Dialect.OPENAI,
                    request.headers(),
                    body.json() && body.start() != null ? body.start() : Buffer.buffer(),
                    gone.future());
            boolean post = request.method().equals(HttpMethod.POST);
            return new PassCall(
                    call, path.raw(), path.segments(), post && endpoint.model(), post && endpoint.metered(), body);
        }

        private Future<PassBody> body() {
            try {
                PassThroughType.refusePacked(request.headers());
                long length = RequestBody.declaredLength(request);
                if (length == 0 || length < 0 && !isChunked()) {
                    request.resume();
                    return Future.succeededFuture(
                            request.method().equals(HttpMethod.POST) ? PassBody.json(Buffer.buffer()) : PassBody.NONE);
                }
                return endpoint.form() && PassThroughType.isForm(request.headers()) ? form(length) : json();
            } catch (GatewayError refusal) {
                return Future.failedFuture(refusal);
            }
        }

        private Future<PassBody> json() {
            RequestBody whole = new RequestBody(request, budget);
            release = whole::release;
            return whole.read()
                    .map(bytes -> bytes.length() == 0 && !request.method().equals(HttpMethod.POST)
                            ? PassBody.NONE
                            : PassBody.json(bytes));
        }

        private boolean isChunked() {
            return request.headers().contains(HttpHeaders.TRANSFER_ENCODING) || isHttp2Body();
        }

        /** In HTTP/2 a body needs no header that announces it. */
        private boolean isHttp2Body() {
            return request.version() == HttpVersion.HTTP_2 && !request.isEnded();
        }

        private Future<PassBody> form(long length) {
            boolean container = endpoint.apiType() == ApiType.CONTAINERS;
            if (!endpoint.model() && !container) {
                return streamed(request, length);
            }
            PassThroughForm form = new PassThroughForm(request, request.getHeader(HttpHeaders.CONTENT_TYPE), budget);
            release = form::release;
            return container ? streamed(form, length) : form.read();
        }

        private Future<PassBody> streamed(ReadStream<Buffer> body, long length) {
            RequestBody.letCome(request);
            return Future.succeededFuture(PassBody.streamed(body, length));
        }
    }
}
