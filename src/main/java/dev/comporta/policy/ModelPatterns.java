package dev.comporta.policy;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A list of model names and globs. Immutable. */
final class ModelPatterns {

    private final Set<String> exact;
    private final List<Glob> globs;

    ModelPatterns(Collection<String> patterns) {
        exact = patterns.stream()
                .filter(pattern -> !Glob.isGlob(pattern))
                .map(AskedModel::fold)
                .collect(Collectors.toUnmodifiableSet());
        globs = patterns.stream()
                .filter(Glob::isGlob)
                .map(AskedModel::fold)
                .distinct()
                .map(Glob::new)
                .toList();
    }

    /** The first pattern, folded, that matches this folded name; null if none does. */
    @Nullable
    String find(String name) {
        if (exact.contains(name)) {
            return name;
        }
        for (Glob glob : globs) {
            if (glob.matches(name)) {
                return glob.pattern();
            }
        }
        return null;
    }

    boolean match(String name) {
        return find(name) != null;
    }
}
