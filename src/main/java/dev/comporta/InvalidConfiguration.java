package dev.comporta;

import io.smallrye.config.ConfigValidationException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Says in one line what is wrong with the settings. */
final class InvalidConfiguration {

    private static final Pattern UNKNOWN = Pattern.compile("SRCFG00050: (\\S+) in .* does not map to any root");
    private static final Pattern UNUSABLE = Pattern.compile(
            "SRCFG00039: The config property (\\S+) with the config value \"(.*)\" threw an Exception whilst being"
                    + " converted (.*)",
            Pattern.DOTALL);
    private static final Pattern ALLOWED = Pattern.compile("allowed values: (\\S+)");
    private static final Pattern CODE = Pattern.compile("(java\\.[\\w.]+: )?SRCFG\\d+: ");

    private InvalidConfiguration() {}

    static String explain(ConfigValidationException invalid, Settings known) {
        List<String> problems = new ArrayList<>();
        IntStream.range(0, invalid.getProblemCount())
                .mapToObj(i -> invalid.getProblem(i).getMessage())
                .map(problem -> explain(problem, known))
                .forEach(problems::add);
        return explain(problems);
    }

    /** @param unknown the names of environment variables that stand for no setting */
    static String explain(List<String> unknown, Settings known) {
        return explain(unknown.stream().map(name -> unknown(name, known)).toList());
    }

    private static String explain(Collection<String> problems) {
        // A setting that two rooms share is complained about by both.
        Set<String> distinct = new LinkedHashSet<>(problems);
        return "The configuration is not valid: " + String.join("; ", distinct)
                + ". Correct or remove it; docs/reference/configuration.md lists every setting.";
    }

    private static String explain(String problem, Settings known) {
        Matcher unknown = UNKNOWN.matcher(problem);
        if (unknown.find()) {
            return unknown(unknown.group(1), known);
        }
        Matcher unusable = UNUSABLE.matcher(problem);
        if (unusable.find()) {
            return unusable(unusable.group(1), unusable.group(2), unusable.group(3));
        }
        return oneLine(problem);
    }

    private static String unknown(String name, Settings known) {
        return "unknown setting " + name
                + known.nearest(name).map(near -> hint(name, near)).orElse("");
    }

    private static String hint(String name, String nearest) {
        return nearest.equals(name)
                // GATEWAY_PROVIDERS_MY_OWN_...: nobody can tell my-own from my.own, so SmallRye does not try.
                ? " (in a variable the name of a provider must be one word)"
                : " (did you mean " + nearest + "?)";
    }

    private static String unusable(String property, String value, String reason) {
        Matcher allowed = ALLOWED.matcher(reason);
        return "%s (%s) cannot be \"%s\": %s"
                .formatted(
                        property,
                        Settings.variable(property),
                        value,
                        allowed.find() ? "it is one of " + allowed.group(1).replace(",", ", ") : oneLine(reason));
    }

    private static String oneLine(String problem) {
        return CODE.matcher(problem).replaceAll("").lines().findFirst().orElse("");
    }
}
