package dev.comporta.client;

import io.quarkus.security.identity.SecurityIdentity;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.Map;

/** Shows what the rooms behind {@link AdminAuthentication} learn about who asks. */
@Path("/api/tests/who-am-i")
class WhoAmIResource {

    private final SecurityIdentity identity;

    WhoAmIResource(SecurityIdentity identity) {
        this.identity = identity;
    }

    @GET
    @RolesAllowed({"admin", "client", "cron"})
    public Map<String, Object> whoAmI() {
        return Map.of(
                "roles",
                identity.getRoles(),
                "name",
                identity.getPrincipal().getName(),
                "clientId",
                String.valueOf(identity.<Object>getAttribute(AdminAuthentication.CLIENT_ID)));
    }

    @GET
    @Path("/failure")
    public String failure() {
        throw new IllegalStateException("an inner detail");
    }
}
