package dev.comporta.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ClientTest {

    private static final long SEED = 42;

    @Test
    void the_rollout_percentage_is_the_share_of_clients_that_go_through_the_gateway() {
        List<UUID> ids = ids(10_000);

        assertThat(ids).noneMatch(id -> client(id, true, 0).goesThroughGateway());
        assertThat(ids).allMatch(id -> client(id, true, 100).goesThroughGateway());
        assertThat(ids.stream().filter(id -> client(id, true, 25).goesThroughGateway()))
                .hasSizeBetween(2_300, 2_700);
    }

    @Test
    void raising_the_percentage_takes_no_client_away() {
        assertThat(ids(1_000))
                .filteredOn(id -> client(id, true, 25).goesThroughGateway())
                .allMatch(id -> client(id, true, 26).goesThroughGateway());
    }

    @Test
    void a_client_that_is_switched_off_stays_off_whatever_the_percentage() {
        assertThat(ids(100)).noneMatch(id -> client(id, false, 100).goesThroughGateway());
    }

    private static List<UUID> ids(int count) {
        Random random = new Random(SEED);
        return Stream.generate(() -> new UUID(random.nextLong(), random.nextLong()))
                .limit(count)
                .toList();
    }

    private static Client client(UUID id, boolean useAiGateway, int rollout) {
        return new Client(id, "Acme", "acme", useAiGateway, rollout, "USD", "UTC", false, Instant.EPOCH, Instant.EPOCH);
    }
}
