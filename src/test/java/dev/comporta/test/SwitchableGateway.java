package dev.comporta.test;

import dev.comporta.pipeline.GatewayConfig;
import io.smallrye.config.SmallRyeConfig;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.ConfigProvider;

/** The switches of the whole gateway, which a test can turn without another start. */
@Singleton
@Alternative
@Priority(1)
public class SwitchableGateway implements GatewayConfig {

    private final GatewayConfig configured =
            ConfigProvider.getConfig().unwrap(SmallRyeConfig.class).getConfigMapping(GatewayConfig.class);

    volatile DirectMode directMode = configured.directMode();
    volatile boolean compatibilityHeaders = configured.compatibilityHeaders();

    volatile Duration streamPingInterval = configured.streamPingInterval();

    @Override
    public boolean enabled() {
        return configured.enabled();
    }

    @Override
    public DirectMode directMode() {
        return directMode;
    }

    @Override
    public boolean compatibilityHeaders() {
        return compatibilityHeaders;
    }

    @Override
    public Duration streamPingInterval() {
        return streamPingInterval;
    }

    @Override
    public DialectConfig dialect() {
        return configured.dialect();
    }
}
