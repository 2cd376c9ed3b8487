package dev.comporta.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.comporta.core.Seeds;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Edge cases 48 and 49: headers pass the gateway")
class ForwardedHeadersTest {

    @Nested
    @DisplayName("to a provider")
    class ToProvider {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    // for this connection
                    "Host",
                    "Content-Length",
                    "Connection",
                    "Keep-Alive",
                    "Proxy-Authorization",
                    "Proxy-Connection",
                    "TE",
                    "Trailer",
                    "Transfer-Encoding",
                    "Upgrade",
                    "Expect",
                    "HTTP2-Settings",
                    "Accept-Encoding",
                    // keys and cookies
                    "Authorization",
                    "x-api-key",
                    "x-goog-api-key",
                    "api-key",
                    "Cookie",
                    "x-gateway-key",
                    "x-vercel-ai-gateway-key",
                    // for the gateway
                    "x-gateway-client-id",
                    "x-gateway-metadata",
                    "x-gateway-phone",
                    "x-gateway-anything",
                    "x-vercel-anything",
                    // who the caller is
                    "X-Forwarded-For",
                    "X-Real-IP",
                    "Forwarded",
                    "Via",
                    // of an account that the shared key does not belong to
                    "OpenAI-Organization",
                    "OpenAI-Project",
                    "anthropic-organization-id",
                    // chosen by one client, and known in the whole account
                    "Idempotency-Key",
                    "X-Request-Id",
                    // of what would be another request than the one that was looked at
                    "X-HTTP-Method-Override",
                    "X-Original-URL",
                    // of what would hide usage
                    "X-Goog-FieldMask",
                    // of other gateways
                    "x-portkey-config",
                    "Helicone-Target-URL",
                    "cf-aig-custom-cost"
                })
        void what_is_not_for_it_stays_here_in_any_letter_case(String name) {
            Seeds.each(10, random -> {
                MultiMap sent = toProvider(false, anyCase(name, random), "secret", "x-kept", "1");

                assertThat(sent.names()).containsExactly("x-kept");
            });
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "Content-Type",
                    "Accept",
                    "User-Agent",
                    "anthropic-version",
                    "anthropic-beta",
                    "OpenAI-Beta",
                    "X-Stainless-Retry-Count",
                    "X-Client-Request-Id",
                    "traceparent",
                    "x-gateway",
                    "x-gatewaykeeper",
                    "x-vercel",
                    "X",
                    "my-x-gateway-key"
                })
        void what_is_for_it_goes_on(String name) {
            assertThat(toProvider(false, name, "value").get(name)).isEqualTo("value");
        }

        @Test
        void a_header_that_was_sent_twice_is_sent_twice() {
            MultiMap sent = toProvider(false, "anthropic-beta", "a", "Anthropic-Beta", "b,c");

            assertThat(sent.getAll("anthropic-beta")).containsExactly("a", "b,c");
        }

        @Test
        void the_account_goes_along_with_the_callers_own_key_but_the_keys_as_they_came_do_not() {
            MultiMap sent =
                    toProvider(true, "OpenAI-Organization", "org-1", "openai-project", "p", "Authorization", "x");

            assertThat(sent.get("openai-organization")).isEqualTo("org-1");
            assertThat(sent.get("openai-project")).isEqualTo("p");
            assertThat(sent.contains("authorization")).isFalse();
        }

        @Test
        void a_connection_header_of_blanks_costs_no_time() {
            String blanks = "x" + " ".repeat(200_000) + "y";

            assertTimeoutPreemptively(
                    Duration.ofSeconds(5), () -> toProvider(false, "Connection", blanks, "x-kept", "1"));
        }

        @Test
        void what_connection_lists_is_for_this_connection() {
            MultiMap sent = toProvider(
                    false,
                    "Connection",
                    "Keep-Alive , X-Internal,x-other",
                    "x-internal",
                    "1",
                    "X-OTHER",
                    "2",
                    "x-kept",
                    "3");

            assertThat(sent.names()).containsExactly("x-kept");
        }

        @Test
        void connection_may_list_on_several_lines() {
            MultiMap sent = toProvider(
                    false,
                    "Connection",
                    "close",
                    "Connection",
                    "x-internal",
                    "connection",
                    "x-other,",
                    "X-Internal",
                    "1",
                    "x-other",
                    "2",
                    "x-kept",
                    "3");

            assertThat(sent.names()).containsExactly("x-kept");
        }

        @ParameterizedTest
        @ValueSource(strings = {"keep-alive", "close", "", ",", " , ", "upgrade, keep-alive"})
        void connection_may_list_nothing(String connection) {
            assertThat(toProvider(false, "Connection", connection, "x-kept", "1")
                            .names())
                    .containsExactly("x-kept");
        }

        private static MultiMap toProvider(boolean ownKey, String... headers) {
            MultiMap to = HttpHeaders.headers();
            ForwardedHeaders.toProvider(headers(headers), to, ownKey);
            return to;
        }
    }

    @Nested
    @DisplayName("to the caller")
    class ToCaller {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "Content-Length",
                    "Connection",
                    "Keep-Alive",
                    "Proxy-Authenticate",
                    "Trailer",
                    "Transfer-Encoding",
                    "Upgrade",
                    "Set-Cookie",
                    "WWW-Authenticate",
                    "Alt-Svc",
                    "x-gateway-request-id",
                    "X-Gateway-Error-Source",
                    "x-vercel-cache"
                })
        void what_is_the_gateways_own_business_stays_here_in_any_letter_case(String name) {
            Seeds.each(
                    10,
                    random -> assertThat(toCaller(anyCase(name, random), "forged", "x-kept", "1")
                                    .names())
                            .containsExactly("x-kept"));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "Content-Type",
                    "x-request-id",
                    "x-ratelimit-remaining-requests",
                    "x-ratelimit-reset-tokens",
                    "x-ratelimit-of-the-future",
                    "Retry-After",
                    "retry-after-ms",
                    "x-should-retry",
                    "openai-processing-ms",
                    "mistral-correlation-id"
                })
        void what_the_provider_says_goes_on(String name) {
            assertThat(toCaller(name, "value").getAll(name)).isEqualTo(List.of("value"));
        }

        @Test
        void the_name_of_the_shared_account_stays_here_and_that_of_the_callers_own_goes_on() {
            MultiMap from = headers("OpenAI-Organization", "org-1");
            MultiMap shared = HttpHeaders.headers();
            MultiMap own = HttpHeaders.headers();

            ForwardedHeaders.toCaller(from, shared, false);
            ForwardedHeaders.toCaller(from, own, true);

            assertThat(shared.isEmpty()).isTrue();
            assertThat(own.get("openai-organization")).isEqualTo("org-1");
        }

        @Test
        void what_connection_lists_does_not() {
            assertThat(toCaller("Connection", "close", "Connection", "X-Hop", "x-hop", "1", "x-kept", "2")
                            .names())
                    .containsExactly("x-kept");
        }

        private static MultiMap toCaller(String... headers) {
            MultiMap to = HttpHeaders.headers();
            ForwardedHeaders.toCaller(headers(headers), to, false);
            return to;
        }
    }

    private static MultiMap headers(String... namesAndValues) {
        MultiMap headers = HttpHeaders.headers();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    private static String anyCase(String name, Random random) {
        StringBuilder mixed = new StringBuilder();
        for (String letter : name.split("")) {
            mixed.append(random.nextBoolean() ? letter.toUpperCase(Locale.ROOT) : letter.toLowerCase(Locale.ROOT));
        }
        return mixed.toString();
    }
}
