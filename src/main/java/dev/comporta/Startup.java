package dev.comporta;

import dev.comporta.client.ClientDirectory;
import dev.comporta.store.Database;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Opens the rooms in order at start, and closes them in the opposite order. */
@ApplicationScoped
class Startup {

    private final Database database;
    private final ClientDirectory clients;

    Startup(Database database, ClientDirectory clients) {
        this.database = database;
        this.clients = clients;
    }

    void open(@Observes StartupEvent event) {
        database.open();
    }

    void close(@Observes ShutdownEvent event) {
        clients.flush().toCompletionStage().toCompletableFuture().join();
        database.close();
    }
}
