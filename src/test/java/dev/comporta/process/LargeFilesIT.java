package dev.comporta.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Files that are larger than the gateway's whole heap go through it, both ways, and leave nothing in its memory. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LargeFilesIT {

    private static final long LARGE = 200L << 20;
    private static final long MAY_GROW = 32L << 20;
    private static final int AT_ONCE = Proof.FULL ? 64 : 16;
    private static final long EACH = (Proof.FULL ? 200L : 16L) << 20;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final FileStore provider = new FileStore();
    private GatewayProcess gateway;

    @BeforeAll
    void start(@TempDir Path home) throws Exception {
        Assumptions.assumeTrue(ResidentMemory.isKnownHere(), "only Linux tells how much memory a process has");
        gateway = GatewayProcess.in(home.resolve("data"))
                .env("GATEWAY_API_KEY", Caller.KEY)
                .env("OPENAI_API_KEY", "sk-of-the-tests")
                .env("GATEWAY_PROVIDERS_OPENAI_BASE_URL", provider.baseUrl())
                .startReady();
        // Whatever is loaded and allocated once is there before anything is measured.
        for (int i = 0; i < 4; i++) {
            passes(8 << 20, i % 2 == 0);
        }
    }

    @AfterAll
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
        provider.close();
    }

    @Test
    void a_file_larger_than_the_heap_takes_no_memory() throws Exception {
        for (boolean lengthIsKnown : new boolean[] {true, false}) {
            ResidentMemory memory = gateway.memory();
            memory.forgetPeak();
            long before = memory.now();
            long began = System.nanoTime();

            passes(LARGE, lengthIsKnown);

            long grown = Math.max(0, memory.peak() - before);
            Proof.tell(
                    "large files: %d MB up and down (%s) in %d ms; memory %d MB, at most %d MB more meanwhile",
                    LARGE >> 20,
                    lengthIsKnown ? "of known length" : "in chunks",
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began),
                    before >> 20,
                    grown >> 20);
            assertThat(grown).isLessThan(MAY_GROW);
        }
    }

    @Test
    void many_files_at_once_do_not_exhaust_it() throws Exception {
        ResidentMemory memory = gateway.memory();
        memory.forgetPeak();
        long before = memory.now();
        long began = System.nanoTime();
        ExecutorService callers = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                boolean lengthIsKnown = i % 2 == 0;
                calls.add(callers.submit(() -> {
                    passes(EACH, lengthIsKnown);
                    return null;
                }));
            }
            for (Future<?> call : calls) {
                call.get(10, TimeUnit.MINUTES);
            }
        } finally {
            callers.shutdownNow();
        }
        Proof.tell(
                "large files: %d at once of %d MB up and down in %d ms; memory %d MB, at most %d MB more meanwhile",
                AT_ONCE,
                EACH >> 20,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began),
                before >> 20,
                Math.max(0, memory.peak() - before) >> 20);
        assertThat(gateway.isAlive()).isTrue();
        assertThat(gateway.output()).doesNotContain("OutOfMemory");
        assertThat(gateway.get("/q/health/ready").statusCode()).isEqualTo(200);
    }

    /** Uploads a file and downloads another; both arrive whole. */
    private void passes(long length, boolean lengthIsKnown) throws IOException, InterruptedException {
        long expected = FileStore.checksum(FileStore.content(length));
        String id = "file-%d-%d".formatted(System.nanoTime(), length);
        HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.ofInputStream(() -> FileStore.content(length));
        HttpResponse<String> uploaded = http.send(
                request("/v1/files")
                        .header("Content-Type", "multipart/form-data; boundary=never-looked-for")
                        .header("x-file-id", id)
                        .POST(lengthIsKnown ? HttpRequest.BodyPublishers.fromPublisher(body, length) : body)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(uploaded.statusCode()).as(uploaded.body()).isEqualTo(200);
        assertThat(new JsonObject(uploaded.body()).getLong("checksum")).isEqualTo(expected);

        HttpResponse<InputStream> downloaded = http.send(
                request("/v1/files/" + id + "/content").GET().build(), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(downloaded.statusCode()).isEqualTo(200);
        assertThat(downloaded.headers().firstValueAsLong("content-length")).hasValue(length);
        try (InputStream in = downloaded.body()) {
            assertThat(FileStore.checksum(in)).isEqualTo(expected);
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(gateway.uri(path))
                .timeout(Duration.ofMinutes(10))
                .header("Authorization", "Bearer " + Caller.KEY);
    }
}
