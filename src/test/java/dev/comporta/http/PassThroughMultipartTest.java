package dev.comporta.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.comporta.core.GatewayError;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PassThroughMultipartTest {

    private static final String TYPE = "multipart/form-data; boundary=--xX";
    private static final String MODEL = "----xX\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nacme/w\r\n";
    private static final String FILE =
            "----xX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\nContent-Type: a/b\r\n\r\n\r\n----x\r\n--\r\n----y\r\n";
    private static final String END = "----xX--\r\nname=\"model\"";

    private static PassThroughMultipart read(String form, int... cuts) {
        PassThroughMultipart parts = new PassThroughMultipart(TYPE);
        byte[] bytes = form.getBytes(StandardCharsets.UTF_8);
        int from = 0;
        for (int cut : cuts) {
            parts.feed(Buffer.buffer().appendBytes(bytes, from, cut - from));
            from = cut;
        }
        parts.feed(Buffer.buffer().appendBytes(bytes, from, bytes.length - from));
        return parts;
    }

    private static void holds(PassThroughMultipart parts, String form) {
        assertThat(parts.model()).isEqualTo("acme/w");
        assertThat(form.substring((int) parts.modelFrom(), (int) parts.modelTo()))
                .isEqualTo("acme/w");
    }

    @Test
    void the_model_is_found_wherever_the_bytes_are_cut() {
        for (String form :
                new String[] {MODEL + FILE + END, FILE + MODEL + END, "preamble\r\n" + FILE + FILE + MODEL + END}) {
            for (int i = 0; i <= form.length(); i++) {
                holds(read(form, i), form);
                for (int j = i; j <= form.length(); j += 7) {
                    holds(read(form, i, j), form);
                }
            }
        }
    }

    @Test
    void a_model_is_known_before_the_form_is_whole() {
        assertThat(read(MODEL.substring(0, MODEL.length() - 1)).model()).isNull();
        assertThat(read(MODEL + "----xX").model()).isEqualTo("acme/w");
    }

    @Test
    void a_form_may_have_no_model() {
        assertThat(read(FILE + END).model()).isNull();
        assertThat(read(FILE).model()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Disposition: form-data; name=model",
                "content-disposition:form-data;name=\"model\"",
                "Content-Disposition: form-data; name=\"model\"\r\nContent-Type: text/plain; charset=utf-8",
                "Content-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\nContent-Length: 6\r\nContent-Disposition: form-data; name=model",
                "X-Other: 1\r\nContent-Disposition: form-data; name=\"model\" "
            })
    void it_is_known_in_other_spellings(String headers) {
        assertThat(read("----xX\r\n" + headers + "\r\n\r\nacme/w\r\n" + END).model())
                .isEqualTo("acme/w");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                MODEL + MODEL,
                "----xX\r\n\r\nno headers\r\n",
                "----xX\r\nContent-Type: a/b\r\n\r\nno name\r\n",
                "----xX\r\nContent-Disposition: form-data; name*=utf-8''model\r\n\r\nx\r\n",
                "----xX\r\nContent-Disposition: form-data; name=\"mo\\del\"\r\n\r\nx\r\n",
                "----xX\r\nContent-Disposition: form-data;\r\n name=\"model\"\r\n\r\nx\r\n",
                "----xX\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nx\r\n",
                "----xX\r\nContent-Disposition: form-data; name=\"model\"; filename=\"x\"\r\n\r\nx\r\n",
                "----xX\r\nContent-Disposition: form-data; name=\"file_id\"\r\n\r\nfile-1\r\n",
                "----xX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\n----xX\nContent-Disposition: form-data; name=\"model\"\n\nx\r\n",
                "----xXY\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n",
                "----xX\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n----xX\r\n",
                "----xX \r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n",
                "----xX\r-",
            })
    void what_could_be_read_in_two_ways_is_refused(String form) {
        assertThatThrownBy(() -> read(form + END)).isInstanceOf(GatewayError.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "form-data; name=\"x\"; name=\"model\"",
                "form-data; name=\"model\"; name=\"x\"",
                "form-data; x=\"; name=z\"; name=\"model\"",
                "form-data; x=\"; name=z\"; name=\"file_id\"",
                "form-data; x=y; name=\"model\"",
                "form-data; name=\"x\"; filename=\"a\"; name=\"model\"",
                "form-data; name=\"x\"; filename=\"a\\\"; name=\"model\"",
                "form-data; name=\"x\"; filename=\"a\\\"; name=model; \\\"\"",
                "form-data; name=\"x\"; filename=\"; name=model\"",
                "form-data; name=\"x\"; filename=\"; NAME *0=mod\"",
                "form-data; name=\"x\"; filename=\"a\\\"",
                "form-data; name=\"x\"; filename=a; name=model",
                "form-data; name=\"x\"; filename=\"a\"; filename=\"b\"",
                "form-data; name=\"x\"; filename*=utf-8''a; name=model",
                "form-data; name*0=\"mo\"; name*1=\"del\"",
                "form-data; name = \"model\"",
                "form-data; name=\" model \"",
                "form-data; name=\"Model\"",
                "form-data; name=\"model[]\"",
                "form-data; name=\"model.0\"",
                "form-data; name=\"_charset_\"",
                "form-data; name=\"\"",
                "form-data; filename=\"a\"; name=\"model\"",
                "form-data; name=\"model\"; filename*=utf-8''a",
                "form-data, name=\"model\"",
                "attachment; name=\"model\"",
                "form-data; name=\"a\"\r\nContent-Disposition : form-data; name=\"model\"",
                "form-data; name=\"a\"\r\n\u00a0Content-Disposition: form-data; name=\"model\"",
                "form-data; name=\"a\"\r\nno header",
                "form-data; name=\"model\"\r\nContent-Transfer-Encoding: quoted-printable",
                "form-data; name=\"model\"\r\nContent-Transfer-Encoding: base64",
                "form-data; name=\"model\"\r\nContent-Type: text/plain; charset=utf-16",
                "form-data; name=\"model\"\r\nContent-Type: application/json",
                "form-data; name=\"a\"\r\nContent-Type: multipart/mixed; boundary=b",
                "form-data; name=\"a\"\r\nContent-Type: a/b\r\nContent-Type: c/d",
            })
    void a_name_is_found_by_everybody_or_by_nobody(String disposition) {
        String form = "----xX\r\nContent-Disposition: " + disposition + "\r\n\r\nx\r\n" + END;

        assertThatThrownBy(() -> read(form)).isInstanceOf(GatewayError.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // httpx, undici, okhttp, curl, browsers
                "form-data; name=\"file\"; filename=\"a%22b.txt\"",
                // curl before 7.81, Go
                "form-data; name=\"file\"; filename=\"a \\\"b\\\" \\\\ c.txt\"",
                // undici, okhttp on Windows
                "form-data; name=\"file\"; filename=\"C:\\dir\\a.txt\"",
                // urllib3, .NET
                "form-data; name=\"file\"; filename*=utf-8''na%C3%AFve.txt",
                "form-data; name=file; filename=a.txt; filename*=utf-8''a.txt",
                "form-data; name=\"file\"; filename=\"=?utf-8?B?w6c=?=\"; filename*=utf-8''%C3%A7",
                "form-data; name=\"file\"; filename=\"na\u00efve; \u2028\u2026 x=1.txt\"",
                "form-data; name=\"file\"; filename=\"\"",
                "form-data; name=\"timestamp_granularities[]\"",
                "form-data; name=\"expires_after[anchor]\"",
                "form-data; name=\"model_options\"",
            })
    void other_fields_pass_as_clients_write_them(String disposition) {
        String part = "----xX\r\nContent-Disposition: " + disposition + "\r\nContent-Type: a/b\r\n\r\nx\r\n";

        assertThat(read(part + MODEL + END).model()).isEqualTo("acme/w");
    }

    @Test
    void a_form_ends_with_its_last_boundary() {
        read(MODEL + END).end();
        read(MODEL + FILE + "----xX--\r\n").end();

        for (String cut : new String[] {"", "x", MODEL, MODEL + "----xX", MODEL + "----xX-", FILE}) {
            assertThatThrownBy(() -> read(cut).end()).isInstanceOf(GatewayError.class);
        }
        assertThatThrownBy(() -> read(FILE + "----xX--\r\n" + MODEL)).isInstanceOf(GatewayError.class);
    }

    @Test
    void a_long_file_name_is_no_burden() {
        String part = "----xX\r\nContent-Disposition: form-data; name=\"a\"; filename=\"%s\"\r\n\r\nx\r\n";

        assertThat(read(part.formatted("\\a".repeat(7_000)) + MODEL + END).model())
                .isEqualTo("acme/w");
    }

    @Test
    void nothing_grows_without_bound() {
        String part = "----xX\r\nContent-Disposition: form-data; name=\"%s\"\r\n";
        assertThatThrownBy(() -> read(part.formatted("model") + "\r\n" + "m".repeat(5_000)))
                .isInstanceOf(GatewayError.class);
        assertThatThrownBy(() -> read(part.formatted("a") + "X: " + "y".repeat(20_000)))
                .isInstanceOf(GatewayError.class);
        assertThatThrownBy(() -> read("----xX" + " ".repeat(20_000))).isInstanceOf(GatewayError.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/form-data",
                "multipart/form-data; boundary=",
                "multipart/form-data; boundary=a; boundary=b",
                "multipart/form-data; boundary=\"a\\\"b\"",
                "multipart/form-data; boundary=b; boundary =c",
                "multipart/form-data; x=\"; boundary=a\"; boundary=b",
                "multipart/form-data; boundary*=utf-8''b",
                "multipart/form-data; boundary=a, multipart/form-data; boundary=b",
                "multipart/form-data; boundary=a; charset=utf-7",
                "multipart/form-data; boundary=\"a \"",
                "multipart/form-data; boundary=a b",
                "multipart/mixed; boundary=a",
                "null"
            })
    void a_form_needs_one_boundary(String type) {
        assertThatThrownBy(() -> new PassThroughMultipart(type)).isInstanceOf(GatewayError.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/form-data; boundary=a",
                "Multipart/Form-Data;boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
                "multipart/form-data; boundary=\"===============1:2 3==\"",
                "multipart/form-data; boundary=--------------------------1234567890; charset=utf-8",
                "multipart/form-data; charset=UTF-8; boundary=a"
            })
    void clients_write_it_in_these_ways(String type) {
        assertThat(PassThroughMultipart.boundary(type)).isNotEmpty();
    }

    @Test
    void noise_breaks_nothing() {
        Random random = new Random(7);
        String[] pieces = {
            "----xX", "\r\n", "--", "\r", "\n", "Content-Disposition: form-data; name=\"model\"", ":", ";", "a"
        };
        for (int round = 0; round < 20_000; round++) {
            StringBuilder form = new StringBuilder();
            for (int i = random.nextInt(20); i >= 0; i--) {
                form.append(pieces[random.nextInt(pieces.length)]);
            }
            try {
                read(form.toString(), random.nextInt(form.length() + 1));
            } catch (GatewayError refused) {
                assertThat(refused.getMessage()).isNotBlank();
            }
        }
    }
}
