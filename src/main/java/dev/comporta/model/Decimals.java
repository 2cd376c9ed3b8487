package dev.comporta.model;

import java.math.BigDecimal;

/** One spelling for equal amounts. */
final class Decimals {

    private Decimals() {}

    /** The same number without trailing zeros; 10 stays 10 and does not become 1E+1. */
    static BigDecimal plain(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}
