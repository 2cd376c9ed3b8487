package dev.comporta.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.dialect.Json;
import dev.comporta.pipeline.RemoteImagesConfig.Mode;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Images that are given by their address")
class RemoteImagesTest {

    private static final byte[] PNG = "\u0089PNG\r\n\u001a\nand so on".getBytes(StandardCharsets.ISO_8859_1);
    private static final String PNG_URL =
            "data:image/png;base64," + Base64.getEncoder().encodeToString(PNG);

    private final Vertx vertx = Vertx.vertx();
    private final List<HttpServerRequest> asked = new CopyOnWriteArrayList<>();
    private final HttpServer server = vertx.createHttpServer()
            .requestHandler(this::answer)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    private final String base = "http://127.0.0.1:" + server.actualPort();
    private final Set<String> here = Set.of("127.0.0.1:" + server.actualPort());

    private void answer(HttpServerRequest request) {
        asked.add(request);
        switch (request.path()) {
            case "/png" -> request.response().end(Buffer.buffer(PNG));
            case "/bmp" ->
                request.response().putHeader("content-type", "image/bmp; x=y").end("BM");
            case "/html" ->
                request.response().putHeader("content-type", "text/html").end("<html>");
            case "/none" ->
                request.response()
                        .setStatusCode(404)
                        .putHeader("content-type", "image/png")
                        .end("x");
            case "/large" -> request.response().end(Buffer.buffer(PNG).appendBytes(new byte[2_000]));
            case "/half" -> request.response().end(Buffer.buffer(PNG).appendBytes(new byte[900]));
            case "/silent" -> {
                // Says nothing.
            }
            default -> {
                int hops = Integer.parseInt(request.path().substring(1));
                String next =
                        request.getParam("to") != null ? request.getParam("to") : hops == 1 ? "/png" : "/" + (hops - 1);
                request.response()
                        .setStatusCode(302)
                        .putHeader("location", next)
                        .end();
            }
        }
    }

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private RemoteImages images(Mode mode, Set<String> allowed) {
        return new RemoteImages(vertx, new RemoteImagesConfig() {
            @Override
            public Mode mode() {
                return mode;
            }

            @Override
            public MemorySize maxBytes() {
                return new MemorySize(BigInteger.valueOf(1_000));
            }

            @Override
            public MemorySize maxTotalBytes() {
                return new MemorySize(BigInteger.valueOf(1_500));
            }

            @Override
            public Duration timeout() {
                return Duration.ofMillis(800);
            }

            @Override
            public Optional<Set<String>> allowHosts() {
                return Optional.of(allowed);
            }
        });
    }

    private RemoteImages images() {
        return images(Mode.FETCH, here);
    }

    private static ObjectNode chat(String... urls) {
        List<String> parts = new ArrayList<>();
        for (String url : urls) {
            parts.add("{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + url + "\",\"detail\":\"low\"}}");
        }
        return object("{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"http://not/an/image\"},"
                + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"http://x\"},"
                + String.join(",", parts) + "]}]}");
    }

    private static ObjectNode object(String json) {
        try {
            return (ObjectNode) Json.tree(json.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private <T> T onEventLoop(Supplier<Future<T>> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        vertx.runOnContext(run -> work.get().onSuccess(done::complete).onFailure(done::completeExceptionally));
        try {
            return done.orTimeout(20, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    private ObjectNode inline(RemoteImages images, ObjectNode chat) {
        return onEventLoop(() -> images.inline(chat));
    }

    private GatewayError refusal(RemoteImages images, String... urls) {
        GatewayError refusal = catchThrowableOfType(GatewayError.class, () -> inline(images, chat(urls)));
        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(refusal.getMessage()).doesNotContain("127.0.0.1");
        return refusal;
    }

    private static String url(ObjectNode chat, int part) {
        return chat.at("/messages/1/content/" + part + "/image_url/url").asText();
    }

    @Test
    void are_replaced_by_their_bytes_and_nothing_else_is_changed() {
        ObjectNode chat = chat(base + "/png", "data:image/png;base64,AAAA", base + "/bmp", base + "/png");
        ObjectNode before = chat.deepCopy();

        ObjectNode inlined = inline(images(), chat);

        assertThat(url(inlined, 1)).isEqualTo(PNG_URL);
        assertThat(url(inlined, 2)).isEqualTo("data:image/png;base64,AAAA");
        assertThat(url(inlined, 3)).isEqualTo("data:image/bmp;base64,Qk0=");
        assertThat(url(inlined, 4)).isEqualTo(PNG_URL);
        assertThat(inlined.at("/messages/1/content/1/image_url/detail").asText())
                .isEqualTo("low");
        assertThat(inlined.at("/messages/0")).isEqualTo(before.at("/messages/0"));
        assertThat(chat).isEqualTo(before);
        assertThat(asked).as("each once").hasSize(2);
    }

    @Test
    void may_be_written_as_a_mere_string() {
        ObjectNode inlined = inline(
                images(),
                object("{\"messages\":[{\"content\":[{\"type\":\"image_url\",\"image_url\":\"" + base + "/png\"}]}]}"));

        assertThat(inlined.at("/messages/0/content/0/image_url").asText()).isEqualTo(PNG_URL);
    }

    @Test
    void are_asked_for_without_anything_of_ours() {
        inline(images(), chat(base + "/png?a=b"));

        HttpServerRequest request = asked.get(0);
        assertThat(request.headers().names())
                .extracting(name -> name.toLowerCase(java.util.Locale.ROOT))
                .containsExactlyInAnyOrder("host", "accept", "accept-encoding", "connection");
        assertThat(request.query()).isEqualTo("a=b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/html", "/none", "/silent", "/4"})
    void that_cannot_be_had_are_named(String path) {
        GatewayError refusal = refusal(images(), "data:image/png;base64,AAAA", base + path);

        assertThat(refusal.param()).isEqualTo("messages[1].content[2].image_url.url");
        assertThat(refusal.getMessage()).startsWith("The image could not be fetched");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/large", "/half"})
    void are_bounded_each_and_together(String path) {
        GatewayError refusal = refusal(images(), base + path, base + "/half?2");

        assertThat(refusal.getMessage()).startsWith("The image is too large");
    }

    @Test
    void may_be_behind_three_redirects() {
        assertThat(url(inline(images(), chat(base + "/3")), 1)).isEqualTo(PNG_URL);
    }

    @Test
    void are_not_fetched_from_where_a_redirect_must_not_lead() {
        String forbidden = "http://localhost:" + server.actualPort() + "/png";

        String shut = refusal(images(), base + "/1?to=" + forbidden).getMessage();
        int afterTheFirst = asked.size();
        String inside = refusal(images(), base + "/1?to=http://127.0.0.1/").getMessage();

        assertThat(shut).isEqualTo(inside);
        assertThat(afterTheFirst).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1/png",
                "http://localhost/png",
                "http://2130706433/",
                "http://0x7f000001/",
                "http://127.1/",
                "http://[::1]/",
                "http://[::ffff:127.0.0.1]/",
                "http://169.254.169.254/latest/meta-data/",
                "https://10.0.0.1/",
                "http://does-not-exist.invalid/x.png",
                "http://user:password@127.0.0.1/"
            })
    void are_not_fetched_from_our_own_network_and_nobody_learns_why(String url) {
        assertThat(refusal(images(), url).getMessage())
                .isEqualTo(refusal(images(), base + "/html").getMessage());
    }

    @Test
    void are_fetched_from_the_address_that_was_looked_at() {
        List<String> resolved = new ArrayList<>();
        HttpClient client = vertx.createHttpClient();
        String name = "images.test:" + server.actualPort();

        String dataUrl = onEventLoop(() -> new ImageFetch(
                        vertx,
                        client,
                        host -> {
                            resolved.add(host);
                            return Future.succeededFuture(List.of(InetAddress.getLoopbackAddress()));
                        },
                        Set.of(name),
                        1_000,
                        bytes -> true)
                .of("http://" + name + "/png", 5_000));

        assertThat(dataUrl).isEqualTo(PNG_URL);
        assertThat(resolved).containsExactly("images.test");
        assertThat(asked.get(0).getHeader("host")).isEqualTo(name);
    }

    @Test
    void are_not_fetched_if_only_one_of_the_hosts_addresses_is_ours() {
        assertThat(fetchFrom(address(8, 8, 8, 8), address(10, 0, 0, 1))).isInstanceOf(ImageFetch.Unavailable.class);
        assertThat(fetchFrom()).isInstanceOf(ImageFetch.Unavailable.class);
        assertThat(asked).isEmpty();
    }

    private @Nullable Throwable fetchFrom(InetAddress... addresses) {
        Promise<Throwable> failed = Promise.promise();
        onEventLoop(() -> {
            new ImageFetch(
                            vertx,
                            vertx.createHttpClient(),
                            host -> Future.succeededFuture(List.of(addresses)),
                            Set.of(),
                            1_000,
                            bytes -> true)
                    .of("http://images.test/png", 5_000)
                    .onFailure(failed::complete);
            return Future.succeededFuture();
        });
        assertThat(failed.future().isComplete()).as("refused at once").isTrue();
        return failed.future().result();
    }

    private static InetAddress address(int a, int b, int c, int d) {
        try {
            return InetAddress.getByAddress(new byte[] {(byte) a, (byte) b, (byte) c, (byte) d});
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void are_not_many() {
        String[] urls = new String[17];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = base + "/png?" + i;
        }

        assertThat(refusal(images(), urls).param()).isEqualTo("messages[1].content[17].image_url.url");
        assertThat(asked).isEmpty();
    }

    @Test
    void can_be_refused_or_left_to_the_provider() {
        ObjectNode chat = chat(base + "/png");

        assertThat(images(Mode.FORWARD, here).isNeeded(chat)).isFalse();
        assertThat(inline(images(Mode.FORWARD, here), chat)).isEqualTo(chat);
        assertThat(images(Mode.REFUSE, here).isNeeded(chat)).isTrue();
        assertThat(refusal(images(Mode.REFUSE, here), base + "/png").getMessage())
                .contains("data: URL");
        assertThat(asked).isEmpty();
    }

    @Test
    void are_looked_for_in_whatever_a_caller_may_send() {
        assertThat(images().isNeeded(chat(base + "/png"))).isTrue();
        assertThat(images().isNeeded(chat("data:image/png;base64,AAAA"))).isFalse();
        for (String odd : List.of(
                "{}",
                "{\"messages\":7}",
                "{\"messages\":{\"a\":1}}",
                "{\"messages\":[7,null,{\"content\":7},{\"content\":[7,null,{\"type\":\"image_url\"},"
                        + "{\"type\":\"image_url\",\"image_url\":7},{\"type\":\"image_url\",\"image_url\":{\"url\":[]}}]}]}")) {
            assertThat(images().isNeeded(object(odd))).isFalse();
            assertThat(inline(images(), object(odd))).isEqualTo(object(odd));
        }
    }
}
