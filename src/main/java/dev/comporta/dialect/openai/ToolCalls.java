package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.AnswerSink;
import dev.comporta.dialect.Json;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The tool calls of one choice, put in order: providers count them from 0 or 1, with gaps or not at all, repeat them,
 * and send objects that are none.
 */
final class ToolCalls {

    private final AnswerSink sink;
    private final int choice;
    private final IntFunction<String> ids;
    private final Map<Integer, Call> byIndex = new HashMap<>();
    private final Map<String, Call> byId = new HashMap<>();
    private @Nullable Call last;
    private int begun;

    /** @param ids makes an id for the call of that number, if the provider gives none */
    ToolCalls(AnswerSink sink, int choice, IntFunction<String> ids) {
        this.sink = sink;
        this.choice = choice;
        this.ids = ids;
    }

    /** Whether there is a call that has a name. */
    boolean any() {
        return begun > 0;
    }

    /** A call, or a fragment of one. */
    void add(JsonNode fragment) {
        JsonNode function = fragment.path("function");
        String id = text(fragment.path("id"));
        String name = text(function.path("name"));
        JsonNode arguments = function.path("arguments");
        if (id == null && name == null && !arguments.isContainerNode() && text(arguments) == null) {
            return;
        }
        Call call = call(fragment.path("index"), id, name);
        if (call.id == null && id != null) {
            call.id = id;
            byId.putIfAbsent(id, call);
        }
        if (call.name == null) {
            call.name = name;
        }
        if (fragment.path("extra_content") instanceof ObjectNode extra) {
            call.extra = extra;
        }
        call.add(arguments.isContainerNode() ? Json.text(arguments) : arguments.asText(""));
    }

    /** The one call of APIs that knew no more, at its end or in fragments. */
    void addLegacy(JsonNode functionCall) {
        if (functionCall.isObject()) {
            ObjectNode fragment = Json.object();
            fragment.put("index", 0).set("function", functionCall);
            add(fragment);
        }
    }

    private Call call(JsonNode index, @Nullable String id, @Nullable String name) {
        if (index.isInt()) {
            Call known = byIndex.get(index.intValue());
            if (known == null || name != null && id != null && known.id != null && !id.equals(known.id)) {
                known = begin();
                byIndex.put(index.intValue(), known);
            }
            return known;
        }
        if (id != null) {
            Call known = byId.get(id);
            return known == null ? begin() : known;
        }
        return last == null || name != null ? begin() : last;
    }

    private Call begin() {
        Call call = new Call();
        last = call;
        return call;
    }

    /** Null for Mistral's word for none, too. */
    private static @Nullable String text(JsonNode node) {
        String text = node.isTextual() ? node.asText() : "";
        return text.isEmpty() || text.equals("null") ? null : text;
    }

    private final class Call {

        private @Nullable String id;
        private @Nullable String name;
        private @Nullable ObjectNode extra;
        private int number = -1;
        /** Arguments that came before the name. */
        private final StringBuilder held = new StringBuilder();

        private boolean hasArguments;
        /** Whether one fragment was all; what comes then says it again. */
        private boolean complete;

        void add(String fragment) {
            if (number < 0 && name != null) {
                number = begun++;
                sink.toolCall(choice, number, id == null ? ids.apply(number) : id, name, extra);
            }
            if (complete) {
                return;
            }
            complete = !hasArguments && isObject(fragment);
            hasArguments |= !fragment.isEmpty();
            held.append(fragment);
            if (number >= 0 && !held.isEmpty()) {
                sink.toolArguments(choice, number, held.toString());
                held.setLength(0);
            }
        }

        private static boolean isObject(String text) {
            return text.startsWith("{") && text.endsWith("}") && Json.treeOrNull(text) instanceof ObjectNode;
        }
    }
}
