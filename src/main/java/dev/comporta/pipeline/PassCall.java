package dev.comporta.pipeline;

import dev.comporta.core.Call;
import java.util.List;

/**
 * A call that is passed through.
 *
 * @param call its body is empty unless it is JSON
 * @param path below {@code /v1}, undecoded, such as {@code /files/a%2Fb}
 * @param segments of the path, undecoded
 * @param namesModel whether a model in the body decides where it goes
 * @param metered whether it uses something that the provider bills
 */
public record PassCall(
        Call call, String path, List<String> segments, boolean namesModel, boolean metered, PassBody body) {}
