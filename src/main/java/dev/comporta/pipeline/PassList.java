package dev.comporta.pipeline;

import dev.comporta.core.Call;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.ObjectKind;
import dev.comporta.core.Reply;
import dev.comporta.core.TokenUsage;
import dev.comporta.core.UsageSource;
import dev.comporta.ownership.ObjectOwners;
import dev.comporta.ownership.OwnedList;
import dev.comporta.ownership.Paging;
import dev.comporta.provider.Upstream;
import dev.comporta.usage.Outcome;
import dev.comporta.usage.Recording;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One list of a provider's objects, of which the caller gets its own. As many of the provider's pages are asked for as
 * it takes to fill the caller's.
 *
 * <p>Lives on the call's event loop.
 */
final class PassList {

    private static final Logger LOG = Logger.getLogger(PassList.class);
    private static final int MOST_OF_A_PAGE = 16 << 20;

    /** The provider's error, on its way to the caller. */
    private static final class Refused extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final transient ErrorAnswer error;
        private final transient Upstream.Answer answer;

        Refused(ErrorAnswer error, Upstream.Answer answer) {
            super(null, null, false, false);
            this.error = error;
            this.answer = answer;
        }
    }

    private final PassRoute route;
    private final Call call;
    private final ObjectOwners owners;
    private final ListTurns turns;
    private final Recording recording;
    private final CallMetrics metrics;
    private final boolean compatibilityHeaders;
    private final Promise<Reply> reply = Promise.promise();
    private Upstream.@Nullable Exchange exchange;
    private Upstream.@Nullable Answer last;
    private long upstreamNanos;
    private boolean over;

    PassList(
            PassRoute route,
            ObjectOwners owners,
            ListTurns turns,
            Recording recording,
            CallMetrics metrics,
            boolean compatibilityHeaders) {
        this.route = route;
        this.owners = owners;
        this.turns = turns;
        this.recording = recording;
        this.metrics = metrics;
        this.compatibilityHeaders = compatibilityHeaders;
        call = route.pass().call();
    }

    /** Reads the list; completes with all of the answer. */
    Future<Reply> send(ObjectKind kind) {
        metrics.begun();
        call.gone().onComplete(gone -> {
            if (!over) {
                end(new Outcome(
                        Outcome.Status.CANCELLED,
                        Outcome.CALLER_GONE,
                        TokenUsage.NONE,
                        UsageSource.EXACT,
                        "caller_gone",
                        "The caller closed the connection."));
                if (exchange != null) {
                    exchange.reset();
                }
                reply.tryFail(new GatewayError(ErrorCode.INTERNAL, "The caller has gone."));
            }
        });
        recording.started(0).compose(safe -> readInTurn(kind)).onComplete(list -> {
            if (over) {
                return;
            }
            if (list.succeeded()) {
                answer(list.result());
            } else {
                fail(list.cause());
            }
        });
        return reply.future();
    }

    private Future<OwnedList.Answer> readInTurn(ObjectKind kind) {
        UUID client = route.caller().clientId();
        String provider = route.provider().name();
        return turns.begin(client, provider).compose(turn -> {
            try {
                return read(kind).onComplete(over -> turns.end(client, provider));
            } catch (RuntimeException e) {
                turns.end(client, provider);
                throw e;
            }
        });
    }

    private Future<OwnedList.Answer> read(ObjectKind kind) {
        String provider = route.provider().name();
        return new OwnedList(
                        kind,
                        provider,
                        Paging.OPENAI,
                        call.query(),
                        owners.of(route.caller().clientId(), provider),
                        this::page)
                .read();
    }

    private Future<byte[]> page(String query) {
        if (over) {
            return Future.failedFuture(new GatewayError(ErrorCode.INTERNAL, "The caller has gone."));
        }
        long sentNanos = System.nanoTime();
        Upstream.Exchange sent = route.provider()
                .upstream()
                .send(new Upstream.Request(
                        HttpMethod.GET,
                        route.pass().path() + "?" + query,
                        call.headers(),
                        route.key(),
                        route.ownKey(),
                        Upstream.Body.NONE));
        exchange = sent;
        return sent.answer().compose(answer -> {
            last = answer;
            return BoundedBody.collect(answer.body(), MOST_OF_A_PAGE).map(body -> {
                upstreamNanos += System.nanoTime() - sentNanos;
                if (answer.status() != 200) {
                    throw new Refused(ErrorAnswer.passing(answer.status(), body, route.key(), route.ownKey()), answer);
                }
                return body.getBytes();
            });
        });
    }

    private void answer(OwnedList.Answer list) {
        owners.remember(list.revealed(), route.caller().clientId());
        end(Outcome.success(200, TokenUsage.NONE, UsageSource.EXACT).with(list.revealed()))
                .onComplete(recorded -> {
                    if (last != null) {
                        reply.tryComplete(Reply.whole(
                                200,
                                PassHeaders.ofList(last, route, overheadNanos(), compatibilityHeaders),
                                Buffer.buffer(list.body())));
                    }
                });
    }

    private void fail(Throwable cause) {
        if (cause instanceof Refused refused) {
            ErrorAnswer error = refused.error;
            end(Outcome.refused(error.status(), error.code(), error.message()))
                    .onComplete(recorded -> reply.tryComplete(Reply.whole(
                            error.status(),
                            PassHeaders.ofError(
                                    refused.answer, route, overheadNanos(), compatibilityHeaders, error.status()),
                            error.body())));
            return;
        }
        GatewayError error = error(cause);
        if (exchange != null) {
            exchange.reset();
        }
        end(Outcome.refused(error.code().status(), error.code().code(), error.getMessage()))
                .onComplete(recorded -> reply.tryFail(error));
    }

    private GatewayError error(Throwable cause) {
        String name = route.provider().name();
        if (cause instanceof GatewayError refusal) {
            return refusal;
        }
        if (cause instanceof BoundedBody.TooLong) {
            return new GatewayError(ErrorCode.PROVIDER_FAILED, "The provider's list is longer than 16 MiB.");
        }
        if (cause instanceof TimeoutException) {
            return new GatewayError(
                    ErrorCode.PROVIDER_TIMEOUT, "The provider %s did not answer in time.".formatted(name));
        }
        if (cause instanceof RuntimeException) {
            LOG.error("A call failed for a reason that is the gateway's own", cause);
            return new GatewayError(ErrorCode.INTERNAL, "The gateway failed; its log has the reason.");
        }
        return new GatewayError(
                ErrorCode.PROVIDER_UNREACHABLE,
                "The provider %s could not be reached or closed the connection.".formatted(name));
    }

    private Future<Void> end(Outcome outcome) {
        over = true;
        metrics.passed(route, outcome, recording, overheadNanos());
        return recording.ended(outcome).mapEmpty();
    }

    private long overheadNanos() {
        return System.nanoTime() - call.startNanos() - upstreamNanos;
    }
}
