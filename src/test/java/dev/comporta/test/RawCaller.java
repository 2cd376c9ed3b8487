package dev.comporta.test;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A caller that writes its own bytes, and need not be polite. */
final class RawCaller implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    RawCaller() throws IOException {
        this(0);
    }

    /** @param receiveBuffer bytes that the operating system keeps for a caller that does not read; 0 leaves it alone */
    RawCaller(int receiveBuffer) throws IOException {
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), Gateway.port()), PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** Sends a chat call with the shared key. */
    RawCaller chat(String body, String... headers) throws IOException {
        return post(Gateway.CHAT, body, headers);
    }

    RawCaller post(String path, String body, String... headers) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return head("POST", path, withLength(headers, bytes.length)).send(bytes);
    }

    /** Reads until this text has come. */
    RawCaller readUntil(String text) throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.indexOf(text) < 0) {
            int next = in.read();
            if (next < 0) {
                throw new AssertionError("The gateway closed the connection after: " + read);
            }
            read.append((char) next);
        }
        return this;
    }

    private static String[] withLength(String[] headers, int length) {
        String[] all = new String[headers.length + 1];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = "Content-Length: " + length;
        return all;
    }

    /** Sends the head of a request with the shared key. */
    RawCaller head(String method, String path, String... headers) throws IOException {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: gateway.test\r\n");
        head.append("Authorization: Bearer ").append(Gateway.SHARED_KEY).append("\r\n");
        head.append("Content-Type: application/json\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        return send(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    RawCaller send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** What is left of a chunked answer, frames included. */
    String answerTail() throws IOException {
        StringBuilder tail = new StringBuilder();
        while (tail.indexOf("\r\n0\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            tail.append((char) next);
        }
        return tail.toString();
    }

    Wire.Message answer() throws IOException {
        Wire.Message answer = Wire.read(in);
        if (answer == null) {
            throw new AssertionError("The gateway closed the connection without an answer");
        }
        return answer;
    }

    Wire.Message answerHead() throws IOException {
        Wire.Message answer = Wire.readHead(in);
        if (answer == null) {
            throw new AssertionError("The gateway closed the connection without an answer");
        }
        return answer;
    }

    InputStream in() {
        return in;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
