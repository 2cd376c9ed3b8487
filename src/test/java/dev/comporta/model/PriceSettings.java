package dev.comporta.model;

import java.time.Duration;
import java.util.Optional;

/** Settings of the price sync for tests. */
record PriceSettings(String source, Duration timeout, boolean addModels) implements PriceSyncConfig {

    @Override
    public Optional<String> url() {
        return Optional.of(source);
    }

    @Override
    public Format format() {
        return Format.AUTO;
    }
}
