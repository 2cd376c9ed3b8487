package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.sqlclient.Row;
import jakarta.inject.Inject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Calls of every kind are made, well and ill; then everything that the gateway wrote is searched for keys and for what
 * callers and models said.
 */
@QuarkusTest
class SecretsTest {

    private static final String OWN_KEY = "sk-own-key-of-a-caller-" + UUID.randomUUID();
    private static final String WRONG_KEY = "vck_" + "wrong".repeat(8) + "key";

    ScriptedUpstream upstream;

    @Inject
    Database database;

    private final String prompt = "PROMPT MARKER " + UUID.randomUUID();
    private final String spoken = "ANSWER MARKER " + UUID.randomUUID();
    private final List<HttpResponse<byte[]>> answers = new ArrayList<>();
    private final List<HttpResponse<byte[]>> refusals = new ArrayList<>();

    @Test
    void no_key_and_no_word_is_found_anywhere() throws Exception {
        LogOfTheTests log = LogOfTheTests.fromHere();
        String clientKey = Gateway.newKey(Gateway.newClient());
        List<String> conversations = live(clientKey);
        // The last rows are in the tables, so all rows are.
        conversations.forEach(Gateway::usageOf);
        answers.stream().filter(answer -> !Gateway.requestId(answer).isEmpty()).forEach(Gateway::usage);

        List<String> keys = List.of(
                clientKey,
                WRONG_KEY,
                OWN_KEY,
                Gateway.SHARED_KEY,
                Gateway.ADMIN_KEY,
                UpstreamResource.OPENAI_KEY,
                UpstreamResource.GROQ_KEY,
                UpstreamResource.MISTRAL_KEY,
                UpstreamResource.ACME_KEY);
        String logged = log.text();
        String metrics = Gateway.text(Gateway.get("/q/metrics"));
        Map<String, String> spellings = spellings(keys);
        spellings.forEach((what, text) -> {
            assertThat(logged).as("log: %s", what).doesNotContain(text);
            assertThat(metrics).as("metrics: %s", what).doesNotContain(text);
            assertThat(tablesWith(text)).as("tables: %s", what).isEmpty();
        });
        for (HttpResponse<byte[]> response : concat(answers, refusals)) {
            for (String key : keys) {
                // Who brings its own key may see it again.
                if (!key.equals(OWN_KEY)) {
                    assertThat(Gateway.text(response)).doesNotContain(key);
                }
                assertThat(response.headers().map().toString()).doesNotContain(key);
            }
        }
        for (String words : List.of(prompt, spoken)) {
            assertThat(logged).doesNotContain(words);
            assertThat(metrics).doesNotContain(words);
            assertThat(tablesWith(words)).isEmpty();
            assertThat(refusals).noneMatch(refusal -> Gateway.text(refusal).contains(words));
        }

        // Proof that the log, the metrics and the tables were read at all.
        assertThat(logged).contains(Gateway.CHAT, " 502 ");
        assertThat(metrics).contains("gen_ai_");
        assertThat(tablesWith(conversations.get(0))).contains("gateway_usage_logs");
        assertThat(tablesWith(clientKey.substring(0, 10))).containsExactly("gateway_keys");
    }

    /** As they may have been written: plain, in hexadecimal and in base 64. */
    private static Map<String, String> spellings(List<String> keys) {
        Map<String, String> spellings = new HashMap<>();
        for (String key : keys) {
            byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
            String name = key.substring(0, 8) + "…";
            spellings.put(name, key);
            spellings.put(name + " in hex", HexFormat.of().formatHex(bytes));
            spellings.put(
                    name + " in base 64", Base64.getEncoder().withoutPadding().encodeToString(bytes));
        }
        return spellings;
    }

    private List<String> live(String clientKey) throws Exception {
        String good = upstream.model(Answers.json(Answers.completion(spoken)));
        String streamed = upstream.model(Answers.events(Answers.stream(spoken, " and more")));
        String cut = upstream.model(exchange ->
                exchange.eventStream().event(Answers.content(spoken)).close());
        String echo = upstream.model(exchange -> exchange.whole(
                400,
                Answers.errorBody(
                                exchange.request().header("authorization")
                                        + exchange.request().text(),
                                "invalid_request_error",
                                "no " + prompt)
                        .getBytes(StandardCharsets.UTF_8),
                "content-type: application/json"));
        String refused = upstream.model(exchange -> exchange.whole(
                401,
                Answers.errorBody("Wrong key " + exchange.request().header("authorization"), "t", "invalid_api_key")
                        .getBytes(StandardCharsets.UTF_8),
                "content-type: application/json"));
        String html = upstream.model(exchange -> exchange.whole(
                502,
                ("<html>" + exchange.request().text() + exchange.request().header("authorization"))
                        .getBytes(StandardCharsets.UTF_8),
                "content-type: text/html"));
        String garbage = upstream.model(
                exchange -> exchange.whole(200, spoken.getBytes(StandardCharsets.UTF_8), "content-type: text/plain"));
        String reset = upstream.model(Exchange::reset);

        for (String provider : List.of("openai", "groq", "mistral", "acme")) {
            answers.add(ask(provider + "/" + good, false, Gateway.SHARED_KEY));
            answers.add(ask(provider + "/" + streamed, true, clientKey));
            answers.add(ask(provider + "/" + cut, true, clientKey));
            answers.add(ask(provider + "/" + echo, false, clientKey));
            refusals.add(ask(provider + "/" + refused, false, clientKey));
            refusals.add(ask(provider + "/" + html, true, clientKey));
            refusals.add(ask(provider + "/" + garbage, false, clientKey));
            refusals.add(ask(provider + "/" + reset, true, clientKey));
        }
        answers.add(ask("demo/echo", true, clientKey));
        for (String model : List.of(good, streamed, echo, refused, cut)) {
            answers.add(Gateway.chat(
                    body("acme/" + model, model.equals(streamed)),
                    "x-gateway-key",
                    clientKey,
                    "Authorization",
                    "Bearer " + OWN_KEY));
        }
        refusals.add(ask("acme/" + good, false, WRONG_KEY));
        refusals.add(Gateway.chat(body("acme/" + good, false), "x-gateway-client-id", "nobody-is-called-so"));
        refusals.add(Gateway.chat(body("acme/" + good, false), "x-gateway-metadata", "{" + prompt));
        refusals.add(Gateway.chat(body("acme/" + good, false) + prompt));
        refusals.add(Gateway.chat("{\"model\":\"acme/x\",\"messages\":\"" + prompt));
        refusals.add(Gateway.chat("{\"model\":\"acme/x\"," + prompt));
        refusals.add(Gateway.chat("{\"model\":\"acme/x\",\"stream\":\"" + prompt + "\"}"));
        refusals.add(Gateway.chat("{\"messages\":\"" + prompt + "\"}"));
        refusals.add(Gateway.chat(" ".repeat(4 << 20) + prompt));
        refusals.add(ask("dead/x", false, clientKey));
        refusals.add(ask("keyless/x", false, clientKey));
        refusals.add(ask("anthropic/x", false, clientKey));
        refusals.add(Gateway.get("/v1/nothing", "Authorization", "Bearer " + WRONG_KEY));
        refusals.add(Gateway.get("/v1/models", "Authorization", "Bearer " + WRONG_KEY));
        refusals.add(Gateway.get("/api/audit", "Authorization", "Bearer " + WRONG_KEY));
        refusals.add(Gateway.get("/api/audit?clientId=" + clientKey, "Authorization", "Bearer " + clientKey));

        List<String> conversations = new ArrayList<>();
        conversations.add(throughTheSdk(good, clientKey));
        conversations.add(leave(clientKey));
        return conversations;
    }

    private String body(String model, boolean stream) {
        return """
                {"model":"%s","stream":%s,"messages":[{"role":"user","content":"%s"}],\
                "tools":[{"type":"function","function":{"name":"f","description":"%s"}}]}""".formatted(model, stream, prompt, prompt);
    }

    private HttpResponse<byte[]> ask(String model, boolean stream, String key) {
        return Gateway.chat(body(model, stream), "Authorization", "Bearer " + key, "x-gateway-user-id", "ana");
    }

    private String throughTheSdk(String model, String key) {
        String conversation = Gateway.newConversation();
        OpenAIClient client = Gateway.sdk(key);
        client.chat()
                .completions()
                .create(ChatCompletionCreateParams.builder()
                        .model("acme/" + model)
                        .addUserMessage(prompt)
                        .putAdditionalHeader("x-gateway-conversation-id", conversation)
                        .build());
        return conversation;
    }

    private String leave(String key) throws Exception {
        String model = upstream.model(exchange ->
                exchange.eventStream().event(Answers.content(spoken)).stall());
        String conversation = Gateway.newConversation();
        try (RawCaller caller = new RawCaller()) {
            caller.chat(
                    body("acme/" + model, true), "x-gateway-conversation-id: " + conversation, "x-gateway-key: " + key);
            caller.answerHead();
        }
        return conversation;
    }

    private static <T> List<T> concat(List<T> one, List<T> two) {
        List<T> all = new ArrayList<>(one);
        all.addAll(two);
        return all;
    }

    private List<String> tablesWith(String text) {
        List<String> found = new ArrayList<>();
        for (Row table : Databases.sql(database, """
                SELECT table_name::text FROM information_schema.tables
                WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
                """)) {
            String name = table.getString(0);
            String search = "SELECT 1 FROM \"%s\" AS t WHERE position($1 in row_to_json(t)::text) > 0 LIMIT 1";
            if (Databases.sql(database, search.formatted(name), text).size() > 0) {
                found.add(name);
            }
        }
        return found;
    }
}
