package dev.comporta.policy;

/**
 * The names of the model that a call asks for, folded so that upper and lower case do not matter.
 *
 * @param provider the provider's name
 * @param model the model's own name; it may contain slashes
 * @param identifier {@code provider/model}
 * @param requested the name as the caller wrote it, maybe an alias
 */
record AskedModel(String provider, String model, String identifier, String requested) {

    static AskedModel of(String provider, String model, String requested) {
        String foldedProvider = fold(provider);
        String foldedModel = fold(model);
        return new AskedModel(foldedProvider, foldedModel, foldedProvider + "/" + foldedModel, fold(requested));
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
