package dev.comporta.policy;

import org.jspecify.annotations.Nullable;

/**
 * The names of the model that a call asks for, folded so that upper and lower case do not matter.
 *
 * @param provider the provider's name
 * @param model the model's own name; it may contain slashes
 * @param identifier {@code provider/model}
 * @param requested the name as the caller wrote it, maybe an alias
 * @param base the model that it is made of or another name for, or null: {@code gpt-4o} of {@code ft:gpt-4o:acme::1},
 *     {@code gemini-3.5-flash} of {@code models/gemini-3.5-flash}
 */
record AskedModel(
        String provider,
        String model,
        String identifier,
        String requested,
        @Nullable String base) {

    private static final String LISTED = "models/";
    private static final String FINE_TUNED = "ft:";

    static AskedModel of(String provider, String model, String requested) {
        String foldedProvider = fold(provider);
        String foldedModel = fold(model);
        return new AskedModel(
                foldedProvider, foldedModel, foldedProvider + "/" + foldedModel, fold(requested), base(foldedModel));
    }

    private static @Nullable String base(String model) {
        int from = 0;
        while (model.startsWith(LISTED, from)) {
            from += LISTED.length();
        }
        int to = model.length();
        if (model.startsWith(FINE_TUNED, from)) {
            from += FINE_TUNED.length();
            int colon = model.indexOf(':', from);
            to = colon < 0 ? to : colon;
        }
        return from == 0 || from == to ? null : model.substring(from, to);
    }

    /** The same for any spelling that {@link String#equalsIgnoreCase} takes for equal. */
    static String fold(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (fold(name.charAt(i)) != name.charAt(i)) {
                return foldAll(name);
            }
        }
        return name;
    }

    private static String foldAll(String name) {
        StringBuilder folded = new StringBuilder(name.length());
        name.chars().forEach(c -> folded.append(fold((char) c)));
        return folded.toString();
    }

    private static char fold(char c) {
        return Character.toLowerCase(Character.toUpperCase(c));
    }
}
