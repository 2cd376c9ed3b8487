package dev.comporta.ownership;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.CreatedObject;
import dev.comporta.core.ObjectKind;
import dev.comporta.core.ObjectReference;
import dev.comporta.ownership.ObjectPath.Action;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads from an answer, whole or event by event, which objects it made or revealed. Only what the provider itself says
 * in fixed places counts, never what a caller can write, such as metadata or text.
 *
 * <p>To be used only for a successful answer about an object that the caller owns ({@link Owned#complete()}) or has
 * just made. Not thread-safe.
 */
public final class CreatedObjects {

    /** Of what an answer reveals; all of it is part of one record of the journal. */
    private static final int MOST_REVEALED = 250;

    private final String provider;
    private final @Nullable ObjectKind kind;
    private final boolean creating;
    private final Set<String> referred = new HashSet<>();
    private final Set<CreatedObject> found = new LinkedHashSet<>();

    /** @param referred what the request named, which can therefore not have been made by it */
    public CreatedObjects(ObjectPath path, String provider, Collection<ObjectReference> referred) {
        this(
                path.action() == Action.CREATE || path.action() == Action.READ || path.action() == Action.UPDATE
                        ? path.kind()
                        : null,
                path.action() == Action.CREATE,
                provider);
        referred.forEach(reference -> this.referred.add(reference.id()));
    }

    /** @param kind of the objects that are read, or null to read nothing */
    CreatedObjects(@Nullable ObjectKind kind, boolean creating, String provider) {
        this.kind = kind;
        this.creating = creating;
        this.provider = provider;
    }

    /** What has been found so far, each once. */
    public List<CreatedObject> found() {
        return List.copyOf(found);
    }

    /** Reads a whole answer. What is not a JSON object has nothing to say. */
    public void whole(byte[] answer) {
        read(answer, false);
    }

    /** Reads the data of one event of a stream. */
    public void event(byte[] data) {
        boolean known = kind == ObjectKind.CHAT_COMPLETION && !found.isEmpty();
        if (!known) {
            read(data, true);
        }
    }

    private void read(byte[] bytes, boolean event) {
        if (kind == null) {
            return;
        }
        try (JsonParser json = Tokens.of(bytes)) {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                object(json, kind, event);
            }
        } catch (IOException e) {
            // What has been found before it broke off is there all the same.
        }
    }

    private void object(JsonParser json, ObjectKind kind, boolean event) throws IOException {
        String id = null;
        String thread = null;
        String type = null;
        String name;
        while ((name = json.nextFieldName()) != null) {
            JsonToken value = json.nextToken();
            if (value == JsonToken.VALUE_STRING) {
                switch (name) {
                    case "id" -> id = json.getText();
                    case "name" -> id = kind == ObjectKind.CACHED_CONTENT ? lastSegment(json.getText()) : id;
                    case "object" -> type = json.getText();
                    case "thread_id" -> thread = json.getText();
                    case "type" -> {
                        if (event && json.getText().endsWith(".delta")) {
                            return;
                        }
                    }
                    default -> revealed(kind, name, json.getText());
                }
            } else {
                member(json, kind, name, value, event);
            }
        }
        if (!creating) {
            return;
        }
        if (kind == ObjectKind.THREAD && thread != null) {
            // The answer is a run, and its thread is new.
            addAlways(kind, thread);
        } else if (id != null && isKept(kind, type)) {
            addAlways(kind, id);
        }
    }

    private static boolean isKept(ObjectKind kind, @Nullable String type) {
        return switch (kind) {
            case MESSAGE -> false;
            case THREAD -> type == null || !type.startsWith("thread.");
            default -> true;
        };
    }

    private void revealed(ObjectKind kind, String name, String id) {
        switch (kind) {
            case BATCH -> {
                switch (name) {
                    case "output_file_id", "error_file_id", "output_file", "error_file" -> add(ObjectKind.FILE, id);
                    default -> {
                        // Anything else names what was there before.
                    }
                }
            }
            case FINE_TUNING_JOB -> {
                if (name.equals("fine_tuned_model")) {
                    add(ObjectKind.MODEL, id);
                }
            }
            default -> {
                // As above.
            }
        }
    }

    /** Members that are objects or lists. Reads all of the value. */
    private void member(JsonParser json, ObjectKind kind, String name, JsonToken value, boolean event)
            throws IOException {
        boolean object = value == JsonToken.START_OBJECT;
        if (kind == ObjectKind.RESPONSE && object && event && name.equals("response")) {
            object(json, kind, false);
        } else if (kind == ObjectKind.RESPONSE && object && event && name.equals("item")) {
            item(json);
        } else if (kind == ObjectKind.RESPONSE && !object && name.equals("output")) {
            items(json, value);
        } else if (kind == ObjectKind.MESSAGE && object && event && (name.equals("message") || name.equals("delta"))) {
            object(json, kind, false);
        } else if (kind == ObjectKind.MESSAGE && object && name.equals("container")) {
            strings(json, Set.of("id"), ObjectKind.CONTAINER);
        } else if (kind == ObjectKind.UPLOAD && object && name.equals("file")) {
            strings(json, Set.of("id"), ObjectKind.FILE);
        } else if (kind == ObjectKind.FINE_TUNING_JOB && name.equals("result_files")) {
            list(json, value, ObjectKind.FILE);
        } else if (creating && object && name.equals("tool_resources")) {
            toolResources(json);
        } else {
            json.skipChildren();
        }
    }

    private void items(JsonParser json, JsonToken value) throws IOException {
        if (value != JsonToken.START_ARRAY) {
            return;
        }
        JsonToken element;
        while ((element = json.nextToken()) != JsonToken.END_ARRAY) {
            if (element == JsonToken.START_OBJECT) {
                item(json);
            } else {
                json.skipChildren();
            }
        }
    }

    /** A response's item, and the container that a tool has opened for it. */
    private void item(JsonParser json) throws IOException {
        String name;
        while ((name = json.nextFieldName()) != null) {
            JsonToken value = json.nextToken();
            if (value == JsonToken.VALUE_STRING && name.equals("id")) {
                add(ObjectKind.ITEM, json.getText());
            } else if (value == JsonToken.VALUE_STRING && name.equals("container_id")) {
                add(ObjectKind.CONTAINER, json.getText());
            } else if (value == JsonToken.START_OBJECT && name.equals("environment")) {
                strings(json, Set.of("container_id"), ObjectKind.CONTAINER);
            } else {
                json.skipChildren();
            }
        }
    }

    /** An assistant or thread that was made with files has a new vector store for them. */
    private void toolResources(JsonParser json) throws IOException {
        String tool;
        while ((tool = json.nextFieldName()) != null) {
            if (json.nextToken() != JsonToken.START_OBJECT || !tool.equals("file_search")) {
                json.skipChildren();
                continue;
            }
            String name;
            while ((name = json.nextFieldName()) != null) {
                JsonToken value = json.nextToken();
                if (name.equals("vector_store_ids")) {
                    list(json, value, ObjectKind.VECTOR_STORE);
                } else {
                    json.skipChildren();
                }
            }
        }
    }

    private void strings(JsonParser json, Set<String> names, ObjectKind kind) throws IOException {
        String name;
        while ((name = json.nextFieldName()) != null) {
            if (json.nextToken() == JsonToken.VALUE_STRING && names.contains(name)) {
                add(kind, json.getText());
            } else {
                json.skipChildren();
            }
        }
    }

    private void list(JsonParser json, JsonToken value, ObjectKind kind) throws IOException {
        if (value != JsonToken.START_ARRAY) {
            json.skipChildren();
            return;
        }
        JsonToken element;
        while ((element = json.nextToken()) != JsonToken.END_ARRAY) {
            if (element == JsonToken.VALUE_STRING) {
                add(kind, json.getText());
            } else {
                json.skipChildren();
            }
        }
    }

    private void add(ObjectKind kind, String id) {
        if (found.size() < MOST_REVEALED) {
            addAlways(kind, id);
        }
    }

    private void addAlways(ObjectKind kind, String id) {
        if (ObjectReference.isPlausible(id) && !referred.contains(id)) {
            found.add(new CreatedObject(provider, kind, id));
        }
    }

    private static String lastSegment(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }
}
