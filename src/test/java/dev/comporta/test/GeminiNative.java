package dev.comporta.test;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Contents as Google speaks them. Its calls have no ids, and the first one of an answer is sealed. */
final class GeminiNative implements NativeApi {

    static final String SEAL = "c2VhbGVkIGJ5IEdvb2dsZQ==";

    private static final String USAGE = """
            "usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":5,"totalTokenCount":14},\
            "modelVersion":"gemini","responseId":"response-1\"""";

    @Override
    public ScriptedUpstream.Script text(String text) {
        return Answers.json(answer(textPart(text), true));
    }

    @Override
    public ScriptedUpstream.Script calls(ToolCall... calls) {
        return Answers.json(answer(
                Stream.of(calls).map(call -> part(call, call == calls[0])).collect(Collectors.joining(",")), true));
    }

    private static String answer(String parts, boolean last) {
        return """
                {"candidates":[{"index":0,"content":{"role":"model","parts":[%s]}%s}],%s}""".formatted(parts, last ? ",\"finishReason\":\"STOP\"" : "", USAGE);
    }

    private static String textPart(String text) {
        return "{\"text\":" + Json.quoted(text) + "}";
    }

    private static String part(ToolCall call, boolean first) {
        return """
                {"functionCall":{"name":"%s","args":%s}%s}""".formatted(call.name(), call.content(), first ? ",\"thoughtSignature\":\"" + SEAL + "\"" : "");
    }

    @Override
    public ScriptedUpstream.Script error(int status, String message, String... headers) {
        return Answers.json(status, errorBody(status, message), headers);
    }

    private static String errorBody(int status, String message) {
        String word = switch (status) {
            case 400 -> "INVALID_ARGUMENT";
            case 401 -> "UNAUTHENTICATED";
            case 403 -> "PERMISSION_DENIED";
            case 404 -> "NOT_FOUND";
            case 429 -> "RESOURCE_EXHAUSTED";
            case 503 -> "UNAVAILABLE";
            default -> "INTERNAL";
        };
        return """
                {"error":{"code":%d,"message":%s,"status":"%s"}}""".formatted(status, Json.quoted(message), word);
    }

    @Override
    public Streamed begin(Exchange exchange) throws IOException {
        exchange.eventStream();
        return new Streamed() {
            private boolean called;

            @Override
            public void say(String piece) throws IOException {
                event(answer(textPart(piece), false));
            }

            @Override
            public void call(ToolCall call) throws IOException {
                event(answer(part(call, !called), false));
                called = true;
            }

            @Override
            public void end() throws IOException {
                event(answer(textPart(""), true));
                exchange.end();
            }

            @Override
            public void fail(String message) throws IOException {
                event(errorBody(503, message));
                exchange.end();
            }

            private void event(String data) throws IOException {
                exchange.chunk("data: " + data + "\r\n\r\n");
            }
        };
    }

    @Override
    public String path(String model, boolean stream) {
        return "/models/" + model + (stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
    }

    @Override
    public String system(JsonNode request) {
        return OpenAiNative.text(request.at("/systemInstruction/parts"));
    }

    private static JsonNode last(JsonNode request) {
        return request.at("/contents/" + (request.path("contents").size() - 1));
    }

    @Override
    public String said(JsonNode request) {
        return OpenAiNative.text(last(request).path("parts"));
    }

    @Override
    public String image(JsonNode request) {
        for (JsonNode part : last(request).path("parts")) {
            JsonNode image = part.path("inlineData");
            if (image.isObject()) {
                return "data:" + image.path("mimeType").asText() + ";base64,"
                        + image.path("data").asText();
            }
        }
        return "none";
    }

    /** The content before the last. */
    @Override
    public List<ToolCall> called(JsonNode request) {
        JsonNode content = request.at("/contents/" + (request.path("contents").size() - 2));
        List<ToolCall> called = new ArrayList<>();
        for (JsonNode part : content.path("parts")) {
            JsonNode call = part.path("functionCall");
            if (call.isObject() && content.path("role").asText().equals("model")) {
                called.add(new ToolCall(
                        call.path("id").asText(),
                        call.path("name").asText(),
                        call.path("args").toString()));
            }
        }
        return called;
    }

    /** The seal of the first call in the content before the last. */
    static String seal(JsonNode request) {
        return request.at("/contents/" + (request.path("contents").size() - 2) + "/parts/0/thoughtSignature")
                .asText();
    }

    /** One content of the user's, behind the calls, has all of them. */
    @Override
    public List<ToolCall> results(JsonNode request) {
        List<ToolCall> results = new ArrayList<>();
        for (JsonNode part : last(request).path("parts")) {
            JsonNode result = part.path("functionResponse");
            if (result.isObject() && last(request).path("role").asText().equals("user")) {
                results.add(new ToolCall(
                        result.path("id").asText(),
                        result.path("name").asText(),
                        result.path("response").toString()));
            }
        }
        return results;
    }

    @Override
    public JsonNode parameters(JsonNode request) {
        JsonNode function = request.at("/tools/0/functionDeclarations/0");
        return function.has("parametersJsonSchema")
                ? function.path("parametersJsonSchema")
                : function.path("parameters");
    }

    @Override
    public JsonNode schema(JsonNode request) {
        JsonNode config = request.path("generationConfig");
        return config.has("responseJsonSchema") ? config.path("responseJsonSchema") : config.path("responseSchema");
    }
}
