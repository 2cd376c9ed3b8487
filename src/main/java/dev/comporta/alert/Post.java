package dev.comporta.alert;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One request to a webhook. The status of its answer decides; what follows is read to no more than a bound, only so
 * that a polite receiver is not cut off, and dropped.
 */
final class Post {

    private static final int MOST_OF_AN_ANSWER = 64 << 10;
    private static final int GONE = 410;

    private final Vertx vertx;
    private final HttpClient client;
    private final Duration timeout;
    private final Promise<Void> answered = Promise.promise();
    private volatile @Nullable HttpClientRequest request;
    private volatile boolean late;

    /** @param timeout for all of it, from the name of the host to the head of the answer */
    Post(Vertx vertx, HttpClient client, Duration timeout) {
        this.vertx = vertx;
        this.client = client;
        this.timeout = timeout;
    }

    /** Fails with {@link NotDelivered}. */
    Future<Void> send(Future<RequestOptions> options, Buffer body) {
        long timer = vertx.setTimer(timeout.toMillis(), now -> cut());
        options.compose(client::request)
                .compose(ready -> {
                    request = ready;
                    if (late) {
                        ready.reset();
                    }
                    return ready.send(body);
                })
                .compose(this::judge)
                .onComplete(read -> vertx.cancelTimer(timer))
                .onFailure(failure -> answered.tryFail(
                        failure instanceof NotDelivered told
                                ? told
                                : NotDelivered.yet("the webhook cannot be reached or broke off")));
        return answered.future();
    }

    private void cut() {
        late = true;
        answered.tryFail(NotDelivered.yet("no answer in time"));
        HttpClientRequest current = request;
        if (current != null) {
            current.reset();
        }
    }

    private Future<Void> judge(HttpClientResponse response) {
        int status = response.statusCode();
        if (status / 100 == 2) {
            answered.tryComplete();
        } else {
            String reason = "the webhook answered with status " + status;
            answered.tryFail(status == GONE ? NotDelivered.ever(reason) : NotDelivered.yet(reason));
        }
        int[] left = {MOST_OF_AN_ANSWER};
        response.handler(chunk -> {
            left[0] -= chunk.length();
            if (left[0] < 0) {
                response.request().reset();
            }
        });
        return response.end();
    }
}
