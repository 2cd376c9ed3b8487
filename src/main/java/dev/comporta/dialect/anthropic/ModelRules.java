package dev.comporta.dialect.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.dialect.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What one class of Anthropic's models takes that another refuses. The classes are data, in
 * {@code dialect/anthropic-models.json}: the first whose globs name a model is the model's, and the last one, which is
 * the newest, is for every model that nobody had heard of.
 *
 * @param efforts the values of {@code output_config.effort} that the model knows, from the least to the most
 * @param prefill whether the model goes on with a last message of the assistant's
 * @param structuredOutput whether the model knows {@code output_config.format} and strict tools
 */
record ModelRules(
        Thinking thinking,
        List<String> efforts,
        ForcedTools forcedTools,
        Sampling sampling,
        boolean prefill,
        boolean structuredOutput) {

    /** How a model is told to think. */
    enum Thinking {
        /** It cannot. */
        NONE,
        /** For so many tokens. */
        BUDGET,
        /** As far as it finds necessary, with so much effort; or not at all. */
        ADAPTIVE,
        /** As {@link #ADAPTIVE}, but it cannot be told not to. */
        ALWAYS
    }

    /** Whether a model can be made to call a tool. */
    enum ForcedTools {
        YES,
        WHEN_NOT_THINKING,
        NO
    }

    /** What a model takes of {@code temperature}, {@code top_p} and {@code top_k}. */
    enum Sampling {
        /** All of them. */
        FREE,
        /** Not {@code temperature} and {@code top_p} together. */
        ONE,
        /** The defaults. */
        FIXED
    }

    private static final String RESOURCE = "/dialect/anthropic-models.json";
    private static final List<ModelClass> ALL = read();

    private record ModelClass(List<Pattern> models, ModelRules rules) {

        boolean has(String model) {
            return models.stream().anyMatch(pattern -> pattern.matcher(model).matches());
        }
    }

    /** @param model the model's name as the provider knows it */
    static ModelRules of(String model) {
        String name = model.toLowerCase(Locale.ROOT);
        return ALL.stream()
                .filter(some -> some.has(name))
                .findFirst()
                .map(ModelClass::rules)
                .orElseThrow();
    }

    private static List<ModelClass> read() {
        try (InputStream resource = ModelRules.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IllegalStateException(RESOURCE + " is missing");
            }
            List<ModelClass> classes = new ArrayList<>();
            for (JsonNode given : Json.tree(resource.readAllBytes())) {
                classes.add(new ModelClass(patterns(given.path("models")), rules(given)));
            }
            return List.copyOf(classes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ModelRules rules(JsonNode given) {
        List<String> efforts = new ArrayList<>();
        given.path("efforts").forEach(effort -> efforts.add(effort.textValue()));
        return new ModelRules(
                Thinking.valueOf(constant(given, "thinking")),
                List.copyOf(efforts),
                ForcedTools.valueOf(constant(given, "forcedTools")),
                Sampling.valueOf(constant(given, "sampling")),
                given.path("prefill").booleanValue(),
                given.path("structuredOutput").booleanValue());
    }

    private static String constant(JsonNode given, String name) {
        return given.path(name).asText().replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
    }

    private static List<Pattern> patterns(JsonNode globs) {
        List<Pattern> patterns = new ArrayList<>();
        globs.forEach(glob -> patterns.add(Pattern.compile(
                ("\\Q" + glob.textValue() + "\\E").replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q"), Pattern.DOTALL)));
        return List.copyOf(patterns);
    }
}
