package dev.comporta.ownership;

import static dev.comporta.store.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.CreatedObject;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.ObjectKind;
import dev.comporta.core.ObjectReference;
import dev.comporta.ownership.OwnershipConfig.UnknownObjects;
import dev.comporta.store.Databases;
import dev.comporta.store.ScratchDatabase;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Clients under one provider key are kept apart")
class ObjectOwnersTest {

    private static final UUID ACME = UUID.randomUUID();
    private static final UUID OTHER = UUID.randomUUID();

    @TempDir
    static Path directory;

    private static Vertx vertx;
    private static ScratchDatabase scratch;

    @BeforeAll
    static void open() {
        vertx = Vertx.vertx();
        scratch = ScratchDatabase.open(directory, List.of(), database -> {});
        row("openai", "f1", ACME);
        row("openai", "f2", ACME);
        row("groq", "g1", ACME);
        row("openai", "both", ACME);
        row("groq", "both", ACME);
        row("openai", "theirs", OTHER);
        row("openai", "shared-name", ACME);
        row("groq", "shared-name", OTHER);
    }

    @AfterAll
    static void close() throws Exception {
        scratch.close();
        await(vertx.close());
    }

    @Test
    void a_client_reaches_its_own_and_learns_where_they_are() {
        assertThat(await(check(rejecting(), null, "f1", "f2"))).isEqualTo(new Owned(Set.of("openai"), true));
        assertThat(await(check(rejecting(), null, "both")).providers()).containsExactlyInAnyOrder("openai", "groq");
        assertThat(await(check(rejecting(), null, "both", "g1")).provider()).isEqualTo("groq");
        assertThat(await(check(rejecting(), "openai", "both", "f1")).provider()).isEqualTo("openai");
        assertThat(await(rejecting().check(List.of(), null, ACME)).provider()).isNull();
    }

    @Test
    void objects_of_two_providers_cannot_be_used_together() {
        assertThat(refusal(check(rejecting(), null, "f1", "g1")).code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    @ParameterizedTest
    @EnumSource(UnknownObjects.class)
    void a_strangers_object_is_not_there(UnknownObjects unknown) {
        for (String provider : Arrays.asList(null, "openai")) {
            GatewayError refusal = refusal(check(owners(unknown), provider, "f1", "theirs"));

            assertThat(refusal.code()).isEqualTo(ErrorCode.NOT_FOUND);
            assertThat(refusal.getMessage()).startsWith("No such File object: theirs");
            assertThat(refusal.param()).isEqualTo("file_id");
        }
    }

    @Test
    void an_object_is_asked_for_at_its_provider() {
        assertThat(refusal(check(rejecting(), "groq", "f1")).code()).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refusal(check(owners(UnknownObjects.ALLOW), "groq", "shared-name"))
                        .code())
                .isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(await(check(rejecting(), null, "shared-name")).provider()).isEqualTo("openai");
    }

    @Test
    void a_strangers_object_and_none_at_all_cannot_be_told_apart() {
        ObjectOwners owners = rejecting();
        long began = System.nanoTime();
        String theirs = refusal(check(owners, null, "theirs")).getMessage();
        long middle = System.nanoTime();
        String nobodys = refusal(check(owners, null, "nobodys")).getMessage();
        long end = System.nanoTime();

        assertThat(theirs)
                .isEqualTo(nobodys.replace("nobodys", "theirs"))
                .contains("GATEWAY_ISOLATION_UNKNOWN_OBJECTS=allow");
        assertThat(middle - began).isGreaterThan(1_400_000_000L);
        assertThat(end - middle).isGreaterThan(1_400_000_000L);
    }

    @Test
    void a_strangers_object_at_another_provider_is_not_let_through_as_nobodys() {
        for (String provider : Arrays.asList(null, "groq", "openai", "no-such-provider")) {
            assertThat(refusal(check(owners(UnknownObjects.ALLOW), provider, "theirs"))
                            .code())
                    .isEqualTo(ErrorCode.NOT_FOUND);
        }
    }

    @ParameterizedTest
    @EnumSource(UnknownObjects.class)
    void whoever_claims_a_known_id_gets_nothing_by_it(UnknownObjects unknown) {
        ObjectOwners owners = owners(unknown);
        await(owners.check(List.of(reference("theirs")), null, OTHER));
        owners.remember(List.of(file("theirs")), ACME);

        assertThat(refusal(check(owners, null, "theirs")).code()).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(await(owners.ownedAmong(List.of("theirs"), ObjectKind.FILE, "openai", ACME)))
                .isEmpty();
    }

    @Test
    void an_id_is_that_of_one_kind_of_object() {
        ObjectOwners owners = rejecting();
        ObjectReference asResponse = new ObjectReference(ObjectKind.RESPONSE, "f1", "previous_response_id");

        assertThat(refusal(owners.check(List.of(reference("f1"), asResponse), null, ACME))
                        .param())
                .isEqualTo("previous_response_id");
        assertThat(await(owners.ownedAmong(List.of("f1"), ObjectKind.RESPONSE, "openai", ACME)))
                .isEmpty();
    }

    @Test
    void only_a_few_that_are_missing_are_waited_for() {
        String[] nine = IntStream.range(0, 9).mapToObj(i -> "absent" + i).toArray(String[]::new);
        long began = System.nanoTime();

        assertThat(refusal(check(rejecting(), null, nine)).code()).isEqualTo(ErrorCode.NOT_FOUND);

        assertThat(System.nanoTime() - began).isLessThan(1_400_000_000L);
    }

    @Test
    void what_nobody_is_known_to_own_can_be_allowed() {
        ObjectOwners owners = owners(UnknownObjects.ALLOW);

        assertThat(await(check(owners, null, "nobodys"))).isEqualTo(new Owned(Set.of(), false));
        assertThat(await(check(owners, null, "nobodys", "g1"))).isEqualTo(new Owned(Set.of("groq"), false));
    }

    @ParameterizedTest
    @EnumSource(UnknownObjects.class)
    void what_is_no_id_is_never_passed(UnknownObjects unknown) {
        for (String id :
                List.of("", " theirs", "theirs ", "theirs\u0000", "the\u200Birs", "theirs%20", "x".repeat(257))) {
            assertThat(refusal(check(owners(unknown), "openai", id)).code()).isEqualTo(ErrorCode.NOT_FOUND);
        }
    }

    @Test
    void an_owner_that_is_still_on_its_way_is_waited_for() {
        Future<Owned> asked = check(rejecting(), null, "late");
        vertx.setTimer(
                250,
                timer -> scratch.database()
                        .pool()
                        .query(
                                "INSERT INTO object_owners (provider, object_id, kind, client_id) VALUES ('openai', 'late', 'file', '"
                                        + ACME + "')")
                        .execute());

        assertThat(await(asked).provider()).isEqualTo("openai");
    }

    @Test
    void what_was_looked_for_with_patience_is_looked_for_once_in_the_next_second() {
        ObjectOwners owners = rejecting();
        refusal(check(owners, null, "adopted"));
        long began = System.nanoTime();
        refusal(check(owners, null, "adopted"));
        assertThat(System.nanoTime() - began).isLessThan(1_000_000_000L);

        row("openai", "adopted", ACME);
        assertThat(await(check(owners, null, "adopted")).provider()).isEqualTo("openai");
    }

    @Test
    void what_was_made_a_moment_ago_needs_no_database() {
        ObjectOwners owners = new ObjectOwners(
                vertx, Databases.unopened(vertx, directory.resolve("away")), () -> UnknownObjects.REJECT);
        owners.remember(List.of(file("made")), ACME);

        assertThat(await(check(owners, null, "made")).provider()).isEqualTo("openai");
        assertThat(await(owners.ownedAmong(List.of("made"), ObjectKind.FILE, "openai", ACME)))
                .containsExactly("made");
        assertThat(refusal(check(owners, null, "f1")).code()).isEqualTo(ErrorCode.ACCOUNTING_UNAVAILABLE);
        assertThat(refusal(owners.ownedAmong(List.of("f1"), ObjectKind.FILE, "openai", ACME))
                        .code())
                .isEqualTo(ErrorCode.ACCOUNTING_UNAVAILABLE);
        assertThat(refusal(owners.check(List.of(reference("made")), null, OTHER))
                        .code())
                .isEqualTo(ErrorCode.ACCOUNTING_UNAVAILABLE);
        assertThat(await(owners.announce(List.of(file("said")), ACME))).isNull();
        assertThat(await(check(owners, null, "said")).complete()).isTrue();
    }

    @Test
    void what_is_announced_is_known_to_the_other_replicas() {
        await(rejecting().announce(List.of(file("a1"), file("a2"), file("theirs")), ACME));

        assertThat(await(check(rejecting(), null, "a1", "a2")).complete()).isTrue();
        assertThat(await(rejecting().check(List.of(reference("theirs")), null, OTHER))
                        .complete())
                .isTrue();
    }

    @Test
    void a_deleted_object_stays_its_owners() {
        row("openai", "gone", ACME);
        ObjectOwners owners = rejecting();

        await(owners.deleted("openai", "gone", OTHER));
        assertThat(deleted("gone")).isZero();
        await(owners.deleted("openai", "gone", ACME));
        assertThat(deleted("gone")).isOne();
        assertThat(await(check(owners, null, "gone")).complete()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void of_a_list_only_the_clients_own_are_kept(boolean remembered) {
        ObjectOwners owners = rejecting();
        if (remembered) {
            await(check(owners, null, "f1", "both"));
        }

        assertThat(await(owners.ownedAmong(
                        List.of("f1", "theirs", "nobodys", "g1", "both", "shared-name", "no id\u0000"),
                        ObjectKind.FILE,
                        "openai",
                        ACME)))
                .containsExactlyInAnyOrder("f1", "both", "shared-name");
        assertThat(await(
                        owners.of(OTHER, "openai").ownedAmong(List.of("f1", "theirs", "shared-name"), ObjectKind.FILE)))
                .containsExactly("theirs");
        assertThat(await(owners.ownedAmong(List.of(), ObjectKind.FILE, "openai", ACME)))
                .isEmpty();
    }

    private static ObjectOwners rejecting() {
        return owners(UnknownObjects.REJECT);
    }

    /** One with an empty memory, as another replica has it. */
    private static ObjectOwners owners(UnknownObjects unknown) {
        return new ObjectOwners(vertx, scratch.database(), () -> unknown);
    }

    private static Future<Owned> check(ObjectOwners owners, @Nullable String provider, String... ids) {
        return owners.check(Arrays.stream(ids).map(ObjectOwnersTest::reference).toList(), provider, ACME);
    }

    private static ObjectReference reference(String id) {
        return new ObjectReference(ObjectKind.FILE, id, "file_id");
    }

    private static CreatedObject file(String id) {
        return new CreatedObject("openai", ObjectKind.FILE, id);
    }

    private static GatewayError refusal(Future<?> future) {
        Throwable cause = await(future.map((Throwable) null).otherwise(failure -> failure));
        assertThat(cause).isInstanceOf(GatewayError.class);
        return (GatewayError) cause;
    }

    private static void row(String provider, String id, UUID client) {
        Databases.sql(
                scratch.database(),
                "INSERT INTO object_owners (provider, object_id, kind, client_id) VALUES ($1, $2, 'file', $3)",
                provider,
                id,
                client);
    }

    private static int deleted(String id) {
        return Databases.sql(
                        scratch.database(),
                        "SELECT 1 FROM object_owners WHERE object_id = $1 AND deleted_at IS NOT NULL",
                        id)
                .size();
    }
}
