package dev.comporta.policy;

import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * A request that is only thought of.
 *
 * @param model as a call would name it
 * @param tokens of its input and largest output together; absent to ask about the model only
 */
@RegisterForReflection
record Trial(
        @NotNull String clientId,
        @NotNull @Size(min = 1, max = 200) String model,
        @PositiveOrZero @Nullable Long tokens) {}
