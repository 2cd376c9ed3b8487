package dev.comporta.dialect.anthropic;

/** Watches a tool call's arguments go by in pieces, to know when the JSON object is complete and no more can come. */
final class MessagesArguments {

    private int depth;
    private boolean begun;
    private boolean inString;
    private boolean escaped;

    void take(String fragment) {
        for (int i = 0; i < fragment.length(); i++) {
            take(fragment.charAt(i));
        }
    }

    private void take(char c) {
        if (inString) {
            inString = escaped || c != '"';
            escaped = !escaped && c == '\\';
            return;
        }
        switch (c) {
            case '"' -> inString = true;
            case '{', '[' -> {
                depth++;
                begun = true;
            }
            case '}', ']' -> depth--;
            default -> {
                // Does not say where the object ends.
            }
        }
    }

    boolean isComplete() {
        return begun && depth <= 0;
    }
}
