package dev.comporta.test;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Two vectors, as each provider writes them. */
final class Embedded {

    static final List<List<Float>> VECTORS = List.of(List.of(0.5f, -1.25f), List.of(3f, 0.0625f));

    private Embedded() {}

    /** Of OpenAI and Mistral in the encoding that was asked for. */
    static void answer(Native provider, Exchange exchange) throws IOException {
        String body = provider == Native.GOOGLE ? gemini(exchange) : openAi(exchange);
        exchange.whole(200, body.getBytes(StandardCharsets.UTF_8), "content-type: application/json");
    }

    private static String gemini(Exchange exchange) {
        if (exchange.request().startLine().contains(":embedContent")) {
            return "{\"embedding\":{\"values\":" + VECTORS.get(0) + "}}";
        }
        return "{\"embeddings\":[{\"values\":" + VECTORS.get(0) + "},{\"values\":" + VECTORS.get(1) + "}]}";
    }

    private static String openAi(Exchange exchange) {
        boolean base64 = exchange.json().path("encoding_format").asText().equals("base64");
        List<String> data = new ArrayList<>();
        int inputs = exchange.json().path("input").isTextual()
                ? 1
                : exchange.json().path("input").size();
        for (int i = 0; i < inputs; i++) {
            data.add("{\"object\":\"embedding\",\"index\":" + i + ",\"embedding\":"
                    + (base64 ? Json.quoted(encoded(VECTORS.get(i))) : VECTORS.get(i)) + "}");
        }
        return "{\"object\":\"list\",\"data\":" + data
                + ",\"model\":\"m\",\"usage\":{\"prompt_tokens\":9,\"total_tokens\":9}}";
    }

    private static String encoded(List<Float> vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        vector.forEach(bytes::putFloat);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    /** The texts that the provider was given. */
    static List<String> inputs(Native provider, JsonNode request) {
        List<String> inputs = new ArrayList<>();
        if (provider == Native.GOOGLE) {
            request.path("requests").forEach(each -> inputs.add(OpenAiNative.text(each.at("/content/parts"))));
        } else {
            request.path("input").forEach(each -> inputs.add(each.asText()));
        }
        return inputs;
    }
}
