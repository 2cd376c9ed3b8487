package dev.comporta.ownership;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.ObjectKind;
import dev.comporta.core.ObjectReference;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a request does to objects in a provider's account, by its method and path alone. The path itself is never
 * changed: it is decoded only to be understood, and what two servers might understand differently is refused.
 *
 * @param action what it does
 * @param kind of what; null only for {@link Action#NONE} and {@link Action#UNKNOWN}
 * @param reference the object that the path names, or null if it names none; whatever lies below it is reached only
 *     through it, so it is all that must be checked
 * @see <a href="https://platform.openai.com/docs/api-reference">OpenAI, API reference</a>
 */
public record ObjectPath(
        Action action, @Nullable ObjectKind kind, @Nullable ObjectReference reference) {

    /** What a request does. */
    public enum Action {
        /** Makes an object; the answer has its id. */
        CREATE,
        /** Lists all objects of a kind: those of strangers must be taken out. */
        LIST,
        /** Shows an object. */
        READ,
        /** Changes an object; the answer shows it. */
        UPDATE,
        /** Deletes an object. */
        DELETE,
        /** Anything below an object, such as its content, its parts or its runs: whoever owns it may. */
        WITHIN,
        /** Leaves nothing behind. */
        NONE,
        /** Nobody knows what it does, so nobody knows whose objects it can reach. */
        UNKNOWN
    }

    private static final ObjectPath NONE = new ObjectPath(Action.NONE, null, null);
    private static final ObjectPath UNKNOWN = new ObjectPath(Action.UNKNOWN, null, null);

    /**
     * Understands a request.
     *
     * @param rawPath as it came, below {@code /v1} and without query, such as {@code /files/file-abc/content}
     * @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if servers could read the path in more than one way
     */
    public static ObjectPath of(String method, String rawPath) {
        List<String> path = segments(rawPath);
        for (int length = Math.min(2, path.size()); length > 0; length--) {
            String root = String.join("/", path.subList(0, length)).toLowerCase(Locale.ROOT);
            ObjectCollection collection = ObjectCollection.at(root);
            if (collection != null) {
                return below(collection, method.toUpperCase(Locale.ROOT), path.subList(length, path.size()));
            }
            if (ObjectCollection.isStateless(root)) {
                return NONE;
            }
        }
        return UNKNOWN;
    }

    /** The objects that must be checked: the one of the path, if there is one. */
    public List<ObjectReference> references() {
        return reference == null ? List.of() : List.of(reference);
    }

    private static ObjectPath below(ObjectCollection collection, String method, List<String> rest) {
        ObjectKind kind = collection.kind();
        if (kind == ObjectKind.MODEL) {
            return model(method, String.join("/", rest));
        }
        if (rest.isEmpty()) {
            return switch (method) {
                case "GET", "HEAD" -> new ObjectPath(Action.LIST, kind, null);
                case "POST" -> new ObjectPath(Action.CREATE, kind, null);
                default -> UNKNOWN;
            };
        }
        Action verb = collection.verbs().get(rest.get(0).toLowerCase(Locale.ROOT));
        if (verb != null && rest.size() == 1 && method.equals("POST")) {
            return verb == Action.NONE ? NONE : new ObjectPath(verb, kind, null);
        }
        ObjectReference object = new ObjectReference(kind, rest.get(0), "id");
        Action action;
        if (rest.size() == 1) {
            action = switch (method) {
                case "GET", "HEAD" -> Action.READ;
                case "DELETE" -> Action.DELETE;
                default -> Action.UPDATE;
            };
        } else if (method.equals("POST") && ObjectCollection.isChange(rest.subList(1, rest.size()))) {
            action = Action.UPDATE;
        } else {
            action = Action.WITHIN;
        }
        return new ObjectPath(action, kind, object);
    }

    /** Every model may be seen and used; one that a client has made only its maker may delete. */
    private static ObjectPath model(String method, String id) {
        return switch (method) {
            case "GET", "HEAD" -> NONE;
            case "DELETE" ->
                new ObjectPath(Action.DELETE, ObjectKind.MODEL, new ObjectReference(ObjectKind.MODEL, id, "model"));
            // Gemini has its verbs there: models/gemini:generateContent.
            default -> id.contains(":") ? NONE : UNKNOWN;
        };
    }

    private static List<String> segments(String rawPath) {
        String path = rawPath.startsWith("/") ? rawPath.substring(1) : rawPath;
        if (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        List<String> segments = new ArrayList<>();
        for (String segment : path.split("/", -1)) {
            String decoded = decoded(segment);
            // A model's name may have a slash, and some write it as %2F.
            if (decoded.contains("/") && (segments.isEmpty() || !segments.get(0).equalsIgnoreCase("models"))) {
                throw ambiguous();
            }
            segments.add(decoded);
        }
        return segments;
    }

    private static String decoded(String segment) {
        String decoded;
        try {
            decoded = URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ambiguous();
        }
        if (!ObjectReference.isPlausible(decoded)) {
            throw ambiguous();
        }
        for (String part : decoded.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw ambiguous();
            }
        }
        return decoded;
    }

    private static GatewayError ambiguous() {
        return new GatewayError(
                ErrorCode.INVALID_REQUEST, "The path of the request is not one that the gateway passes.");
    }
}
