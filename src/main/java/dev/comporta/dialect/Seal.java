package dev.comporta.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What a provider wants back unchanged with the next request (Anthropic's thinking blocks, Gemini's thought
 * signatures), in the one field in which callers of another API bring something back unread: {@code encrypted_content}
 * of a reasoning item, or the {@code signature} of a thinking block. Not secret, and protected by the provider's own
 * signatures.
 */
public final class Seal {

    /** Blocks of one turn, unchanged. */
    public static final String THINKING_BLOCKS = "thinking_blocks";
    /** By the id of the call. */
    public static final String EXTRA_CONTENT = "extra_content";

    /** Tells our own from what the API's own provider encrypted or signed, which only that can read. */
    public static final String MARK = "comporta.1.";

    private Seal() {}

    /** Seals what is in members of the names above. */
    public static String of(ObjectNode content) {
        return MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(Json.bytes(content));
    }

    /** What was sealed; null if it was not sealed here, or is broken. */
    public static @Nullable JsonNode open(String seal, InnerJson inner) {
        if (!seal.startsWith(MARK)) {
            return null;
        }
        try {
            byte[] json = Base64.getUrlDecoder().decode(seal.substring(MARK.length()));
            return inner.treeOrNull(new String(json, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
