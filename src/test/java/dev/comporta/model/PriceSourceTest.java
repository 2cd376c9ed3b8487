package dev.comporta.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.comporta.store.StartupFailure;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A document comes whole and within bounds, or not at all. */
class PriceSourceTest {

    private static Vertx vertx;
    private static HttpServer server;

    @BeforeAll
    static void open() {
        vertx = Vertx.vertx();
        server = vertx.createHttpServer(
                new HttpServerOptions().setHost("127.0.0.1").setPort(0));
        server.requestHandler(request -> {
            switch (request.path()) {
                case "/prices.json" -> request.response().end("{\"a\":1}");
                case "/moved" ->
                    request.response()
                            .setStatusCode(302)
                            .putHeader("location", "/prices.json")
                            .end();
                case "/large" -> request.response().end(Buffer.buffer(new byte[PriceSource.MOST_BYTES + 1]));
                case "/silent" -> request.pause();
                case "/stuck" -> request.response().setChunked(true).write("{");
                default -> request.response().setStatusCode(404).end("no");
            }
        });
        server.listen().toCompletionStage().toCompletableFuture().join();
    }

    @AfterAll
    static void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void a_document_is_fetched_where_it_is_and_where_it_moved() {
        assertThat(fetch(at("/prices.json"))).isEqualTo("{\"a\":1}");
        assertThat(fetch(at("/moved"))).isEqualTo("{\"a\":1}");
    }

    @Test
    void a_file_is_a_source_by_its_path_and_by_its_address(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("with space.json"), "{}");

        assertThat(fetch(file.toString())).isEqualTo("{}");
        assertThat(fetch(file.toUri().toString())).isEqualTo("{}");
        refused(directory.toString(), true, "is no file");
        refused(directory.resolve("none").toString(), true, "is no file");
    }

    @Test
    void what_does_not_answer_well_is_told_in_a_line_without_a_secret() throws IOException {
        refused(at("/none") + "?token=s3cret", true, "/none answers with status 404");
        refused(at("/large"), true, "has more than 32 MiB");
        refused(at("/silent"), false, "takes too long");
        refused(at("/stuck"), false, "takes too long");
        refused("http://user:s3cret@127.0.0.1:" + closedPort() + "/x?token=s3cret", false, "/x cannot be reached");
        refused("http://nowhere.invalid/prices.json", false, "nowhere.invalid/prices.json ");
    }

    @Test
    void without_an_address_there_is_no_source() {
        assertThat(source("").isSet()).isFalse();
        assertThat(source("  ").isSet()).isFalse();
        assertThat(source(at("/x")).isSet()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://",
                "https:///x",
                "ftp://example.com/x",
                "http://example.com:99999/x",
                "http://exa mple.com/s3cret",
                "file://host/x",
                "jar:file:/s3cret",
            })
    void an_address_that_is_none_stops_the_start(String address) {
        assertThatThrownBy(() -> source(address))
                .isInstanceOf(StartupFailure.class)
                .hasMessageContaining("gateway.price-sync.url")
                .message()
                .doesNotContain("s3cret");
    }

    @Test
    void a_time_limit_must_be_one() {
        assertThatThrownBy(() -> new PriceSource(vertx, new PriceSettings("", Duration.ZERO, false)))
                .isInstanceOf(StartupFailure.class)
                .hasMessageContaining("gateway.price-sync.timeout");
        assertThatCode(() -> new PriceSource(vertx, new PriceSettings("", Duration.ofDays(1_000), false)))
                .doesNotThrowAnyException();
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private static String at(String path) {
        return "http://127.0.0.1:" + server.actualPort() + path;
    }

    private static PriceSource source(String address) {
        return new PriceSource(vertx, new PriceSettings(address, Duration.ofSeconds(2), false));
    }

    private static String fetch(String address) {
        return new String(source(address)
                .fetch()
                .toCompletionStage()
                .toCompletableFuture()
                .join());
    }

    private static void refused(String address, boolean reached, String why) {
        assertThatThrownBy(() -> fetch(address))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(PriceSourceFailure.class, failure -> {
                    assertThat(failure.wasReached()).isEqualTo(reached);
                    assertThat(failure).hasMessageContaining(why).message().doesNotContain("s3cret");
                });
    }
}
