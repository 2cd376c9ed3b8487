package dev.comporta.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The models that come with a release")
class RegistryFileTest {

    private static final ObjectMapper JSON = new ObjectMapper().findAndRegisterModules();

    private static JsonNode rows;
    private static List<SetModel> models;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream file = RegistryFileTest.class.getResourceAsStream("/models/registry.json")) {
            rows = JSON.readTree(file);
        }
        models = JSON.readerForListOf(SetModel.class).readValue(rows);
    }

    @Test
    void areOneHundredAndFourteenAndAFreeOneForModerationsAndTheTwoOfTheDemo() {
        assertThat(models).hasSize(117).extracting(SetModel::identifier).doesNotHaveDuplicates();
        assertThat(models)
                .filteredOn(model -> model.provider().equals("demo"))
                .extracting(SetModel::modelName)
                .containsExactly("echo", "lorem");
        assertThat(models)
                .filteredOn(model -> model.modelName().equals("omni-moderation-latest"))
                .singleElement()
                .satisfies(model -> assertThat(model.inputPricePerMillion()).isZero());
    }

    @Test
    void includeThoseThatTheFirstUsersKnow() {
        assertThat(models)
                .extracting(SetModel::identifier)
                .contains(
                        "openai/gpt-4o",
                        "openai/gpt-4o-mini",
                        "openai/gpt-4-turbo",
                        "openai/gpt-4",
                        "openai/gpt-3.5-turbo",
                        "openai/o1-preview",
                        "openai/o1-mini",
                        "anthropic/claude-3-5-sonnet-20241022",
                        "anthropic/claude-3-opus-20240229",
                        "anthropic/claude-3-haiku-20240307",
                        "anthropic/claude-3-sonnet-20240229",
                        "google/gemini-2.0-flash-exp",
                        "groq/llama-3.3-70b-versatile",
                        "mistral/mistral-large",
                        "mistral/mistral-medium",
                        "mistral/mistral-small");
    }

    @Test
    void wouldBeAcceptedByTheApi() {
        try (var factory = Validation.buildDefaultValidatorFactory()) {
            Validator validator = factory.getValidator();
            for (SetModel model : models) {
                assertThat(validator.validate(model)).as(model.identifier()).isEmpty();
                model.check();
            }
        }
    }

    /** The readers ignore unknown fields, so a misspelt price would silently be an unknown one. */
    @Test
    void haveNoFieldThatNobodyReads() {
        JsonNode known = JSON.valueToTree(models.get(0));
        for (JsonNode row : rows) {
            assertThat(row.properties()).extracting(field -> field.getKey()).allMatch(known::has);
            row.path("priceTiers")
                    .forEach(each -> assertThat(each.properties())
                            .extracting(field -> field.getKey())
                            .isSubsetOf("abovePromptTokens", "input", "output", "cachedInput", "cacheWrite"));
        }
    }

    @Test
    void haveNoNameTwiceAtOneProvider() {
        List<String> names = new ArrayList<>();
        for (SetModel model : models) {
            names.add(model.identifier());
            if (model.aliases() != null) {
                model.aliases().forEach(alias -> names.add(model.provider() + "/" + alias));
            }
        }

        assertThat(names).doesNotHaveDuplicates();
    }

    @Test
    void sayWhereTheirPricesComeFrom() {
        assertThat(models)
                .filteredOn(model -> model.inputPricePerMillion() != null
                        && !model.provider().equals("demo"))
                .hasSizeGreaterThan(100)
                .allSatisfy(model -> {
                    assertThat(model.outputPricePerMillion()).isNotNull();
                    assertThat(model.priceSource()).isNotBlank();
                    assertThat(model.priceVerifiedAt()).isNotNull();
                });
    }
}
