package dev.comporta.http;

import dev.comporta.core.ApiType;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Set;

/**
 * An endpoint that callers may reach.
 *
 * @param methods that it knows
 * @param template its segments below {@code /v1}; {@code *} stands for any one segment
 * @param form whether its body may be a form too, and of any size
 * @param model whether its body names a model
 * @param metered whether calling it by POST uses something that a provider bills
 * @param elsewhere whether it has a route of its own
 */
record AllowedPath(
        Set<HttpMethod> methods,
        List<String> template,
        ApiType apiType,
        boolean form,
        boolean model,
        boolean metered,
        boolean elsewhere) {

    boolean matches(List<String> segments) {
        if (segments.size() != template.size()) {
            return false;
        }
        for (int i = 0; i < segments.size(); i++) {
            String expected = template.get(i);
            if (!expected.equals("*") && !expected.equals(segments.get(i))) {
                return false;
            }
        }
        return true;
    }
}
