package dev.comporta.model;

import dev.comporta.core.EditDistance;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What somebody who wrote a wrong model name may have meant. */
final class CloseMatches {

    private static final int LIMIT = 3;
    private static final int MAX_EDITS = 3;
    private static final int CHARACTERS_PER_EDIT = 4;
    private static final int MIN_SUBSTRING = 3;

    private record Match(String name, boolean isClose, int edits) {}

    private CloseMatches() {}

    /** The up to three of {@code names}, closest first, that resemble {@code asked} with or without its provider. */
    static List<String> of(String asked, Collection<String> names) {
        String wanted = asked.toLowerCase(Locale.ROOT);
        return names.stream()
                .map(name -> match(wanted, name))
                .filter(Match::isClose)
                .sorted(Comparator.comparingInt(Match::edits).thenComparing(Match::name))
                .limit(LIMIT)
                .map(Match::name)
                .toList();
    }

    private static Match match(String wanted, String name) {
        Match whole = compare(wanted, name.toLowerCase(Locale.ROOT), name);
        Match bare = compare(withoutProvider(wanted), withoutProvider(name.toLowerCase(Locale.ROOT)), name);
        return bare.edits() <= whole.edits() ? bare : whole;
    }

    private static Match compare(String wanted, String candidate, String name) {
        boolean contains = Math.min(wanted.length(), candidate.length()) >= MIN_SUBSTRING
                && (candidate.contains(wanted) || wanted.contains(candidate));
        int edits = EditDistance.between(wanted, candidate);
        // Of a short name a few edits leave nothing.
        int tolerated = Math.min(MAX_EDITS, 1 + wanted.length() / CHARACTERS_PER_EDIT);
        return new Match(name, contains || edits <= tolerated, edits);
    }

    private static String withoutProvider(String name) {
        return name.substring(name.indexOf('/') + 1);
    }
}
