package dev.comporta.pipeline;

import dev.comporta.core.ApiType;
import dev.comporta.core.CreatedObject;
import dev.comporta.core.ObjectReference;
import dev.comporta.dialect.sse.SseSplitter;
import dev.comporta.ownership.CreatedObjects;
import dev.comporta.ownership.ObjectOwners;
import dev.comporta.ownership.ObjectPath;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads from a model's answer what the provider keeps of it, such as a response and its items, which is the caller's
 * from the moment in which the caller can know of it. Belongs to one call.
 */
final class AnswerObjects {

    private static final int MOST_EVENT_BYTES = 16 << 20;

    private final ObjectOwners owners;
    private final UUID clientId;
    private final @Nullable CreatedObjects created;
    private @Nullable SseSplitter events;
    private int announced;

    AnswerObjects(Route route, ObjectOwners owners) {
        this.owners = owners;
        clientId = route.admitted().caller().clientId();
        created = isKept(route)
                ? new CreatedObjects(
                        ObjectPath.of("POST", path(route)), route.provider().name(), references(route))
                : null;
        events = created == null ? null : new SseSplitter(MOST_EVENT_BYTES);
    }

    /** In the caller's own account everything is its own, and what is translated is kept nowhere. */
    private static boolean isKept(Route route) {
        ApiType api = route.admitted().call().apiType();
        return route.translation().isPassing()
                && !route.ownAccount()
                && (api == ApiType.RESPONSES
                        || api == ApiType.CHAT_COMPLETIONS
                                && route.admitted().request().store());
    }

    private static String path(Route route) {
        return route.admitted().call().apiType() == ApiType.RESPONSES ? "/responses" : "/chat/completions";
    }

    private static List<ObjectReference> references(Route route) {
        return route.admitted().request().references();
    }

    void whole(byte[] body) {
        if (created != null) {
            created.whole(body);
            owners.remember(created.found(), clientId);
        }
    }

    void feed(Buffer chunk) {
        if (created == null || events == null) {
            return;
        }
        try {
            events.feed(chunk, event -> created.event(event.data()));
        } catch (IllegalStateException tooLong) {
            events = null;
        }
        announce(created);
    }

    /** A stream may go on for long, and its caller may use another replica meanwhile. */
    private void announce(CreatedObjects objects) {
        List<CreatedObject> found = objects.found();
        if (found.size() > announced) {
            owners.announce(found.subList(announced, found.size()), clientId);
            announced = found.size();
        }
    }

    /** The answer is not recorded yet, but its caller may come by another replica. */
    void announceAll() {
        owners.announce(found(), clientId);
    }

    /** What has been made so far. */
    List<CreatedObject> found() {
        return created == null ? List.of() : created.found();
    }
}
