package dev.comporta.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.CreatedObject;
import dev.comporta.core.ObjectKind;
import java.util.List;
import java.util.Set;
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
        made("f1", "openai", ACME);
        made("f1", "groq", ACME);
        made("f1", "mistral", OTHER);

        assertThat(providers("f1", ACME)).containsExactlyInAnyOrder("openai", "groq");
        assertThat(providers("f1", OTHER)).containsExactly("mistral");
        assertThat(providers("f2", ACME)).isEmpty();
    }

    @Test
    void the_longest_unused_are_forgotten() {
        made("used", "openai", ACME);
        made("unused", "openai", ACME);
        for (int i = 0; i < 99_999; i++) {
            providers("used", ACME);
            made("f" + i, "openai", ACME);
        }

        assertThat(providers("used", ACME)).isNotEmpty();
        assertThat(providers("unused", ACME)).isEmpty();
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
        made("f1", "openai", ACME);

        assertThat(memory.isMissing(List.of("f1"), ACME)).isFalse();
    }

    @Test
    void an_answer_takes_nothing_from_anybody() {
        made("f1", "openai", ACME);
        memory.confirmed("f2", "openai", "file", ACME);
        made("f1", "openai", OTHER);
        made("f2", "openai", OTHER);
        made("f2", "groq", OTHER);

        assertThat(providers("f1", ACME)).containsExactly("openai");
        assertThat(providers("f1", OTHER)).isEmpty();
        assertThat(providers("f2", ACME)).containsExactly("openai");
        assertThat(providers("f2", OTHER)).containsExactly("groq");
    }

    @Test
    void what_an_answer_said_is_believed_for_a_minute_unless_the_table_says_so_too() {
        made("claimed", "openai", OTHER);
        made("f1", "openai", ACME);
        memory.confirmed("f1", "openai", "file", ACME);
        memory.confirmed("claimed", "openai", "file", ACME);
        made("f2", "openai", OTHER);

        nanos.set(60_000_000_000L);

        assertThat(providers("claimed", OTHER)).isEmpty();
        assertThat(providers("claimed", ACME)).containsExactly("openai");
        assertThat(providers("f1", ACME)).containsExactly("openai");
        assertThat(providers("f2", OTHER)).isEmpty();
        made("f2", "openai", ACME);
        assertThat(providers("f2", ACME)).containsExactly("openai");
    }

    @Test
    void an_object_of_another_kind_is_another_object() {
        made("f1", "openai", ACME);

        assertThat(memory.providers("f1", ObjectKind.RESPONSE, ACME)).isEmpty();
    }

    private void made(String id, String provider, UUID clientId) {
        memory.made(new CreatedObject(provider, ObjectKind.FILE, id), clientId);
    }

    private Set<String> providers(String id, UUID clientId) {
        return memory.providers(id, ObjectKind.FILE, clientId);
    }
}
