package dev.comporta.test;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts one {@link ScriptedUpstream} behind every provider of the gateway under test, and into each test's field of that
 * type. One for all tests, so that the gateway starts once.
 */
public final class UpstreamResource implements QuarkusTestResourceLifecycleManager {

    static final String OPENAI_KEY = "sk-test-openai-0123456789abcdef";
    static final String GROQ_KEY = "gsk-test-groq-0123456789abcdef";
    static final String MISTRAL_KEY = "test-mistral-0123456789abcdef";
    static final String ANTHROPIC_KEY = "sk-ant-test-0123456789abcdef";
    static final String GOOGLE_KEY = "AIza-test-0123456789abcdef";
    static final String ACME_KEY = "sk-test-acme-0123456789abcdef";

    private @Nullable ScriptedUpstream upstream;
    private @Nullable ScriptedSockets sockets;

    @Override
    public Map<String, String> start() {
        ScriptedUpstream started = ScriptedUpstream.start();
        upstream = started;
        ScriptedSockets live = new ScriptedSockets();
        sockets = live;
        String base = "http://127.0.0.1:" + started.port();
        Map<String, String> settings = new HashMap<>();
        provider(settings, "openai", base + "/openai/v1", OPENAI_KEY);
        provider(settings, "groq", base + "/groq/openai/v1", GROQ_KEY);
        provider(settings, "mistral", base + "/mistral/v1/", MISTRAL_KEY);
        provider(settings, "anthropic", base + "/anthropic/v1", ANTHROPIC_KEY);
        provider(settings, "google", base + "/google/v1beta", GOOGLE_KEY);
        provider(settings, "acme", base + "/acme/v1", ACME_KEY);
        provider(settings, "slow", base + "/slow/v1", ACME_KEY);
        settings.put("gateway.providers.slow.response-timeout", "1S");
        settings.put("gateway.providers.slow.idle-timeout", "1S");
        provider(settings, "draining", base + "/draining/v1", ACME_KEY);
        settings.put("gateway.providers.draining.on-hang-up", "drain");
        settings.put("gateway.providers.draining.drain-timeout", "2S");
        provider(settings, "silent", base + "/silent/v1", ACME_KEY);
        settings.put("gateway.providers.silent.stream-usage", "never");
        // Each for one test only, so that nobody else's connections to it are at hand.
        provider(settings, "fresh", base + "/fresh/v1", ACME_KEY);
        provider(settings, "stale", base + "/stale/v1", ACME_KEY);
        provider(settings, "burst", base + "/burst/v1", ACME_KEY);
        settings.put("gateway.providers.free.base-url", base + "/free");
        settings.put("gateway.providers.keyless.base-url", base + "/keyless/v1");
        settings.put("gateway.providers.keyless.key-required", "true");
        provider(settings, "live", "http://127.0.0.1:" + live.port() + "/live/v1/", ACME_KEY);
        settings.put("gateway.providers.live.connect-timeout", "3S");
        provider(settings, "dead", "http://127.0.0.1:" + closedPort() + "/v1", ACME_KEY);
        settings.put("gateway.remote-images.allow-hosts", "127.0.0.1:" + started.port());
        return settings;
    }

    private static void provider(Map<String, String> settings, String name, String url, String key) {
        settings.put("gateway.providers." + name + ".base-url", url);
        settings.put("gateway.providers." + name + ".api-key", key);
    }

    private static int closedPort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void inject(TestInjector injector) {
        if (upstream != null) {
            injector.injectIntoFields(upstream, new TestInjector.MatchesType(ScriptedUpstream.class));
        }
        if (sockets != null) {
            injector.injectIntoFields(sockets, new TestInjector.MatchesType(ScriptedSockets.class));
        }
    }

    @Override
    public void stop() {
        if (upstream != null) {
            upstream.close();
        }
        if (sockets != null) {
            sockets.close();
        }
    }
}
