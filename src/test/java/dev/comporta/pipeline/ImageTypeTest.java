package dev.comporta.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("What an image is")
class ImageTypeTest {

    private static Buffer bytes(String latin1) {
        return Buffer.buffer(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String[][] beginnings() {
        return new String[][] {
            {"\u0089PNG\r\n\u001a\nxxxx", "image/png"},
            {"\u00ff\u00d8\u00ff\u00e0xxxx", "image/jpeg"},
            {"GIF89axxxx", "image/gif"},
            {"GIF87axxxx", "image/gif"},
            {"RIFFxxxxWEBPxxxx", "image/webp"},
            {"xxxxftypheicxxxx", "image/heic"},
            {"xxxxftypmif1xxxx", "image/heif"}
        };
    }

    @ParameterizedTest
    @MethodSource("beginnings")
    void is_told_by_how_it_begins_whatever_its_server_says(String begin, String type) {
        assertThat(ImageType.of(bytes(begin), "text/html")).isEqualTo(type);
        assertThat(ImageType.of(bytes(begin), null)).isEqualTo(type);
    }

    @Test
    void is_else_what_its_server_says_without_parameters() {
        assertThat(ImageType.of(bytes("?"), "image/BMP; charset=x")).isEqualTo("image/bmp");
        assertThat(ImageType.of(bytes("?"), "image/jpg")).isEqualTo("image/jpeg");
    }

    @Test
    void is_else_nothing() {
        assertThat(ImageType.of(bytes("<html>"), "text/html")).isNull();
        assertThat(ImageType.of(bytes("{}"), null)).isNull();
        assertThat(ImageType.of(bytes("RIFFxxxxWAVE"), "audio/wav")).isNull();
        assertThat(ImageType.of(bytes("xxxxftypisom"), "video/mp4")).isNull();
        assertThat(ImageType.of(bytes("?"), "image/x,base64")).isNull();
    }
}
