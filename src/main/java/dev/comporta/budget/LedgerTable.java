package dev.comporta.budget;

import dev.comporta.core.SpendingUnit;
import dev.comporta.store.Database;
import dev.comporta.store.ReplicaId;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.data.Numeric;
import jakarta.inject.Singleton;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The tables {@code budget_ledgers} and {@code budget_leases}; what they mean stands in the migration. */
@Singleton
class LedgerTable implements Leases {

    private static final String ALL = """
            SELECT ledger.*, clients.time_zone
            FROM budget_ledgers AS ledger JOIN clients ON clients.id = ledger.client_id
            WHERE clients.deleted_at IS NULL
            ORDER BY ledger.id
            """;
    private static final String OPEN = "SELECT comporta_open_window($1, $2, $3, $4, $5)";
    private static final String LEASE =
            "SELECT * FROM comporta_lease($1, $2, $3, $4, $5, $6, $7, make_interval(secs => $8))";
    private static final String GIVE_BACK = "SELECT comporta_return($1, $2, $3)";
    private static final String GIVE_ALL_BACK = "SELECT comporta_return_all($1, $2, $3)";
    private static final String RENEW = """
            WITH mine AS (SELECT id FROM budget_leases WHERE id = ANY ($1) ORDER BY id FOR UPDATE)
            UPDATE budget_leases AS lease SET expires_at = clock_timestamp() + make_interval(secs => $2)
            FROM mine WHERE mine.id = lease.id
            RETURNING lease.id
            """;
    private static final String EXHAUSTED = """
            UPDATE budget_ledgers SET exhausted_at = clock_timestamp()
            WHERE id = $1 AND generation = $2 AND exhausted_at IS NULL
            """;

    private static final int PATIENCE_SECONDS = 5;

    private final Database database;
    private final ReplicaId replica;
    private final UUID process = UUID.randomUUID();
    private final Duration ttl;
    private final Counter leases;
    private final Counter returns;
    private final Counter renewals;

    LedgerTable(Database database, ReplicaId replica, BudgetConfig config, MeterRegistry metrics) {
        this.database = database;
        this.replica = replica;
        ttl = config.leaseTtl();
        leases = counter(metrics, "lease");
        returns = counter(metrics, "return");
        renewals = counter(metrics, "renew");
    }

    private static Counter counter(MeterRegistry metrics, String statement) {
        return Counter.builder("comporta.budget.lease.statements")
                .description("Statements by which calls to a client with a budget asked the database")
                .tag("statement", statement)
                .register(metrics);
    }

    Future<Map<UUID, List<LedgerRow>>> all(SqlClient sql) {
        return sql.query(ALL).execute().map(rows -> {
            Map<UUID, List<LedgerRow>> byClient = new HashMap<>();
            for (Row row : rows) {
                LedgerRow ledger = ledger(row);
                byClient.computeIfAbsent(ledger.clientId(), first -> new ArrayList<>())
                        .add(ledger);
            }
            return byClient;
        });
    }

    private static LedgerRow ledger(Row row) {
        return new LedgerRow(
                row.getUUID("id"),
                row.getUUID("client_id"),
                row.getString("kind").equals("policy") ? row.getString("name") : null,
                SpendingUnit.of(row.getString("unit")),
                BudgetPeriod.of(row.getString("period")),
                zone(row.getString("time_zone")),
                row.getBigDecimal("spending_limit"),
                row.getBoolean("enforced"),
                row.getBoolean("paused"),
                row.getOffsetDateTime("window_start").toInstant(),
                row.getOffsetDateTime("window_end").toInstant(),
                row.getLong("generation"));
    }

    /** A zone that was misspelt by plain SQL must not keep the ledgers of all clients from being loaded. */
    private static ZoneId zone(String name) {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            return ZoneOffset.UTC;
        }
    }

    @Override
    public Future<Boolean> open(LedgerRow ledger, Instant at) {
        Window window = ledger.period().window(at, ledger.zone());
        return database.pool()
                .preparedQuery(OPEN)
                .execute(Tuple.of(
                        ledger.id(),
                        ledger.generation(),
                        window.start().atOffset(ZoneOffset.UTC),
                        window.end().atOffset(ZoneOffset.UTC),
                        window.firstDay()))
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    @Override
    public Future<Granted> lease(LedgerRow ledger, UUID lease, BigDecimal needed, BigDecimal ahead) {
        leases.increment();
        return database.pool()
                .preparedQuery(LEASE)
                .execute(Tuple.of(
                        ledger.id(),
                        ledger.generation(),
                        lease,
                        replica.id(),
                        process,
                        Numeric.create(needed),
                        Numeric.create(ahead),
                        ttl.toMillis() / 1000.0))
                // A call waits for it, and a database may take a question and never answer.
                .timeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .map(rows -> {
                    Row row = rows.iterator().next();
                    Long generation = row.getLong("generation");
                    return generation == null
                            ? new Granted(
                                    BigDecimal.ZERO,
                                    BigDecimal.ZERO,
                                    BigDecimal.ZERO,
                                    BigDecimal.ZERO,
                                    BigDecimal.ZERO,
                                    false,
                                    -1)
                            : new Granted(
                                    row.getBigDecimal("granted"),
                                    row.getBigDecimal("own"),
                                    row.getBigDecimal("used"),
                                    row.getBigDecimal("leased"),
                                    row.getBigDecimal("spending_limit"),
                                    row.getBoolean("paused"),
                                    generation);
                });
    }

    @Override
    public Future<Void> giveBack(LedgerRow ledger, UUID lease, BigDecimal amount) {
        returns.increment();
        return database.pool()
                .preparedQuery(GIVE_BACK)
                .execute(Tuple.of(ledger.id(), lease, Numeric.create(amount)))
                .timeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .mapEmpty();
    }

    /** Gives back all leases of this process. */
    Future<Void> giveAllBack() {
        return giveAllBack(false);
    }

    /** Gives back what earlier processes of this replica had leased. To be called once what they used is settled. */
    Future<Void> giveBackOfEarlierProcesses() {
        return giveAllBack(true);
    }

    private Future<Void> giveAllBack(boolean earlier) {
        return database.pool()
                .preparedQuery(GIVE_ALL_BACK)
                .execute(Tuple.of(replica.id(), process, earlier))
                .mapEmpty();
    }

    @Override
    public Future<Set<UUID>> renew(Collection<UUID> leases) {
        renewals.increment();
        return database.pool()
                .preparedQuery(RENEW)
                .execute(Tuple.of(leases.toArray(UUID[]::new), ttl.toMillis() / 1000.0))
                .map(rows -> {
                    Set<UUID> there = new HashSet<>();
                    rows.forEach(row -> there.add(row.getUUID(0)));
                    return there;
                });
    }

    @Override
    public Future<Void> exhausted(LedgerRow ledger) {
        return database.pool()
                .preparedQuery(EXHAUSTED)
                .execute(Tuple.of(ledger.id(), ledger.generation()))
                .mapEmpty();
    }
}
