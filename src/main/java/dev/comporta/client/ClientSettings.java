package dev.comporta.client;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.validation.groups.Default;
import org.jspecify.annotations.Nullable;

/**
 * What an administrator says about a client. An absent field keeps its value, or takes its default in a new client. The
 * fields that the gateway sets itself may be sent back unchanged and are not read.
 */
@RegisterForReflection
@JsonIgnoreProperties({"id", "createdAt", "updatedAt"})
record ClientSettings(
        @NotNull(groups = New.class) @Size(min = 1, max = 200) @Nullable
        String name,

        @NotNull(groups = New.class)
        @Pattern(
                regexp = SLUG,
                message = "must be 1 to 63 lower-case letters, digits and hyphens, and not look like a UUID")
        @Nullable
        String slug,

        @Nullable Boolean useAiGateway,
        @Min(0) @Max(100) @Nullable Integer rolloutPercentage,

        @Pattern(regexp = "USD|EUR|BRL", message = "must be USD, EUR or BRL") @Nullable
        String displayCurrency,

        @KnownTimeZone @Nullable String timeZone,
        @Nullable Boolean logPayloads) {

    private static final String UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    private static final String SLUG = "(?!" + UUID + "$)[a-z0-9][a-z0-9-]{0,62}";

    /** The rules of a client that is being made. */
    interface New extends Default {}
}
