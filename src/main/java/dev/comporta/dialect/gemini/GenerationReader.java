package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import java.util.Locale;
import java.util.Set;

/** Google's {@code generationConfig} as the fields of a chat completion request. */
final class GenerationReader {

    private static final String CONFIG = "generationConfig";
    private static final String JSON = "application/json";

    private static final Set<String> READ = Set.of(
            "temperature",
            "topP",
            "topK",
            "presencePenalty",
            "frequencyPenalty",
            "seed",
            "candidateCount",
            "maxOutputTokens",
            "stopSequences",
            "responseMimeType",
            "responseSchema",
            "responseJsonSchema",
            "responseModalities",
            "thinkingConfig");

    /** What changes the answer into one that others cannot give. */
    private static final Set<String> REFUSED =
            Set.of("responseLogprobs", "logprobs", "speechConfig", "imageConfig", "responseFormat");

    private static final Set<String> LEVELS = Set.of("minimal", "low", "medium", "high");

    private final Dropped dropped;

    GenerationReader(Dropped dropped) {
        this.dropped = dropped;
    }

    /** @param config with its names in camel case */
    void read(ObjectNode config, ObjectNode chat) {
        number(config, "temperature", chat, "temperature");
        number(config, "topP", chat, "top_p");
        integer(config, "topK", chat, "top_k");
        number(config, "presencePenalty", chat, "presence_penalty");
        number(config, "frequencyPenalty", chat, "frequency_penalty");
        integer(config, "seed", chat, "seed");
        integer(config, "candidateCount", chat, "n");
        integer(config, "maxOutputTokens", chat, "max_completion_tokens");
        ArrayNode stops = Given.array(config, "stopSequences", path("stopSequences"));
        if (stops != null && !stops.isEmpty()) {
            chat.set("stop", stops);
        }
        modalities(config);
        format(config, chat);
        thinking(config, chat);
        config.properties().forEach(field -> rest(field.getKey(), field.getValue()));
    }

    private static String path(String name) {
        return CONFIG + "." + name;
    }

    private static void number(ObjectNode config, String name, ObjectNode chat, String openAis) {
        JsonNode number = Given.number(config, name, path(name));
        if (number != null) {
            chat.set(openAis, number);
        }
    }

    /** SDKs in languages that have one kind of number only write 40 as 40.0. */
    private static void integer(ObjectNode config, String name, ObjectNode chat, String openAis) {
        JsonNode number = Given.number(config, name, path(name));
        if (number == null) {
            return;
        }
        double value = number.doubleValue();
        if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
            throw Given.invalid(path(name), "must be a whole number of 32 bits");
        }
        chat.put(openAis, (int) value);
    }

    private void rest(String name, JsonNode value) {
        boolean off = value.isNull() || value.isBoolean() && !value.booleanValue();
        if (off || READ.contains(name)) {
            return;
        }
        if (REFUSED.contains(name)) {
            throw Given.unsupported(path(name), "asks for what this model's provider cannot be asked for");
        }
        dropped.add(path(name));
    }

    private static void modalities(ObjectNode config) {
        ArrayNode modalities = Given.array(config, "responseModalities", path("responseModalities"));
        if (modalities == null) {
            return;
        }
        for (JsonNode modality : modalities) {
            if (!modality.asText("").equalsIgnoreCase("TEXT")) {
                throw Given.unsupported(path("responseModalities"), "must be TEXT only for this model's provider");
            }
        }
    }

    private static void format(ObjectNode config, ObjectNode chat) {
        String type = Given.string(config, "responseMimeType", path("responseMimeType"));
        ObjectNode googles = Given.object(config, "responseSchema", path("responseSchema"));
        ObjectNode json = Given.object(config, "responseJsonSchema", path("responseJsonSchema"));
        ObjectNode schema = json != null || googles == null ? json : OpenApiSchema.json(googles);
        if (type == null || type.isEmpty() || type.equals("text/plain")) {
            if (schema != null) {
                throw Given.invalid(path("responseMimeType"), "must be application/json where a schema is given");
            }
        } else if (!type.equals(JSON)) {
            throw Given.unsupported(
                    path("responseMimeType"), "must be text/plain or application/json for this model's provider");
        } else if (schema == null) {
            chat.putObject("response_format").put("type", "json_object");
        } else {
            chat.putObject("response_format")
                    .put("type", "json_schema")
                    .putObject("json_schema")
                    .put("name", "response")
                    .set("schema", schema);
        }
    }

    private static void thinking(ObjectNode config, ObjectNode chat) {
        String path = path("thinkingConfig");
        ObjectNode found = Given.object(config, "thinkingConfig", path);
        if (found == null) {
            return;
        }
        ObjectNode thinking = Camel.names(found);
        String level = Given.string(thinking, "thinkingLevel", path + ".thinkingLevel");
        Integer budget = Given.integer(thinking, "thinkingBudget", path + ".thinkingBudget");
        if (level != null && budget != null) {
            throw Given.invalid(path, "must not hold both a level and a budget");
        }
        if (level != null && !level.equals("THINKING_LEVEL_UNSPECIFIED")) {
            String effort = level.toLowerCase(Locale.ROOT);
            if (!LEVELS.contains(effort)) {
                throw Given.invalid(path + ".thinkingLevel", "must be one of MINIMAL, LOW, MEDIUM and HIGH");
            }
            chat.put("reasoning_effort", effort);
        } else if (budget != null && budget >= 0) {
            // A negative budget leaves it to the model, as OpenAI's default does.
            chat.put("reasoning_effort", budget == 0 ? "none" : Thinking.effort(budget));
        }
    }

    /** Whether a request asks to be shown the model's thoughts; without that Google shows none. */
    static boolean showsThoughts(ObjectNode request) {
        return child(child(request, CONFIG), "thinkingConfig")
                .path("includeThoughts")
                .asBoolean();
    }

    private static ObjectNode child(ObjectNode parent, String name) {
        JsonNode child = Camel.names(parent).path(name);
        return child instanceof ObjectNode object ? Camel.names(object) : parent.objectNode();
    }
}
