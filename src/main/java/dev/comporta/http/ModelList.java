package dev.comporta.http;

import dev.comporta.client.ClientDirectory;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.model.Model;
import dev.comporta.model.ModelRegistry;
import dev.comporta.policy.Policies;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** The registry's models, listed and one by one, in the shape of the caller's SDK. */
@ApplicationScoped
public class ModelList {

    private static final String MODELS = "/models/";

    private final ClientDirectory clients;
    private final ModelRegistry registry;
    private final Policies policies;

    ModelList(ClientDirectory clients, ModelRegistry registry, Policies policies) {
        this.clients = clients;
        this.registry = registry;
        this.policies = policies;
    }

    /** Every model that the caller may use. */
    Buffer list(HttpServerRequest request) {
        UUID client = clients.authenticate(request.headers()).clientId();
        return shape(request)
                .list(registry.active().stream()
                        .filter(model -> mayUse(client, model))
                        .toList())
                .toBuffer();
    }

    /** One of them, by its gateway identifier. */
    Buffer one(HttpServerRequest request) {
        UUID client = clients.authenticate(request.headers()).clientId();
        // In a path a plus sign is itself, and not a space.
        String path = URLDecoder.decode(request.path().replace("+", "%2B"), StandardCharsets.UTF_8);
        String identifier = path.substring(path.indexOf(MODELS) + MODELS.length());
        return registry.find(identifier)
                .filter(model -> model.active() && mayUse(client, model))
                .map(model -> shape(request).one(model).toBuffer())
                .orElseThrow(() -> new GatewayError(
                        ErrorCode.MODEL_NOT_FOUND, "There is no such model; GET /v1/models lists them.", "model"));
    }

    /** A name that stands for several is of use if one of them is. */
    private boolean mayUse(UUID client, Model model) {
        if (!model.isAlias()) {
            return policies.mayUse(client, model.provider(), model.name());
        }
        return model.fallbackChain().stream().anyMatch(target -> {
            int slash = target.indexOf('/');
            return policies.mayUse(
                    client, target.substring(0, Math.max(slash, 0)), target.substring(slash + 1), model.name());
        });
    }

    private static ModelShapes shape(HttpServerRequest request) {
        if (request.path().startsWith("/v1beta/")) {
            return ModelShapes.GEMINI;
        }
        return request.headers().contains("anthropic-version") ? ModelShapes.ANTHROPIC : ModelShapes.OPENAI;
    }
}
