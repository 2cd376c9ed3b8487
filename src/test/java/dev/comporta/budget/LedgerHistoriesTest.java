package dev.comporta.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of replicas and ledgers. A failure names its seed; {@code -Dtest.seed=…} repeats that history alone,
 * and {@code -Dcomporta.proof=true} plays more of them.
 */
@DisplayName("Random histories of replicas and ledgers")
class LedgerHistoriesTest {

    private static final int HISTORIES = Boolean.getBoolean("comporta.proof") ? 20_000 : 400;
    private static final int STEPS = 600;

    @ParameterizedTest(name = "rough: {0}")
    @ValueSource(booleans = {false, true})
    void nothing_is_overspent_and_nothing_is_lost(boolean rough) {
        long first = Long.getLong("test.seed", new Random().nextLong() >>> 16);
        int histories = System.getProperty("test.seed") == null ? HISTORIES : 1;
        long[] sums = new long[5];
        for (long seed = first; seed < first + histories; seed++) {
            LedgerHistory history = new LedgerHistory(seed, rough);
            try {
                history.run(STEPS);
            } catch (Throwable e) {
                throw new AssertionError(
                        "A %s history; repeat it with -Dtest.seed=%d".formatted(rough ? "rough" : "calm", seed), e);
            }
            sums[0] += history.served;
            sums[1] += history.exceeded;
            sums[2] += history.reserved;
            sums[3] += history.unavailable;
            sums[4] += history.crashes;
        }
        System.out.printf(
                "[proof] %d %s histories from seed %d: %d calls held, %d exceeded, %d reserved, %d unavailable, %d crashes%n",
                histories, rough ? "rough" : "calm", first, sums[0], sums[1], sums[2], sums[3], sums[4]);
        assertThat(sums[0]).as("calls").isGreaterThan(histories * 50L);
    }
}
