package dev.comporta.core;

import java.util.Locale;

/** In what a budget or a limit is counted. */
public enum SpendingUnit {
    TOKENS,
    USD,
    EUR,
    BRL;

    /** The word in tables and in the API: {@code tokens}, {@code usd}, {@code eur}, {@code brl}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if there is no such unit */
    public static SpendingUnit of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** Whether it is a currency. */
    public boolean isMoney() {
        return this != TOKENS;
    }
}
