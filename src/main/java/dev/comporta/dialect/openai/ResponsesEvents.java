package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.CallerApi;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer as the events of this API. The text is kept, because the last events repeat it. A delta, of which there are
 * many, is written as text around what was prepared with its item; the others are trees.
 */
final class ResponsesEvents extends ResponsesOutput implements CallerApi.EventWriter {

    private static final Buffer NOTHING = Buffer.buffer(0);
    /** A stream may be idle for minutes, and thousands of them at once. */
    private static final int MOST_KEPT = 4 << 10;

    private StringBuilder out = new StringBuilder();
    private long sequence;

    /** What stands between sequence number and text in the deltas of an open item. */
    private final Map<ResponsesItem, Delta> deltas = new HashMap<>();

    ResponsesEvents(AnswerContext context) {
        super(context);
    }

    @Override
    public void start(@Nullable String id, @Nullable String model, long createdSeconds) {
        event("response.created", Json.object().set("response", object.begun()));
        event("response.in_progress", Json.object().set("response", object.begun()));
    }

    @Override
    void opened(ResponsesItem item) {
        ObjectNode data = Json.object().put("output_index", item.index);
        event("response.output_item.added", data.set("item", item.node()));
        deltas.put(item, new Delta(item));
    }

    @Override
    void partOpened(ResponsesItem item) {
        event(partEvent(item) + "added", place(item).set("part", item.part()));
    }

    @Override
    void grew(ResponsesItem item, String piece) {
        Delta delta = deltas.get(item);
        if (delta != null) {
            out.append(delta.head).append(sequence++).append(delta.place);
            JsonStringEncoder.getInstance().quoteAsString(piece, out);
            out.append(delta.tail);
        }
    }

    @Override
    void annotated(ResponsesItem item, ObjectNode annotation) {
        event(
                "response.output_text.annotation.added",
                place(item).put("annotation_index", item.annotations.size() - 1).set("annotation", annotation));
    }

    @Override
    void closed(ResponsesItem item) {
        deltas.remove(item);
        if (item.hasPart || item.isWholeCall()) {
            ObjectNode done = place(item);
            if (item.kind == ResponsesItem.Kind.CALL) {
                done.put("name", item.name());
            }
            done.put(item.kind.text, item.text.toString());
            if (item.kind == ResponsesItem.Kind.TEXT) {
                done.putArray("logprobs");
            }
            event(textEvent(item) + "done", done);
        }
        if (item.hasPart) {
            event(partEvent(item) + "done", place(item).set("part", item.part()));
        }
        ObjectNode data = Json.object().put("output_index", item.index);
        event("response.output_item.done", data.set("item", item.node()));
    }

    @Override
    public Buffer take() {
        if (out.isEmpty()) {
            return NOTHING;
        }
        Buffer taken = Buffer.buffer(out.toString());
        if (out.capacity() > MOST_KEPT) {
            out = new StringBuilder();
        } else {
            out.setLength(0);
        }
        return taken;
    }

    @Override
    public Buffer close(TokenUsage usage) {
        closeAll();
        ObjectNode response = whole(usage);
        event("response." + response.path("status").textValue(), Json.object().set("response", response));
        return take();
    }

    @Override
    public Buffer fail(ProviderError error) {
        ResponsesFailure.append(out, sequence, object.failed(output(), used(), error), error);
        return take();
    }

    private void event(String type, ObjectNode data) {
        ResponsesFailure.appendEvent(out, type, sequence++, data);
    }

    /** Where the part of an item is. */
    private static ObjectNode place(ResponsesItem item) {
        ObjectNode place = Json.object().put("item_id", item.id).put("output_index", item.index);
        return switch (item.kind) {
            case TEXT, REFUSAL -> place.put("content_index", 0);
            case REASONING -> place.put("summary_index", 0);
            case CALL -> place;
        };
    }

    private static String partEvent(ResponsesItem item) {
        return item.kind == ResponsesItem.Kind.REASONING
                ? "response.reasoning_summary_part."
                : "response.content_part.";
    }

    private static String textEvent(ResponsesItem item) {
        return switch (item.kind) {
            case TEXT -> "response.output_text.";
            case REFUSAL -> "response.refusal.";
            case REASONING -> "response.reasoning_summary_text.";
            case CALL -> "response.function_call_arguments.";
        };
    }

    /** What is the same in all deltas of an item: an event is head, sequence number, place, text, tail. */
    private static final class Delta {

        private final String head;
        private final String place;
        private final String tail;

        Delta(ResponsesItem item) {
            String type = textEvent(item) + "delta";
            head = "event: " + type + "\ndata: {\"type\":\"" + type + "\",\"sequence_number\":";
            String fields = Json.text(place(item));
            place = "," + fields.substring(1, fields.length() - 1) + ",\"delta\":\"";
            tail = item.kind == ResponsesItem.Kind.TEXT ? "\",\"logprobs\":[]}\n\n" : "\"}\n\n";
        }
    }
}
