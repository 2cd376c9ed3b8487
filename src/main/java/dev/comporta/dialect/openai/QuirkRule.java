package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What to do with the fields at the top of a request. Immutable. In this order:
 *
 * <ul>
 *   <li>{@code withoutNulls}: leave out what is null
 *   <li>{@code implied}: leave out what has this value, which the provider takes for granted
 *   <li>{@code override}, {@code rename}: say under another name; if both are there, the first or the second counts
 *   <li>{@code refuse}: refuse the request, unless it says null, false or nothing
 *   <li>{@code only}: refuse any other value
 *   <li>{@code drop}, {@code dropUnless}: leave out and report, always or with any other value
 *   <li>{@code replace}, {@code nearest}: say with another word, the second reports it
 *   <li>{@code most}: a larger number becomes this one, and is reported
 *   <li>{@code items}: refuse a longer list, leave out an empty one
 *   <li>{@code fields}: leave out and report all others
 * </ul>
 */
final class QuirkRule {

    private static final List<String> BY_FIELD =
            List.of("implied", "override", "rename", "only", "dropUnless", "replace", "nearest", "most", "items");
    private static final List<String> LISTS = List.of("refuse", "drop");
    /** What a caller calls a field may be anything; a path is shown in headers and messages. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private final JsonNode rule;
    private final Set<String> concerned = new HashSet<>();

    QuirkRule(JsonNode rule) {
        this.rule = rule;
        BY_FIELD.forEach(kind -> rule.path(kind).fieldNames().forEachRemaining(concerned::add));
        LISTS.forEach(kind -> rule.path(kind).forEach(field -> concerned.add(field.asText())));
    }

    /** Whether a request with these fields may have to be changed. */
    boolean concerns(Set<String> fields) {
        if (rule.has("fields")) {
            return true;
        }
        for (String field : concerned) {
            if (fields.contains(field)) {
                return true;
            }
        }
        return false;
    }

    void apply(ObjectNode chat, Dropped dropped) {
        if (rule.path("withoutNulls").asBoolean()) {
            chat.properties().removeIf(field -> field.getValue().isNull());
        }
        each("implied", (field, value) -> {
            if (same(chat.path(field), value)) {
                chat.remove(field);
            }
        });
        each("override", (from, to) -> rename(chat, from, to.asText(), true, dropped));
        each("rename", (from, to) -> rename(chat, from, to.asText(), false, dropped));
        for (JsonNode field : rule.path("refuse")) {
            refuse(chat, field.asText());
        }
        each("only", (field, value) -> {
            if (chat.hasNonNull(field) && !same(chat.path(field), value)) {
                throw unsupported(field);
            }
        });
        for (JsonNode field : rule.path("drop")) {
            drop(chat, field.asText(), dropped);
        }
        each("dropUnless", (field, value) -> {
            if (!same(chat.path(field), value)) {
                drop(chat, field, dropped);
            }
        });
        each("replace", (field, values) -> replace(chat, field, values));
        each("nearest", (field, values) -> {
            if (replace(chat, field, values)) {
                dropped.add(field);
            }
        });
        each("most", (field, most) -> {
            if (chat.path(field).isNumber() && chat.path(field).decimalValue().compareTo(most.decimalValue()) > 0) {
                chat.set(field, most);
                dropped.add(field);
            }
        });
        each("items", (field, most) -> limit(chat, field, most.intValue()));
        if (rule.has("fields")) {
            keepOnly(chat, rule.path("fields"), "", dropped);
        }
    }

    private interface Step {
        void take(String field, JsonNode value);
    }

    private void each(String kind, Step step) {
        for (Map.Entry<String, JsonNode> entry : rule.path(kind).properties()) {
            step.take(entry.getKey(), entry.getValue());
        }
    }

    private static void rename(ObjectNode chat, String from, String to, boolean wins, Dropped dropped) {
        JsonNode value = chat.remove(from);
        if (saysNothing(value)) {
            return;
        }
        boolean both = chat.hasNonNull(to);
        if (both && !same(chat.path(to), value)) {
            dropped.add(wins ? to : from);
        }
        if (!both || wins) {
            chat.set(to, value);
        }
    }

    private static void refuse(ObjectNode chat, String field) {
        JsonNode value = chat.path(field);
        if (value.isMissingNode()) {
            return;
        }
        if (!saysNothing(value) && !value.equals(BooleanNode.FALSE)) {
            throw unsupported(field);
        }
        chat.remove(field);
    }

    private static void drop(ObjectNode chat, String field, Dropped dropped) {
        drop(chat, field, "", dropped);
    }

    /** @param path of the object that has the field */
    static void drop(ObjectNode object, String field, String path, Dropped dropped) {
        if (!saysNothing(object.remove(field))) {
            dropped.add(path + field);
        }
    }

    private static boolean replace(ObjectNode chat, String field, JsonNode values) {
        JsonNode value = chat.path(field);
        for (Map.Entry<String, JsonNode> entry : values.properties()) {
            boolean found = value.isTextual()
                    ? value.asText().equals(entry.getKey())
                    : value.isNumber() && same(value, number(entry.getKey()));
            if (found) {
                chat.set(field, entry.getValue());
                return true;
            }
        }
        return false;
    }

    /** Numbers among the keys of the rules. */
    private static JsonNode number(String key) {
        JsonNode number = Json.treeOrNull(key);
        return number == null ? NullNode.getInstance() : number;
    }

    private static void limit(ObjectNode chat, String field, int most) {
        JsonNode value = chat.path(field);
        if (value.isArray() && value.isEmpty()) {
            chat.remove(field);
        } else if (value.size() > most) {
            throw new GatewayError(
                    ErrorCode.INVALID_REQUEST,
                    "The field %s may have at most %d entries at this model's provider.".formatted(field, most),
                    field);
        }
    }

    /** Leaves out what is not in the list. */
    static void keepOnly(ObjectNode object, JsonNode list, String path, Dropped dropped) {
        Set<String> known = new HashSet<>();
        list.forEach(field -> known.add(field.asText()));
        List<String> unknown = new ArrayList<>();
        object.fieldNames().forEachRemaining(field -> {
            if (!known.contains(field)) {
                unknown.add(field);
            }
        });
        for (String field : unknown) {
            if (!saysNothing(object.remove(field))) {
                dropped.add(path + (NAME.matcher(field).matches() ? field : "?"));
            }
        }
    }

    /** Whether leaving it out loses nothing. */
    static boolean saysNothing(@Nullable JsonNode value) {
        return value == null || value.isNull() || value.isContainerNode() && value.isEmpty();
    }

    private static boolean same(JsonNode value, JsonNode other) {
        return value.isNumber() && other.isNumber()
                ? value.decimalValue().compareTo(other.decimalValue()) == 0
                : value.equals(other);
    }

    static GatewayError unsupported(String field) {
        return new GatewayError(
                ErrorCode.UNSUPPORTED_PARAMETER,
                "The field %s cannot be told to this model's provider as it is.".formatted(field),
                field);
    }
}
