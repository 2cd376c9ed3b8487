package dev.comporta.pipeline;

import dev.comporta.client.Client;
import dev.comporta.client.ClientDirectory;
import dev.comporta.core.Attribution;
import dev.comporta.core.Caller;
import dev.comporta.core.Reply;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.privacy.PayloadLog;
import dev.comporta.privacy.PromptHash;
import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;

/** What is kept of a call's words: always a hash of its prompt, the words only if its client wants it. Thread-safe. */
@ApplicationScoped
class CallPrivacy {

    private final ClientDirectory clients;
    private final PromptHash hashes;
    private final PayloadLog payloads;

    CallPrivacy(ClientDirectory clients, PromptHash hashes, PayloadLog payloads) {
        this.clients = clients;
        this.hashes = hashes;
        this.payloads = payloads;
    }

    /** The attribution with the hash of the prompt. */
    Attribution hashed(Attribution attribution, Caller caller, ModelRequest request) {
        return attribution.asking(hashes.of(caller.clientId(), request.bytes()));
    }

    /** The same reply, of which a copy is kept where the client wants it. */
    Future<Reply> kept(AdmittedCall admitted, Future<Reply> reply) {
        Caller caller = admitted.caller();
        boolean wanted = clients.client(caller.clientId().toString())
                .map(Client::logPayloads)
                .orElse(false);
        return wanted
                ? payloads.keep(
                        admitted.call(),
                        caller,
                        admitted.attribution(),
                        admitted.request().bytes(),
                        reply)
                : reply;
    }
}
