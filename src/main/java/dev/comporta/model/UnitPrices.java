package dev.comporta.model;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.comporta.core.Units;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * What a model costs that is not priced by tokens, in USD for one unit; null is unknown. Also the form of
 * {@code unit_prices} and {@code unitPrices}.
 *
 * @param image for one image that is made
 * @param audioSecond for one second of audio
 * @param audioHour for one hour of audio: most vendors write it so, and a 3600th of it need not be a decimal
 * @param character for one character that is spoken
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record UnitPrices(
        @DecimalMin("0") @Digits(integer = 9, fraction = 12) @Nullable
        BigDecimal image,

        @DecimalMin("0") @Digits(integer = 9, fraction = 12) @Nullable
        BigDecimal audioSecond,

        @DecimalMin("0") @Digits(integer = 9, fraction = 12) @Nullable
        BigDecimal audioHour,

        @DecimalMin("0") @Digits(integer = 9, fraction = 15) @Nullable
        BigDecimal character) {

    /** Nothing is known. */
    public static final UnitPrices UNKNOWN = new UnitPrices(null, null, null, null);

    private static final BigDecimal SECONDS_PER_HOUR = BigDecimal.valueOf(3_600);
    /** Where what has no end is cut: a millionth of a millionth of a millionth of a dollar. */
    private static final int DECIMALS = 18;

    /**
     * What these units cost: exact, but for a price by the hour, whose quotient is rounded half up at 18 decimals.
     * Units that have no price are left out, because a model is priced by what its price list names.
     *
     * @return null if nothing that was used has a price
     */
    @Nullable
    BigDecimal cost(Units units) {
        BigDecimal sum = add(null, image, BigDecimal.valueOf(units.images()));
        sum = add(sum, character, BigDecimal.valueOf(units.characters()));
        if (audioSecond != null) {
            return add(sum, audioSecond, units.audioSeconds());
        }
        BigDecimal hours = add(null, audioHour, units.audioSeconds());
        if (hours == null) {
            return sum;
        }
        BigDecimal heard = hours.divide(SECONDS_PER_HOUR, DECIMALS, RoundingMode.HALF_UP);
        return sum == null ? heard : sum.add(heard);
    }

    private static @Nullable BigDecimal add(@Nullable BigDecimal sum, @Nullable BigDecimal price, BigDecimal quantity) {
        if (price == null || quantity.signum() == 0) {
            return sum;
        }
        BigDecimal more = price.multiply(quantity);
        return sum == null ? more : sum.add(more);
    }

    @JsonIgnore
    boolean isUnknown() {
        return equals(UNKNOWN);
    }
}
