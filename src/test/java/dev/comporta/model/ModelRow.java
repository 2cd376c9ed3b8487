package dev.comporta.model;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Rows for tests, that say only what matters. */
final class ModelRow {

    private final String provider;
    private final String name;
    private List<String> aliases = List.of();
    private List<String> chain = List.of();
    private ModelStatus status = ModelStatus.ACTIVE;
    private boolean active = true;

    private ModelRow(String provider, String name) {
        this.provider = provider;
        this.name = name;
    }

    static ModelRow model(String provider, String name) {
        return new ModelRow(provider, name);
    }

    static ModelRow alias(String name, String... chain) {
        ModelRow row = new ModelRow(Model.ALIAS, name);
        row.chain = List.of(chain);
        return row;
    }

    ModelRow alsoKnownAs(String... names) {
        aliases = List.of(names);
        return this;
    }

    ModelRow switchedOff() {
        active = false;
        return this;
    }

    ModelRow retired() {
        active = false;
        status = ModelStatus.RETIRED;
        return this;
    }

    Model build() {
        return new Model(
                UUID.nameUUIDFromBytes((provider + "/" + name).getBytes()),
                provider,
                name,
                provider.equals(Model.ALIAS) ? name : provider + "/" + name,
                aliases,
                chain,
                Map.of(),
                null,
                null,
                new Prices(BigDecimal.ONE, BigDecimal.TEN, null, null, List.of()),
                null,
                null,
                status,
                null,
                active,
                false,
                null,
                Instant.EPOCH,
                Instant.EPOCH);
    }
}
