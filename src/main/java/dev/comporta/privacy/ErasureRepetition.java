package dev.comporta.privacy;

import dev.comporta.core.Job;
import dev.comporta.store.Database;
import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;

/**
 * Applies erasures again, because rows of the time before may come after them: from the journal of a replica that was
 * down, or of a call that was under way. After a week none does, and the gateway forgets whose erasure it was.
 */
@ApplicationScoped
public class ErasureRepetition implements Job {

    private static final Duration REPEATED = Duration.ofDays(7);

    private final Database database;

    ErasureRepetition(Database database) {
        this.database = database;
    }

    @Override
    public String name() {
        return "apply-erasures";
    }

    @Override
    public Duration interval() {
        return Duration.ofHours(1);
    }

    @Override
    public Future<String> run(Instant now) {
        Instant since = now.minus(REPEATED);
        return ErasureTable.repeat(database.pool(), since)
                .compose(erased -> ErasureTable.forget(database.pool(), since)
                        .map(forgotten -> "erased late rows: %d of usage, %d of costs, %d payloads; forgot %d subjects"
                                .formatted(erased.usageLogs(), erased.costEvents(), erased.payloads(), forgotten)));
    }
}
