package dev.comporta.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.TokenUsage;
import dev.comporta.core.Units;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random price lists and usages against the rules of docs/reference/models.md, written once more and differently. */
class PricesBoundTest {

    private static final int HISTORIES = 5_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_261_120})
    void a_cost_is_what_the_rules_say(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < HISTORIES; i++) {
            Prices prices = prices(random);
            TokenUsage usage = part(random, random.nextInt(1_000), random.nextInt(1_000));
            Units units = units(random);

            assertThat(prices.cost(usage, units))
                    .as("%s of %s and %s", prices, usage, units)
                    .isEqualTo(reference(prices, usage, units));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_261_120})
    void no_split_of_the_tokens_costs_more_than_the_bound(long seed) {
        Random random = new Random(seed);
        int bounds = 0;
        int reached = 0;
        for (int i = 0; i < HISTORIES; i++) {
            Prices prices = prices(random);
            long input = random.nextInt(1_000);
            long output = random.nextInt(1_000);
            Units units = units(random);
            BigDecimal most = prices.most(input, output, units);
            boolean isSometimesUnknown = false;
            for (int split = 0; split < 20; split++) {
                TokenUsage usage = split == 0 ? TokenUsage.of(input, output) : part(random, input, output);
                BigDecimal cost = prices.cost(usage, units);
                isSometimesUnknown |= cost == null && usage.totalTokens() > 0;
                if (most != null && cost != null) {
                    assertThat(cost).as("%s of %s and %s", prices, usage, units).isLessThanOrEqualTo(most);
                    bounds++;
                    reached += cost.equals(most) ? 1 : 0;
                }
            }
            if (isSometimesUnknown) {
                assertThat(most).as("%s of %d and %d", prices, input, output).isNull();
            }
        }
        assertThat(bounds).isGreaterThan(HISTORIES);
        assertThat(reached).as("the bound is not idle").isGreaterThan(HISTORIES / 20);
    }

    @Test
    void the_bound_counts_the_dearest_of_every_price_that_the_prompt_can_reach() {
        Prices prices = new Prices(
                new BigDecimal("3"),
                new BigDecimal("15"),
                new BigDecimal("0.3"),
                new BigDecimal("3.75"),
                new BigDecimal("20"),
                List.of(new PriceTier(
                        200_000, new BigDecimal("6"), new BigDecimal("22.5"), null, new BigDecimal("7.5"))),
                UnitPrices.UNKNOWN);

        // 200000 × 3.75 + 1000 × 20
        assertThat(prices.most(200_000, 1_000, Units.NONE)).isEqualTo("0.77");
        // 200001 × 7.5 + 1000 × 22.5
        assertThat(prices.most(200_001, 1_000, Units.NONE)).isEqualTo("1.5225075");
        assertThat(prices.most(0, 0, Units.NONE)).isEqualTo("0");
    }

    @Test
    void a_long_prompt_may_be_cheaper_than_a_short_one() {
        Prices falling = new Prices(
                BigDecimal.TEN,
                BigDecimal.TEN,
                null,
                null,
                List.of(new PriceTier(10, BigDecimal.ONE, BigDecimal.ONE, null, null)));

        assertThat(falling.most(1_000_000, 0, Units.NONE)).isEqualTo("10");
    }

    @Test
    void what_is_not_used_needs_no_price() {
        Prices embeddings = new Prices(new BigDecimal("0.02"), null, null, null, List.of());

        assertThat(embeddings.most(1_000_000, 0, Units.NONE)).isEqualTo("0.02");
        assertThat(embeddings.most(1_000_000, 1, Units.NONE)).isNull();
        assertThat(Prices.UNKNOWN.most(1, 1, Units.NONE)).isNull();
        assertThat(Prices.UNKNOWN.most(0, 0, Units.NONE)).isNull();
    }

    @Test
    void units_are_part_of_the_bound() {
        Prices images = new Prices(
                null, null, null, null, null, List.of(), new UnitPrices(new BigDecimal("0.04"), null, null, null));

        assertThat(images.most(0, 0, new Units(3, BigDecimal.ZERO, 0))).isEqualTo("0.12");
        assertThat(images.most(1, 0, new Units(3, BigDecimal.ZERO, 0))).isNull();
        assertThat(images.most(0, 0, new Units(0, BigDecimal.TEN, 0))).isNull();
    }

    @Test
    void reasoning_costs_what_the_rest_of_the_answer_does_unless_it_has_a_price() {
        TokenUsage usage = new TokenUsage(0, 0, 0, 1_000_000, 400_000);
        BigDecimal output = new BigDecimal("0.6");

        assertThat(new Prices(BigDecimal.ONE, output, null, null, List.of()).cost(usage))
                .isEqualTo("0.6");
        assertThat(new Prices(BigDecimal.ONE, output, null, null, new BigDecimal("3.5"), List.of(), UnitPrices.UNKNOWN)
                        .cost(usage))
                .isEqualTo("1.76");
    }

    private static @Nullable BigDecimal reference(Prices prices, TokenUsage usage, Units units) {
        PriceTier tier = prices.tiers().stream()
                .filter(each -> usage.inputTokens() > each.abovePromptTokens())
                .max(Comparator.comparingLong(PriceTier::abovePromptTokens))
                .orElse(null);
        BigDecimal in = tier == null ? prices.input() : tier.input();
        BigDecimal out = tier == null ? prices.output() : tier.output();
        List<@Nullable BigDecimal> parts = new ArrayList<>();
        parts.add(times(usage.inputTokens() - usage.cachedTokens() - usage.cacheWriteTokens(), in, in));
        parts.add(times(usage.cachedTokens(), tier == null ? prices.cachedInput() : tier.cachedInput(), in));
        parts.add(times(usage.cacheWriteTokens(), tier == null ? prices.cacheWrite() : tier.cacheWrite(), in));
        parts.add(times(usage.outputTokens() - usage.reasoningTokens(), out, out));
        parts.add(times(usage.reasoningTokens(), tier == null ? prices.reasoning() : null, out));
        boolean isPriced = (in != null || out != null) && !parts.contains(null);
        BigDecimal tokens = isPriced
                ? parts.stream().reduce(BigDecimal.ZERO, BigDecimal::add).scaleByPowerOfTen(-6)
                : null;

        List<BigDecimal> byUnit = new ArrayList<>();
        UnitPrices list = prices.units();
        if (list.image() != null && units.images() > 0) {
            byUnit.add(list.image().multiply(BigDecimal.valueOf(units.images())));
        }
        if (list.character() != null && units.characters() > 0) {
            byUnit.add(list.character().multiply(BigDecimal.valueOf(units.characters())));
        }
        if (list.audioSecond() != null && units.audioSeconds().signum() > 0) {
            byUnit.add(list.audioSecond().multiply(units.audioSeconds()));
        } else if (list.audioHour() != null && units.audioSeconds().signum() > 0) {
            byUnit.add(list.audioHour()
                    .multiply(units.audioSeconds())
                    .divide(new BigDecimal("3600"), 18, RoundingMode.HALF_UP));
        }
        BigDecimal sum = byUnit.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
        if (usage.totalTokens() == 0) {
            boolean isNothing = units.isNone() || prices.isFree();
            return !byUnit.isEmpty() ? plain(sum) : isNothing && tokens != null ? plain(tokens) : null;
        }
        return tokens == null ? null : plain(tokens.add(sum));
    }

    private static @Nullable BigDecimal times(long tokens, @Nullable BigDecimal own, @Nullable BigDecimal otherwise) {
        BigDecimal price = own == null ? otherwise : own;
        return tokens == 0 ? BigDecimal.ZERO : price == null ? null : price.multiply(BigDecimal.valueOf(tokens));
    }

    private static BigDecimal plain(BigDecimal number) {
        return new BigDecimal(number.stripTrailingZeros().toPlainString());
    }

    private static Prices prices(Random random) {
        List<PriceTier> tiers = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            tiers.add(new PriceTier(
                    1 + random.nextInt(1_000),
                    price(random),
                    price(random),
                    maybe(random, price(random)),
                    maybe(random, price(random))));
        }
        return new Prices(
                mostly(random, price(random)),
                mostly(random, price(random)),
                maybe(random, price(random)),
                maybe(random, price(random)),
                maybe(random, price(random)),
                tiers,
                new UnitPrices(
                        maybe(random, price(random)),
                        maybe(random, price(random)),
                        maybe(random, price(random)),
                        maybe(random, price(random))));
    }

    /** From nothing to thousands, with up to twelve decimals. */
    private static BigDecimal price(Random random) {
        return random.nextInt(8) == 0
                ? BigDecimal.ZERO
                : BigDecimal.valueOf(random.nextInt(1_000_000), random.nextInt(13));
    }

    private static @Nullable BigDecimal maybe(Random random, BigDecimal price) {
        return random.nextBoolean() ? price : null;
    }

    private static @Nullable BigDecimal mostly(Random random, BigDecimal price) {
        return random.nextInt(5) > 0 ? price : null;
    }

    private static Units units(Random random) {
        return random.nextBoolean()
                ? Units.NONE
                : new Units(random.nextInt(3), BigDecimal.valueOf(random.nextInt(100_000), 3), random.nextInt(2_000));
    }

    /** Some usage of at most so many tokens. */
    private static TokenUsage part(Random random, long mostInput, long mostOutput) {
        long input = random.nextInt(4) == 0 ? mostInput : random.nextLong(mostInput + 1);
        long output = random.nextInt(4) == 0 ? mostOutput : random.nextLong(mostOutput + 1);
        long cached = random.nextBoolean() ? 0 : random.nextLong(input + 1);
        long written = random.nextBoolean() ? 0 : random.nextLong(input - cached + 1);
        long reasoning = random.nextBoolean() ? 0 : random.nextLong(output + 1);
        return new TokenUsage(input, cached, written, output, reasoning);
    }
}
