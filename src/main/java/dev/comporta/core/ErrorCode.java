package dev.comporta.core;

/**
 * Every way in which the gateway itself refuses or fails a request: one HTTP status, one {@code type} and one
 * {@code code} for each, the same in every dialect, in the docs and in {@code gateway_usage_logs.error_details}.
 */
public enum ErrorCode {
    INVALID_REQUEST(400, "invalid_request_error", "invalid_request"),
    INVALID_JSON(400, "invalid_request_error", "invalid_json"),
    INVALID_MODEL(400, "invalid_request_error", "invalid_model"),
    UNSUPPORTED_DIALECT(400, "invalid_request_error", "unsupported_dialect"),
    UNSUPPORTED_PARAMETER(400, "invalid_request_error", "unsupported_parameter"),
    INVALID_API_KEY(401, "invalid_request_error", "invalid_api_key"),
    CLIENT_MISMATCH(403, "invalid_request_error", "client_mismatch"),
    GATEWAY_NOT_ENABLED(403, "invalid_request_error", "gateway_not_enabled"),
    FORBIDDEN(403, "invalid_request_error", "forbidden"),
    MODEL_BLOCKED(403, "invalid_request_error", "model_blocked"),
    TOKEN_LIMIT_EXCEEDED(403, "invalid_request_error", "token_limit_exceeded"),
    COST_LIMIT_EXCEEDED(403, "insufficient_quota", "cost_limit_exceeded"),
    PRICE_UNKNOWN(403, "invalid_request_error", "price_unknown"),
    CLIENT_NOT_FOUND(404, "invalid_request_error", "client_not_found"),
    MODEL_NOT_FOUND(404, "invalid_request_error", "model_not_found"),
    NOT_FOUND(404, "invalid_request_error", "not_found"),
    METHOD_NOT_ALLOWED(405, "invalid_request_error", "method_not_allowed"),
    REQUEST_TIMEOUT(408, "invalid_request_error", "request_timeout"),
    CONFLICT(409, "invalid_request_error", "conflict"),
    REQUEST_TOO_LARGE(413, "invalid_request_error", "request_too_large"),
    UNSUPPORTED_MEDIA_TYPE(415, "invalid_request_error", "unsupported_media_type"),
    BUDGET_EXCEEDED(429, "insufficient_quota", "budget_exceeded"),
    /** Nothing is free at the moment, but calls that are under way have reserved more than they will use. */
    BUDGET_RESERVED(429, "rate_limit_error", "budget_reserved"),
    INTERNAL(500, "server_error", "internal_error"),
    PROVIDER_FAILED(502, "server_error", "provider_failed"),
    PROVIDER_UNREACHABLE(502, "server_error", "provider_unreachable"),
    PROVIDER_REFUSED_KEY(502, "server_error", "provider_refused_key"),
    PROVIDER_KEY_MISSING(503, "server_error", "provider_key_missing"),
    OVERLOADED(503, "server_error", "overloaded"),
    ACCOUNTING_UNAVAILABLE(503, "server_error", "accounting_unavailable"),
    PROVIDER_TIMEOUT(504, "server_error", "provider_timeout");

    private final int status;
    private final String type;
    private final String code;

    ErrorCode(int status, String type, String code) {
        this.status = status;
        this.type = type;
        this.code = code;
    }

    /** The HTTP status of the answer. */
    public int status() {
        return status;
    }

    /** The coarse kind, in OpenAI's words: such as {@code invalid_request_error} or {@code server_error}. */
    public String type() {
        return type;
    }

    /** The stable, machine-readable name of this error. */
    public String code() {
        return code;
    }
}
