package dev.comporta.test;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * An API as the provider behind the gateway speaks it: what it answers, and how its requests are read. So one story can
 * be told about each of them.
 */
interface NativeApi {

    /** What every answer uses up. */
    long INPUT_TOKENS = 9;

    long OUTPUT_TOKENS = 5;

    /** A call of a tool or, with what came of it in place of the arguments, its result. */
    record ToolCall(String id, String name, String content) {}

    /** Two calls at once, with ids that every provider could have made. */
    ToolCall PARIS = new ToolCall("callParis", "weather", "{\"city\":\"Paris\"}");

    ToolCall LIMA = new ToolCall("call0Lima", "weather", "{\"city\":\"Lima\"}");

    /** An answer that is being streamed. */
    interface Streamed {

        void say(String piece) throws IOException;

        /** The whole call, in as many events as the provider needs. */
        void call(ToolCall call) throws IOException;

        void end() throws IOException;

        /** What is written instead of the end. */
        void fail(String message) throws IOException;
    }

    // Answers

    ScriptedUpstream.Script text(String text);

    ScriptedUpstream.Script calls(ToolCall... calls);

    Streamed begin(Exchange exchange) throws IOException;

    ScriptedUpstream.Script error(int status, String message, String... headers);

    default ScriptedUpstream.Script stream(String... pieces) {
        return exchange -> {
            Streamed answer = begin(exchange);
            for (String piece : pieces) {
                answer.say(piece);
            }
            answer.end();
        };
    }

    default ScriptedUpstream.Script streamedCalls(ToolCall... calls) {
        return exchange -> {
            Streamed answer = begin(exchange);
            for (ToolCall call : calls) {
                answer.call(call);
            }
            answer.end();
        };
    }

    /** Fails after the first piece, once the caller has it. */
    default ScriptedUpstream.Script failing(String piece, CompletableFuture<?> seen, String message) {
        return exchange -> {
            Streamed answer = begin(exchange);
            answer.say(piece);
            exchange.await(seen);
            answer.fail(message);
        };
    }

    /** Says the same until the gateway has gone. */
    default ScriptedUpstream.Script endless(String piece) {
        return exchange -> {
            Streamed answer = begin(exchange);
            while (!exchange.isGone()) {
                answer.say(piece);
            }
        };
    }

    // Requests

    /** The path and the query below the base URL. */
    String path(String model, boolean stream);

    /** What the instructions of the system say. */
    String system(JsonNode request);

    /** What the last message of the user says. */
    String said(JsonNode request);

    /** The image in the last message of the user, as a data URL. */
    String image(JsonNode request);

    /** The calls that the assistant is told to have made, where the provider's format wants them. */
    List<ToolCall> called(JsonNode request);

    /** The results behind them, where the provider's format wants them. */
    List<ToolCall> results(JsonNode request);

    /** The parameters of the only tool. */
    JsonNode parameters(JsonNode request);

    /** The schema that the answer has to follow. */
    JsonNode schema(JsonNode request);
}
