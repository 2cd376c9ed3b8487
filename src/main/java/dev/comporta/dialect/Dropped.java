package dev.comporta.dialect;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The fields of one request that its target cannot be told, and on which the answer does not depend. Few and plain
 * enough to be told in a header, whatever the caller wrote.
 */
public final class Dropped {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.$?*\\[\\]-]{1,80}");
    private static final String ODD = "?";
    private static final int MOST = 50;

    private final boolean strict;
    /** Made when the first comes, which is never for most requests. */
    private Set<String> fields = Set.of();

    /** @param strict whether such a field is refused instead ({@code gateway.dialect.strict}) */
    public Dropped(boolean strict) {
        this.strict = strict;
    }

    /**
     * Leaves a field out.
     *
     * @param written as a path from the top, such as {@code seed} or {@code messages[].name}, never a value of the
     *     caller's
     * @throws GatewayError {@link ErrorCode#UNSUPPORTED_PARAMETER} if nothing may be left out
     */
    public void add(String written) {
        String field = PLAIN.matcher(written).matches() ? written : ODD;
        if (strict) {
            throw new GatewayError(
                    ErrorCode.UNSUPPORTED_PARAMETER,
                    "The field %s cannot be told to this model's provider.".formatted(field),
                    field);
        }
        if (fields.isEmpty()) {
            fields = new LinkedHashSet<>();
        }
        if (fields.size() < MOST) {
            fields.add(field);
        }
    }

    /** The fields, in the order in which they were left out. */
    public Set<String> fields() {
        return fields;
    }
}
