package dev.comporta.pipeline;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** The test that the gateway makes of itself. */
@ConfigMapping(prefix = "gateway.self-test")
public interface SelfTestConfig {

    /** The model that is asked if the request names none. */
    Optional<String> model();
}
