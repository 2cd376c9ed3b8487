package dev.comporta.test;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The provider behind the gateway: for each model it plays the script that a test wrote, on plain sockets, so that
 * every byte, every pause and every way to break a connection is the script's own. Keeps what it received.
 */
public final class ScriptedUpstream implements AutoCloseable {

    /** What the provider does with one call. */
    @FunctionalInterface
    public interface Script {
        void play(Exchange exchange) throws IOException;
    }

    /** A header that names the script of a call whose body names no model. */
    static final String SCRIPT = "x-scripted";

    /** A header of calls whose script begins before their body has been read; it is for {@link Exchange#in()}. */
    static final String BEFORE_BODY = "x-scripted-before-body";

    /** Gemini's way to name a model. */
    private static final Pattern MODEL_IN_PATH = Pattern.compile("/models/([^:?/ ]+):");

    private static final long PATIENCE_SECONDS = 20;
    private static final Script UNKNOWN_MODEL =
            exchange -> exchange.whole(404, """
            {"error":{"message":"The model does not exist","type":"invalid_request_error","param":"model","code":"model_not_found"}}\
            """.getBytes(StandardCharsets.UTF_8), "content-type: application/json");

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "scripted-upstream");
        thread.setDaemon(true);
        return thread;
    });
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final Map<String, BlockingQueue<Exchange>> received = new ConcurrentHashMap<>();
    private final AtomicInteger names = new AtomicInteger();

    private ScriptedUpstream(ServerSocket server) {
        this.server = server;
    }

    static ScriptedUpstream start() {
        try {
            ScriptedUpstream upstream =
                    new ScriptedUpstream(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()));
            upstream.threads.execute(upstream::accept);
            return upstream;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return server.getLocalPort();
    }

    /** Makes up a model that nobody has used before, and writes its script. Returns its name, without a provider. */
    public String model(Script script) {
        String model = "scripted-" + System.nanoTime() + "-" + names.incrementAndGet();
        script(model, script);
        return model;
    }

    /** Writes, or writes anew, the script of a model. */
    public void script(String model, Script script) {
        scripts.put(model, script);
    }

    /** The next call for a model, waited for if need be. */
    public Exchange call(String model) {
        try {
            Exchange exchange = calls(model).poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (exchange == null) {
                throw new AssertionError("The provider was not called for " + model);
            }
            return exchange;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many calls for a model nobody has asked for yet. */
    public int waiting(String model) {
        return calls(model).size();
    }

    private BlockingQueue<Exchange> calls(String model) {
        return received.computeIfAbsent(model, name -> new LinkedBlockingQueue<>());
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                // Closed.
            }
        }
    }

    private void serve(Socket socket) {
        Exchange current = null;
        try {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            Wire.Message request;
            while ((request = Wire.readHead(in)) != null) {
                if (!request.all(BEFORE_BODY).isEmpty()) {
                    Exchange early = new Exchange(request, socket, in);
                    current = early;
                    calls(model(early)).add(early);
                    early.play(scripts.getOrDefault(model(early), UNKNOWN_MODEL));
                    break;
                }
                Exchange exchange = new Exchange(request.with(Wire.readBody(in, request)), socket, in);
                current = exchange;
                String model = model(exchange);
                calls(model).add(exchange);
                threads.execute(() -> exchange.play(scripts.getOrDefault(model, UNKNOWN_MODEL)));
                in.mark(1);
                if (in.read() < 0) {
                    break;
                }
                in.reset();
                exchange.awaitPlayed();
            }
        } catch (IOException e) {
            // Told to the exchange below.
        } finally {
            tellGone(current);
            closeQuietly(socket);
        }
    }

    private static String model(Exchange exchange) {
        String named = exchange.request().header(SCRIPT);
        if (!named.isEmpty()) {
            return named;
        }
        Matcher inPath = MODEL_IN_PATH.matcher(exchange.request().startLine());
        if (inPath.find()) {
            return inPath.group(1);
        }
        String line = exchange.request().startLine();
        // A response is asked for by its id alone, a picture by its name.
        return line.startsWith("GET ") && (line.contains("/responses/") || line.contains("/pictures/"))
                ? line.substring(line.lastIndexOf('/', line.lastIndexOf(' ') - 1) + 1, line.lastIndexOf(' '))
                : exchange.json().path("model").asText();
    }

    private static void tellGone(@Nullable Exchange exchange) {
        if (exchange != null) {
            exchange.gone();
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more either way.
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
    }
}
