package dev.comporta.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Problem;
import io.quarkus.security.ForbiddenException;
import io.vertx.pgclient.PgException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Path;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * The errors of the admin API as RFC 9457 problem details. What the caller sent is never repeated, because it may hold
 * a key.
 */
class ProblemMapper {

    private static final Logger LOG = Logger.getLogger(ProblemMapper.class);

    @ServerExceptionMapper
    Response refused(GatewayError error) {
        return answer(Problem.of(error)).build();
    }

    @ServerExceptionMapper
    Response forbidden(ForbiddenException error) {
        return refused(new GatewayError(ErrorCode.FORBIDDEN, "This key does not open this: use the admin key."));
    }

    @ServerExceptionMapper
    Response invalid(ConstraintViolationException error) {
        ConstraintViolation<?> first = error.getConstraintViolations().stream()
                .min((a, b) -> field(a).compareTo(field(b)))
                .orElseThrow();
        String field = field(first);
        return refused(new GatewayError(ErrorCode.INVALID_REQUEST, field + " " + first.getMessage() + ".", field));
    }

    @ServerExceptionMapper
    Response mismatched(MismatchedInputException error) {
        return refused(unreadable(error));
    }

    @ServerExceptionMapper
    Response failed(WebApplicationException error) {
        if (error.getCause() instanceof JsonProcessingException unreadable) {
            return refused(unreadable(unreadable));
        }
        if (error instanceof NotFoundException && error.getCause() != null) {
            // So JAX-RS reports a parameter that it cannot convert.
            return refused(new GatewayError(
                    ErrorCode.INVALID_REQUEST,
                    "A parameter in the address has the wrong form, such as a letter for a number."));
        }
        int status = error.getResponse().getStatus();
        if (status < 400) {
            return error.getResponse();
        }
        Response.ResponseBuilder answer =
                answer(new Problem(status, code(status).code(), detail(status), null));
        String allowed = error.getResponse().getHeaderString(HttpHeaders.ALLOW);
        return (allowed == null ? answer : answer.header(HttpHeaders.ALLOW, allowed)).build();
    }

    /** SQL states 22: a value that a caller sent does not fit its column, such as a NUL. */
    @ServerExceptionMapper
    Response refusedByTheDatabase(PgException error, ContainerRequestContext request) {
        return String.valueOf(error.getSqlState()).startsWith("22")
                ? refused(new GatewayError(ErrorCode.INVALID_REQUEST, "A value cannot be stored or looked for."))
                : unexpected(error, request);
    }

    @ServerExceptionMapper
    Response unexpected(Throwable error, ContainerRequestContext request) {
        LOG.errorf(
                error,
                "Unexpected failure of %s %s",
                request.getMethod(),
                request.getUriInfo().getPath());
        return answer(new Problem(500, ErrorCode.INTERNAL.code(), "The gateway failed; its log says why.", null))
                .build();
    }

    private static GatewayError unreadable(JsonProcessingException error) {
        String field = error instanceof JsonMappingException mapping ? field(mapping) : "";
        if (!field.isEmpty()) {
            return new GatewayError(
                    ErrorCode.INVALID_REQUEST, field + " is unknown here, or its value has the wrong form.", field);
        }
        JsonLocation at = error.getLocation();
        return new GatewayError(
                ErrorCode.INVALID_JSON,
                "The body is not the JSON object that is expected here"
                        + (at == null ? "." : " (line %d, column %d).".formatted(at.getLineNr(), at.getColumnNr())));
    }

    private static String field(JsonMappingException error) {
        return error.getPath().stream()
                .map(step -> step.getFieldName() == null ? String.valueOf(step.getIndex()) : step.getFieldName())
                .collect(Collectors.joining("."));
    }

    /** The path without the Java method and parameter before it. */
    private static String field(ConstraintViolation<?> violation) {
        String field = "body";
        for (Path.Node node : violation.getPropertyPath()) {
            field = node.getName() == null ? field : node.getName();
        }
        return field;
    }

    private static ErrorCode code(int status) {
        return switch (status) {
            case 401 -> ErrorCode.INVALID_API_KEY;
            case 403 -> ErrorCode.FORBIDDEN;
            case 404 -> ErrorCode.NOT_FOUND;
            case 405 -> ErrorCode.METHOD_NOT_ALLOWED;
            case 413 -> ErrorCode.REQUEST_TOO_LARGE;
            default -> status < 500 ? ErrorCode.INVALID_REQUEST : ErrorCode.INTERNAL;
        };
    }

    private static String detail(int status) {
        return switch (status) {
            case 404 -> "There is nothing here; /q/openapi lists what there is.";
            case 405 -> "This method is not allowed here; the Allow header says which are.";
            case 406 -> "This answer is not available in the form that Accept asks for.";
            case 415 -> "Send the body as application/json.";
            default -> "The request could not be served.";
        };
    }

    private static Response.ResponseBuilder answer(Problem problem) {
        return Response.status(problem.status()).type(Problem.MEDIA_TYPE).entity(problem.json());
    }
}
