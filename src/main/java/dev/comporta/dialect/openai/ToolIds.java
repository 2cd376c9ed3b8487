package dev.comporta.dialect.openai;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Ids of tool calls, where a provider gives none or takes only ids of its own form. */
final class ToolIds {

    private static final int MADE_UP_DIGITS = 24;
    private static final String LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private ToolIds() {}

    /**
     * An id for a call that has none.
     *
     * @param answer tells this answer from all others
     */
    static String madeUp(String answer, int choice, int call) {
        byte[] hash = hash(answer + "/" + choice + "/" + call);
        return "call_" + HexFormat.of().formatHex(hash).substring(0, MADE_UP_DIGITS);
    }

    /** The same id in {@code length} letters and digits: always the same ones, so that a result finds its call. */
    static String shortened(String id, int length) {
        if (id.length() == length && id.chars().allMatch(c -> LETTERS.indexOf(c) >= 0)) {
            return id;
        }
        byte[] hash = hash(id);
        StringBuilder result = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            result.append(LETTERS.charAt((hash[i % hash.length] & 0xFF) % LETTERS.length()));
        }
        return result.toString();
    }

    private static byte[] hash(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
