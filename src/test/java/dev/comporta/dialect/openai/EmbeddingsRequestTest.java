package dev.comporta.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.TargetTraits;
import io.vertx.core.buffer.Buffer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A request for embeddings")
class EmbeddingsRequestTest {

    private static final String ASKED =
            "{\"model\":\"p/e\", \"input\":[\"a\"],\"dimensions\":256,\"user\":\"u\",\"encoding_format\":\"base64\"}";

    private final Dropped dropped = new Dropped(false);

    @Test
    void passes_with_nothing_but_the_model_changed() {
        assertThat(body("openai")).isEqualTo(ASKED.replace("p/e", "e"));
        assertThat(body("")).isEqualTo(ASKED.replace("p/e", "e"));
        assertThat(dropped.fields()).isEmpty();
    }

    @Test
    void has_mistrals_names_and_nothing_that_mistral_would_refuse() {
        assertThat(body("mistral"))
                .isEqualTo(
                        "{\"model\":\"e\",\"input\":[\"a\"],\"encoding_format\":\"base64\",\"output_dimension\":256}");
        assertThat(dropped.fields()).containsExactly("user");
    }

    private String body(String quirks) {
        ModelRequest request = ModelRequest.parse(Buffer.buffer(ASKED));
        return EmbeddingsRequest.body(request, new TargetTraits("e", quirks, null, true), dropped)
                .toString();
    }
}
