package dev.comporta.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.dialect.Outgoing;
import dev.comporta.dialect.RequestSize;
import io.vertx.core.buffer.Buffer;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What a model reads besides the text")
class InputTokensTest {

    private static final String IMAGE =
            "{\"messages\":[{\"content\":[{\"image_url\":{\"url\":\"https://example.com/a.png\"}}]}]}";

    private static InputTokens of(String body, boolean keptElsewhere, String model, OptionalLong mostOpen) {
        RequestSize size = RequestSize.of(new Outgoing("/chat/completions", Buffer.buffer(body)), "max_tokens");
        return InputTokens.of(size, keptElsewhere, model, null, mostOpen);
    }

    @Test
    void an_image_has_the_ceiling_of_its_model() {
        assertThat(of(IMAGE, false, "gpt-4o", OptionalLong.empty()).most(100)).isEqualTo(10_164);
        assertThat(of(IMAGE, false, "openai/gpt-4o-mini-2024-07-18", OptionalLong.empty())
                        .most(100))
                .isEqualTo(50_164);
    }

    @Test
    void what_is_kept_elsewhere_is_as_long_as_the_model_can_read_or_the_operator_says() {
        assertThat(of("{}", true, "m", OptionalLong.empty()).most(100)).isEqualTo(1_000_000);
        assertThat(of("{}", true, "m", OptionalLong.of(5_000)).most(100)).isEqualTo(5_000);
        assertThat(of("{}", true, "m", OptionalLong.of(50)).most(100)).isEqualTo(164);
        assertThat(of("{}", false, "m", OptionalLong.of(5_000)).most(100)).isEqualTo(164);
    }

    @Test
    void an_estimate_is_without_what_the_provider_adds() {
        assertThat(of(IMAGE, false, "gpt-4o", OptionalLong.empty()).about(100)).isEqualTo(10_100);
        assertThat(of("{}", true, "m", OptionalLong.empty()).about(100)).isEqualTo(1_000_000);
    }
}
