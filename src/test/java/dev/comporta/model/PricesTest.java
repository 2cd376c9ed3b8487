package dev.comporta.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.TokenUsage;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Tokens have an exact price")
class PricesTest {

    private static final Prices FULL = prices("3", "15", "0.3", "3.75");

    @Test
    void inputAndOutput() {
        assertThat(text(prices("0.15", "0.6", null, null).cost(TokenUsage.of(1000, 500))))
                .isEqualTo("0.00045");
    }

    @Test
    void oneTokenIsNotRoundedAway() {
        assertThat(text(prices("0.0375", "0.3", null, null).cost(TokenUsage.of(1, 0))))
                .isEqualTo("0.0000000375");
    }

    @Test
    void roundSumsAreWrittenPlainly() {
        BigDecimal cost = prices("10", "30", null, null).cost(TokenUsage.of(1_000_000, 0));

        assertThat(cost).hasToString("10");
        assertThat(prices("100", "0", null, null).cost(TokenUsage.of(10_000_000, 0)))
                .hasToString("1000");
    }

    @Test
    void hugeCountsStayExact() {
        assertThat(text(prices("0.123456789", "1", null, null).cost(TokenUsage.of(Long.MAX_VALUE, 0))))
                .isEqualTo("1138687895422.480280447103723");
        assertThat(text(prices("0.1", "0.2", null, null).cost(TokenUsage.of(9_007_199_254_740_993L, 1))))
                .isEqualTo("900719925.4740995");
    }

    @Test
    void cacheReadsAndWritesArePartOfTheInputAndHaveTheirOwnPrice() {
        // 700 × 3 + 200 × 0.3 + 100 × 3.75 + 50 × 15 = 3285 per million
        assertThat(text(FULL.cost(new TokenUsage(1000, 200, 100, 50, 20)))).isEqualTo("0.003285");
    }

    @Test
    void cacheReadsAndWritesWithoutAPriceCostAsMuchAsInput() {
        assertThat(prices("3", "15", null, null).cost(new TokenUsage(1000, 200, 100, 50, 0)))
                .isEqualTo(FULL.cost(TokenUsage.of(1000, 50)));
    }

    @Test
    void moreCachedThanSentTokensDoNotLowerTheBill() {
        assertThat(text(FULL.cost(new TokenUsage(100, 200, 0, 0, 0)))).isEqualTo("0.00006");
    }

    @Test
    void aMissingPriceIsUnknownOnlyWhenItIsNeeded() {
        Prices embeddings = prices("0.02", null, null, null);

        assertThat(text(embeddings.cost(TokenUsage.of(8000, 0)))).isEqualTo("0.00016");
        assertThat(embeddings.cost(TokenUsage.of(8000, 1))).isNull();
        assertThat(prices(null, "2", null, null).cost(TokenUsage.of(1, 1))).isNull();
        assertThat(prices(null, "2", "1", null).cost(new TokenUsage(10, 10, 0, 0, 0)))
                .isEqualByComparingTo("0.00001");
    }

    @Test
    void freeIsAPriceAndUnknownIsNot() {
        assertThat(prices("0", "0", null, null).cost(TokenUsage.of(5, 5))).hasToString("0");
        assertThat(FULL.cost(TokenUsage.NONE)).hasToString("0");
        assertThat(Prices.UNKNOWN.cost(TokenUsage.of(5, 5))).isNull();
        assertThat(Prices.UNKNOWN.cost(TokenUsage.NONE)).isNull();
    }

    @Test
    void aLongPromptPricesTheWholeRequestByItsTier() {
        Prices tiered = new Prices(
                decimal("1"),
                decimal("5"),
                decimal("0.05"),
                decimal("1.25"),
                List.of(tier(500_000, "4", "10", null, null), tier(272_000, "2", "7.5", "0.1", null)));

        assertThat(text(tiered.cost(TokenUsage.of(272_000, 1000)))).isEqualTo("0.277");
        assertThat(text(tiered.cost(TokenUsage.of(272_001, 1000)))).isEqualTo("0.551502");
        // 100001 × 2 + 200000 × 0.1 + 1000 × 7.5
        assertThat(text(tiered.cost(new TokenUsage(300_001, 200_000, 0, 1000, 0))))
                .isEqualTo("0.227502");
        // A tier without a price for cache writes bills them as its own input, not at the lower price of short prompts.
        assertThat(text(tiered.cost(new TokenUsage(300_000, 0, 300_000, 0, 0)))).isEqualTo("0.6");
        assertThat(text(tiered.cost(new TokenUsage(600_000, 600_000, 0, 0, 0)))).isEqualTo("2.4");
    }

    private static Prices prices(
            @Nullable String input, @Nullable String output, @Nullable String cached, @Nullable String written) {
        return new Prices(decimal(input), decimal(output), decimal(cached), decimal(written), List.of());
    }

    private static PriceTier tier(
            long above, String input, String output, @Nullable String cached, @Nullable String written) {
        return new PriceTier(above, new BigDecimal(input), new BigDecimal(output), decimal(cached), decimal(written));
    }

    private static @Nullable BigDecimal decimal(@Nullable String text) {
        return text == null ? null : new BigDecimal(text);
    }

    private static @Nullable String text(@Nullable BigDecimal amount) {
        return amount == null ? null : amount.toPlainString();
    }
}
