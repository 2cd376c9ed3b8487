package dev.comporta.policy;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Target;
import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Understands {@code provider/model} without asking anybody. Serves where nobody knows more. */
@DefaultBean
@ApplicationScoped
class QualifiedNames implements ModelNames {

    @Override
    public List<Target> targets(String name) {
        int slash = name.indexOf('/');
        if (slash < 1 || slash == name.length() - 1) {
            throw new GatewayError(ErrorCode.INVALID_REQUEST, "Write the model as provider/model.", "model");
        }
        return List.of(new Target(name.substring(0, slash), name.substring(slash + 1)));
    }
}
