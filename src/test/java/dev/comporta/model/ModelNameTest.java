package dev.comporta.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.model.ModelConfig.UnknownModels;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A model name cannot change the path of an upstream request")
class ModelNameTest {

    private final Catalogue catalogue = new Catalogue(List.of(), new ModelConfig() {
        @Override
        public String preferredProvider() {
            return "google";
        }

        @Override
        public UnknownModels unknownModels() {
            return UnknownModels.FORWARD;
        }
    });

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/gpt-4o",
                "gpt-4o/",
                "google/",
                "google//x",
                "google/../../x",
                "google/..",
                "../x",
                "..",
                ".",
                "google/./x",
                "google/x/..",
                "google/..\\x",
                "google/x?key=1",
                "google/x#y",
                "google/%2e%2e/x",
                "google/x y",
                "google/x\ty",
                "google/x\ny",
                "google/x\r\nHost: y",
                "google/x\u0000",
                "google/x\u007f",
                "google/x\u0085",
                "google/x\u00a0y",
                "google/x\u2028y",
                "google/x\u202ey",
                " gpt-4o",
                "gpt-4o ",
            })
    void refuses(String name) {
        GatewayError refusal =
                catchThrowableOfType(GatewayError.class, () -> catalogue.resolve(name, Set.of("google")));

        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_MODEL);
        assertThat(refusal.param()).isEqualTo("model");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt-4o",
                "ft:gpt-4o-mini:acme::7p4lURel",
                "google/gemini-2.5-pro",
                "groq/openai/gpt-oss-120b",
                "@cf/meta/llama-3.1-8b-instruct",
                "text-embedding-ada-002@2",
                "a..b/...",
                "model_v1.0",
                "modèle",
            })
    void lets(String name) {
        assertThat(ModelName.flaw(name)).isNull();
        assertThat(catalogue.resolve(name, Set.of("google"))).hasSize(1);
    }

    @Test
    void mayHaveTwoHundredCharacters() {
        assertThat(ModelName.flaw("m".repeat(200))).isNull();
        assertThat(ModelName.flaw("m".repeat(201))).isNotNull();
    }
}
