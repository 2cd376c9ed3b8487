package dev.comporta.pipeline;

import dev.comporta.core.GatewayError;
import dev.comporta.dialect.RequestForm;
import dev.comporta.dialect.RequestSize;
import dev.comporta.model.Model;
import dev.comporta.model.ModelRegistry;
import dev.comporta.provider.Providers;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of the field that bounds a chat's answer, and what bounds an answer of which a request says nothing.
 * OpenAI's newer models refuse {@code max_tokens}, Mistral's and many servers' do not know
 * {@code max_completion_tokens}.
 */
@ApplicationScoped
public class OutputLimit {

    /** As long as an answer may be, where nothing limits it. */
    static final long UNLIMITED = 1L << 32;

    private static final Pattern OF_OPENAI = Pattern.compile("(.*/)?(gpt-(?!oss)|chatgpt|o\\d).*");

    /** Quirks of providers all of whose models know the newer name. */
    private static final Set<String> NEWER = Set.of("openai", "groq");

    private static final int LEGACY_ANSWER = 16;

    private final ModelRegistry registry;
    private final Providers providers;

    OutputLimit(ModelRegistry registry, Providers providers) {
        this.registry = registry;
        this.providers = providers;
    }

    /** @param model as the caller wrote it */
    public String field(String model) {
        try {
            return fieldOf(
                    registry.resolve(model, providers.names()).get(0).target().model());
        } catch (GatewayError refused) {
            // The call itself will be, in better words.
            return fieldOf(model);
        }
    }

    private static String fieldOf(String model) {
        return OF_OPENAI.matcher(model).matches() ? "max_completion_tokens" : "max_tokens";
    }

    static String fieldOf(Route route) {
        return NEWER.contains(route.provider().quirks())
                ? "max_completion_tokens"
                : fieldOf(route.target().model());
    }

    /** What an answer cannot exceed, whatever limit the request says or does not say. */
    static long unsaid(Route route, RequestSize size) {
        if (size.form() == RequestForm.UNANSWERED) {
            return 0;
        }
        if (size.form() == RequestForm.COMPLETIONS
                && size.isSilent()
                && route.provider().quirks().equals("openai")) {
            return LEGACY_ANSWER;
        }
        return ofModel(route.model());
    }

    /** How long the longest answer of a model is. */
    static long ofModel(@Nullable Model model) {
        return model == null || model.maxOutputTokens() == null ? UNLIMITED : model.maxOutputTokens();
    }
}
