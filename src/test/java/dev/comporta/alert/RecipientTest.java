package dev.comporta.alert;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A recipient")
class RecipientTest {

    @ParameterizedTest
    @ValueSource(strings = {"ops@acme.example", "o.p+s@mail.acme.com.br", "root@localhost", "a@b"})
    void has_a_mail_address(String address) {
        assertThat(Recipient.email(address).problem()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ops",
                "@acme.example",
                "ops@",
                "ops@acme.example, all@acme.example",
                "Ops <ops@acme.example>",
                "ops@acme.example\r\nBcc: all@acme.example",
                "ops@acme.example\n",
                "ops @acme.example",
                "\"ops\"@acme.example",
                "ops@-acme.example",
                "ops@acme..example",
                "josé@acme.example"
            })
    void has_no_other_text_for_a_mail_address(String address) {
        assertThat(Recipient.email(address).problem()).contains("must be one mail address");
    }

    @Test
    void has_no_endless_mail_address() {
        assertThat(Recipient.email("a".repeat(65) + "@acme.example").problem()).isNotNull();
        assertThat(Recipient.email("a@" + "a.".repeat(130) + "example").problem())
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://hooks.acme.example/services/T0/B0?x=1",
                "http://alerts:9093/api",
                "http://127.0.0.1/",
                "HTTPS://ACME.EXAMPLE",
                "http://[::1]:8080/hook"
            })
    void has_a_url(String url) {
        assertThat(Recipient.webhook(url, null).problem()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "acme.example",
                "ftp://acme.example/",
                "file:///etc/passwd",
                "javascript:alert(1)",
                "https://user:password@acme.example/",
                "https://acme.example/#part",
                "https://acme.example:0/",
                "https://acme.example:65536/",
                "https://acme example/",
                "https:///hook",
                "https://acme.example/\r\nX-Evil: 1",
                "http://[fe80::1%25eth0]/"
            })
    void has_no_other_text_for_a_url(String url) {
        assertThat(Recipient.webhook(url, null).problem()).contains("must be an http or https URL");
    }

    @Test
    void does_not_tell_its_secret_or_its_address() {
        assertThat(Recipient.webhook("https://acme.example/token", "hush"))
                .asString()
                .doesNotContain("hush", "token");
    }

    @Test
    void is_shown_without_what_may_be_a_secret_in_its_url() {
        WebhookUrl url = WebhookUrl.parse("https://Hooks.acme.example:8443/services/T0?token=hush");

        assertThat(url).isNotNull();
        assertThat(url.shown()).isEqualTo("https://hooks.acme.example:8443/…");
    }
}
