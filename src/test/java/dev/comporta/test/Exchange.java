package dev.comporta.test;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One call as the provider sees it: what came, and the answer, written piece by piece. Each piece leaves at once, and
 * pieces of a chunked body stay apart on their way because each is a chunk of its own.
 */
public final class Exchange {

    private static final long PATIENCE_SECONDS = 20;

    private final Wire.Message request;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final CompletableFuture<Long> gone = new CompletableFuture<>();
    private final CompletableFuture<Void> played = new CompletableFuture<>();
    private volatile long written;

    Exchange(Wire.Message request, Socket socket, InputStream in) throws IOException {
        this.in = in;
        this.request = request;
        this.socket = socket;
        out = socket.getOutputStream();
    }

    public Wire.Message request() {
        return request;
    }

    /** What comes after the head, in a script that begins before the body has been read. */
    public InputStream in() {
        return in;
    }

    public JsonNode json() {
        return Json.read(request.body());
    }

    /**
     * Begins the answer. Its body is chunked, unless the headers give a length or close the connection.
     *
     * @param headers lines such as {@code content-type: text/plain}
     */
    public Exchange head(int status, String... headers) throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append(" Scripted\r\n");
        boolean framed = false;
        for (String header : headers) {
            head.append(header).append("\r\n");
            String lower = header.toLowerCase(Locale.ROOT);
            framed |= lower.startsWith("content-length:") || lower.equals("connection: close");
        }
        if (!framed) {
            head.append("Transfer-Encoding: chunked\r\n");
        }
        return raw(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    public Exchange eventStream(String... headers) throws IOException {
        String[] all = new String[headers.length + 1];
        all[0] = "content-type: text/event-stream; charset=utf-8";
        System.arraycopy(headers, 0, all, 1, headers.length);
        return head(200, all);
    }

    /** One event with this data, as one chunk. */
    public Exchange event(String data) throws IOException {
        return chunk("data: " + data + "\n\n");
    }

    public Exchange chunk(String text) throws IOException {
        return chunk(text.getBytes(StandardCharsets.UTF_8));
    }

    public Exchange chunk(byte[] bytes) throws IOException {
        byte[] size = (Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] framed = new byte[size.length + bytes.length + 2];
        System.arraycopy(size, 0, framed, 0, size.length);
        System.arraycopy(bytes, 0, framed, size.length, bytes.length);
        framed[framed.length - 2] = '\r';
        framed[framed.length - 1] = '\n';
        return raw(framed);
    }

    /** Ends a chunked body. */
    public void end() throws IOException {
        raw("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    /** Bytes without any frame. */
    public Exchange raw(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        written += bytes.length;
        return this;
    }

    /** A whole answer. */
    public void whole(int status, byte[] body, String... headers) throws IOException {
        String[] all = new String[headers.length + 1];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = "content-length: " + body.length;
        head(status, all).raw(body);
    }

    /** Which connection of the gateway this came on. */
    public int connection() {
        return socket.getPort();
    }

    /** Breaks the connection. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Closes the connection in an orderly way, at whatever point of the answer. */
    public void close() throws IOException {
        socket.close();
    }

    /** Stands still until the test allows to go on. */
    public Exchange await(CompletableFuture<?> gate) {
        gate.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        return this;
    }

    /** Stands still until the gateway gives up. */
    public Exchange stall() {
        awaitGone();
        return this;
    }

    /** Waits until the gateway has closed this connection; returns the {@link System#nanoTime()} of that moment. */
    public long awaitGone() {
        return gone.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    public boolean isGone() {
        return gone.isDone();
    }

    /** Bytes of the answer that the connection has taken so far. */
    public long written() {
        return written;
    }

    void gone() {
        gone.complete(System.nanoTime());
    }

    void play(ScriptedUpstream.Script script) {
        try {
            script.play(this);
        } catch (IOException e) {
            // The gateway has gone, which gone() tells.
        } finally {
            played.complete(null);
        }
    }

    void awaitPlayed() {
        played.join();
    }
}
