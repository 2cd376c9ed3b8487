package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.params.provider.Arguments;

/** The providers behind the gateway, each in its own words. */
enum Native {
    OPENAI("gpt-4.1", "/openai/v1", UpstreamResource.OPENAI_KEY, OpenAiNative.OPENAI),
    GROQ("llama-3.3-70b", "/groq/openai/v1", UpstreamResource.GROQ_KEY, OpenAiNative.GROQ),
    MISTRAL("mistral-large", "/mistral/v1", UpstreamResource.MISTRAL_KEY, OpenAiNative.MISTRAL),
    ANTHROPIC("claude-sonnet-4-5", "/anthropic/v1", UpstreamResource.ANTHROPIC_KEY, new AnthropicNative()),
    GOOGLE("gemini-2.5-flash", "/google/v1beta", UpstreamResource.GOOGLE_KEY, new GeminiNative());

    /** What a request carries that the gateway wrote itself. */
    private static final Set<String> PLAIN =
            Set.of("host", "content-type", "content-length", "user-agent", "accept-encoding");

    private static final List<String> KEYS = List.of("authorization", "x-api-key", "x-goog-api-key", "api-key");

    private final String family;
    private final String base;
    private final String key;
    private final NativeApi api;

    Native(String family, String base, String key, NativeApi api) {
        this.family = family;
        this.base = base;
        this.key = key;
        this.api = api;
    }

    NativeApi api() {
        return api;
    }

    /** What a caller of the Responses API reaches: the provider's own, where there is one. */
    NativeApi responses() {
        return this == OPENAI || this == GROQ ? new ResponsesNative() : api;
    }

    /** A model of this provider that nobody has used before, and what it answers. Returns its name without provider. */
    String model(ScriptedUpstream upstream, ScriptedUpstream.Script script) {
        return model(upstream, family, script);
    }

    /** One of a family of models, whose digits are those of the family's version only. */
    static String model(ScriptedUpstream upstream, String family, ScriptedUpstream.Script script) {
        StringBuilder model = new StringBuilder(family).append('-');
        upstream.model(script).chars().forEach(c -> model.append((char) (Character.isDigit(c) ? c - '0' + 'a' : c)));
        upstream.script(model.toString(), script);
        return model.toString();
    }

    /** How callers name it. */
    String named(String model) {
        return name().toLowerCase(Locale.ROOT) + "/" + model;
    }

    /** Every provider with every status of failure that it has. */
    static List<Arguments> failures() {
        List<Arguments> failures = new ArrayList<>();
        for (Native provider : values()) {
            List<Integer> statuses = new ArrayList<>(List.of(400, 401, 403, 404, 429, 500, 503));
            if (provider == GROQ) {
                statuses.add(498);
            } else if (provider == ANTHROPIC) {
                statuses.add(529);
            }
            statuses.forEach(status -> failures.add(Arguments.of(provider, status)));
        }
        return failures;
    }

    /** What a caller is told where a provider says this. */
    static int shown(int status) {
        return switch (status) {
            // The key that was refused is not the caller's.
            case 401 -> 502;
            case 498, 529 -> 503;
            default -> status;
        };
    }

    /** A call that was translated: native in all it says, and nothing of the caller's or the gateway's is in it. */
    void assertTranslated(Exchange exchange, String path) {
        assertOwn(exchange, path);
        Set<String> names = new HashSet<>(exchange.request().names());
        names.removeAll(PLAIN);
        assertThat(names)
                .isEqualTo(
                        switch (this) {
                            case ANTHROPIC -> Set.of("x-api-key", "anthropic-version");
                            case GOOGLE -> Set.of("x-goog-api-key");
                            default -> Set.of("authorization");
                        });
        if (this == ANTHROPIC) {
            assertThat(exchange.request().header("anthropic-version")).isEqualTo("2023-06-01");
        }
    }

    /** The provider's own key, where it looks for it, and nothing of the gateway's. */
    void assertOwn(Exchange exchange, String path) {
        Wire.Message request = exchange.request();
        assertThat(request.startLine()).isEqualTo("POST " + base + path + " HTTP/1.1");
        assertThat(request.header("content-type")).startsWith("application/json");
        String own = switch (this) {
            case ANTHROPIC -> "x-api-key";
            case GOOGLE -> "x-goog-api-key";
            default -> "authorization";
        };
        for (String name : KEYS) {
            String expected = own.equals("authorization") ? "Bearer " + key : key;
            assertThat(request.header(name)).as(name).isEqualTo(name.equals(own) ? expected : "");
        }
        assertThat(request.names()).noneMatch(name -> name.startsWith("x-gateway-"));
        assertThat(request.startLine() + request.headers() + request.text()).doesNotContain(Gateway.SHARED_KEY);
    }
}
