package dev.comporta.test;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Messages as Anthropic speaks them. */
final class AnthropicNative implements NativeApi {

    static final String THOUGHT = "The weather is asked for.";
    static final String SIGNATURE = "c2lnbmVkIGJ5IEFudGhyb3BpYw==";

    private static final String MESSAGE = """
            {"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[%s],"stop_reason":%s,\
            "stop_sequence":null,"usage":{"input_tokens":9,"cache_creation_input_tokens":0,\
            "cache_read_input_tokens":0,"output_tokens":%d}}""";

    @Override
    public ScriptedUpstream.Script text(String text) {
        return whole(textBlock(text), "\"end_turn\"");
    }

    /** With what it thought before. */
    ScriptedUpstream.Script thoughtfulCalls(ToolCall... calls) {
        return whole("""
                {"type":"thinking","thinking":"%s","signature":"%s"},%s""".formatted(THOUGHT, SIGNATURE, blocks(calls)), "\"tool_use\"");
    }

    @Override
    public ScriptedUpstream.Script calls(ToolCall... calls) {
        return whole(blocks(calls), "\"tool_use\"");
    }

    private static ScriptedUpstream.Script whole(String content, String stopReason) {
        return Answers.json(MESSAGE.formatted(content, stopReason, OUTPUT_TOKENS), "request-id: req_1");
    }

    private static String blocks(ToolCall... calls) {
        return Stream.of(calls).map(call -> toolUse(call, call.content())).collect(Collectors.joining(","));
    }

    private static String toolUse(ToolCall call, String input) {
        return """
                {"type":"tool_use","id":"%s","name":"%s","input":%s}""".formatted(call.id(), call.name(), input);
    }

    private static String textBlock(String text) {
        return "{\"type\":\"text\",\"text\":" + Json.quoted(text) + "}";
    }

    @Override
    public ScriptedUpstream.Script error(int status, String message, String... headers) {
        return Answers.json(status, errorBody(type(status), message), headers);
    }

    private static String errorBody(String type, String message) {
        return """
                {"type":"error","error":{"type":"%s","message":%s},"request_id":"req_1"}""".formatted(type, Json.quoted(message));
    }

    private static String type(int status) {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 429 -> "rate_limit_error";
            case 529 -> "overloaded_error";
            default -> status < 500 ? "invalid_request_error" : "api_error";
        };
    }

    @Override
    public Streamed begin(Exchange exchange) throws IOException {
        exchange.eventStream("request-id: req_1");
        event(exchange, "message_start", "\"message\":" + MESSAGE.formatted("", "null", 1));
        event(exchange, "ping", "");
        return new Streamed() {
            private int index = -1;
            private boolean speaking;
            private boolean called;

            @Override
            public void say(String piece) throws IOException {
                if (!speaking) {
                    start(textBlock(""));
                    speaking = true;
                }
                delta("{\"type\":\"text_delta\",\"text\":" + Json.quoted(piece) + "}");
            }

            @Override
            public void call(ToolCall call) throws IOException {
                stop();
                start(toolUse(call, "{}"));
                int half = call.content().length() / 2;
                for (String json : List.of(
                        "", call.content().substring(0, half), call.content().substring(half))) {
                    delta("{\"type\":\"input_json_delta\",\"partial_json\":" + Json.quoted(json) + "}");
                }
                speaking = true;
                stop();
                called = true;
            }

            private void start(String block) throws IOException {
                index++;
                event(exchange, "content_block_start", "\"index\":" + index + ",\"content_block\":" + block);
            }

            private void delta(String delta) throws IOException {
                event(exchange, "content_block_delta", "\"index\":" + index + ",\"delta\":" + delta);
            }

            private void stop() throws IOException {
                if (speaking) {
                    event(exchange, "content_block_stop", "\"index\":" + index);
                    speaking = false;
                }
            }

            @Override
            public void end() throws IOException {
                stop();
                event(exchange, "message_delta", """
                        "delta":{"stop_reason":"%s","stop_sequence":null},"usage":{"output_tokens":%d}""".formatted(called ? "tool_use" : "end_turn", OUTPUT_TOKENS));
                event(exchange, "message_stop", "");
                exchange.end();
            }

            @Override
            public void fail(String message) throws IOException {
                exchange.chunk("event: error\ndata: " + errorBody("overloaded_error", message) + "\n\n")
                        .end();
            }
        };
    }

    private static void event(Exchange exchange, String type, String members) throws IOException {
        String more = members.isEmpty() ? "" : "," + members;
        exchange.chunk("event: " + type + "\ndata: {\"type\":\"" + type + "\"" + more + "}\n\n");
    }

    @Override
    public String path(String model, boolean stream) {
        return "/messages";
    }

    @Override
    public String system(JsonNode request) {
        return OpenAiNative.text(request.path("system"));
    }

    private static JsonNode last(JsonNode request) {
        return request.at("/messages/" + (request.path("messages").size() - 1));
    }

    @Override
    public String said(JsonNode request) {
        return OpenAiNative.text(last(request).path("content"));
    }

    @Override
    public String image(JsonNode request) {
        for (JsonNode block : last(request).path("content")) {
            if (block.path("type").asText().equals("image")
                    && block.at("/source/type").asText().equals("base64")) {
                return "data:" + block.at("/source/media_type").asText() + ";base64,"
                        + block.at("/source/data").asText();
            }
        }
        return "none";
    }

    /** The message before the last. */
    @Override
    public List<ToolCall> called(JsonNode request) {
        JsonNode message = request.at("/messages/" + (request.path("messages").size() - 2));
        List<ToolCall> called = new ArrayList<>();
        for (JsonNode block : message.path("content")) {
            if (message.path("role").asText().equals("assistant")
                    && block.path("type").asText().equals("tool_use")) {
                called.add(new ToolCall(
                        block.path("id").asText(),
                        block.path("name").asText(),
                        block.path("input").toString()));
            }
        }
        return called;
    }

    /** One message of the user's, behind the calls, has all of them. */
    @Override
    public List<ToolCall> results(JsonNode request) {
        List<ToolCall> called = called(request);
        List<ToolCall> results = new ArrayList<>();
        for (JsonNode block : last(request).path("content")) {
            if (last(request).path("role").asText().equals("user")
                    && block.path("type").asText().equals("tool_result")) {
                String id = block.path("tool_use_id").asText();
                String name = called.stream()
                        .filter(call -> call.id().equals(id))
                        .map(ToolCall::name)
                        .findFirst()
                        .orElse("nobody called " + id);
                results.add(new ToolCall(id, name, OpenAiNative.text(block.path("content"))));
            }
        }
        return results;
    }

    @Override
    public JsonNode parameters(JsonNode request) {
        return request.at("/tools/0/input_schema");
    }

    @Override
    public JsonNode schema(JsonNode request) {
        return request.at("/output_config/format/schema");
    }
}
