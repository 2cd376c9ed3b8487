package dev.comporta.test;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** HTTP/1.1 as bytes, for both ends of the tests: nothing is added, merged, sorted or decoded. */
public final class Wire {

    private Wire() {}

    /**
     * A request or an answer.
     *
     * @param headers in the order and the case in which they came
     */
    public record Message(String startLine, List<Map.Entry<String, String>> headers, byte[] body) {

        public List<String> all(String name) {
            return headers.stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .map(Map.Entry::getValue)
                    .toList();
        }

        /** The only value of a header; empty if there is none. */
        public String header(String name) {
            List<String> all = all(name);
            if (all.size() > 1) {
                throw new AssertionError(name + " stands " + all.size() + " times");
            }
            return all.isEmpty() ? "" : all.get(0);
        }

        Message with(byte[] otherBody) {
            return new Message(startLine, headers, otherBody);
        }

        /** In lower case. */
        public List<String> names() {
            return headers.stream()
                    .map(header -> header.getKey().toLowerCase(Locale.ROOT))
                    .toList();
        }

        public int status() {
            return Integer.parseInt(startLine.split(" ")[1]);
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** The next message, or null if the other side has closed the connection in an orderly way. */
    static @Nullable Message read(InputStream in) throws IOException {
        Message head = readHead(in);
        return head == null ? null : new Message(head.startLine(), head.headers(), readBody(in, head));
    }

    /** The next message without its body. */
    static @Nullable Message readHead(InputStream in) throws IOException {
        String startLine = line(in);
        if (startLine == null) {
            return null;
        }
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        String line;
        while ((line = line(in)) != null && !line.isEmpty()) {
            int colon = line.indexOf(':');
            headers.add(Map.entry(
                    line.substring(0, colon), line.substring(colon + 1).strip()));
        }
        if (line == null) {
            throw new EOFException("the head broke off");
        }
        return new Message(startLine, headers, new byte[0]);
    }

    static byte[] readBody(InputStream in, Message head) throws IOException {
        boolean request = !head.startLine().startsWith("HTTP/");
        if (head.header("transfer-encoding").equalsIgnoreCase("chunked")) {
            return chunked(in);
        }
        if (!head.header("content-length").isEmpty()) {
            int length = Integer.parseInt(head.header("content-length"));
            byte[] body = in.readNBytes(length);
            if (body.length < length) {
                throw new EOFException("the body broke off");
            }
            return body;
        }
        return request ? new byte[0] : in.readAllBytes();
    }

    private static byte[] chunked(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String size = line(in);
            if (size == null) {
                throw new EOFException("the chunks broke off");
            }
            int length = Integer.parseInt(size, 16);
            body.write(in.readNBytes(length));
            line(in);
            if (length == 0) {
                return body.toByteArray();
            }
        }
    }

    /** The answer that makes a connection a WebSocket (RFC 6455, 4.2.2). */
    static byte[] switchedToWebSocket(Message request) {
        String accept = Base64.getEncoder()
                .encodeToString(sha1(request.header("sec-websocket-key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
        return ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: " + accept + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** A short text message, as a server sends it. */
    static byte[] textFrame(String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(0x81);
        if (payload.length < 126) {
            frame.write(payload.length);
        } else {
            frame.write(126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        }
        frame.writeBytes(payload);
        return frame.toByteArray();
    }

    private static byte[] sha1(String text) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    private static @Nullable String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int b;
        while ((b = in.read()) >= 0) {
            if (b == '\n') {
                String text = line.toString(StandardCharsets.ISO_8859_1);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            line.write(b);
        }
        if (line.size() > 0) {
            throw new EOFException("a line broke off");
        }
        return null;
    }
}
