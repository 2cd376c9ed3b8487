package dev.comporta.model;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Some of a list of models, sorted by identifier.
 *
 * @param nextCursor to be passed back as it is to get what follows; null at the end
 */
@RegisterForReflection
public record ModelPage(List<ModelView> data, @Nullable String nextCursor) {

    /**
     * @param sorted the whole list, sorted by identifier
     * @param cursor of the page before, null for the first one
     * @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if the cursor is none of ours
     */
    static ModelPage of(Stream<Model> sorted, int limit, @Nullable String cursor) {
        String after = cursor == null ? "" : decode(cursor);
        List<Model> found = sorted.filter(model -> model.identifier().compareTo(after) > 0)
                .limit(limit + 1L)
                .toList();
        boolean isLast = found.size() <= limit;
        List<Model> page = isLast ? found : found.subList(0, limit);
        return new ModelPage(
                page.stream().map(ModelView::of).toList(),
                isLast ? null : encode(page.get(limit - 1).identifier()));
    }

    private static String encode(String identifier) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(identifier.getBytes(StandardCharsets.UTF_8));
    }

    private static String decode(String cursor) {
        try {
            return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new GatewayError(
                    ErrorCode.INVALID_REQUEST, "Pass nextCursor of the page before as cursor, unchanged.", "cursor");
        }
    }
}
