package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ListEdit;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.Seal;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Another provider's reasoning in a conversation that goes on at a provider that has this API: reasoning items that the
 * gateway has sealed, which the provider cannot open and refuses.
 */
public final class ResponsesForeign {

    private static final byte[] MARK = Seal.MARK.getBytes(StandardCharsets.US_ASCII);

    private ResponsesForeign() {}

    /**
     * The request's body without such items.
     *
     * @param forwarded the body for the provider
     * @return the very same body if there are none
     */
    public static Buffer without(ModelRequest request, Buffer forwarded) {
        if (!Json.contains(request.bytes(), MARK)) {
            return forwarded;
        }
        byte[] body = forwarded.getBytes();
        try {
            byte[] edited = ListEdit.of(body, "input", ResponsesForeign::item);
            return edited == body ? forwarded : Buffer.buffer(edited);
        } catch (IOException e) {
            // More than could be read before, such as a number without end: the provider's to judge.
            return forwarded;
        }
    }

    private static byte @Nullable [] item(byte[] item) throws IOException {
        if (!Json.contains(item, MARK)) {
            return item;
        }
        JsonNode read = Json.tree(item);
        boolean foreign = read.path("type").asText().equals("reasoning")
                && read.path("encrypted_content").asText().startsWith(Seal.MARK);
        return foreign ? null : item;
    }
}
