package dev.comporta;

import dev.comporta.store.StartupFailure;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.smallrye.config.ConfigValidationException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The main class. */
@QuarkusMain
public final class Comporta {

    private static final Logger LOG = Logger.getLogger(Comporta.class);

    private Comporta() {}

    public static void main(String... arguments) {
        Quarkus.run(null, Comporta::exit, arguments);
    }

    private static void exit(Integer code, @Nullable Throwable failure) {
        if (failure != null) {
            explain(failure);
        }
        System.exit(code);
    }

    private static void explain(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StartupFailure) {
                LOG.error(cause.getMessage());
                return;
            }
            if (cause instanceof QuarkusBindException taken) {
                LOG.errorf(
                        "Port %d is in use: stop the program that holds it, or set QUARKUS_HTTP_PORT to another one.",
                        taken.getPort());
                return;
            }
            if (cause instanceof ConfigValidationException invalid) {
                LOG.error(InvalidConfiguration.explain(invalid));
                return;
            }
        }
        LOG.error("The gateway could not start", failure);
    }
}
