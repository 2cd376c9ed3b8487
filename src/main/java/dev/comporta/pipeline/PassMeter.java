package dev.comporta.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import dev.comporta.core.ApiType;
import dev.comporta.core.TokenUsage;
import dev.comporta.core.Units;
import dev.comporta.dialect.Json;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads from an answer what it cost, while it passes: a JSON body or a stream of events in any of OpenAI's APIs. Delays
 * nothing and keeps next to nothing.
 */
final class PassMeter {

    /** More than any call takes, and few enough that sums of it stay numbers. */
    private static final long MOST = 1_000_000_000_000L;

    private static final BigDecimal MOST_SECONDS = BigDecimal.valueOf(MOST);
    private static final int LONGEST_NUMBER = 40;

    private enum Form {
        JSON,
        EVENTS,
        OTHER
    }

    private final boolean metered;

    private final Form form;
    private final ApiType apiType;
    private PassScanner scanner = new PassScanner();
    private @Nullable TokenUsage tokens;
    private BigDecimal seconds = BigDecimal.ZERO;
    private long images;
    private boolean failed;

    // Of the line of events that is being read.
    private final StringBuilder field = new StringBuilder();
    private boolean inValue;
    private boolean skipsSpace;
    private boolean afterCarriageReturn;

    /**
     * @param metered whether to look at it at all
     * @param contentType of the answer, or null
     */
    PassMeter(boolean metered, @Nullable String contentType, ApiType apiType) {
        this.metered = metered;
        String type = contentType == null ? "" : contentType.toLowerCase(Locale.ROOT);
        form = type.startsWith("application/json")
                ? Form.JSON
                : type.startsWith("text/event-stream") ? Form.EVENTS : Form.OTHER;
        this.apiType = apiType;
    }

    boolean isJson() {
        return form == Form.JSON;
    }

    boolean isEvents() {
        return form == Form.EVENTS;
    }

    void feed(Buffer chunk) {
        if (!metered || form == Form.OTHER) {
            return;
        }
        for (byte b : chunk.getBytes()) {
            if (form == Form.JSON) {
                scanner.feed(b);
            } else {
                line(b);
            }
        }
    }

    /** The answer is over, or broke off. */
    void end() {
        if (form == Form.EVENTS) {
            endLine();
        }
        read();
    }

    /** What the provider said was used, or null if it did not. */
    @Nullable
    TokenUsage tokens() {
        return tokens;
    }

    /** What was used besides tokens, as far as the provider tells. */
    Units units(long characters) {
        return new Units(images, seconds, characters);
    }

    /** Whether the provider reported an error within a stream. */
    boolean hasFailed() {
        return failed;
    }

    private void line(byte b) {
        boolean secondOfPair = afterCarriageReturn && b == '\n';
        afterCarriageReturn = b == '\r';
        if (secondOfPair) {
            return;
        }
        if (b == '\n' || b == '\r') {
            endLine();
        } else if (!inValue) {
            if (b == ':') {
                inValue = true;
                skipsSpace = true;
            } else if (field.length() < 8) {
                field.append((char) (b & 0xff));
            }
        } else if (!skipsSpace || b != ' ') {
            skipsSpace = false;
            if (field.length() == 4
                    && field.charAt(0) == 'd'
                    && field.toString().equals("data")) {
                scanner.feed(b);
            }
        } else {
            skipsSpace = false;
        }
    }

    private void endLine() {
        if (field.isEmpty() && !inValue) {
            read();
            scanner = new PassScanner();
        }
        field.setLength(0);
        inValue = false;
    }

    private void read() {
        JsonNode usage = tree("usage");
        if (usage != null && usage.isObject()) {
            readUsage(usage);
        }
        if (apiType == ApiType.AUDIO) {
            readSeconds(tree("duration"));
        }
        if (apiType == ApiType.IMAGES) {
            JsonNode type = tree("type");
            images += form == Form.JSON
                    ? scanner.dataElements()
                    : type != null && type.asText().endsWith(".completed") ? 1 : 0;
        }
        JsonNode error = tree("error");
        failed |= form == Form.EVENTS && error != null && !error.isNull();
    }

    private @Nullable JsonNode tree(String member) {
        byte[] json = scanner.member(member);
        try {
            return json == null ? null : Json.tree(json);
        } catch (IOException notJson) {
            return null;
        }
    }

    /** Usage is cumulative where it comes more than once. */
    private void readUsage(JsonNode usage) {
        readSeconds(usage.path("type").asText().equals("duration") ? usage.get("seconds") : null);
        long input = count(usage, "input_tokens", "prompt_tokens");
        long output = count(usage, "output_tokens", "completion_tokens");
        if (input < 0 && output < 0) {
            return;
        }
        long prompt = Math.max(input, 0);
        long answer = Math.max(output, 0);
        long cached = count(details(usage, "input", "prompt"), "cached_tokens", "cached_tokens");
        long reasoning = count(details(usage, "output", "completion"), "reasoning_tokens", "reasoning_tokens");
        tokens = new TokenUsage(
                prompt, Math.min(Math.max(cached, 0), prompt), 0, answer, Math.min(Math.max(reasoning, 0), answer));
    }

    private static JsonNode details(JsonNode usage, String name, String olderName) {
        JsonNode details = usage.path(name + "_tokens_details");
        return details.isObject() ? details : usage.path(olderName + "_tokens_details");
    }

    /** -1 if neither stands there as a possible number. */
    private static long count(JsonNode object, String name, String olderName) {
        JsonNode number = object.path(name).isMissingNode() ? object.path(olderName) : object.path(name);
        return number.isIntegralNumber() && number.canConvertToLong() && number.longValue() <= MOST
                ? Math.max(number.longValue(), -1)
                : -1;
    }

    /** A number, or a number in a string, as older models write it. */
    private void readSeconds(@Nullable JsonNode value) {
        String text = value == null || !(value.isNumber() || value.isTextual()) ? "" : value.asText();
        if (text.isEmpty() || text.length() > LONGEST_NUMBER) {
            return;
        }
        try {
            BigDecimal told = new BigDecimal(text);
            if (told.signum() > 0 && told.compareTo(MOST_SECONDS) < 0 && told.scale() < LONGEST_NUMBER) {
                seconds = told;
            }
        } catch (NumberFormatException notANumber) {
            // Then nobody knows.
        }
    }
}
