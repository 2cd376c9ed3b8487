package dev.comporta.store;

import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.sql.SQLException;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.postgresql.ds.PGSimpleDataSource;

/** Reaches a database for the first time, and says in one line why it cannot be reached. */
final class DatabaseProbe {

    private static final Logger LOG = Logger.getLogger(DatabaseProbe.class);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private DatabaseProbe() {}

    /**
     * Returns once a connection has been made. A database that is not there yet is waited for, one that refuses us is
     * not.
     *
     * @throws StartupFailure if it refuses, or is still away after {@code patience}
     */
    static void await(PgConnectOptions options, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        boolean told = false;
        while (true) {
            try {
                dataSource(options).getConnection().close();
                return;
            } catch (SQLException e) {
                String state = String.valueOf(e.getSQLState());
                if (state.startsWith("28") || state.startsWith("3D")) {
                    throw new StartupFailure(
                            "The database at %s refused the gateway (%s): check DB_URL, DB_USER and DB_PASSWORD."
                                    .formatted(address(options), oneLine(e)),
                            e);
                }
                if (System.nanoTime() > deadline) {
                    throw new StartupFailure(
                            "The database at %s cannot be reached (%s): start it, or check DB_URL."
                                    .formatted(address(options), oneLine(e)),
                            e);
                }
                if (!told) {
                    LOG.warnf(
                            "Waiting up to %d s for the database at %s (%s)",
                            patience.toSeconds(), address(options), oneLine(e));
                    told = true;
                }
                pause();
            }
        }
    }

    static PGSimpleDataSource dataSource(PgConnectOptions options) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {options.getHost()});
        source.setPortNumbers(new int[] {options.getPort()});
        source.setDatabaseName(options.getDatabase());
        source.setUser(options.getUser());
        source.setPassword(options.getPassword());
        source.setConnectTimeout(5);
        if (options.getSslMode() != SslMode.DISABLE) {
            source.setSslMode(options.getSslMode().value);
        }
        return source;
    }

    private static String address(PgConnectOptions options) {
        return options.getHost() + ":" + options.getPort() + "/" + options.getDatabase();
    }

    private static String oneLine(SQLException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given");
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartupFailure("interrupted while waiting for the database");
        }
    }
}
