package dev.comporta;

import dev.comporta.store.StartupFailure;
import io.quarkus.bootstrap.logging.InitialConfigurator;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.smallrye.config.ConfigValidationException;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import org.jboss.logging.Logger;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.jboss.logmanager.handlers.ConsoleHandler;
import org.jspecify.annotations.Nullable;

/** The main class. */
@QuarkusMain
public final class Comporta {

    private static final Logger LOG = Logger.getLogger(Comporta.class);

    private Comporta() {}

    public static void main(String... arguments) {
        formLog();
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
                LOG.error(InvalidConfiguration.explain(invalid, Settings.withProviders(List.of())));
                return;
            }
        }
        LOG.error("The gateway could not start", failure);
    }

    /** Without a valid configuration the log has no form, and what it says would come out in the JDK's own. */
    private static void formLog() {
        ConsoleHandler console = new ConsoleHandler(
                ConsoleHandler.Target.SYSTEM_OUT,
                new PatternFormatter("%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5p [%c{2.}] %s%e%n"));
        console.setLevel(Level.WARNING);
        InitialConfigurator.DELAYED_HANDLER.setHandlers(new Handler[] {console});
    }
}
