package dev.comporta.ownership;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How clients under one provider key are kept apart. */
@ConfigMapping(prefix = "gateway.isolation")
public interface OwnershipConfig {

    /** What happens to objects that nobody is known to own, such as those made before the gateway came. */
    @WithDefault("reject")
    UnknownObjects unknownObjects();

    /** See {@link #unknownObjects()}. */
    enum UnknownObjects {
        /** They are hidden from everybody. */
        REJECT,
        /** Every client can reach them, as with the bare provider key. */
        ALLOW
    }
}
