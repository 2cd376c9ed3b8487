package dev.comporta.client;

import dev.comporta.core.Caller;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Secret;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Clients and keys as they stood at one moment. Immutable, so that a call is judged by one state of the world.
 *
 * @param clients by id and by slug, in lower case; deleted ones are absent
 * @param keys every key that is accepted; revoked ones and those of deleted clients are absent
 */
record Directory(Map<String, Client> clients, KeyRing keys) {

    private static final CharSequence CLIENT_HEADER = HttpHeaders.createOptimized("x-gateway-client-id");

    static Directory of(Collection<Client> clients, KeyRing keys) {
        Map<String, Client> named = new HashMap<>();
        clients.forEach(client -> named.put(client.slug(), client));
        // Ids last: a slug that looks like another client's id does not take its place.
        clients.forEach(client -> named.put(client.id().toString(), client));
        return new Directory(named, keys);
    }

    /** The client with this id or slug. */
    @Nullable
    Client client(String idOrSlug) {
        return clients.get(idOrSlug.toLowerCase(Locale.ROOT));
    }

    /** The key with this text, whatever it opens. */
    @Nullable
    AcceptedKey key(String text, Instant now) {
        return GatewayKey.isPlausible(text) ? keys.find(GatewayKey.hash(text), now) : null;
    }

    /**
     * Who makes a call with these headers.
     *
     * @throws GatewayError if the call is not let in
     */
    Caller authenticate(MultiMap headers, Instant now) {
        Credentials presented = Credentials.of(headers);
        if (presented.gatewayKey() == null) {
            return caller(firstGatewayKey(presented, now), null, headers);
        }
        AcceptedKey key = dataPlaneKey(presented.gatewayKey(), now);
        if (key == null) {
            throw Refusal.INVALID_KEY;
        }
        return caller(key, providerKey(presented, now), headers);
    }

    private AcceptedKey firstGatewayKey(Credentials presented, Instant now) {
        for (String text : presented.others()) {
            AcceptedKey key = dataPlaneKey(text, now);
            if (key != null) {
                return key;
            }
        }
        throw Refusal.INVALID_KEY;
    }

    private @Nullable AcceptedKey dataPlaneKey(String text, Instant now) {
        AcceptedKey key = key(text, now);
        return key != null && (key.kind() == KeyKind.SHARED || key.kind() == KeyKind.CLIENT) ? key : null;
    }

    /** What the caller brings of its own. A key of ours is never that, not even a dead one: no provider may see it. */
    private @Nullable Secret providerKey(Credentials presented, Instant now) {
        for (String text : presented.others()) {
            if (!GatewayKey.hasForm(text) && key(text, now) == null) {
                return Secret.of(text);
            }
        }
        return null;
    }

    private Caller caller(AcceptedKey key, @Nullable Secret providerKey, MultiMap headers) {
        String named = headers.get(CLIENT_HEADER);
        Client client = named == null || named.isBlank() ? unnamed(key) : named(key, named.strip());
        return new Caller(client.id(), client.slug(), client.goesThroughGateway(), key.id(), providerKey);
    }

    private Client unnamed(AcceptedKey key) {
        Client client = key.client() != null ? key.client() : client(Client.DEFAULT_SLUG);
        if (client == null) {
            throw Refusal.NO_DEFAULT_CLIENT;
        }
        return client;
    }

    private Client named(AcceptedKey key, String idOrSlug) {
        Client own = key.client();
        if (own != null) {
            // The same answer for a client that does not exist: a client key learns nothing about others.
            if (!own.isNamed(idOrSlug)) {
                throw Refusal.CLIENT_MISMATCH;
            }
            return own;
        }
        Client client = client(idOrSlug);
        if (client == null) {
            throw Refusal.CLIENT_NOT_FOUND;
        }
        return client;
    }
}
