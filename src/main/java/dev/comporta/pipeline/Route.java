package dev.comporta.pipeline;

import dev.comporta.core.Secret;
import dev.comporta.core.Target;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.Translation;
import dev.comporta.model.Model;
import dev.comporta.provider.Provider;
import org.jspecify.annotations.Nullable;

/**
 * Where an admitted call goes.
 *
 * @param model the registry row that prices it, or null if the registry does not know the model
 * @param translation between the caller's API and the provider's
 * @param dropped what the provider could not be told
 * @param key what is presented to the provider, or null if it needs none
 * @param ownAccount whether that is the caller's own key, and so opens an account of its own
 */
record Route(
        AdmittedCall admitted,
        Target target,
        @Nullable Model model,
        Provider provider,
        Translation translation,
        Dropped dropped,
        @Nullable Secret key,
        boolean ownAccount) {}
