package dev.comporta.dialect;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Set;

/**
 * Fields of a request in which the caller may write what it likes, since they are data for a model or for itself: by
 * the objects that APIs have them in. Names are in lower case.
 */
final class FreeFields {

    private static final Set<String> DECLARATIONS = Set.of("functiondeclarations", "function_declarations");
    private static final Set<String> GENERATION = Set.of("generationconfig", "generation_config");
    private static final Set<String> GENERATION_AND_DECLARATIONS =
            Set.of("generationconfig", "generation_config", "functiondeclarations", "function_declarations");
    private static final Set<String> FUNCTIONS =
            Set.of("function", "functions", "tools", "functiondeclarations", "function_declarations");

    /** The objects that a field is free in. */
    private static final Map<String, Set<String>> IN = Map.ofEntries(
            // Definitions of functions and tools
            entry("parameters", FUNCTIONS),
            entry("input_schema", Set.of("tools")),
            entry("input_examples", Set.of("tools")),
            entry("parametersjsonschema", DECLARATIONS),
            entry("parameters_json_schema", DECLARATIONS),
            // Calls, and the results that are objects
            entry("arguments", Set.of("function", "function_call")),
            entry("args", Set.of("functioncall", "function_call")),
            entry("response", Set.of("functionresponse", "function_response")),
            // Schemas of answers and of rows of an evaluation
            entry("schema", Set.of("json_schema", "format", "output_format", "data_source_config")),
            entry("item_schema", Set.of("data_source_config")),
            entry("responseschema", GENERATION),
            entry("response_schema", GENERATION),
            entry("responsejsonschema", GENERATION_AND_DECLARATIONS),
            entry("response_json_schema", GENERATION_AND_DECLARATIONS));

    /** Belong to the caller wherever it may not choose the names of members. */
    private static final Set<String> ANYWHERE = Set.of("metadata", "attributes");

    private FreeFields() {}

    /**
     * Whether a member is free.
     *
     * @param parent the name of the object that it is in, or of the list that this object is in
     * @param object whether its value is an object: a tool's input is, what else is called input is text or a list
     */
    static boolean contain(String name, String parent, boolean object) {
        if (name.equals("input")) {
            return object && parent.equals("content");
        }
        Set<String> parents = IN.get(name);
        return parents == null ? ANYWHERE.contains(name) : parents.contains(parent);
    }
}
