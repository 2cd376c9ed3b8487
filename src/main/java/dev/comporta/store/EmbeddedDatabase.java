package dev.comporta.store;

import io.vertx.pgclient.PgConnectOptions;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * A PostgreSQL server of our own inside the data directory, durable ({@code fsync} and {@code synchronous_commit} on),
 * reachable from this machine only and by password.
 */
final class EmbeddedDatabase implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(EmbeddedDatabase.class);
    private static final String SUPERUSER = "postgres";

    private final EmbeddedPostgres server;
    private final String password;

    private EmbeddedDatabase(EmbeddedPostgres server, String password) {
        this.server = server;
        this.password = password;
    }

    /** Starts the server, on the first start after creating it. Blocks for seconds. */
    static EmbeddedDatabase start(DataDirectory directory) {
        Path data = directory.resolve("postgres");
        Path passwordFile = directory.resolve("postgres.password");
        try {
            stopOrphan(data);
            if (!Files.exists(data.resolve("postgresql.conf"))) {
                DataDirectory.writePrivate(passwordFile, randomPassword());
            }
            String password = Files.readString(passwordFile);
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    // The unpacked binaries lie in a directory that zonky opens to everybody; its parent is closed.
                    .setOverrideWorkingDirectory(directory
                            .privateDirectory("postgres-runtime")
                            .resolve("binaries")
                            .toFile())
                    .setCleanDataDirectory(false)
                    // Stopped by close(), after the last usage has been written.
                    .setRegisterShutdownHook(false)
                    .setPGStartupWait(Duration.ofSeconds(60))
                    // These two become options of initdb: without them any local process could log in.
                    .setLocaleConfig("pwfile", passwordFile.toString())
                    .setLocaleConfig("auth-host", "scram-sha-256")
                    .setConnectConfig("password", password)
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("max_connections", "50")
                    .setServerConfig("unix_socket_directories", "")
                    .start();
            return new EmbeddedDatabase(server, password);
        } catch (IOException | RuntimeException e) {
            throw new StartupFailure(
                    "The embedded PostgreSQL in %s did not start (%s): see the lines above, or set DB_URL to use a database of your own."
                            .formatted(data, e.getMessage()),
                    e);
        }
    }

    PgConnectOptions connectOptions() {
        return new PgConnectOptions()
                .setHost("localhost")
                .setPort(server.getPort())
                .setDatabase(SUPERUSER)
                .setUser(SUPERUSER)
                .setPassword(password);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            LOG.warnf("The embedded PostgreSQL did not stop cleanly: %s", e.getMessage());
        }
    }

    /**
     * A gateway that was killed leaves its server running; it is asked to stop, because its data are safe either way.
     */
    private static void stopOrphan(Path data) throws IOException {
        Optional<ProcessHandle> orphan = orphan(data.resolve("postmaster.pid"));
        if (orphan.isEmpty()) {
            return;
        }
        LOG.infof(
                "Stopping the PostgreSQL server that an earlier gateway left behind (pid %d)",
                orphan.get().pid());
        orphan.get().destroy();
        try {
            orphan.get().onExit().get(10, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            // PostgreSQL recovers from its write-ahead log.
            orphan.get().destroyForcibly();
            orphan.get().onExit().join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IOException(e);
        }
    }

    private static Optional<ProcessHandle> orphan(Path pidFile) throws IOException {
        if (!Files.exists(pidFile)) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(pidFile);
        // After a reboot the pid may belong to anything; only a postgres is ours to stop.
        return lines.isEmpty()
                ? Optional.empty()
                : ProcessHandle.of(Long.parseLong(lines.get(0).strip()))
                        .filter(process -> process.info().command().orElse("").contains("postgres"));
    }

    private static String randomPassword() {
        byte[] bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
