package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Json;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Mistral's answers in OpenAI's words, where they differ: content that is an array of parts, arguments that are an
 * object, {@code model_length}.
 *
 * @see <a href="https://docs.mistral.ai/api/endpoint/chat">Chat endpoint</a>
 */
final class MistralAnswer {

    private static final String LENGTH = "model_length";
    private static final byte[] LENGTH_WORD = JsonBytes.ascii(LENGTH);
    private static final byte[] CONTENT = JsonBytes.ascii("\"content\"");
    private static final byte[] ARGUMENTS = JsonBytes.ascii("\"arguments\"");

    private MistralAnswer() {}

    /**
     * The same answer or chunk as OpenAI would write it.
     *
     * @param member of a choice that has the content, {@code message} or {@code delta}
     * @return null if it is so already
     */
    static byte @Nullable [] plain(byte[] data, String member) {
        if (!mayDiffer(data)) {
            return null;
        }
        try {
            JsonNode tree = Json.tree(data);
            boolean changed = false;
            for (JsonNode each : tree.path("choices")) {
                if (each instanceof ObjectNode choice) {
                    changed |= choice(choice, member);
                }
            }
            return changed ? Json.bytes(tree) : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** Most chunks are a few words of text or of arguments, and need not be read again. */
    private static boolean mayDiffer(byte[] data) {
        for (int i = 0; i < data.length; i++) {
            boolean found = switch (data[i]) {
                case '[' -> isValueOf(CONTENT, data, i) || isValueOf(ARGUMENTS, data, i);
                case '{' -> isValueOf(ARGUMENTS, data, i);
                case 'm' -> stands(LENGTH_WORD, data, i);
                default -> false;
            };
            if (found) {
                return true;
            }
        }
        return false;
    }

    /** Whether the value at that place is that of a member of that name, which has its quotes. */
    private static boolean isValueOf(byte[] name, byte[] data, int at) {
        int colon = lastVisible(data, at);
        if (colon < 0 || data[colon] != ':') {
            return false;
        }
        return stands(name, data, lastVisible(data, colon) - name.length + 1);
    }

    private static int lastVisible(byte[] data, int before) {
        int at = before - 1;
        while (at >= 0 && data[at] <= ' ' && data[at] >= 0) {
            at--;
        }
        return at;
    }

    private static boolean stands(byte[] word, byte[] data, int at) {
        return at >= 0
                && at + word.length <= data.length
                && Arrays.equals(data, at, at + word.length, word, 0, word.length);
    }

    private static boolean choice(ObjectNode choice, String member) {
        boolean changed = false;
        if (choice.path("finish_reason").asText().equals(LENGTH)) {
            choice.put("finish_reason", "length");
            changed = true;
        }
        if (choice.path(member) instanceof ObjectNode said) {
            if (said.path("content").isArray()) {
                split(said, member.equals("message"));
                changed = true;
            }
            for (JsonNode call : said.path("tool_calls")) {
                if (call.path("function") instanceof ObjectNode function
                        && function.path("arguments").isContainerNode()) {
                    function.put("arguments", Json.text(function.path("arguments")));
                    changed = true;
                }
            }
        }
        return changed;
    }

    /** @param whole whether content must be there even if there is none */
    private static void split(ObjectNode said, boolean whole) {
        StringBuilder text = new StringBuilder();
        StringBuilder reasoning = new StringBuilder();
        ContentParts.read(said.path("content"), text::append, reasoning::append);
        if (!reasoning.isEmpty()) {
            said.put("reasoning_content", reasoning.toString());
        }
        if (whole || !text.isEmpty()) {
            said.put("content", text.toString());
        } else {
            said.remove("content");
        }
    }
}
