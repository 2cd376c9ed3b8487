package dev.comporta.client;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** The keys that an operator gives by environment. */
@ConfigMapping(prefix = "gateway")
public interface ClientConfig {

    /** {@code GATEWAY_API_KEY}: the shared gateway key. Given, no stored shared key is accepted. */
    Optional<String> apiKey();

    /** {@code GATEWAY_ADMIN_KEY}: opens the admin API. Given, no stored admin key is accepted. */
    Optional<String> adminKey();

    /** {@code GATEWAY_CRON_KEY}: may run the jobs under {@code /api/cron}, and nothing else. */
    Optional<String> cronKey();
}
