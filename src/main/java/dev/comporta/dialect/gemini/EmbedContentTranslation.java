package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.AnswerStream;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.Outgoing;
import dev.comporta.dialect.ProviderApi;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.TargetTraits;
import dev.comporta.dialect.Translation;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A caller of Google's {@code embedContent} or {@code batchEmbedContents} and a provider of OpenAI's
 * {@code /embeddings}. What a text is for, and its title, cannot be told there, and are reported as dropped.
 */
public final class EmbedContentTranslation implements Translation {

    private static final double MOST_TOKENS = 1e12;

    private final ModelRequest request;
    private final boolean batch;
    private final ProviderApi provider;
    private final TargetTraits traits;
    private final Dropped dropped;

    /**
     * @param batch whether {@code batchEmbedContents} was called
     * @param provider reads the provider's errors
     */
    public EmbedContentTranslation(
            ModelRequest request, boolean batch, ProviderApi provider, TargetTraits traits, Dropped dropped) {
        this.request = request;
        this.batch = batch;
        this.provider = provider;
        this.traits = traits;
        this.dropped = dropped;
    }

    @Override
    public Outgoing request() {
        ObjectNode asked = Camel.names(request.tree());
        ObjectNode body = Json.object().put("model", traits.model());
        ArrayNode input = body.putArray("input");
        if (batch) {
            ArrayNode requests = Given.array(asked, "requests", "requests");
            if (requests == null || requests.isEmpty()) {
                throw Given.invalid("requests", "must hold at least one request");
            }
            for (int i = 0; i < requests.size(); i++) {
                String path = "requests[%d]".formatted(i);
                one(Camel.names(Given.asObject(requests.get(i), path)), path + ".", "requests[].", i == 0, body);
            }
            rest(asked, Set.of("requests", "model"), "");
        } else {
            one(asked, "", "", true, body);
        }
        body.put("encoding_format", "float");
        return new Outgoing("/embeddings", Buffer.buffer(Json.bytes(body.set("input", input))));
    }

    /** All texts of one request to OpenAI are embedded alike. */
    private void one(ObjectNode asked, String path, String dropPath, boolean first, ObjectNode body) {
        ((ArrayNode) body.get("input")).add(text(asked, path + "content"));
        Integer dimensions = Given.integer(asked, "outputDimensionality", path + "outputDimensionality");
        if (first && dimensions != null) {
            body.put("dimensions", dimensions);
        } else if (!first
                && (dimensions == null
                        ? body.has("dimensions")
                        : body.path("dimensions").asInt(-1) != dimensions)) {
            throw Given.unsupported(
                    path + "outputDimensionality", "must be the same in all requests for this model's provider");
        }
        rest(asked, Set.of("model", "content", "outputDimensionality"), dropPath);
    }

    private void rest(ObjectNode asked, Set<String> read, String path) {
        asked.properties().forEach(field -> {
            if (!read.contains(field.getKey()) && !field.getValue().isNull()) {
                dropped.add(path + field.getKey());
            }
        });
    }

    private static String text(ObjectNode asked, String path) {
        ArrayNode parts = Given.array(Given.requiredObject(asked, "content", path), "parts", path + ".parts");
        StringBuilder text = new StringBuilder();
        for (JsonNode part : parts == null ? Json.array() : parts) {
            String said = Given.string(Given.asObject(part, path + ".parts"), "text", path + ".parts[].text");
            if (said == null) {
                throw Given.unsupported(path + ".parts", "must hold text only for this model's provider");
            }
            text.append(text.isEmpty() ? "" : "\n").append(said);
        }
        if (text.isEmpty()) {
            throw Given.invalid(path, "must hold text");
        }
        return text.toString();
    }

    @Override
    public @Nullable Whole whole(byte[] body) {
        JsonNode answer;
        try {
            answer = Json.tree(body);
        } catch (IOException e) {
            return null;
        }
        ProviderError error = answer.has("data") ? null : provider.error(200, body);
        if (error != null) {
            return new Whole(Buffer.buffer(), null, error, () -> "", null);
        }
        ArrayNode embeddings = embeddings(answer.path("data"));
        if (embeddings == null || embeddings.isEmpty()) {
            return null;
        }
        ObjectNode told = Json.object();
        told.set(batch ? "embeddings" : "embedding", batch ? embeddings : embeddings.get(0));
        return new Whole(Buffer.buffer(Json.bytes(told)), usage(answer.path("usage")), null, () -> "", null);
    }

    /** In the order of the texts; null if one holds no numbers. */
    private static @Nullable ArrayNode embeddings(JsonNode data) {
        ArrayNode embeddings = Json.array();
        List<JsonNode> inOrder = StreamSupport.stream(data.spliterator(), false)
                .sorted(Comparator.comparingInt(one -> one.path("index").asInt()))
                .toList();
        for (JsonNode one : inOrder) {
            if (!one.path("embedding").isArray()) {
                return null;
            }
            embeddings.addObject().set("values", one.path("embedding"));
        }
        return embeddings;
    }

    private static @Nullable TokenUsage usage(JsonNode usage) {
        double tokens = usage.path("prompt_tokens").asDouble(-1);
        return tokens >= 0 && tokens <= MOST_TOKENS ? TokenUsage.of((long) tokens, 0) : null;
    }

    @Override
    public AnswerStream stream() {
        throw new GatewayError(ErrorCode.PROVIDER_FAILED, "The provider sent a stream where none was asked for.");
    }

    @Override
    public @Nullable ProviderError error(int status, byte[] body) {
        return provider.error(status, body);
    }

    @Override
    public Buffer write(ProviderError error) {
        return GoogleError.body(error);
    }

    @Override
    public boolean isPassing() {
        return false;
    }
}
