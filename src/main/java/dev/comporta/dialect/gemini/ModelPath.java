package dev.comporta.dialect.gemini;

import java.nio.charset.StandardCharsets;

/** Where a model is called: its name is part of the path, and must not be able to lead elsewhere. */
public final class ModelPath {

    private static final String MODELS = "models/";
    private static final String TUNED = "tunedModels/";
    private static final String UNRESERVED = "-._~";
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private ModelPath() {}

    /**
     * The path of a method, such as {@code /models/gemini-3.6-flash:generateContent}. Google lists models as
     * {@code models/…}, and tuned ones as {@code tunedModels/…}; both may be given as they are listed. Whatever else
     * the name holds is one segment.
     */
    public static String of(String model, String method) {
        boolean tuned = model.startsWith(TUNED);
        return "/" + (tuned ? TUNED : MODELS) + encoded(bare(model)) + ":" + method;
    }

    /** The name of the resource, such as {@code models/gemini-embedding-001}. */
    static String resource(String model) {
        return model.startsWith(TUNED) ? model : MODELS + bare(model);
    }

    /** The name without what Google lists it under. */
    static String bare(String model) {
        if (model.startsWith(TUNED)) {
            return model.substring(TUNED.length());
        }
        return model.startsWith(MODELS) ? model.substring(MODELS.length()) : model;
    }

    /** RFC 3986, 2.1 and 2.3. */
    private static String encoded(String segment) {
        StringBuilder encoded = new StringBuilder(segment.length());
        for (byte b : segment.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            if (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || UNRESERVED.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HEX[c >> 4]).append(HEX[c & 0xF]);
            }
        }
        return encoded.toString();
    }
}
