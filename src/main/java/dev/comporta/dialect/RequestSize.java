package dev.comporta.dialect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a request that goes out to a provider tells beforehand of how much it will use, and where it says how long the
 * answer may be, so that a shorter one can be asked for. Bytes are read once, as tokens, and changed in place. What
 * servers may understand in different ways is refused.
 */
public final class RequestSize {

    /** More than any model writes; with {@link #MOST_CHOICES} little enough to be multiplied. */
    private static final long MOST = 1L << 32;

    private static final long MOST_CHOICES = 1L << 30;
    private static final long UNLIMITED = MOST + 1;

    /** Tools that only the caller runs. */
    private static final Set<String> CALLERS_TOOLS = Set.of("function", "custom");

    private final byte[] bytes;
    private final RequestForm form;
    private final String field;
    private final Set<String> seen = new HashSet<>();
    private final List<Limit> limits = new ArrayList<>(1);
    private final RequestMedia media;
    /** Where a limit is said to be null. */
    private Json.@Nullable Range unsaid;

    private int start;
    private boolean empty = true;
    /** Of the container of limits, as {@link #start} and {@link #empty} of the request. */
    private int containerStart = -1;

    private boolean containerEmpty = true;
    private Json.@Nullable Range containerUnsaid;
    private long choices = 1;
    private long prompts = 1;
    private long thinking;
    private boolean tools;

    private record Limit(String name, Json.Range number, long tokens) {}

    private record Edit(Json.Range range, String text) {}

    private RequestSize(byte[] bytes, RequestForm form, String chatLimit) {
        this.bytes = bytes;
        this.form = form;
        media = new RequestMedia(bytes);
        field = form == RequestForm.CHAT ? chatLimit : form.limit();
    }

    /**
     * Reads a request whose body is known to be a JSON object.
     *
     * @param chatLimit what the target of a chat completion calls the limit of its answer: {@code max_tokens}, which
     *     none passes over, or {@code max_completion_tokens} if it knows that too
     * @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if a limit, or how many answers are wanted, is no whole
     *     number, said twice, or spelled in another way
     */
    public static RequestSize of(Outgoing outgoing, String chatLimit) {
        RequestSize size = new RequestSize(outgoing.body().getBytes(), RequestForm.of(outgoing), chatLimit);
        try (JsonParser json = Json.parser(size.bytes)) {
            size.read(json);
        } catch (IOException | NumberFormatException e) {
            throw new GatewayError(ErrorCode.INVALID_JSON, "The request body is not valid JSON.");
        }
        return size;
    }

    public RequestForm form() {
        return form;
    }

    /** In bytes, without pictures: it has no more tokens. */
    public long textBytes() {
        return bytes.length - media.pictureBytes();
    }

    /** The text that may be read; not longer than {@link #textBytes}. Takes time, so not on an event loop. */
    public String text() {
        return RequestText.of(bytes, media.pictures());
    }

    /** The most tokens that one answer may have; -1 if nothing limits it. */
    public long outputLimit() {
        long most = limits.stream().mapToLong(Limit::tokens).max().orElse(UNLIMITED);
        return most == UNLIMITED ? -1 : most;
    }

    /** Whether the provider is sure to keep to {@link #outputLimit}. */
    public boolean isLimited() {
        return outputLimit() >= 0 && limits.stream().anyMatch(limit -> isKnown(limit.name));
    }

    /** Whether it does not mention a limit. */
    public boolean isSilent() {
        return limits.isEmpty() && unsaid == null;
    }

    /** How many answers it wants, to all of its prompts. */
    public long choices() {
        return Math.min(choices * prompts, MOST_CHOICES);
    }

    /** Tokens of the answer that are set aside for thinking: an answer that may not be longer is refused. */
    public long thinkingBudget() {
        return thinking;
    }

    /** Images in it. */
    public int images() {
        return media.images();
    }

    /** Whether it offers tools, for which providers add instructions of their own. */
    public boolean hasTools() {
        return tools;
    }

    /** Whether the model may read more for it than it holds. */
    public boolean isOpenEnded() {
        return media.isOpen();
    }

    /** The same body with no longer an answer than that. */
    public Buffer limited(long tokens) {
        String number = Long.toString(tokens);
        List<Edit> edits = new ArrayList<>(2);
        for (Limit limit : limits) {
            if (limit.tokens > tokens) {
                edits.add(new Edit(limit.number, number));
            }
        }
        if (limits.stream().noneMatch(limit -> isKnown(limit.name))) {
            edits.add(insertion(number));
        }
        edits.sort(Comparator.comparingInt(edit -> edit.range.from()));
        Buffer result = Buffer.buffer(bytes.length + 64);
        int at = 0;
        for (Edit edit : edits) {
            result.appendBytes(bytes, at, edit.range.from() - at).appendString(edit.text);
            at = edit.range.to();
        }
        return result.appendBytes(bytes, at, bytes.length - at);
    }

    private Edit insertion(String number) {
        String member = "\"" + field + "\":" + number;
        if (unsaid != null) {
            return new Edit(unsaid, number);
        }
        if (containerStart >= 0) {
            return new Edit(Json.Range.at(containerStart + 1), member + (containerEmpty ? "" : ","));
        }
        String container = "{" + member + "}";
        if (containerUnsaid != null) {
            return new Edit(containerUnsaid, container);
        }
        String whole = form == RequestForm.GENERATE_CONTENT ? "\"generationConfig\":" + container : member;
        return new Edit(Json.Range.at(start + 1), whole + (empty ? "" : ","));
    }

    /** Whether the target does not pass over a limit of that name. */
    private boolean isKnown(String name) {
        return name.equals(field) || name.equals("max_tokens") || form == RequestForm.GENERATE_CONTENT;
    }

    private void read(JsonParser json) throws IOException {
        json.nextToken();
        start = Json.tokenStart(json);
        String name;
        while ((name = json.nextFieldName()) != null) {
            empty = false;
            JsonToken value = json.nextToken();
            switch (form.part(name)) {
                case CONTAINER -> container(json, name, value);
                // Outside of its container it is nothing to the provider.
                case LIMIT, CHOICES -> {
                    if (form == RequestForm.GENERATE_CONTENT) {
                        json.skipChildren();
                    } else {
                        bounding(json, name, value);
                    }
                }
                case NONE -> other(json, name, value);
            }
        }
    }

    private void container(JsonParser json, String name, JsonToken value) throws IOException {
        once(name);
        if (value == JsonToken.VALUE_NULL) {
            json.getText();
            containerUnsaid = Json.tokenRange(json);
            return;
        }
        if (value != JsonToken.START_OBJECT) {
            throw refusal(name, "must be an object");
        }
        containerStart = Json.tokenStart(json);
        String inner;
        while ((inner = json.nextFieldName()) != null) {
            containerEmpty = false;
            JsonToken member = json.nextToken();
            switch (form.part(inner)) {
                case LIMIT, CHOICES -> bounding(json, inner, member);
                default -> json.skipChildren();
            }
        }
    }

    private void bounding(JsonParser json, String name, JsonToken value) throws IOException {
        once(name);
        if (form.part(name) == RequestForm.Part.LIMIT) {
            limit(json, name, value);
        } else if (value != JsonToken.VALUE_NULL) {
            choices = Math.max(choices, Math.min(whole(json, name, value), MOST_CHOICES));
        }
    }

    private void limit(JsonParser json, String name, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NULL) {
            json.getText();
            unsaid = unsaid == null && isKnown(name) ? Json.tokenRange(json) : unsaid;
            return;
        }
        long tokens = whole(json, name, value);
        // To servers that take it at all a negative limit is none, and to some of them zero.
        boolean none = form == RequestForm.CHAT ? tokens < 1 : tokens < 0;
        json.getText();
        limits.add(new Limit(name, Json.tokenRange(json), none ? UNLIMITED : tokens));
    }

    /** However large it is, but no more than {@link #MOST}; -1 if it is negative. */
    private long whole(JsonParser json, String name, JsonToken value) throws IOException {
        boolean number =
                value == JsonToken.VALUE_NUMBER_INT || value == JsonToken.VALUE_NUMBER_FLOAT && form.takesDecimals();
        if (!number) {
            throw refusal(name, "must be a whole number");
        }
        BigDecimal tokens = json.getDecimalValue();
        if (tokens.signum() < 0) {
            return -1;
        }
        if (tokens.compareTo(BigDecimal.valueOf(MOST)) >= 0) {
            return MOST;
        }
        if (tokens.signum() > 0 && tokens.stripTrailingZeros().scale() > 0) {
            throw refusal(name, "must be a whole number");
        }
        return tokens.longValue();
    }

    /** Of two members of one name each server takes another. */
    private void once(String name) {
        if (!seen.add(form.folded(name))) {
            throw refusal(name, "must be there only once");
        }
    }

    private static GatewayError refusal(String name, String why) {
        return new GatewayError(ErrorCode.INVALID_REQUEST, "The field %s %s.".formatted(name, why), name);
    }

    private void other(JsonParser json, String name, JsonToken value) throws IOException {
        switch (name) {
            case "tools", "functions" -> tools(json, value);
            case "prompt" -> prompt(json, value);
            case "thinking" -> thinking(json, value);
            default -> media.member(json, name, value);
        }
    }

    /** Several texts, or lists of tokens, are answered each; an object is one that the provider keeps. */
    private void prompt(JsonParser json, JsonToken value) throws IOException {
        if (value == JsonToken.START_OBJECT) {
            media.open();
        }
        if (value != JsonToken.START_ARRAY || form != RequestForm.COMPLETIONS) {
            media.member(json, "prompt", value);
            return;
        }
        long found = 0;
        JsonToken element;
        while ((element = json.nextToken()) != JsonToken.END_ARRAY) {
            found += element.isNumeric() ? 0 : 1;
            json.skipChildren();
        }
        prompts = Math.max(prompts, found);
    }

    private void thinking(JsonParser json, JsonToken value) throws IOException {
        if (value != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        String name;
        while ((name = json.nextFieldName()) != null) {
            JsonToken member = json.nextToken();
            if (form == RequestForm.MESSAGES && name.equals("budget_tokens") && member == JsonToken.VALUE_NUMBER_INT) {
                thinking = Math.max(thinking, whole(json, name, member));
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
                boolean type = name.equals("type") && member == JsonToken.VALUE_STRING;
                if (RequestMedia.isOpen(name) || type && !CALLERS_TOOLS.contains(json.getText())) {
                    media.open();
                }
                json.skipChildren();
            }
        }
    }
}
