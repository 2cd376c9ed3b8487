package dev.comporta.process;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.CRC32C;

/**
 * A provider of files that keeps none: of an upload it tells the checksum, and what is downloaded it makes up, so that
 * neither takes memory. A file's id says how long it is.
 */
final class FileStore implements AutoCloseable {

    private static final int BLOCK = 64 << 10;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    FileStore() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 128);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/v1/files", this::serve);
        server.setExecutor(threads);
        server.start();
    }

    String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    /** So many bytes of a file, none of them like those before it. */
    static InputStream content(long length) {
        return new InputStream() {
            private long at;

            @Override
            public int read() {
                return at == length ? -1 : byteAt(at++) & 0xff;
            }

            @Override
            public int read(byte[] to, int from, int most) {
                int count = (int) Math.min(most, length - at);
                for (int i = 0; i < count; i++) {
                    to[from + i] = byteAt(at + i);
                }
                at += count;
                return count == 0 && most > 0 ? -1 : count;
            }
        };
    }

    private static byte byteAt(long at) {
        return (byte) ((at * 0x9E3779B97F4A7C15L) >>> 40);
    }

    /** Reads to the end. */
    static long checksum(InputStream in) throws IOException {
        CRC32C checksum = new CRC32C();
        byte[] block = new byte[BLOCK];
        int count;
        while ((count = in.read(block)) >= 0) {
            checksum.update(block, 0, count);
        }
        return checksum.getValue();
    }

    private void serve(HttpExchange exchange) {
        try (exchange) {
            if (exchange.getRequestMethod().equals("POST")) {
                long checksum = checksum(exchange.getRequestBody());
                String id = exchange.getRequestHeaders().getFirst("x-file-id");
                byte[] body = "{\"id\":\"%s\",\"object\":\"file\",\"checksum\":%d}"
                        .formatted(id, checksum)
                        .getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            } else {
                String id = exchange.getRequestURI().getPath().split("/")[3];
                long length = Long.parseLong(id.substring(id.lastIndexOf('-') + 1));
                exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
                exchange.sendResponseHeaders(200, length);
                OutputStream out = exchange.getResponseBody();
                content(length).transferTo(out);
            }
        } catch (IOException e) {
            // The gateway has gone.
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
