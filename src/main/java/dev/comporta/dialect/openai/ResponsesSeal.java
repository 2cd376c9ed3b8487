package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.InnerJson;
import dev.comporta.dialect.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What a provider wants back unchanged with the next request (Anthropic's thinking blocks, Gemini's thought
 * signatures), in the one field in which callers of this API bring something back unread: {@code encrypted_content} of
 * a reasoning item. Not secret, and protected by the provider's own signatures.
 */
final class ResponsesSeal {

    static final String THINKING_BLOCKS = "thinking_blocks";
    /** By the id of the call. */
    static final String EXTRA_CONTENT = "extra_content";

    /** Tells our own from what OpenAI encrypted, which only OpenAI can read. */
    static final String MARK = "comporta.1.";

    private ResponsesSeal() {}

    static String of(ObjectNode content) {
        return MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(Json.bytes(content));
    }

    /** What was sealed; null if it was not sealed here, or is broken. */
    static @Nullable JsonNode open(String seal, InnerJson inner) {
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
