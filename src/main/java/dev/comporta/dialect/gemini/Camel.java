package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Json;

/** Google takes every field name in two spellings, {@code camelCase} and {@code snake_case}. */
final class Camel {

    private Camel() {}

    /** The object with its own names in the first spelling; what lies below them is as it was. */
    static ObjectNode names(ObjectNode object) {
        ObjectNode camel = Json.object();
        object.properties().forEach(field -> {
            String name = name(field.getKey());
            if (!camel.has(name)) {
                camel.set(name, field.getValue());
            }
        });
        return camel;
    }

    private static String name(String name) {
        if (name.indexOf('_') <= 0) {
            return name;
        }
        StringBuilder camel = new StringBuilder(name.length());
        boolean up = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '_') {
                up = true;
            } else {
                camel.append(up ? Character.toUpperCase(c) : c);
                up = false;
            }
        }
        return camel.toString();
    }
}
