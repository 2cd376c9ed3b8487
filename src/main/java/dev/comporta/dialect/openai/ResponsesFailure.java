package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;

/** Events as this API writes them, and those of a stream that fails in the middle. */
final class ResponsesFailure {

    private ResponsesFailure() {}

    /** @param data without type and sequence number */
    static void appendEvent(StringBuilder out, String type, long sequence, ObjectNode data) {
        ObjectNode event = Json.object().put("type", type).put("sequence_number", sequence);
        event.setAll(data);
        out.append("event: ")
                .append(type)
                .append("\ndata: ")
                .append(Json.text(event))
                .append("\n\n");
    }

    /**
     * An {@code error} event and then {@code response.failed}, as OpenAI sends them. SDKs raise on the first, Java's
     * only because of the nested {@code error}, which the published schema does not have; who reads events and no
     * errors finds the second where a response would have been complete.
     */
    static void append(StringBuilder out, long sequence, ObjectNode failed, ProviderError error) {
        ObjectNode data = fields(Json.object(), error);
        data.set("error", fields(Json.object().put("type", error.type()), error));
        appendEvent(out, "error", sequence, data);
        appendEvent(out, "response.failed", sequence + 1, Json.object().set("response", failed));
    }

    private static ObjectNode fields(ObjectNode to, ProviderError error) {
        return to.put("code", error.code()).put("message", error.message()).put("param", error.param());
    }
}
