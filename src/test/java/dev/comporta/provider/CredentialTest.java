package dev.comporta.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.Dialect;
import dev.comporta.core.Secret;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CredentialTest {

    private static MultiMap presented(Dialect dialect, MultiMap headers) {
        Credential.present(dialect, Secret.of("k"), headers);
        return headers;
    }

    @ParameterizedTest
    @CsvSource({"OPENAI, authorization, Bearer k", "ANTHROPIC, x-api-key, k", "GEMINI, x-goog-api-key, k"})
    void each_dialect_has_its_own_header(Dialect dialect, String header, String value) {
        MultiMap headers = presented(dialect, HttpHeaders.headers());

        assertThat(headers.get(header)).isEqualTo(value);
        assertThat(headers.names()).hasSize(dialect == Dialect.ANTHROPIC ? 2 : 1);
    }

    @Test
    void anthropics_version_is_the_callers_if_it_names_one() {
        assertThat(presented(Dialect.ANTHROPIC, HttpHeaders.headers()).get("anthropic-version"))
                .isEqualTo("2023-06-01");
        assertThat(presented(Dialect.ANTHROPIC, HttpHeaders.headers().add("Anthropic-Version", "2030-01-01"))
                        .getAll("anthropic-version"))
                .containsExactly("2030-01-01");
    }

    @Test
    void without_a_key_none_is_presented() {
        MultiMap headers = HttpHeaders.headers();
        Credential.present(Dialect.OPENAI, null, headers);

        assertThat(headers.isEmpty()).isTrue();
    }
}
