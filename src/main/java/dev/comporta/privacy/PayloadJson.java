package dev.comporta.privacy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.comporta.core.Text;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A payload as it is kept: JSON with the same structure, of which names, strings and whole numbers are redacted, and
 * which ends where it has become too long. PostgreSQL's {@code jsonb} takes whatever comes out. Pure; one object for
 * each payload.
 */
final class PayloadJson {

    /** Stands where something was left out: as an element, or as the name of a member that is true. */
    static final String CUT = "[cut]";

    private static final JsonFactory FACTORY = new JsonFactory();
    /** Neither PostgreSQL nor anybody else does arithmetic with longer ones. */
    private static final int LONGEST_NUMBER = 64;

    private static final int LONGEST_NAME = 200;
    private static final int SYNTAX = 4;

    private final StringWriter out = new StringWriter();
    /** The name under which each open object or array stands. */
    private final Deque<String> names = new ArrayDeque<>();

    private final int most;
    private int written;
    private @Nullable String mediaType;

    private PayloadJson(int most) {
        this.most = most;
    }

    /**
     * @param body JSON, which may break off; anything else is taken for text
     * @param most about how many characters are kept
     */
    static String of(byte[] body, int most) {
        return new PayloadJson(most).written(body);
    }

    /** A text as a JSON string. */
    static String ofText(String text, int most) {
        PayloadJson payload = new PayloadJson(most);
        try (JsonGenerator json = FACTORY.createGenerator(payload.out)) {
            payload.string(json, text, null);
        } catch (IOException e) {
            throw new IllegalStateException("a string takes all that is written", e);
        }
        return payload.out.toString();
    }

    private String written(byte[] body) {
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            try (JsonParser parser = FACTORY.createParser(body)) {
                copy(parser, json);
            } catch (IOException brokenOff) {
                if (json.getOutputContext().inRoot()) {
                    return ofText(new String(body, StandardCharsets.UTF_8), most);
                }
                cut(json);
            }
            // Closing the generator closes what is open.
        } catch (IOException e) {
            throw new IllegalStateException("a string takes all that is written", e);
        }
        return out.toString();
    }

    private void copy(JsonParser parser, JsonGenerator json) throws IOException {
        String name = "";
        JsonToken token;
        while ((token = parser.nextToken()) != null) {
            written += SYNTAX;
            if (written > most && token != JsonToken.END_OBJECT && token != JsonToken.END_ARRAY) {
                cut(json);
                return;
            }
            switch (token) {
                case FIELD_NAME -> name = parser.currentName();
                case END_OBJECT -> {
                    json.writeEndObject();
                    name = names.pop();
                    mediaType = null;
                }
                case END_ARRAY -> {
                    json.writeEndArray();
                    name = names.pop();
                }
                default -> {
                    // Read before the name is written: the text may break off in the middle.
                    String text = token.isScalarValue() ? parser.getText() : "";
                    if (json.getOutputContext().inObject()) {
                        json.writeFieldName(name(name));
                    }
                    value(json, token, text, name);
                }
            }
            if (names.isEmpty() && token != JsonToken.FIELD_NAME) {
                // One value is all there is to a payload.
                return;
            }
        }
    }

    private void value(JsonGenerator json, JsonToken token, String text, String name) throws IOException {
        switch (token) {
            case START_OBJECT -> {
                json.writeStartObject();
                names.push(name);
            }
            case START_ARRAY -> {
                json.writeStartArray();
                names.push(name);
            }
            case VALUE_STRING -> string(json, text, name);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(json, text, name);
            case VALUE_TRUE, VALUE_FALSE -> json.writeBoolean(token == JsonToken.VALUE_TRUE);
            default -> json.writeNull();
        }
    }

    private String name(String name) {
        String safe = bounded(Redaction.of(name), LONGEST_NAME);
        written += safe.length();
        return safe;
    }

    private void string(JsonGenerator json, String text, @Nullable String name) throws IOException {
        String redacted = Redaction.of(text, name);
        if (mediaType != null && redacted.startsWith("[omitted: base64,")) {
            redacted = redacted.replace("base64", mediaType);
        }
        if (name != null && isMediaTypeName(name)) {
            mediaType = Base64Shapes.isMediaType(text) ? text : null;
        }
        String kept = bounded(redacted, Math.max(0, most - written));
        written += kept.length();
        json.writeString(kept);
    }

    private static boolean isMediaTypeName(String name) {
        return name.equals("media_type") || name.equals("mimeType") || name.equals("mime_type");
    }

    private void number(JsonGenerator json, String text, String name) throws IOException {
        String redacted = Redaction.of(text, name);
        written += redacted.length();
        boolean plain = redacted.equals(text) && text.length() <= LONGEST_NUMBER && exponentLength(text) <= 3;
        if (plain) {
            json.writeNumber(text);
        } else {
            json.writeString(bounded(redacted, LONGEST_NUMBER));
        }
    }

    private static int exponentLength(String number) {
        int exponent = Math.max(number.indexOf('e'), number.indexOf('E'));
        return exponent < 0 ? 0 : number.length() - exponent - 1;
    }

    private static String bounded(String text, int most) {
        if (text.length() <= most) {
            return String.valueOf(Text.storable(text, most));
        }
        boolean half = most > 0 && Character.isHighSurrogate(text.charAt(most - 1));
        int end = half ? most - 1 : most;
        return Text.storable(text, end) + "[cut: " + (text.length() - end) + " characters]";
    }

    private static void cut(JsonGenerator json) throws IOException {
        if (json.getOutputContext().inObject()) {
            json.writeBooleanField(CUT, true);
        } else {
            json.writeString(CUT);
        }
    }
}
