package dev.comporta.privacy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The part of a request that is the prompt, in one spelling: the members at the top that hold it, in the order of their
 * names, without white space between tokens. Reads each byte once and builds no tree, because every call pays for it.
 */
final class PromptBytes {

    /** Of a longer prompt the two ends of this size count, and its length. */
    private static final int END = 64 << 10;

    /** Of a member: two separators and perhaps its length. */
    private static final int OVERHEAD = 2 + Integer.BYTES;

    /** Of the APIs of OpenAI, Anthropic and Google. */
    private static final Set<String> MEMBERS = Set.of(
            "messages",
            "input",
            "prompt",
            "instructions",
            "system",
            "contents",
            "content",
            "requests",
            "systemInstruction",
            "system_instruction");

    private final byte[] body;
    private int at;

    private PromptBytes(byte[] body) {
        this.body = body;
    }

    /** @return nothing if there is no prompt, or the body is no JSON object */
    static byte[] of(byte[] body) {
        Map<String, int[]> found = new PromptBytes(body).members();
        if (found.isEmpty()) {
            return new byte[0];
        }
        int length = 0;
        for (Map.Entry<String, int[]> member : found.entrySet()) {
            length += member.getKey().length() + OVERHEAD + Math.min(length(member.getValue()), 2 * END);
        }
        ByteBuffer out = ByteBuffer.allocate(length);
        found.forEach((name, range) -> {
            out.put(name.getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
            append(out, body, range[0], range[1]);
            out.put((byte) 0);
        });
        return Arrays.copyOf(out.array(), out.position());
    }

    private static int length(int[] range) {
        return range[1] - range[0];
    }

    private static void append(ByteBuffer out, byte[] body, int from, int to) {
        if (to - from > 2 * END) {
            out.putInt(to - from).put(body, from, END).put(body, to - END, END);
            return;
        }
        byte[] copied = out.array();
        int length = out.position();
        boolean quoted = false;
        for (int i = from; i < to; i++) {
            byte b = body[i];
            if (quoted && b == '\\') {
                copied[length++] = b;
                i++;
                copied[length++] = body[i];
                continue;
            }
            quoted ^= b == '"';
            if (quoted || b > ' ' || b < 0) {
                copied[length++] = b;
            }
        }
        out.position(length);
    }

    /** Where the values are; of a name that stands twice, the last. */
    private Map<String, int[]> members() {
        Map<String, int[]> found = new TreeMap<>();
        int depth = 0;
        String name = null;
        int value = -1;
        for (; at < body.length; at++) {
            switch (body[at]) {
                case '"' -> {
                    int start = Math.min(at + 1, body.length);
                    skipString();
                    if (depth == 1 && name == null) {
                        name = new String(body, start, Math.min(at, body.length) - start, StandardCharsets.UTF_8);
                    }
                }
                case ':' -> {
                    if (depth == 1 && value < 0) {
                        value = at + 1;
                    }
                }
                case '{', '[' -> depth++;
                case ',', '}', ']' -> {
                    if (depth == 1) {
                        if (name != null && value >= 0 && MEMBERS.contains(name)) {
                            found.put(name, new int[] {value, at});
                        }
                        name = null;
                        value = -1;
                    }
                    depth -= body[at] == ',' ? 0 : 1;
                }
                default -> {
                    // Within a number or a word, or white space.
                }
            }
        }
        return found;
    }

    /** From the opening quotation mark to the closing one. */
    private void skipString() {
        at++;
        while (at < body.length && body[at] != '"') {
            at += body[at] == '\\' ? 2 : 1;
        }
    }
}
