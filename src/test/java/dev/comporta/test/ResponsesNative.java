package dev.comporta.test;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Responses, as the providers that have them speak them. */
final class ResponsesNative implements NativeApi {

    static final String THOUGHT = "only OpenAI can read this";

    private static final String RESPONSE = """
            {"id":"%s","object":"response","created_at":1760000000,"status":"%s","error":%s,\
            "incomplete_details":null,"instructions":null,"metadata":{},"model":"m","output":[%s],\
            "parallel_tool_calls":true,"temperature":1.0,"tool_choice":"auto","tools":[],"top_p":1.0,"usage":%s}""";
    private static final String USAGE = """
            {"input_tokens":9,"input_tokens_details":{"cached_tokens":0,"cache_write_tokens":0},"output_tokens":5,\
            "output_tokens_details":{"reasoning_tokens":0},"total_tokens":14}""";

    @Override
    public ScriptedUpstream.Script text(String text) {
        return whole(message("completed", part(text)));
    }

    @Override
    public ScriptedUpstream.Script calls(ToolCall... calls) {
        return exchange -> whole(Stream.concat(
                                Stream.of(thought()),
                                Stream.of(calls).map(call -> item(call, "completed", call.content())))
                        .collect(Collectors.joining(",")))
                .play(exchange);
    }

    /** What the model thought, which only the provider can read, and looks up by its id. */
    private static String thought() {
        return """
                {"type":"reasoning","id":"rs_%s","summary":[],"encrypted_content":"%s"}""".formatted(UUID.randomUUID().toString().replace("-", ""), THOUGHT);
    }

    private static ScriptedUpstream.Script whole(String output) {
        return Answers.json(RESPONSE.formatted(newId(), "completed", "null", output, USAGE));
    }

    private static String newId() {
        return "resp_" + UUID.randomUUID().toString().replace("-", "");
    }

    private static String message(String status, String content) {
        return """
                {"type":"message","id":"msg_1","status":"%s","role":"assistant","content":[%s]}""".formatted(status, content);
    }

    private static String part(String text) {
        return """
                {"type":"output_text","text":%s,"annotations":[],"logprobs":[]}""".formatted(Json.quoted(text));
    }

    private static String item(ToolCall call, String status, String arguments) {
        return """
                {"type":"function_call","id":"fc_%1$s","status":"%3$s","call_id":"%1$s","name":"%2$s","arguments":%4$s}""".formatted(call.id(), call.name(), status, Json.quoted(arguments));
    }

    @Override
    public ScriptedUpstream.Script error(int status, String message, String... headers) {
        return OpenAiNative.OPENAI.error(status, message, headers);
    }

    @Override
    public Streamed begin(Exchange exchange) throws IOException {
        exchange.eventStream();
        String id = newId();
        Events events = new Events(exchange);
        String begun = RESPONSE.formatted(id, "in_progress", "null", "", "null");
        events.write("response.created", "\"response\":" + begun);
        events.write("response.in_progress", "\"response\":" + begun);
        return new Streamed() {
            private final List<String> output = new ArrayList<>();
            private final StringBuilder text = new StringBuilder();

            @Override
            public void say(String piece) throws IOException {
                if (text.isEmpty()) {
                    events.write("response.output_item.added", """
                            "output_index":0,"item":%s""".formatted(message("in_progress", "")));
                    events.write("response.content_part.added", """
                            "item_id":"msg_1","output_index":0,"content_index":0,"part":%s""".formatted(part("")));
                }
                text.append(piece);
                events.write("response.output_text.delta", """
                        "item_id":"msg_1","output_index":0,"content_index":0,"delta":%s,"logprobs":[]""".formatted(Json.quoted(piece)));
            }

            @Override
            public void call(ToolCall call) throws IOException {
                if (output.isEmpty()) {
                    output.add(thought());
                    for (String step : List.of("added", "done")) {
                        events.write("response.output_item." + step, "\"output_index\":0,\"item\":" + output.get(0));
                    }
                }
                int index = output.size();
                events.write("response.output_item.added", """
                        "output_index":%d,"item":%s""".formatted(index, item(call, "in_progress", "")));
                int half = call.content().length() / 2;
                for (String piece : List.of(
                        call.content().substring(0, half), call.content().substring(half))) {
                    events.write("response.function_call_arguments.delta", """
                            "item_id":"fc_%s","output_index":%d,"delta":%s""".formatted(
                                    call.id(), index, Json.quoted(piece)));
                }
                events.write("response.function_call_arguments.done", """
                        "item_id":"fc_%s","output_index":%d,"name":"%s","arguments":%s""".formatted(
                                call.id(), index, call.name(), Json.quoted(call.content())));
                output.add(item(call, "completed", call.content()));
                events.write("response.output_item.done", """
                        "output_index":%d,"item":%s""".formatted(index, output.get(index)));
            }

            @Override
            public void end() throws IOException {
                if (!text.isEmpty()) {
                    String said = part(text.toString());
                    events.write("response.output_text.done", """
                            "item_id":"msg_1","output_index":0,"content_index":0,"text":%s,"logprobs":[]""".formatted(Json.quoted(text.toString())));
                    events.write("response.content_part.done", """
                            "item_id":"msg_1","output_index":0,"content_index":0,"part":%s""".formatted(said));
                    output.add(message("completed", said));
                    events.write("response.output_item.done", """
                            "output_index":0,"item":%s""".formatted(output.get(0)));
                }
                events.write(
                        "response.completed",
                        "\"response\":" + RESPONSE.formatted(id, "completed", "null", String.join(",", output), USAGE));
                exchange.end();
            }

            @Override
            public void fail(String message) throws IOException {
                events.write("error", """
                        "code":"server_error","message":%s,"param":null""".formatted(Json.quoted(message)));
                exchange.end();
            }
        };
    }

    private static final class Events {

        private final Exchange exchange;
        private int sequence;

        Events(Exchange exchange) {
            this.exchange = exchange;
        }

        void write(String type, String members) throws IOException {
            exchange.chunk("event: " + type + "\ndata: {\"type\":\"" + type + "\",\"sequence_number\":" + sequence++
                    + "," + members + "}\n\n");
        }
    }

    @Override
    public String path(String model, boolean stream) {
        return "/responses";
    }

    @Override
    public String system(JsonNode request) {
        return request.path("instructions").asText();
    }

    @Override
    public String said(JsonNode request) {
        JsonNode input = request.path("input");
        return OpenAiNative.text(input.isTextual() ? input : last(input).path("content"));
    }

    private static JsonNode last(JsonNode input) {
        return input.path(input.size() - 1);
    }

    @Override
    public String image(JsonNode request) {
        for (JsonNode part : last(request.path("input")).path("content")) {
            if (part.path("type").asText().equals("input_image")) {
                return part.path("image_url").asText();
            }
        }
        return "none";
    }

    @Override
    public List<ToolCall> called(JsonNode request) {
        List<ToolCall> called = new ArrayList<>();
        for (JsonNode item : request.path("input")) {
            if (item.path("type").asText().equals("function_call")) {
                called.add(new ToolCall(
                        item.path("call_id").asText(),
                        item.path("name").asText(),
                        item.path("arguments").asText()));
            }
        }
        return called;
    }

    @Override
    public List<ToolCall> results(JsonNode request) {
        List<ToolCall> called = called(request);
        List<ToolCall> results = new ArrayList<>();
        for (JsonNode item : request.path("input")) {
            if (item.path("type").asText().equals("function_call_output")) {
                String id = item.path("call_id").asText();
                String name = called.stream()
                        .filter(call -> call.id().equals(id))
                        .map(ToolCall::name)
                        .findFirst()
                        .orElse("nobody called " + id);
                results.add(new ToolCall(id, name, item.path("output").asText()));
            }
        }
        return results;
    }

    @Override
    public JsonNode parameters(JsonNode request) {
        return request.at("/tools/0/parameters");
    }

    @Override
    public JsonNode schema(JsonNode request) {
        return request.at("/text/format/schema");
    }
}
