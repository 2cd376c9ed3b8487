package dev.comporta.store;

import io.vertx.pgclient.PgConnectOptions;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
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
        Path binaries = directory.privateDirectory("postgres-runtime").resolve("binaries");
        Path passwordFile = directory.resolve("postgres.password");
        // Bears its final name only once the server has started with it; until then there is nothing in it to lose.
        Path firstPassword = directory.resolve("postgres.password.new");
        try {
            stopOrphan(data);
            removeHalfUnpacked(binaries);
            boolean first = !Files.exists(passwordFile);
            if (first) {
                beginAnew(data, binaries, firstPassword);
            }
            String password = Files.readString(first ? firstPassword : passwordFile);
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    // The unpacked binaries lie in a directory that zonky opens to everybody; its parent is closed.
                    .setOverrideWorkingDirectory(binaries.toFile())
                    .setCleanDataDirectory(false)
                    // Stopped by close(), after the last usage has been written.
                    .setRegisterShutdownHook(false)
                    .setPGStartupWait(Duration.ofSeconds(60))
                    // These two become options of initdb: without them any local process could log in.
                    .setLocaleConfig("pwfile", firstPassword.toString())
                    .setLocaleConfig("auth-host", "scram-sha-256")
                    .setConnectConfig("password", password)
                    .setServerConfig("fsync", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("max_connections", "50")
                    .setServerConfig("unix_socket_directories", "")
                    .start();
            if (first) {
                Files.move(firstPassword, passwordFile, StandardCopyOption.ATOMIC_MOVE);
            }
            return new EmbeddedDatabase(server, password);
        } catch (StartupFailure e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw didNotStart(data, e);
        } catch (ExceptionInInitializerError e) {
            // So zonky tells that it could not unpack.
            throw didNotStart(data, e.getException());
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

    private static StartupFailure didNotStart(Path data, Throwable cause) {
        return new StartupFailure(
                "The embedded PostgreSQL in %s did not start (%s): see the lines above, or set DB_URL to use a database of your own."
                        .formatted(data, cause.getMessage()),
                cause);
    }

    /** Prepares the first start, or its repetition: an earlier one may have been interrupted at any moment. */
    private static void beginAnew(Path data, Path binaries, Path firstPassword) throws IOException {
        if (Files.exists(data) && !Files.exists(firstPassword)) {
            throw new StartupFailure(
                    "The embedded PostgreSQL in %s cannot be opened because its password is missing: put back postgres.password beside it."
                            .formatted(data));
        }
        // initdb outlives a gateway that is killed, and would go on writing.
        String ours = (Files.exists(binaries) ? binaries.toRealPath() : binaries).toString();
        List<ProcessHandle> leftovers = ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").startsWith(ours))
                .toList();
        leftovers.forEach(ProcessHandle::destroyForcibly);
        leftovers.forEach(
                process -> process.onExit().orTimeout(10, TimeUnit.SECONDS).join());
        deleteAll(data);
        DataDirectory.writePrivate(firstPassword, randomPassword());
    }

    /** Removes what was not unpacked to the end, where zonky would stumble over the first link that exists already. */
    private static void removeHalfUnpacked(Path binaries) throws IOException {
        if (!Files.isDirectory(binaries)) {
            return;
        }
        List<Path> unpacked;
        try (Stream<Path> found = Files.list(binaries)) {
            unpacked =
                    found.filter(path -> !Files.exists(path.resolve(".exists"))).toList();
        }
        for (Path path : unpacked) {
            deleteAll(path);
        }
    }

    private static void deleteAll(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> found = Files.walk(root)) {
            paths = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
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
