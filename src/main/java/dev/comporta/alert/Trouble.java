package dev.comporta.alert;

import dev.comporta.alert.AlertConfig.AlertsConfig;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/**
 * What can be wrong with a provider. It begins above a threshold, where enough calls show it, and is over at four
 * fifths of it, so that figures about the threshold do not tell of it again and again.
 */
enum Trouble {
    ERROR_RATE {
        @Override
        boolean begins(ProviderFigures figures, AlertsConfig config) {
            return figures.calls() >= config.minCalls()
                    && figures.failures() * 100 > figures.calls() * config.errorPercent();
        }

        @Override
        boolean isOver(ProviderFigures figures, AlertsConfig config) {
            return figures.calls() > 0 && figures.failures() * 500 <= figures.calls() * config.errorPercent() * 4;
        }

        @Override
        String subject(String provider) {
            return "Many calls to %s fail".formatted(provider);
        }

        @Override
        String text(ProviderFigures figures) {
            return "%d of %d calls to %s failed in the last 15 minutes, by the provider."
                    .formatted(figures.failures(), figures.calls(), figures.provider());
        }

        @Override
        JsonObject data(ProviderFigures figures, AlertsConfig config) {
            return new JsonObject()
                    .put("calls", figures.calls())
                    .put("failures", figures.failures())
                    .put("thresholdPercent", config.errorPercent());
        }
    },

    LATENCY {
        @Override
        boolean begins(ProviderFigures figures, AlertsConfig config) {
            return figures.successes() >= config.minCalls()
                    && figures.p95Millis() > config.latencyP95().toMillis();
        }

        @Override
        boolean isOver(ProviderFigures figures, AlertsConfig config) {
            return figures.successes() > 0
                    && figures.p95Millis() * 5 <= config.latencyP95().toMillis() * 4;
        }

        @Override
        String subject(String provider) {
            return "Calls to %s are slow".formatted(provider);
        }

        @Override
        String text(ProviderFigures figures) {
            return "95 of 100 successful calls to %s took up to %d ms in the last 15 minutes (%d calls)."
                    .formatted(figures.provider(), figures.p95Millis(), figures.successes());
        }

        @Override
        JsonObject data(ProviderFigures figures, AlertsConfig config) {
            return new JsonObject()
                    .put("calls", figures.successes())
                    .put("p95Ms", figures.p95Millis())
                    .put("thresholdMs", config.latencyP95().toMillis());
        }
    },

    PROVIDER_DOWN {
        @Override
        boolean begins(ProviderFigures figures, AlertsConfig config) {
            return figures.outages() >= config.downCalls() && figures.answers() == 0;
        }

        @Override
        boolean isOver(ProviderFigures figures, AlertsConfig config) {
            return figures.answers() > 0;
        }

        @Override
        String subject(String provider) {
            return "The provider %s is down".formatted(provider);
        }

        @Override
        String text(ProviderFigures figures) {
            return "In the last 5 minutes %d calls to %s found no connection, no answer in time, or a server error; %d were answered."
                    .formatted(figures.outages(), figures.provider(), figures.answers());
        }

        @Override
        JsonObject data(ProviderFigures figures, AlertsConfig config) {
            return new JsonObject().put("failures", figures.outages()).put("answers", figures.answers());
        }
    };

    abstract boolean begins(ProviderFigures figures, AlertsConfig config);

    abstract boolean isOver(ProviderFigures figures, AlertsConfig config);

    /** What is told when it begins. */
    abstract String subject(String provider);

    abstract String text(ProviderFigures figures);

    abstract JsonObject data(ProviderFigures figures, AlertsConfig config);

    /** The word in tables, keys and types. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
