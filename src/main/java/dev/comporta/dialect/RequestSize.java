package dev.comporta.dialect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.ApiType;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a request, in whatever dialect, tells beforehand of how much it will use, and where it says how long the answer
 * may be, so that a shorter one can be asked for. Bytes are read as tokens and changed in place.
 */
public final class RequestSize {

    /** More than any model writes, and little enough to be multiplied. */
    private static final long MOST = 1L << 40;

    private static final long UNLIMITED = MOST + 1;

    /** More answers than anybody gives, and little enough to be multiplied. */
    private static final long MOST_CHOICES = 1 << 20;

    private static final Set<String> CHAT_LIMITS = Set.of("max_tokens", "max_completion_tokens");
    private static final Set<String> CHOICES = Set.of("n", "best_of");
    private static final Set<String> GENERATION_LIMITS = Set.of("maxOutputTokens", "max_output_tokens");
    private static final Set<String> GENERATION_CHOICES = Set.of("candidateCount", "candidate_count");
    private static final Set<String> GENERATION = Set.of("generationConfig", "generation_config");

    /** Members that stand for an image, a sound or a document, small as they may be written. */
    private static final Set<String> MEDIA = Set.of(
            "image_url", "input_audio", "inlineData", "inline_data", "fileData", "file_data", "media_type", "image");

    /** Members by which more is read than the request holds: documents by address, searches, earlier turns. */
    private static final Set<String> OPEN = Set.of(
            "file_url",
            "fileUri",
            "file_uri",
            "web_search_options",
            "mcp_servers",
            "googleSearch",
            "google_search",
            "googleSearchRetrieval",
            "google_search_retrieval",
            "codeExecution",
            "code_execution",
            "urlContext",
            "url_context",
            "fileSearch",
            "file_search",
            "googleMaps",
            "google_maps",
            "computerUse");

    /** Tools that only the caller runs. */
    private static final Set<String> CALLERS_TOOLS = Set.of("function", "custom");

    private final byte[] bytes;
    private final ApiType api;
    /** The names of a limit in this API; what another one calls so is nothing to its providers. */
    private final Set<String> names;

    private final List<Limit> limits = new ArrayList<>(1);
    private int objectStart = -1;
    private boolean objectEmpty = true;
    private int generationStart = -1;
    private boolean generationEmpty;
    private long choices = 1;
    private long prompts = 1;
    private long thinking;
    private int media;
    private boolean tools;
    private boolean open;

    /** @param range the number itself */
    private record Limit(Json.Range range, long tokens) {}

    private RequestSize(byte[] bytes, ApiType api) {
        this.bytes = bytes;
        this.api = api;
        names = switch (api) {
            case CHAT_COMPLETIONS -> CHAT_LIMITS;
            case COMPLETIONS, MESSAGES -> Set.of("max_tokens");
            case RESPONSES -> Set.of("max_output_tokens");
            default -> Set.of();
        };
    }

    /**
     * Reads a request that is known to be a JSON object.
     *
     * @param api whose names it uses
     * @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if a limit, or how many answers it wants, is no whole
     *     number
     */
    public static RequestSize of(byte[] bytes, ApiType api) {
        RequestSize size = new RequestSize(bytes, api);
        try (JsonParser json = Json.parser(bytes)) {
            size.read(json);
        } catch (IOException e) {
            throw new GatewayError(ErrorCode.INVALID_JSON, "The request body is not valid JSON" + Json.where(e) + ".");
        }
        return size;
    }

    /** The most tokens of one answer that the caller wants; -1 if it does not say. */
    public long outputLimit() {
        return limits.stream()
                .mapToLong(Limit::tokens)
                .filter(tokens -> tokens != UNLIMITED)
                .max()
                .orElse(-1);
    }

    /** How many answers it wants, to all of its prompts. */
    public int choices() {
        return (int) Math.min(choices * prompts, MOST_CHOICES);
    }

    /** Tokens of the answer that are set aside for thinking: an answer that may not be longer is refused. */
    public long thinkingBudget() {
        return thinking;
    }

    /** Images, sounds and documents in it, at least. */
    public int media() {
        return media;
    }

    /** Whether it offers tools, for which providers add instructions of their own. */
    public boolean hasTools() {
        return tools;
    }

    /** Whether the provider may read more for it than it holds. */
    public boolean isOpenEnded() {
        return open;
    }

    /**
     * The same request with no longer an answer than that.
     *
     * @param field the name of the limit where there is none yet; one of {@code generationConfig} is written
     *     {@code generationConfig.maxOutputTokens}
     */
    public Buffer limited(long tokens, String field) {
        byte[] number = Long.toString(tokens).getBytes(StandardCharsets.US_ASCII);
        if (limits.isEmpty()) {
            return inserted(field, number);
        }
        Buffer result = Buffer.buffer(bytes.length + 16);
        int at = 0;
        for (Limit limit : limits) {
            if (limit.tokens > tokens) {
                result.appendBytes(bytes, at, limit.range.from() - at).appendBytes(number);
                at = limit.range.to();
            }
        }
        return result.appendBytes(bytes, at, bytes.length - at);
    }

    private Buffer inserted(String field, byte[] number) {
        int dot = field.indexOf('.');
        String name = field.substring(dot + 1);
        boolean nested = dot >= 0 && generationStart >= 0;
        String before = nested
                ? "\"" + name + "\":"
                : dot >= 0 ? "\"" + field.substring(0, dot) + "\":{\"" + name + "\":" : "\"" + name + "\":";
        String after = (dot >= 0 && !nested ? "}" : "") + ((nested ? generationEmpty : objectEmpty) ? "" : ",");
        int at = (nested ? generationStart : objectStart) + 1;
        return Buffer.buffer(bytes.length + 64)
                .appendBytes(bytes, 0, at)
                .appendString(before)
                .appendBytes(number)
                .appendString(after)
                .appendBytes(bytes, at, bytes.length - at);
    }

    private void read(JsonParser json) throws IOException {
        json.nextToken();
        objectStart = Json.tokenStart(json);
        String name;
        while ((name = json.nextFieldName()) != null) {
            objectEmpty = false;
            JsonToken value = json.nextToken();
            if (names.contains(name)) {
                limit(json, name, value);
            } else if (CHOICES.contains(name)) {
                choices = Math.max(choices, count(json, name, value));
            } else if (api == ApiType.COMPLETIONS && name.equals("prompt") && value == JsonToken.START_ARRAY) {
                prompts(json);
            } else if (api == ApiType.GENERATE_CONTENT
                    && GENERATION.contains(name)
                    && value == JsonToken.START_OBJECT) {
                generation(json);
            } else if (name.equals("thinking") && value == JsonToken.START_OBJECT) {
                thinking(json);
            } else if (name.equals("tools") || name.equals("functions")) {
                tools(json, value);
            } else {
                refuseLikeness(name);
                rest(json, name, value);
            }
        }
    }

    /** Some servers match names without case, and would take the last one of two spellings. */
    private void refuseLikeness(String name) {
        String folded = ObjectReferences.folded(name);
        if (!folded.equals(name) && (names.contains(folded) || CHOICES.contains(folded))) {
            throw new GatewayError(
                    ErrorCode.INVALID_REQUEST, "The field %s must be written in lower case.".formatted(folded), folded);
        }
    }

    private void limit(JsonParser json, String name, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NULL) {
            json.getText();
            limits.add(new Limit(Json.tokenRange(json), UNLIMITED));
            return;
        }
        if (value != JsonToken.VALUE_NUMBER_INT) {
            throw notWhole(name);
        }
        json.getText();
        limits.add(new Limit(Json.tokenRange(json), whole(json)));
    }

    private static GatewayError notWhole(String name) {
        return new GatewayError(
                ErrorCode.INVALID_REQUEST, "The field %s must be a whole number.".formatted(name), name);
    }

    /** However large it is. To servers that take it at all a negative limit is none. */
    private static long whole(JsonParser json) throws IOException {
        if (json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            return json.getBigIntegerValue().signum() < 0 ? UNLIMITED : MOST;
        }
        long number = json.getLongValue();
        return number < 0 ? UNLIMITED : Math.min(number, MOST);
    }

    private static long count(JsonParser json, String name, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NULL) {
            return 1;
        }
        if (value != JsonToken.VALUE_NUMBER_INT) {
            throw notWhole(name);
        }
        return Math.min(whole(json), MOST_CHOICES);
    }

    /** Several prompts, as texts or as lists of tokens, are answered each. */
    private void prompts(JsonParser json) throws IOException {
        long found = 0;
        JsonToken prompt;
        while ((prompt = json.nextToken()) != JsonToken.END_ARRAY) {
            if (prompt == JsonToken.VALUE_STRING || prompt == JsonToken.START_ARRAY) {
                found++;
            }
            json.skipChildren();
        }
        prompts = Math.max(prompts, Math.min(found, MOST_CHOICES));
    }

    private void generation(JsonParser json) throws IOException {
        generationStart = Json.tokenStart(json);
        generationEmpty = true;
        String name;
        while ((name = json.nextFieldName()) != null) {
            generationEmpty = false;
            JsonToken value = json.nextToken();
            if (GENERATION_LIMITS.contains(name)) {
                limit(json, name, value);
            } else if (GENERATION_CHOICES.contains(name)) {
                choices = Math.max(choices, count(json, name, value));
            } else {
                json.skipChildren();
            }
        }
    }

    private void thinking(JsonParser json) throws IOException {
        String name;
        while ((name = json.nextFieldName()) != null) {
            JsonToken value = json.nextToken();
            if (name.equals("budget_tokens") && value == JsonToken.VALUE_NUMBER_INT) {
                long budget = whole(json);
                thinking = Math.max(thinking, budget == UNLIMITED ? 0 : budget);
            } else {
                json.skipChildren();
            }
        }
    }

    private void tools(JsonParser json, JsonToken value) throws IOException {
        if (value != JsonToken.START_ARRAY) {
            json.skipChildren();
            return;
        }
        JsonToken tool;
        while ((tool = json.nextToken()) != JsonToken.END_ARRAY) {
            tools = true;
            if (tool != JsonToken.START_OBJECT) {
                json.skipChildren();
                continue;
            }
            String name;
            while ((name = json.nextFieldName()) != null) {
                JsonToken member = json.nextToken();
                open |= OPEN.contains(name)
                        || name.equals("type")
                                && member == JsonToken.VALUE_STRING
                                && !CALLERS_TOOLS.contains(json.getText());
                json.skipChildren();
            }
        }
    }

    /** Everything else, however deep: in messages, contents, input and system. */
    private void rest(JsonParser json, @Nullable String name, JsonToken value) throws IOException {
        look(name, value);
        if (!value.isStructStart()) {
            return;
        }
        int depth = 1;
        while (depth > 0) {
            JsonToken token = json.nextToken();
            if (token.isStructStart()) {
                depth++;
            } else if (token.isStructEnd()) {
                depth--;
            } else if (token == JsonToken.FIELD_NAME) {
                look(json.currentName(), token);
            }
        }
    }

    private void look(@Nullable String name, JsonToken value) {
        if (name == null || value == JsonToken.VALUE_NULL) {
            return;
        }
        if (MEDIA.contains(name)) {
            media++;
        } else if (OPEN.contains(name)) {
            open = true;
        }
    }
}
