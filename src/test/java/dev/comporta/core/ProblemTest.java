package dev.comporta.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProblemTest {

    @Test
    void says_what_is_wrong_and_which_field_is_to_blame() {
        GatewayError error = new GatewayError(ErrorCode.CONFLICT, "This slug is \"taken\".", "slug");

        assertThat(new JsonObject(Problem.of(error).json()))
                .isEqualTo(new JsonObject()
                        .put("type", "about:blank")
                        .put("title", "Conflict")
                        .put("status", 409)
                        .put("detail", "This slug is \"taken\".")
                        .put("code", "conflict")
                        .put("param", "slug"));
    }

    @ParameterizedTest
    @EnumSource
    void every_error_has_a_title_and_no_param_that_is_not_there(ErrorCode code) {
        JsonObject problem =
                new JsonObject(Problem.of(new GatewayError(code, "detail")).json());

        assertThat(problem.getString("title")).isNotBlank().doesNotContain("Unknown");
        assertThat(problem.containsKey("param")).isFalse();
    }
}
