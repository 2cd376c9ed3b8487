package dev.comporta.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Buffers from memory, as a stream")
class PacedStreamTest {

    private static final Vertx VERTX = Vertx.vertx();

    @AfterAll
    static void close() {
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void come_in_order_and_end() throws Exception {
        assertThat(read((stream, seen) -> {})).containsExactly("0", "1", "2", "3", "4", "end");
    }

    @Test
    void none_at_all_end_too() throws Exception {
        CompletableFuture<String> ended = new CompletableFuture<>();

        VERTX.runOnContext(start -> new PacedStream(VERTX, List.of())
                .endHandler(end -> ended.complete("end"))
                .resume());

        assertThat(ended.get(10, TimeUnit.SECONDS)).isEqualTo("end");
    }

    @Test
    void wait_until_somebody_resumes_them() throws Exception {
        List<String> seen = new ArrayList<>();
        CompletableFuture<List<String>> later = new CompletableFuture<>();

        VERTX.runOnContext(start -> {
            new PacedStream(VERTX, List.of(Buffer.buffer("early"))).handler(chunk -> seen.add("early"));
            afterAWhile(() -> later.complete(seen));
        });

        assertThat(later.get(10, TimeUnit.SECONDS)).isEmpty();
    }

    @Test
    void stop_while_paused_and_go_on_without_a_loss_when_resumed() throws Exception {
        List<String> seen = read((stream, events) -> {
            if (events.size() == 2) {
                stream.pause();
                afterAWhile(() -> {
                    events.add("resumed");
                    stream.resume();
                });
            }
        });

        assertThat(seen).containsExactly("0", "1", "resumed", "2", "3", "4", "end");
    }

    @Test
    void come_once_however_often_they_are_resumed() throws Exception {
        List<String> seen = read(
                (stream, events) -> stream.pause().resume().resume().pause().resume());

        assertThat(seen).containsExactly("0", "1", "2", "3", "4", "end");
    }

    @Test
    void paused_behind_the_last_one_do_not_end_yet() throws Exception {
        List<String> seen = read((stream, events) -> {
            if (events.size() == 5) {
                stream.pause();
                afterAWhile(() -> {
                    events.add("resumed");
                    stream.resume();
                });
            }
        });

        assertThat(seen).containsExactly("0", "1", "2", "3", "4", "resumed", "end");
    }

    @Test
    void never_come_after_they_were_stopped_and_never_end() throws Exception {
        List<String> seen = new ArrayList<>();
        CompletableFuture<List<String>> later = new CompletableFuture<>();

        VERTX.runOnContext(start -> {
            PacedStream stream = fiveChunks();
            stream.handler(chunk -> {
                        seen.add(chunk.toString());
                        if (seen.size() == 2) {
                            stream.stop();
                            stream.resume();
                            afterAWhile(() -> later.complete(seen));
                        }
                    })
                    .endHandler(end -> seen.add("end"))
                    .resume();
        });

        assertThat(later.get(10, TimeUnit.SECONDS)).containsExactly("0", "1");
    }

    private interface Meddler {
        void seen(PacedStream stream, List<String> events);
    }

    /** Reads to the end; {@code meddler} is asked after every chunk. */
    private static List<String> read(Meddler meddler)
            throws ExecutionException, InterruptedException, TimeoutException {
        CompletableFuture<List<String>> ended = new CompletableFuture<>();
        VERTX.runOnContext(start -> {
            List<String> events = new ArrayList<>();
            PacedStream stream = fiveChunks();
            Consumer<String> event = events::add;
            stream.handler(chunk -> {
                        event.accept(chunk.toString());
                        meddler.seen(stream, events);
                    })
                    .endHandler(end -> {
                        event.accept("end");
                        // Whatever came too much would come until then.
                        afterAWhile(() -> ended.complete(events));
                    })
                    .resume();
        });
        return ended.get(10, TimeUnit.SECONDS);
    }

    private static PacedStream fiveChunks() {
        return new PacedStream(
                VERTX,
                IntStream.range(0, 5).mapToObj(i -> Buffer.buffer("" + i)).toList());
    }

    /** Longer than any pace; nothing depends on its exact length but that a mistake is noticed. */
    private static void afterAWhile(Runnable action) {
        VERTX.setTimer(60, timer -> action.run());
    }
}
