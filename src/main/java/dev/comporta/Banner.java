package dev.comporta;

import dev.comporta.client.FirstKeys;
import dev.comporta.client.GatewayKey;
import io.quarkus.vertx.http.HttpServerStart;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.ObservesAsync;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What a person who starts the gateway sees: where it is, the keys that were made just now, and a request that works.
 * Printed once, when the door and the database are open; to the console and not to the log, because it shows keys.
 */
@ApplicationScoped
class Banner {

    private final FirstKeys keys;
    private final CompletableFuture<String> address = new CompletableFuture<>();

    Banner(FirstKeys keys) {
        this.keys = keys;
    }

    void listening(@ObservesAsync HttpServerStart start) {
        address.complete("http://localhost:" + start.options().getPort());
    }

    /** Prints as soon as the address is known. */
    void print() {
        address.thenAccept(known -> {
            FirstKeys.Made made = keys.handOver();
            StringBuilder text =
                    new StringBuilder("\n  Comporta listens on ").append(known).append("/v1\n");
            keys(text, made);
            made.demoKey().ifPresent(key -> example(text, known, key));
            System.out.println(text);
        });
    }

    /**
     * A start that fails after the keys have been made, because the port is taken perhaps, shows them all the same:
     * they are stored, and the next start makes no others.
     */
    void close() {
        StringBuilder text = new StringBuilder();
        keys(text, keys.handOver());
        if (!text.isEmpty()) {
            System.out.println(text);
        }
    }

    private static void keys(StringBuilder text, FirstKeys.Made made) {
        if (made.adminKey().isPresent()
                || made.sharedKey().isPresent()
                || made.demoKey().isPresent()) {
            text.append("\n  These keys are shown this once:\n");
            line(text, "admin key", made.adminKey());
            line(text, "shared gateway key", made.sharedKey());
            line(text, "key of client demo", made.demoKey());
        }
    }

    private static void line(StringBuilder text, String name, Optional<GatewayKey> key) {
        key.ifPresent(made ->
                text.append("    %-20s %s%n".formatted(name, made.secret().reveal())));
    }

    private static void example(StringBuilder text, String address, GatewayKey key) {
        text.append("""

                  Try it:
                    curl %s/v1/chat/completions \\
                      -H 'Authorization: Bearer %s' \\
                      -H 'Content-Type: application/json' \\
                      -d '{"model":"demo/echo","messages":[{"role":"user","content":"Hello, Comporta"}]}'
                """.formatted(address, key.secret().reveal()));
    }
}
