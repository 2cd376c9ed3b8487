package dev.comporta.policy;

import dev.comporta.core.GatewayError;
import dev.comporta.core.Target;
import java.util.List;

/** What model names stand for, as calls resolve them. */
public interface ModelNames {

    /**
     * The targets of a name, at least one; several for an alias.
     *
     * @throws GatewayError that names the field {@code model} if no call could be made with the name
     */
    List<Target> targets(String name);
}
