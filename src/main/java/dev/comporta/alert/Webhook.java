package dev.comporta.alert;

import dev.comporta.core.PublicAddress;
import dev.comporta.core.Secret;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Posts alerts as signed JSON. The connection goes to exactly the address that was looked at, so that a name which
 * answers differently the second time gains nothing, and redirects are not followed.
 */
@ApplicationScoped
class Webhook implements Sender {

    private static final int RESOLVING_AT_ONCE = 4;
    private static final int CONNECTIONS = 64;
    private static final int LONGEST_HEAD = 16 << 10;

    private final Vertx vertx;
    private final Clock clock;
    private final boolean privateToo;
    private final Duration timeout;
    private final Optional<Secret> gatewaySecret;
    private final HttpClient client;
    /** Name servers can be slow; nothing else has to wait for them. */
    private final WorkerExecutor resolving;

    Webhook(Vertx vertx, AlertConfig config, Clock clock) {
        this.vertx = vertx;
        this.clock = clock;
        privateToo = config.alerts().allowPrivateWebhooks();
        timeout = Duration.ofMillis(Math.max(1, config.alerts().webhookTimeout().toMillis()));
        gatewaySecret = config.webhookSecret().map(Secret::of);
        client = vertx.createHttpClient(new HttpClientOptions()
                .setConnectTimeout((int) Math.min(timeout.toMillis(), Integer.MAX_VALUE))
                .setKeepAlive(false)
                .setMaxPoolSize(CONNECTIONS)
                .setMaxHeaderSize(LONGEST_HEAD));
        resolving =
                vertx.createSharedWorkerExecutor("comporta-webhook-resolver", RESOLVING_AT_ONCE, 1, TimeUnit.MINUTES);
    }

    @Override
    public Future<Void> send(Delivery delivery) {
        WebhookUrl url = WebhookUrl.parse(delivery.address());
        if (url == null) {
            return Future.failedFuture(NotDelivered.ever("the address is not the URL of a webhook"));
        }
        Post post = new Post(vertx, client, timeout);
        return post.send(resolve(url).map(address -> request(url, address, delivery)), body(delivery));
    }

    private Future<InetAddress> resolve(WebhookUrl url) {
        return resolving
                .executeBlocking(() -> List.of(InetAddress.getAllByName(url.host())), false)
                .recover(unknown -> Future.failedFuture(NotDelivered.yet("its host has no address")))
                .map(addresses -> {
                    if (!addresses.stream().map(InetAddress::getAddress).allMatch(this::mayBeCalled)) {
                        throw NotDelivered.ever("its host leads where webhooks may not go");
                    }
                    return addresses.get(0);
                });
    }

    private boolean mayBeCalled(byte[] address) {
        return PublicAddress.is(address) || privateToo && !PublicAddress.isOfTheHost(address);
    }

    private RequestOptions request(WebhookUrl url, InetAddress address, Delivery delivery) {
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setServer(SocketAddress.inetSocketAddress(url.port(), address.getHostAddress()))
                .setHost(url.host())
                .setPort(url.port())
                .setSsl(url.tls())
                .setURI(url.target())
                .setFollowRedirects(false)
                .putHeader(HttpHeaders.HOST, url.authority())
                .putHeader(HttpHeaders.USER_AGENT, "Comporta")
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.ACCEPT_ENCODING, HttpHeaders.IDENTITY)
                .putHeader("X-Comporta-Delivery", delivery.id().toString());
        long timestamp = clock.instant().getEpochSecond();
        options.putHeader("X-Comporta-Timestamp", Long.toString(timestamp));
        Secret secret = secret(delivery);
        if (secret != null) {
            options.putHeader("X-Comporta-Signature", Signature.of(secret, timestamp, body(delivery)));
        }
        return options;
    }

    private @Nullable Secret secret(Delivery delivery) {
        return delivery.secret() == null ? gatewaySecret.orElse(null) : delivery.secret();
    }

    private static Buffer body(Delivery delivery) {
        return new JsonObject()
                .put("id", delivery.alertId().toString())
                .put("type", delivery.type())
                .put("createdAt", delivery.raisedAt().toString())
                .put(
                        "clientId",
                        delivery.clientId() == null ? null : delivery.clientId().toString())
                .put("subject", delivery.subject())
                .put("text", delivery.text())
                .put("data", delivery.data())
                .toBuffer();
    }
}
