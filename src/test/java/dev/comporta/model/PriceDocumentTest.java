package dev.comporta.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.comporta.model.PriceSyncConfig.Format;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two forms of price lists are understood, and none does harm. */
class PriceDocumentTest {

    @Test
    void litellm_writes_dollars_for_a_token() {
        Map<String, OfferedModel> offers = sample("litellm.json", Format.AUTO);

        assertThat(offers.get("openai/gpt-4o").prices())
                .containsOnly(
                        price(PriceFields.INPUT, "2.4"),
                        price(PriceFields.OUTPUT, "10"),
                        price(PriceFields.CACHED_INPUT, "1.25"));
        assertThat(offers.get("anthropic/claude-sonnet-4-5").prices())
                .contains(
                        price(PriceFields.CACHE_WRITE, "3.75"),
                        price("priceTiers[200000].input", "6"),
                        price("priceTiers[200000].output", "22.5"),
                        price("priceTiers[200000].cachedInput", "0.6"),
                        price("priceTiers[200000].cacheWrite", "7.5"))
                .hasSize(8);
        assertThat(offers.get("openai/dream-1").prices()).containsOnly(price(PriceFields.IMAGE, "0.04"));
        assertThat(offers.get("groq/whisper-large-v3").prices())
                .containsEntry(PriceFields.AUDIO_SECOND, new BigDecimal("0.00003083"));
    }

    @Test
    void litellms_providers_have_our_names_and_its_placeholders_are_no_models() {
        Map<String, OfferedModel> offers = sample("litellm.json", Format.AUTO);

        assertThat(offers)
                .containsKeys(
                        "google/gemini-2.5-flash",
                        "groq/openai/gpt-oss-20b",
                        "vertex-ai-language-models/gemini-2.5-flash")
                .hasSize(17);
        assertThat(offers.keySet()).noneMatch(name -> name.contains("sample_spec") || name.contains("rules"));
    }

    @Test
    void what_is_priced_by_tokens_is_not_priced_by_the_image_besides() {
        assertThat(sample("litellm.json", Format.AUTO)
                        .get("google/gemini-2.5-flash")
                        .prices())
                .containsEntry(PriceFields.REASONING, new BigDecimal("3.5"))
                .doesNotContainKey(PriceFields.IMAGE);
    }

    @Test
    void the_dust_of_floating_point_is_wiped_off() {
        assertThat(sample("litellm.json", Format.AUTO).get("openai/gpt-5-nano").prices())
                .containsEntry(PriceFields.INPUT, new BigDecimal("0.05"));
    }

    @Test
    void models_dev_writes_dollars_for_a_million() {
        Map<String, OfferedModel> offers = sample("models-dev.json", Format.AUTO);

        assertThat(offers).hasSize(6);
        assertThat(offers.get("openai/gpt-4o").prices())
                .containsOnly(
                        price(PriceFields.INPUT, "2.4"),
                        price(PriceFields.OUTPUT, "10"),
                        price(PriceFields.CACHED_INPUT, "1.25"));
        assertThat(offers.get("openai/gpt-5.4").prices())
                .containsEntry("priceTiers[272000].input", new BigDecimal("6"))
                .doesNotContainKey("priceTiers[200000].input");
        assertThat(offers.get("google/gemini-3.1-pro-preview").prices())
                .containsEntry("priceTiers[200000].output", new BigDecimal("18"));
        OfferedModel coming = offers.get("openai/gpt-7");
        assertThat(coming.contextWindow()).isEqualTo(400_000);
        assertThat(coming.capabilities()).containsOnlyKeys("text", "vision", "tools", "reasoning");
    }

    @Test
    void a_format_that_was_asked_for_is_the_only_one_understood() {
        assertThatThrownBy(() -> sample("litellm.json", Format.MODELS_DEV)).hasMessageContaining("has no prices");
        assertThatThrownBy(() -> sample("models-dev.json", Format.LITELLM)).hasMessageContaining("has no prices");
        assertThat(sample("litellm.json", Format.LITELLM)).hasSize(17);
    }

    @ParameterizedTest
    @CsvSource({
        "-1e-07, negative",
        "'\"0.000001\"', not_a_number",
        "0.010000001, too_large",
        "1e400, not_a_number",
        "1e-400, not_a_number",
        "1e-25, not_a_number",
        "1E+2147483647, not_a_number",
        "1e-2147483646, not_a_number",
        "true, not_a_number",
    })
    void what_is_no_price_is_not_taken_for_one(String number, String why) {
        OfferedModel model = read("""
                {"x": {"litellm_provider": "openai", "input_cost_per_token": %s, "output_cost_per_token": 1e-06}}""".formatted(number)).get("openai/x");

        assertThat(model.flaws()).containsExactly(Map.entry(PriceFields.INPUT, why));
        assertThat(model.prices()).containsOnlyKeys(PriceFields.OUTPUT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"a\": 1}",
                "<html>",
                "{\"x\": {\"litellm_provider\": \"openai\", \"input_cost_per_token\": NaN}}",
                "{\"x\": {\"litellm_provider\": \"openai\", \"input_cost_per_token\": 1e-06}",
                "{\"x\": {\"litellm_provider\": \"openai\", \"input_cost_per_token\": 1e-06}} {}",
                "{\"x\": {\"litellm_provider\": \"../..\", \"input_cost_per_token\": 1e-06}}",
                "{\"openai/../x\": {\"litellm_provider\": \"openai\", \"input_cost_per_token\": 1e-06}}",
                "{\"openai\": {\"models\": [1, 2]}}",
            })
    void a_document_that_is_none_changes_nothing(String text) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOfSatisfying(
                        PriceSourceFailure.class,
                        failure -> assertThat(failure.wasReached()).isTrue());
    }

    @Test
    void deep_nesting_is_refused() {
        String deep = "[".repeat(1_000_000);

        assertThatThrownBy(() -> read("{\"a\": " + deep)).isInstanceOf(PriceSourceFailure.class);
        assertThatThrownBy(() -> read("{\"openai\": {\"models\": {\"a\": {\"cost\": " + deep))
                .isInstanceOf(PriceSourceFailure.class);
    }

    @Test
    void a_million_keys_are_refused_where_they_are_models_and_passed_over_where_they_are_not() {
        String million =
                IntStream.range(0, 1_000_000).mapToObj(i -> "\"m" + i + "\":{}").collect(Collectors.joining(","));

        assertThatThrownBy(() -> read("{\"openai\": {\"models\": {" + million + "}}}"))
                .hasMessageContaining("more in it than");
        assertThatThrownBy(() -> read("{" + million + "}")).hasMessageContaining("has no prices");
        String fields =
                IntStream.range(0, 1_000_000).mapToObj(i -> "\"m" + i + "\":1").collect(Collectors.joining(","));
        assertThatThrownBy(() -> read("{\"x\": {" + fields + "}}")).hasMessageContaining("more in it than");
    }

    @Test
    void a_model_has_at_most_twenty_tiers() {
        String tiers = IntStream.rangeClosed(1, 21)
                .mapToObj(k -> "\"input_cost_per_token_above_%dk_tokens\": 1e-06".formatted(k))
                .collect(Collectors.joining(","));

        OfferedModel model = read("{\"x\": {\"litellm_provider\": \"openai\", \"input_cost_per_token\": 1e-06, " + tiers
                        + "}}")
                .get("openai/x");

        assertThat(model.prices()).containsOnlyKeys(PriceFields.INPUT);
        assertThat(model.flaws()).containsEntry("priceTiers", "too_many");
    }

    @Test
    void prices_are_the_same_after_they_were_taken_apart_and_put_together() {
        Prices prices = new Prices(
                new BigDecimal("3"),
                new BigDecimal("15"),
                new BigDecimal("0.3"),
                null,
                new BigDecimal("20"),
                List.of(new PriceTier(200_000, new BigDecimal("6"), new BigDecimal("22.5"), null, new BigDecimal("7"))),
                new UnitPrices(null, null, new BigDecimal("0.111"), new BigDecimal("0.000015")));

        assertThat(PriceFields.prices(PriceFields.of(prices))).isEqualTo(prices);
        assertThat(PriceFields.prices(PriceFields.of(Prices.UNKNOWN))).isEqualTo(Prices.UNKNOWN);
    }

    private static Map.Entry<String, BigDecimal> price(String field, String amount) {
        return Map.entry(field, new BigDecimal(amount));
    }

    private static Map<String, OfferedModel> read(String text) {
        return PriceDocument.read(text.getBytes(UTF_8), Format.AUTO);
    }

    private static Map<String, OfferedModel> sample(String name, Format format) {
        try (InputStream file = PriceDocumentTest.class.getResourceAsStream("/prices/" + name)) {
            return PriceDocument.read(file.readAllBytes(), format);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
