package dev.comporta.ownership;

import dev.comporta.core.CreatedObject;
import dev.comporta.core.ObjectReference;
import java.util.Collection;
import java.util.List;

/**
 * Reads from an answer which objects it made or revealed. Only what the provider itself says in fixed places counts,
 * never what a caller can write, such as metadata or text.
 */
public final class CreatedObjects {

    private CreatedObjects() {}

    /**
     * Objects of a whole answer. To be called only for a successful answer about an object that is the caller's own
     * ({@link Owned#complete()}) or that it has just made.
     *
     * @param referred what the request named, which can therefore not have been made by it
     * @param answer anything; what is not JSON has none
     */
    public static List<CreatedObject> of(
            ObjectPath path, String provider, Collection<ObjectReference> referred, byte[] answer) {
        throw new UnsupportedOperationException();
    }

    /** The same for the data of one event of a stream. */
    public static List<CreatedObject> ofEvent(
            ObjectPath path, String provider, Collection<ObjectReference> referred, byte[] data) {
        throw new UnsupportedOperationException();
    }
}
