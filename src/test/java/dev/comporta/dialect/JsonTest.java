package dev.comporta.dialect;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A tree is read")
class JsonTest {

    @Test
    void unless_it_would_take_too_much_memory() throws IOException {
        int most = (int) (TreeSize.MOST / ("{},".length() + 64));
        byte[] fits = ("[" + "{},".repeat(most - 100) + "{}]").getBytes(US_ASCII);
        byte[] tooLarge = ("[" + "{},".repeat(most + 100) + "{}]").getBytes(US_ASCII);

        assertThat(TreeSize.of(fits)).isLessThanOrEqualTo(TreeSize.MOST);
        assertThatThrownBy(() -> Json.tree(tooLarge)).isInstanceOf(IOException.class);
        assertThat(Json.tree(("[" + "{},".repeat(500_000) + "{}]").getBytes(US_ASCII)))
                .hasSize(500_001);
    }
}
