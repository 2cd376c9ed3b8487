package dev.comporta.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.TokenUsage;
import dev.comporta.store.ScratchDatabase;
import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The registry over a real database")
class RegistryStoryTest {

    private static final ObjectMapper JSON = new ObjectMapper()
            .findAndRegisterModules()
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    private static final Set<String> PROVIDERS = Set.of("openai", "anthropic", "google", "groq", "mistral", "demo");

    @TempDir
    static Path directory;

    private static ScratchDatabase scratch;
    private static ModelRegistry registry;
    private static ModelResource resource;

    @BeforeAll
    static void open() {
        ModelRows rows = new ModelRows(JSON);
        ModelConfig config = new ModelConfig() {
            @Override
            public String preferredProvider() {
                return "openai";
            }

            @Override
            public UnknownModels unknownModels() {
                return UnknownModels.FORWARD;
            }
        };
        scratch = ScratchDatabase.open(directory, List.of(new ModelSeed()), database -> {
            registry = new ModelRegistry(database, rows, config);
            resource = new ModelResource(registry, rows, database);
        });
    }

    @AfterAll
    static void close() throws Exception {
        scratch.close();
    }

    @Test
    void theSeedArrivesWithExactPricesAndTiers() {
        Model terra = registry.find("openai/gpt-6.1-terra").orElseThrow();

        assertThat(terra.edited()).isFalse();
        assertThat(terra.can("jsonSchema")).isTrue();
        assertThat(terra.can("audio")).isFalse();
        assertThat(terra.priceVerifiedAt()).isEqualTo(LocalDate.of(2026, 11, 20));
        assertThat(terra.prices().cost(TokenUsage.of(1000, 100))).hasToString("0.0015");
        assertThat(terra.prices().cost(TokenUsage.of(300_000, 100))).hasToString("0.60075");
        assertThat(registry.find("openai/gpt-4").orElseThrow())
                .matches(model -> !model.active() && !model.isSwitchedOff());
        assertThat(registry.resolve("claude-sonnet-4-5", PROVIDERS)
                        .get(0)
                        .target()
                        .identifier())
                .isEqualTo("anthropic/claude-sonnet-4-5");
        assertThat(registry.resolve("qwen/qwen3.8-27b", PROVIDERS)
                        .get(0)
                        .target()
                        .provider())
                .isEqualTo("groq");
    }

    @Test
    void aSecondStartChangesNothingAndAnnouncesNothing() throws Exception {
        List<String> announced = new ArrayList<>();
        PgConnection listener = (PgConnection) await(scratch.database().pool().getConnection());
        listener.notificationHandler(notice -> announced.add(notice.getPayload()));
        await(listener.query("LISTEN comporta_changes").execute());
        String before = fingerprint();

        plant();
        // A notice of our own, which comes after any that planting may have caused.
        query("NOTIFY comporta_changes, 'the end'");
        while (!announced.contains("the end")) {
            await(listener.query("SELECT 1").execute());
        }
        await(listener.close());

        assertThat(fingerprint()).isEqualTo(before);
        assertThat(announced).containsExactly("the end");
    }

    @Test
    void aNewReleaseRefreshesWhatNobodyEdited() {
        refreshing("UPDATE ai_models_registry SET input_price_per_million = 77, price_tiers = '[]', aliases = '{old}'"
                + " WHERE gateway_identifier = 'openai/gpt-5.4'");
        refreshing("DELETE FROM ai_models_registry WHERE gateway_identifier = 'openai/o3-pro'");

        plant();

        await(registry.reload());
        Model refreshed = registry.find("openai/gpt-5.4").orElseThrow();
        assertThat(refreshed.prices().input()).isEqualByComparingTo("2.5");
        assertThat(refreshed.prices().tiers()).hasSize(1);
        assertThat(refreshed.aliases()).isEmpty();
        assertThat(refreshed.edited()).isFalse();
        assertThat(registry.find("openai/o3-pro")).isPresent();
    }

    @Test
    void whatWasSwitchedOffBySqlIsStillOffAfterTheNextStart() {
        query("UPDATE ai_models_registry SET is_active = false WHERE gateway_identifier = 'openai/gpt-5.2-pro'");

        plant();

        await(registry.reload());
        assertThat(registry.find("openai/gpt-5.2-pro").orElseThrow())
                .matches(Model::isSwitchedOff)
                .matches(Model::edited);

        query("UPDATE ai_models_registry SET is_edited = false WHERE gateway_identifier = 'openai/gpt-5.2-pro'");
        plant();

        await(registry.reload());
        assertThat(registry.find("openai/gpt-5.2-pro").orElseThrow().active()).isTrue();
    }

    @Test
    void anAliasThatTookANameBeforeTheReleaseDidKeepsIt() throws Exception {
        refreshing("DELETE FROM ai_models_registry WHERE gateway_identifier = 'openai/gpt-5.5-pro'");
        await(registry.reload());
        create("{'provider':'alias','modelName':'openai/gpt-5.5-pro','fallbackChain':['openai/gpt-5.5']}");

        plant();

        assertThat(registry.find("openai/gpt-5.5-pro").orElseThrow().isAlias()).isTrue();
        assertThat(registry.resolve("openai/gpt-5.5-pro", PROVIDERS)
                        .get(0)
                        .target()
                        .identifier())
                .isEqualTo("openai/gpt-5.5");
    }

    @Test
    void anAdministratorReadsWhatTheyWrote() throws Exception {
        ModelView made = create("""
                {'provider':'vllm','modelName':'acme/llama','inputPricePerMillion':0.10,'outputPricePerMillion':20,
                 'capabilities':{'tools':true},'contextWindow':8192,'deprecationDate':'2027-01-31',
                 'priceTiers':[{'abovePromptTokens':4096,'input':0.123456789012,'output':3}]}""");

        assertThat(made.gatewayIdentifier()).isEqualTo("vllm/acme/llama");
        assertThat(made.isEdited()).isTrue();
        assertThat(made.isActive()).isTrue();
        assertThat(resource.get(made.id())).isEqualTo(made);
        JsonNode json = JSON.valueToTree(made);
        assertThat(JSON.writeValueAsString(made))
                .contains(
                        "\"inputPricePerMillion\":0.1,", "\"outputPricePerMillion\":20,", "\"input\":0.123456789012,");
        assertThat(json.get("status").asText()).isEqualTo("active");
        assertThat(json.get("deprecationDate").asText()).isEqualTo("2027-01-31");
        assertThat(json.has("isActive")).isTrue();
        assertThat(json.has("active")).isFalse();
        assertThat(registry.resolve("acme/llama", PROVIDERS).get(0).target().provider())
                .isEqualTo("vllm");

        // What was read can be written back.
        ModelView same = await(resource.replace(made.id(), JSON.treeToValue(json, SetModel.class)));
        assertThat(same).usingRecursiveComparison().ignoringFields("updatedAt").isEqualTo(made);

        ModelView replaced = await(
                resource.replace(made.id(), body("{'provider':'vllm','modelName':'llama','inputPricePerMillion':1}")));
        assertThat(replaced.id()).isEqualTo(made.id());
        assertThat(replaced.outputPricePerMillion()).isNull();
        assertThat(replaced.priceTiers()).isEmpty();
        assertThat(registry.find("vllm/acme/llama")).isEmpty();

        await(resource.delete(made.id()));
        assertThat(resource.get(made.id()).isActive()).isFalse();
        assertThatThrownBy(() -> registry.resolve("vllm/llama", PROVIDERS)).hasMessageContaining("switched off");
    }

    @Test
    void anAliasIsAChainByAnotherName() throws Exception {
        create("{'provider':'alias','modelName':'cheap','fallbackChain':['groq/openai/gpt-oss-20b','demo/echo']}");

        assertThat(registry.resolve("cheap", PROVIDERS))
                .extracting(each -> each.target().identifier())
                .containsExactly("groq/openai/gpt-oss-20b", "demo/echo");
        refused(
                "{'provider':'alias','modelName':'cheaper','fallbackChain':['cheap']}",
                ErrorCode.INVALID_REQUEST,
                "fallbackChain");
        refused("{'provider':'alias','modelName':'none'}", ErrorCode.INVALID_REQUEST, "fallbackChain");
        refused(
                "{'provider':'openai','modelName':'x','fallbackChain':['demo/echo']}",
                ErrorCode.INVALID_REQUEST,
                "fallbackChain");
        refused(
                "{'provider':'alias','modelName':'a/self','fallbackChain':['a/self']}",
                ErrorCode.INVALID_REQUEST,
                "fallbackChain");
    }

    @Test
    void whatCannotBeIsRefusedWithAReason() throws Exception {
        refused("{'provider':'openai','modelName':'gpt-4o'}", ErrorCode.CONFLICT, "modelName");
        refused("{'provider':'openai','modelName':'../x'}", ErrorCode.INVALID_REQUEST, "modelName");
        UUID nobody = UUID.randomUUID();
        assertThatThrownBy(() -> resource.get(nobody))
                .isInstanceOfSatisfying(
                        GatewayError.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
        assertThatThrownBy(() -> await(resource.delete(nobody))).hasMessageContaining(nobody.toString());
        assertThatThrownBy(() -> resource.list(null, null, null, 10, "not ours!"))
                .isInstanceOfSatisfying(
                        GatewayError.class, e -> assertThat(e.param()).isEqualTo("cursor"));
    }

    @Test
    void pagesFollowOneAnotherWithoutGapOrRepeat() {
        List<String> seen = new ArrayList<>();
        String cursor = null;
        do {
            ModelPage page = resource.list("mistral", null, null, 7, cursor);
            page.data().forEach(model -> seen.add(model.gatewayIdentifier()));
            cursor = page.nextCursor();
        } while (cursor != null);

        assertThat(seen).hasSize(20).doesNotHaveDuplicates().isSorted();
        assertThat(resource.list("mistral", null, null, 20, null).nextCursor()).isNull();
        assertThat(resource.list("mistral", "embeddings", null, 20, null).data())
                .extracting(ModelView::modelName)
                .containsExactly("codestral-embed-2505", "mistral-embed-2312");
        assertThat(resource.list("mistral", null, false, 20, null).data())
                .isNotEmpty()
                .allMatch(model -> model.status() == ModelStatus.RETIRED);
    }

    @Test
    void aRowThatMakesNoSenseDoesNotTakeTheOthersAway() {
        query("INSERT INTO ai_models_registry"
                + " (provider, model_name, gateway_identifier, input_price_per_million, price_tiers, capabilities)"
                + " VALUES ('vllm', 'odd', 'vllm/odd', 1, '[\"cheap\"]', '[\"vision\"]')");

        await(registry.reload());

        Model odd = registry.find("vllm/odd").orElseThrow();
        assertThat(odd.prices()).isEqualTo(Prices.UNKNOWN);
        assertThat(odd.can("vision")).isTrue();
        query("DELETE FROM ai_models_registry WHERE gateway_identifier = 'vllm/odd'");
    }

    private static void refused(String body, ErrorCode code, String param) {
        assertThatThrownBy(() -> create(body)).isInstanceOfSatisfying(GatewayError.class, error -> {
            assertThat(error.code()).isEqualTo(code);
            assertThat(error.param()).isEqualTo(param);
        });
    }

    private static ModelView create(String body) throws Exception {
        return await(resource.create(body(body)));
    }

    private static SetModel body(String json) throws Exception {
        return JSON.readValue(json.replace('\'', '"'), SetModel.class);
    }

    private static void plant() {
        await(scratch.database().pool().withTransaction(new ModelSeed()::plant));
    }

    /** Everything in the table, row versions included. */
    private static String fingerprint() {
        return query("SELECT md5(string_agg(xmin::text || t::text, '' ORDER BY id)) FROM ai_models_registry AS t")
                .iterator()
                .next()
                .getString(0);
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
        return await(future.toCompletionStage());
    }

    private static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }
}
