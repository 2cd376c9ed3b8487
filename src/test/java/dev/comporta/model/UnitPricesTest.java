package dev.comporta.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.TokenUsage;
import dev.comporta.core.Units;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UnitPricesTest {

    private static @Nullable BigDecimal decimal(@Nullable String text) {
        return text == null ? null : new BigDecimal(text);
    }

    private static UnitPrices units(
            @Nullable String image, @Nullable String second, @Nullable String hour, @Nullable String character) {
        return new UnitPrices(decimal(image), decimal(second), decimal(hour), decimal(character));
    }

    private static Prices prices(@Nullable String token, UnitPrices units) {
        return new Prices(decimal(token), decimal(token), null, null, null, List.of(), units);
    }

    private static Units used(long images, String seconds, long characters) {
        return new Units(images, new BigDecimal(seconds), characters);
    }

    @Test
    void an_hour_of_audio_costs_what_the_price_list_says() {
        Prices whisper = prices(null, units(null, null, "0.111", null));

        assertThat(whisper.cost(TokenUsage.NONE, used(0, "3600", 0))).isEqualTo("0.111");
        assertThat(whisper.cost(TokenUsage.NONE, used(0, "36", 0))).isEqualTo("0.00111");
        assertThat(whisper.cost(TokenUsage.NONE, used(0, "1", 0))).isEqualTo("0.000030833333333333");
        assertThat(whisper.cost(TokenUsage.NONE, used(0, "2", 0))).isEqualTo("0.000061666666666667");
    }

    @Test
    void units_add_up_with_tokens() {
        assertThat(prices("2", units("0.04", "0.001", null, "0.000015"))
                        .cost(TokenUsage.of(1_000_000, 0), used(2, "1.5", 1_000)))
                .isEqualTo("2.0965");
    }

    @Test
    void a_unit_without_a_price_is_left_out_where_tokens_have_one() {
        assertThat(prices("2", UnitPrices.UNKNOWN).cost(TokenUsage.of(1_000_000, 0), used(2, "0", 0)))
                .isEqualTo("2");
    }

    @Test
    void what_has_no_price_at_all_is_unknown_and_not_free() {
        assertThat(prices("2", UnitPrices.UNKNOWN).cost(TokenUsage.NONE, used(2, "0", 0)))
                .isNull();
        assertThat(prices(null, units("0.04", null, null, null)).cost(TokenUsage.of(1, 0), used(2, "0", 0)))
                .isNull();
        assertThat(Prices.UNKNOWN.cost(TokenUsage.NONE, used(0, "1", 0))).isNull();
    }

    @Test
    void a_model_that_is_free_is_free() {
        assertThat(prices("0", UnitPrices.UNKNOWN).isFree()).isTrue();
        assertThat(prices("0", UnitPrices.UNKNOWN).cost(TokenUsage.NONE, used(2, "0", 0)))
                .isEqualTo("0");
        assertThat(prices(null, UnitPrices.UNKNOWN).isFree()).isFalse();
        assertThat(prices("0", units("1", null, null, null)).isFree()).isFalse();
    }
}
