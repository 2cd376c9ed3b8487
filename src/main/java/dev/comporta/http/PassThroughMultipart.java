package dev.comporta.http;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
    private static final String CHARSET = "(?:;[ \\t]*charset=\"?utf-8\"?[ \\t]*)?";
    /** As a whole, so that nobody finds another boundary in it. */
    private static final Pattern TYPE = Pattern.compile(
            "multipart/form-data[ \\t]*" + CHARSET + ";[ \\t]*boundary="
                    + "(?:\"([\\w'()+,./:=? -]{0,69}[\\w'()+,./:=?-])\"|([\\w'+.-]{1,70}))[ \\t]*" + CHARSET,
            Pattern.CASE_INSENSITIVE);

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

    /** @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if the content type does not plainly name a boundary */
    PassThroughMultipart(String contentType) {
        boundary = ("--" + boundary(contentType)).getBytes(StandardCharsets.ISO_8859_1);
        fallback = fallback(boundary);
    }

    /**
     * The boundary that a content type names.
     *
     * @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if it does not do so plainly
     */
    static String boundary(String contentType) {
        Matcher type = TYPE.matcher(contentType);
        if (!type.matches()) {
            throw malformed("its content type has to be multipart/form-data with one boundary and nothing else");
        }
        return type.group(1) == null ? type.group(2) : type.group(1);
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

    /**
     * The form is over.
     *
     * @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if its last boundary has not been there
     */
    void end() {
        if (place != Place.EPILOGUE) {
            throw malformed("its last boundary is missing");
        }
    }

    /** @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if this is no form, or one that is open to doubt */
    void feed(Buffer chunk) {
        byte[] bytes = chunk.getBytes();
        for (byte b : bytes) {
            switch (place) {
                case CONTENT -> content(b);
                case BOUNDARY_LINE -> boundaryLine(b);
                case HEADERS -> headers(b);
                case EPILOGUE -> epilogue(b);
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
        if (completes(b)) {
            endPart(offset + 1 - boundary.length);
        }
    }

    /** Nobody has to read it, but somebody might look for more parts in it. */
    private void epilogue(byte b) {
        if (completes(b)) {
            throw malformed("it goes on behind its end");
        }
    }

    private boolean completes(byte b) {
        while (matched >= 0 && b != boundary[matched]) {
            matched = fallback[matched];
        }
        matched++;
        return matched == boundary.length;
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

    /** Padding is allowed by the standard, written by nobody, and not understood by everybody. */
    private void boundaryLine(byte b) {
        keep(b, 2, BEHIND_BOUNDARY);
        if (length == 1 && (b == '\r' || b == '-')) {
            return;
        }
        if (length == 2 && b == '\n' && kept[0] == '\r') {
            length = 0;
            place = Place.HEADERS;
        } else if (length == 2 && b == '-' && kept[0] == '-') {
            place = Place.EPILOGUE;
        } else {
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
            if (PassThroughPart.of(new String(kept, 0, length, StandardCharsets.ISO_8859_1))
                    .isModel()) {
                beginModel();
            }
            length = 0;
            place = Place.CONTENT;
        }
    }

    private void beginModel() {
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

    static GatewayError malformed(String flaw) {
        return new GatewayError(
                ErrorCode.INVALID_REQUEST, "The request body is not a form that can be passed on: " + flaw + ".");
    }
}
