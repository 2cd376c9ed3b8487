package dev.comporta.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The address of an image")
class ImageUrlTest {

    private static ImageUrl url(String text) {
        return Objects.requireNonNull(ImageUrl.parse(text, Set.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "https://Example.com/a/b.png?x=1#y, example.com, 443, true, /a/b.png?x=1, example.com",
        "http://example.com, example.com, 80, false, /, example.com",
        "HTTP://example.com:443/%20, example.com, 443, false, /%20, example.com:443",
        "https://[2606:4700::1]:80/x, 2606:4700::1, 80, true, /x, [2606:4700::1]:80",
        "https://example.com/ä?ö, example.com, 443, true, /%C3%A4?%C3%B6, example.com"
    })
    void is_taken_apart(String text, String host, int port, boolean tls, String target, String authority) {
        ImageUrl url = url(text);

        assertThat(url.host()).isEqualTo(host);
        assertThat(url.port()).isEqualTo(port);
        assertThat(url.tls()).isEqualTo(tls);
        assertThat(url.target()).isEqualTo(target);
        assertThat(url.authority()).isEqualTo(authority);
        assertThat(url.trusted()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "/x.png",
                "ftp://example.com/x",
                "file:///etc/passwd",
                "gopher://example.com:80/",
                "https://user@example.com/x",
                "https://user:password@example.com/x",
                "https://example.com:22/x",
                "https://example.com:8080/x",
                "https://example.com:0/x",
                "https:///x",
                "https:x",
                "https://exa mple.com/x",
                "https://example.com\\@10.0.0.1/x",
                "https://example.com/x\r\nHost: y",
                "https://[fe80::1%25eth0]/x",
                "https://[::1"
            })
    void is_refused_where_it_is_not_the_webs(String text) {
        assertThat(ImageUrl.parse(text, Set.of())).isNull();
    }

    @Test
    void is_not_endless() {
        assertThat(ImageUrl.parse("https://example.com/" + "x".repeat(10_000), Set.of()))
                .isNull();
    }

    @Test
    void may_be_one_of_ours_if_the_operator_says_so() {
        Set<String> allowed = Set.of("bucket.internal", "minio:9000", "::1:9000");

        assertThat(Objects.requireNonNull(ImageUrl.parse("http://Bucket.internal/x", allowed))
                        .trusted())
                .isTrue();
        assertThat(Objects.requireNonNull(ImageUrl.parse("http://minio:9000/x", allowed))
                        .trusted())
                .isTrue();
        assertThat(ImageUrl.parse("http://bucket.internal:9000/x", allowed)).isNull();
        assertThat(ImageUrl.parse("http://minio:9001/x", allowed)).isNull();
        assertThat(Objects.requireNonNull(ImageUrl.parse("http://minio/x", allowed))
                        .trusted())
                .isFalse();
        assertThat(Objects.requireNonNull(ImageUrl.parse("http://not.bucket.internal/x", allowed))
                        .trusted())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "/c.png, example.com, /c.png",
        "c.png, example.com, /a/c.png",
        "//other.com/c, other.com, /c",
        "http://other.com, other.com, /"
    })
    void of_a_redirect_is_found_from_where_it_came(String location, String host, String target) {
        ImageUrl next =
                Objects.requireNonNull(url("https://example.com/a/b.png").redirected(location, Set.of()));

        assertThat(next.host()).isEqualTo(host);
        assertThat(next.target()).isEqualTo(target);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://x/y", "http://x:25/", "http://u:p@x/", "http://[", "file:///etc/passwd"})
    void of_a_redirect_obeys_the_same_rules(String location) {
        assertThat(url("https://example.com/").redirected(location, Set.of())).isNull();
    }
}
