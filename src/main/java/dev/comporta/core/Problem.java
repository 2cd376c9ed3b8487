package dev.comporta.core;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * An error as the admin API answers it: RFC 9457 problem details, with the gateway's own {@code code} and the blamed
 * {@code param} as extension members. The {@code type} is {@code about:blank}, so the title is the status's phrase.
 *
 * @param status the HTTP status of the answer
 * @param code the stable, machine-readable name, see {@link ErrorCode#code()}
 * @param detail written for the caller: what to do, never a key or a stack trace
 * @param param the request field or header that is to blame
 */
public record Problem(
        int status, String code, String detail, @Nullable String param) {

    /** The media type of {@link #json()}. */
    public static final String MEDIA_TYPE = "application/problem+json";

    public static Problem of(GatewayError error) {
        return new Problem(error.code().status(), error.code().code(), error.getMessage(), error.param());
    }

    /** The body of the answer. */
    public String json() {
        JsonObject body = new JsonObject()
                .put("type", "about:blank")
                .put("title", HttpResponseStatus.valueOf(status).reasonPhrase())
                .put("status", status)
                .put("detail", detail)
                .put("code", code);
        if (param != null) {
            body.put("param", param);
        }
        return body.encode();
    }
}
