package dev.comporta.http;

import dev.comporta.client.ClientDirectory;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.model.Model;
import dev.comporta.model.ModelRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;

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
}
