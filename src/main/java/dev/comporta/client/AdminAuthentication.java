package dev.comporta.client;

import dev.comporta.core.GatewayError;
import dev.comporta.core.Problem;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the admin API under {@code /api}, by the bearer key: role {@code admin}, {@code cron}, or {@code client}
 * for a client key, whose principal's name and whose attribute {@link #CLIENT_ID} are then its client's id. A shared
 * key opens nothing here.
 */
@ApplicationScoped
public class AdminAuthentication implements HttpAuthenticationMechanism {

    /** The attribute of a {@code client} identity that holds its client's id, a {@link java.util.UUID}. */
    public static final String CLIENT_ID = "clientId";

    private static final String WWW_AUTHENTICATE = "WWW-Authenticate";
    private static final String REFUSAL = AdminAuthentication.class.getName();

    private final ClientDirectory directory;

    AdminAuthentication(ClientDirectory directory) {
        this.directory = directory;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager identities) {
        if (!isAdminApi(context)) {
            return Uni.createFrom().nullItem();
        }
        try {
            return Uni.createFrom()
                    .item(identity(Credentials.bearer(context.request().headers())));
        } catch (GatewayError refusal) {
            // Without an identity the challenge follows, which tells why.
            context.put(REFUSAL, refusal);
            return Uni.createFrom().nullItem();
        }
    }

    private SecurityIdentity identity(@Nullable String presented) {
        AcceptedKey key = presented == null ? null : directory.key(presented);
        if (key == null || key.kind() == KeyKind.SHARED) {
            throw Refusal.INVALID_ADMIN_KEY;
        }
        String role = key.kind().word();
        QuarkusSecurityIdentity.Builder identity =
                QuarkusSecurityIdentity.builder().addRole(role);
        if (key.client() == null) {
            return identity.setPrincipal(new QuarkusPrincipal(role)).build();
        }
        return identity.setPrincipal(new QuarkusPrincipal(key.client().id().toString()))
                .addAttribute(CLIENT_ID, key.client().id())
                .build();
    }

    @Override
    public Uni<Boolean> sendChallenge(RoutingContext context) {
        if (!isAdminApi(context)) {
            return Uni.createFrom().item(false);
        }
        GatewayError refusal = context.get(REFUSAL, Refusal.INVALID_ADMIN_KEY);
        Problem problem = Problem.of(refusal);
        context.response().setStatusCode(problem.status()).putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE);
        if (problem.status() == 401) {
            context.response().putHeader(WWW_AUTHENTICATE, "Bearer");
        }
        return Uni.createFrom()
                .completionStage(() -> context.end(problem.json()).toCompletionStage())
                .replaceWith(true);
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(401, WWW_AUTHENTICATE, "Bearer"));
    }

    private static boolean isAdminApi(RoutingContext context) {
        return context.normalizedPath().startsWith("/api/");
    }
}
