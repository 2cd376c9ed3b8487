package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.dialect.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What sets the models apart: how they are told to think, and whether they refuse a conversation without their seals.
 * The table is {@code dialect/gemini-models.json}: the first row whose glob fits counts.
 *
 * @param budgets tokens by OpenAI's word for the effort; empty if the model takes none
 * @param levels Google's words for the effort, from the least to the most; empty if the model takes none
 * @param sealsCalls whether a function call must carry a thought signature
 * @see <a href="https://ai.google.dev/gemini-api/docs/thinking">Thinking</a>
 */
record GeminiModel(Map<String, Integer> budgets, List<String> levels, boolean sealsCalls) {

    private static final String TABLE = "/dialect/gemini-models.json";
    private static final List<Row> ROWS = read();

    private record Row(Pattern names, GeminiModel model) {}

    /** @param name with or without {@code models/} */
    static GeminiModel named(String name) {
        String bare = ModelPath.bare(name);
        return ROWS.stream()
                .filter(row -> row.names.matcher(bare).matches())
                .findFirst()
                .map(Row::model)
                .orElseGet(() -> new GeminiModel(Map.of(), List.of(), false));
    }

    boolean thinks() {
        return !budgets.isEmpty() || !levels.isEmpty();
    }

    private static List<Row> read() {
        List<Row> rows = new ArrayList<>();
        try (InputStream table = GeminiModel.class.getResourceAsStream(TABLE)) {
            if (table == null) {
                throw new IllegalStateException(TABLE + " is missing");
            }
            for (JsonNode row : Json.tree(table.readAllBytes())) {
                rows.add(new Row(glob(row.path("models").textValue()), model(row)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.copyOf(rows);
    }

    private static GeminiModel model(JsonNode row) {
        Map<String, Integer> budgets = new LinkedHashMap<>();
        row.path("budgets")
                .properties()
                .forEach(
                        budget -> budgets.put(budget.getKey(), budget.getValue().intValue()));
        List<String> levels = new ArrayList<>();
        row.path("levels").forEach(level -> levels.add(level.textValue()));
        return new GeminiModel(
                Map.copyOf(budgets), List.copyOf(levels), row.path("sealsCalls").booleanValue());
    }

    private static Pattern glob(String glob) {
        return Pattern.compile(
                Stream.of(glob.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
    }
}
