package dev.comporta.policy;

import static dev.comporta.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Target;
import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import dev.comporta.store.ScratchDatabase;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Policies made by plain SQL")
class PoliciesTest {

    @TempDir
    static Path directory;

    private static ScratchDatabase scratch;
    private static Policies policies;

    private UUID client;

    @BeforeAll
    static void open() {
        scratch = ScratchDatabase.open(directory, List.of(), database -> policies = new Policies(database));
    }

    @AfterAll
    static void close() throws Exception {
        scratch.close();
    }

    @BeforeEach
    void make_a_client() {
        client = newClient();
    }

    private static UUID newClient() {
        return Databases.sql(
                        scratch.database(),
                        "INSERT INTO clients (name, slug) VALUES ('A client', $1) RETURNING id",
                        "c-" + UUID.randomUUID().toString().substring(0, 13))
                .iterator()
                .next()
                .getUUID("id");
    }

    /** Makes a policy and waits for nothing but this replica's look at it. */
    private void policy(UUID of, String name, String columns, String values) {
        sql("INSERT INTO policies (client_id, name, %s) VALUES ($1, $2, %s)".formatted(columns, values), of, name);
        Databases.await(policies.catchUp());
    }

    private static void sql(String statement, Object... parameters) {
        Databases.sql(scratch.database(), statement, parameters);
    }

    private boolean mayUse(String model) {
        return policies.mayUse(client, "openai", model);
    }

    @Test
    void a_client_without_policies_may_ask_anything() {
        assertThatCode(() -> policies.checkModel(client, "openai", "gpt-4", "gpt-4"))
                .doesNotThrowAnyException();
        assertThat(policies.tokenLimit(client)).isEmpty();
        assertThat(policies.allowsUnknownPrices(client)).isFalse();
        assertThat(policies.limitsMoney(client)).isFalse();
        assertThat(policies.decide(client, List.of(new Target("openai", "gpt-4")), "gpt-4", Long.MAX_VALUE))
                .isEqualTo(Decision.ALLOWED);
    }

    @Test
    void a_refusal_names_the_model_as_it_was_asked_for_and_the_policy() {
        policy(client, "Production", "blocked_models", "'{openai/gpt-4*}'");

        assertThatThrownBy(() -> policies.checkModel(client, "openai", "gpt-4-0613", "GPT-4"))
                .hasMessage("Model GPT-4 is blocked by policy \"Production\"")
                .asInstanceOf(type(GatewayError.class))
                .satisfies(error -> assertThat(error.code()).isEqualTo(ErrorCode.MODEL_BLOCKED))
                .satisfies(error -> assertThat(error.param()).isEqualTo("model"));
        assertThat(ErrorCode.MODEL_BLOCKED.status()).isEqualTo(403);
    }

    @Test
    void what_a_caller_wrote_is_told_back_in_bounds() {
        policy(client, "All", "blocked_models", "'{*}'");

        assertThatThrownBy(() -> policies.checkModel(client, "openai", "x", "a\r\nb\u0000\u202E\uD800"))
                .hasMessage("Model a\uFFFD\uFFFDb\uFFFD\uFFFD\uFFFD is blocked by policy \"All\"");
        assertThatThrownBy(() -> policies.checkModel(client, "openai", "x", "m".repeat(100_000)))
                .hasMessage("Model %s… is blocked by policy \"All\"", "m".repeat(200));
    }

    @Test
    void all_policies_of_a_client_must_agree_and_the_first_by_name_that_does_not_is_named() {
        policy(client, "B", "allowed_models, blocked_models", "'{openai/*}', '{*-pro}'");
        policy(client, "A", "allowed_models", "'{gpt-*,claude-*}'");
        policy(client, "C", "blocked_models", "'{gpt-4}'");

        assertThat(mayUse("gpt-5")).isTrue();
        assertThatThrownBy(() -> policies.checkModel(client, "openai", "gpt-4", "gpt-4"))
                .hasMessageEndingWith("\"C\"");
        assertThatThrownBy(() -> policies.checkModel(client, "openai", "gpt-5-pro", "gpt-5-pro"))
                .hasMessageEndingWith("\"B\"");
        assertThatThrownBy(() -> policies.checkModel(client, "openai", "o3-pro", "o3-pro"))
                .hasMessageEndingWith("\"A\"");
        assertThatThrownBy(() -> policies.checkModel(client, "anthropic", "claude-5", "claude-5"))
                .hasMessageEndingWith("\"B\"");
    }

    @Test
    void a_policy_speaks_for_its_own_client_only() {
        UUID other = newClient();
        policy(client, "Strict", "blocked_models, max_tokens_per_request, max_cost_per_day", "'{*}', 10, 1");
        policy(other, "Strict", "allow_unknown_prices", "true");

        assertThat(mayUse("gpt-4")).isFalse();
        assertThat(policies.limitsMoney(client)).isTrue();
        assertThat(policies.allowsUnknownPrices(client)).isFalse();
        assertThat(policies.mayUse(other, "openai", "gpt-4")).isTrue();
        assertThat(policies.tokenLimit(other)).isEmpty();
        assertThat(policies.limitsMoney(other)).isFalse();
        assertThat(policies.allowsUnknownPrices(other)).isTrue();
    }

    @Test
    void the_smallest_limit_of_tokens_counts_and_its_policy_is_named() {
        policy(client, "Large", "max_tokens_per_request", "1000000");
        policy(client, "Production", "max_tokens_per_request", "8000");
        policy(client, "None", "is_active", "true");
        policy(client, "Off", "max_tokens_per_request, is_active", "1, false");

        TokenLimit limit = policies.tokenLimit(client).orElseThrow();
        GatewayError refusal = limit.exceededBy(8001);

        assertThat(limit).isEqualTo(new TokenLimit(8000, "Production"));
        assertThat(refusal.code()).isEqualTo(ErrorCode.TOKEN_LIMIT_EXCEEDED);
        assertThat(refusal)
                .hasMessage(
                        "Request of about 8001 tokens exceeds the limit of 8000 tokens per request of policy \"Production\"");
    }

    @Test
    void one_policy_is_enough_to_limit_money_or_to_let_unknown_prices_pass() {
        policy(client, "A", "max_cost_per_day", "10");
        assertThat(policies.limitsMoney(client)).isTrue();
        assertThat(policies.allowsUnknownPrices(client)).isFalse();

        policy(client, "B", "allow_unknown_prices", "true");
        assertThat(policies.allowsUnknownPrices(client)).isTrue();

        sql("UPDATE policies SET is_active = false WHERE client_id = $1", client);
        Databases.await(policies.catchUp());
        assertThat(policies.limitsMoney(client)).isFalse();
        assertThat(policies.allowsUnknownPrices(client)).isFalse();
    }

    @Test
    void a_request_can_be_tried() {
        policy(client, "Production", "blocked_models, max_tokens_per_request", "'{gpt-4}', 1000");
        Target blocked = new Target("openai", "gpt-4");
        Target good = new Target("groq", "llama");

        assertThat(policies.decide(client, List.of(blocked), "gpt-4", null))
                .isEqualTo(new Decision(false, "Production", "Policy \"Production\" blocks gpt-4."));
        assertThat(policies.decide(client, List.of(blocked, good), "fast", 1000L))
                .isEqualTo(Decision.ALLOWED);
        assertThat(policies.decide(client, List.of(good), "groq/llama", 1001L))
                .isEqualTo(
                        new Decision(
                                false,
                                "Production",
                                "Request of about 1001 tokens exceeds the limit of 1000 tokens per request of policy \"Production\"."));
    }

    @Test
    void changes_by_plain_sql_are_followed() throws InterruptedException {
        sql("INSERT INTO policies (client_id, name, blocked_models) VALUES ($1, 'P', '{gpt-4}')", client);
        eventually("the policy holds", () -> !mayUse("gpt-4"));

        sql("UPDATE policies SET blocked_models = '{gpt-5}' WHERE client_id = $1", client);
        eventually("the change holds", () -> mayUse("gpt-4") && !mayUse("gpt-5"));

        sql("UPDATE policies SET is_active = false WHERE client_id = $1", client);
        eventually("it is off", () -> mayUse("gpt-5"));

        sql("UPDATE policies SET is_active = true WHERE client_id = $1", client);
        eventually("it is on", () -> !mayUse("gpt-5"));

        sql("DELETE FROM policies WHERE client_id = $1", client);
        eventually("it is gone", () -> mayUse("gpt-5"));
    }

    @Test
    void nobody_passes_before_the_policies_are_known() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            Database unopened = Databases.unopened(vertx, directory.resolve("unopened"));
            Policies unknown = new Policies(unopened);

            assertThatThrownBy(() -> unknown.checkModel(client, "openai", "gpt-4", "gpt-4"))
                    .asInstanceOf(type(GatewayError.class))
                    .extracting(GatewayError::code)
                    .isEqualTo(ErrorCode.ACCOUNTING_UNAVAILABLE);
        } finally {
            Databases.await(vertx.close());
        }
    }
}
