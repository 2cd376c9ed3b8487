package dev.comporta.dialect.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.TokenUsage;
import dev.comporta.dialect.Json;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A server event of the Realtime API, as far as it is about what is billed.
 *
 * @param id of the response or, for a transcription, of the item; empty where the event names none
 * @param status of a response: {@code completed}, {@code cancelled}, {@code failed} or {@code incomplete}; empty where
 *     the event has none
 * @param usage what was used, or null where the event does not say
 * @param metered whether that is counted in tokens, as opposed to guessed from the length of the audio
 * @param model of a session, the model that transcribes what the caller says; null where the event does not say
 * @see <a href="https://platform.openai.com/docs/api-reference/realtime-server-events">Server events</a>
 */
public record RealtimeEvent(
        Kind kind,
        String id,
        String status,
        @Nullable TokenUsage usage,
        boolean metered,
        @Nullable String model) {

    /** What an event is about. */
    public enum Kind {
        /** A response begins. */
        RESPONSE_CREATED,
        /** A piece of a response. */
        RESPONSE_DELTA,
        /** A response is over, one way or another. */
        RESPONSE_DONE,
        /** What the caller said has been written down, by another model and at its own price. */
        TRANSCRIBED,
        /** How the session is set up. */
        SESSION
    }

    /** {@code type} stands within this many bytes wherever OpenAI writes it, so that audio need not be read. */
    private static final int HEAD = 512;
    /** OpenAI counts a token for each 100 ms of the user's audio. */
    private static final int TOKENS_PER_SECOND = 10;
    /** More than any session uses, and few enough that sums of it stay numbers. */
    private static final double MOST = 1_000_000_000_000.0;

    /**
     * Reads a text message.
     *
     * @return null for what is not about billing, and for what is not JSON, which is the caller's to judge
     */
    public static @Nullable RealtimeEvent read(Buffer message) {
        Kind kind = kind(type(message));
        if (kind == null) {
            return null;
        }
        if (kind == Kind.RESPONSE_DELTA) {
            return new RealtimeEvent(kind, "", "", null, false, null);
        }
        try {
            return read(kind, Json.tree(message.getBytes()));
        } catch (IOException e) {
            return null;
        }
    }

    /** The event that tells a caller of the gateway's own refusal. */
    public static String error(GatewayError refusal) {
        ObjectNode event = Json.object().put("type", "error");
        event.putObject("error")
                .put("type", refusal.code().type())
                .put("code", refusal.code().code())
                .put("message", refusal.getMessage())
                .put("param", refusal.param());
        return Json.text(event);
    }

    private static RealtimeEvent read(Kind kind, JsonNode event) {
        JsonNode response = event.path("response");
        return switch (kind) {
            case RESPONSE_CREATED, RESPONSE_DONE, RESPONSE_DELTA ->
                new RealtimeEvent(
                        kind,
                        response.path("id").asText(),
                        response.path("status").asText(),
                        usage(response.path("usage")),
                        true,
                        null);
            case TRANSCRIBED -> transcribed(event.path("item_id").asText(), event.path("usage"));
            case SESSION -> new RealtimeEvent(kind, "", "", null, false, transcriber(event.path("session")));
        };
    }

    private static RealtimeEvent transcribed(String item, JsonNode usage) {
        boolean metered = !usage.path("type").asText().equals("duration");
        double seconds = usage.path("seconds").asDouble();
        TokenUsage used = metered
                ? usage(usage)
                : TokenUsage.of(isCount(seconds) ? (long) Math.ceil(seconds * TOKENS_PER_SECOND) : 0, 0);
        return new RealtimeEvent(Kind.TRANSCRIBED, item, "completed", used, metered, null);
    }

    private static @Nullable String transcriber(JsonNode session) {
        JsonNode current = session.path("audio").path("input").path("transcription");
        JsonNode beta = session.path("input_audio_transcription");
        String model = (current.isObject() ? current : beta).path("model").asText();
        return model.isEmpty() ? null : model;
    }

    private static @Nullable TokenUsage usage(JsonNode usage) {
        JsonNode input = usage.path("input_tokens");
        JsonNode output = usage.path("output_tokens");
        if (!isCount(input) || !isCount(output)) {
            return null;
        }
        long in = count(input);
        long out = count(output);
        return new TokenUsage(
                in,
                Math.min(count(usage.path("input_token_details").path("cached_tokens")), in),
                0,
                out,
                Math.min(count(usage.path("output_token_details").path("reasoning_tokens")), out));
    }

    private static long count(JsonNode number) {
        return isCount(number) ? number.asLong() : 0;
    }

    private static boolean isCount(JsonNode number) {
        return number.isNumber() && isCount(number.asDouble());
    }

    private static boolean isCount(double number) {
        return number >= 0 && number <= MOST;
    }

    private static @Nullable Kind kind(@Nullable String type) {
        if (type == null) {
            return null;
        }
        return switch (type) {
            case "response.created" -> Kind.RESPONSE_CREATED;
            case "response.done" -> Kind.RESPONSE_DONE;
            case "conversation.item.input_audio_transcription.completed" -> Kind.TRANSCRIBED;
            case "session.created",
                    "session.updated",
                    "transcription_session.created",
                    "transcription_session.updated" -> Kind.SESSION;
            default -> type.startsWith("response.") && type.endsWith(".delta") ? Kind.RESPONSE_DELTA : null;
        };
    }

    /** Reads no further than to {@code type}, in the first bytes if it stands there. */
    private static @Nullable String type(Buffer message) {
        if (message.length() > HEAD) {
            try {
                return type(message.getBytes(0, HEAD));
            } catch (IOException cut) {
                // It stands behind something long.
            }
        }
        try {
            return type(message.getBytes());
        } catch (IOException e) {
            return null;
        }
    }

    private static @Nullable String type(byte[] event) throws IOException {
        try (JsonParser json = Json.parser(event)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            String name;
            while ((name = json.nextFieldName()) != null) {
                JsonToken value = json.nextToken();
                if (name.equals("type")) {
                    return value == JsonToken.VALUE_STRING ? json.getText() : null;
                }
                json.skipChildren();
            }
            return null;
        }
    }
}
