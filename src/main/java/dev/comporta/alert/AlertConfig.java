package dev.comporta.alert;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How alerts are sent, and when the gateway raises some of its own. How mail is sent, {@code quarkus.mailer} says. */
@ConfigMapping(prefix = "gateway")
public interface AlertConfig {

    /** Signs what webhooks get that have no secret of their own. Without it those get no signature. */
    Optional<String> webhookSecret();

    AlertsConfig alerts();

    interface AlertsConfig {

        /** Who gets mail about the gateway itself. */
        Optional<List<@Pattern(regexp = MailAddress.REGEXP, message = "must be mail addresses") String>> emails();

        /** What is told about the gateway itself, signed with the gateway's secret. */
        Optional<@Pattern(regexp = "(?i)https?://.+", message = "must be an http or https URL") String> webhook();

        /**
         * Whether webhooks may lead into the gateway's own network. Only administrators set them, and many post to a
         * service beside the gateway; where clouds hand out credentials they never lead.
         */
        @WithDefault("true")
        boolean allowPrivateWebhooks();

        /** How long an attempt to tell a webhook may last, to the head of its answer. */
        @WithDefault("10S")
        Duration webhookTimeout();

        /** How often this replica looks for what is to be sent. */
        @WithDefault("5S")
        Duration pollInterval();

        /** The longest pause before the second attempt; it doubles with each. */
        @WithDefault("10S")
        Duration retryInitial();

        /** The longest pause between two attempts. */
        @WithDefault("1H")
        Duration retryMax();

        /** For how long delivery is tried. */
        @WithDefault("24H")
        Duration giveUpAfter();

        /** How many calls of a provider in 15 minutes say something about its error rate and latency. */
        @WithDefault("20")
        @Min(1)
        int minCalls();

        /** Above how many failed calls in a hundred an alert is raised. */
        @WithDefault("10")
        @Min(1)
        @Max(100)
        int errorPercent();

        /** Above which duration of the slowest twentieth of the successful calls an alert is raised. */
        @WithDefault("60S")
        Duration latencyP95();

        /** How many calls in 5 minutes, all failed, say that a provider is down. */
        @WithDefault("5")
        @Min(1)
        int downCalls();
    }
}
