package dev.comporta.alert;

import dev.comporta.core.Secret;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What proves to a webhook that its caller knows the secret, and when it called. */
final class Signature {

    private static final String HMAC = "HmacSHA256";

    private Signature() {}

    /**
     * {@code sha256=} and the HMAC-SHA256, in hexadecimal, of the timestamp, a dot and the body.
     *
     * @param timestamp seconds since 1970
     */
    static String of(Secret secret, long timestamp, Buffer body) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(secret.reveal().getBytes(StandardCharsets.UTF_8), HMAC));
            mac.update((timestamp + ".").getBytes(StandardCharsets.UTF_8));
            return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body.getBytes()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
