package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.Eventually;
import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What budgets and policies leave of a Realtime session. */
@QuarkusTest
class RealtimeLimitsTest {

    private static final String CREATED = """
            {"type":"response.created","response":{"id":"%s","status":"in_progress"}}""";
    private static final String DONE = """
            {"type":"response.done","response":{"id":"%s","status":"completed",\
            "usage":{"total_tokens":100,"input_tokens":60,"output_tokens":40}}}""";
    private static final String SESSION = """
            {"type":"session.created","session":{"audio":{"input":{"transcription":{"model":"%s"}}}}}""";
    private static final String TRANSCRIBED = """
            {"type":"conversation.item.input_audio_transcription.completed","item_id":"i",\
            "usage":{"type":"tokens","total_tokens":100,"input_tokens":60,"output_tokens":40}}""";

    ScriptedSockets provider;

    @Inject
    Database database;

    private JsonNode client;
    private String key;

    @BeforeEach
    void a_client_of_its_own() {
        client = Gateway.newClient();
        key = "Bearer " + Gateway.newKey(client);
    }

    /** A model that uses up to 150 tokens for one response. */
    private void registered(String model) {
        Gateway.admin("POST", "/api/ai-gateway/models", """
                {"provider":"live","modelName":"%s","inputPricePerMillion":4,"outputPricePerMillion":16,\
                "contextWindow":100,"maxOutputTokens":50}""".formatted(model));
    }

    private void budget(int tokens) {
        UUID id = UUID.fromString(client.path("id").asText());
        Databases.sql(
                database,
                "INSERT INTO client_budgets (client_id, budget_type, budget_limit, budget_period) "
                        + "VALUES ($1, 'tokens', $2, 'monthly')",
                id,
                BigDecimal.valueOf(tokens));
        Eventually.assertSoon(
                () -> assertThat(Databases.sql(database, "SELECT * FROM budget_ledgers WHERE client_id = $1", id)
                                .size())
                        .isEqualTo(1));
    }

    private void policy(String rules) {
        Gateway.admin(
                "POST",
                "/api/policies",
                "{\"clientId\":\"%s\",\"name\":\"Production\",%s}"
                        .formatted(client.path("id").asText(), rules));
    }

    private SocketCaller call(String model) {
        return new SocketCaller("/v1/realtime?model=" + model, List.of(), "Authorization", key);
    }

    private BigDecimal used() {
        return Databases.sql(
                        database,
                        "SELECT used FROM budget_ledgers WHERE client_id = $1",
                        UUID.fromString(client.path("id").asText()))
                .iterator()
                .next()
                .getBigDecimal("used");
    }

    @Test
    void a_session_that_only_transcribes_ends_when_the_budget_does() {
        AtomicInteger transcribed = new AtomicInteger();
        String scribe = "scribe-" + System.nanoTime();
        registered(scribe);
        String model = provider.model(session -> {
            session.writeTextMessage(SESSION.formatted(scribe));
            session.textMessageHandler(audio -> {
                transcribed.incrementAndGet();
                session.writeTextMessage(TRANSCRIBED);
            });
        });
        registered(model);
        budget(600);

        try (SocketCaller caller = call("live/" + model)) {
            caller.hear();
            for (int i = 0; i < 50 && !caller.socket().isClosed(); i++) {
                caller.say("{\"type\":\"input_audio_buffer.commit\"}");
            }
            assertThat(caller.closeCode()).isIn((short) 1008, (short) 1013);
        }

        Eventually.assertSoon(() -> assertThat(used()).isPositive());
        assertThat(used()).isLessThanOrEqualTo(new BigDecimal("600"));
    }

    @Test
    void many_responses_at_once_do_not_run_on_one_hold() {
        String model = provider.model(session -> session.textMessageHandler(text -> {
            for (int i = 0; i < 50; i++) {
                session.writeTextMessage(CREATED.formatted("resp_" + i));
            }
        }));
        registered(model);
        budget(400);

        int begun = 0;
        try (SocketCaller caller = call("live/" + model)) {
            caller.say("{\"type\":\"response.create\"}");
            assertThat(caller.closeCode()).isIn((short) 1008, (short) 1013);
            begun = caller.heard();
        }

        assertThat(begun).isBetween(2, 5);
    }

    @Test
    void a_session_that_always_keeps_a_response_running_ends_too() {
        AtomicInteger begun = new AtomicInteger();
        String model = provider.model(session -> overlapping(session, begun));
        registered(model);
        budget(1_000);

        try (SocketCaller caller = call("live/" + model)) {
            for (int i = 0; i < 100 && !caller.socket().isClosed(); i++) {
                caller.say("{\"type\":\"response.create\"}");
            }
            assertThat(caller.closeCode()).isIn((short) 1008, (short) 1013);
        }
    }

    /** Begins a response, and then ends the one before. */
    private static void overlapping(ServerWebSocket session, AtomicInteger begun) {
        session.textMessageHandler(text -> {
            int next = begun.incrementAndGet();
            session.writeTextMessage(CREATED.formatted("resp_" + next));
            if (next > 1) {
                session.writeTextMessage(DONE.formatted("resp_" + (next - 1)));
            }
        });
    }

    @Test
    void a_budget_holds_for_sessions_that_were_opened_before_it() {
        AtomicInteger responses = new AtomicInteger();
        String model = provider.model(session -> session.textMessageHandler(text -> {
            int next = responses.incrementAndGet();
            session.writeTextMessage(CREATED.formatted("resp_" + next));
            session.writeTextMessage(DONE.formatted("resp_" + next));
        }));
        registered(model);

        try (SocketCaller caller = call("live/" + model)) {
            caller.say("{\"type\":\"response.create\"}");
            caller.hear();
            caller.hear();
            budget(300);

            Eventually.assertSoon(() -> {
                caller.say("{\"type\":\"response.create\"}");
                assertThat(caller.socket().isClosed()).isTrue();
            });
            assertThat(caller.closeCode()).isIn((short) 1008, (short) 1013);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"session.update\",\"session\":{\"audio\":{\"input\":{\"transcription\":{\"model\":\"whisper-1\"}}}}}",
                "{\"type\":\"session.update\",\"session\":{\"input_audio_transcription\":{\"mod\\u0065l\":\"Whisper-1\"}}}",
                "{\"type\":\"session.update\",\"session\":{\"model\":\"whisper-1\"}}"
            })
    void a_session_cannot_be_changed_to_a_model_that_is_blocked(String update) {
        AtomicInteger passed = new AtomicInteger();
        String model = provider.model(session -> session.textMessageHandler(text -> passed.incrementAndGet()));
        policy("\"blockedModels\":[\"whisper-*\"]");

        try (SocketCaller caller = call("live/" + model)) {
            caller.say(update);

            JsonNode event = Json.read(caller.hear().textData());
            assertThat(event.path("type").asText()).isEqualTo("error");
            assertThat(event.at("/error/code").asText()).isEqualTo("model_blocked");
            assertThat(event.at("/error/message").asText())
                    .containsIgnoringCase("whisper-1")
                    .contains("\"Production\"");
            assertThat(caller.closeCode()).isEqualTo((short) 1008);
        }
        assertThat(passed).hasValue(0);
    }

    @Test
    void a_blocked_model_does_not_pass_in_pieces_either() {
        AtomicInteger passed = new AtomicInteger();
        String model = provider.model(session -> session.textMessageHandler(text -> passed.incrementAndGet()));
        policy("\"blockedModels\":[\"whisper-*\"]");

        try (SocketCaller caller = call("live/" + model)) {
            caller.socket().writeFrame(WebSocketFrame.textFrame("{\"session\":{\"model\":\"whis", false));
            caller.socket().writeFrame(WebSocketFrame.continuationFrame(Buffer.buffer("per-1\"}}"), true));

            assertThat(caller.closeCode()).isEqualTo((short) 1008);
        }
        assertThat(passed).hasValue(0);
    }

    @Test
    void what_names_no_blocked_model_passes() {
        String model = provider.model(session -> session.textMessageHandler(session::writeTextMessage));
        policy("\"blockedModels\":[\"whisper-*\"]");
        String update =
                "{\"session\":{\"model\":\"" + model + "\"},\"tools\":[{\"parameters\":{\"model\":\"whisper-1\"}}]}";

        try (SocketCaller caller = call("live/" + model)) {
            caller.say(update);

            assertThat(caller.hear().textData()).isEqualTo(update);
        }
    }

    @Test
    void of_a_chain_the_first_that_is_allowed_is_opened() {
        String blocked = provider.model(session -> session.writeTextMessage("blocked"));
        String allowed = provider.model(session -> session.writeTextMessage("allowed"));
        String alias = "talk-" + System.nanoTime();
        Gateway.admin("POST", "/api/ai-gateway/models", """
                {"provider":"alias","modelName":"%s","fallbackChain":["live/%s","live/%s"]}""".formatted(alias, blocked, allowed));
        policy("\"blockedModels\":[\"" + blocked + "\"]");

        try (SocketCaller caller = call(alias)) {
            assertThat(caller.hear().textData()).isEqualTo("allowed");
        }
    }
}
