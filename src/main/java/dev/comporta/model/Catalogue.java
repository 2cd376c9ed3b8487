package dev.comporta.model;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Target;
import dev.comporta.model.ModelConfig.UnknownModels;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All rows of the registry at one moment, indexed by every name that a caller may write. Immutable, hence thread-safe;
 * a known name costs two or three look-ups in hash maps.
 */
final class Catalogue {

    private static final String SWITCHED_OFF = "is switched off at this gateway";
    private static final String MODELS = "models/";

    private final String preferredProvider;
    private final boolean forwardsUnknown;

    private final List<Model> rows;
    private final List<Model> active;
    private final Map<String, Model> byIdOrIdentifier = new HashMap<>();

    /** Rows of provider {@link Model#ALIAS}, by the name that they give. */
    private final Map<String, Model> chains = new HashMap<>();

    /** By {@code provider/name}, for a row's own name and its aliases. */
    private final Map<String, ResolvedTarget> qualified = new HashMap<>();

    /** The keys that would be in {@link #qualified} if their row were not switched off. */
    private final Set<String> switchedOff = new HashSet<>();

    /** By name without provider: one target, or several that nothing prefers, or none if all rows are switched off. */
    private final Map<String, List<ResolvedTarget>> bare = new HashMap<>();

    Catalogue(Collection<Model> unsorted, ModelConfig config) {
        preferredProvider = config.preferredProvider();
        forwardsUnknown = config.unknownModels() == UnknownModels.FORWARD;
        rows = unsorted.stream().sorted(Comparator.comparing(Model::identifier)).toList();
        active = rows.stream().filter(Model::active).toList();
        for (Model row : rows) {
            byIdOrIdentifier.put(row.id().toString(), row);
            byIdOrIdentifier.put(row.identifier(), row);
            if (row.isAlias()) {
                chains.put(row.identifier(), row);
            }
        }
        indexQualified();
        indexBare();
    }

    /** Every row, sorted by identifier. */
    List<Model> rows() {
        return rows;
    }

    List<Model> active() {
        return active;
    }

    Optional<Model> find(String idOrIdentifier) {
        return Optional.ofNullable(byIdOrIdentifier.get(idOrIdentifier));
    }

    /** See {@link ModelRegistry#resolve(String, Set)}. */
    List<ResolvedTarget> resolve(String name, Set<String> providers) {
        return resolve(name, providers, row -> true);
    }

    /** See {@link ModelRegistry#resolve(String, Set, Predicate)}. */
    List<ResolvedTarget> resolve(String name, Set<String> providers, Predicate<Model> mayBeNamed) {
        String flaw = ModelName.flaw(name);
        if (flaw != null) {
            throw new GatewayError(ErrorCode.INVALID_MODEL, "The model name " + flaw + ".", "model");
        }
        Model chain = chains.get(name);
        if (chain != null) {
            return resolve(chain, providers, mayBeNamed);
        }
        String known = asKnown(name, providers);
        ResolvedTarget target = target(known, providers);
        if (target == null) {
            throw refusal(known, providers, mayBeNamed);
        }
        return List.of(target);
    }

    /** A member that is switched off is left out: its fellows are there for that. */
    private List<ResolvedTarget> resolve(Model chain, Set<String> providers, Predicate<Model> mayBeNamed) {
        List<ResolvedTarget> targets = new ArrayList<>(chain.fallbackChain().size());
        for (String member : chain.fallbackChain()) {
            ResolvedTarget target = target(asKnown(member, providers), providers);
            if (target != null) {
                targets.add(target);
            }
        }
        if (!chain.active() || targets.isEmpty()) {
            throw notFound(
                    chain.identifier(), chain.active() ? "has no target that can be used" : SWITCHED_OFF, mayBeNamed);
        }
        return targets;
    }

    /**
     * The name without what Google lists models under, {@code models/}, where that makes it the name of a row. Google
     * takes both, and a row must not be passed by with the other one.
     */
    private String asKnown(String name, Set<String> providers) {
        int slash = name.indexOf('/');
        boolean named = namesProvider(name, slash, providers);
        String provider = named ? name.substring(0, slash + 1) : "";
        String model = name.substring(provider.length());
        if (!model.startsWith(MODELS)) {
            return name;
        }
        while (model.startsWith(MODELS) && !isKnown(provider + model, named)) {
            model = model.substring(MODELS.length());
        }
        return isKnown(provider + model, named) ? provider + model : name;
    }

    private boolean isKnown(String name, boolean namesProvider) {
        return qualified.containsKey(name) || switchedOff.contains(name) || !namesProvider && bare.containsKey(name);
    }

    /** Null if the name must be refused. */
    private @Nullable ResolvedTarget target(String name, Set<String> providers) {
        ResolvedTarget known = qualified.get(name);
        if (known != null) {
            return known;
        }
        if (switchedOff.contains(name)) {
            return null;
        }
        int slash = name.indexOf('/');
        if (namesProvider(name, slash, providers)) {
            return unknown(name.substring(0, slash), name.substring(slash + 1));
        }
        List<ResolvedTarget> offers = bare.get(name);
        if (offers == null) {
            return unknown(preferredProvider, name);
        }
        return offers.size() == 1 ? offers.get(0) : null;
    }

    private static boolean namesProvider(String name, int slash, Set<String> providers) {
        return slash > 0 && providers.contains(name.substring(0, slash));
    }

    private @Nullable ResolvedTarget unknown(String provider, String model) {
        return forwardsUnknown ? new ResolvedTarget(new Target(provider, model), null) : null;
    }

    private GatewayError refusal(String name, Set<String> providers, Predicate<Model> mayBeNamed) {
        List<ResolvedTarget> offers = namesProvider(name, name.indexOf('/'), providers) ? null : bare.get(name);
        if (offers != null && offers.size() > 1) {
            String choice = String.join(
                    ", ",
                    offers.stream()
                            .filter(offer -> offer.model() != null && mayBeNamed.test(offer.model()))
                            .map(offer -> offer.target().identifier())
                            .toList());
            return new GatewayError(
                    ErrorCode.MODEL_NOT_FOUND,
                    "Model %s is offered by several providers; write %s"
                            .formatted(name, choice.isEmpty() ? "provider/model" : "one of: " + choice),
                    "model");
        }
        boolean isOff = switchedOff.contains(name) || offers != null && offers.isEmpty();
        return notFound(name, isOff ? SWITCHED_OFF : "is not known to this gateway", mayBeNamed);
    }

    private GatewayError notFound(String name, String why, Predicate<Model> mayBeNamed) {
        List<String> close = CloseMatches.of(name, listedNames(mayBeNamed));
        String hint =
                close.isEmpty() ? "GET /v1/models lists those that are" : "close to it: " + String.join(", ", close);
        return new GatewayError(ErrorCode.MODEL_NOT_FOUND, "Model %s %s; %s".formatted(name, why, hint), "model");
    }

    /** What {@link #active()} can be called by, for hints. */
    private Collection<String> listedNames(Predicate<Model> mayBeNamed) {
        Set<String> names = new TreeSet<>();
        active.stream().filter(mayBeNamed).forEach(row -> names.add(row.identifier()));
        qualified.forEach((name, offer) -> {
            if (offer.model() != null && offer.model().active() && mayBeNamed.test(offer.model())) {
                names.add(name);
            }
        });
        return names;
    }

    private void indexQualified() {
        List<Model> models = rows.stream().filter(row -> !row.isAlias()).toList();
        for (Model row : models) {
            qualify(row.identifier(), row, row.name());
            qualify(row.provider() + "/" + row.name(), row, row.name());
        }
        // A row's own name comes before the other names of another row.
        for (Model row : models) {
            row.aliases().forEach(alias -> qualify(row.provider() + "/" + alias, row, alias));
            // groq's own groq/compound need not be written groq/groq/compound.
            if (row.name().startsWith(row.provider() + "/")) {
                qualify(row.name(), row, row.name());
            }
        }
    }

    private void qualify(String key, Model row, String name) {
        if (row.isSwitchedOff()) {
            if (!qualified.containsKey(key)) {
                switchedOff.add(key);
            }
        } else if (!switchedOff.contains(key)) {
            qualified.putIfAbsent(key, new ResolvedTarget(new Target(row.provider(), name), row));
        }
    }

    /** Listed rows have a bare name before retired ones, and those before what is switched off. */
    private void indexBare() {
        offers(true).forEach((name, offers) -> bare.put(name, choose(offers)));
        offers(false).forEach((name, offers) -> bare.putIfAbsent(name, choose(offers)));
        rows.stream()
                .filter(Model::isSwitchedOff)
                .flatMap(row -> Stream.concat(Stream.of(row.name()), row.aliases().stream()))
                .forEach(name -> bare.putIfAbsent(name, List.of()));
    }

    /** By bare name and then by provider. */
    private Map<String, Map<String, ResolvedTarget>> offers(boolean listed) {
        Map<String, Map<String, ResolvedTarget>> offers = new HashMap<>();
        for (ResolvedTarget target : qualified.values()) {
            if (target.model() != null && target.model().active() == listed) {
                offers.computeIfAbsent(target.target().model(), name -> new TreeMap<>())
                        .put(target.target().provider(), target);
            }
        }
        return offers;
    }

    private List<ResolvedTarget> choose(Map<String, ResolvedTarget> byProvider) {
        ResolvedTarget preferred = byProvider.get(preferredProvider);
        return preferred == null ? List.copyOf(byProvider.values()) : List.of(preferred);
    }
}
