package dev.comporta.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.AnswerSink;
import dev.comporta.dialect.CallerApi.AnswerContext;
import dev.comporta.dialect.FinishReason;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.Seal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The items of an answer as they come, one behind the other; only calls are open at the same time, because their
 * arguments may interleave, and until the answer is finished. The API knows no choices: the first is the answer.
 */
class ResponsesOutput implements AnswerSink {

    final AnswerContext context;
    final ResponsesObject object;
    private final List<ResponsesItem> items = new ArrayList<>();
    private final Map<Integer, ResponsesItem> calls = new HashMap<>();

    /** The item that text goes to, if it is not over. */
    private @Nullable ResponsesItem current;

    /** The item that annotations belong to: the last text. */
    private @Nullable ResponsesItem annotated;

    private @Nullable FinishReason reason;
    private @Nullable TokenUsage usage;

    ResponsesOutput(AnswerContext context) {
        this.context = context;
        object = new ResponsesObject(context);
    }

    /** An item has begun. */
    void opened(ResponsesItem item) {}

    /** An item's part is about to begin. */
    void partOpened(ResponsesItem item) {}

    /** An item's text has grown. */
    void grew(ResponsesItem item, String piece) {}

    /** An item's text has got an annotation, its last one. */
    void annotated(ResponsesItem item, ObjectNode annotation) {}

    /** Nothing will be added to an item. */
    void closed(ResponsesItem item) {}

    @Override
    public void start(@Nullable String id, @Nullable String model, long createdSeconds) {}

    @Override
    public final void text(int choice, String text) {
        add(choice, ResponsesItem.Kind.TEXT, text);
    }

    @Override
    public final void refusal(int choice, String text) {
        add(choice, ResponsesItem.Kind.REFUSAL, text);
    }

    @Override
    public final void reasoning(int choice, String text) {
        add(choice, ResponsesItem.Kind.REASONING, text);
    }

    /** Every block has its own item, so that all come back in their order. */
    @Override
    public final void reasoningBlock(int choice, ObjectNode block) {
        if (choice == 0) {
            ObjectNode seal = Json.object();
            seal.putArray(Seal.THINKING_BLOCKS).add(block);
            current(ResponsesItem.Kind.REASONING).seal(Seal.of(seal));
            closeCurrent(ResponsesItem.COMPLETED);
        }
    }

    @Override
    public final void toolCall(int choice, int index, String id, String name, @Nullable ObjectNode extra) {
        if (choice != 0 || calls.containsKey(index)) {
            return;
        }
        closeCurrent(ResponsesItem.COMPLETED);
        if (extra != null) {
            ObjectNode seal = Json.object();
            seal.putObject(Seal.EXTRA_CONTENT).set(id, extra);
            current(ResponsesItem.Kind.REASONING).seal(Seal.of(seal));
            closeCurrent(ResponsesItem.COMPLETED);
        }
        ResponsesItem call = ResponsesItem.call(items.size(), context.id(), id, name);
        calls.put(index, call);
        open(call);
    }

    @Override
    public final void toolArguments(int choice, int index, String fragment) {
        ResponsesItem call = calls.get(index);
        if (choice == 0 && call != null && call.isOpen()) {
            append(call, fragment);
        }
    }

    /** Some providers tell it when the text is over, and calls have begun. */
    @Override
    public final void annotation(int choice, ObjectNode annotation) {
        if (choice == 0) {
            ResponsesItem item = annotated == null ? current(ResponsesItem.Kind.TEXT) : annotated;
            openPart(item);
            ObjectNode flat = flat(annotation);
            item.annotations.add(flat);
            annotated(item, flat);
        }
    }

    /** Chat completions nest what this API has flat; SDKs want every field. */
    private static ObjectNode flat(ObjectNode annotation) {
        JsonNode citation = annotation.path("url_citation").isObject() ? annotation.path("url_citation") : annotation;
        return Json.object()
                .put("type", "url_citation")
                .put("start_index", citation.path("start_index").asInt())
                .put("end_index", citation.path("end_index").asInt())
                .put("url", citation.path("url").asText())
                .put("title", citation.path("title").asText());
    }

    @Override
    public final void finish(int choice, FinishReason why) {
        if (choice == 0) {
            reason = why;
            closeAll();
        }
    }

    @Override
    public final void usage(TokenUsage used) {
        usage = used;
    }

    /** Whoever owns the answer says what becomes of it. */
    @Override
    public final void error(ProviderError error) {}

    /** Ends what a provider left open that did not say why it stopped. */
    final void closeAll() {
        closeCurrent(isCut() ? ResponsesItem.INCOMPLETE : ResponsesItem.COMPLETED);
        for (ResponsesItem item : items) {
            if (item.isOpen()) {
                closeCall(item);
            }
        }
    }

    /** No tool must be called with half of its arguments. */
    private void closeCall(ResponsesItem call) {
        if (isCut() && Json.treeOrNull(call.text.toString()) == null) {
            close(call, ResponsesItem.INCOMPLETE);
            return;
        }
        if (call.text.isEmpty()) {
            append(call, "{}");
        }
        close(call, ResponsesItem.COMPLETED);
    }

    private boolean isCut() {
        return reason == FinishReason.LENGTH || reason == FinishReason.CONTENT_FILTER;
    }

    /** The answer when all has been told. */
    final ObjectNode whole(@Nullable TokenUsage used) {
        return object.ended(output(), reason, used);
    }

    /** What the provider has said was used. */
    final @Nullable TokenUsage used() {
        return usage;
    }

    /** The items as they are; what is open counts as cut off. */
    final ArrayNode output() {
        ArrayNode output = Json.array();
        for (ResponsesItem item : items) {
            if (item.isOpen()) {
                item.end(ResponsesItem.INCOMPLETE);
            }
            output.add(item.node());
        }
        return output;
    }

    private void add(int choice, ResponsesItem.Kind kind, String text) {
        if (choice == 0 && !text.isEmpty()) {
            append(current(kind), text);
        }
    }

    private ResponsesItem current(ResponsesItem.Kind kind) {
        if (current != null && current.kind == kind) {
            return current;
        }
        closeCurrent(ResponsesItem.COMPLETED);
        ResponsesItem item = new ResponsesItem(kind, items.size(), context.id());
        current = item;
        annotated = kind == ResponsesItem.Kind.TEXT ? item : annotated;
        open(item);
        return item;
    }

    private void closeCurrent(String status) {
        if (current != null) {
            close(current, status);
            current = null;
        }
    }

    private void open(ResponsesItem item) {
        items.add(item);
        opened(item);
    }

    private void openPart(ResponsesItem item) {
        if (!item.hasPart && item.kind != ResponsesItem.Kind.CALL) {
            partOpened(item);
            item.hasPart = true;
        }
    }

    private void append(ResponsesItem item, String piece) {
        openPart(item);
        item.text.append(piece);
        grew(item, piece);
    }

    private void close(ResponsesItem item, String status) {
        item.end(status);
        closed(item);
    }
}
