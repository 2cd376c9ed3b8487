package dev.comporta.dialect.gemini;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
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
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.TargetTraits;
import dev.comporta.dialect.Translation;
import dev.comporta.dialect.openai.OpenAiError;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A caller of OpenAI's {@code /v1/embeddings} and Google's {@code batchEmbedContents}. One request becomes one request,
 * so there may be no more texts than Google takes in one.
 *
 * <p>Google seldom says what was used. Then {@link Whole#usage} is null, and the answer's own {@code usage}, which
 * OpenAI's SDKs expect, is a rough estimate of one token for four characters.
 *
 * @see <a href="https://ai.google.dev/api/embeddings">Google's description</a>
 */
public final class EmbeddingsTranslation implements Translation {

    /** "At most 100 requests can be in one batch", as Google answers. */
    private static final int MOST_TEXTS = 100;

    private static final int CHARACTERS_PER_TOKEN = 4;
    private static final Set<String> READ =
            Set.of("model", "input", "dimensions", "encoding_format", "stream", "stream_options");

    private final ModelRequest request;
    private final TargetTraits traits;
    private final Dropped dropped;

    public EmbeddingsTranslation(ModelRequest request, TargetTraits traits, Dropped dropped) {
        this.request = request;
        this.traits = traits;
        this.dropped = dropped;
    }

    @Override
    public Outgoing request() {
        ObjectNode asked = request.tree();
        if (request.stream()) {
            throw Given.unsupported("stream", "must be false, because embeddings come at once");
        }
        format(asked);
        Integer dimensions = Given.integer(asked, "dimensions", "dimensions");
        String model = ModelPath.resource(traits.model());
        ObjectNode body = Json.object();
        ArrayNode requests = body.putArray("requests");
        for (String text : texts(asked)) {
            ObjectNode one = requests.addObject().put("model", model);
            one.putObject("content").putArray("parts").add(Parts.text(text));
            if (dimensions != null) {
                one.put("outputDimensionality", dimensions);
            }
        }
        asked.properties().forEach(field -> {
            if (!READ.contains(field.getKey()) && !field.getValue().isNull()) {
                dropped.add(field.getKey());
            }
        });
        return new Outgoing(ModelPath.of(traits.model(), "batchEmbedContents"), Buffer.buffer(Json.bytes(body)));
    }

    private static boolean isBase64(String format) {
        return format.equals("base64");
    }

    private static String format(ObjectNode asked) {
        String format = Given.string(asked, "encoding_format", "encoding_format");
        if (format != null && !format.equals("float") && !isBase64(format)) {
            throw Given.invalid("encoding_format", "must be float or base64");
        }
        return format == null ? "float" : format;
    }

    private static List<String> texts(ObjectNode asked) {
        JsonNode input = Given.any(asked, "input");
        if (input == null || !input.isTextual() && !input.isArray() || input.isEmpty() && input.isArray()) {
            throw Given.invalid("input", "must be a string or an array of strings that is not empty");
        }
        if (input.size() > MOST_TEXTS && input.path(0).isTextual()) {
            throw Given.unsupported(
                    "input", "must hold at most %d texts for this model's provider".formatted(MOST_TEXTS));
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode text : input.isTextual() ? List.of(input) : input) {
            if (text.isNumber() || text.isArray()) {
                throw Given.unsupported("input", "must hold text, not tokens, for this model's provider");
            }
            String said = Given.asString(text, "input");
            if (said.isEmpty()) {
                throw Given.invalid("input", "must not hold an empty text");
            }
            texts.add(said);
        }
        return texts;
    }

    @Override
    public @Nullable Whole whole(byte[] body) {
        ObjectNode asked = request.tree();
        List<String> texts = texts(asked);
        Buffer data = Buffer.buffer("{\"object\":\"list\",\"data\":[");
        Read read;
        try {
            read = read(body, isBase64(format(asked)), data);
        } catch (IOException e) {
            return null;
        }
        ProviderError error = read.error ? GoogleError.read(200, body) : null;
        if (error == null && read.count != texts.size()) {
            return null;
        }
        long tokens = read.usage == null ? estimated(texts) : read.usage.inputTokens();
        data.appendString("],\"model\":")
                .appendBytes(Json.quoted(request.model()))
                .appendString(",\"usage\":{\"prompt_tokens\":%d,\"total_tokens\":%d}}".formatted(tokens, tokens));
        return new Whole(error == null ? data : Buffer.buffer(), read.usage, error, () -> "", null);
    }

    private static long estimated(List<String> texts) {
        return texts.stream()
                .mapToLong(text -> (text.length() + CHARACTERS_PER_TOKEN - 1) / CHARACTERS_PER_TOKEN)
                .sum();
    }

    private record Read(int count, @Nullable TokenUsage usage, boolean error) {}

    /** Token by token: an answer may hold hundreds of thousands of numbers, which pass in Google's spelling. */
    private static Read read(byte[] body, boolean base64, Buffer data) throws IOException {
        int count = 0;
        TokenUsage usage = null;
        boolean error = false;
        try (JsonParser json = Json.parser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("not an object");
            }
            String name;
            while ((name = json.nextFieldName()) != null) {
                JsonToken value = json.nextToken();
                if (name.equals("embeddings") && value == JsonToken.START_ARRAY) {
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        embedding(json, count++, base64, data);
                    }
                } else if (name.equals("usageMetadata") && value == JsonToken.START_OBJECT) {
                    usage = UsageMetadata.read(json);
                } else {
                    error |= name.equals("error");
                    json.skipChildren();
                }
            }
            if (json.nextToken() != null) {
                throw new IOException("more than one value");
            }
        }
        return new Read(count, usage, error);
    }

    private static void embedding(JsonParser json, int index, boolean base64, Buffer data) throws IOException {
        boolean found = false;
        String name;
        while ((name = json.nextFieldName()) != null) {
            if (json.nextToken() == JsonToken.START_ARRAY && name.equals("values") && !found) {
                found = true;
                data.appendString(index == 0 ? "" : ",")
                        .appendString("{\"object\":\"embedding\",\"index\":%d,\"embedding\":".formatted(index));
                if (base64) {
                    floats(json, data);
                } else {
                    numbers(json, data);
                }
                data.appendString("}");
            } else {
                json.skipChildren();
            }
        }
        if (!found) {
            throw new IOException("an embedding without values");
        }
    }

    private static void numbers(JsonParser json, Buffer data) throws IOException {
        String separator = "[";
        while (json.nextToken() != JsonToken.END_ARRAY) {
            data.appendString(separator).appendString(number(json).getText());
            separator = ",";
        }
        data.appendString(separator.equals("[") ? "[]" : "]");
    }

    /** Little-endian, as OpenAI's SDKs read it. */
    private static void floats(JsonParser json, Buffer data) throws IOException {
        Buffer floats = Buffer.buffer();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            floats.appendIntLE(Float.floatToIntBits(number(json).getFloatValue()));
        }
        data.appendString("\"")
                .appendBytes(Base64.getEncoder().encode(floats.getBytes()))
                .appendString("\"");
    }

    private static JsonParser number(JsonParser json) throws IOException {
        JsonToken token = json.currentToken();
        if (token == null || !token.isNumeric()) {
            throw new IOException("not a number");
        }
        return json;
    }

    @Override
    public AnswerStream stream() {
        throw new GatewayError(ErrorCode.PROVIDER_FAILED, "The provider sent a stream where none was asked for.");
    }

    @Override
    public @Nullable ProviderError error(int status, byte[] body) {
        return GoogleError.read(status, body);
    }

    @Override
    public Buffer write(ProviderError error) {
        return OpenAiError.body(error);
    }

    @Override
    public boolean isPassing() {
        return false;
    }
}
