package dev.comporta.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PassThroughPathTest {

    @ParameterizedTest
    @CsvSource({
        "/v1/files, /files,",
        "/v1/files/a%2Fb, /files/a%2Fb,",
        "/v1/models/ft%3Agpt, /models/ft%3Agpt,",
        "/v1/files/caf%C3%A9, /files/caf%C3%A9,",
        "/v1/files/..., /files/...,",
        "/v1/files/.a..b., /files/.a..b.,",
        "/v1/files?include[]=a&b=../..&c=%2e%2e, /files, include[]=a&b=../..&c=%2e%2e",
        "/v1/files?, /files, ''",
        "http://gateway.test/v1/files?a, /files, a",
    })
    void a_path_stays_as_it_is(String uri, String raw, String query) {
        PassThroughPath path = PassThroughPath.of(uri);

        assertThat(path.raw()).isEqualTo(raw);
        assertThat(path.query()).isEqualTo(query);
    }

    @Test
    void an_escaped_slash_does_not_part_segments() {
        assertThat(PassThroughPath.of("/v1/files/a%2Fb/content").segments())
                .containsExactly("files", "a%2Fb", "content");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1",
                "/v1/",
                "/v2/files",
                "/x/../v1/files",
                "/v1/files/",
                "/v1//files",
                "/v1/./files",
                "/v1/files/..",
                "/v1/files/../x",
                "/v1/files/%2e%2e/x",
                "/v1/files/%2E./x",
                "/v1/files/.%2e%2fx",
                "/v1/files/a%2f..%2fb",
                "/v1/files/%252e%252e",
                "/v1/files/%25252e%25252e",
                "/v1/files/%2525252525252e",
                "/v1/files/..;a=b/x",
                "/v1/files/a\\b",
                "/v1/files/a%5cb",
                "/v1/files/a%0d%0ab",
                "/v1/files/a%00",
                "/v1/files/a%7f",
                "/v1/files/a b",
                "/v1/files/é",
                "/v1/files#x",
                "/v1/files?a#x",
                "/v1/files/%",
                "/v1/files/%2",
                "/v1/files/%zz",
                "http:/v1/files",
                "http://gateway.test",
                "*",
                ""
            })
    void what_may_lead_elsewhere_is_refused(String uri) {
        assertThatThrownBy(() -> PassThroughPath.of(uri))
                .isInstanceOfSatisfying(
                        GatewayError.class, error -> assertThat(error.code()).isEqualTo(ErrorCode.FORBIDDEN));
    }
}
