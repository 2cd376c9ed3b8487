package dev.comporta.alert;

import dev.comporta.store.Database;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sends what the {@link Outbox} holds, at least once. Any replica sends, and each delivery is sent by the one that has
 * claimed it; no transaction is open meanwhile. What fails is tried again after a random part of a pause that doubles,
 * until it is given up; what is given up stays to be looked at and revived.
 */
@ApplicationScoped
class Deliverer {

    /** Longer than any attempt lasts. */
    private static final Duration CLAIM = Duration.ofMinutes(2);

    private static final Duration LONGEST_ATTEMPT = Duration.ofSeconds(30);
    private static final Duration FAREWELL = Duration.ofSeconds(5);
    private static final Duration SHORTEST_POLL = Duration.ofMillis(100);
    private static final int AT_ONCE = 32;
    private static final Logger LOG = Logger.getLogger(Deliverer.class);

    private final Vertx vertx;
    private final Database database;
    private final AlertConfig.AlertsConfig config;
    private final Clock clock;
    private final Sender mail;
    private final Sender webhook;
    private final Set<Future<Void>> underWay = ConcurrentHashMap.newKeySet();

    private volatile boolean closing;
    private volatile boolean looked = true;

    Deliverer(Vertx vertx, Database database, AlertConfig config, Clock clock, Mail mail, Webhook webhook) {
        this.vertx = vertx;
        this.database = database;
        this.config = config.alerts();
        this.clock = clock;
        this.mail = mail;
        this.webhook = webhook;
    }

    void start(@Observes StartupEvent event) {
        vertx.setPeriodic(
                Math.max(SHORTEST_POLL.toMillis(), config.pollInterval().toMillis()), timer -> look());
    }

    /** Lets what is being sent end, while the database is still open: it would be sent again otherwise. */
    void stop(@Observes @Priority(Interceptor.Priority.APPLICATION) ShutdownEvent event) {
        closing = true;
        Future.join(List.copyOf(underWay))
                .toCompletionStage()
                .toCompletableFuture()
                .completeOnTimeout(null, FAREWELL.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failed -> null)
                .join();
    }

    /** Looks for what is due now, without waiting for the next turn. */
    void look() {
        if (!closing && database.opened().succeeded()) {
            begin().onSuccess(begun -> looked = true).onFailure(failure -> {
                if (looked) {
                    LOG.warnf("Alerts wait, because the database cannot be asked for them: %s", failure.getMessage());
                }
                looked = false;
            });
        }
    }

    /** One turn, to its end: how many deliveries were tried. */
    Future<Integer> deliver() {
        return begin().compose(begun -> Future.join(begun).otherwiseEmpty().map(begun.size()));
    }

    private Future<List<Future<Void>>> begin() {
        int room = AT_ONCE - underWay.size();
        if (room <= 0) {
            return Future.succeededFuture(List.of());
        }
        Instant now = clock.instant();
        return DeliveryTable.claim(database.pool(), now, now.plus(CLAIM), room)
                .map(claimed -> claimed.stream().map(this::attempt).toList());
    }

    private Future<Void> attempt(Delivery delivery) {
        Sender sender = switch (delivery.channel()) {
            case EMAIL -> mail;
            case WEBHOOK -> webhook;
        };
        Future<Void> attempt = Future.succeededFuture()
                .compose(begun -> sender.send(delivery))
                .timeout(LONGEST_ATTEMPT.toMillis(), TimeUnit.MILLISECONDS)
                .transform(sent -> sent.succeeded()
                        ? DeliveryTable.delivered(database.pool(), delivery, clock.instant())
                        : failed(delivery, sent.cause()));
        underWay.add(attempt);
        return attempt.onComplete(done -> underWay.remove(attempt))
                .onFailure(unwritten -> LOG.warnf(
                        "What came of delivery %s could not be written down, so it is made again: %s",
                        delivery.id(), unwritten.getMessage()));
    }

    private Future<Void> failed(Delivery delivery, @Nullable Throwable cause) {
        NotDelivered failure = cause instanceof NotDelivered told
                ? told
                : NotDelivered.yet(cause instanceof TimeoutException ? "no end within 30 s" : "the gateway failed");
        if (failure != cause && !(cause instanceof TimeoutException)) {
            LOG.errorf(cause, "Delivery %s failed for a reason that is the gateway's own", delivery.id());
        }
        Instant next = clock.instant().plus(pause(delivery.attempts()));
        if (failure.isForGood() || next.isAfter(delivery.giveUpAt())) {
            LOG.warnf(
                    "Delivery %s of the alert %s (%s) is given up: %s",
                    delivery.id(), delivery.type(), delivery.channel().word(), failure.reason());
            return DeliveryTable.bury(database.pool(), delivery, failure.reason());
        }
        LOG.debugf("Delivery %s failed and is tried again: %s", delivery.id(), failure.reason());
        return DeliveryTable.retry(database.pool(), delivery, next, failure.reason());
    }

    /** Random, so that what failed together does not come back together. */
    private Duration pause(int attempts) {
        long longest = Math.max(1, config.retryMax().toMillis());
        long doubled = attempts > 30 ? longest : config.retryInitial().toMillis() << Math.min(attempts - 1, 30);
        long ceiling = doubled <= 0 ? longest : Math.min(doubled, longest);
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(ceiling) + 1);
    }
}
