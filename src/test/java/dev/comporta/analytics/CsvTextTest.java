package dev.comporta.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTextTest {

    private static String line(Object... cells) {
        CsvText csv = new CsvText();
        csv.line(Arrays.asList(cells));
        return csv.text();
    }

    @Test
    void cells_are_quoted_where_they_must_be() {
        assertThat(line("a", "b,c", "d \"e\"", "f\ng", "")).isEqualTo("a,\"b,c\",\"d \"\"e\"\"\",\"f\ng\",\"\"\r\n");
    }

    @Test
    void amounts_have_all_their_digits() {
        assertThat(line(new BigDecimal("1E-9"), new BigDecimal("1E+3"), 7L)).isEqualTo("0.000000001,1000,7\r\n");
    }

    @Test
    void what_is_absent_is_empty() {
        assertThat(line((Object) null)).isEqualTo("\r\n");
        assertThat(line("a", null, "b")).isEqualTo("a,,b\r\n");
        CsvText csv = new CsvText();
        csv.line(Collections.emptyList());
        assertThat(csv.text()).isEqualTo("\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "=HYPERLINK(\"http://x\",\"y\")"})
    void no_name_becomes_a_formula(String name) {
        String line = line(name);

        assertThat(line).matches("(?s)\"?'.*");
        assertThat(List.of(line.charAt(0), line.charAt(1))).contains('\'');
    }
}
