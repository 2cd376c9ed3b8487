package dev.comporta.client;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param nextCursor asks for the page that follows; null on the last one
 */
@RegisterForReflection
record Page<T>(List<T> data, @Nullable String nextCursor) {

    static final int MOST = 200;

    /** A page of at most {@code limit} rows, of which one more was read to know whether another page follows. */
    static <T> Page<T> of(List<T> rows, int limit, Function<T, String> cursor) {
        if (rows.size() <= limit) {
            return new Page<>(rows, null);
        }
        return new Page<>(rows.subList(0, limit), cursor.apply(rows.get(limit - 1)));
    }
}
