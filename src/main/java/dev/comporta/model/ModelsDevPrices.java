package dev.comporta.model;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A model of models.dev's {@code api.json}, in USD per million tokens: {@code {"<provider>": {"models": {"<id>":
 * {"cost": {…}, "limit": {…}, "modalities": {…}}}}}}. Prices of audio are not read.
 */
final class ModelsDevPrices {

    private static final long OVER_200K = 200_000;
    private static final int AS_IT_IS = 0;

    private ModelsDevPrices() {}

    static OfferedModel read(String provider, String id, JsonNode model) {
        JsonNode cost = model.path("cost");
        Offer offer = new Offer();
        offer.price(PriceFields.INPUT, cost.path("input"), AS_IT_IS);
        offer.price(PriceFields.OUTPUT, cost.path("output"), AS_IT_IS);
        offer.price(PriceFields.CACHED_INPUT, cost.path("cache_read"), AS_IT_IS);
        offer.price(PriceFields.CACHE_WRITE, cost.path("cache_write"), AS_IT_IS);
        offer.price(PriceFields.REASONING, cost.path("reasoning"), AS_IT_IS);
        if (cost.path("tiers").isArray()) {
            cost.path("tiers").forEach(tier -> {
                JsonNode size = tier.path("tier").path("size");
                if (tier.path("tier").path("type").asText().equals("context")
                        && size.isIntegralNumber()
                        && size.canConvertToInt()
                        && size.intValue() > 0) {
                    tier(offer, tier, size.intValue());
                }
            });
        } else if (cost.path("context_over_200k").isObject()) {
            // The older form of the same.
            tier(offer, cost.path("context_over_200k"), OVER_200K);
        }
        offer.capability(
                "tools",
                model.path("tool_call").asBoolean(model.path("tool_call").isObject()));
        offer.capability("reasoning", model.path("reasoning").asBoolean());
        offer.capability("jsonSchema", model.path("structured_output").asBoolean());
        model.path("modalities").path("input").forEach(input -> {
            offer.capability("text", input.asText().equals("text"));
            offer.capability("vision", input.asText().equals("image"));
        });
        JsonNode limit = model.path("limit");
        return offer.of(Offer.provider(provider), id, limit.path("context"), limit.path("output"));
    }

    private static void tier(Offer offer, JsonNode tier, long above) {
        offer.price(PriceFields.inTier(above, "input"), tier.path("input"), AS_IT_IS);
        offer.price(PriceFields.inTier(above, "output"), tier.path("output"), AS_IT_IS);
        offer.price(PriceFields.inTier(above, "cachedInput"), tier.path("cache_read"), AS_IT_IS);
        offer.price(PriceFields.inTier(above, "cacheWrite"), tier.path("cache_write"), AS_IT_IS);
    }
}
