package dev.comporta.model;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Pattern;

/**
 * What a source says that a dollar is worth. Positive, and exact up to {@link #DECIMALS} decimals.
 *
 * @param eur euros for one dollar
 * @param brl reais for one dollar
 */
record UsdRates(BigDecimal eur, BigDecimal brl) {

    /** What the table holds; the last digits of a source that calculates in binary mean nothing anyway. */
    static final int DECIMALS = 12;

    private static final BigDecimal SMALLEST = new BigDecimal("0.000001");
    private static final BigDecimal LARGEST = new BigDecimal("999999");

    /** Further than this from the last known rate is rather a mistake than a market. */
    private static final BigDecimal LEAP = BigDecimal.TEN;

    /** Numbers as text, as some sources have them. */
    private static final Pattern DECIMAL = Pattern.compile("\\d{1,9}(\\.\\d{1,50})?");

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * Reads the document of a source.
     *
     * @throws ExchangeRateSource.Unusable if it is not JSON, or the rates are not in their places or no rates
     */
    static UsdRates read(byte[] document, JsonPointer eur, JsonPointer brl) {
        JsonNode tree = tree(document);
        return new UsdRates(number("EUR", tree.at(eur)), number("BRL", tree.at(brl)));
    }

    /**
     * The same, if they can follow others.
     *
     * @throws ExchangeRateSource.Unusable if one is more than ten times, or less than a tenth of, what it was
     */
    UsdRates following(ExchangeRate last) {
        refuseLeap("EUR", eur, last.usdToEur());
        refuseLeap("BRL", brl, last.usdToBrl());
        return this;
    }

    private static JsonNode tree(byte[] document) {
        try {
            return JSON.readTree(document);
        } catch (IOException | NumberFormatException e) {
            // Not repeated: it quotes the document. The second one is of exponents beyond what Java holds.
            throw new ExchangeRateSource.Unusable("its answer is not JSON that can be read");
        }
    }

    private static BigDecimal number(String currency, JsonNode node) {
        BigDecimal number;
        if (node.isNumber()) {
            number = node.decimalValue();
        } else if (node.isTextual() && DECIMAL.matcher(node.textValue()).matches()) {
            number = new BigDecimal(node.textValue());
        } else {
            throw new ExchangeRateSource.Unusable("its answer has no number for %s in its place".formatted(currency));
        }
        // Before anything is done with it that costs as much as its exponent says.
        if (number.compareTo(SMALLEST) < 0 || number.compareTo(LARGEST) > 0) {
            throw new ExchangeRateSource.Unusable("its number for %s is no exchange rate".formatted(currency));
        }
        return Decimals.plain(number.scale() > DECIMALS ? number.setScale(DECIMALS, RoundingMode.HALF_EVEN) : number);
    }

    private static void refuseLeap(String currency, BigDecimal now, BigDecimal last) {
        if (now.compareTo(last.multiply(LEAP)) > 0 || now.multiply(LEAP).compareTo(last) < 0) {
            throw new ExchangeRateSource.Unusable("its number for %s, %s, is too far from the last one, %s"
                    .formatted(currency, now.toPlainString(), last.toPlainString()));
        }
    }
}
