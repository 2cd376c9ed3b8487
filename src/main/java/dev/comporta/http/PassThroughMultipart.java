package dev.comporta.http;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.dialect.ObjectReferences;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the {@code model} part in a form that comes in pieces, wherever they are cut. Keeps no more than the
 * headers of one part or the model's name. What providers might read in different ways is refused: a second model, for
 * instance, of which the gateway would meter the one and the provider run the other.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7578">RFC 7578</a>
 */
final class PassThroughMultipart {

    private static final int MOST_HEADERS = 16 << 10;
    private static final int LONGEST_MODEL = 1 << 10;
    private static final String BEHIND_BOUNDARY = "a boundary is followed by something else";
    private static final Pattern BOUNDARY = Pattern.compile(
            ";\\s*boundary=(?:\"([^\"\\\\]{1,70})\"|([^\\s;\"\\\\]{1,70}))\\s*(?=;|$)", Pattern.CASE_INSENSITIVE);
    private static final Pattern NAME =
            Pattern.compile(";\\s*name\\s*=\\s*(?:\"([^\"]*)\"|([^\\s;\"]+))", Pattern.CASE_INSENSITIVE);
    private static final Pattern FILE_NAME = Pattern.compile(";\\s*filename\\*?\\s*=", Pattern.CASE_INSENSITIVE);
    private static final Pattern ENCODED_NAME = Pattern.compile(";\\s*name\\*", Pattern.CASE_INSENSITIVE);

    /** What the next byte belongs to. */
    private enum Place {
        CONTENT,
        BOUNDARY_LINE,
        HEADERS,
        EPILOGUE
    }

    private final byte[] boundary;
    /** For each length that has matched: how much of it has still matched when the next byte does not (KMP). */
    private final int[] fallback;

    private Place place = Place.CONTENT;
    private int matched;
    private long offset;
    /** Where the line that is being read begins; only there a boundary is one. */
    private long lineStart;

    private byte before;
    /** A boundary's line, a part's headers, or the model's name. */
    private byte[] kept = new byte[256];

    private int length;
    private boolean inModel;
    private long modelFrom = -1;
    private long modelTo = -1;
    private @Nullable String model;

    /** @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if the content type names no boundary, or two */
    PassThroughMultipart(String contentType) {
        Matcher named = BOUNDARY.matcher(contentType);
        if (!named.find()) {
            throw malformed("its content type names no boundary");
        }
        String text = named.group(1) == null ? named.group(2) : named.group(1);
        if (named.find()) {
            throw malformed("its content type names two boundaries");
        }
        boundary = ("--" + text).getBytes(StandardCharsets.ISO_8859_1);
        fallback = fallback(boundary);
    }

    private static int[] fallback(byte[] word) {
        int[] fallback = new int[word.length + 1];
        fallback[0] = -1;
        for (int i = 0, k = -1; i < word.length; fallback[++i] = ++k) {
            while (k >= 0 && word[k] != word[i]) {
                k = fallback[k];
            }
        }
        return fallback;
    }

    /** The value of the model part, once it has been read. */
    @Nullable
    String model() {
        return model;
    }

    /** Where it begins, in bytes from the start of the form. */
    long modelFrom() {
        return modelFrom;
    }

    /** Where it ends. */
    long modelTo() {
        return modelTo;
    }

    /** @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if this is no form, or one that is open to doubt */
    void feed(Buffer chunk) {
        byte[] bytes = chunk.getBytes();
        for (byte b : bytes) {
            switch (place) {
                case CONTENT -> content(b);
                case BOUNDARY_LINE -> boundaryLine(b);
                case HEADERS -> headers(b);
                case EPILOGUE -> {
                    // Nobody reads it.
                }
            }
            offset++;
            if (b == '\n' && before == '\r') {
                lineStart = offset;
            }
            before = b;
        }
    }

    private void content(byte b) {
        if (inModel) {
            keep(b, LONGEST_MODEL + boundary.length, "its model is longer than a model's name can be");
        }
        while (matched >= 0 && b != boundary[matched]) {
            matched = fallback[matched];
        }
        matched++;
        if (matched == boundary.length) {
            endPart(offset + 1 - boundary.length);
        }
    }

    private void endPart(long end) {
        if (end != lineStart) {
            throw malformed("a boundary does not begin a line");
        }
        if (inModel) {
            inModel = false;
            modelTo = end - 2;
            if (modelTo < modelFrom) {
                throw malformed("its model is missing");
            }
            model = new String(kept, 0, (int) (modelTo - modelFrom), StandardCharsets.UTF_8);
        }
        matched = 0;
        length = 0;
        place = Place.BOUNDARY_LINE;
    }

    private void boundaryLine(byte b) {
        keep(b, MOST_HEADERS, BEHIND_BOUNDARY);
        if (length == 2 && kept[0] == '-') {
            if (b != '-') {
                throw malformed(BEHIND_BOUNDARY);
            }
            place = Place.EPILOGUE;
        } else if (b == '\n' && length > 1 && kept[length - 2] == '\r') {
            length = 0;
            place = Place.HEADERS;
        } else if (b != ' ' && b != '\t' && b != '\r' && !(b == '-' && length == 1)) {
            throw malformed(BEHIND_BOUNDARY);
        }
    }

    private void headers(byte b) {
        keep(b, MOST_HEADERS, "the headers of a part are longer than 16 KiB");
        if (b != '\n') {
            return;
        }
        boolean empty = length == 2 && kept[0] == '\r';
        boolean over = length > 3 && kept[length - 2] == '\r' && kept[length - 3] == '\n' && kept[length - 4] == '\r';
        if (empty || over) {
            part(new String(kept, 0, length, StandardCharsets.UTF_8));
            length = 0;
            place = Place.CONTENT;
        }
    }

    private void part(String headers) {
        String disposition = null;
        for (String line : headers.split("\r\n")) {
            if (line.startsWith(" ") || line.startsWith("\t") || line.indexOf('\n') >= 0 || line.indexOf('\r') >= 0) {
                throw malformed("a header of a part goes over more than one line");
            }
            if (line.toLowerCase(Locale.ROOT).startsWith("content-disposition")) {
                if (disposition != null) {
                    throw malformed("a part has two names");
                }
                disposition = line;
            }
        }
        if (disposition == null) {
            throw malformed("a part has no name");
        }
        Matcher name = NAME.matcher(disposition);
        if (!name.find() || ENCODED_NAME.matcher(disposition).find()) {
            throw malformed("a part has no plain name");
        }
        String text = name.group(1) == null ? name.group(2) : name.group(1);
        if (text.indexOf('\\') >= 0) {
            throw malformed("a part has no plain name");
        }
        if (!ObjectReferences.ofFormField(text.strip(), "any").isEmpty()) {
            // Its owner can be asked for only before anything is sent.
            throw new GatewayError(
                    ErrorCode.UNSUPPORTED_PARAMETER,
                    "In a form, %s is not passed on: name the object in a JSON body.".formatted(text.strip()),
                    text.strip());
        }
        if (text.strip().equals("model")) {
            beginModel(FILE_NAME.matcher(disposition).find());
        }
    }

    private void beginModel(boolean file) {
        if (file) {
            throw malformed("its model is a file");
        }
        if (modelFrom >= 0) {
            throw new GatewayError(ErrorCode.INVALID_REQUEST, "The field model stands twice in the request.", "model");
        }
        inModel = true;
        modelFrom = offset + 1;
    }

    private void keep(byte b, int most, String flaw) {
        if (length == most) {
            throw malformed(flaw);
        }
        if (length == kept.length) {
            kept = Arrays.copyOf(kept, Math.min(2 * length, MOST_HEADERS));
        }
        kept[length++] = b;
    }

    private static GatewayError malformed(String flaw) {
        return new GatewayError(
                ErrorCode.INVALID_REQUEST, "The request body is not a form that can be passed on: " + flaw + ".");
    }
}
