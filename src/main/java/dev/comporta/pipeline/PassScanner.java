package dev.comporta.pipeline;

import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Looks at one JSON value while it passes, byte by byte, whatever its size: keeps a few small members of the outermost
 * object, and counts the elements of its {@code data}. An image in an answer takes megabytes; what it cost stands
 * behind it. What is not JSON yields nothing, or nonsense that nobody can read.
 */
final class PassScanner {

    private static final Set<String> KEPT = Set.of("usage", "duration", "error", "type");
    private static final int MOST_KEPT = 64 << 10;
    private static final int LONGEST_KEY = 16;
    private static final int DEEPEST = 64;

    private final Map<String, byte[]> members = new TreeMap<>();
    private final StringBuilder key = new StringBuilder();
    private final ByteArrayOutputStream value = new ByteArrayOutputStream();
    /** Bit n says whether the container at depth n is an object. */
    private long objects;

    private int depth;
    private boolean inString;
    private boolean escaped;
    private boolean expectsKey;
    private boolean inKey;
    private boolean inResponse;
    private @Nullable String keeping;
    private int keptDepth;
    private boolean inData;
    private boolean dataHasElement;
    private int dataCommas;

    /** A member of the outermost object, or the {@code usage} of its {@code response}, as JSON text; null if absent. */
    byte @Nullable [] member(String name) {
        return members.get(name);
    }

    /** How many elements its {@code data} has. */
    int dataElements() {
        return dataHasElement ? dataCommas + 1 : 0;
    }

    void feed(byte b) {
        if (inString) {
            string(b);
            return;
        }
        switch (b) {
            case '"' -> {
                inString = true;
                inKey = expectsKey;
                key.setLength(inKey ? 0 : key.length());
                element();
                keep(b);
            }
            case '{', '[' -> {
                element();
                keep(b);
                open(b == '{');
            }
            case '}', ']' -> close(b);
            case ',' -> comma(b);
            case ':' -> colon(b);
            case ' ', '\t', '\r', '\n' -> {
                // Between tokens.
            }
            default -> {
                element();
                keep(b);
            }
        }
    }

    private void string(byte b) {
        keep(b);
        if (escaped) {
            escaped = false;
        } else if (b == '\\') {
            escaped = true;
        } else if (b == '"') {
            inString = false;
            inKey = false;
            return;
        }
        if (inKey && key.length() <= LONGEST_KEY) {
            key.append((char) (b & 0xff));
        }
    }

    private void open(boolean object) {
        depth++;
        if (depth < DEEPEST) {
            objects = object ? objects | 1L << depth : objects & ~(1L << depth);
        }
        expectsKey = object;
        if (depth == 2) {
            inResponse = object && key.toString().equals("response");
            inData = !object && key.toString().equals("data");
        }
    }

    private void close(byte b) {
        if (keeping != null && depth == keptDepth) {
            endKept();
        }
        keep(b);
        if (depth == 2) {
            inResponse = false;
            inData = false;
        }
        depth--;
        expectsKey = false;
    }

    private void comma(byte b) {
        if (keeping != null && depth == keptDepth) {
            endKept();
        }
        keep(b);
        if (inData && depth == 2) {
            dataCommas++;
        }
        expectsKey = depth < DEEPEST && (objects >> depth & 1) == 1;
    }

    private void colon(byte b) {
        keep(b);
        expectsKey = false;
        String name = key.toString();
        boolean wanted = depth == 1 && KEPT.contains(name) || depth == 2 && inResponse && name.equals("usage");
        if (keeping == null && wanted) {
            keeping = name;
            keptDepth = depth;
            value.reset();
        }
    }

    private void element() {
        if (inData && depth == 2) {
            dataHasElement = true;
        }
    }

    private void keep(byte b) {
        if (keeping != null && value.size() < MOST_KEPT) {
            value.write(b);
        }
    }

    private void endKept() {
        if (keeping != null && value.size() < MOST_KEPT) {
            members.put(keeping, value.toByteArray());
        }
        keeping = null;
    }
}
