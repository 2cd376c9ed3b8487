package dev.comporta.job;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Job;
import dev.comporta.store.StartupFailure;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** All jobs of the gateway, in the order of their names. */
@Singleton
class Jobs {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private final SortedMap<String, Job> byName = new TreeMap<>();

    /** @throws StartupFailure if two have one name, or one could not run */
    Jobs(@All List<Job> jobs) {
        for (Job job : jobs) {
            if (!NAME.matcher(job.name()).matches() || job.interval().compareTo(SHORTEST) < 0) {
                throw new StartupFailure(
                        "The job %s cannot run: its name must be small letters, digits and dashes, and its interval a second or more."
                                .formatted(job.name()));
            }
            if (byName.put(job.name(), job) != null) {
                throw new StartupFailure("Two jobs are called %s.".formatted(job.name()));
            }
        }
    }

    Collection<Job> all() {
        return byName.values();
    }

    /** @throws GatewayError {@link ErrorCode#NOT_FOUND}, naming those that there are */
    Job named(String name) {
        @Nullable Job job = byName.get(name);
        if (job == null) {
            throw new GatewayError(
                    ErrorCode.NOT_FOUND,
                    byName.isEmpty()
                            ? "There are no jobs."
                            : "There is no such job; there are %s.".formatted(String.join(", ", byName.keySet())),
                    "name");
        }
        return job;
    }
}
