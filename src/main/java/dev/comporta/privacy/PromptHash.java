package dev.comporta.privacy;

import dev.comporta.core.GatewayError;
import dev.comporta.store.Database;
import dev.comporta.store.Live;
import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.interceptor.Interceptor;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Tells which requests of a client had the same prompt, without telling the prompt: HMAC-SHA-256 under a key of the
 * client's own, because a short prompt can be guessed and its plain hash compared. Thread-safe.
 */
@ApplicationScoped
@Startup(Interceptor.Priority.LIBRARY_BEFORE)
public class PromptHash {

    private static final String ALGORITHM = "HmacSHA256";
    private static final ThreadLocal<Mac> MAC = ThreadLocal.withInitial(PromptHash::mac);

    private final boolean enabled;
    private final Live<Map<UUID, SecretKeySpec>> keys;

    PromptHash(Database database, PrivacyConfig config) {
        enabled = config.promptHash();
        keys = database.live("keys of prompt hashes", Set.of("client_secrets"), PromptHash::load);
    }

    /**
     * The hash of what the model is asked, whatever else the request says: model, parameters and metadata do not count.
     *
     * @param body a request in any dialect, valid JSON
     * @return 64 hexadecimal digits; null if hashes are off, there is no prompt, or the client is so new that its key
     *     is not known yet
     */
    public @Nullable String of(UUID clientId, byte[] body) {
        if (!enabled) {
            return null;
        }
        SecretKeySpec key = key(clientId);
        if (key == null) {
            return null;
        }
        byte[] prompt = PromptBytes.of(body);
        return prompt.length == 0 ? null : HexFormat.of().formatHex(hmac(key, prompt));
    }

    /** A call does not need its hash: it goes on while the keys are not known yet. */
    private @Nullable SecretKeySpec key(UUID clientId) {
        try {
            return keys.get().get(clientId);
        } catch (GatewayError notLoaded) {
            return null;
        }
    }

    static byte[] hmac(SecretKeySpec key, byte[] prompt) {
        try {
            Mac mac = MAC.get();
            mac.init(key);
            return mac.doFinal(prompt);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every key of bytes is one for HMAC", e);
        }
    }

    private static Mac mac() {
        try {
            return Mac.getInstance(ALGORITHM);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
        }
    }

    private static Future<Map<UUID, SecretKeySpec>> load(SqlClient sql) {
        return sql.query("SELECT client_id, prompt_hash_key FROM client_secrets")
                .execute()
                .map(rows -> {
                    Map<UUID, SecretKeySpec> loaded = new HashMap<>();
                    for (Row row : rows) {
                        Buffer key = row.getBuffer("prompt_hash_key");
                        loaded.put(row.getUUID("client_id"), new SecretKeySpec(key.getBytes(), ALGORITHM));
                    }
                    return Map.copyOf(loaded);
                });
    }
}
