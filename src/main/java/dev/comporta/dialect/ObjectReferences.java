package dev.comporta.dialect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.ObjectKind;
import dev.comporta.core.ObjectReference;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the objects in a provider's account that a request's body names, wherever they stand: files in messages and
 * tools, an earlier response, a conversation, a vector store. Fields whose content is the caller's own affair, such as
 * {@code metadata}, the arguments of a call and JSON schemas, are not looked into where APIs have them
 * ({@link FreeFields}); elsewhere a caller may give the same name to something that the provider acts on.
 *
 * <p>Names are compared without case, because some servers match them so. Reads tokens, so a name that is written with
 * escapes is the same name, and a field that stands twice counts twice. Not thread-safe.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference">OpenAI, API reference</a>
 */
public final class ObjectReferences {

    /** An agent's long conversation names an item for each of its steps. */
    private static final int MOST = 1_000;

    /**
     * A field that names objects: by a string, by an object with an {@code id}, or by a list of these.
     *
     * @param prefix what ids begin with, where other things may stand in the same field
     */
    private record Field(String name, ObjectKind kind, String prefix) {}

    private static final Map<String, Field> FIELDS = Stream.of(
                    // OpenAI
                    field("file_id", ObjectKind.FILE),
                    field("file_ids", ObjectKind.FILE),
                    field("input_file_id", ObjectKind.FILE),
                    field("output_file_id", ObjectKind.FILE),
                    field("error_file_id", ObjectKind.FILE),
                    field("training_file", ObjectKind.FILE),
                    field("validation_file", ObjectKind.FILE),
                    field("upload_id", ObjectKind.UPLOAD),
                    field("previous_response_id", ObjectKind.RESPONSE),
                    field("response_id", ObjectKind.RESPONSE),
                    field("approval_request_id", ObjectKind.ITEM),
                    field("conversation", ObjectKind.CONVERSATION),
                    field("vector_store_id", ObjectKind.VECTOR_STORE),
                    field("vector_store_ids", ObjectKind.VECTOR_STORE),
                    field("container", ObjectKind.CONTAINER),
                    field("container_id", ObjectKind.CONTAINER),
                    field("assistant_id", ObjectKind.ASSISTANT),
                    field("thread_id", ObjectKind.THREAD),
                    field("batch_id", ObjectKind.BATCH),
                    field("eval_id", ObjectKind.EVAL),
                    field("characters", ObjectKind.CHARACTER),
                    field("video_id", ObjectKind.VIDEO),
                    field("video", ObjectKind.VIDEO, "video_"),
                    field("skill_id", ObjectKind.SKILL, "skill_"),
                    field("voice", ObjectKind.VOICE, "voice_"),
                    field("consent", ObjectKind.VOICE_CONSENT, "cons_"),
                    // Mistral
                    field("agent_id", ObjectKind.AGENT),
                    field("library_id", ObjectKind.LIBRARY),
                    field("library_ids", ObjectKind.LIBRARY),
                    field("input_files", ObjectKind.FILE),
                    field("training_files", ObjectKind.FILE),
                    field("validation_files", ObjectKind.FILE),
                    // Gemini
                    field("cached_content", ObjectKind.CACHED_CONTENT),
                    field("cachedContent", ObjectKind.CACHED_CONTENT),
                    field("file_search_store_names", ObjectKind.VECTOR_STORE),
                    field("fileSearchStoreNames", ObjectKind.VECTOR_STORE))
            .collect(Collectors.toUnmodifiableMap(field -> folded(field.name), field -> field));

    /** Fields that hold an address, which may be that of a file in the account. */
    private static final Set<String> ADDRESSES = Set.of("file_uri", "fileuri");

    /** Items of a conversation that the provider looks up by their {@code id}. */
    private static final Set<String> LOOKED_UP = Set.of("item_reference", "reasoning", "image_generation_call");

    /** Sources of an evaluation that are the answers given to everybody. */
    private static final Set<String> EVERYBODYS = Set.of("responses", "stored_completions");

    /** Members that an item may have that stands for one that the provider keeps. */
    private static final Set<String> OF_A_REFERENCE = Set.of("id", "type", "role", "status");

    private @Nullable Set<ObjectReference> found;
    /** How many objects are open in which the caller names the members: the variables of a prompt. */
    private int variables;

    ObjectReferences() {}

    private static Field field(String name, ObjectKind kind) {
        return field(name, kind, "");
    }

    private static Field field(String name, ObjectKind kind, String prefix) {
        return new Field(name, kind, prefix);
    }

    /** A name as a server takes it that matches names without case, whatever the alphabet. */
    static String folded(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c > 'z' || c >= 'A' && c <= 'Z') {
                return name.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
            }
        }
        return name;
    }

    /**
     * The references of a body that is not a {@link ModelRequest}.
     *
     * @param body JSON, or nothing
     * @throws GatewayError {@link ErrorCode#INVALID_JSON} if it is not JSON, {@link ErrorCode#INVALID_REQUEST} if it
     *     names too many objects, {@link ErrorCode#UNSUPPORTED_PARAMETER} if it reads those of all clients
     */
    public static List<ObjectReference> of(byte[] body) {
        ObjectReferences references = new ObjectReferences();
        try (JsonParser json = Json.parser(body)) {
            JsonToken token = json.nextToken();
            if (token != null) {
                references.value(json, "", token, "");
                if (json.nextToken() != null) {
                    throw new GatewayError(ErrorCode.INVALID_JSON, "The request body must be one JSON value.");
                }
            }
        } catch (IOException e) {
            throw new GatewayError(ErrorCode.INVALID_JSON, "The request body is not valid JSON" + Json.where(e) + ".");
        }
        return references.found();
    }

    /**
     * The reference that a field of a form makes, if it makes one.
     *
     * @param name such as {@code file_id}, {@code file_ids[]} or {@code video[id]}
     */
    public static List<ObjectReference> ofFormField(String name, String value) {
        ObjectReferences references = new ObjectReferences();
        for (String part : name.split("[\\[\\].]")) {
            Field field = FIELDS.get(folded(part));
            if (field != null) {
                references.add(field, value);
            }
        }
        return references.found();
    }

    /** Reads a member of the request, of which the parser has just read the first token of the value. */
    void member(JsonParser json, String name, JsonToken value) throws IOException {
        value(json, folded(name), value, "");
    }

    /** What has been found so far, each once. */
    List<ObjectReference> found() {
        return found == null ? List.of() : List.copyOf(found);
    }

    /**
     * @param name of the member that has this value, or of the list that it is in
     * @param parent the name of the object that the member is in
     */
    private void value(JsonParser json, String name, JsonToken value, String parent) throws IOException {
        switch (value) {
            case VALUE_STRING -> text(json, name);
            case START_OBJECT -> {
                if (isFree(name, parent, true)) {
                    json.skipChildren();
                } else {
                    object(json, name, false);
                }
            }
            case START_ARRAY -> {
                if (isFree(name, parent, false)) {
                    json.skipChildren();
                } else {
                    list(json, name);
                }
            }
            default -> {
                // Numbers and the like name nothing.
            }
        }
    }

    private boolean isFree(String name, String parent, boolean object) {
        return variables == 0 && FreeFields.contain(name, parent, object);
    }

    private void list(JsonParser json, String name) throws IOException {
        JsonToken element;
        while ((element = json.nextToken()) != JsonToken.END_ARRAY) {
            switch (element) {
                case VALUE_STRING -> text(json, name);
                case START_OBJECT -> object(json, name, true);
                case START_ARRAY -> list(json, name);
                default -> {
                    // As above.
                }
            }
        }
    }

    private void object(JsonParser json, String name, boolean listed) throws IOException {
        boolean named = name.equals("variables");
        variables += named ? 1 : 0;
        Read read = new Read();
        String member;
        while ((member = json.nextFieldName()) != null) {
            JsonToken value = json.nextToken();
            String known = folded(member);
            if (!read.take(json, known, value)) {
                value(json, known, value, name);
            }
        }
        variables -= named ? 1 : 0;
        if (read.readsEverybodys(name)) {
            throw new GatewayError(
                    ErrorCode.UNSUPPORTED_PARAMETER,
                    "An evaluation of stored answers would read those of all clients of this gateway.",
                    "source.type");
        }
        Field field = FIELDS.get(name);
        boolean item = listed && (name.equals("input") || name.equals("items"));
        for (String id : read.ids) {
            if (field != null) {
                add(field, id);
            } else if (read.file) {
                add(ObjectKind.FILE, id, name);
            } else if (read.lookedUp || item && read.isReference()) {
                add(ObjectKind.ITEM, id, name);
            }
        }
    }

    /** What an object says of itself. */
    private static final class Read {

        private Set<String> ids = Set.of();
        private boolean role;
        private boolean message;
        private boolean otherType;
        private boolean lookedUp;
        private boolean file;
        private boolean everybodys;
        private boolean responses;
        private boolean content;
        private boolean source;
        private boolean more;

        /** Returns whether there is no more to a member than what was taken. */
        boolean take(JsonParser json, String member, JsonToken value) throws IOException {
            more |= !OF_A_REFERENCE.contains(member);
            if (value == JsonToken.VALUE_STRING && member.equals("id")) {
                ids = ids.isEmpty() ? new LinkedHashSet<>(2) : ids;
                ids.add(json.getText());
                return true;
            }
            if (value == JsonToken.VALUE_STRING && member.equals("type")) {
                type(json.getText());
                return true;
            }
            role |= member.equals("role");
            content |= member.equals("content") && value != JsonToken.VALUE_NULL;
            source |= member.equals("source") && value == JsonToken.START_OBJECT;
            return false;
        }

        private void type(String type) {
            lookedUp |= LOOKED_UP.contains(type);
            file |= type.equals("file_id");
            everybodys |= EVERYBODYS.contains(type);
            responses |= type.equals("responses");
            message |= type.equals("message");
            otherType |= !type.equals("message");
        }

        /** Whether an item is not all there: a type may be left out, but a message has content. */
        boolean isReference() {
            boolean typed = role || message || otherType;
            return !typed || !more || !otherType && !content;
        }

        /** Without a source, all responses are it. */
        boolean readsEverybodys(String name) {
            return everybodys && name.equals("source") || responses && name.equals("data_source") && !source;
        }
    }

    private void text(JsonParser json, String name) throws IOException {
        Field field = FIELDS.get(name);
        if (field != null) {
            add(field, json.getText());
        } else if (ADDRESSES.contains(name)) {
            address(json.getText(), name);
        }
    }

    /** Gemini's files are named by their address. */
    private void address(String uri, String name) {
        int at = uri.startsWith("files/") ? 0 : uri.indexOf("/files/");
        if (at >= 0) {
            String id = uri.substring(uri.indexOf("files/", at) + "files/".length());
            add(ObjectKind.FILE, id.split("[?#]", 2)[0], name);
        } else if (uri.contains("%") && uri.toLowerCase(Locale.ROOT).contains("googleapis.")) {
            // An address in disguise is the id of nothing.
            add(ObjectKind.FILE, uri, name);
        }
    }

    private void add(Field field, String id) {
        if (!id.startsWith(field.prefix)) {
            return;
        }
        boolean path = field.kind == ObjectKind.CACHED_CONTENT
                || field.name.startsWith("file_search_")
                || field.name.startsWith("fileSearch");
        add(field.kind, path ? id.substring(id.lastIndexOf('/') + 1) : id, field.name);
    }

    private void add(ObjectKind kind, String id, String name) {
        if (found == null) {
            found = new LinkedHashSet<>();
        }
        found.add(new ObjectReference(kind, id, name));
        if (found.size() > MOST) {
            throw new GatewayError(
                    ErrorCode.INVALID_REQUEST, "The request names more than %d objects.".formatted(MOST), name);
        }
    }
}
