package dev.comporta.test;

import static dev.comporta.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls in time: who waits for whom, who leaves, and who must not meet. */
@QuarkusTest
class FlowTest {

    ScriptedUpstream upstream;

    // Back-pressure

    /**
     * What the operating system's buffers hold on both legs together, with room: the gateway's own share is a few
     * hundred kilobytes.
     */
    private static final long BUFFERS = 24 << 20;

    private static final int EVENTS = 1_500;
    private static final String FILLER = "x".repeat(32 << 10);

    private ScriptedUpstream.Script flood() {
        return exchange -> {
            exchange.eventStream();
            for (int i = 0; i < EVENTS; i++) {
                exchange.event(Answers.content(i + " " + FILLER));
            }
            exchange.event(Answers.chunk("{}", "\"stop\"")).event("[DONE]").end();
        };
    }

    @Test
    void a_caller_that_does_not_read_holds_the_provider_up_and_then_gets_everything() throws Exception {
        String model = upstream.model(flood());
        String conversation = Gateway.newConversation();
        try (RawCaller caller = new RawCaller(256 << 10)) {
            caller.chat(Gateway.streamedQuestion("acme/" + model), "x-gateway-conversation-id: " + conversation);
            Exchange exchange = upstream.call(model);
            long taken = standstill(exchange, 333);

            assertThat(taken).isLessThan(BUFFERS);
            assertThat(Gateway.chat(Gateway.question("demo/echo")).statusCode()).isEqualTo(200);

            Wire.Message answer = caller.answer();
            List<String> events = answer.text()
                    .lines()
                    .filter(line -> line.startsWith("data: {"))
                    .toList();
            assertThat(events).hasSize(EVENTS + 1);
            for (int i = 0; i < EVENTS; i++) {
                assertThat(events.get(i)).contains("\"content\":\"" + i + " x");
            }
            assertThat(answer.text()).endsWith("data: [DONE]\n\n");
            assertThat(exchange.written()).isGreaterThan(EVENTS * (long) FILLER.length());
            // Far more text than the tokenizer keeps up with, and still an end and a row.
            JsonNode usage = Gateway.usageOf(conversation);
            assertThat(usage.path("usageSource").asText()).isEqualTo("estimated");
            assertThat(usage.path("outputTokens").asLong()).isBetween(EVENTS * 4_000L, EVENTS * 10_000L);
        }
    }

    @Test
    void a_caller_that_never_reads_and_leaves_frees_the_provider() throws Exception {
        String model = upstream.model(flood());
        RawCaller caller = new RawCaller(256 << 10);
        caller.chat(Gateway.streamedQuestion("acme/" + model));
        Exchange exchange = upstream.call(model);
        standstill(exchange, 333);

        long left = System.nanoTime();
        caller.close();

        assertThat(TimeUnit.NANOSECONDS.toMillis(exchange.awaitGone() - left)).isLessThan(1_000);
    }

    @Test
    void a_caller_that_pauses_is_not_taken_for_a_provider_that_is_silent() throws Exception {
        String model = upstream.model(flood());
        try (RawCaller caller = new RawCaller(256 << 10)) {
            caller.chat(Gateway.streamedQuestion("slow/" + model));
            // Longer than this provider may be silent.
            standstill(upstream.call(model), 1_500);

            assertThat(caller.answer().text()).endsWith("data: [DONE]\n\n").doesNotContain("\"error\"");
        }
    }

    /** Waits until the provider has not been able to write for so long; returns what it had written. */
    private static long standstill(Exchange exchange, long millis) throws InterruptedException {
        long[] seen = {-1, System.nanoTime()};
        eventually("The provider stands still", () -> {
            long written = exchange.written();
            if (written != seen[0]) {
                seen[0] = written;
                seen[1] = System.nanoTime();
            }
            return written > 0 && System.nanoTime() - seen[1] > TimeUnit.MILLISECONDS.toNanos(millis);
        });
        return seen[0];
    }

    @Test
    void a_caller_that_does_not_read_while_the_end_comes_in_a_burst_keeps_no_connection_from_the_provider()
            throws Exception {
        // One event, more than all buffers on the way to the caller take, and the end in the last piece of it.
        String large = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + "x".repeat(14 << 20);
        String rest = "\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
        String model = upstream.model(exchange -> {
            exchange.eventStream().chunk(large).chunk(rest);
            for (int i = 0; i < 200; i++) {
                exchange.chunk(": after the end " + FILLER + "\n\n");
            }
            exchange.end();
        });
        try (RawCaller caller = new RawCaller(64 << 10)) {
            caller.chat(Gateway.streamedQuestion("burst/" + model));
            Exchange first = upstream.call(model);
            standstill(first, 333);

            assertThat(caller.answer().text()).isEqualTo(large + rest);
            // The same connection of the caller, and so the same event loop and its connections to the provider.
            upstream.script(model, Answers.json(Answers.completion("Hi")));
            assertThat(caller.chat(Gateway.question("burst/" + model)).answer().status())
                    .isEqualTo(200);
            int second = upstream.call(model).connection();
            eventually(
                    "The first connection is in use or closed", () -> second == first.connection() || first.isGone());
        }
    }

    @Test
    void comments_without_end_and_no_event_are_an_error() throws Exception {
        CompletableFuture<Long> written = new CompletableFuture<>();
        String comment = ": " + "x".repeat(64 << 10) + "\n\n";
        String model = upstream.model(exchange -> {
            try {
                exchange.eventStream();
                while (exchange.written() < 4 * BUFFERS) {
                    exchange.chunk(comment);
                }
            } finally {
                written.complete(exchange.written());
            }
        });

        HttpResponse<byte[]> response = Gateway.chat(Gateway.streamedQuestion("acme/" + model));

        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(written.get(20, TimeUnit.SECONDS)).isLessThan(BUFFERS);
        assertThat(Gateway.usage(response).path("status").asText()).isEqualTo("error");
    }

    @Test
    void the_time_until_the_first_event_is_the_providers_and_not_the_gateways() {
        String model = upstream.model(exchange -> exchange.eventStream()
                .await(new CompletableFuture<>().completeOnTimeout(null, 1, TimeUnit.SECONDS))
                .event(Answers.chunk("{}", "\"stop\""))
                .event("[DONE]")
                .end());

        HttpResponse<byte[]> response = Gateway.chat(Gateway.streamedQuestion("acme/" + model));

        assertThat(Double.parseDouble(Gateway.header(response, "x-gateway-overhead-ms")))
                .isLessThan(500);
    }

    // Connections that have grown old

    @Test
    void a_provider_that_closes_after_each_answer_costs_nobody_a_call() {
        String model = upstream.model(exchange -> {
            exchange.whole(
                    200, Answers.completion("Hi").getBytes(StandardCharsets.UTF_8), "content-type: application/json");
            exchange.close();
        });

        for (int i = 0; i < 200; i++) {
            assertThat(Gateway.chat(Gateway.question("stale/" + model)).statusCode())
                    .isEqualTo(200);
        }
        assertThat(upstream.waiting(model)).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_provider_that_closes_when_the_next_request_comes_costs_nobody_a_call(boolean orderly) {
        Set<Integer> served = ConcurrentHashMap.newKeySet();
        String model = upstream.model(exchange -> {
            if (served.add(exchange.connection())) {
                exchange.whole(
                        200,
                        Answers.completion("Hi").getBytes(StandardCharsets.UTF_8),
                        "content-type: application/json");
            } else if (orderly) {
                exchange.close();
            } else {
                exchange.reset();
            }
        });

        for (int i = 0; i < 50; i++) {
            assertThat(Gateway.chat(Gateway.question("stale/" + model)).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void a_provider_that_breaks_a_new_connection_is_not_asked_again() {
        String model = upstream.model(Exchange::close);

        HttpResponse<byte[]> response = Gateway.chat(Gateway.question("fresh/" + model));

        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(Gateway.text(response)).contains("\"provider_unreachable\"");
        assertThat(Gateway.usage(response).path("status").asText()).isEqualTo("error");
        assertThat(upstream.waiting(model)).isOne();
    }

    @Test
    void a_provider_that_breaks_on_a_request_is_asked_twice_at_most() throws Exception {
        int connections = 20;
        CountDownLatch allHere = new CountDownLatch(connections);
        String warm = upstream.model(exchange -> {
            allHere.countDown();
            await(allHere);
            exchange.whole(
                    200, Answers.completion("Hi").getBytes(StandardCharsets.UTF_8), "content-type: application/json");
        });
        List<CompletableFuture<HttpResponse<byte[]>>> all = new ArrayList<>();
        byte[] question = Gateway.question("stale/" + warm).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < connections; i++) {
            all.add(Gateway.http().sendAsync(Gateway.chatRequest(question), HttpResponse.BodyHandlers.ofByteArray()));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        String poison = upstream.model(Exchange::close);

        HttpResponse<byte[]> response = Gateway.chat(Gateway.question("stale/" + poison));

        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(upstream.waiting(poison)).isEqualTo(2);
    }

    // Leaving

    @Test
    void a_caller_that_leaves_before_the_first_token_ends_the_call_at_the_provider() throws Exception {
        for (ScriptedUpstream.Script waiting : List.<ScriptedUpstream.Script>of(
                Exchange::stall,
                exchange -> exchange.eventStream().stall(),
                exchange -> exchange.eventStream().chunk(": thinking\n\n").stall())) {
            String model = upstream.model(waiting);
            String conversation = Gateway.newConversation();
            RawCaller caller = new RawCaller();
            caller.chat(Gateway.streamedQuestion("acme/" + model), "x-gateway-conversation-id: " + conversation);
            Exchange exchange = upstream.call(model);

            long left = System.nanoTime();
            caller.close();

            assertThat(TimeUnit.NANOSECONDS.toMillis(exchange.awaitGone() - left))
                    .isLessThan(1_000);
            JsonNode usage = Gateway.usageOf(conversation);
            assertThat(usage.path("status").asText()).isEqualTo("cancelled");
            assertThat(usage.path("statusCode").asInt()).isEqualTo(499);
            assertThat(usage.path("inputTokens").asLong()).isPositive();
            assertThat(usage.path("outputTokens").asLong()).isZero();
            assertThat(usage.path("usageSource").asText()).isEqualTo("estimated");
        }
    }

    @Test
    void a_caller_that_leaves_while_a_whole_answer_is_made_ends_the_call_at_the_provider() throws Exception {
        String model =
                upstream.model(exchange -> exchange.head(200, "content-type: application/json", "content-length: 1000")
                        .raw("{".getBytes(StandardCharsets.US_ASCII))
                        .stall());
        String conversation = Gateway.newConversation();
        RawCaller caller = new RawCaller();
        caller.chat(Gateway.question("acme/" + model), "x-gateway-conversation-id: " + conversation);
        Exchange exchange = upstream.call(model);

        long left = System.nanoTime();
        caller.close();

        assertThat(TimeUnit.NANOSECONDS.toMillis(exchange.awaitGone() - left)).isLessThan(1_000);
        assertThat(Gateway.usageOf(conversation).path("status").asText()).isEqualTo("cancelled");
    }

    @Test
    void a_caller_that_leaves_in_the_middle_of_its_request_is_nobodys_failure() throws Exception {
        LogOfTheTests log = LogOfTheTests.fromHere();
        try (RawCaller caller = new RawCaller()) {
            caller.head("POST", Gateway.CHAT, "Content-Length: 1000").send(new byte[] {'{'});
        }
        // Later than the leaving, because both come over the network and only this one is answered.
        assertThat(Gateway.chat(Gateway.question("demo/echo")).statusCode()).isEqualTo(200);

        eventually("The leaving is noticed", () -> log.text().contains(Gateway.CHAT));
        assertThat(log.text()).doesNotContain(" ERROR ");
    }

    // Strangers

    @Test
    void two_callers_at_once_get_each_their_own() throws Exception {
        String model = upstream.model(exchange -> {
            String whose = exchange.json().at("/messages/0/content").asText();
            exchange.eventStream("x-request-id: req_" + whose);
            for (int i = 0; i < 200; i++) {
                exchange.event(Answers.content(whose + i));
            }
            exchange.event(Answers.chunk("{}", "\"stop\"")).event("[DONE]").end();
        });
        String one = Gateway.newKey(Gateway.newClient());
        String two = Gateway.newKey(Gateway.newClient());
        CountDownLatch together = new CountDownLatch(2);

        CompletableFuture<HttpResponse<byte[]>> first = ask(model, "one-", one, together);
        CompletableFuture<HttpResponse<byte[]>> second = ask(model, "two-", two, together);

        assertThat(contents(first.join())).containsExactlyElementsOf(expected("one-"));
        assertThat(contents(second.join())).containsExactlyElementsOf(expected("two-"));
        assertThat(Gateway.header(first.join(), "x-request-id")).isEqualTo("req_one-");
        assertThat(Gateway.header(second.join(), "x-request-id")).isEqualTo("req_two-");
        assertThat(Gateway.usage(first.join()).path("clientId"))
                .isNotEqualTo(Gateway.usage(second.join()).path("clientId"));
    }

    private static CompletableFuture<HttpResponse<byte[]>> ask(
            String model, String whose, String key, CountDownLatch together) {
        return CompletableFuture.supplyAsync(() -> {
            together.countDown();
            return Gateway.chat(
                    "{\"model\":\"acme/%s\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
                            .formatted(model, whose),
                    "Authorization",
                    "Bearer " + key);
        });
    }

    private static List<String> expected(String whose) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(whose + i);
        }
        return all;
    }

    private static List<String> contents(HttpResponse<byte[]> response) {
        return Gateway.text(response)
                .lines()
                .filter(line -> line.startsWith("data: {"))
                .map(line -> Json.read(line.substring(6))
                        .at("/choices/0/delta/content")
                        .asText())
                .filter(content -> !content.isEmpty())
                .toList();
    }

    @Test
    void two_hundred_streams_at_once_stay_in_order() throws Exception {
        int streams = 200;
        int events = 20;
        CountDownLatch allHere = new CountDownLatch(streams);
        String model = upstream.model(exchange -> {
            String whose = exchange.json().at("/messages/0/content").asText();
            exchange.eventStream().event(Answers.content(whose + ":begin"));
            allHere.countDown();
            await(allHere);
            for (int i = 0; i < events; i++) {
                exchange.event(Answers.content(whose + ":" + i));
            }
            exchange.event(Answers.chunk("{}", "\"stop\""))
                    .event(Answers.usageChunk(Answers.USAGE))
                    .event("[DONE]")
                    .end();
        });
        AtomicInteger right = new AtomicInteger();

        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            String whose = "stream-" + i;
            byte[] body =
                    "{\"model\":\"acme/%s\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
                            .formatted(model, whose)
                            .getBytes(StandardCharsets.UTF_8);
            all.add(Gateway.http()
                    .sendAsync(Gateway.chatRequest(body), HttpResponse.BodyHandlers.ofByteArray())
                    .thenAccept(response -> {
                        List<String> wanted = new ArrayList<>(List.of(whose + ":begin"));
                        for (int event = 0; event < events; event++) {
                            wanted.add(whose + ":" + event);
                        }
                        assertThat(contents(response)).isEqualTo(wanted);
                        assertThat(Gateway.text(response)).endsWith("data: [DONE]\n\n");
                        right.incrementAndGet();
                    }));
        }

        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        assertThat(right).hasValue(streams);
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new AssertionError(latch.getCount() + " streams did not come");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void each_event_leaves_when_it_comes() {
        CompletableFuture<Void> seen = new CompletableFuture<>();
        String model = upstream.model(exchange -> exchange.eventStream()
                .event(Answers.content("first"))
                .await(seen)
                .event(Answers.chunk("{}", "\"stop\""))
                .event("[DONE]")
                .end());

        HttpResponse<InputStream> response = Gateway.send(
                Gateway.chatRequest(Gateway.streamedQuestion("acme/" + model).getBytes(StandardCharsets.UTF_8)),
                HttpResponse.BodyHandlers.ofInputStream());

        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).contains("first");
            seen.complete(null);
            assertThat(lines.lines()).last().isNotNull();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
