package dev.comporta.process;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL apart from the gateway, as {@code DB_URL} would name it: can be stopped, killed and started again on the
 * same port with the same data.
 */
final class PostgresServer implements AutoCloseable {

    static final String PASSWORD = "the password of the tests";

    /** Says at length that a server that was killed cannot be stopped. */
    private static final Logger ZONKY = Logger.getLogger(EmbeddedPostgres.class.getName());

    private final Path data;
    private final Path passwordFile;
    private final int port = GatewayProcess.freePort();
    private @Nullable EmbeddedPostgres server;

    private PostgresServer(Path data, Path passwordFile) {
        this.data = data;
        this.passwordFile = passwordFile;
    }

    static PostgresServer start(Path directory) throws IOException {
        Path passwordFile = Files.writeString(directory.resolve("password"), PASSWORD);
        PostgresServer postgres = new PostgresServer(directory.resolve("data"), passwordFile);
        postgres.start();
        return postgres;
    }

    void start() throws IOException {
        server = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPort(port)
                .setRegisterShutdownHook(true)
                .setPGStartupWait(Duration.ofSeconds(60))
                .setLocaleConfig("pwfile", passwordFile.toString())
                .setLocaleConfig("auth-host", "scram-sha-256")
                .setConnectConfig("password", PASSWORD)
                .setServerConfig("fsync", "on")
                // As many servers have it for speed; usage must be safe all the same.
                .setServerConfig("synchronous_commit", "off")
                .setServerConfig("unix_socket_directories", "")
                .start();
    }

    /** Without a password: that is given apart. */
    String url() {
        return url("postgres");
    }

    String url(String database) {
        return "postgresql://127.0.0.1:" + port + "/" + database;
    }

    Connection connect() throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName("postgres");
        source.setUser("postgres");
        source.setPassword(PASSWORD);
        return source.getConnection();
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Stops it in order; connections are cut. */
    void stop() throws IOException {
        if (server != null) {
            server.close();
            server = null;
        }
    }

    /** Ends it without a word; what was committed must survive. */
    void kill() throws IOException {
        ProcessHandle postmaster = running(data).orElseThrow();
        List<ProcessHandle> all = postmaster.descendants().toList();
        postmaster.destroyForcibly();
        postmaster.onExit().orTimeout(10, TimeUnit.SECONDS).join();
        all.forEach(child -> child.onExit().orTimeout(10, TimeUnit.SECONDS).join());
        ZONKY.setLevel(Level.OFF);
        stop();
        ZONKY.setLevel(null);
    }

    @Override
    public void close() {
        try {
            stop();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            running(data).ifPresent(PostgresServer::end);
        }
    }

    /** The postmaster of a data directory, by the file that it leaves there. */
    static Optional<ProcessHandle> running(Path data) {
        Path pidFile = data.resolve("postmaster.pid");
        try {
            List<String> lines = Files.exists(pidFile) ? Files.readAllLines(pidFile) : List.of();
            return lines.isEmpty()
                    ? Optional.empty()
                    : ProcessHandle.of(Long.parseLong(lines.get(0).strip()))
                            .filter(process ->
                                    process.info().command().orElse("").contains("postgres"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void end(ProcessHandle postmaster) {
        postmaster.destroyForcibly();
        postmaster.onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }
}
