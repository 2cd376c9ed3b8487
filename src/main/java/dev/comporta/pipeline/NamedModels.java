package dev.comporta.pipeline;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.dialect.Json;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The models that a JSON document names anywhere: that of a tool, a grader or a transcription, or those to fall back
 * to. What people and models say to each other, and schemas of it, may have members called {@code model} that are none.
 */
final class NamedModels {

    private static final String MODEL = "model";
    private static final String MODELS = "models";

    /** No document that is meant well names more. */
    private static final int MOST = 100;

    /** In the outermost object: the conversation. */
    private static final Set<String> SAID = Set.of("messages", "contents", "input", "system", "instructions", "prompt");

    /** Wherever they stand: schemas, rows of data, and labels. */
    private static final Set<String> DATA = Set.of(
            "parameters",
            "parametersJsonSchema",
            "parameters_json_schema",
            "input_schema",
            "output_schema",
            "schema",
            "json_schema",
            "item_schema",
            "responseSchema",
            "response_schema",
            "responseJsonSchema",
            "response_json_schema",
            "item",
            "metadata");

    private NamedModels() {}

    /**
     * Reads a whole document.
     *
     * @param outermost whether the {@code model} of the outermost object counts
     * @throws IOException if it is not JSON
     * @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if it names too many to be looked at
     */
    static Set<String> in(byte[] document, boolean outermost) throws IOException {
        Set<String> names = new LinkedHashSet<>();
        try (JsonParser json = Json.parser(document)) {
            int depth = 0;
            JsonToken token;
            while ((token = json.nextToken()) != null) {
                if (token.isStructStart()) {
                    depth++;
                } else if (token.isStructEnd()) {
                    depth--;
                } else if (token == JsonToken.FIELD_NAME) {
                    String name = json.currentName();
                    if (DATA.contains(name) || depth == 1 && SAID.contains(name)) {
                        json.nextToken();
                        json.skipChildren();
                    }
                } else if (token == JsonToken.VALUE_STRING && isModel(json, outermost || depth > 1)) {
                    add(names, json.getText());
                }
            }
        }
        return names;
    }

    /** Some read the names of members without regard to case. */
    private static boolean isModel(JsonParser json, boolean counts) {
        JsonStreamContext place = json.getParsingContext();
        if (place.inObject()) {
            return MODEL.equalsIgnoreCase(place.getCurrentName()) && (counts || !MODEL.equals(place.getCurrentName()));
        }
        return place.inArray()
                && place.getParent().inObject()
                && MODELS.equalsIgnoreCase(place.getParent().getCurrentName());
    }

    private static void add(Set<String> names, String name) {
        names.add(name);
        if (names.size() > MOST) {
            throw new GatewayError(
                    ErrorCode.INVALID_REQUEST,
                    "The request names more than %d models, which are too many to check.".formatted(MOST),
                    MODEL);
        }
    }
}
