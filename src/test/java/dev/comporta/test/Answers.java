package dev.comporta.test;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Answers of a provider, as OpenAI writes them. */
final class Answers {

    static final String USAGE = """
            {"prompt_tokens":9,"completion_tokens":5,"total_tokens":14}""";

    private Answers() {}

    static String completion(String content) {
        return completion(content, USAGE);
    }

    static String completion(String content, String usage) {
        return """
                {"id":"chatcmpl-1","object":"chat.completion","created":1760000000,"model":"scripted",\
                "choices":[{"index":0,"finish_reason":"stop","logprobs":null,\
                "message":{"role":"assistant","content":%s,"refusal":null,"annotations":[]}}],"usage":%s}""".formatted(Json.quoted(content), usage);
    }

    static ScriptedUpstream.Script json(String body, String... headers) {
        return json(200, body, headers);
    }

    static ScriptedUpstream.Script json(int status, String body, String... headers) {
        String[] all = new String[headers.length + 1];
        all[0] = "content-type: application/json";
        System.arraycopy(headers, 0, all, 1, headers.length);
        return exchange -> exchange.whole(status, body.getBytes(StandardCharsets.UTF_8), all);
    }

    static ScriptedUpstream.Script error(int status, String type, String code, String... headers) {
        return json(status, errorBody("The scripted provider refuses.", type, code), headers);
    }

    static String errorBody(String message, String type, String code) {
        return """
                {"error":{"message":%s,"type":"%s","param":null,"code":"%s"}}""".formatted(Json.quoted(message), type, code);
    }

    /** A chunk with one choice. */
    static String chunk(String delta, String finishReason) {
        return chunkOf("""
                {"index":0,"delta":%s,"logprobs":null,"finish_reason":%s}""".formatted(delta, finishReason));
    }

    /** A chunk with these choices. */
    static String chunkOf(String choices) {
        return """
                {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"scripted","choices":[%s]}""".formatted(choices);
    }

    static String content(String text) {
        return chunk("{\"content\":" + Json.quoted(text) + "}", "null");
    }

    static String usageChunk(String usage) {
        return """
                {"id":"c1","object":"chat.completion.chunk","created":1760000000,"model":"scripted","choices":[],"usage":%s}""".formatted(usage);
    }

    /** The data of a whole stream: a role, one chunk for each word, the end, usage, {@code [DONE]}. */
    static List<String> stream(String... words) {
        List<String> data = withoutUsage(words);
        data.add(data.size() - 1, usageChunk(USAGE));
        return data;
    }

    static List<String> withoutUsage(String... words) {
        List<String> data = new ArrayList<>();
        data.add(chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null"));
        for (String word : words) {
            data.add(content(word));
        }
        data.add(chunk("{}", "\"stop\""));
        data.add("[DONE]");
        return data;
    }

    /** A script that streams events with these data, each as a chunk of its own. */
    static ScriptedUpstream.Script events(List<String> data) {
        return exchange -> {
            exchange.eventStream();
            for (String each : data) {
                exchange.event(each);
            }
            exchange.end();
        };
    }

    /** The bytes of events with these data. */
    static String text(List<String> data, String lineEnd) {
        StringBuilder text = new StringBuilder();
        data.forEach(each -> text.append("data: ").append(each).append(lineEnd).append(lineEnd));
        return text.toString();
    }
}
