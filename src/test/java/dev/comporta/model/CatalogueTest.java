package dev.comporta.model;

import static dev.comporta.model.ModelRow.alias;
import static dev.comporta.model.ModelRow.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.model.ModelConfig.UnknownModels;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A model name becomes targets")
class CatalogueTest {

    private static final Set<String> PROVIDERS = Set.of("openai", "anthropic", "google", "groq", "mistral");

    private final Catalogue catalogue = catalogue(UnknownModels.FORWARD);
    private final Catalogue strict = catalogue(UnknownModels.REJECT);

    private static Catalogue catalogue(UnknownModels unknown) {
        return of(
                unknown,
                model("openai", "gpt-4o"),
                model("openai", "gpt-4o-mini"),
                model("openai", "gpt-4").retired(),
                model("openai", "gpt-5").switchedOff(),
                model("openai", "shared"),
                model("anthropic", "claude-sonnet-4-5-20250929").alsoKnownAs("claude-sonnet-4-5"),
                model("anthropic", "claude-off").alsoKnownAs("claude-latest").switchedOff(),
                model("anthropic", "both-retired").retired(),
                model("groq", "openai/gpt-oss-120b"),
                model("groq", "qwen/qwen3.8-27b"),
                model("groq", "groq/compound"),
                model("groq", "shared"),
                model("groq", "twins"),
                model("groq", "both-retired"),
                model("mistral", "twins"),
                model("mistral", "mistral-large-2512").alsoKnownAs("mistral-large-latest", "mistral-small"),
                model("mistral", "mistral-small"),
                alias("fast", "groq/openai/gpt-oss-120b", "openai/gpt-4o-mini", "openai/unheard-of"),
                alias("wounded", "openai/gpt-5", "openai/gpt-4o"),
                alias("dead", "openai/gpt-5", "anthropic/claude-latest"),
                alias("off", "openai/gpt-4o").switchedOff(),
                alias("nested", "fast", "openai/gpt-4o"));
    }

    private static Catalogue of(UnknownModels unknown, ModelRow... rows) {
        return new Catalogue(Stream.of(rows).map(ModelRow::build).toList(), config(unknown));
    }

    private static ModelConfig config(UnknownModels unknown) {
        return new ModelConfig() {
            @Override
            public String preferredProvider() {
                return "openai";
            }

            @Override
            public UnknownModels unknownModels() {
                return unknown;
            }
        };
    }

    @ParameterizedTest(name = "{0}: {1} at {2}, priced as {3}")
    @CsvSource(
            nullValues = "unknown",
            value = {
                // provider/model
                "openai/gpt-4o,                     gpt-4o,                     openai,    openai/gpt-4o",
                "groq/openai/gpt-oss-120b,          openai/gpt-oss-120b,        groq,      groq/openai/gpt-oss-120b",
                "openai/gpt-oss-120b,               gpt-oss-120b,               openai,    unknown",
                "groq/groq/compound,                groq/compound,              groq,      groq/groq/compound",
                "groq/compound,                     groq/compound,              groq,      groq/groq/compound",
                "groq/new/model:free@2026,          new/model:free@2026,        groq,      unknown",
                // bare
                "gpt-4o,                            gpt-4o,                     openai,    openai/gpt-4o",
                "qwen/qwen3.8-27b,                  qwen/qwen3.8-27b,           groq,      groq/qwen/qwen3.8-27b",
                "mistral-large-2512,                mistral-large-2512,         mistral,   mistral/mistral-large-2512",
                "shared,                            shared,                     openai,    openai/shared",
                "gpt-7,                             gpt-7,                      openai,    unknown",
                "acme/gpt-4o,                       acme/gpt-4o,                openai,    unknown",
                // another name of the same model is kept as written
                "claude-sonnet-4-5,                 claude-sonnet-4-5,          anthropic, anthropic/claude-sonnet-4-5-20250929",
                "anthropic/claude-sonnet-4-5,       claude-sonnet-4-5,          anthropic, anthropic/claude-sonnet-4-5-20250929",
                "mistral-small,                     mistral-small,              mistral,   mistral/mistral-small",
                "mistral/mistral-small,             mistral-small,              mistral,   mistral/mistral-small",
                // retired
                "gpt-4,                             gpt-4,                      openai,    openai/gpt-4",
                "openai/gpt-4,                      gpt-4,                      openai,    openai/gpt-4",
                "both-retired,                      both-retired,               groq,      groq/both-retired",
                "anthropic/both-retired,            both-retired,               anthropic, anthropic/both-retired",
            })
    void resolves(String name, String model, String provider, @Nullable String row) {
        List<ResolvedTarget> targets = catalogue.resolve(name, PROVIDERS);

        assertThat(targets).hasSize(1);
        assertThat(targets.get(0).target().provider()).isEqualTo(provider);
        assertThat(targets.get(0).target().model()).isEqualTo(model);
        assertThat(rowOf(targets.get(0))).isEqualTo(row);
    }

    @Test
    void whatLooksLikeAProviderIsPartOfANameUntilThatProviderIsConfigured() {
        assertThat(identifiers(catalogue.resolve("openai/gpt-oss-120b", Set.of("groq"))))
                .containsExactly("groq/openai/gpt-oss-120b");
        assertThat(identifiers(catalogue.resolve("qwen/qwen3.8-27b", Set.of("groq", "qwen"))))
                .containsExactly("qwen/qwen3.8-27b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "google/models/gemini-3.5-flash",
                "google/models/models/gemini-3.5-flash",
                "models/gemini-3.5-flash",
                "models/google/gemini-3.5-flash"
            })
    void aModelOfGooglesIsTheSameByTheNameThatGoogleListsItUnder(String name) {
        Catalogue other = of(UnknownModels.FORWARD, model("google", "gemini-3.5-flash"));
        Catalogue off =
                of(UnknownModels.FORWARD, model("google", "gemini-3.5-flash").switchedOff());

        assertThat(identifiers(other.resolve(name, PROVIDERS))).containsExactly("google/gemini-3.5-flash");
        assertThat(rowOf(other.resolve(name, PROVIDERS).get(0))).isEqualTo("google/gemini-3.5-flash");
        assertThat(refusal(off, name)).hasMessageContaining("switched off");
    }

    @Test
    void aMemberOfAChainMayBeNamedAsGoogleListsIt() {
        Catalogue other = of(
                UnknownModels.FORWARD,
                model("google", "gemini-3.5-flash").switchedOff(),
                alias("fast", "google/models/gemini-3.5-flash", "openai/gpt-4o"));

        assertThat(identifiers(other.resolve("fast", PROVIDERS))).containsExactly("openai/gpt-4o");
    }

    @Test
    void whatIsListedUnderSomethingElseOrIsCalledSoStaysAsItIs() {
        Catalogue other = of(UnknownModels.FORWARD, model("google", "gemini-3.5-flash"), model("groq", "models/own"));

        assertThat(identifiers(other.resolve("google/tunedModels/gemini-3.5-flash", PROVIDERS)))
                .containsExactly("google/tunedModels/gemini-3.5-flash");
        assertThat(identifiers(other.resolve("groq/models/own", PROVIDERS))).containsExactly("groq/models/own");
        assertThat(identifiers(other.resolve("groq/models/other", PROVIDERS))).containsExactly("groq/models/other");
    }

    @Test
    void anAliasStandsForItsChain() {
        List<ResolvedTarget> targets = catalogue.resolve("fast", PROVIDERS);

        assertThat(identifiers(targets))
                .containsExactly("groq/openai/gpt-oss-120b", "openai/gpt-4o-mini", "openai/unheard-of");
        assertThat(targets)
                .extracting(CatalogueTest::rowOf)
                .containsExactly("groq/openai/gpt-oss-120b", "openai/gpt-4o-mini", null);
    }

    @Test
    void anAliasComesBeforeAModelOfTheSameName() {
        Catalogue shadowed =
                of(UnknownModels.FORWARD, model("openai", "gpt-4o"), alias("gpt-4o", "anthropic/claude-opus-5"));

        assertThat(identifiers(shadowed.resolve("gpt-4o", PROVIDERS))).containsExactly("anthropic/claude-opus-5");
        assertThat(identifiers(shadowed.resolve("openai/gpt-4o", PROVIDERS))).containsExactly("openai/gpt-4o");
    }

    @Test
    void aChainGoesOnWithoutAMemberThatIsSwitchedOff() {
        assertThat(identifiers(catalogue.resolve("wounded", PROVIDERS))).containsExactly("openai/gpt-4o");
        assertThat(refusal(catalogue, "dead").code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    }

    @Test
    void aChainIsNotFollowedIntoAnotherAlias() {
        assertThat(identifiers(catalogue.resolve("nested", PROVIDERS))).containsExactly("openai/fast", "openai/gpt-4o");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt-5", "openai/gpt-5", "claude-off", "claude-latest", "anthropic/claude-latest", "off"})
    void whatIsSwitchedOffIsNotForwarded(String name) {
        GatewayError refusal = refusal(catalogue, name);

        assertThat(refusal.code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
        assertThat(refusal.param()).isEqualTo("model");
        assertThat(refusal).hasMessageContaining("Model " + name + " is switched off at this gateway");
    }

    @Test
    void aRowThatIsSwitchedOffIsNotReachedThroughAnotherRowsAlias() {
        Catalogue tricked = of(
                UnknownModels.FORWARD,
                model("openai", "a-secret-way").alsoKnownAs("gpt-5"),
                model("openai", "gpt-5").switchedOff());

        assertThat(refusal(tricked, "openai/gpt-5")).hasMessageContaining("switched off");
        assertThat(refusal(tricked, "gpt-5")).hasMessageContaining("switched off");
    }

    @Test
    void aBareNameFindsTheProviderWhereItIsNotSwitchedOff() {
        Catalogue other = of(UnknownModels.FORWARD, model("openai", "m").switchedOff(), model("groq", "m"));

        assertThat(identifiers(other.resolve("m", PROVIDERS))).containsExactly("groq/m");
        assertThat(refusal(other, "openai/m")).hasMessageContaining("switched off");
    }

    @Test
    void aSwitchedOffNameOfOneProviderDoesNotShutAnother() {
        Catalogue other = of(UnknownModels.FORWARD, model("groq", "openai/oss").switchedOff());

        assertThat(identifiers(other.resolve("openai/oss", PROVIDERS))).containsExactly("openai/oss");
    }

    @Test
    void aBareNameThatSeveralHaveAndNothingPrefersIsAskedBack() {
        GatewayError refusal = refusal(catalogue, "twins");

        assertThat(refusal.code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
        assertThat(refusal).hasMessageContaining("groq/twins, mistral/twins");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt-4oo", "openai/gpt-4oo", "GPT-4O"})
    void aStrictGatewayRefusesUnknownNamesAndSaysWhatIsClose(String name) {
        GatewayError refusal = refusal(strict, name);

        assertThat(refusal.code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
        assertThat(refusal.param()).isEqualTo("model");
        assertThat(refusal)
                .hasMessageContaining("Model " + name + " is not known to this gateway; close to it: openai/gpt-4o");
    }

    @Test
    void aHintNamesNothingThatCannotBeUsed() {
        assertThat(refusal(strict, "gpt-55").getMessage())
                .doesNotContain("gpt-5,")
                .doesNotEndWith("gpt-5");
        assertThat(refusal(strict, "nothing-like-it-at-all")).hasMessageContaining("GET /v1/models");
    }

    @Test
    void aHintNamesOnlyWhatMayBeNamed() {
        GatewayError unknown = catchThrowableOfType(
                GatewayError.class,
                () -> strict.resolve("gpt-4oo", PROVIDERS, row -> row.name().equals("gpt-4o-mini")));
        GatewayError twins = catchThrowableOfType(
                GatewayError.class,
                () -> strict.resolve("twins", PROVIDERS, row -> row.provider().equals("groq")));

        assertThat(unknown.getMessage()).doesNotContain("openai/gpt-4o,").doesNotEndWith("openai/gpt-4o");
        assertThat(twins).hasMessageContaining("groq/twins");
        assertThat(twins.getMessage()).doesNotContain("mistral/twins");
    }

    @Test
    void aStrictGatewayStillSendsRetiredModelsToTheirProvider() {
        assertThat(identifiers(strict.resolve("gpt-4", PROVIDERS))).containsExactly("openai/gpt-4");
    }

    @Test
    void listsActiveRowsInOrder() {
        assertThat(catalogue.active())
                .extracting(Model::identifier)
                .contains("fast", "openai/gpt-4o")
                .doesNotContain("openai/gpt-4", "openai/gpt-5", "off")
                .isSorted();
    }

    @Test
    void findsAnyRowByIdOrIdentifier() {
        Model retired = catalogue.find("openai/gpt-4").orElseThrow();

        assertThat(catalogue.find(retired.id().toString())).containsSame(retired);
        assertThat(catalogue.find("gpt-4")).isEmpty();
    }

    private static GatewayError refusal(Catalogue catalogue, String name) {
        return catchThrowableOfType(GatewayError.class, () -> catalogue.resolve(name, PROVIDERS));
    }

    private static List<String> identifiers(List<ResolvedTarget> targets) {
        return targets.stream().map(each -> each.target().identifier()).toList();
    }

    private static @Nullable String rowOf(ResolvedTarget target) {
        return target.model() == null ? null : target.model().identifier();
    }
}
