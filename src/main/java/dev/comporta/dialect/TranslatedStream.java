package dev.comporta.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.sse.SseEvent;
import dev.comporta.dialect.sse.SseSplitter;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A stream that is read from a provider's API and written in the caller's. */
public final class TranslatedStream implements AnswerStream {

    private static final int MAX_EVENT_BYTES = 16 << 20;
    private static final Buffer NOTHING = Buffer.buffer(0);
    private static final String UNREADABLE = "The provider sent an event that is not JSON.";

    private final SseSplitter splitter = new SseSplitter(MAX_EVENT_BYTES);
    private final CallerApi.EventWriter writer;
    private final Meter meter;
    private final AnswerReader reader;
    private boolean begun;

    public TranslatedStream(ProviderApi provider, CallerApi.EventWriter writer) {
        this.writer = writer;
        meter = new Meter(writer);
        reader = provider.stream(meter);
    }

    @Override
    public Buffer feed(Buffer chunk) {
        splitter.feed(chunk, this::event);
        return meter.error == null ? writer.take() : NOTHING;
    }

    @Override
    public Buffer end() {
        splitter.end(this::event);
        if (meter.error == null) {
            reader.end();
        }
        return meter.error == null ? writer.take() : NOTHING;
    }

    private void event(SseEvent event) {
        byte[] data = event.data();
        if (data.length == 0 || meter.error != null || reader.isDone()) {
            return;
        }
        begun = true;
        try {
            reader.data(data);
        } catch (IOException e) {
            meter.error = ProviderError.of(502, "server_error", "provider_failed", UNREADABLE);
        }
    }

    /** An error ends the stream as surely as the provider's last event does. */
    @Override
    public boolean isDone() {
        return reader.isDone() || meter.error != null;
    }

    @Override
    public boolean hasBegun() {
        return begun;
    }

    @Override
    public boolean isWhole() {
        return reader.isWhole() && meter.error == null;
    }

    @Override
    public @Nullable TokenUsage usage() {
        return meter.usage;
    }

    @Override
    public @Nullable ProviderError error() {
        return meter.error;
    }

    @Override
    public String takeText() {
        String taken = meter.text.toString();
        meter.text.setLength(0);
        return taken;
    }

    @Override
    public int textLength() {
        return meter.text.length();
    }

    @Override
    public Buffer close(TokenUsage usage) {
        return writer.close(usage);
    }

    @Override
    public Buffer fail(ProviderError error) {
        return writer.fail(error);
    }

    /** Looks at what passes, for the accounts. */
    static final class Meter implements AnswerSink {

        private final AnswerSink to;
        private final StringBuilder text = new StringBuilder();
        private @Nullable TokenUsage usage;
        private @Nullable ProviderError error;

        Meter(AnswerSink to) {
            this.to = to;
        }

        String text() {
            return text.toString();
        }

        @Nullable
        TokenUsage usage() {
            return usage;
        }

        @Nullable
        ProviderError error() {
            return error;
        }

        @Override
        public void start(@Nullable String id, @Nullable String model, long createdSeconds) {
            to.start(id, model, createdSeconds);
        }

        @Override
        public void text(int choice, String piece) {
            text.append(piece);
            to.text(choice, piece);
        }

        @Override
        public void refusal(int choice, String piece) {
            text.append(piece);
            to.refusal(choice, piece);
        }

        @Override
        public void reasoning(int choice, String piece) {
            text.append(piece);
            to.reasoning(choice, piece);
        }

        @Override
        public void reasoningBlock(int choice, ObjectNode block) {
            to.reasoningBlock(choice, block);
        }

        @Override
        public void toolCall(int choice, int index, String id, String name, @Nullable ObjectNode extra) {
            text.append(name);
            to.toolCall(choice, index, id, name, extra);
        }

        @Override
        public void toolArguments(int choice, int index, String fragment) {
            text.append(fragment);
            to.toolArguments(choice, index, fragment);
        }

        @Override
        public void annotation(int choice, ObjectNode annotation) {
            to.annotation(choice, annotation);
        }

        @Override
        public void finish(int choice, FinishReason reason) {
            to.finish(choice, reason);
        }

        @Override
        public void usage(TokenUsage used) {
            usage = used;
            to.usage(used);
        }

        @Override
        public void error(ProviderError failure) {
            // The stream's owner tells the caller, once what was used is recorded.
            error = failure;
        }
    }
}
