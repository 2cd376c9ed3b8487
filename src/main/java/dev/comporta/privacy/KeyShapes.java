package dev.comporta.privacy;

import java.util.List;
import java.util.Set;

/**
 * Keys and other credentials: those that say by their beginning what they are, and those that a word before them says.
 * Measures each run of characters a bounded number of times.
 */
final class KeyShapes {

    private static final List<String> PREFIXES = List.of(
            "vck_",
            "sk-",
            "sk_",
            "rk_live_",
            "gsk_",
            "AIza",
            "AKIA",
            "ASIA",
            "xai-",
            "hf_",
            "r8_",
            "nvapi-",
            "pplx-",
            "ghp_",
            "gho_",
            "ghs_",
            "github_pat_",
            "glpat-",
            "xoxb-",
            "xoxp-",
            "hvs.",
            "eyJ");

    /** Words after which a key stands, and schemes of {@code Authorization}. */
    private static final List<String> NAMES = List.of(
            "api_key",
            "api-key",
            "apikey",
            "api key",
            "authorization",
            "access_token",
            "refresh_token",
            "client_secret",
            "secret_key",
            "secret_access_key",
            "private_key");

    private static final List<String> SCHEMES = List.of("bearer", "basic", "token");

    /** Members of objects whose values are secret, whatever they look like; see {@link Redaction#plain}. */
    private static final Set<String> SECRET_NAMES = Set.of(
            "apikey",
            "xapikey",
            "xgoogapikey",
            "authorization",
            "proxyauthorization",
            "accesstoken",
            "refreshtoken",
            "clientsecret",
            "secret",
            "secretkey",
            "secretaccesskey",
            "privatekey",
            "password",
            "passwd",
            "senha",
            "cvv",
            "cvc");

    private static final int SHORTEST = 12;
    private static final int SHORTEST_NAMED = 16;
    private static final int FEWEST_KINDS = 8;
    private static final int MOST_BETWEEN = 8;
    /** More of a run than this is not looked at to judge it. */
    private static final int JUDGED = 64;

    private final String text;
    /** Up to here no key begins by its prefix: what was measured is none, and no part of it is. */
    private int barren;

    private int start;
    private int end;

    KeyShapes(String text) {
        this.text = text;
    }

    static boolean isSecretName(String name) {
        return name.length() <= 24 && SECRET_NAMES.contains(Redaction.plain(name));
    }

    /** Whether a key, or a word before one, begins at {@code at}. */
    boolean find(int at) {
        return switch (text.charAt(at)) {
            case 'v', 's', 'r', 'g', 'x', 'h', 'n', 'p', 'A', 'e' -> prefixed(at) || named(at);
            case 'a', 'b', 'c', 'B', 'C', 'R', 'S', 'P' -> named(at);
            default -> false;
        };
    }

    /** Where the key begins that was found. */
    int start() {
        return start;
    }

    int end() {
        return end;
    }

    private boolean prefixed(int at) {
        if (at < barren) {
            return false;
        }
        for (String prefix : PREFIXES) {
            if (text.startsWith(prefix, at)) {
                int value = at + prefix.length();
                int after = tokenEnd(value);
                if (after - value >= SHORTEST && isMixed(value, after)) {
                    start = at;
                    end = prefix.equals("eyJ") ? dottedEnd(after) : after;
                    return true;
                }
                barren = after;
                return false;
            }
        }
        return false;
    }

    private int tokenEnd(int from) {
        int at = from;
        while (at < text.length() && Chars.isToken(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** The further parts of a JSON web token. */
    private int dottedEnd(int from) {
        int at = from;
        for (int parts = 0; parts < 4 && at < text.length() && text.charAt(at) == '.'; parts++) {
            at = tokenEnd(at + 1);
        }
        return at;
    }

    /** Whether there is a digit or a capital: {@code sk-learn-pipeline-steps} is no key. */
    private boolean isMixed(int from, int to) {
        for (int i = from; i < to; i++) {
            if (Chars.isDigit(text.charAt(i)) || Chars.isUpper(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private boolean named(int at) {
        int value = schemeEnd(at);
        if (value < 0) {
            value = nameEnd(at);
        }
        return value > 0 && isValue(value);
    }

    /** Where the value after a name such as {@code api_key} begins, or -1. */
    private int nameEnd(int at) {
        for (String name : NAMES) {
            if (text.regionMatches(true, at, name, 0, name.length())) {
                int value = at + name.length();
                boolean said = false;
                int latest = Math.min(text.length(), value + MOST_BETWEEN);
                while (value < latest && isBetween(text.charAt(value))) {
                    said |= text.charAt(value) == ':' || text.charAt(value) == '=';
                    value++;
                }
                if (!said) {
                    return -1;
                }
                int scheme = schemeEnd(value);
                return scheme < 0 ? value : scheme;
            }
        }
        return -1;
    }

    private static boolean isBetween(char c) {
        return Chars.isSpace(c) || ":=\"'\\`>".indexOf(c) >= 0;
    }

    /** Where the value after {@code Bearer} begins, or -1. */
    private int schemeEnd(int at) {
        for (String scheme : SCHEMES) {
            int value = at + scheme.length();
            if (value < text.length()
                    && text.regionMatches(true, at, scheme, 0, scheme.length())
                    && Chars.isSpace(text.charAt(value))) {
                while (value < text.length() && value < at + MOST_BETWEEN + 2 && Chars.isSpace(text.charAt(value))) {
                    value++;
                }
                return value;
            }
        }
        return -1;
    }

    /** Whether what begins here is long and looks like chance: many different characters, and not letters alone. */
    private boolean isValue(int from) {
        int at = from;
        long low = 0;
        long high = 0;
        boolean mixed = false;
        while (at < text.length() && at < from + JUDGED && isValuePart(text.charAt(at))) {
            char c = text.charAt(at++);
            mixed |= Chars.isDigit(c) || Chars.isUpper(c);
            if (c < 64) {
                low |= 1L << c;
            } else {
                high |= 1L << c - 64;
            }
        }
        if (at - from < SHORTEST_NAMED || !mixed || Long.bitCount(low) + Long.bitCount(high) < FEWEST_KINDS) {
            return false;
        }
        while (at < text.length() && isValuePart(text.charAt(at))) {
            at++;
        }
        start = from;
        end = at;
        return true;
    }

    private static boolean isValuePart(char c) {
        return Chars.isToken(c) || ".~+/=".indexOf(c) >= 0;
    }
}
