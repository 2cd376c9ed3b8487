package dev.comporta.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class Uuid7Test {

    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00.123456789Z");

    @Test
    void an_id_has_the_version_and_the_variant_of_rfc_9562() {
        Seeds.each(1_000, random -> {
            UUID id = Uuid7.at(Instant.ofEpochMilli(random.nextLong(1L << 47)));

            assertThat(id.version()).isEqualTo(7);
            assertThat(id.variant()).isEqualTo(2);
        });
    }

    @Test
    void an_id_tells_its_millisecond() {
        assertThat(Uuid7.timeOf(Uuid7.at(NOW))).isEqualTo(Instant.parse("2026-11-20T10:00:00.123Z"));
        assertThat(Uuid7.timeOf(Uuid7.at(Instant.EPOCH))).isEqualTo(Instant.EPOCH);
    }

    @Test
    void ids_sort_by_their_time_as_values_and_as_text() {
        List<UUID> ids = new ArrayList<>(IntStream.range(0, 500)
                .mapToObj(i -> Uuid7.at(NOW.plusMillis(i * 977L)))
                .toList());

        assertThat(ids).isSorted();
        assertThat(ids.stream().map(UUID::toString)).isSorted();
    }

    @Test
    void ids_of_one_millisecond_differ() {
        assertThat(IntStream.range(0, 50_000).mapToObj(i -> Uuid7.at(NOW)).distinct())
                .hasSize(50_000);
    }
}
