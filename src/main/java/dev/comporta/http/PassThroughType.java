package dev.comporta.http;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What headers say of a body. A provider that reads another type into them than the gateway does would find members in
 * it that nobody has looked at, so there are two: JSON and a form.
 */
final class PassThroughType {

    private static final Pattern JSON = Pattern.compile("application/json[ \\t]*(?:;[^,]*)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern FORM = Pattern.compile("multipart/form-data[ \\t]*(?:;.*)?", Pattern.CASE_INSENSITIVE);

    private PassThroughType() {}

    /** @throws GatewayError {@link ErrorCode#UNSUPPORTED_MEDIA_TYPE} if the body is packed */
    static void refusePacked(MultiMap headers) {
        for (String encoding : headers.getAll(HttpHeaders.CONTENT_ENCODING)) {
            if (!encoding.strip().equalsIgnoreCase("identity")) {
                throw unsupported("The gateway does not pass on packed bodies: send it without Content-Encoding.");
            }
        }
    }

    /**
     * Whether the body is a form; otherwise it is JSON.
     *
     * @throws GatewayError {@link ErrorCode#UNSUPPORTED_MEDIA_TYPE} if it is neither, or may be both;
     *     {@link ErrorCode#INVALID_REQUEST} if it is a form without one plain boundary
     */
    static boolean isForm(MultiMap headers) {
        List<String> types = headers.getAll(HttpHeaders.CONTENT_TYPE);
        if (types.isEmpty() || types.size() == 1 && JSON.matcher(types.get(0)).matches()) {
            return false;
        }
        if (types.size() > 1 || !FORM.matcher(types.get(0)).matches()) {
            throw unsupported("The body has to be application/json or multipart/form-data, in one Content-Type.");
        }
        PassThroughMultipart.boundary(types.get(0));
        return true;
    }

    private static GatewayError unsupported(String message) {
        return new GatewayError(ErrorCode.UNSUPPORTED_MEDIA_TYPE, message);
    }
}
