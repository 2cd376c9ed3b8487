package dev.comporta.provider;

import dev.comporta.core.Dialect;
import dev.comporta.secret.ProviderKeys;
import dev.comporta.store.StartupFailure;
import io.quarkus.runtime.Startup;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.interceptor.Interceptor;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The configured providers, made at start so that a wrong setting is told then. Immutable. */
@ApplicationScoped
@Startup(Interceptor.Priority.LIBRARY_BEFORE)
public class Providers {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]*");

    private static final Set<String> QUIRKS = new TreeSet<>(Set.of("openai", "groq", "mistral"));
    private static final String NONE = "none";
    private static final String NO_QUIRKS = "";

    private final Map<String, Provider> providers = new HashMap<>();

    Providers(Vertx vertx, ProviderConfig config, DemoConfig demo, ProviderKeys keys) {
        config.providers().forEach((name, settings) -> providers.put(name, provider(vertx, name, settings)));
        keys.providers().stream()
                .filter(name -> !providers.containsKey(name))
                .findFirst()
                .ifPresent(name -> {
                    throw withoutAddress(name);
                });
        if (demo.enabled()) {
            providers.put(
                    DemoUpstream.NAME,
                    new Provider(
                            DemoUpstream.NAME,
                            Dialect.OPENAI,
                            false,
                            ProviderConfig.StreamUsage.REQUEST,
                            false,
                            NO_QUIRKS,
                            Provider.HangUp.CANCEL,
                            new DemoUpstream(vertx)));
        }
    }

    public Optional<Provider> find(String name) {
        return Optional.ofNullable(providers.get(name));
    }

    /** The names that a gateway identifier can begin with. */
    public Set<String> names() {
        return providers.keySet();
    }

    private static Provider provider(Vertx vertx, String name, ProviderConfig.Settings settings) {
        if (!NAME.matcher(name).matches()) {
            throw new StartupFailure(
                    "The provider name \"%s\" is not usable: write it in lower-case letters, digits and dashes."
                            .formatted(name));
        }
        return new Provider(
                name,
                settings.dialect(),
                settings.keyRequired(),
                settings.streamUsage(),
                settings.responses(),
                quirks(name, settings),
                new Provider.HangUp(
                        settings.onHangUp() == ProviderConfig.OnHangUp.DRAIN,
                        settings.drainTimeout(),
                        settings.drainBytes().asLongValue()),
                new HttpUpstream(vertx, baseUrl(name, settings), settings));
    }

    private static String quirks(String name, ProviderConfig.Settings settings) {
        String quirks = settings.quirks().orElse(QUIRKS.contains(name) ? name : NONE);
        if (quirks.equals(NONE)) {
            return NO_QUIRKS;
        }
        if (!QUIRKS.contains(quirks)) {
            throw new StartupFailure("The setting gateway.providers.%s.quirks is unknown: write one of %s, %s."
                    .formatted(name, String.join(", ", QUIRKS), NONE));
        }
        return quirks;
    }

    private static URI baseUrl(String name, ProviderConfig.Settings settings) {
        String text = settings.baseUrl().orElseThrow(() -> withoutAddress(name));
        try {
            URI url = new URI(text.strip());
            boolean http = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            if (http && url.getHost() != null && url.getRawUserInfo() == null && url.getRawQuery() == null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Told below, without repeating what may hold a secret.
        }
        throw new StartupFailure(
                "The setting %s is not a base URL: write http(s)://host/path, without a login or a query."
                        .formatted(addressSetting(name)));
    }

    private static StartupFailure withoutAddress(String name) {
        return new StartupFailure("The provider %s has no address: set %s, for example to https://example.com/v1."
                .formatted(name, addressSetting(name)));
    }

    private static String addressSetting(String name) {
        return "gateway.providers." + name + ".base-url";
    }
}
