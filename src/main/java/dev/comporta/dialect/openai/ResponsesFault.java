package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import java.io.IOException;
import java.util.Objects;

/** Errors that this API reports in spite of a status of success. */
final class ResponsesFault {

    private ResponsesFault() {}

    /**
     * Reads the error in an event or a body: under {@code error}, in the response that failed, or flat in an event of
     * type {@code error}.
     *
     * @throws IOException if it is not JSON
     */
    static ProviderError read(byte[] data) throws IOException {
        JsonNode tree = Json.tree(data);
        JsonNode error = tree.path("error");
        if (error.isMissingNode() || error.isNull()) {
            error = tree.path("response").isObject() ? tree.at("/response/error") : flat(tree);
        }
        JsonNode known = error.isObject() || error.isTextual() ? error : Json.object();
        return Objects.requireNonNull(OpenAiErrorReader.read(200, Json.object().set("error", known)));
    }

    /** Without the type, which is the event's. */
    private static JsonNode flat(JsonNode event) {
        ObjectNode error = event.deepCopy();
        error.remove("type");
        return error;
    }
}
