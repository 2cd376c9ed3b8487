package dev.comporta.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.comporta.core.Caller;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Secret;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules by which a call on the data plane is let in, on a directory made by hand. */
class DirectoryTest {

    private static final Instant NOW = Instant.parse("2026-03-14T12:00:00Z");

    private static final String GIVEN_SHARED = "the-shared-key-of-the-environment";
    private static final String GIVEN_ADMIN = "the-admin-key-of-the-environment";
    private static final String GIVEN_CRON = "the-cron-key-of-the-environment";
    private static final EnvironmentKeys ENVIRONMENT = new EnvironmentKeys(
            new GivenKeys(Optional.of(GIVEN_SHARED), Optional.of(GIVEN_ADMIN), Optional.of(GIVEN_CRON)));

    private final Client fallback = client("default");
    private final Client acme = client("acme");
    private final Client globex = client("globex");

    private final List<AcceptedKey> stored = new ArrayList<>();
    private final String acmeKey = store(KeyKind.CLIENT, acme, null);
    private final String globexKey = store(KeyKind.CLIENT, globex, null);

    private final Directory directory = directory(ENVIRONMENT);

    // Where the key may stand

    @ParameterizedTest
    @CsvSource({
        "Authorization, 'Bearer '",
        "authorization, 'bearer '",
        "Authorization, 'BEARER   '",
        "x-api-key, ''",
        "x-goog-api-key, ''",
        "x-gateway-key, ''",
        "X-Gateway-Key, ''",
        "x-vercel-ai-gateway-key, ''"
    })
    void a_gateway_key_is_accepted_wherever_an_sdk_puts_it(String header, String before) {
        Caller caller = authenticate(header, before + acmeKey);

        assertThat(caller.clientId()).isEqualTo(acme.id());
        assertThat(caller.clientSlug()).isEqualTo("acme");
        assertThat(caller.keyId()).isEqualTo(stored.get(0).id());
        assertThat(caller.providerKey()).isNull();
    }

    @Test
    void the_shared_key_of_the_environment_may_have_any_form_and_has_no_row() {
        Caller caller = authenticate("Authorization", "Bearer " + GIVEN_SHARED);

        assertThat(caller.clientSlug()).isEqualTo("default");
        assertThat(caller.keyId()).isNull();
    }

    @Test
    void without_a_gateway_key_header_the_first_gateway_key_counts() {
        Caller caller = authenticate("Authorization", "Bearer sk-left-over-in-some-sdk", "x-api-key", acmeKey);

        assertThat(caller.clientSlug()).isEqualTo("acme");
        assertThat(caller.providerKey()).isNull();
    }

    // Bring your own key

    @ParameterizedTest
    @CsvSource({
        "x-gateway-key, Authorization, 'Bearer '",
        "x-gateway-key, x-api-key, ''",
        "x-gateway-key, x-goog-api-key, ''",
        "x-vercel-ai-gateway-key, Authorization, 'Bearer '"
    })
    void beside_a_gateway_key_header_another_key_is_the_callers_own_provider_key(
            String gatewayHeader, String header, String before) {
        Caller caller = authenticate(gatewayHeader, acmeKey, header, before + "sk-of-the-caller-itself");

        assertThat(caller.clientSlug()).isEqualTo("acme");
        assertThat(caller.providerKey()).isEqualTo(Secret.of("sk-of-the-caller-itself"));
    }

    @Test
    void a_short_provider_key_is_one_too() {
        assertThat(authenticate("x-gateway-key", acmeKey, "Authorization", "Bearer ollama")
                        .providerKey())
                .isEqualTo(Secret.of("ollama"));
    }

    @Test
    void a_gateway_key_is_never_taken_for_a_provider_key() {
        String dead = GatewayKey.generate().secret().reveal();

        for (String ours : List.of(acmeKey, globexKey, GIVEN_SHARED, GIVEN_ADMIN, GIVEN_CRON, dead)) {
            Caller caller = authenticate("x-gateway-key", acmeKey, "Authorization", "Bearer " + ours);

            assertThat(caller.clientSlug()).isEqualTo("acme");
            assertThat(caller.providerKey()).isNull();
        }
    }

    @Test
    void a_provider_key_is_found_behind_a_gateway_key() {
        Caller caller = authenticate(
                "x-gateway-key", acmeKey, "Authorization", "Bearer " + acmeKey, "x-api-key", "sk-ant-of-the-caller");

        assertThat(caller.providerKey()).isEqualTo(Secret.of("sk-ant-of-the-caller"));
    }

    // Who is not let in

    @Test
    void every_refusal_of_a_key_reads_the_same_and_repeats_nothing() {
        String expired = store(KeyKind.CLIENT, acme, NOW);
        String unknown = GatewayKey.generate().secret().reveal();
        String admin = store(KeyKind.ADMIN, null, null);
        Directory directory = directory(new EnvironmentKeys(GivenKeys.NONE));

        List<MultiMap> refused = List.of(
                headers(),
                headers("Authorization", ""),
                headers("Authorization", "Bearer"),
                headers("Authorization", "Bearer "),
                headers("Authorization", acmeKey),
                headers("Authorization", "Basic " + acmeKey),
                headers("Authorization", "Bearer short"),
                headers("Authorization", "Bearer " + "x".repeat(100_000)),
                headers("Authorization", "Bearer " + unknown),
                headers("Authorization", "Bearer " + acmeKey.substring(0, 46) + "!"),
                headers("Authorization", "Bearer " + acmeKey.toLowerCase(Locale.ROOT)),
                headers("Authorization", "Bearer " + expired),
                headers("Authorization", "Bearer " + admin),
                headers("x-gateway-key", ""),
                headers("x-gateway-key", unknown, "Authorization", "Bearer " + acmeKey),
                headers("x-gateway-key", "", "Authorization", "Bearer " + acmeKey),
                headers("x-gateway-key", expired, "x-vercel-ai-gateway-key", acmeKey),
                headers("x-gateway-key", acmeKey, "x-vercel-ai-gateway-key", globexKey),
                headers("Authorization", "Bearer " + acmeKey, "Authorization", "Bearer " + globexKey),
                headers("Authorization", "Bearer " + acmeKey, "authorization", "Bearer " + acmeKey),
                headers("x-api-key", acmeKey, "x-api-key", acmeKey),
                headers("x-gateway-key", acmeKey, "Authorization", "Bearer sk-a", "Authorization", "Bearer sk-b"));

        assertThat(refused).allSatisfy(headers -> {
            GatewayError error = refusal(directory, headers);
            assertThat(error.code()).isEqualTo(ErrorCode.INVALID_API_KEY);
            assertThat(error.getMessage())
                    .isEqualTo("No valid gateway key: send one that is neither revoked nor expired as"
                            + " 'Authorization: Bearer <key>'. An administrator makes one with POST /api/keys.");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {GIVEN_ADMIN, GIVEN_CRON})
    void keys_of_the_admin_api_open_nothing_here(String key) {
        assertThat(refusal(directory, headers("Authorization", "Bearer " + key)).code())
                .isEqualTo(ErrorCode.INVALID_API_KEY);
    }

    @Test
    void a_key_works_until_the_moment_it_expires() {
        String key = store(KeyKind.CLIENT, acme, NOW);
        Directory directory = directory(ENVIRONMENT);
        MultiMap headers = headers("x-api-key", key);

        assertThat(directory.authenticate(headers, NOW.minusMillis(1)).clientSlug())
                .isEqualTo("acme");
        assertThat(catchThrowableOfType(GatewayError.class, () -> directory.authenticate(headers, NOW)))
                .isNotNull();
    }

    @Test
    void a_key_that_shares_the_first_bytes_of_its_hash_with_another_is_not_that_other() {
        byte[] near = GatewayKey.hash("presented-by-somebody");
        near[31] ^= 1;
        KeyRing ring = KeyRing.of(List.of(new AcceptedKey(UUID.randomUUID(), KeyKind.CLIENT, acme, near, null)));

        assertThat(refusal(Directory.of(List.of(acme), ring), headers("Authorization", "Bearer presented-by-somebody"))
                        .code())
                .isEqualTo(ErrorCode.INVALID_API_KEY);
    }

    @Test
    void a_key_given_by_environment_takes_the_place_of_the_stored_ones_of_its_kind() {
        String storedShared = store(KeyKind.SHARED, null, null);
        MultiMap headers = headers("Authorization", "Bearer " + storedShared);

        assertThat(directory(new EnvironmentKeys(GivenKeys.NONE))
                        .authenticate(headers, NOW)
                        .clientSlug())
                .isEqualTo("default");
        assertThat(refusal(directory(new EnvironmentKeys(GivenKeys.shared(GIVEN_SHARED))), headers)
                        .code())
                .isEqualTo(ErrorCode.INVALID_API_KEY);
    }

    // Whose call it is

    @Test
    void the_shared_key_names_its_client_by_slug_or_id_in_any_case() {
        for (String name : List.of(
                "acme",
                "ACME",
                " acme ",
                acme.id().toString(),
                acme.id().toString().toUpperCase(Locale.ROOT))) {
            assertThat(authenticate("Authorization", "Bearer " + GIVEN_SHARED, "x-gateway-client-id", name)
                            .clientId())
                    .isEqualTo(acme.id());
        }
    }

    @Test
    void a_blank_client_name_is_none() {
        assertThat(authenticate("Authorization", "Bearer " + GIVEN_SHARED, "x-gateway-client-id", " ")
                        .clientId())
                .isEqualTo(fallback.id());
    }

    @Test
    void a_slug_that_looks_like_another_clients_id_does_not_take_its_place() {
        Client impostor = client(acme.id().toString());
        Directory directory = Directory.of(List.of(impostor, acme), ENVIRONMENT.ringWith(List.of()));

        assertThat(directory
                        .authenticate(
                                headers(
                                        "Authorization",
                                        "Bearer " + GIVEN_SHARED,
                                        "x-gateway-client-id",
                                        acme.id().toString()),
                                NOW)
                        .clientSlug())
                .isEqualTo("acme");
    }

    @Test
    void the_shared_key_may_not_name_a_client_that_does_not_exist() {
        GatewayError error =
                refusal(directory, headers("Authorization", "Bearer " + GIVEN_SHARED, "x-gateway-client-id", "nobody"));

        assertThat(error.code()).isEqualTo(ErrorCode.CLIENT_NOT_FOUND);
        assertThat(error.param()).isEqualTo("x-gateway-client-id");
        assertThat(error.getMessage()).doesNotContain("nobody");
    }

    @Test
    void the_shared_key_needs_a_name_where_there_is_no_default_client() {
        Directory directory = Directory.of(List.of(acme), ENVIRONMENT.ringWith(List.of()));

        assertThat(refusal(directory, headers("Authorization", "Bearer " + GIVEN_SHARED))
                        .code())
                .isEqualTo(ErrorCode.CLIENT_NOT_FOUND);
    }

    @Test
    void a_client_key_may_name_its_own_client() {
        for (String name : List.of("acme", "Acme", acme.id().toString())) {
            assertThat(authenticate("x-api-key", acmeKey, "x-gateway-client-id", name)
                            .clientId())
                    .isEqualTo(acme.id());
        }
    }

    @Test
    void a_client_key_may_not_name_another_client_and_does_not_learn_whether_there_is_one() {
        GatewayError existing = refusal(directory, headers("x-api-key", acmeKey, "x-gateway-client-id", "globex"));
        GatewayError missing = refusal(directory, headers("x-api-key", acmeKey, "x-gateway-client-id", "nobody"));

        assertThat(existing.code()).isEqualTo(ErrorCode.CLIENT_MISMATCH);
        assertThat(missing).isSameAs(existing);
    }

    @Test
    void the_caller_carries_its_clients_switch() {
        Client off = new Client(
                UUID.randomUUID(), "Off", "off", false, 100, "USD", "UTC", false, Instant.EPOCH, Instant.EPOCH);
        Directory directory = Directory.of(List.of(off, acme), ENVIRONMENT.ringWith(List.of()));
        MultiMap headers = headers("Authorization", "Bearer " + GIVEN_SHARED, "x-gateway-client-id", "off");

        assertThat(directory.authenticate(headers, NOW).gatewayEnabled()).isFalse();
        assertThat(authenticate("x-api-key", acmeKey).gatewayEnabled()).isTrue();
    }

    private Directory directory(EnvironmentKeys environment) {
        return Directory.of(List.of(fallback, acme, globex), environment.ringWith(stored));
    }

    private Caller authenticate(String... headers) {
        return directory.authenticate(headers(headers), NOW);
    }

    private static GatewayError refusal(Directory directory, MultiMap headers) {
        return catchThrowableOfType(GatewayError.class, () -> directory.authenticate(headers, NOW));
    }

    private static MultiMap headers(String... namesAndValues) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    private String store(KeyKind kind, @Nullable Client client, @Nullable Instant expiresAt) {
        GatewayKey key = GatewayKey.generate();
        stored.add(new AcceptedKey(UUID.randomUUID(), kind, client, key.hash(), expiresAt));
        return key.secret().reveal();
    }

    private static Client client(String slug) {
        return new Client(UUID.randomUUID(), slug, slug, true, 100, "USD", "UTC", false, Instant.EPOCH, Instant.EPOCH);
    }
}
