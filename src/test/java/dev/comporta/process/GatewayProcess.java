package dev.comporta.process;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The packaged gateway as a process of its own, started as the README says. Whatever becomes of it, closing leaves
 * nothing running, its embedded PostgreSQL included.
 */
final class GatewayProcess implements AutoCloseable {

    /** The JVM that runs the gateway: by default the one that runs the tests. */
    private static final String JAVA = System.getProperty(
            "comporta.java",
            Path.of(System.getProperty("java.home"), "bin", "java").toString());

    private static final Path JAR = Path.of(System.getProperty("comporta.jar", "target/quarkus-app/quarkus-run.jar"));
    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final Path dataDir;
    private final int port;
    private final Process process;
    private final Path log;

    private GatewayProcess(Path dataDir, int port, Process process, Path log) {
        this.dataDir = dataDir;
        this.port = port;
        this.process = process;
        this.log = log;
    }

    static Setup in(Path dataDir) {
        return new Setup(dataDir);
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How to start one. */
    static final class Setup {

        private final Path dataDir;
        private final Map<String, String> environment = new TreeMap<>();
        private final List<String> options = new ArrayList<>(List.of("-Xmx128m"));
        private int port = freePort();

        private Setup(Path dataDir) {
            this.dataDir = dataDir;
        }

        Setup env(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** An option of the JVM, such as {@code -Dname=value}. */
        Setup option(String option) {
            options.add(option);
            return this;
        }

        Setup port(int port) {
            this.port = port;
            return this;
        }

        Setup database(PostgresServer database) {
            return env("DB_URL", database.url()).env("DB_USER", "postgres").env("DB_PASSWORD", PostgresServer.PASSWORD);
        }

        /** Starts it and returns at once. */
        GatewayProcess start() {
            List<String> command = new ArrayList<>(List.of(JAVA));
            command.addAll(options);
            command.addAll(List.of("-jar", JAR.toAbsolutePath().toString()));
            try {
                Path home = dataDir.toAbsolutePath().getParent();
                while (!Files.isDirectory(home)) {
                    home = home.getParent();
                }
                return start(command, home);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private GatewayProcess start(List<String> command, Path home) throws IOException {
            Path log = Files.createTempFile(home, "gateway-", ".log");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(home.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            Map<String, String> inherited = builder.environment();
            // Nothing that happens to be set on this machine decides a test.
            inherited.keySet().removeIf(name -> name.matches("(GATEWAY|QUARKUS|DB)_.*|ENABLE_AI_GATEWAY|.*_API_KEY"));
            inherited.put("QUARKUS_HTTP_HOST", "127.0.0.1");
            inherited.put("QUARKUS_HTTP_PORT", String.valueOf(port));
            inherited.put("GATEWAY_DATA_DIR", dataDir.toString());
            // No test depends on the world outside.
            inherited.put("GATEWAY_EXCHANGE_RATES_URL", "");
            inherited.put("GATEWAY_PRICE_SYNC_URL", "");
            inherited.putAll(environment);
            return new GatewayProcess(dataDir, port, builder.start(), log);
        }

        /** Starts it and waits until it is ready. */
        GatewayProcess startReady() {
            GatewayProcess gateway = start();
            try {
                gateway.awaitReady();
                return gateway;
            } catch (Throwable e) {
                gateway.close();
                throw e;
            }
        }
    }

    int port() {
        return port;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** How much memory it has, by Linux' own account. */
    ResidentMemory memory() {
        return new ResidentMemory(process.pid());
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** All that it has written so far, standard output and error together. */
    String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitReady() {
        Poll.until(
                "the gateway is ready",
                START_LIMIT,
                () -> {
                    if (!process.isAlive()) {
                        throw new AssertionError("the gateway ended:\n" + output());
                    }
                    return get("/q/health/ready").statusCode() == 200;
                },
                this::output);
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return send(request(path, headers).GET());
    }

    HttpResponse<String> post(String path, String body, String... headers) throws IOException, InterruptedException {
        return send(request(path, headers)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpResponse<String> delete(String path, String... headers) throws IOException, InterruptedException {
        return send(request(path, headers).DELETE());
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(20));
        return headers.length == 0 ? request : request.headers(headers);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** What {@code /q/health/ready} says about the database. */
    JsonObject databaseHealth() throws IOException, InterruptedException {
        JsonArray checks = new JsonObject(get("/q/health/ready").body()).getJsonArray("checks");
        return checks.stream()
                .map(JsonObject.class::cast)
                .filter(check -> "database".equals(check.getString("name")))
                .findFirst()
                .orElseThrow()
                .getJsonObject("data");
    }

    /** Calls that are over and not in the database yet. */
    long journalDepth() throws IOException, InterruptedException {
        return get("/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("comporta_usage_journal_depth"))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow();
    }

    void awaitDrained(Duration limit) {
        Poll.until("the journal is drained", limit, () -> journalDepth() == 0, this::output);
    }

    /** The key that the banner shows under a name. */
    Optional<String> printedKey(String name) {
        Matcher key = Pattern.compile("^ +%s +(vck_\\S{43})$".formatted(name), Pattern.MULTILINE)
                .matcher(output());
        return key.find() ? Optional.of(key.group(1)) : Optional.empty();
    }

    /** Asks it to stop, as an operator would (SIGTERM), and returns the exit code. */
    int stop() {
        process.destroy();
        return awaitExit(STOP_LIMIT);
    }

    /** Ends it without a word (SIGKILL). */
    void kill() {
        process.toHandle().destroyForcibly();
        awaitExit(STOP_LIMIT);
    }

    int awaitExit(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("still running after " + limit + ":\n" + output());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** The embedded PostgreSQL of this data directory, if it runs. */
    Optional<ProcessHandle> postgres() {
        return PostgresServer.running(dataDir.resolve("postgres"));
    }

    @Override
    public void close() {
        try {
            if (process.isAlive()) {
                stop();
            }
        } finally {
            process.destroyForcibly();
            postgres().ifPresent(PostgresServer::end);
        }
    }
}
