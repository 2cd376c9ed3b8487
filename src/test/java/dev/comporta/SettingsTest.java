package dev.comporta;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.smallrye.config.ConfigMapping;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SettingsTest {

    private final Settings settings = new Settings(
            List.of(
                    "gateway.data-dir",
                    "gateway.journal.max-size",
                    "gateway.providers.*.base-url",
                    "gateway.providers.*.api-key"),
            List.of("openai", "my-own"));

    @Test
    void no_mapping_is_missing() {
        List<String> mappings = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.comporta").stream()
                        .filter(type -> type.isAnnotatedWith(ConfigMapping.class))
                        .map(JavaClass::getName)
                        .toList();

        assertThat(Settings.MAPPINGS).extracting(Class::getName).containsExactlyInAnyOrderElementsOf(mappings);
    }

    @Test
    void what_the_configuration_reference_lists_is_known() throws IOException {
        List<String> listed = Pattern.compile("`(GATEWAY_[A-Z_]+(?:<NAME>_[A-Z_]+)?)`")
                .matcher(Files.readString(Path.of("docs/reference/configuration.md")))
                .results()
                .map(found -> found.group(1).replace("<NAME>", "OPENAI"))
                .distinct()
                .toList();

        assertThat(listed).contains("GATEWAY_DIALECT_STRICT", "GATEWAY_PROVIDERS_OPENAI_RESPONSES");
        assertThat(Settings.withProviders(List.of("openai", "my-own")).unknown(listed))
                .isEmpty();
    }

    @Test
    void known_variables_are_not_complained_about() {
        assertThat(settings.unknown(List.of(
                        "PATH",
                        "GATEWAY_DATA_DIR",
                        "GATEWAY_JOURNAL_MAX_SIZE",
                        "GATEWAY_PROVIDERS_OPENAI_BASE_URL",
                        "GATEWAY_PROVIDERS_MY_OWN_API_KEY")))
                .isEmpty();
    }

    @Test
    void unknown_variables_are_found() {
        assertThat(settings.unknown(List.of(
                        "GATEWAY_FOO",
                        "GATEWAY_DATA_DIR_",
                        "GATEWAY_PROVIDERS_BASE_URL",
                        "GATEWAY_PROVIDERS_X_BASE_URL")))
                .containsExactly(
                        "GATEWAY_DATA_DIR_",
                        "GATEWAY_FOO",
                        "GATEWAY_PROVIDERS_BASE_URL",
                        "GATEWAY_PROVIDERS_X_BASE_URL");
    }

    @Test
    void what_kubernetes_says_about_a_service_called_gateway_is_no_setting() {
        assertThat(settings.unknown(List.of(
                        "GATEWAY_SERVICE_HOST",
                        "GATEWAY_SERVICE_PORT",
                        "GATEWAY_SERVICE_PORT_HTTP",
                        "GATEWAY_PORT",
                        "GATEWAY_PORT_8080_TCP",
                        "GATEWAY_PORT_8080_TCP_PROTO",
                        "GATEWAY_PORT_8080_TCP_PORT",
                        "GATEWAY_PORT_8080_TCP_ADDR",
                        "GATEWAY_POSTGRES_SERVICE_HOST")))
                .isEmpty();
    }

    @Test
    void the_nearest_setting_is_named_in_the_same_spelling() {
        assertThat(settings.nearest("GATEWAY_DATADIR")).contains("GATEWAY_DATA_DIR");
        assertThat(settings.nearest("gateway.datadir")).contains("gateway.data-dir");
        assertThat(settings.nearest("gateway.providers.my-own.base-ulr")).contains("gateway.providers.my-own.base-url");
        assertThat(settings.nearest("GATEWAY_PROVIDERS_MY_OWN_APIKEY")).contains("GATEWAY_PROVIDERS_MY_OWN_API_KEY");
    }

    @Test
    void what_resembles_nothing_gets_no_suggestion() {
        assertThat(settings.nearest("GATEWAY_FOO")).isEmpty();
        assertThat(settings.nearest("gateway.something.else")).isEmpty();
    }
}
