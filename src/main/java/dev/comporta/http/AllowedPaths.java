package dev.comporta.http;

import dev.comporta.core.ApiType;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that callers may reach below {@code /v1}. A list of what is allowed and not of what is forbidden: the shared
 * provider key opens far more than the gateway can meter or keep apart, and vendors add to it without asking.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference">OpenAI's API</a>
 */
final class AllowedPaths {

    /**
     * Methods, path, API, and how: {@code form} bodies may be forms, {@code model} bodies name one, a POST to what is
     * {@code metered} is billed, and what is {@code elsewhere} has its own route. The first line that fits counts.
     */
    private static final String TABLE = """
            POST            /chat/completions                       chat.completions  elsewhere
            GET             /chat/completions                       chat.completions
            GET,POST,DELETE /chat/completions/*                     chat.completions
            GET             /chat/completions/*/messages            chat.completions
            POST            /responses                              responses         elsewhere
            POST            /responses/input_tokens                 responses         model
            POST            /responses/compact                      responses         model metered
            GET,DELETE      /responses/*                            responses
            POST            /responses/*/cancel                     responses
            GET             /responses/*/input_items                responses
            POST            /messages                               messages          elsewhere
            POST            /messages/count_tokens                  count_tokens      elsewhere
            POST            /embeddings                             embeddings        elsewhere
            POST            /completions                            completions       elsewhere
            POST            /moderations                            moderations       model metered
            POST            /images/generations                     images            model metered
            POST            /images/edits                           images            model metered form
            POST            /images/variations                      images            model metered form
            POST            /audio/speech                           audio             model metered
            POST            /audio/transcriptions                   audio             model metered form
            POST            /audio/translations                     audio             model metered form
            GET,POST        /files                                  files             form
            GET,DELETE      /files/*                                files
            GET             /files/*/content                        files
            POST            /uploads                                uploads
            POST            /uploads/*/parts                        uploads           form
            POST            /uploads/*/complete                     uploads
            POST            /uploads/*/cancel                       uploads
            GET,POST        /batches                                batches           metered
            GET             /batches/*                              batches
            POST            /batches/*/cancel                       batches
            GET,POST        /fine_tuning/jobs                       fine_tuning       model metered
            GET             /fine_tuning/jobs/*                     fine_tuning
            POST            /fine_tuning/jobs/*/cancel              fine_tuning
            POST            /fine_tuning/jobs/*/pause               fine_tuning
            POST            /fine_tuning/jobs/*/resume              fine_tuning
            GET             /fine_tuning/jobs/*/events              fine_tuning
            GET             /fine_tuning/jobs/*/checkpoints         fine_tuning
            POST            /fine_tuning/alpha/graders/run          fine_tuning       metered
            POST            /fine_tuning/alpha/graders/validate     fine_tuning
            GET,POST        /vector_stores                          vector_stores
            GET,POST,DELETE /vector_stores/*                        vector_stores
            POST            /vector_stores/*/search                 vector_stores     metered
            GET,POST        /vector_stores/*/files                  vector_stores
            GET,POST,DELETE /vector_stores/*/files/*                vector_stores
            GET             /vector_stores/*/files/*/content        vector_stores
            POST            /vector_stores/*/file_batches           vector_stores
            GET             /vector_stores/*/file_batches/*         vector_stores
            POST            /vector_stores/*/file_batches/*/cancel  vector_stores
            GET             /vector_stores/*/file_batches/*/files   vector_stores
            POST            /conversations                          conversations
            GET,POST,DELETE /conversations/*                        conversations
            GET,POST        /conversations/*/items                  conversations
            GET,DELETE      /conversations/*/items/*                conversations
            GET,POST        /containers                             containers        metered
            GET,DELETE      /containers/*                           containers
            GET,POST        /containers/*/files                     containers        form
            GET,DELETE      /containers/*/files/*                   containers
            GET             /containers/*/files/*/content           containers
            GET,POST        /evals                                  evals
            GET,POST,DELETE /evals/*                                evals
            GET,POST        /evals/*/runs                           evals             metered
            GET,POST,DELETE /evals/*/runs/*                         evals
            GET             /evals/*/runs/*/output_items            evals
            GET             /evals/*/runs/*/output_items/*          evals
            GET,POST        /assistants                             assistants        model
            GET,POST,DELETE /assistants/*                           assistants        model
            POST            /threads                                threads
            POST            /threads/runs                           threads           model metered
            GET,POST,DELETE /threads/*                              threads
            GET,POST        /threads/*/messages                     threads
            GET,POST,DELETE /threads/*/messages/*                   threads
            GET,POST        /threads/*/runs                         threads           model metered
            GET,POST        /threads/*/runs/*                       threads
            POST            /threads/*/runs/*/cancel                threads
            POST            /threads/*/runs/*/submit_tool_outputs   threads           metered
            GET             /threads/*/runs/*/steps                 threads
            GET             /threads/*/runs/*/steps/*               threads
            """;

    private static final Map<String, List<AllowedPath>> BY_FIRST_SEGMENT = read();

    private AllowedPaths() {}

    /** The lines that fit a path, whatever their methods; none if it is not to be reached. */
    static List<AllowedPath> at(List<String> segments) {
        return BY_FIRST_SEGMENT.getOrDefault(segments.get(0), List.of()).stream()
                .filter(path -> path.matches(segments))
                .toList();
    }

    /** The methods of these lines, as {@code Allow} names them. */
    static String methods(List<AllowedPath> paths) {
        return paths.stream()
                .flatMap(path -> path.methods().stream())
                .map(HttpMethod::name)
                .collect(Collectors.toCollection(TreeSet::new))
                .stream()
                .collect(Collectors.joining(", "));
    }

    /** Why a path that is not in the list cannot be reached. */
    static GatewayError refusal(List<String> segments) {
        String why = "The gateway passes on only the endpoints that it knows, and this is none of them: its reference,"
                + " docs/reference/data-plane.md, lists them.";
        if (Set.of("organization", "projects").contains(segments.get(0)) || segments.contains("permissions")) {
            why = "The provider's administration is not reached through the gateway: with the shared key, every client"
                    + " would be an administrator.";
        } else if (segments.get(0).equals("realtime")) {
            why = "Sessions and ephemeral keys for the provider's realtime API are not handed out: whoever holds one"
                    + " goes past the gateway.";
        }
        return new GatewayError(ErrorCode.FORBIDDEN, why);
    }

    private static Map<String, List<AllowedPath>> read() {
        Map<String, ApiType> types = Stream.of(ApiType.values()).collect(Collectors.toMap(ApiType::word, type -> type));
        Map<String, List<AllowedPath>> paths = new HashMap<>();
        TABLE.lines().forEach(line -> {
            List<String> words = List.of(line.strip().split("\\s+"));
            List<String> template = List.of(words.get(1).substring(1).split("/"));
            List<String> how = words.subList(3, words.size());
            Set<HttpMethod> methods = new LinkedHashSet<>();
            for (String method : words.get(0).split(",")) {
                methods.add(HttpMethod.valueOf(method));
            }
            paths.computeIfAbsent(template.get(0), first -> new ArrayList<>())
                    .add(new AllowedPath(
                            methods,
                            template,
                            types.get(words.get(2)),
                            how.contains("form"),
                            how.contains("model"),
                            how.contains("metered"),
                            how.contains("elsewhere")));
        });
        return paths;
    }
}
