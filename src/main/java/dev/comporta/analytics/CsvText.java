package dev.comporta.analytics;

import java.math.BigDecimal;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Lines of comma-separated values as in RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe
 * in front: names come from callers, and whoever opens a bill must not run them.
 */
final class CsvText {

    private static final String FORMULAS = "=+-@\t\r\n";
    private static final String QUOTED = ",\"\r\n";

    private final StringBuilder text = new StringBuilder();

    void line(Collection<?> cells) {
        String separator = "";
        for (Object cell : cells) {
            text.append(separator);
            append(cell);
            separator = ",";
        }
        text.append("\r\n");
    }

    private void append(@Nullable Object cell) {
        if (cell instanceof BigDecimal number) {
            text.append(number.toPlainString());
        } else if (cell instanceof Number number) {
            text.append(number);
        } else if (cell != null) {
            append(cell.toString());
        }
    }

    private void append(String cell) {
        String safe = !cell.isEmpty() && FORMULAS.indexOf(cell.charAt(0)) >= 0 ? "'" + cell : cell;
        // What is empty and not absent is told apart by its quotes.
        if (safe.isEmpty() || safe.chars().anyMatch(character -> QUOTED.indexOf(character) >= 0)) {
            text.append('"').append(safe.replace("\"", "\"\"")).append('"');
        } else {
            text.append(safe);
        }
    }

    String text() {
        return text.toString();
    }
}
