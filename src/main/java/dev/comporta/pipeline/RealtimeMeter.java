package dev.comporta.pipeline;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.Hold;
import dev.comporta.core.TokenUsage;
import dev.comporta.core.UsageSource;
import dev.comporta.dialect.openai.RealtimeEvent;
import dev.comporta.model.ResolvedTarget;
import dev.comporta.usage.Outcome;
import dev.comporta.usage.Recording;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocketFrame;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The accounting of one Realtime session: a row for each response, noted when the provider begins it and ended before
 * the caller hears that it is over; a row for each transcription that says what it used; and one row for a session that
 * had neither. Audio is weighed, not read.
 *
 * <p>Lives on the session's event loop.
 */
final class RealtimeMeter {

    /** Why a session ended. */
    enum Ending {
        CALLER_LEFT,
        NOT_PAID,
        MODEL_BLOCKED,
        PROVIDER_CLOSED,
        PROVIDER_BROKE
    }

    /** The longest message that is looked into; only the events of a whole response come near. */
    private static final int LONGEST_EVENT = 4 << 20;

    private static final int MOST_RESPONSES = 100;
    /** A token is 50 ms of the model's audio, which is 3,200 characters of the usual format. */
    private static final int ANSWER_BYTES_PER_TOKEN = 3_200;
    /** And 100 ms of the user's. */
    private static final int PROMPT_BYTES_PER_TOKEN = 6_400;

    private final RealtimeRows rows;
    private final RealtimePurse purse;
    /** Pays for what is written down of what the caller says. */
    private final RealtimePurse ears;

    private final Map<String, Running> running = new LinkedHashMap<>();
    private @Nullable Buffer message;
    private @Nullable String transcriber;
    /** The conversation so far, which is the next response's prompt. */
    private long conversationTokens;

    private boolean used;
    private @Nullable Ending over;

    /**
     * @param purse pays for responses
     * @param reserve holds what one use of a model may cost
     */
    RealtimeMeter(RealtimeRows rows, RealtimePurse purse, Function<ResolvedTarget, Future<Hold>> reserve) {
        this.rows = rows;
        this.purse = purse;
        // Nobody knows beforehand whether there will be transcriptions, nor by which model.
        ears = new RealtimePurse(Hold.NONE, () -> reserve.apply(rows.target(transcriber)));
    }

    /** Has somebody told when {@link #refusal} may have changed. */
    void whenRefused(Runnable told) {
        purse.whenRefused(told);
        ears.whenRefused(told);
    }

    /**
     * Why the session must end now: the last response that is paid for is over, or something else was begun. Null if it
     * need not.
     */
    RealtimePurse.@Nullable Refusal refusal() {
        RealtimePurse.Refusal refusal = ears.refusal() == null ? purse.refusal() : ears.refusal();
        return purse.isOverdrawn() || ears.isOverdrawn() || running.isEmpty() ? refusal : null;
    }

    /** Weighs what the caller says. */
    void heard(WebSocketFrame frame) {
        conversationTokens += frame.binaryData().length() / PROMPT_BYTES_PER_TOKEN + 1;
    }

    /**
     * Reads what the provider says.
     *
     * @return completes when the frame may pass
     * @throws dev.comporta.core.GatewayError if the journal takes no more
     */
    Future<Void> said(WebSocketFrame frame) {
        Buffer whole = whole(frame);
        RealtimeEvent event = whole == null ? null : RealtimeEvent.read(whole);
        if (event == null) {
            return Future.succeededFuture();
        }
        return switch (event.kind()) {
            case RESPONSE_CREATED -> begun(event);
            case RESPONSE_DELTA -> grown(whole.length());
            case RESPONSE_DONE -> done(event);
            case TRANSCRIBED -> transcribed(event);
            case SESSION -> {
                transcriber = event.model() == null ? transcriber : event.model();
                yield Future.succeededFuture();
            }
        };
    }

    /** Records what has not ended by itself. */
    Future<Void> end(Ending ending) {
        if (over != null) {
            return Future.succeededFuture();
        }
        over = ending;
        purse.close();
        ears.close();
        List<Future<?>> recorded = new ArrayList<>();
        running.values().forEach(response -> recorded.add(cut(response, ending)));
        running.clear();
        if (!used && recorded.isEmpty()) {
            recorded.add(rows.endSession(
                    ending == Ending.PROVIDER_BROKE || ending == Ending.MODEL_BLOCKED
                            ? cut(ending, TokenUsage.NONE, UsageSource.EXACT)
                            : Outcome.success(RealtimeRows.SWITCHED, TokenUsage.NONE, UsageSource.EXACT)));
        }
        return Future.join(recorded).mapEmpty();
    }

    private Future<Void> cut(Running response, Ending ending) {
        return rows.end(
                response.recording,
                rows.target(),
                cut(ending, TokenUsage.of(response.promptTokens, response.tokens), UsageSource.ESTIMATED));
    }

    private static Outcome cut(Ending ending, TokenUsage tokens, UsageSource source) {
        return switch (ending) {
            case CALLER_LEFT ->
                new Outcome(
                        Outcome.Status.CANCELLED,
                        Outcome.CALLER_GONE,
                        tokens,
                        source,
                        "caller_gone",
                        "The caller closed the session.");
            case NOT_PAID -> broken(tokens, source, ErrorCode.BUDGET_EXCEEDED, "Nothing pays for the session.");
            case MODEL_BLOCKED -> broken(tokens, source, ErrorCode.MODEL_BLOCKED, "A policy ended the session.");
            case PROVIDER_CLOSED, PROVIDER_BROKE ->
                broken(tokens, source, ErrorCode.PROVIDER_FAILED, "The provider closed the session.");
        };
    }

    private static Outcome broken(TokenUsage tokens, UsageSource source, ErrorCode code, String message) {
        return new Outcome(Outcome.Status.ERROR, RealtimeRows.SWITCHED, tokens, source, code.code(), message);
    }

    private Future<Void> begun(RealtimeEvent event) {
        if (running.size() >= MOST_RESPONSES || running.containsKey(event.id())) {
            return Future.succeededFuture();
        }
        used = true;
        return purse.take().compose(hold -> {
            Running response = new Running(rows.begin(rows.target(), hold), conversationTokens);
            Future<Void> started = response.recording.started(conversationTokens);
            Ending ended = over;
            if (ended != null) {
                return started.compose(noted -> cut(response, ended));
            }
            running.put(event.id(), response);
            return started;
        });
    }

    private Future<Void> grown(int bytes) {
        // Which of several it belongs to does not matter to their sum.
        for (Running response : running.values()) {
            response.recording.firstToken();
            response.tokens += bytes / ANSWER_BYTES_PER_TOKEN + 1;
            break;
        }
        return Future.succeededFuture();
    }

    private Future<Void> done(RealtimeEvent event) {
        used = true;
        Running begun = running.remove(event.id());
        if (begun != null) {
            return done(event, begun);
        }
        return purse.take().compose(hold -> {
            Running response = new Running(rows.begin(rows.target(), hold), conversationTokens);
            return response.recording.started(conversationTokens).compose(noted -> done(event, response));
        });
    }

    private Future<Void> done(RealtimeEvent event, Running response) {
        TokenUsage told = event.usage();
        TokenUsage tokens = told == null ? TokenUsage.of(response.promptTokens, response.tokens) : told;
        if (told != null) {
            conversationTokens = told.totalTokens();
        }
        Outcome outcome = outcome(event, tokens, told == null ? UsageSource.ESTIMATED : UsageSource.EXACT);
        return rows.end(response.recording, rows.target(), outcome).onSuccess(recorded -> purse.retry());
    }

    private static Outcome outcome(RealtimeEvent event, TokenUsage tokens, UsageSource source) {
        return switch (event.status()) {
            case "failed" ->
                new Outcome(
                        Outcome.Status.ERROR,
                        RealtimeRows.SWITCHED,
                        tokens,
                        source,
                        ErrorCode.PROVIDER_FAILED.code(),
                        "The response failed.");
            case "cancelled" ->
                new Outcome(
                        Outcome.Status.CANCELLED,
                        RealtimeRows.SWITCHED,
                        tokens,
                        source,
                        "response_cancelled",
                        "The response was cancelled or interrupted.");
            default -> Outcome.success(RealtimeRows.SWITCHED, tokens, source);
        };
    }

    /** By another model, whose price it has; what the session does not say is billed, if at all, with the response. */
    private Future<Void> transcribed(RealtimeEvent event) {
        TokenUsage tokens = event.usage();
        if (tokens == null) {
            return Future.succeededFuture();
        }
        used = true;
        ResolvedTarget target = rows.target(transcriber);
        Outcome outcome = Outcome.success(
                RealtimeRows.SWITCHED, tokens, event.metered() ? UsageSource.EXACT : UsageSource.ESTIMATED);
        return ears.take()
                .compose(hold -> {
                    Recording recording = rows.begin(target, hold);
                    return recording
                            .started(tokens.inputTokens())
                            .compose(noted -> rows.end(recording, target, outcome));
                })
                .onSuccess(recorded -> ears.retry());
    }

    /** The text message that this frame completes, unless it is too long to be looked into. */
    private @Nullable Buffer whole(WebSocketFrame frame) {
        Buffer data = frame.binaryData();
        if (frame.isText()) {
            if (frame.isFinal()) {
                return data.length() <= LONGEST_EVENT ? data : null;
            }
            message = data.length() <= LONGEST_EVENT ? data.copy() : null;
        } else if (frame.isContinuation() && message != null) {
            Buffer begun = message;
            message = begun.length() + data.length() <= LONGEST_EVENT ? begun.appendBuffer(data) : null;
            if (frame.isFinal()) {
                Buffer completed = message;
                message = null;
                return completed;
            }
        }
        return null;
    }

    /** A response that the provider has begun. */
    private static final class Running {

        private final Recording recording;
        private final long promptTokens;
        private long tokens;

        Running(Recording recording, long promptTokens) {
            this.recording = recording;
            this.promptTokens = promptTokens;
        }
    }
}
