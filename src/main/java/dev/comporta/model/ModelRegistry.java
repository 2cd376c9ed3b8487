package dev.comporta.model;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.store.Database;
import dev.comporta.store.Live;
import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The models that this gateway knows, in memory. Thread-safe; a change of the table, by whomever, holds within a
 * second.
 *
 * <p>Every method that reads throws {@link GatewayError} with {@link ErrorCode#ACCOUNTING_UNAVAILABLE} while the
 * database was never reached.
 */
@ApplicationScoped
@Startup(ModelRegistry.BEFORE_THE_DATABASE_OPENS)
public class ModelRegistry {

    /** Opening loads what has been announced by then. */
    static final int BEFORE_THE_DATABASE_OPENS = 100;

    private final Live<Catalogue> catalogue;

    ModelRegistry(Database database, ModelRows rows, ModelConfig config) {
        catalogue = database.live(
                "the model registry",
                Set.of(ModelRows.TABLE),
                client -> rows.load(client).map(models -> new Catalogue(models, config)));
    }

    /**
     * The targets that a model name stands for, at least one, in the order in which they are to be tried; more than one
     * only for a gateway alias. {@code docs/reference/models.md} tells the rules.
     *
     * @param name as the caller wrote it
     * @param providers the names of all configured providers
     * @throws GatewayError {@link ErrorCode#INVALID_MODEL} if the name could change the path of an upstream request,
     *     {@link ErrorCode#MODEL_NOT_FOUND} if it is switched off, ambiguous, or unknown and not to be forwarded
     */
    public List<ResolvedTarget> resolve(String name, Set<String> providers) {
        return catalogue.get().resolve(name, providers);
    }

    /**
     * The same for somebody who may not hear of every model.
     *
     * @param mayBeNamed the rows that a refusal may name
     */
    public List<ResolvedTarget> resolve(String name, Set<String> providers, Predicate<Model> mayBeNamed) {
        return catalogue.get().resolve(name, providers, mayBeNamed);
    }

    /** The rows to list, aliases included, sorted by identifier. */
    public List<Model> active() {
        return catalogue.get().active();
    }

    /** Every row, active or not, sorted by identifier. */
    public List<Model> all() {
        return catalogue.get().rows();
    }

    /** The row, active or not, with this id or gateway identifier. */
    public Optional<Model> find(String idOrIdentifier) {
        return catalogue.get().find(idOrIdentifier);
    }

    /**
     * The model that a provider takes where none is named: the only active one of its models that is known to have the
     * capability; empty if there are several.
     */
    public Optional<Model> only(String provider, String capability) {
        List<Model> capable = active().stream()
                .filter(model -> model.provider().equals(provider) && model.can(capability))
                .limit(2)
                .toList();
        return capable.size() == 1 ? Optional.of(capable.get(0)) : Optional.empty();
    }

    /** Completes when what was written before this call can be read here. */
    Future<Void> reload() {
        return catalogue.reload();
    }
}
