package dev.comporta.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.TokenUsage;
import dev.comporta.store.ScratchDatabase;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prices come from a list that others keep, and only those that can be believed. */
class PriceSyncTest {

    private static final ObjectMapper JSON = new ObjectMapper()
            .findAndRegisterModules()
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .configure(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN, true);
    private static final LocalDate TODAY = LocalDate.of(2026, 12, 24);

    @TempDir
    static Path directory;

    private static Vertx vertx;
    private static ScratchDatabase scratch;
    private static ModelRows rows;
    private static ModelRegistry registry;
    private static Path list;

    @BeforeAll
    static void open() {
        vertx = Vertx.vertx();
        list = directory.resolve("prices.json");
        rows = new ModelRows(JSON);
        ModelConfig names = new ModelConfig() {
            @Override
            public String preferredProvider() {
                return "openai";
            }

            @Override
            public UnknownModels unknownModels() {
                return UnknownModels.FORWARD;
            }
        };
        scratch = ScratchDatabase.open(
                directory, List.of(new ModelSeed()), database -> registry = new ModelRegistry(database, rows, names));
    }

    @AfterAll
    static void close() throws Exception {
        scratch.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @BeforeEach
    void fresh() {
        query("DELETE FROM ai_models_registry");
        query("DELETE FROM model_prices");
        plant();
        await(registry.reload());
    }

    @Test
    void a_dry_run_tells_what_the_sync_then_does_and_changes_nothing() {
        offer("litellm.json");
        String before = fingerprint();

        SyncReport told = await(sync(false).run(true, SyncRequest.ALL));
        assertThat(fingerprint()).isEqualTo(before);
        SyncReport done = await(sync(false).run(false, SyncRequest.ALL));

        assertThat(told.dryRun()).isTrue();
        assertThat(done.dryRun()).isFalse();
        assertThat(done.changed()).isEqualTo(told.changed());
        assertThat(done.added()).isEqualTo(told.added());
        assertThat(lines(done))
                .containsExactly(
                        "anthropic/claude-opus-4-6 priceTiers[200000].input null>10 incomplete_tier",
                        "anthropic/claude-sonnet-4-5-20250929 priceTiers[200000].cacheWrite null>7.5",
                        "anthropic/claude-sonnet-4-5-20250929 priceTiers[200000].cachedInput null>0.6",
                        "anthropic/claude-sonnet-4-5-20250929 priceTiers[200000].input null>6",
                        "anthropic/claude-sonnet-4-5-20250929 priceTiers[200000].output null>22.5",
                        "google/gemini-2.5-flash reasoningPricePerMillion null>3.5",
                        "groq/whisper-large-v3-turbo unitPrices.audioHour 0.04>0.072",
                        "openai/gpt-4o inputPricePerMillion 2.5>2.4",
                        "openai/gpt-5.2 cacheWritePricePerMillion null>0 zero",
                        "openai/gpt-5.2 inputPricePerMillion 1.75>0 zero",
                        "openai/o3 inputPricePerMillion 2>21 needs_approval");
        for (PriceChange change : done.changed()) {
            Model model = registry.find(change.model()).orElseThrow();
            assertThat(PriceFields.of(model.prices()).get(change.field()))
                    .as(change.toString())
                    .isEqualTo(change.applied() ? change.to() : change.from());
            assertThat(model.edited()).isFalse();
        }
        assertThat(done.summary()).isEqualTo("7 prices changed, 1 wait for approval, 3 refused, 0 models added");
        assertThat(done.unknown()).contains("openai/gpt-5.4", "demo/echo").doesNotContain("openai/gpt-4o");
    }

    @Test
    void the_second_run_changes_nothing() {
        offer("litellm.json");
        await(sync(true).run(false, SyncRequest.ALL));
        String after = fingerprint();

        SyncReport again = await(sync(true).run(false, SyncRequest.ALL));

        assertThat(again.changed()).noneMatch(PriceChange::applied);
        assertThat(again.added()).noneMatch(AddedModel::applied);
        assertThat(fingerprint()).isEqualTo(after);
    }

    @Test
    void two_replicas_at_once_write_each_change_once() {
        offer("litellm.json");

        Future<SyncReport> one = sync(false).run(false, SyncRequest.ALL);
        Future<SyncReport> other = sync(false).run(false, SyncRequest.ALL);

        long applied = await(one).changed().stream()
                        .filter(PriceChange::applied)
                        .count()
                + await(other).changed().stream().filter(PriceChange::applied).count();
        assertThat(applied).isEqualTo(7);
        assertThat(history("openai/gpt-4o")).hasSize(2);
    }

    @Test
    void a_synced_row_says_where_its_price_is_from_and_its_history_when() {
        offer("litellm.json");

        await(sync(false).run(false, SyncRequest.ALL));

        Model model = registry.find("openai/gpt-4o").orElseThrow();
        assertThat(model.priceSource()).isEqualTo("file:" + list);
        assertThat(model.priceVerifiedAt()).isEqualTo(TODAY);
        assertThat(history("openai/gpt-4o")).containsExactly("seed 2.5", "sync 2.4");
        assertThat(model.prices().cost(new TokenUsage(1_000_000, 0, 0, 0, 0))).isEqualTo("2.4");
        assertThat(registry.find("openai/o3").orElseThrow().priceVerifiedAt()).isNotEqualTo(TODAY);
    }

    @Test
    void the_other_form_is_understood_too() {
        offer("models-dev.json");

        assertThat(lines(await(sync(false).run(false, SyncRequest.ALL))))
                .containsExactly(
                        "google/gemini-2.5-flash reasoningPricePerMillion null>3.5",
                        "groq/llama-3.1-8b-instant inputPricePerMillion 0.05>0 zero",
                        "groq/llama-3.1-8b-instant outputPricePerMillion 0.08>0 zero",
                        "openai/gpt-4o inputPricePerMillion 2.5>2.4",
                        "openai/gpt-5.4 priceTiers[272000].input 5>6");
    }

    @Test
    void a_row_that_somebody_edited_is_left_alone() {
        offer("litellm.json");
        query("UPDATE ai_models_registry SET input_price_per_million = 9 WHERE gateway_identifier = 'openai/gpt-4o'");
        query("UPDATE ai_models_registry SET description = 'mine' WHERE gateway_identifier = 'openai/gpt-5-nano'");

        SyncReport report = await(sync(false).run(false, new SyncRequest(List.of("openai/gpt-4o"), null)));
        assertThat(report.changed()).isEmpty();
        assertThat(report.skippedEdited()).containsExactly("openai/gpt-4o");
        report = await(sync(false).run(false, SyncRequest.ALL));

        assertThat(report.skippedEdited()).as("only what would differ").containsExactly("openai/gpt-4o");
        assertThat(registry.find("openai/gpt-4o").orElseThrow().prices().input())
                .isEqualTo("9");
    }

    @Test
    void a_price_that_is_another_by_more_than_ten_times_waits_for_a_word() {
        offer("litellm.json");
        await(sync(false).run(false, SyncRequest.ALL));
        assertThat(registry.find("openai/o3").orElseThrow().prices().input()).isEqualTo("2");

        SyncReport approved = await(sync(false).run(false, new SyncRequest(List.of("openai/o3"), null)));

        assertThat(lines(approved)).containsExactly("openai/o3 inputPricePerMillion 2>21");
        assertThat(registry.find("openai/o3").orElseThrow().prices().input()).isEqualTo("21");
    }

    @Test
    void a_fall_by_more_than_ten_times_waits_too_and_ten_times_does_not() {
        offer(entry("o3", "1.9e-07", "8e-05"));

        assertThat(lines(await(sync(false).run(true, SyncRequest.ALL))))
                .containsExactly(
                        "openai/o3 inputPricePerMillion 2>0.19 needs_approval", "openai/o3 outputPricePerMillion 8>80");
    }

    @Test
    void a_tier_is_measured_by_what_short_prompts_cost() {
        offer("""
                {"o3": {"litellm_provider": "openai", "input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06,
                 "input_cost_per_token_above_1k_tokens": 1e-04, "output_cost_per_token_above_1k_tokens": 1e-05}}""");

        assertThat(lines(await(sync(false).run(true, SyncRequest.ALL))))
                .containsExactly(
                        "openai/o3 priceTiers[1000].input null>100 needs_approval",
                        "openai/o3 priceTiers[1000].output null>10 incomplete_tier");
    }

    @Test
    void not_even_a_word_makes_unknown_free() {
        offer("litellm.json");

        SyncReport report = await(sync(false).run(false, new SyncRequest(List.of("openai/gpt-5.2"), null)));

        assertThat(report.changed()).hasSize(2).noneMatch(PriceChange::applied);
        assertThat(registry.find("openai/gpt-5.2").orElseThrow().prices().input())
                .isEqualTo("1.75");
    }

    @Test
    void only_the_document_that_was_looked_at_is_applied() {
        offer("litellm.json");
        String digest = await(sync(false).run(true, SyncRequest.ALL)).digest();
        offer(entry("o3", "3e-06", "8e-06"));

        assertThatThrownBy(() -> await(sync(false).run(false, new SyncRequest(null, digest))))
                .isInstanceOfSatisfying(GatewayError.class, error -> {
                    assertThat(error.code()).isEqualTo(ErrorCode.CONFLICT);
                    assertThat(error.param()).isEqualTo("digest");
                });
        assertThat(registry.find("openai/o3").orElseThrow().prices().input()).isEqualTo("2");
    }

    @Test
    void new_models_are_told_and_added_where_that_is_wanted() {
        offer("litellm.json");

        SyncReport told = await(sync(false).run(false, SyncRequest.ALL));
        assertThat(told.added())
                .extracting(model -> model.model() + " " + model.reason())
                .containsExactly(
                        "openai/dream-1 needs_approval", "openai/gpt-7 needs_approval", "openai/gpt-7-free no_price");
        assertThat(registry.find("openai/gpt-7")).isEmpty();

        await(sync(false).run(false, new SyncRequest(List.of("openai/gpt-7"), null)));
        assertThat(registry.find("openai/gpt-7").orElseThrow())
                .matches(model -> !model.edited() && model.active() && model.can("vision"))
                .matches(model -> model.contextWindow() == 400_000);
        assertThat(history("openai/gpt-7")).containsExactly("sync 3");
        assertThat(registry.find("openai/dream-1")).isEmpty();

        await(sync(true).run(false, SyncRequest.ALL));
        assertThat(registry.find("openai/dream-1")
                        .orElseThrow()
                        .prices()
                        .units()
                        .image())
                .isEqualTo("0.04");
        assertThat(registry.find("openai/gpt-7-free")).isEmpty();
        assertThat(registry.find("deepseek/deepseek-chat"))
                .as("not of our providers")
                .isEmpty();
    }

    @Test
    void a_model_that_nobody_knows_cannot_be_approved() {
        offer("litellm.json");

        assertThatThrownBy(() -> await(sync(false).run(false, new SyncRequest(List.of("openai/none"), null))))
                .isInstanceOfSatisfying(
                        GatewayError.class, error -> assertThat(error.param()).isEqualTo("models"));
    }

    @Test
    void the_next_start_keeps_what_the_sync_found_out_and_a_newer_release_wins() {
        offer("litellm.json");
        await(sync(false).run(false, SyncRequest.ALL));
        String after = fingerprint();

        plant();
        assertThat(fingerprint()).isEqualTo(after);

        refreshing("UPDATE ai_models_registry SET price_verified_at = '2026-11-01' WHERE model_name = 'gpt-4o'");
        plant();
        assertThat(history("openai/gpt-4o")).containsExactly("seed 2.5", "sync 2.4", "seed 2.5");
    }

    @Test
    void a_hostile_document_changes_nothing() {
        String before = fingerprint();
        offer("{\"gpt-4o\": {\"litellm_provider\": \"openai\", \"input_cost_per_token\": NaN}}");

        assertThatThrownBy(() -> await(sync(false).run(false, SyncRequest.ALL))).isInstanceOf(PriceSourceFailure.class);
        offer("""
                {"gpt-4o": {"litellm_provider": "openai", "input_cost_per_token": "1e-06", "output_cost_per_token": -1,
                 "cache_read_input_token_cost": 1e999}}""");
        assertThat(lines(await(sync(false).run(false, SyncRequest.ALL))))
                .containsExactly(
                        "openai/gpt-4o cachedInputPricePerMillion 1.25>null not_a_number",
                        "openai/gpt-4o inputPricePerMillion 2.5>null not_a_number",
                        "openai/gpt-4o outputPricePerMillion 10>null negative");
        assertThat(fingerprint()).isEqualTo(before);
    }

    @Test
    void the_daily_job_says_calmly_where_there_is_no_way_out_and_fails_where_the_list_is_none() {
        assertThat(await(job("").run(Instant.EPOCH))).startsWith("switched off");
        assertThat(await(job("http://nowhere.invalid/prices.json").run(Instant.EPOCH)))
                .startsWith("prices stay as they are: http://nowhere.invalid/prices.json ");
        offer("litellm.json");
        assertThat(await(job(list.toString()).run(Instant.EPOCH))).startsWith("7 prices changed");
        offer("{}");
        assertThatThrownBy(() -> await(job(list.toString()).run(Instant.EPOCH))).isInstanceOf(PriceSourceFailure.class);
    }

    private static PriceSyncJob job(String source) {
        return new PriceSyncJob(sync(new PriceSettings(source, Duration.ofSeconds(5), false)));
    }

    private static String entry(String name, String input, String output) {
        return "{\"%s\": {\"litellm_provider\": \"openai\", \"input_cost_per_token\": %s, \"output_cost_per_token\": %s}}"
                .formatted(name, input, output);
    }

    /** A sample by its name, or a document. */
    private static void offer(String document) {
        try (InputStream sample =
                document.startsWith("{") ? null : PriceSyncTest.class.getResourceAsStream("/prices/" + document)) {
            Files.write(list, sample == null ? document.getBytes(UTF_8) : sample.readAllBytes());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static PriceSync sync(boolean addModels) {
        return sync(new PriceSettings(list.toString(), Duration.ofSeconds(5), addModels));
    }

    private static PriceSync sync(PriceSyncConfig config) {
        Clock clock = Clock.fixed(Instant.parse(TODAY + "T10:00:00Z"), ZoneOffset.UTC);
        return new PriceSync(
                vertx, new PriceSource(vertx, config), config, rows, registry, scratch.database(), JSON, clock);
    }

    private static List<String> lines(SyncReport report) {
        return report.changed().stream()
                .map(change -> "%s %s %s>%s%s"
                        .formatted(
                                change.model(),
                                change.field(),
                                change.from(),
                                change.to(),
                                change.applied() ? "" : " " + change.reason()))
                .toList();
    }

    private static List<String> history(String identifier) {
        List<String> history = new ArrayList<>();
        query("SELECT changed_by || ' ' || input_price_per_million FROM model_prices WHERE gateway_identifier = '%s'"
                                .formatted(identifier)
                        + " ORDER BY valid_from")
                .forEach(row -> history.add(row.getString(0)));
        return history;
    }

    private static void plant() {
        await(scratch.database().pool().withTransaction(new ModelSeed()::plant));
    }

    /** Everything in the table, row versions included. */
    private static String fingerprint() {
        return Optional.ofNullable(query(
                                "SELECT md5(string_agg(xmin::text || t::text, '' ORDER BY id)) FROM ai_models_registry AS t")
                        .iterator()
                        .next()
                        .getString(0))
                .orElseThrow();
    }

    private static void refreshing(String sql) {
        await(scratch.database()
                .pool()
                .withTransaction(connection -> connection
                        .query("SELECT set_config('comporta.refreshing', 'on', true)")
                        .execute()
                        .compose(set -> connection.query(sql).execute())));
    }

    private static RowSet<Row> query(String sql) {
        return await(scratch.database().pool().query(sql).execute());
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }
}
