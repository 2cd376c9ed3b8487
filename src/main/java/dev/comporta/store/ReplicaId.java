package dev.comporta.store;

import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Names this replica among those that share a database. It stays the same as long as the data directory does, so that
 * after a restart what was left undone is known to be its own.
 */
@ApplicationScoped
public class ReplicaId {

    private final UUID id;

    ReplicaId(DataDirectory directory) {
        Path file = directory.resolve("replica-id");
        try {
            id = Files.exists(file) ? UUID.fromString(Files.readString(file).strip()) : UUID.randomUUID();
            if (!Files.exists(file)) {
                DataDirectory.writePrivate(file, id + "\n");
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new StartupFailure(
                    "The replica's id in %s cannot be read or written: make it readable, or delete it.".formatted(file),
                    e);
        }
    }

    /** The id. */
    public UUID id() {
        return id;
    }
}
