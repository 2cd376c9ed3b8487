package dev.comporta.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Which headers pass, and which stay. */
@QuarkusTest
class HeadersTest {

    private static final String OWN_KEY = "sk-own-key-of-the-caller-0123456789";

    ScriptedUpstream upstream;

    private String answering() {
        return upstream.model(Answers.json(Answers.completion("Hi")));
    }

    @Test
    void what_is_for_the_gateway_or_the_connection_stays_here() throws Exception {
        String model = answering();
        try (RawCaller caller = new RawCaller()) {
            caller.chat(
                    Gateway.question("acme/" + model),
                    "Connection: keep-alive, X-Only-Here",
                    "X-Only-Here: 1",
                    "Keep-Alive: timeout=5",
                    "TE: trailers",
                    "Proxy-Authorization: Basic c2VjcmV0",
                    "Proxy-Connection: keep-alive",
                    "Cookie: session=secret",
                    "x-gateway-client-id: default",
                    "X-GATEWAY-User-Id: ana",
                    "x-gateway-metadata: {\"a\":1}",
                    "x-gateway-anything-else: 1",
                    "x-vercel-anything: 1",
                    "Accept-Encoding: gzip, br",
                    "Forwarded: for=192.0.2.1",
                    "X-Forwarded-For: 192.0.2.1",
                    "Via: 1.1 proxy",
                    "OpenAI-Organization: org-of-the-caller",
                    "OpenAI-Project: proj-of-the-caller");
            assertThat(caller.answer().status()).isEqualTo(200);
        }

        Wire.Message sent = upstream.call(model).request();
        assertThat(sent.names())
                .containsExactlyInAnyOrder(
                        "host", "content-type", "content-length", "authorization", "accept-encoding");
        assertThat(sent.header("authorization")).isEqualTo("Bearer " + UpstreamResource.ACME_KEY);
        assertThat(sent.header("host")).startsWith("127.0.0.1:");
        assertThat(sent.header("accept-encoding")).isEqualTo("identity");
    }

    @Test
    void what_is_for_the_provider_passes_as_it_is() {
        String model = answering();

        Gateway.chat(
                Gateway.question("acme/" + model),
                "OpenAI-Beta",
                "assistants=v2",
                "X-Stainless-Lang",
                "java",
                "X-Client-Request-Id",
                "client-1",
                "User-Agent",
                "the caller's own",
                "X-Twice",
                "one",
                "X-Twice",
                "two");

        Wire.Message sent = upstream.call(model).request();
        assertThat(sent.header("openai-beta")).isEqualTo("assistants=v2");
        assertThat(sent.header("x-stainless-lang")).isEqualTo("java");
        assertThat(sent.header("x-client-request-id")).isEqualTo("client-1");
        assertThat(sent.header("user-agent")).isEqualTo("the caller's own");
        assertThat(sent.all("x-twice")).containsExactly("one", "two");
    }

    @Test
    void each_provider_gets_its_own_key_and_one_without_gets_none() {
        String model = answering();

        for (String provider : List.of("openai", "groq", "mistral", "acme", "free")) {
            Gateway.chat(Gateway.question(provider + "/" + model));
        }

        assertThat(upstream.call(model).request().header("authorization"))
                .isEqualTo("Bearer " + UpstreamResource.OPENAI_KEY);
        assertThat(upstream.call(model).request().header("authorization"))
                .isEqualTo("Bearer " + UpstreamResource.GROQ_KEY);
        assertThat(upstream.call(model).request().header("authorization"))
                .isEqualTo("Bearer " + UpstreamResource.MISTRAL_KEY);
        assertThat(upstream.call(model).request().header("authorization"))
                .isEqualTo("Bearer " + UpstreamResource.ACME_KEY);
        assertThat(upstream.call(model).request().all("authorization")).isEmpty();
    }

    @Test
    void a_callers_own_key_takes_the_place_of_the_shared_one() {
        for (String header : List.of("x-gateway-key", "x-vercel-ai-gateway-key")) {
            String model = answering();

            HttpResponse<byte[]> response = Gateway.chat(
                    Gateway.question("acme/" + model),
                    header,
                    Gateway.SHARED_KEY,
                    "Authorization",
                    "Bearer " + OWN_KEY,
                    "OpenAI-Organization",
                    "org-of-the-caller",
                    "OpenAI-Project",
                    "proj-of-the-caller");

            assertThat(response.statusCode()).isEqualTo(200);
            Wire.Message sent = upstream.call(model).request();
            assertThat(sent.header("authorization")).isEqualTo("Bearer " + OWN_KEY);
            assertThat(sent.header("openai-organization")).isEqualTo("org-of-the-caller");
            assertThat(sent.header("openai-project")).isEqualTo("proj-of-the-caller");
            assertThat(sent.names()).doesNotContain(header);
        }
    }

    @Test
    void a_gateway_key_alone_in_its_own_header_uses_the_shared_provider_key() {
        String model = answering();

        Gateway.chat(Gateway.question("acme/" + model), "x-gateway-key", Gateway.SHARED_KEY, "Authorization", "");

        assertThat(upstream.call(model).request().header("authorization"))
                .isEqualTo("Bearer " + UpstreamResource.ACME_KEY);
    }

    @Test
    void a_gateway_key_where_other_sdks_put_it_opens_too_and_goes_no_further() {
        for (String header : List.of("x-api-key", "x-goog-api-key")) {
            String model = answering();

            HttpResponse<byte[]> response =
                    Gateway.chat(Gateway.question("acme/" + model), header, Gateway.SHARED_KEY, "Authorization", "");

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(upstream.call(model).request().names()).doesNotContain(header);
        }
    }

    @Test
    void when_the_provider_refuses_the_callers_own_key_the_caller_learns_it() {
        String model = upstream.model(Answers.error(401, "invalid_request_error", "invalid_api_key"));

        HttpResponse<byte[]> response = Gateway.chat(
                Gateway.question("acme/" + model),
                "x-gateway-key",
                Gateway.SHARED_KEY,
                "Authorization",
                "Bearer " + OWN_KEY);

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(Gateway.text(response)).contains("The scripted provider refuses.");
        assertThat(Gateway.header(response, "x-gateway-error-source")).isEqualTo("provider");
    }

    @Test
    void of_an_answer_what_is_for_the_caller_passes() {
        String model = upstream.model(Answers.json(
                Answers.completion("Hi"),
                "x-request-id: req_1",
                "openai-processing-ms: 17",
                "openai-version: 2020-10-01",
                "x-ratelimit-limit-requests: 100",
                "x-ratelimit-reset-tokens: 6m0s",
                "link: <a>",
                "link: <b>",
                "set-cookie: __cf_bm=secret",
                "alt-svc: h3=\":443\"",
                "x-gateway-cost-usd: 1000",
                "x-vercel-cache: HIT",
                "connection: keep-alive, x-only-there",
                "x-only-there: 1",
                "keep-alive: timeout=5"));

        HttpResponse<byte[]> response = Gateway.chat(Gateway.question("acme/" + model));

        assertThat(Gateway.header(response, "x-request-id")).isEqualTo("req_1");
        assertThat(Gateway.header(response, "openai-processing-ms")).isEqualTo("17");
        assertThat(Gateway.header(response, "openai-version")).isEqualTo("2020-10-01");
        assertThat(Gateway.header(response, "x-ratelimit-limit-requests")).isEqualTo("100");
        assertThat(Gateway.header(response, "x-ratelimit-reset-tokens")).isEqualTo("6m0s");
        assertThat(response.headers().allValues("link")).containsExactly("<a>", "<b>");
        assertThat(response.headers().map().keySet().stream().map(name -> name.toLowerCase(Locale.ROOT)))
                .doesNotContain(
                        "set-cookie", "alt-svc", "x-only-there", "keep-alive", "connection", "x-gateway-cost-usd");
        assertThat(response.headers().allValues("x-vercel-cache")).containsExactly("BYPASS");
    }

    @Test
    void an_answer_tells_about_its_call() {
        String model = answering();

        HttpResponse<byte[]> response = Gateway.chat(Gateway.question("acme/" + model));

        assertThat(Gateway.requestId(response)).matches("[0-9a-f-]{36}");
        assertThat(Gateway.header(response, "x-gateway-provider")).isEqualTo("acme");
        assertThat(Gateway.header(response, "x-gateway-model")).isEqualTo(model);
        assertThat(Gateway.header(response, "x-gateway-cache")).isEqualTo("BYPASS");
        assertThat(Gateway.header(response, "x-gateway-fallback")).isEqualTo("0");
        assertThat(Gateway.header(response, "x-gateway-overhead-ms")).matches("\\d+\\.\\d{3}");
        assertThat(Gateway.header(response, "x-vercel-ai-provider")).isEqualTo("acme");
        assertThat(Gateway.header(response, "x-vercel-ai-model")).isEqualTo(model);
        assertThat(Gateway.header(response, "x-vercel-ai-request-id")).isEqualTo(Gateway.requestId(response));
        assertThat(Gateway.header(response, "content-type")).isEqualTo("application/json");
    }

    @Test
    void a_stream_tells_about_its_call_and_must_not_be_collected_on_its_way() {
        String model = upstream.model(Answers.events(Answers.stream("Hi")));

        HttpResponse<byte[]> response = Gateway.chat(Gateway.streamedQuestion("acme/" + model));

        assertThat(Gateway.header(response, "content-type")).isEqualTo("text/event-stream; charset=utf-8");
        assertThat(Gateway.header(response, "cache-control")).isEqualTo("no-cache");
        assertThat(Gateway.header(response, "x-accel-buffering")).isEqualTo("no");
        assertThat(Gateway.header(response, "x-gateway-provider")).isEqualTo("acme");
        assertThat(Gateway.requestId(response)).isNotEmpty();
    }
}
