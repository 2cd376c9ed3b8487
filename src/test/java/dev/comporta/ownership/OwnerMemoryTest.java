package dev.comporta.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OwnerMemoryTest {

    private static final UUID ACME = new UUID(0, 1);
    private static final UUID OTHER = new UUID(0, 2);

    private final AtomicLong nanos = new AtomicLong();
    private final OwnerMemory memory = new OwnerMemory(nanos::get);

    @Test
    void each_client_has_its_own_view() {
        memory.put("f1", "openai", ACME);
        memory.put("f1", "groq", ACME);
        memory.put("f1", "mistral", OTHER);

        assertThat(memory.providers("f1", ACME)).containsExactlyInAnyOrder("openai", "groq");
        assertThat(memory.providers("f1", OTHER)).containsExactly("mistral");
        assertThat(memory.providers("f2", ACME)).isEmpty();
    }

    @Test
    void the_longest_unused_are_forgotten() {
        memory.put("used", "openai", ACME);
        memory.put("unused", "openai", ACME);
        for (int i = 0; i < 99_999; i++) {
            memory.providers("used", ACME);
            memory.put("f" + i, "openai", ACME);
        }

        assertThat(memory.providers("used", ACME)).isNotEmpty();
        assertThat(memory.providers("unused", ACME)).isEmpty();
    }

    @Test
    void what_was_not_found_is_believed_for_a_second_and_no_longer() {
        memory.missing(List.of("f1"), ACME);

        assertThat(memory.isMissing(List.of("f0", "f1"), ACME)).isTrue();
        assertThat(memory.isMissing(List.of("f1"), OTHER)).isFalse();
        assertThat(memory.isMissing(List.of("f0"), ACME)).isFalse();

        nanos.set(1_000_000_000);
        assertThat(memory.isMissing(List.of("f1"), ACME)).isFalse();
    }

    @Test
    void what_is_made_is_not_missing_any_more() {
        memory.missing(List.of("f1"), ACME);
        memory.put("f1", "openai", ACME);

        assertThat(memory.isMissing(List.of("f1"), ACME)).isFalse();
    }
}
