package dev.comporta;

import dev.comporta.alert.AlertConfig;
import dev.comporta.budget.BudgetAlertConfig;
import dev.comporta.budget.BudgetConfig;
import dev.comporta.client.ClientConfig;
import dev.comporta.core.EditDistance;
import dev.comporta.http.HttpConfig;
import dev.comporta.job.JobConfig;
import dev.comporta.model.ExchangeRateConfig;
import dev.comporta.model.ModelConfig;
import dev.comporta.model.PriceSyncConfig;
import dev.comporta.ownership.OwnershipConfig;
import dev.comporta.pipeline.GatewayConfig;
import dev.comporta.pipeline.RemoteImagesConfig;
import dev.comporta.pipeline.SelfTestConfig;
import dev.comporta.privacy.PrivacyConfig;
import dev.comporta.privacy.RetentionConfig;
import dev.comporta.provider.DemoConfig;
import dev.comporta.provider.ProviderConfig;
import dev.comporta.provider.RealtimeConfig;
import dev.comporta.secret.SecretConfig;
import dev.comporta.store.StoreConfig;
import dev.comporta.usage.JournalConfig;
import io.smallrye.config.ConfigMappings.ConfigClass;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The names of the settings that the gateway knows. SmallRye refuses unknown ones among properties but overlooks them
 * in the environment, where most settings come from: there a misspelt limit would simply not hold.
 */
final class Settings {

    /** Every mapping of the gateway; a test sees that none is missing. */
    static final List<Class<?>> MAPPINGS = List.of(
            AlertConfig.class,
            BudgetAlertConfig.class,
            BudgetConfig.class,
            ClientConfig.class,
            DemoConfig.class,
            ExchangeRateConfig.class,
            GatewayConfig.class,
            HttpConfig.class,
            JobConfig.class,
            JournalConfig.class,
            ModelConfig.class,
            OwnershipConfig.class,
            PriceSyncConfig.class,
            PrivacyConfig.class,
            ProviderConfig.class,
            RealtimeConfig.class,
            RemoteImagesConfig.class,
            RetentionConfig.class,
            SecretConfig.class,
            SelfTestConfig.class,
            StoreConfig.class);

    private static final String STAR = "*";
    private static final String VARIABLE_PREFIX = "GATEWAY_";

    /** Kubernetes tells every container where the services around it are, and one may be called {@code gateway}. */
    private static final Pattern SERVICE_LINK =
            Pattern.compile(".*_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)"
                    + "|GATEWAY(_.+)?_PORT");

    private final List<String> properties;
    private final Set<String> variables;

    /**
     * @param properties the known properties, with {@code *} in the place of a name that the operator chooses
     * @param names the names that the operator has chosen
     */
    Settings(Collection<String> properties, Collection<String> names) {
        this.properties = List.copyOf(properties);
        variables = properties.stream()
                .flatMap(known ->
                        known.contains(STAR) ? names.stream().map(name -> known.replace(STAR, name)) : Stream.of(known))
                .map(Settings::variable)
                .collect(Collectors.toSet());
    }

    /** All that the gateway has, with these providers. */
    static Settings withProviders(Collection<String> names) {
        Set<String> properties = MAPPINGS.stream()
                .flatMap(mapping -> ConfigClass.configClass(mapping).getProperties().keySet().stream())
                .collect(Collectors.toSet());
        return new Settings(properties, names);
    }

    /** The environment variable of a property. */
    static String variable(String property) {
        return property.replaceAll("[^A-Za-z0-9*]", "_").toUpperCase(Locale.ROOT);
    }

    /** Those of these environment variables that look like a setting of the gateway and are none. */
    List<String> unknown(Collection<String> environment) {
        return environment.stream()
                .filter(name -> name.startsWith(VARIABLE_PREFIX))
                .filter(name -> !SERVICE_LINK.matcher(name).matches())
                .filter(name -> !variables.contains(name))
                .sorted()
                .toList();
    }

    /** The known setting that an unknown property or variable resembles, in the same spelling. */
    Optional<String> nearest(String unknown) {
        boolean variable = unknown.startsWith(VARIABLE_PREFIX);
        int tolerated = Math.max(2, (unknown.length() - VARIABLE_PREFIX.length()) / 3);
        return properties.stream()
                .map(known -> variable ? variable(known) : known)
                .flatMap(known -> candidates(known, unknown, variable ? '_' : '.'))
                .filter(known -> EditDistance.between(unknown, known) <= tolerated)
                .min(Comparator.comparingInt((String known) -> EditDistance.between(unknown, known))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** A known setting, the operator's own name put in the place of its star. */
    private static Stream<String> candidates(String known, String unknown, char separator) {
        int star = known.indexOf(STAR);
        if (star < 0) {
            return Stream.of(known);
        }
        return IntStream.range(star + 1, unknown.length())
                .filter(at -> unknown.charAt(at) == separator)
                .mapToObj(at -> known.substring(0, star) + unknown.substring(star, at) + known.substring(star + 1));
    }
}
