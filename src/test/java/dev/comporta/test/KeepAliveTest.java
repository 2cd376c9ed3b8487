package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@QuarkusTest
@DisplayName("Edge case 18: while a model thinks, the stream is kept alive")
class KeepAliveTest {

    ScriptedUpstream upstream;

    @Inject
    SwitchableGateway gateway;

    private Duration configured;

    @BeforeEach
    void soon() {
        configured = gateway.streamPingInterval;
        gateway.streamPingInterval = Duration.ofMillis(50);
    }

    @AfterEach
    void asBefore() {
        gateway.streamPingInterval = configured;
    }

    @Test
    void before_its_first_event_and_between_others_by_comments() throws Exception {
        CompletableFuture<Void> thought = new CompletableFuture<>();
        CompletableFuture<Void> thoughtAgain = new CompletableFuture<>();
        String model = upstream.model(exchange -> exchange.eventStream()
                .await(thought)
                .event(Answers.content("Hello"))
                .await(thoughtAgain)
                .event(Answers.chunk("{}", "\"stop\""))
                .event("[DONE]")
                .end());
        try (RawCaller caller = new RawCaller()) {
            caller.chat(Gateway.streamedQuestion("acme/" + model));
            caller.readUntil("HTTP/1.1 200").readUntil(": ping\n\n").readUntil(": ping\n\n");
            thought.complete(null);
            caller.readUntil("Hello").readUntil(": ping\n\n");
            thoughtAgain.complete(null);
            caller.readUntil("[DONE]");
        }
    }

    @Test
    void and_what_fails_afterwards_is_an_error_within_the_stream() throws Exception {
        CompletableFuture<Void> thought = new CompletableFuture<>();
        String model = upstream.model(exchange -> {
            exchange.eventStream().await(thought);
            exchange.reset();
        });
        try (RawCaller caller = new RawCaller()) {
            caller.chat(Gateway.streamedQuestion("acme/" + model));
            caller.readUntil(": ping\n\n");
            thought.complete(null);
            caller.readUntil("provider_failed").readUntil("[DONE]");
        }
    }

    @Test
    void but_not_for_googles_sdks_which_take_every_line_for_data() throws Exception {
        CompletableFuture<Void> thought = new CompletableFuture<>();
        String model = upstream.model(exchange -> {
            exchange.eventStream().event(Answers.content("Hello")).await(thought);
            exchange.event(Answers.chunk("{}", "\"stop\"")).event("[DONE]").end();
        });
        try (RawCaller caller = new RawCaller()) {
            caller.post(
                    "/v1beta/models/acme/" + model + ":streamGenerateContent?alt=sse",
                    "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}]}");
            caller.readUntil("Hello");
            String probe = upstream.model(
                    exchange -> exchange.eventStream().await(thought).end());
            try (RawCaller other = new RawCaller()) {
                // Where somebody else has been pinged, this one would have been too.
                other.chat(Gateway.streamedQuestion("acme/" + probe))
                        .readUntil(": ping\n\n")
                        .readUntil(": ping\n\n");
            }
            thought.complete(null);
            assertThat(caller.answerTail()).doesNotContain("ping");
        }
    }
}
