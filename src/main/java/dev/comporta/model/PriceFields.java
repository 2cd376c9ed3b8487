package dev.comporta.model;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@link Prices} as one number for each name, in the words of the API: {@code inputPricePerMillion},
 * {@code priceTiers[200000].input}, {@code unitPrices.image}. What is unknown is absent.
 */
final class PriceFields {

    static final String INPUT = "inputPricePerMillion";
    static final String OUTPUT = "outputPricePerMillion";
    static final String CACHED_INPUT = "cachedInputPricePerMillion";
    static final String CACHE_WRITE = "cacheWritePricePerMillion";
    static final String REASONING = "reasoningPricePerMillion";
    static final String IMAGE = "unitPrices.image";
    static final String AUDIO_SECOND = "unitPrices.audioSecond";
    static final String AUDIO_HOUR = "unitPrices.audioHour";
    static final String CHARACTER = "unitPrices.character";

    private static final Pattern TIER = Pattern.compile("priceTiers\\[(\\d+)]\\.(\\w+)");

    /** A field of a tier, and what it is called outside of tiers. */
    private static final Map<String, String> PARTS =
            Map.of("input", INPUT, "output", OUTPUT, "cachedInput", CACHED_INPUT, "cacheWrite", CACHE_WRITE);

    private PriceFields() {}

    static Map<String, BigDecimal> of(Prices prices) {
        Map<String, BigDecimal> fields = new LinkedHashMap<>();
        put(fields, INPUT, prices.input());
        put(fields, OUTPUT, prices.output());
        put(fields, CACHED_INPUT, prices.cachedInput());
        put(fields, CACHE_WRITE, prices.cacheWrite());
        put(fields, REASONING, prices.reasoning());
        for (PriceTier tier : prices.tiers()) {
            put(fields, inTier(tier.abovePromptTokens(), "input"), tier.input());
            put(fields, inTier(tier.abovePromptTokens(), "output"), tier.output());
            put(fields, inTier(tier.abovePromptTokens(), "cachedInput"), tier.cachedInput());
            put(fields, inTier(tier.abovePromptTokens(), "cacheWrite"), tier.cacheWrite());
        }
        put(fields, IMAGE, prices.units().image());
        put(fields, AUDIO_SECOND, prices.units().audioSecond());
        put(fields, AUDIO_HOUR, prices.units().audioHour());
        put(fields, CHARACTER, prices.units().character());
        return fields;
    }

    static Prices prices(Map<String, BigDecimal> fields) {
        TreeSet<Long> sizes = new TreeSet<>();
        fields.keySet().stream()
                .map(TIER::matcher)
                .filter(Matcher::matches)
                .forEach(tier -> sizes.add(Long.parseLong(tier.group(1))));
        List<PriceTier> tiers = new ArrayList<>();
        for (long above : sizes) {
            BigDecimal input = fields.get(inTier(above, "input"));
            BigDecimal output = fields.get(inTier(above, "output"));
            if (input != null && output != null) {
                tiers.add(new PriceTier(
                        above,
                        input,
                        output,
                        fields.get(inTier(above, "cachedInput")),
                        fields.get(inTier(above, "cacheWrite"))));
            }
        }
        return new Prices(
                fields.get(INPUT),
                fields.get(OUTPUT),
                fields.get(CACHED_INPUT),
                fields.get(CACHE_WRITE),
                fields.get(REASONING),
                tiers,
                new UnitPrices(
                        fields.get(IMAGE), fields.get(AUDIO_SECOND), fields.get(AUDIO_HOUR), fields.get(CHARACTER)));
    }

    /** @param part {@code input}, {@code output}, {@code cachedInput} or {@code cacheWrite} */
    static String inTier(long abovePromptTokens, String part) {
        return "priceTiers[%d].%s".formatted(abovePromptTokens, part);
    }

    /** The field for short prompts that this field of a tier replaces; null if it is none of a tier. */
    static @Nullable String outsideTiers(String field) {
        Matcher tier = TIER.matcher(field);
        return tier.matches() ? PARTS.get(tier.group(2)) : null;
    }

    /** What all fields of one tier begin with; null if it is none of a tier. */
    static @Nullable String tier(String field) {
        return field.startsWith("priceTiers[") ? field.substring(0, field.indexOf('.') + 1) : null;
    }

    private static void put(Map<String, BigDecimal> fields, String name, @Nullable BigDecimal price) {
        if (price != null) {
            fields.put(name, price);
        }
    }
}
