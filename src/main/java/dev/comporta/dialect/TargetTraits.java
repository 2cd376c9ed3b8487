package dev.comporta.dialect;

import org.jspecify.annotations.Nullable;

/**
 * What a translation must know of the target.
 *
 * @param model the model's name as the provider knows it
 * @param quirks the name of the provider's set of quirks, such as {@code groq}; empty for none
 * @param maxOutputTokens the model's limit, or null if it is unknown
 * @param streamUsage whether usage in a stream must be asked for
 */
public record TargetTraits(
        String model, String quirks, @Nullable Integer maxOutputTokens, boolean streamUsage) {}
