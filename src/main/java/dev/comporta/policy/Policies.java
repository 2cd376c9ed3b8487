package dev.comporta.policy;

import dev.comporta.core.ErrorCode;
import dev.comporta.core.GatewayError;
import dev.comporta.core.Target;
import dev.comporta.store.Database;
import dev.comporta.store.Live;
import io.quarkus.runtime.Startup;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.interceptor.Interceptor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Knows what clients may ask. Answers from memory: a change of {@code policies} on any replica, by plain SQL too, holds
 * within a second, and while the database is away the last state serves.
 *
 * <p>Of several active policies of a client all must agree. Where several forbid the same, the first by name is named.
 *
 * <p>Thread-safe; never waits. Every method throws {@link GatewayError} with {@link ErrorCode#ACCOUNTING_UNAVAILABLE}
 * while the database was never reached.
 */
@ApplicationScoped
@Startup(Interceptor.Priority.LIBRARY_BEFORE)
public class Policies {

    private final Live<Map<UUID, ClientRules>> live;

    Policies(Database database) {
        live = database.live("policies", Set.of("policies"), Policies::load);
    }

    /**
     * Refuses a model that the client's policies do not let pass.
     *
     * @param provider of the target to which the call would go
     * @param model the target's own name of the model
     * @param requested the model as the caller wrote it, maybe an alias: it may be blocked by this name too, but is
     *     never allowed by it
     * @throws GatewayError {@link ErrorCode#MODEL_BLOCKED}
     */
    public void checkModel(UUID clientId, String provider, String model, String requested) {
        rules(clientId).checkModel(provider, model, requested);
    }

    /** Whether the client may ask for the model by its own name. */
    public boolean mayUse(UUID clientId, String provider, String model) {
        return mayUse(clientId, provider, model, model);
    }

    /** Whether {@link #checkModel} would let it pass. */
    public boolean mayUse(UUID clientId, String provider, String model, String requested) {
        return rules(clientId).mayUse(provider, model, requested);
    }

    /** Whether there is a model that the client might not use. */
    public boolean hasModelRules(UUID clientId) {
        return rules(clientId).judgesModels();
    }

    /** The smallest limit of tokens per request. */
    public Optional<TokenLimit> tokenLimit(UUID clientId) {
        return rules(clientId).tokenLimit();
    }

    /** Whether a policy lets the client call models without a price although a limit of its is in money. */
    public boolean allowsUnknownPrices(UUID clientId) {
        return rules(clientId).allowsUnknownPrices();
    }

    /** Whether a policy limits the client's cost per day. */
    public boolean limitsMoney(UUID clientId) {
        return rules(clientId).limitsMoney();
    }

    /**
     * What would be said to a request, without making it. Budgets and what was spent today are not looked at.
     *
     * @param targets what {@code requested} stands for, at least one; a fallback chain is allowed if one of them is
     * @param tokens of its estimated input and largest output together; null to ask about the model only
     */
    public Decision decide(UUID clientId, List<Target> targets, String requested, @Nullable Long tokens) {
        ClientRules rules = rules(clientId);
        List<Decision> decisions = targets.stream()
                .map(target -> rules.decideModel(target.provider(), target.model(), requested))
                .toList();
        return decisions.stream().anyMatch(Decision::allowed)
                ? tokens == null ? Decision.ALLOWED : rules.decideTokens(tokens)
                : decisions.get(0);
    }

    /** Completes when this replica judges by what the database holds now. */
    Future<Void> catchUp() {
        return live.reload().otherwiseEmpty();
    }

    private ClientRules rules(UUID clientId) {
        return live.get().getOrDefault(clientId, ClientRules.NONE);
    }

    private static Future<Map<UUID, ClientRules>> load(SqlClient sql) {
        return PolicyTable.active(sql).map(policies -> {
            Map<UUID, ClientRules> rules = new HashMap<>();
            policies.stream()
                    .collect(Collectors.groupingBy(Policy::clientId))
                    .forEach((client, own) -> rules.put(client, new ClientRules(own)));
            return rules;
        });
    }
}
