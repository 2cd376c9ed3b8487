package dev.comporta.pipeline;

import dev.comporta.core.Attribution;
import dev.comporta.core.Caller;
import dev.comporta.core.ObjectReference;
import dev.comporta.core.Secret;
import dev.comporta.core.Target;
import dev.comporta.model.Model;
import dev.comporta.ownership.ObjectPath;
import dev.comporta.provider.Provider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a call that is passed through goes.
 *
 * @param json what its body says
 * @param named the model that it names, with its place in the body, or null
 * @param target its model is empty if the call is about none
 * @param model the registry row that prices it, or null
 * @param key what is presented to the provider, or null if it needs none
 * @param direct whether the gateway is switched off for it
 * @param path what it does to objects in the provider's account; null if that is the caller's own account
 * @param references the objects that it names
 * @param ownsAll whether all of those are known to be the client's
 */
record PassRoute(
        PassCall pass,
        Caller caller,
        Attribution attribution,
        boolean direct,
        PassJson json,
        PassBody.@Nullable NamedModel named,
        Target target,
        @Nullable Model model,
        Provider provider,
        @Nullable Secret key,
        @Nullable ObjectPath path,
        List<ObjectReference> references,
        boolean ownsAll) {

    /** Whether the caller brought its own provider key, and so its own account. */
    boolean ownKey() {
        return caller.providerKey() != null;
    }
}
