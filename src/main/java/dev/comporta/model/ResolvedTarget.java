package dev.comporta.model;

import dev.comporta.core.Target;
import org.jspecify.annotations.Nullable;

/**
 * A target and what the registry knows about it.
 *
 * @param target the model's name in it is the one that the caller wrote, be it one of the row's aliases
 * @param model the registry row, or null if the model is unknown and with it its price
 */
public record ResolvedTarget(Target target, @Nullable Model model) {}
