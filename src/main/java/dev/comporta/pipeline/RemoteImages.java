package dev.comporta.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.pipeline.RemoteImagesConfig.Mode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;

/**
 * Puts the bytes of images in the place of their addresses, for providers that fetch nothing themselves. Callers decide
 * what is fetched, so that only public addresses are, unless the operator lists a host.
 *
 * <p>Thread-safe; called on event loops, and never waits.
 */
@ApplicationScoped
public class RemoteImages {

    private static final int MAX_IMAGES = 16;
    private static final int RESOLVING_AT_ONCE = 4;

    private final Vertx vertx;
    private final Mode mode;
    private final long maxBytes;
    private final long maxTotalBytes;
    private final long timeoutMillis;
    private final Set<String> allowed;
    private final ThreadLocal<HttpClient> clients;
    /** Name servers can be slow; nothing else has to wait for them. */
    private final WorkerExecutor resolving;

    RemoteImages(Vertx vertx, RemoteImagesConfig config) {
        this.vertx = vertx;
        mode = config.mode();
        maxBytes = config.maxBytes().asLongValue();
        maxTotalBytes = config.maxTotalBytes().asLongValue();
        timeoutMillis = Math.max(1, config.timeout().toMillis());
        allowed = config.allowHosts().orElse(Set.of()).stream()
                .map(host -> host.strip().toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
        clients = ThreadLocal.withInitial(() -> vertx.createHttpClient(new HttpClientOptions()
                .setConnectTimeout((int) Math.min(timeoutMillis, Integer.MAX_VALUE))
                .setKeepAlive(false)
                .setMaxPoolSize(MAX_IMAGES * MAX_IMAGES)
                .setMaxHeaderSize(16 << 10)));
        resolving = vertx.createSharedWorkerExecutor("comporta-resolver", RESOLVING_AT_ONCE, 1, TimeUnit.MINUTES);
    }

    /** Whether a request holds an address that has to be replaced or refused. */
    public boolean isNeeded(ObjectNode chat) {
        return mode != Mode.FORWARD && !find(chat).isEmpty();
    }

    /**
     * Fetches what a request names.
     *
     * @param chat a chat completion request in OpenAI's form; it is not changed
     * @return the same request with {@code data:} URLs; fails with {@link GatewayError} and
     *     {@link ErrorCode#INVALID_REQUEST}, naming the part, if an image cannot be had
     */
    public Future<ObjectNode> inline(ObjectNode chat) {
        if (mode == Mode.FORWARD) {
            return Future.succeededFuture(chat);
        }
        ObjectNode copy = chat.deepCopy();
        List<Part> parts = find(copy);
        if (parts.isEmpty()) {
            return Future.succeededFuture(chat);
        }
        if (mode == Mode.REFUSE) {
            return Future.failedFuture(refusal(
                    parts.get(0), "This gateway does not fetch images: send the image itself, as a data: URL."));
        }
        Map<String, List<Part>> byUrl = new LinkedHashMap<>();
        parts.forEach(part ->
                byUrl.computeIfAbsent(part.url, url -> new ArrayList<>()).add(part));
        if (byUrl.size() > MAX_IMAGES) {
            return Future.failedFuture(refusal(
                    parts.get(MAX_IMAGES),
                    "A request can name %d images by their address, no more.".formatted(MAX_IMAGES)));
        }
        return fetch(byUrl).map(copy);
    }

    private Future<Void> fetch(Map<String, List<Part>> byUrl) {
        LongPredicate room = room();
        Promise<Void> done = Promise.promise();
        List<ImageFetch> fetches = new ArrayList<>();
        int[] missing = {byUrl.size()};
        byUrl.forEach((url, parts) -> {
            ImageFetch fetch = new ImageFetch(vertx, clients.get(), this::resolve, allowed, maxBytes, room);
            fetches.add(fetch);
            fetch.of(url, timeoutMillis)
                    .onSuccess(dataUrl -> {
                        parts.forEach(part -> part.replace(dataUrl));
                        if (--missing[0] == 0) {
                            done.tryComplete();
                        }
                    })
                    .onFailure(failure -> done.tryFail(refusal(parts.get(0), failure)));
        });
        return done.future().onFailure(failure -> fetches.forEach(ImageFetch::cancel));
    }

    /** All images of one request share it; they are fetched on one event loop. */
    private LongPredicate room() {
        long[] left = {maxTotalBytes};
        return bytes -> (left[0] -= bytes) >= 0;
    }

    private Future<List<InetAddress>> resolve(String host) {
        return resolving.executeBlocking(() -> List.of(InetAddress.getAllByName(host)), false);
    }

    private GatewayError refusal(Part part, Throwable failure) {
        return refusal(
                part,
                failure instanceof ImageFetch.TooLarge
                        ? "The image is too large: %d bytes each and %d together are fetched, no more."
                                .formatted(maxBytes, maxTotalBytes)
                        : "The image could not be fetched: its URL must lead to a public web server that answers with"
                                + " an image in time. It can be sent as a data: URL, too.");
    }

    private static GatewayError refusal(Part part, String message) {
        return new GatewayError(ErrorCode.INVALID_REQUEST, message, part.param);
    }

    private static List<Part> find(ObjectNode chat) {
        List<Part> found = new ArrayList<>();
        JsonNode messages = chat.path("messages");
        for (int i = 0; i < messages.size(); i++) {
            JsonNode content = messages.path(i).path("content");
            for (int j = 0; content.isArray() && j < content.size(); j++) {
                if (content.get(j) instanceof ObjectNode part
                        && part.path("type").asText().equals("image_url")) {
                    JsonNode image = part.path("image_url");
                    ObjectNode holder = image instanceof ObjectNode object ? object : part;
                    String member = image instanceof ObjectNode ? "url" : "image_url";
                    String url = holder.path(member).asText();
                    if (isRemote(url)) {
                        found.add(new Part(
                                holder, member, url, "messages[%d].content[%d].image_url.url".formatted(i, j)));
                    }
                }
            }
        }
        return found;
    }

    private static boolean isRemote(String url) {
        return url.regionMatches(true, 0, "http://", 0, 7) || url.regionMatches(true, 0, "https://", 0, 8);
    }

    /** Where an address stands. */
    private record Part(ObjectNode holder, String member, String url, String param) {

        void replace(String dataUrl) {
            holder.put(member, dataUrl);
        }
    }
}
