package dev.comporta.client;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** What a key opens. */
public enum KeyKind {
    /** The admin API. */
    @JsonProperty("admin")
    ADMIN,
    /** The data plane, for every client. */
    @JsonProperty("shared")
    SHARED,
    /** The data plane, for one client, and that client's own figures. */
    @JsonProperty("client")
    CLIENT,
    /** The jobs under {@code /api/cron}. Given by environment only, never stored. */
    @JsonProperty("cron")
    CRON;

    /** The word in tables, in the API and as a role. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static KeyKind of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
