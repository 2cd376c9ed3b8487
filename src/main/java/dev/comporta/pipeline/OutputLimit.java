package dev.comporta.pipeline;

import dev.comporta.core.GatewayError;
import dev.comporta.model.ModelRegistry;
import dev.comporta.provider.Providers;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.regex.Pattern;

/**
 * The name of the field that bounds an answer. OpenAI's newer models refuse {@code max_tokens}, Mistral's and many
 * servers' do not know {@code max_completion_tokens}.
 */
@ApplicationScoped
public class OutputLimit {

    private static final Pattern OF_OPENAI = Pattern.compile("(.*/)?(gpt-(?!oss)|chatgpt|o\\d).*");

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

    static String fieldOf(String model) {
        return OF_OPENAI.matcher(model).matches() ? "max_completion_tokens" : "max_tokens";
    }
}
