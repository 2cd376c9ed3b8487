package dev.comporta.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An entry of LiteLLM's {@code model_prices_and_context_window.json}, in USD for one token or unit. Its schema is
 * {@code model_prices_and_context_window.schema.json} beside it. Rates of other service levels ({@code _flex},
 * {@code _priority}, {@code _batches}) and of audio and image tokens are not read.
 */
final class LiteLlmPrices {

    private static final int PER_MILLION = 6;

    private static final Pattern ABOVE = Pattern.compile("input_cost_per_token_above_(\\d{1,6})k_tokens");

    private LiteLlmPrices() {}

    static boolean isEntry(String key, JsonNode entry) {
        return entry.path("litellm_provider").isTextual() && !key.equals("sample_spec");
    }

    static OfferedModel read(String key, JsonNode entry) {
        String theirs = entry.path("litellm_provider").textValue();
        String name = key.startsWith(theirs + "/") ? key.substring(theirs.length() + 1) : key;
        String mode = entry.path("mode").asText();
        Offer offer = new Offer();
        offer.price(PriceFields.INPUT, entry.path("input_cost_per_token"), PER_MILLION);
        offer.price(PriceFields.OUTPUT, entry.path("output_cost_per_token"), PER_MILLION);
        offer.price(PriceFields.CACHED_INPUT, entry.path("cache_read_input_token_cost"), PER_MILLION);
        offer.price(PriceFields.CACHE_WRITE, entry.path("cache_creation_input_token_cost"), PER_MILLION);
        offer.price(PriceFields.REASONING, entry.path("output_cost_per_reasoning_token"), PER_MILLION);
        entry.fieldNames().forEachRemaining(field -> {
            Matcher above = ABOVE.matcher(field);
            if (above.matches()) {
                tier(offer, entry, Long.parseLong(above.group(1)));
            }
        });
        // What is priced by tokens is not priced by units besides: an image's price is then what its tokens cost.
        if (!offer.has(PriceFields.INPUT) && !offer.has(PriceFields.OUTPUT)) {
            units(offer, entry, mode);
        }
        offer.capability("vision", entry.path("supports_vision").asBoolean());
        offer.capability("tools", entry.path("supports_function_calling").asBoolean());
        offer.capability("jsonSchema", entry.path("supports_response_schema").asBoolean());
        offer.capability("reasoning", entry.path("supports_reasoning").asBoolean());
        offer.capability("embeddings", mode.equals("embedding"));
        offer.capability("text", mode.equals("chat") || mode.equals("responses") || mode.equals("completion"));
        return offer.of(Offer.provider(theirs), name, entry.path("max_input_tokens"), entry.path("max_output_tokens"));
    }

    private static void tier(Offer offer, JsonNode entry, long thousands) {
        long tokens = thousands * 1_000;
        String suffix = "_above_" + thousands + "k_tokens";
        if (tokens == 0) {
            return;
        }
        offer.price(PriceFields.inTier(tokens, "input"), entry.path("input_cost_per_token" + suffix), PER_MILLION);
        offer.price(PriceFields.inTier(tokens, "output"), entry.path("output_cost_per_token" + suffix), PER_MILLION);
        offer.price(
                PriceFields.inTier(tokens, "cachedInput"),
                entry.path("cache_read_input_token_cost" + suffix),
                PER_MILLION);
        offer.price(
                PriceFields.inTier(tokens, "cacheWrite"),
                entry.path("cache_creation_input_token_cost" + suffix),
                PER_MILLION);
    }

    private static void units(Offer offer, JsonNode entry, String mode) {
        if (mode.equals("image_generation")) {
            offer.price(
                    PriceFields.IMAGE,
                    entry.has("output_cost_per_image")
                            ? entry.path("output_cost_per_image")
                            : entry.path("input_cost_per_image"),
                    0);
        } else if (mode.equals("audio_transcription")) {
            offer.price(PriceFields.AUDIO_SECOND, entry.path("input_cost_per_second"), 0);
        } else if (mode.equals("audio_speech")) {
            offer.price(PriceFields.CHARACTER, entry.path("input_cost_per_character"), 0);
        }
    }
}
