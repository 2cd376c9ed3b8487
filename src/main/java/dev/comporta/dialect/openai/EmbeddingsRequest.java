package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.TargetTraits;
import io.vertx.core.buffer.Buffer;

/**
 * A request for embeddings to a provider of the same dialect: the caller's bytes, but for what Mistral, who refuses
 * every field that it does not know, calls by another name or does not know.
 *
 * @see <a href="https://docs.mistral.ai/api/endpoint/embeddings">Mistral's embeddings</a>
 */
public final class EmbeddingsRequest {

    private static final String MISTRAL = "mistral";
    private static final String DIMENSIONS = "dimensions";
    private static final String USER = "user";

    private EmbeddingsRequest() {}

    /** The body for the provider. */
    public static Buffer body(ModelRequest request, TargetTraits traits, Dropped dropped) {
        boolean differs = traits.quirks().equals(MISTRAL)
                && (request.fields().contains(DIMENSIONS) || request.fields().contains(USER));
        if (!differs) {
            return request.forwarded(traits.model(), false, false);
        }
        ObjectNode body = request.tree();
        if (body.has(DIMENSIONS)) {
            body.set("output_dimension", body.remove(DIMENSIONS));
        }
        if (body.remove(USER) != null) {
            dropped.add(USER);
        }
        body.put("model", traits.model());
        return Buffer.buffer(Json.bytes(body));
    }
}
