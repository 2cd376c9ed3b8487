package dev.comporta.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A call that waits for the disk")
class SafeOnDiskTest {

    private static final byte[] NOTHING = {};

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private Journal journal;

    @BeforeEach
    void open() {
        journal = Journal.open(directory.resolve("journal"), 1 << 20, 8 << 20, true, Duration.ofMillis(1));
    }

    @AfterEach
    void close() throws Exception {
        journal.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void goes_on_where_it_was_at_its_beginning_and_at_its_end() throws Exception {
        for (int i = 0; i < 50; i++) {
            UUID id = new UUID(0, i);
            assertGoesOnWhereItWas(() -> journal.started(id, NOTHING, NOTHING));
            assertGoesOnWhereItWas(() -> journal.ended(id, NOTHING));
        }
    }

    private void assertGoesOnWhereItWas(Supplier<Future<Void>> append) throws Exception {
        Context loop = vertx.getOrCreateContext();
        Promise<String> before = Promise.promise();
        Promise<String> after = Promise.promise();
        loop.runOnContext(on -> {
            before.complete(Thread.currentThread().getName());
            EventLoop.here(append.get())
                    .onComplete(safe -> after.complete(Thread.currentThread().getName()));
        });

        assertThat(get(after)).isEqualTo(get(before)).contains("eventloop");
    }

    private static String get(Promise<String> promise) throws Exception {
        return promise.future().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
