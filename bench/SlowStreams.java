import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Many slow event streams at once: first straight from the upstream, then through the gateway.
 *
 * <p>Upstream and client live in this one process, so that both read the same clock: every event
 * carries the time it was sent, and its latency is the time from there to the client's line. What
 * the gateway adds is the difference of the two runs.
 *
 * <p>Arguments: port of the upstream, base URL of the gateway, model, streams, events of each
 * stream, milliseconds between events. The gateway key is in {@code GATEWAY_API_KEY}. Exit code 1
 * where an event is missing, out of order or where a stream fails.
 */
class SlowStreams {
    /** Events before the measured ones: the code on both sides is compiled, the connections stand. */
    private static final int WARM_UP = 5;

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newFixedThreadPool(2, SlowStreams::daemon))
            .build();

    public static void main(String[] args) throws Exception {
        var port = Integer.parseInt(args[0]);
        var gateway = args[1];
        var model = args[2];
        var streams = Integer.parseInt(args[3]);
        var events = Integer.parseInt(args[4]);
        var interval = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(args[5]));

        var upstream = new Upstream(port, interval);
        daemon(upstream).start();
        var direct = "http://127.0.0.1:" + port + "/v1";
        for (var base : new String[] {direct, gateway}) {
            upstream.events = WARM_UP;
            new Run(base, model, streams, WARM_UP, interval).await();
        }

        System.out.println(
                "| target | streams | events | failed | missing | out of order | first P50 ms | P50 ms | P99 ms | max ms |");
        System.out.println("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        upstream.events = events;
        var before = new Run(direct, model, streams, events, interval).await();
        before.print("direct");
        var through = new Run(gateway, model, streams, events, interval).await();
        through.print("comporta");
        System.out.printf(
                "%nAdded latency: first event P50 %.2f ms, P50 %.2f ms, P99 %.2f ms%n",
                through.firstMedian() - before.firstMedian(),
                through.percentile(50) - before.percentile(50), through.percentile(99) - before.percentile(99));
        System.exit(before.whole() && through.whole() ? 0 : 1);
    }

    private static Thread daemon(Runnable task) {
        var thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    /** All streams against one target. */
    private static final class Run {
        final int streams;
        final int events;
        final long[] latencies;
        /** Of the first event of each stream. */
        final long[] firsts;
        final AtomicInteger received = new AtomicInteger();
        final AtomicInteger misordered = new AtomicInteger();
        final AtomicInteger finished = new AtomicInteger();
        final CompletableFuture<?> all;
        final long patience;

        Run(String base, String model, int streams, int events, long interval) {
            this.streams = streams;
            this.events = events;
            this.latencies = new long[streams * events];
            this.firsts = new long[streams];
            this.patience = TimeUnit.NANOSECONDS.toSeconds(events * interval) + 30;
            var calls = new CompletableFuture<?>[streams];
            var begin = System.nanoTime();
            for (var i = 0; i < streams; i++) {
                // Spread over one interval: users do not all start in the same millisecond.
                for (long wait; (wait = begin + interval * i / streams - System.nanoTime()) > 0; ) {
                    LockSupport.parkNanos(wait);
                }
                calls[i] = open(base, model, i);
            }
            all = CompletableFuture.allOf(calls);
        }

        private CompletableFuture<?> open(String base, String model, int number) {
            var body = "{\"model\":\"" + model + "\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
                    + "\"messages\":[{\"role\":\"user\",\"content\":\"stream " + number + "\"}]}";
            var request = HttpRequest.newBuilder(URI.create(base + "/chat/completions"))
                    .header("Authorization", "Bearer " + System.getenv("GATEWAY_API_KEY"))
                    .header("Content-Type", "application/json")
                    .header("Cache-Control", "no-store")
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            var lines = new Lines(this, number);
            return CLIENT.sendAsync(request, BodyHandlers.fromLineSubscriber(lines)).whenComplete((reply, failure) -> {
                if (failure == null && reply.statusCode() == 200 && lines.done) {
                    finished.incrementAndGet();
                } else if (failure != null) {
                    System.err.println("stream " + number + ": " + failure);
                } else {
                    System.err.println("stream " + number + ": status " + reply.statusCode() + ", no end mark");
                }
            });
        }

        Run await() throws Exception {
            try {
                all.handle((nothing, failure) -> nothing).get(patience, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                System.err.println("some streams did not end in " + patience + " s");
            }
            Arrays.sort(latencies, 0, received.get());
            Arrays.sort(firsts);
            return this;
        }

        boolean whole() {
            return finished.get() == streams && received.get() == latencies.length && misordered.get() == 0;
        }

        double percentile(double p) {
            var n = received.get();
            return n == 0 ? Double.NaN : latencies[(int) Math.ceil(p / 100 * n) - 1] / 1e6;
        }

        double firstMedian() {
            return firsts[(streams - 1) / 2] / 1e6;
        }

        void print(String name) {
            System.out.printf(
                    "| %s | %d | %d | %d | %d | %d | %.2f | %.2f | %.2f | %.2f |%n",
                    name,
                    streams,
                    received.get(),
                    streams - finished.get(),
                    latencies.length - received.get(),
                    misordered.get(),
                    firstMedian(),
                    percentile(50),
                    percentile(99),
                    percentile(100));
        }
    }

    /** What one client sees of its stream. Called by one thread at a time. */
    private static final class Lines implements Flow.Subscriber<String> {
        private static final String MARK = "\"content\":\"";
        private final Run run;
        private final int stream;
        private int next;
        volatile boolean done;

        Lines(Run run, int stream) {
            this.run = run;
            this.stream = stream;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String line) {
            var now = System.nanoTime();
            if (line.equals("data: [DONE]")) {
                done = true;
            }
            var from = line.indexOf(MARK);
            if (from < 0 || line.startsWith("\"", from + MARK.length())) {
                return; // nothing, or the role alone
            }
            from += MARK.length();
            var content = line.substring(from, line.indexOf('"', from)).split(" ");
            var number = Integer.parseInt(content[0]);
            if (number != next) {
                run.misordered.incrementAndGet();
            }
            next = number + 1;
            if (number == 0) {
                run.firsts[stream] = now - Long.parseLong(content[1]);
            }
            var slot = run.received.getAndIncrement();
            if (slot < run.latencies.length) { // an event that comes twice is out of order already
                run.latencies[slot] = now - Long.parseLong(content[1]);
            }
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }

    /** A provider on one thread: answers every POST with a chunked stream, an event each interval. */
    private static final class Upstream implements Runnable {
        private static final String HEAD =
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

        /** What Anthropic says before the first word. */
        private static final String MESSAGE_START = event("message_start",
                        "\"message\":{\"id\":\"msg_slow\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"slow\","
                                + "\"content\":[],\"stop_reason\":null,\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}")
                + event("content_block_start", "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}");

        /** Events of each stream that starts from now on. */
        volatile int events;

        private final long interval;
        private final Selector selector = Selector.open();
        /** In the order of their due times, since all wait equally long. */
        private final Queue<Stream> waiting = new ArrayDeque<>();

        private final ByteBuffer input = ByteBuffer.allocate(64 * 1024);

        Upstream(int port, long interval) throws IOException {
            this.interval = interval;
            var server = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", port), 4096);
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
        }

        @Override
        public void run() {
            try {
                while (true) {
                    var next = waiting.peek();
                    if (next == null) {
                        selector.select(this::serve);
                    } else {
                        // One millisecond is the selector's grain; a late event is stamped when it goes.
                        var millis = (next.due - System.nanoTime()) / 1_000_000;
                        selector.select(this::serve, Math.max(1, millis));
                    }
                    for (var now = System.nanoTime(); !waiting.isEmpty() && waiting.peek().due <= now; ) {
                        send(waiting.remove());
                    }
                }
            } catch (IOException e) {
                e.printStackTrace();
                System.exit(1);
            }
        }

        private void serve(SelectionKey key) {
            try {
                if (key.isAcceptable()) {
                    var channel = ((ServerSocketChannel) key.channel()).accept();
                    channel.configureBlocking(false);
                    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                    channel.register(selector, SelectionKey.OP_READ, new StringBuilder());
                } else {
                    read(key, (SocketChannel) key.channel(), (StringBuilder) key.attachment());
                }
            } catch (IOException e) {
                close(key);
            }
        }

        private void read(SelectionKey key, SocketChannel channel, StringBuilder request) throws IOException {
            input.clear();
            if (channel.read(input) < 0) {
                close(key);
                return;
            }
            request.append(StandardCharsets.ISO_8859_1.decode(input.flip()));
            if (complete(request)) {
                var anthropic = request.indexOf(" /v1/messages ") > 0;
                request.setLength(0);
                write(channel, HEAD);
                if (anthropic) {
                    write(channel, MESSAGE_START);
                }
                send(new Stream(channel, events, anthropic));
            }
        }

        private static boolean complete(CharSequence request) {
            var text = request.toString();
            var body = text.indexOf("\r\n\r\n") + 4;
            if (body < 4) {
                return false;
            }
            for (var line : text.substring(0, body).split("\r\n")) {
                if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                    return text.length() >= body + Integer.parseInt(line.substring(15).trim());
                }
            }
            return text.endsWith("\r\n0\r\n\r\n");
        }

        private void send(Stream stream) {
            try {
                if (stream.sent < stream.events) {
                    var content = stream.sent++ + " " + System.nanoTime();
                    if (stream.anthropic) {
                        write(stream.channel, event("content_block_delta",
                                "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + content + "\"}"));
                        stream.due += interval;
                        waiting.add(stream);
                        return;
                    }
                    var choice = "{\"index\":0,\"delta\":{\"content\":\"" + content + "\"},\"finish_reason\":null}";
                    write(stream.channel, chunk(choice, "null"));
                    stream.due += interval;
                    waiting.add(stream);
                } else if (stream.anthropic) {
                    write(
                            stream.channel,
                            event("content_block_stop", "\"index\":0")
                                    + event("message_delta", "\"delta\":{\"stop_reason\":\"end_turn\"},"
                                            + "\"usage\":{\"output_tokens\":" + stream.sent + "}")
                                    + framed("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")
                                    + "0\r\n\r\n");
                } else {
                    write(
                            stream.channel,
                            chunk("{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}", "null")
                                    + chunk("", "{\"prompt_tokens\":9,\"completion_tokens\":" + stream.sent
                                            + ",\"total_tokens\":" + (9 + stream.sent) + "}")
                                    + framed("data: [DONE]\n\n")
                                    + "0\r\n\r\n");
                }
            } catch (IOException e) {
                // The caller has gone; the client's side of this process reports it.
            }
        }

        private static String chunk(String choice, String usage) {
            return framed("data: {\"id\":\"chatcmpl-slow\",\"object\":\"chat.completion.chunk\",\"created\":1767225600,"
                    + "\"model\":\"slow\",\"choices\":[" + choice + "],\"usage\":" + usage + "}\n\n");
        }

        private static String event(String type, String members) {
            return framed("event: " + type + "\ndata: {\"type\":\"" + type + "\"," + members + "}\n\n");
        }

        private static String framed(String data) {
            return Integer.toHexString(data.length()) + "\r\n" + data + "\r\n";
        }

        /** A few hundred bytes a second fit into any socket's buffer, unless nobody reads. */
        private static void write(SocketChannel channel, String text) throws IOException {
            var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
            channel.write(bytes);
            if (bytes.hasRemaining()) {
                channel.close();
                throw new IOException("the reader has stopped");
            }
        }

        private static void close(SelectionKey key) {
            try {
                key.channel().close();
            } catch (IOException e) {
                // It is closed for us either way.
            }
        }

        private static final class Stream {
            final SocketChannel channel;
            final int events;
            int sent;
            long due = System.nanoTime();

            /** In whose events. */
            final boolean anthropic;

            Stream(SocketChannel channel, int events, boolean anthropic) {
                this.channel = channel;
                this.events = events;
                this.anthropic = anthropic;
            }
        }
    }
}
