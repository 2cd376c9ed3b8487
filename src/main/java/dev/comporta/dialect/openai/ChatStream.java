package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.Json;
import dev.comporta.dialect.PassedStream;
import dev.comporta.dialect.ProviderError;
import dev.comporta.dialect.sse.SseEvent;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A stream of chat completion chunks on its way to a caller of the same dialect. Events pass as the bytes they came in;
 * what the gateway asked for on its own account (usage) is taken out again; {@code [DONE]} is held back, so that usage
 * can be recorded before the caller knows that the stream is over. What Mistral says in words that OpenAI's callers do
 * not know is written anew.
 *
 * <p>One object for one stream; not thread-safe.
 */
public final class ChatStream extends PassedStream {

    private static final String WITHHELD = "The provider reported an error that cannot be shown.";

    private final boolean stripUsage;
    private final boolean tellUsage;
    private final boolean mistral;
    private final Choices choices = new Choices();

    private @Nullable TokenUsage usage;
    /** The chunk that told usage where only its provider's callers look for it, if none told it in its own place. */
    private byte @Nullable [] misplacedUsage;

    private @Nullable Buffer error;
    /** Whether an error was kept from the caller, who must be told of the failure in other words. */
    private boolean withheld;
    /** Whether the provider has stopped early, in words that no SDK takes for an error. */
    private boolean stopped;

    /**
     * @param stripUsage whether usage was asked for by the gateway only
     * @param secret what an error must not repeat, or null
     */
    public ChatStream(boolean stripUsage, @Nullable String secret) {
        this(stripUsage, false, false, secret);
    }

    /**
     * @param stripUsage whether usage was asked for by the gateway only
     * @param tellUsage whether the caller asked for usage
     * @param mistral whether chunks may be in Mistral's words
     * @param secret what an error must not repeat, or null
     */
    ChatStream(boolean stripUsage, boolean tellUsage, boolean mistral, @Nullable String secret) {
        super(secret, "[DONE]");
        // Mistral tells it with the finish, whether asked or not, and OpenAI's SDK takes that chunk for usage alone.
        this.stripUsage = stripUsage || mistral;
        this.tellUsage = tellUsage;
        this.mistral = mistral;
    }

    @Override
    public boolean isWhole() {
        return (isDone() || choices.areFinished()) && !(withheld || stopped || choices.haveFailed());
    }

    @Override
    public @Nullable TokenUsage usage() {
        return usage;
    }

    @Override
    public @Nullable ProviderError error() {
        if (error == null) {
            return null;
        }
        ProviderError read = OpenAiErrorReader.inStream(error.getBytes());
        return withheld ? ProviderError.of(read.status(), "server_error", "provider_failed", WITHHELD) : read;
    }

    /** The data of an event that is an error, as it came, if there was one. */
    public @Nullable Buffer errorBody() {
        return error;
    }

    @Override
    public Buffer close(TokenUsage used) {
        Buffer last = Buffer.buffer();
        if (tellUsage && misplacedUsage != null) {
            last.appendString("data: ")
                    .appendBytes(usageChunk(misplacedUsage, used))
                    .appendString("\n\n");
        }
        return last.appendString("data: [DONE]\n\n");
    }

    private static byte[] usageChunk(byte[] like, TokenUsage used) {
        byte[] head = Json.bytes(beginning(like));
        // Without its closing brace.
        JsonBytes json = new JsonBytes().raw(Arrays.copyOf(head, head.length - 1));
        json.raw(head.length > 2 ? "," : "").raw("\"choices\":[],\"usage\":");
        Usage.write(used, json);
        return json.raw("}").takeBytes();
    }

    /** What all chunks of a stream have in common, as far as this one says it. */
    private static ObjectNode beginning(byte[] chunk) {
        try {
            if (Json.tree(chunk) instanceof ObjectNode object) {
                return object.retain("id", "object", "created", "model");
            }
        } catch (IOException e) {
            // There is more to it than was read before.
        }
        return Json.object();
    }

    @Override
    public Buffer fail(ProviderError failure) {
        return OpenAiError.terminalEvents(failure);
    }

    @Override
    protected void read(SseEvent event, byte[] data) {
        if (isEnding() && !isJson(data)) {
            return;
        }
        StreamedChunk chunk = new StreamedChunk();
        try (JsonParser json = Json.parser(data)) {
            chunk.read(json, text, choices);
        } catch (IOException e) {
            // Not ours to judge: the caller's SDK sees what the provider sent.
            pass(event);
            return;
        }
        if (chunk.usage != null) {
            usage = chunk.usage;
            misplacedUsage = chunk.hasUsageObject && !mistral ? null : data;
        }
        stopped |= chunk.stopped;
        if (chunk.error || chunk.stopped) {
            error = Buffer.buffer(data);
            if (repeatsSecret(data)) {
                withheld = true;
                return;
            }
        }
        boolean strips = stripUsage && chunk.usageRange != null;
        if (strips && chunk.isUsageAlone() || chunk.isErrorAtTheTop) {
            return;
        }
        byte[] stripped = strips ? without(data, Json.withComma(data, chunk.usageRange)) : data;
        byte[] plain = mistral ? MistralAnswer.plain(stripped, "delta") : null;
        if (plain == null && !strips) {
            pass(event);
        } else {
            replace(plain == null ? stripped : plain);
        }
    }

    private static boolean isJson(byte[] data) {
        try (JsonParser json = Json.parser(data)) {
            while (json.nextToken() != null) {
                json.skipChildren();
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** On one line: an LF between two data lines is white space in JSON, but would end this one. */
    private static byte[] without(byte[] data, Json.Range part) {
        byte[] result = new byte[data.length - (part.to() - part.from())];
        System.arraycopy(data, 0, result, 0, part.from());
        System.arraycopy(data, part.to(), result, part.from(), data.length - part.to());
        for (int i = 0; i < result.length; i++) {
            if (result[i] == '\n') {
                result[i] = ' ';
            }
        }
        return result;
    }
}
