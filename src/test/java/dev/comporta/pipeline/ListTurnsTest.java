package dev.comporta.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A client reads one list at a time")
class ListTurnsTest {

    private static final UUID ACME = new UUID(0, 1);
    private static final UUID OTHER = new UUID(0, 2);

    private final Vertx vertx = Vertx.vertx();
    private final ListTurns turns = new ListTurns();

    @AfterEach
    void close() {
        vertx.close();
    }

    @Test
    void one_after_the_other_in_their_order() throws Exception {
        assertThat(begin(ACME, "openai").isComplete()).isTrue();
        Future<Void> second = begin(ACME, "openai");
        Future<Void> third = begin(ACME, "openai");
        assertThat(second.isComplete()).isFalse();

        turns.end(ACME, "openai");
        await(second);
        assertThat(third.isComplete()).isFalse();
        turns.end(ACME, "openai");
        await(third);

        turns.end(ACME, "openai");
        assertThat(begin(ACME, "openai").isComplete()).isTrue();
    }

    @Test
    void others_and_lists_elsewhere_do_not_wait() throws Exception {
        begin(ACME, "openai");

        assertThat(begin(OTHER, "openai").isComplete()).isTrue();
        assertThat(begin(ACME, "groq").isComplete()).isTrue();
    }

    @Test
    void only_so_many_wait() throws Exception {
        List<Future<Void>> begun = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            begun.add(begin(ACME, "openai"));
        }

        assertThat(begun.get(8).isComplete()).isFalse();
        assertThat(((GatewayError) begun.get(9).cause()).code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(begin(OTHER, "openai").isComplete()).isTrue();
    }

    @Test
    void a_turn_comes_on_the_event_loop_of_its_call() throws Exception {
        begin(ACME, "openai");
        Context home = vertx.getOrCreateContext();
        CompletableFuture<Boolean> atHome = new CompletableFuture<>();
        on(home, () -> turns.begin(ACME, "openai").onSuccess(turn -> atHome.complete(Vertx.currentContext() == home)));

        turns.end(ACME, "openai");

        assertThat(atHome.get(10, TimeUnit.SECONDS)).isTrue();
    }

    private Future<Void> begin(UUID client, String provider) throws Exception {
        return on(vertx.getOrCreateContext(), () -> turns.begin(client, provider));
    }

    private static <T> T on(Context context, Supplier<T> work) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        context.runOnContext(now -> done.complete(work.get()));
        return done.get(10, TimeUnit.SECONDS);
    }

    private static void await(Future<Void> turn) throws Exception {
        turn.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
