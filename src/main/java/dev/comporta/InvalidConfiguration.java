package dev.comporta;

import io.smallrye.config.ConfigValidationException;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says in one line what is wrong with the settings. */
final class InvalidConfiguration {

    private static final Pattern UNKNOWN = Pattern.compile("SRCFG00050: (\\S+) in .* does not map to any root");

    private InvalidConfiguration() {}

    static String explain(ConfigValidationException invalid) {
        StringJoiner problems = new StringJoiner("; ");
        for (int i = 0; i < invalid.getProblemCount(); i++) {
            String problem = invalid.getProblem(i).getMessage();
            Matcher unknown = UNKNOWN.matcher(problem);
            problems.add(unknown.find() ? "unknown setting " + unknown.group(1) : problem);
        }
        return "The configuration is not valid: " + problems
                + ". Correct or remove it; docs/reference/configuration.md lists every setting.";
    }
}
