package dev.comporta.client;

import dev.comporta.core.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * A key as it was just made, the only time its text is known: {@code vck_} and 43 base64url characters, which are 32
 * random bytes. Immutable, and masked in {@link #toString()}.
 */
public final class GatewayKey {

    private static final String MARK = "vck_";
    private static final int RANDOM_BYTES = 32;
    private static final int LENGTH = MARK.length() + 43;
    private static final int PREFIX_LENGTH = MARK.length() + 6;

    private static final int SHORTEST = 16;
    private static final int LONGEST = 512;

    private final Secret secret;

    private GatewayKey(String text) {
        secret = Secret.of(text);
    }

    /** A new key that nobody can guess. Thread-safe. */
    public static GatewayKey generate() {
        byte[] bytes = new byte[RANDOM_BYTES];
        // Made anew each time: a generator in a static field would be frozen into a native image.
        new SecureRandom().nextBytes(bytes);
        return new GatewayKey(MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** The text, to be shown once and then forgotten. */
    public Secret secret() {
        return secret;
    }

    /** What is stored. */
    byte[] hash() {
        return hash(secret.reveal());
    }

    /** The first characters, to tell keys apart in a list. */
    String prefix() {
        return secret.reveal().substring(0, PREFIX_LENGTH);
    }

    /** SHA-256: fast on purpose, because a key has 256 random bits and cannot be found by trying. */
    static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Whether {@code text} can be a key at all, asked before it is hashed. Keys given by environment may have any form.
     */
    static boolean isPlausible(String text) {
        return text.length() >= SHORTEST && text.length() <= LONGEST;
    }

    /** Whether {@code text} has the form of the keys made here. */
    static boolean hasForm(String text) {
        return text.length() == LENGTH
                && text.startsWith(MARK)
                && text.chars().skip(MARK.length()).allMatch(GatewayKey::isBase64Url);
    }

    private static boolean isBase64Url(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_';
    }

    @Override
    public String toString() {
        return prefix() + "****";
    }
}
