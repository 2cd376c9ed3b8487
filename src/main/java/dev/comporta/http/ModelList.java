package dev.comporta.http;

import dev.comporta.client.ClientDirectory;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.model.Model;
import dev.comporta.model.ModelRegistry;
import dev.comporta.model.Prices;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/models} in OpenAI's shape, plus what the registry knows: context window, prices, capabilities.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/models">Models</a>
 */
@ApplicationScoped
public class ModelList {

    private static final String PREFIX = "/v1/models/";

    private final ClientDirectory clients;
    private final ModelRegistry registry;

    ModelList(ClientDirectory clients, ModelRegistry registry) {
        this.clients = clients;
        this.registry = registry;
    }

    /** Every model that the caller may use. */
    Buffer list(HttpServerRequest request) {
        clients.authenticate(request.headers());
        JsonArray data = new JsonArray();
        registry.active().forEach(model -> data.add(json(model)));
        return new JsonObject().put("object", "list").put("data", data).toBuffer();
    }

    /** One of them, by its gateway identifier. */
    Buffer one(HttpServerRequest request) {
        clients.authenticate(request.headers());
        // In a path a plus sign is itself, and not a space.
        String path = URLDecoder.decode(request.path().replace("+", "%2B"), StandardCharsets.UTF_8);
        String identifier = path.substring(PREFIX.length());
        return registry.find(identifier)
                .filter(Model::active)
                .map(model -> json(model).toBuffer())
                .orElseThrow(() -> new GatewayError(
                        ErrorCode.MODEL_NOT_FOUND, "There is no such model; GET /v1/models lists them.", "model"));
    }

    private static JsonObject json(Model model) {
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
