package dev.comporta.ownership;

import dev.comporta.core.CreatedObject;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.ObjectKind;
import dev.comporta.core.ObjectReference;
import dev.comporta.ownership.OwnershipConfig.UnknownObjects;
import dev.comporta.store.Database;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Knows whose the objects in the shared provider accounts are. Answers from memory where it can, else from the
 * database; an object that was made through another replica a moment ago is waited for.
 *
 * <p>A stranger's object and one that does not exist cannot be told apart, neither by the words nor by the time that
 * they take. Futures complete on the caller's event loop. Thread-safe; never blocks.
 */
@ApplicationScoped
public class ObjectOwners {

    private static final Logger LOG = Logger.getLogger(ObjectOwners.class);

    /** Waited before each further look: an owner is in the database a moment after the call that made the object. */
    private static final long[] PAUSES_MILLIS = {100, 200, 400, 800};

    /** Nobody names more objects that were made a moment ago; who names many that are not there is not worth it. */
    private static final int MOST_AWAITED = 8;

    private static final int QUERY_SECONDS = 5;

    private final Vertx vertx;
    private final OwnerTable table;
    private final boolean allowUnknown;
    private final OwnerMemory memory = new OwnerMemory();

    ObjectOwners(Vertx vertx, Database database, OwnershipConfig config) {
        this.vertx = vertx;
        this.table = new OwnerTable(database);
        this.allowUnknown = config.unknownObjects() == UnknownObjects.ALLOW;
    }

    /**
     * Sees that a client may reach the objects that its request names.
     *
     * @param provider where they are asked for, or null if they decide where the request goes
     * @return where they are; fails with {@link ErrorCode#NOT_FOUND} if one of them is somebody else's or, unless that
     *     is allowed, nobody's, with {@link ErrorCode#INVALID_REQUEST} if no one provider has them all, and with
     *     {@link ErrorCode#ACCOUNTING_UNAVAILABLE} if the database is needed and away
     */
    public Future<Owned> check(Collection<ObjectReference> references, @Nullable String provider, UUID clientId) {
        if (references.isEmpty()) {
            return Future.succeededFuture(Owned.NOTHING);
        }
        for (ObjectReference reference : references) {
            if (!reference.isPlausible()) {
                return Future.failedFuture(new GatewayError(
                        ErrorCode.NOT_FOUND,
                        "There is no object with the id that %s holds.".formatted(reference.param()),
                        reference.param()));
            }
        }
        Search search = new Search(references, provider, clientId);
        if (search.isOver()) {
            return search.result();
        }
        boolean patient = !allowUnknown && !memory.isMissing(search.missingIds(), clientId);
        return look(search, patient ? 0 : PAUSES_MILLIS.length);
    }

    /**
     * Notes objects that have just been made, as soon as their ids are read: the caller may use them at once. What is
     * somebody else's stays so.
     */
    public void remember(Collection<CreatedObject> created, UUID clientId) {
        created.forEach(object -> memory.made(object, clientId));
    }

    /**
     * Writes down objects of a call that goes on, such as a stream, so that other replicas know them before it ends.
     * The call's end records them in any case, so a failure is only a delay.
     */
    public Future<Void> announce(Collection<CreatedObject> created, UUID clientId) {
        remember(created, clientId);
        return within(table.insert(List.copyOf(created), clientId)).otherwise(failure -> {
            LOG.debugf("Objects could not be announced: %s", failure.getMessage());
            return null;
        });
    }

    /**
     * Notes that an object's owner has deleted it. It stays the owner's: whoever asks for it again hears from the
     * provider that it is gone, and a list can be continued behind it.
     */
    public Future<Void> deleted(String provider, String id, UUID clientId) {
        return within(table.delete(provider, id, clientId));
    }

    /** The same questions for one client and provider, as a list asks them. */
    public OwnedList.Owners of(UUID clientId, String provider) {
        return new OwnedList.Owners() {
            @Override
            public Future<Owned> check(Collection<ObjectReference> references) {
                return ObjectOwners.this.check(references, provider, clientId);
            }

            @Override
            public Future<Set<String>> ownedAmong(Collection<String> ids, ObjectKind kind) {
                return ObjectOwners.this.ownedAmong(ids, kind, provider, clientId);
            }
        };
    }

    /** Which of these objects are the client's own, for lists; asked at most once. */
    public Future<Set<String>> ownedAmong(Collection<String> ids, ObjectKind kind, String provider, UUID clientId) {
        Set<String> mine = new HashSet<>();
        Set<String> open = new HashSet<>();
        for (String id : ids) {
            if (memory.providers(id, kind, clientId).contains(provider)) {
                mine.add(id);
            } else if (ObjectReference.isPlausible(id)) {
                open.add(id);
            }
        }
        if (open.isEmpty()) {
            return Future.succeededFuture(mine);
        }
        return within(table.ownedBy(clientId, open)).map(rows -> {
            for (OwnerTable.Place row : rows) {
                confirm(row, clientId);
                if (row.provider().equals(provider) && row.kind().equals(kind.word())) {
                    mine.add(row.id());
                }
            }
            return mine;
        });
    }

    private Future<Owned> look(Search search, int turn) {
        return within(table.ownedBy(search.clientId, search.missingIds())).compose(rows -> {
            rows.forEach(row -> confirm(row, search.clientId));
            search.find();
            if (search.isOver()) {
                return search.result();
            }
            return turn == PAUSES_MILLIS.length || search.missing.size() > MOST_AWAITED
                    ? search.giveUp()
                    : pause(PAUSES_MILLIS[turn]).compose(waited -> look(search, turn + 1));
        });
    }

    private void confirm(OwnerTable.Place row, UUID clientId) {
        memory.confirmed(row.id(), row.provider(), row.kind(), clientId);
    }

    private Future<Void> pause(long millis) {
        Promise<Void> promise = Promise.promise();
        vertx.setTimer(millis, timer -> promise.complete());
        return promise.future();
    }

    private static <T> Future<T> within(Future<T> asked) {
        return asked.timeout(QUERY_SECONDS, TimeUnit.SECONDS).recover(failure -> {
            LOG.debugf("Owners could not be asked for: %s", failure.getMessage());
            return Future.failedFuture(new GatewayError(
                    ErrorCode.ACCOUNTING_UNAVAILABLE,
                    "The gateway cannot tell now whose this is, because its database is away; try again in a moment."));
        });
    }

    /** An id alone could be that of another object, if its maker chose it. */
    private record Wanted(String id, ObjectKind kind) {}

    /** One question, and what has been found so far. */
    private final class Search {

        private final @Nullable String provider;
        private final UUID clientId;
        private final Map<Wanted, ObjectReference> missing = new LinkedHashMap<>();
        private final List<Set<String>> found = new ArrayList<>();

        Search(Collection<ObjectReference> references, @Nullable String provider, UUID clientId) {
            this.provider = provider;
            this.clientId = clientId;
            references.forEach(
                    reference -> missing.putIfAbsent(new Wanted(reference.id(), reference.kind()), reference));
            find();
        }

        Set<String> missingIds() {
            return missing.keySet().stream().map(Wanted::id).collect(Collectors.toSet());
        }

        /** Looks into the memory for what is still missing. */
        void find() {
            for (Wanted wanted : List.copyOf(missing.keySet())) {
                Set<String> places = memory.providers(wanted.id(), wanted.kind(), clientId);
                if (provider == null ? !places.isEmpty() : places.contains(provider)) {
                    found.add(provider == null ? places : Set.of(provider));
                    missing.remove(wanted);
                }
            }
        }

        boolean isOver() {
            return missing.isEmpty();
        }

        Future<Owned> result() {
            Set<String> common = null;
            for (Set<String> places : found) {
                if (common == null) {
                    common = new HashSet<>(places);
                } else {
                    common.retainAll(places);
                }
            }
            if (common != null && common.isEmpty()) {
                return Future.failedFuture(new GatewayError(
                        ErrorCode.INVALID_REQUEST, "The objects that this request names live at different providers."));
            }
            return Future.succeededFuture(new Owned(common == null ? Set.of() : Set.copyOf(common), isOver()));
        }

        /** What is not the client's is somebody else's or nobody's. Who must not know which is not told. */
        Future<Owned> giveUp() {
            memory.missing(missingIds(), clientId);
            if (!allowUnknown) {
                return Future.failedFuture(notFound(missing.values().iterator().next()));
            }
            return within(table.ownedByOthers(clientId, missingIds())).compose(others -> {
                for (ObjectReference reference : missing.values()) {
                    if (others.contains(reference.id())) {
                        return Future.failedFuture(notFound(reference));
                    }
                }
                return result();
            });
        }

        private GatewayError notFound(ObjectReference reference) {
            String message = reference.kind().notFound(reference.id());
            return new GatewayError(
                    ErrorCode.NOT_FOUND,
                    allowUnknown
                            ? message
                            : message
                                    + " (Objects that were not made by this client through this gateway are hidden;"
                                    + " GATEWAY_ISOLATION_UNKNOWN_OBJECTS=allow shows those that are nobody's.)",
                    reference.param());
        }
    }
}
