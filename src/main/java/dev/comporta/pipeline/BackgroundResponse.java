package dev.comporta.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.core.ApiType;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.Translation;
import dev.comporta.dialect.openai.ResponsesAnswer;
import dev.comporta.provider.Upstream;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A response that its provider goes on making while nobody waits for it. It is asked after until it is over, because
 * only then the provider tells what was used; meanwhile the call is open in the journal, so that it is settled even if
 * the gateway dies.
 *
 * <p>Lives on the event loop of the call that asked for it.
 *
 * @see <a href="https://platform.openai.com/docs/guides/background">Background mode</a>
 */
final class BackgroundResponse {

    private static final Set<String> UNDER_WAY = Set.of("queued", "in_progress");
    private static final long FIRST_PAUSE_MILLIS = 1_000;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;
    private static final long MOST_NANOS = TimeUnit.HOURS.toNanos(2);
    private static final int MOST_ANSWER_BYTES = 16 << 20;
    private static final int MOST_FAILURES = 20;

    private final Vertx vertx;
    private final Context context = Vertx.currentContext();
    private final Route route;
    private final String id;
    private final long startNanos = System.nanoTime();
    private final Promise<Optional<TokenUsage>> used = Promise.promise();
    private int failures;

    BackgroundResponse(Vertx vertx, Route route, String id) {
        this.vertx = vertx;
        this.route = route;
        this.id = id;
    }

    /** Whether a call asks the provider to go on with its response of its own accord, whoever listens. */
    static boolean isAskedFor(Route route) {
        return route.admitted().call().apiType() == ApiType.RESPONSES
                && route.translation().isPassing()
                && route.admitted().request().background();
    }

    /** Whether a whole answer says that the provider is still at it. */
    static boolean isUnderWay(byte[] answer) {
        try {
            JsonNode response = Json.tree(answer);
            return response.path("background").asBoolean()
                    && UNDER_WAY.contains(response.path("status").asText());
        } catch (IOException e) {
            return false;
        }
    }

    /** What was used in the end; empty if that cannot be found out. To be called once. */
    Future<Optional<TokenUsage>> usage() {
        pause(FIRST_PAUSE_MILLIS);
        return used.future();
    }

    /** Asks now, whenever it would be asked next; completes with the answer, whatever that is. From any thread. */
    Future<Void> askNow() {
        Promise<Void> asked = Promise.promise();
        context.runOnContext(now -> Future.succeededFuture()
                .compose(ready -> ask())
                .onSuccess(this::end)
                .onComplete(answered -> asked.complete()));
        return asked.future();
    }

    private void pause(long millis) {
        if (used.future().isComplete()) {
            return;
        }
        if (System.nanoTime() - startNanos > MOST_NANOS || failures > MOST_FAILURES) {
            used.complete(Optional.empty());
        } else {
            vertx.setTimer(millis, timer -> askAgain(Math.min(millis * 2, LONGEST_PAUSE_MILLIS)));
        }
    }

    private void askAgain(long nextPause) {
        ask().onComplete(answer -> {
            if (answer.succeeded() && end(answer.result())) {
                return;
            }
            boolean underWay = answer.succeeded() && answer.result().status == 200;
            failures = underWay ? 0 : failures + 1;
            pause(nextPause);
        });
    }

    private Future<Told> ask() {
        Upstream.Exchange exchange = route.provider()
                .upstream()
                .send(new Upstream.Request(
                        HttpMethod.GET,
                        "/responses/" + id,
                        HttpHeaders.headers(),
                        route.key(),
                        route.admitted().caller().providerKey() != null,
                        Upstream.Body.NONE));
        return exchange.answer()
                .compose(answer -> BoundedBody.collect(answer.body(), MOST_ANSWER_BYTES)
                        .map(body -> new Told(answer.status(), body)))
                .onFailure(failure -> exchange.reset());
    }

    /** Whether this answer is the last one. */
    private boolean end(Told told) {
        byte[] body = told.body.getBytes();
        if (told.status == 404) {
            // Its owner has deleted it.
            used.tryComplete(Optional.empty());
        } else if (told.status == 200 && !isUnderWay(body)) {
            Translation.Whole whole = ResponsesAnswer.whole(body);
            used.tryComplete(Optional.ofNullable(whole == null ? null : whole.usage()));
        }
        return used.future().isComplete();
    }

    private record Told(int status, Buffer body) {}
}
