package dev.comporta.core;

import org.jspecify.annotations.Nullable;

/** Text from outside on its way into a table. */
public final class Text {

    private Text() {}

    /**
     * The text, cut to a length, with what PostgreSQL cannot hold (NUL, halves of surrogate pairs) replaced. A caller
     * must not be able to send a request that is served but whose usage the database refuses.
     */
    public static @Nullable String storable(@Nullable String text, int maxLength) {
        if (text == null) {
            return null;
        }
        String cut = text.length() > maxLength ? text.substring(0, maxLength) : text;
        for (int i = 0; i < cut.length(); i++) {
            char c = cut.charAt(i);
            if (c == 0 || Character.isSurrogate(c)) {
                return cleaned(cut);
            }
        }
        return cut;
    }

    private static String cleaned(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                clean.append(c).append(text.charAt(++i));
            } else {
                clean.append(c == 0 || Character.isSurrogate(c) ? '\uFFFD' : c);
            }
        }
        return clean.toString();
    }
}
