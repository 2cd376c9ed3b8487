package dev.comporta.http;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.dialect.ObjectReferences;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the headers of one part of a form say. They are compared as a whole with what clients are known to write:
 * whoever finds a {@code name=} wherever it stands finds another one than the provider does.
 *
 * <p>A file's name may have escaped quotes and backslashes, which some clients write, as long as those who do not know
 * escapes see no second name in it. Browsers, and most SDKs, write {@code %22}.
 *
 * @param name of the field
 * @param file whether the part has a file's name
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7578#section-4.2">RFC 7578, 4.2</a>
 */
record PassThroughPart(String name, boolean file) {

    private static final String TOKEN = "[\\w!#$%&'*+.^`|~-]+";

    private static final Pattern HEADER = Pattern.compile("(" + TOKEN + "):[ \\t]*(.*?)[ \\t]*", Pattern.DOTALL);

    private static final Pattern DISPOSITION = Pattern.compile(
            "form-data;[ \\t]*name=(?:\"([\\w.:\\[\\]-]+)\"|([\\w.-]+))"
                    + "(;[ \\t]*filename=(?:\"(.*)\"|" + TOKEN + "))?"
                    + "(;[ \\t]*filename\\*=utf-8'[a-z-]*'" + TOKEN + ")?",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private static final Pattern ANOTHER_NAME = Pattern.compile("name\\s*[*=]", Pattern.CASE_INSENSITIVE);

    /** With these the bytes are the value; with others, such as quoted-printable, some servers decode it. */
    private static final Pattern PLAIN_ENCODING = Pattern.compile("7bit|8bit|binary", Pattern.CASE_INSENSITIVE);

    private static final Pattern PLAIN_TEXT = Pattern.compile(
            "text/plain(?:;[ \\t]*charset=\"?(?:utf-8|us-ascii|iso-8859-1)\"?)?", Pattern.CASE_INSENSITIVE);

    /**
     * Reads the headers of a part.
     *
     * @param headers their lines, one character for each byte
     * @throws GatewayError {@link ErrorCode#INVALID_REQUEST} if they are open to doubt,
     *     {@link ErrorCode#UNSUPPORTED_PARAMETER} if the part would name an object
     */
    static PassThroughPart of(String headers) {
        Map<String, String> content = content(headers);
        String disposition = content.get("content-disposition");
        if (disposition == null) {
            throw malformed("a part has no name");
        }
        Matcher said = DISPOSITION.matcher(disposition);
        if (!said.matches() || said.group(4) != null && !isFileName(said.group(4))) {
            throw malformed("a part has no plain name");
        }
        String name = said.group(1) == null ? said.group(2) : said.group(1);
        boolean file = said.group(3) != null || said.group(5) != null;
        return checked(new PassThroughPart(name, file), content);
    }

    boolean isModel() {
        return name.equals("model");
    }

    private static Map<String, String> content(String headers) {
        Map<String, String> content = new HashMap<>();
        for (String line : headers.split("\r\n")) {
            if (line.isEmpty()) {
                continue;
            }
            Matcher header = HEADER.matcher(line);
            if (!header.matches() || line.indexOf('\n') >= 0 || line.indexOf('\r') >= 0 || line.indexOf('\0') >= 0) {
                throw malformed("a header of a part is none, or goes over more than one line");
            }
            String name = header.group(1).toLowerCase(Locale.ROOT);
            if (name.startsWith("content-") && content.put(name, header.group(2)) != null) {
                throw malformed("a part has the same header twice");
            }
        }
        return content;
    }

    /** Whether what stands between the quotes ends there for everybody, and has no name in it for anybody. */
    private static boolean isFileName(String quoted) {
        for (int i = 0; i < quoted.length(); i++) {
            char c = quoted.charAt(i);
            if (c == '\\') {
                i++;
            }
            if (c < ' ' || c == '"' || i == quoted.length()) {
                return false;
            }
        }
        return !ANOTHER_NAME.matcher(quoted).find();
    }

    private static PassThroughPart checked(PassThroughPart part, Map<String, String> content) {
        String type = content.get("content-type");
        if (!PLAIN_ENCODING
                .matcher(content.getOrDefault("content-transfer-encoding", "binary"))
                .matches()) {
            throw malformed("a part is encoded");
        }
        if (type != null && type.toLowerCase(Locale.ROOT).startsWith("multipart")) {
            throw malformed("a part is a form itself");
        }
        if (!ObjectReferences.ofFormField(part.name, "any").isEmpty()) {
            // Its owner can be asked for only before anything is sent.
            throw new GatewayError(
                    ErrorCode.UNSUPPORTED_PARAMETER,
                    "In a form, %s is not passed on: name the object in a JSON body.".formatted(part.name),
                    part.name);
        }
        if (part.isModel()) {
            checkModel(part, type);
        } else if (part.name.toLowerCase(Locale.ROOT).split("[\\[\\].:]", 2)[0].equals("model")
                || part.name.equalsIgnoreCase("_charset_")) {
            throw malformed("one of its names could be read as another");
        }
        return part;
    }

    private static void checkModel(PassThroughPart part, @Nullable String type) {
        if (part.file) {
            throw malformed("its model is a file");
        }
        if (type != null && !PLAIN_TEXT.matcher(type).matches()) {
            throw malformed("its model is not plain text");
        }
    }

    private static GatewayError malformed(String flaw) {
        return PassThroughMultipart.malformed(flaw);
    }
}
