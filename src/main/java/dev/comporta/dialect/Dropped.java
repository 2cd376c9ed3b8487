package dev.comporta.dialect;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import java.util.LinkedHashSet;
import java.util.Set;

/** The fields of one request that its target cannot be told, and on which the answer does not depend. */
public final class Dropped {

    private final boolean strict;
    private final Set<String> fields = new LinkedHashSet<>();

    /** @param strict whether such a field is refused instead ({@code gateway.dialect.strict}) */
    public Dropped(boolean strict) {
        this.strict = strict;
    }

    /**
     * Leaves a field out.
     *
     * @param field as a path from the top, such as {@code seed} or {@code messages[].name}, never a value of the
     *     caller's
     * @throws GatewayError {@link ErrorCode#UNSUPPORTED_PARAMETER} if nothing may be left out
     */
    public void add(String field) {
        if (strict) {
            throw new GatewayError(
                    ErrorCode.UNSUPPORTED_PARAMETER,
                    "The field %s cannot be told to this model's provider.".formatted(field),
                    field);
        }
        fields.add(field);
    }

    /** The fields, in the order in which they were left out. */
    public Set<String> fields() {
        return fields;
    }
}
