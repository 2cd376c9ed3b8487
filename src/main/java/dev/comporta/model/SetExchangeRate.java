package dev.comporta.model;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Digits;
import jakarta.validation.constraints.NotNull;
import java.math.BigDecimal;

/**
 * The rates of a day as an administrator wants them.
 *
 * @param usdToEur euros for one dollar
 * @param usdToBrl reais for one dollar
 */
@RegisterForReflection
record SetExchangeRate(
        @NotNull
        @DecimalMin(value = "0", inclusive = false)
        @Digits(integer = 6, fraction = UsdRates.DECIMALS)
        @JsonDeserialize(using = ExactNumber.class)
        BigDecimal usdToEur,

        @NotNull
        @DecimalMin(value = "0", inclusive = false)
        @Digits(integer = 6, fraction = UsdRates.DECIMALS)
        @JsonDeserialize(using = ExactNumber.class)
        BigDecimal usdToBrl) {}
