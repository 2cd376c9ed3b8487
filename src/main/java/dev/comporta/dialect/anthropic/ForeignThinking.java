package dev.comporta.dialect.anthropic;

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
 * Another provider's reasoning in a conversation that goes on at Anthropic: blocks with an empty signature, as the
 * gateway writes them where there is none to write, or with one of the gateway's own. Anthropic refuses to take them
 * back.
 */
public final class ForeignThinking {

    private static final byte[] THINKING = "thinking".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SIGNATURE = "signature".getBytes(StandardCharsets.US_ASCII);

    private ForeignThinking() {}

    /**
     * The request's body without such blocks, and without turns of the assistant's that had nothing else in them.
     *
     * @param forwarded the body for the provider
     * @return the very same body if there are none
     */
    public static Buffer without(ModelRequest request, Buffer forwarded) {
        if (!mayHold(request.bytes())) {
            return forwarded;
        }
        byte[] body = forwarded.getBytes();
        try {
            byte[] edited = ListEdit.of(body, "messages", ForeignThinking::turn);
            return edited == body ? forwarded : Buffer.buffer(edited);
        } catch (IOException e) {
            // More than could be read before, such as a number without end: Anthropic's to judge.
            return forwarded;
        }
    }

    private static boolean mayHold(byte[] json) {
        return Json.contains(json, THINKING) && Json.contains(json, SIGNATURE);
    }

    private static byte @Nullable [] turn(byte[] turn) throws IOException {
        if (!mayHold(turn)) {
            return turn;
        }
        byte[] edited = ListEdit.of(turn, "content", ForeignThinking::block);
        return edited != turn && Json.tree(edited).path("content").isEmpty() ? null : edited;
    }

    private static byte @Nullable [] block(byte[] block) throws IOException {
        if (!mayHold(block)) {
            return block;
        }
        JsonNode read = Json.tree(block);
        boolean foreign = read.path("type").asText().equals("thinking")
                && read.path("signature").isTextual()
                && isForeign(read.path("signature").textValue());
        return foreign ? null : block;
    }

    private static boolean isForeign(String signature) {
        return signature.isEmpty() || signature.startsWith(Seal.MARK);
    }
}
