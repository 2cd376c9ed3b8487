package dev.comporta.dialect;

import static java.util.Map.entry;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.ObjectKind;
import dev.comporta.core.ObjectReference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the objects in a provider's account that a request's body names, wherever they stand: files in messages and
 * tools, an earlier response, a conversation, a vector store. Fields whose content is the caller's own affair, such as
 * {@code metadata}, the arguments of a call and JSON schemas, are not looked into.
 *
 * <p>Reads tokens, so a name that is written with escapes is the same name. Not thread-safe.
 */
public final class ObjectReferences {

    private static final int MOST = 500;

    /** Fields that hold an id, a list of ids, or an object (or a list of objects) with an {@code id}. */
    private static final Map<String, ObjectKind> IDS = Map.ofEntries(
            // OpenAI
            entry("file_id", ObjectKind.FILE),
            entry("file_ids", ObjectKind.FILE),
            entry("input_file_id", ObjectKind.FILE),
            entry("output_file_id", ObjectKind.FILE),
            entry("error_file_id", ObjectKind.FILE),
            entry("training_file", ObjectKind.FILE),
            entry("validation_file", ObjectKind.FILE),
            entry("upload_id", ObjectKind.UPLOAD),
            entry("previous_response_id", ObjectKind.RESPONSE),
            entry("response_id", ObjectKind.RESPONSE),
            entry("approval_request_id", ObjectKind.ITEM),
            entry("conversation", ObjectKind.CONVERSATION),
            entry("vector_store_id", ObjectKind.VECTOR_STORE),
            entry("vector_store_ids", ObjectKind.VECTOR_STORE),
            entry("container", ObjectKind.CONTAINER),
            entry("container_id", ObjectKind.CONTAINER),
            entry("assistant_id", ObjectKind.ASSISTANT),
            entry("thread_id", ObjectKind.THREAD),
            entry("batch_id", ObjectKind.BATCH),
            entry("eval_id", ObjectKind.EVAL),
            entry("video", ObjectKind.VIDEO),
            entry("video_id", ObjectKind.VIDEO));

    private static final Set<String> FREE = Set.of("metadata");

    private final List<ObjectReference> found = new ArrayList<>(0);

    ObjectReferences() {}

    /**
     * The references of a body that is not a {@link ModelRequest}.
     *
     * @param body JSON, or nothing
     * @throws GatewayError {@link ErrorCode#INVALID_JSON} if it is not JSON, {@link ErrorCode#INVALID_REQUEST} if it
     *     names too many objects
     */
    public static List<ObjectReference> of(byte[] body) {
        throw new UnsupportedOperationException();
    }

    /** Reads a member of the request, of which the parser has just read the value's first token. */
    void member(JsonParser json, String name, JsonToken value) throws IOException {
        json.skipChildren();
    }

    List<ObjectReference> found() {
        return found;
    }
}
