package dev.comporta.test;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Chat completions as OpenAI speaks them, or with an accent. */
enum OpenAiNative implements NativeApi {
    /** Tells usage in a chunk of its own. */
    OPENAI {
        @Override
        List<String> last(boolean called) {
            return List.of(Answers.chunk("{}", finish(called)), Answers.usageChunk(Answers.USAGE));
        }
    },

    /** Tells usage in a member of its own. */
    GROQ {
        @Override
        List<String> last(boolean called) {
            String end = Answers.chunk("{}", finish(called));
            return List.of(end.substring(0, end.length() - 1) + ",\"x_groq\":{\"id\":\"req_1\",\"usage\":"
                    + Answers.USAGE + "}}");
        }
    },

    /** Tells usage with the end, and errors without an object around them. */
    MISTRAL {
        @Override
        List<String> last(boolean called) {
            String end = Answers.chunk("{\"content\":\"\"}", finish(called));
            return List.of(end.substring(0, end.length() - 1) + ",\"usage\":" + Answers.USAGE + "}");
        }

        @Override
        String errorBody(int status, String message) {
            return """
                    {"object":"error","message":%s,"type":"invalid_request","param":null,"code":"3000","raw_status_code":%d}""".formatted(Json.quoted(message), status);
        }
    };

    abstract List<String> last(boolean called);

    String errorBody(int status, String message) {
        return Answers.errorBody(message, status < 500 ? "invalid_request_error" : "server_error", "code_" + status);
    }

    static String finish(boolean called) {
        return called ? "\"tool_calls\"" : "\"stop\"";
    }

    @Override
    public ScriptedUpstream.Script text(String text) {
        return Answers.json(Answers.completion(text));
    }

    @Override
    public ScriptedUpstream.Script calls(ToolCall... calls) {
        return Answers.json("""
                {"id":"chatcmpl-1","object":"chat.completion","created":1760000000,"model":"m","choices":[{"index":0,\
                "finish_reason":"tool_calls","logprobs":null,"message":{"role":"assistant","content":null,"refusal":null,\
                "tool_calls":[%s]}}],"usage":%s}""".formatted(
                        Stream.of(calls).map(OpenAiNative::call).collect(Collectors.joining(",")), Answers.USAGE));
    }

    private static String call(ToolCall call) {
        return """
                {"id":"%s","type":"function","function":{"name":"%s","arguments":%s}}""".formatted(call.id(), call.name(), Json.quoted(call.content()));
    }

    @Override
    public ScriptedUpstream.Script error(int status, String message, String... headers) {
        return Answers.json(status, errorBody(status, message), headers);
    }

    @Override
    public Streamed begin(Exchange exchange) throws IOException {
        exchange.eventStream().event(Answers.chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null"));
        return new Streamed() {
            private int calls;

            @Override
            public void say(String piece) throws IOException {
                exchange.event(Answers.content(piece));
            }

            @Override
            public void call(ToolCall call) throws IOException {
                int half = call.content().length() / 2;
                fragment(
                        "\"id\":\"" + call.id() + "\",\"type\":\"function\",", "\"name\":\"" + call.name() + "\",", "");
                fragment("", "", call.content().substring(0, half));
                fragment("", "", call.content().substring(half));
                calls++;
            }

            private void fragment(String id, String name, String arguments) throws IOException {
                exchange.event(Answers.chunk("""
                        {"tool_calls":[{"index":%d,%s"function":{%s"arguments":%s}}]}""".formatted(calls, id, name, Json.quoted(arguments)), "null"));
            }

            @Override
            public void end() throws IOException {
                for (String data : last(calls > 0)) {
                    exchange.event(data);
                }
                exchange.event("[DONE]").end();
            }

            @Override
            public void fail(String message) throws IOException {
                exchange.event(errorBody(500, message)).end();
            }
        };
    }

    @Override
    public String path(String model, boolean stream) {
        return "/chat/completions";
    }

    @Override
    public String system(JsonNode request) {
        StringBuilder system = new StringBuilder();
        for (JsonNode message : request.path("messages")) {
            String role = message.path("role").asText();
            if (role.equals("system") || role.equals("developer")) {
                system.append(text(message.path("content")));
            }
        }
        return system.toString();
    }

    private static JsonNode last(JsonNode request) {
        return request.at("/messages/" + (request.path("messages").size() - 1));
    }

    static String text(JsonNode content) {
        if (content.isTextual()) {
            return content.asText();
        }
        StringBuilder text = new StringBuilder();
        content.forEach(part -> text.append(part.path("text").asText()));
        return text.toString();
    }

    @Override
    public String said(JsonNode request) {
        return text(last(request).path("content"));
    }

    @Override
    public String image(JsonNode request) {
        for (JsonNode part : last(request).path("content")) {
            if (part.path("type").asText().equals("image_url")) {
                return part.at("/image_url/url").asText();
            }
        }
        return "none";
    }

    @Override
    public List<ToolCall> called(JsonNode request) {
        List<ToolCall> called = new ArrayList<>();
        for (JsonNode message : request.path("messages")) {
            for (JsonNode call : message.path("tool_calls")) {
                called.add(new ToolCall(
                        call.path("id").asText(),
                        call.at("/function/name").asText(),
                        call.at("/function/arguments").asText()));
            }
        }
        return called;
    }

    /** Mistral's are called by their names too, and their ids are its own. */
    @Override
    public List<ToolCall> results(JsonNode request) {
        List<ToolCall> called = called(request);
        List<ToolCall> results = new ArrayList<>();
        for (JsonNode message : request.path("messages")) {
            if (message.path("role").asText().equals("tool")) {
                String id = message.path("tool_call_id").asText();
                String name = called.stream()
                        .filter(call -> call.id().equals(id))
                        .map(ToolCall::name)
                        .findFirst()
                        .orElse("nobody called " + id);
                results.add(new ToolCall(id, name, text(message.path("content"))));
            }
        }
        return results;
    }

    @Override
    public JsonNode parameters(JsonNode request) {
        return request.at("/tools/0/function/parameters");
    }

    @Override
    public JsonNode schema(JsonNode request) {
        return request.at("/response_format/json_schema/schema");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
