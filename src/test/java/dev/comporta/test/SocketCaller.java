package dev.comporta.test;

import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.http.WebSocketFrame;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Somebody who speaks WebSocket with the gateway. */
final class SocketCaller implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 20;

    private final Vertx vertx = Vertx.vertx();
    private final BlockingQueue<WebSocketFrame> frames = new LinkedBlockingQueue<>();
    private final CompletableFuture<Short> closed = new CompletableFuture<>();
    private final WebSocket socket;
    private volatile String requestId = "";

    /**
     * Opens a session.
     *
     * @param headers names and values
     * @throws io.vertx.core.http.UpgradeRejectedException if the gateway refuses
     */
    SocketCaller(String path, List<String> subProtocols, String... headers) {
        WebSocketConnectOptions options = new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(Gateway.port())
                .setURI(path)
                .setSubProtocols(subProtocols.isEmpty() ? null : subProtocols);
        for (int i = 0; i < headers.length; i += 2) {
            options.addHeader(headers[i], headers[i + 1]);
        }
        try {
            socket = vertx.createWebSocketClient(new WebSocketClientOptions()
                            .setMaxFrameSize(64 << 20)
                            .setMaxMessageSize(64 << 20))
                    .connect(options)
                    .map(this::listen)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            vertx.close();
            if (e.getCause() instanceof RuntimeException refused) {
                throw refused;
            }
            throw e;
        }
    }

    private WebSocket listen(WebSocket open) {
        requestId = String.valueOf(open.headers().get("x-gateway-request-id"));
        open.frameHandler(frame -> {
            if (!frame.isClose() && !frame.isPing()) {
                frames.add(frame);
            }
        });
        open.closeHandler(gone -> closed.complete(open.closeStatusCode()));
        return open;
    }

    WebSocket socket() {
        return socket;
    }

    /** What the gateway calls the session. */
    String requestId() {
        return requestId;
    }

    /** Says something. */
    void say(String text) {
        socket.writeTextMessage(text);
    }

    /** The next frame that it hears. */
    WebSocketFrame hear() {
        try {
            WebSocketFrame frame = frames.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (frame == null) {
                throw new AssertionError("Nothing was said");
            }
            return frame;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many frames it has heard and not yet looked at. */
    int heard() {
        return frames.size();
    }

    /** The code with which the session was closed, waited for. */
    Short closeCode() {
        return closed.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        vertx.close();
    }
}
