package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A request to create a response, told as a chat completion request. One object for one request. */
final class ResponsesRequest {

    /** Mean the same in both requests; or belong to the chat form's extensions. */
    private static final Set<String> SAME = Set.of(
            "temperature",
            "top_p",
            "user",
            "safety_identifier",
            "metadata",
            "service_tier",
            "prompt_cache_key",
            "prompt_cache_options",
            "prompt_cache_retention",
            "top_k",
            "thinking",
            "safety_settings",
            "cached_content",
            "extra_body");

    /** Change the answer, and OpenAI refuses them here: they belong to the other API. */
    private static final Set<String> OF_CHAT_COMPLETIONS = Set.of(
            "messages",
            "n",
            "stop",
            "seed",
            "logit_bias",
            "logprobs",
            "frequency_penalty",
            "presence_penalty",
            "max_tokens",
            "max_completion_tokens",
            "response_format",
            "reasoning_effort",
            "functions",
            "function_call",
            "modalities",
            "audio",
            "prediction",
            "web_search_options");

    private static final List<String> NEED_A_MEMORY =
            List.of("previous_response_id", "conversation", "prompt", "background");

    private static final String LOGPROBS = "message.output_text.logprobs";
    private static final String ENCRYPTED_REASONING = "reasoning.encrypted_content";

    private final ResponsesField request;
    private final Dropped dropped;
    private final ObjectNode chat = Json.object();

    private ResponsesRequest(ObjectNode request, Dropped dropped) {
        this.request = new ResponsesField(request, "");
        this.dropped = dropped;
    }

    /** @param request may be changed, and parts of it are in the result */
    static ObjectNode chat(ObjectNode request, Dropped dropped) {
        return new ResponsesRequest(request, dropped).read();
    }

    private ObjectNode read() {
        // What cannot be served at all is said first.
        NEED_A_MEMORY.stream().map(request::at).forEach(ResponsesRequest::refuseWhatIsKept);
        chat.set("messages", ResponsesInput.messages(request.at("instructions"), request.at("input"), dropped));
        new ResponsesTools(request, chat, dropped).read();
        for (Map.Entry<String, JsonNode> member : request.value().properties()) {
            ResponsesField field = new ResponsesField(member.getValue(), member.getKey());
            if (field.isGiven()) {
                read(member.getKey(), field);
            }
        }
        return chat;
    }

    private static void refuseWhatIsKept(ResponsesField field) {
        if (field.isGiven() && !field.isFalse()) {
            throw field.unsupported(
                    "The field %s needs a provider that keeps responses and prompts; this model's provider keeps none. Send the whole conversation in input."
                            .formatted(field.path()));
        }
    }

    private void read(String name, ResponsesField field) {
        switch (name) {
            case "model",
                    "stream",
                    "input",
                    "instructions",
                    "previous_response_id",
                    "conversation",
                    "prompt",
                    "background",
                    "tools",
                    "tool_choice",
                    "parallel_tool_calls" -> {
                // Read elsewhere.
            }
            case "moderation" -> refuse(field, true);
            case "store" -> drop(name, field.flag());
            case "max_output_tokens" -> maxOutputTokens(field);
            case "text" -> text(field.object());
            case "reasoning" -> reasoning(field.object());
            case "include" -> include(field);
            case "top_logprobs" ->
                drop(name, !isWanted(LOGPROBS) && field.value().asInt() != 0);
            case "truncation" -> drop(name, !field.text().equals("disabled"));
            case "stream_options" ->
                drop(
                        "stream_options.include_obfuscation",
                        field.at("include_obfuscation").value().asBoolean());
            case "service_tier" -> {
                if (field.text().equals("ultrafast")) {
                    dropped.add(name);
                } else {
                    chat.set(name, field.value());
                }
            }
            default -> readOther(name, field);
        }
    }

    private void readOther(String name, ResponsesField field) {
        if (SAME.contains(name)) {
            chat.set(name, field.value());
        } else if (OF_CHAT_COMPLETIONS.contains(name)) {
            throw field.unsupported("The field %s belongs to chat completions; the Responses API has none of that name."
                    .formatted(name));
        } else {
            dropped.add(name);
        }
    }

    private void refuse(ResponsesField field, boolean asked) {
        if (asked) {
            throw field.unsupported("The field %s cannot be told to this model's provider.".formatted(field.path()));
        }
    }

    private void drop(String name, boolean asked) {
        if (asked) {
            dropped.add(name);
        }
    }

    private void maxOutputTokens(ResponsesField field) {
        if (!field.value().isIntegralNumber() || field.value().decimalValue().signum() <= 0) {
            throw field.mustBe("a positive whole number");
        }
        chat.set("max_completion_tokens", field.value());
    }

    private void text(ResponsesField text) {
        if (text.at("verbosity").isGiven()) {
            chat.put("verbosity", text.at("verbosity").text());
        }
        ResponsesField format = text.at("format");
        if (!format.isGiven()) {
            return;
        }
        ResponsesField type = format.object().at("type");
        switch (type.text()) {
            case "text" -> {
                // As without a format.
            }
            case "json_object" -> chat.putObject("response_format").put("type", "json_object");
            case "json_schema" -> {
                ObjectNode schema = chat.putObject("response_format")
                        .put("type", "json_schema")
                        .putObject("json_schema")
                        .put("name", format.at("name").text());
                for (String name : new String[] {"description", "schema", "strict"}) {
                    if (format.at(name).isGiven()) {
                        schema.set(name, format.at(name).value());
                    }
                }
                format.at("schema").object();
            }
            default -> throw type.unsupported("The format of text must be text, json_object or json_schema.");
        }
    }

    /** A summary needs no asking: what the provider shows of its reasoning becomes one. */
    private void reasoning(ResponsesField reasoning) {
        if (reasoning.at("effort").isGiven()) {
            chat.put("reasoning_effort", reasoning.at("effort").text());
        }
        ResponsesField mode = reasoning.at("mode");
        refuse(mode, mode.isGiven() && !mode.text().equals("standard"));
        ResponsesField context = reasoning.at("context");
        drop(context.path(), context.isGiven() && !context.text().equals("auto"));
    }

    private void include(ResponsesField include) {
        for (ResponsesField wanted : include.elements()) {
            switch (wanted.text()) {
                case ENCRYPTED_REASONING -> {
                    // Written whenever there is some.
                }
                case LOGPROBS -> {
                    // Asked for, so that providers without them refuse; what comes of it no answer is told with yet.
                    dropped.add("include");
                    chat.put("logprobs", true);
                    if (request.at("top_logprobs").isGiven()) {
                        chat.set("top_logprobs", request.at("top_logprobs").value());
                    }
                }
                default -> dropped.add("include");
            }
        }
    }

    private boolean isWanted(String included) {
        for (JsonNode wanted : request.value().path("include")) {
            if (included.equals(wanted.textValue())) {
                return true;
            }
        }
        return false;
    }
}
