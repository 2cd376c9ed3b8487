package dev.comporta.privacy;

/**
 * CPF and CNPJ, with the check digits of the Receita Federal. Since July of 2026 the first twelve characters of a CNPJ
 * may be letters, which count as their ASCII code less 48 (Instrução Normativa RFB 2.229/2024).
 */
final class TaxIds {

    private static final int CPF = 11;
    private static final int CNPJ = 14;
    private static final int CHECK_DIGITS = 2;

    private static final int[][] CPF_SHAPES = {{3, 3, 3, 2}, {11}, {9, 2}};
    private static final int[][] CNPJ_SHAPES = {{2, 3, 3, 4, 2}, {14}, {8, 4, 2}, {12, 2}};

    /** What stands before each of the 14 characters where it is written in groups. */
    private static final String SEPARATORS = "  .  .  /   - ";

    private TaxIds() {}

    /** The last group of a CPF that begins the run, or -1. */
    static int cpf(NumberRun run) {
        int last = divided(run, CPF_SHAPES);
        return last >= 0 && !run.isMonotonous(CPF) && isCpf(run) ? last : -1;
    }

    /** The last group of a CNPJ of digits alone that begins the run, or -1. */
    static int cnpj(NumberRun run) {
        int last = divided(run, CNPJ_SHAPES);
        if (last < 0 || run.isMonotonous(CNPJ)) {
            return -1;
        }
        int[] values = new int[CNPJ];
        for (int i = 0; i < CNPJ; i++) {
            values[i] = run.digit(i);
        }
        return isCnpj(values) ? last : -1;
    }

    private static int divided(NumberRun run, int[][] shapes) {
        for (int[] shape : shapes) {
            int last = run.divided(shape);
            if (last >= 0) {
                return last;
            }
        }
        return -1;
    }

    private static boolean isCpf(NumberRun run) {
        for (int length = CPF - CHECK_DIGITS; length < CPF; length++) {
            int sum = 0;
            for (int i = 0; i < length; i++) {
                sum += run.digit(i) * (length + 1 - i);
            }
            if (run.digit(length) != checkDigit(sum)) {
                return false;
            }
        }
        return true;
    }

    /** Where a CNPJ that has letters and begins at {@code start} ends, or -1. Without separators it is in capitals. */
    static int alphanumericCnpjEnd(String text, int start) {
        int at = start;
        int separators = 0;
        boolean letters = false;
        boolean small = false;
        for (int i = 0; i < CNPJ; i++) {
            if (isSeparator(text, at, i)) {
                separators++;
                at++;
            }
            if (at >= text.length()) {
                return -1;
            }
            char c = text.charAt(at++);
            boolean digit = Chars.isDigit(c);
            boolean capital = Chars.isUpper(c);
            if (!digit && (i >= CNPJ - CHECK_DIGITS || !capital && !isSmall(c))) {
                return -1;
            }
            letters |= !digit;
            small |= !digit && !capital;
        }
        boolean whole = at == text.length() || !Chars.isAlphanumeric(text.charAt(at));
        return whole && letters && (separators > 1 || !small) && isCnpj(values(text, start)) ? at : -1;
    }

    private static boolean isSeparator(String text, int at, int position) {
        char separator = SEPARATORS.charAt(position);
        return separator != ' ' && at < text.length() && text.charAt(at) == separator;
    }

    private static boolean isSmall(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static int[] values(String text, int start) {
        int[] values = new int[CNPJ];
        int at = start;
        for (int i = 0; i < CNPJ; i++) {
            at += isSeparator(text, at, i) ? 1 : 0;
            char c = text.charAt(at++);
            values[i] = (isSmall(c) ? c - 'a' + 'A' : c) - '0';
        }
        return values;
    }

    private static boolean isCnpj(int[] values) {
        for (int length = CNPJ - CHECK_DIGITS; length < CNPJ; length++) {
            int sum = 0;
            for (int i = 0; i < length; i++) {
                sum += values[i] * ((length - 1 - i) % 8 + 2);
            }
            if (values[length] != checkDigit(sum)) {
                return false;
            }
        }
        return true;
    }

    private static int checkDigit(int sum) {
        int rest = sum % 11;
        return rest < 2 ? 0 : 11 - rest;
    }
}
