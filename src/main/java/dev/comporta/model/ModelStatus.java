package dev.comporta.model;

import com.fasterxml.jackson.annotation.JsonValue;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Locale;

/** What the provider says about the life of a model. */
@RegisterForReflection
public enum ModelStatus {
    ACTIVE,
    /** Still served; its end is announced. */
    DEPRECATED,
    /** Past its end. Not listed, but requests still go to the provider, which tells the truth. */
    RETIRED;

    /** The word in the table and in the API. */
    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static ModelStatus of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
