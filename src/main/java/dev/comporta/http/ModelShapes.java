package dev.comporta.http;

import dev.comporta.model.Model;
import dev.comporta.model.Prices;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Models in the shapes that the callers' SDKs know. */
enum ModelShapes {
    /**
     * OpenAI's, plus what the registry knows: context window, prices, capabilities.
     *
     * @see <a href="https://platform.openai.com/docs/api-reference/models">Models</a>
     */
    OPENAI {
        @Override
        JsonObject list(List<Model> models) {
            return new JsonObject().put("object", "list").put("data", array(models));
        }

        @Override
        JsonObject one(Model model) {
            return new JsonObject()
                    .put("id", model.identifier())
                    .put("object", "model")
                    .put("created", model.createdAt().getEpochSecond())
                    .put("owned_by", model.provider())
                    .put("status", model.status().word())
                    .put("context_window", model.contextWindow())
                    .put("max_output_tokens", model.maxOutputTokens())
                    .put("capabilities", new JsonObject(new LinkedHashMap<>(model.capabilities())))
                    .put("pricing", pricing(model.prices()));
        }
    },

    /** @see <a href="https://platform.claude.com/docs/en/api/models-list">List models</a> */
    ANTHROPIC {
        @Override
        JsonObject list(List<Model> models) {
            return new JsonObject()
                    .put("data", array(models))
                    .put("has_more", false)
                    .put("first_id", models.isEmpty() ? null : models.get(0).identifier())
                    .put(
                            "last_id",
                            models.isEmpty()
                                    ? null
                                    : models.get(models.size() - 1).identifier());
        }

        @Override
        JsonObject one(Model model) {
            return new JsonObject()
                    .put("type", "model")
                    .put("id", model.identifier())
                    .put("display_name", model.name())
                    .put("created_at", model.createdAt().toString())
                    .put("lifecycle", model.status().word())
                    .put("max_input_tokens", model.contextWindow())
                    .put("max_tokens", model.maxOutputTokens());
        }
    },

    /** @see <a href="https://ai.google.dev/api/models">Models</a> */
    GEMINI {
        @Override
        JsonObject list(List<Model> models) {
            return new JsonObject().put("models", array(models));
        }

        @Override
        JsonObject one(Model model) {
            JsonArray methods = model.can("embeddings")
                    ? JsonArray.of("embedContent", "batchEmbedContents")
                    : JsonArray.of("generateContent", "streamGenerateContent", "countTokens");
            JsonObject one = new JsonObject()
                    .put("name", "models/" + model.identifier())
                    .put("displayName", model.name())
                    .put("inputTokenLimit", model.contextWindow())
                    .put("outputTokenLimit", model.maxOutputTokens())
                    .put("supportedGenerationMethods", methods);
            // Google leaves out what it does not know, and its Java SDK fails on null.
            one.getMap().values().removeIf(Objects::isNull);
            return one;
        }
    };

    abstract JsonObject list(List<Model> models);

    abstract JsonObject one(Model model);

    JsonArray array(List<Model> models) {
        JsonArray array = new JsonArray();
        models.forEach(model -> array.add(one(model)));
        return array;
    }

    /** USD per million tokens, as text so that no digit is lost. */
    private static JsonObject pricing(Prices prices) {
        return new JsonObject()
                .put("currency", "USD")
                .put("input_per_million", text(prices.input()))
                .put("output_per_million", text(prices.output()))
                .put("cached_input_per_million", text(prices.cachedInput()))
                .put("cache_write_per_million", text(prices.cacheWrite()));
    }

    private static @Nullable String text(@Nullable BigDecimal price) {
        return price == null ? null : price.toPlainString();
    }
}
