package dev.comporta.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Collects what one entry of a price document says. Every value in it is a stranger's. */
final class Offer {

    /** USD, per million tokens or for one unit. */
    private static final BigDecimal MOST = BigDecimal.valueOf(10_000);

    private static final int MOST_TIERS = 20;
    private static final String NOT_A_NUMBER = "not_a_number";
    /** Digits before and after the point beyond which a number is no price, and arithmetic with it a danger. */
    private static final int MOST_DIGITS = 60;
    /**
     * What a price has in the API and the table. Written as floating-point numbers, prices have artefacts below that.
     */
    private static final int DECIMALS = 12;

    private static final int DECIMALS_OF_A_CHARACTER = 15;

    /** How others call providers that have another name here. */
    private static final Map<String, String> PROVIDERS =
            Map.of("gemini", "google", "text-completion-openai", "openai", "mistralai", "mistral");

    private final Map<String, BigDecimal> prices = new TreeMap<>();
    private final Map<String, String> flaws = new TreeMap<>();
    private final Map<String, Boolean> capabilities = new TreeMap<>();

    static String provider(String theirs) {
        String ours = theirs.toLowerCase(Locale.ROOT).replace('_', '-');
        return PROVIDERS.getOrDefault(ours, ours);
    }

    /**
     * Notes a price.
     *
     * @param value as the document has it; absent or null is no statement
     * @param power of ten by which it is multiplied to be what the field means
     */
    void price(String field, JsonNode value, int power) {
        if (value.isMissingNode() || value.isNull()) {
            return;
        }
        if (!value.isNumber()) {
            flaws.put(field, NOT_A_NUMBER);
            return;
        }
        BigDecimal number = value.decimalValue();
        if (Math.abs((long) number.scale()) > MOST_DIGITS || number.precision() > MOST_DIGITS) {
            flaws.put(field, NOT_A_NUMBER);
            return;
        }
        BigDecimal price = number.scaleByPowerOfTen(power);
        int decimals = field.equals(PriceFields.CHARACTER) ? DECIMALS_OF_A_CHARACTER : DECIMALS;
        if (price.signum() < 0) {
            flaws.put(field, "negative");
        } else if (price.compareTo(MOST) > 0) {
            flaws.put(field, "too_large");
        } else if (price.signum() > 0
                && price.setScale(decimals, RoundingMode.HALF_UP).signum() == 0) {
            flaws.put(field, NOT_A_NUMBER);
        } else {
            prices.put(field, Decimals.plain(price.setScale(decimals, RoundingMode.HALF_UP)));
        }
    }

    void capability(String name, boolean has) {
        if (has) {
            capabilities.put(name, true);
        }
    }

    boolean has(String field) {
        BigDecimal price = prices.get(field);
        return price != null && price.signum() > 0;
    }

    OfferedModel of(String provider, String name, JsonNode contextWindow, JsonNode maxOutputTokens) {
        long tiers = prices.keySet().stream()
                .map(PriceFields::tier)
                .filter(Objects::nonNull)
                .distinct()
                .count();
        if (tiers > MOST_TIERS) {
            prices.keySet().removeIf(field -> PriceFields.tier(field) != null);
            flaws.put("priceTiers", "too_many");
        }
        return new OfferedModel(
                provider, name, prices, flaws, size(contextWindow), size(maxOutputTokens), capabilities);
    }

    private static @Nullable Integer size(JsonNode number) {
        return number.isIntegralNumber() && number.canConvertToInt() && number.intValue() > 0
                ? number.intValue()
                : null;
    }
}
