package dev.comporta.http;

import dev.comporta.client.ClientDirectory;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.model.ModelRegistry;
import dev.comporta.pipeline.AllowedTargets;
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
    private final AllowedTargets targets;

    ModelList(ClientDirectory clients, ModelRegistry registry, AllowedTargets targets) {
        this.clients = clients;
        this.registry = registry;
        this.targets = targets;
    }

    /** Every model that the caller may use. */
    Buffer list(HttpServerRequest request) {
        UUID client = clients.authenticate(request.headers()).clientId();
        return shape(request)
                .list(registry.active().stream()
                        .filter(model -> targets.mayUse(client, model))
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
                .filter(model -> model.active() && targets.mayUse(client, model))
                .map(model -> shape(request).one(model).toBuffer())
                .orElseThrow(() -> new GatewayError(
                        ErrorCode.MODEL_NOT_FOUND, "There is no such model; GET /v1/models lists them.", "model"));
    }

    private static ModelShapes shape(HttpServerRequest request) {
        if (request.path().startsWith("/v1beta/")) {
            return ModelShapes.GEMINI;
        }
        return request.headers().contains("anthropic-version") ? ModelShapes.ANTHROPIC : ModelShapes.OPENAI;
    }
}
