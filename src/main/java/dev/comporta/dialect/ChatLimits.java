package dev.comporta.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import java.util.List;
import java.util.Set;

/**
 * How much a request may hold that is translated: far more than any model reads, and little enough that no translation
 * holds up other calls. What passes as it is has no such limits.
 */
final class ChatLimits {

    private static final int MOST_MESSAGES = 20_000;
    private static final int MOST_PARTS = 2_000;
    private static final int MOST_TOOLS = 2_000;

    private static final List<String> TOOLS = List.of("tools", "functions");
    private static final List<String> PARTS = List.of("content", "tool_calls", "thinking_blocks");

    private ChatLimits() {}

    /**
     * Looks at a request in the common form.
     *
     * @param given the names of the fields at the top of the request as the caller wrote it
     * @return the same request
     * @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if it holds too much, naming the caller's own field
     */
    static ObjectNode checked(ObjectNode chat, Set<String> given) {
        String messages = given.contains("contents") ? "contents" : given.contains("input") ? "input" : "messages";
        check(chat.path("messages"), MOST_MESSAGES, messages);
        for (String tools : TOOLS) {
            check(chat.path(tools), MOST_TOOLS, tools);
        }
        for (JsonNode message : chat.path("messages")) {
            for (String parts : PARTS) {
                String name = messages.equals("contents") ? "parts" : messages.equals("input") ? "content" : parts;
                check(message.path(parts), MOST_PARTS, messages + "[]." + name);
            }
        }
        return chat;
    }

    private static void check(JsonNode list, int most, String field) {
        if (list.isArray() && list.size() > most) {
            throw new GatewayError(
                    ErrorCode.INVALID_REQUEST,
                    "The field %s may have at most %d elements where it must be translated.".formatted(field, most),
                    field);
        }
    }
}
