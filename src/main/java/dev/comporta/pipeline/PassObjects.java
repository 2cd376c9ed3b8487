package dev.comporta.pipeline;

import dev.comporta.core.CreatedObject;
import dev.comporta.dialect.sse.SseSplitter;
import dev.comporta.ownership.CreatedObjects;
import dev.comporta.ownership.ObjectOwners;
import dev.comporta.ownership.ObjectPath;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads from a passing answer whose the objects are that it made, so that they are the caller's from the moment in
 * which it can know of them.
 */
final class PassObjects {

    /** Objects are small; one that is not, such as a compacted response, has to be known when it is made. */
    private static final int MOST_OF_NEW = 4 << 20;

    private static final int MOST_OF_OTHERS = 1 << 20;

    private final PassRoute route;
    private final ObjectOwners owners;
    private final UUID clientId;
    private final @Nullable CreatedObjects created;
    private int most;
    private @Nullable Buffer body;
    private @Nullable SseSplitter events;
    private int announced;

    PassObjects(PassRoute route, ObjectOwners owners) {
        this.route = route;
        this.owners = owners;
        clientId = route.caller().clientId();
        ObjectPath path = route.path();
        // Of an object that may be a stranger's, nothing is taken for the caller's.
        created = path == null || !route.ownsAll()
                ? null
                : new CreatedObjects(path, route.target().provider(), route.references());
    }

    /** The answer begins. */
    void answered(PassMeter form) {
        if (created != null && route.path() != null && isAboutOne(route.path().action())) {
            most = route.path().action() == ObjectPath.Action.CREATE ? MOST_OF_NEW : MOST_OF_OTHERS;
            body = form.isJson() ? Buffer.buffer() : null;
            events = form.isEvents() ? new SseSplitter(most) : null;
        }
    }

    private static boolean isAboutOne(ObjectPath.Action action) {
        return action == ObjectPath.Action.CREATE
                || action == ObjectPath.Action.READ
                || action == ObjectPath.Action.UPDATE;
    }

    void feed(Buffer chunk) {
        if (body != null && body.length() < most) {
            body.appendBuffer(chunk);
        }
        if (events != null && created != null) {
            try {
                events.feed(chunk, event -> created.event(event.data()));
            } catch (IllegalStateException tooLong) {
                events = null;
            }
            announce();
        }
    }

    /** The answer is over. */
    void end(boolean whole) {
        ObjectPath path = route.path();
        if (created != null && body != null) {
            created.whole(body.getBytes());
            body = null;
            owners.remember(created.found(), clientId);
        }
        if (whole && path != null && path.action() == ObjectPath.Action.DELETE && path.reference() != null) {
            owners.deleted(route.target().provider(), path.reference().id(), clientId)
                    .otherwiseEmpty();
        }
    }

    /** A stream may go on for long, and its caller may use another replica meanwhile. */
    private void announce() {
        List<CreatedObject> found = found();
        if (found.size() > announced) {
            owners.announce(found.subList(announced, found.size()), clientId);
            announced = found.size();
        }
    }

    /** What has been made so far. */
    List<CreatedObject> found() {
        return created == null ? List.of() : created.found();
    }
}
