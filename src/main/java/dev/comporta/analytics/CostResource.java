package dev.comporta.analytics;

import dev.comporta.admin.Sql;
import dev.comporta.admin.VisibleClient;
import dev.comporta.store.Database;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Clock;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Costs by dimension, as JSON or CSV: of all clients, or of the client that a key belongs to. */
@Path("/api/costs")
@RolesAllowed({"admin", "client"})
public class CostResource {

    private static final String CSV = "text/csv";
    private static final int DEFAULT_GROUPS = 1_000;
    private static final int MOST_GROUPS = 10_000;
    private static final List<String> PARAMETERS = List.of(
            "source",
            "clientId",
            "teamId",
            "projectId",
            "appId",
            "userId",
            "model",
            "provider",
            "taskType",
            "period",
            "from",
            "to",
            "groupBy",
            "limit",
            "format");

    private final Database database;
    private final VisibleClient visible;
    private final Clock clock;

    CostResource(Database database, VisibleClient visible, Clock clock) {
        this.database = database;
        this.visible = visible;
        this.clock = clock;
    }

    /**
     * @param source {@code AI}, the only one there is
     * @param period as in {@link MetricsResource#get}, in days of UTC
     * @param groupBy one or several of client, team, project, app, user, model, provider, taskType, day, month,
     *     separated by commas; {@code model} if absent
     * @param limit the most groups of an answer in JSON
     * @param format {@code json} or {@code csv}; if absent, what the header {@code Accept} asks for
     */
    @GET
    @Produces({MediaType.APPLICATION_JSON, CSV})
    public CompletionStage<Response> get(
            @QueryParam("source") @Nullable String source,
            @QueryParam("clientId") @Nullable String clientId,
            @QueryParam("teamId") @Nullable String teamId,
            @QueryParam("projectId") @Nullable String projectId,
            @QueryParam("appId") @Nullable String appId,
            @QueryParam("userId") @Nullable String userId,
            @QueryParam("model") @Nullable String model,
            @QueryParam("provider") @Nullable String provider,
            @QueryParam("taskType") @Nullable String taskType,
            @QueryParam("period") @Nullable String period,
            @QueryParam("from") @Nullable String from,
            @QueryParam("to") @Nullable String to,
            @QueryParam("groupBy") @Nullable String groupBy,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("format") @Nullable String format,
            @HeaderParam("Accept") @Nullable String accept,
            @Context UriInfo uri) {
        // A filter that is misspelt or empty would make one team's bill that of all.
        uri.getQueryParameters().forEach((name, values) -> {
            if (!PARAMETERS.contains(name)
                    || values.size() != 1
                    || values.get(0).isEmpty()) {
                throw Parameters.invalid(name, "is unknown here, empty or given twice");
            }
        });
        UUID client = visible.narrow(Parameters.uuid("clientId", clientId));
        Parameters.oneOf("source", source, "AI", List.of("AI"));
        Map<Dimension, String> filters = new EnumMap<>(Dimension.class);
        put(filters, Dimension.TEAM, teamId);
        put(filters, Dimension.PROJECT, projectId);
        put(filters, Dimension.APP, appId);
        put(filters, Dimension.USER, userId);
        put(filters, Dimension.MODEL, model);
        put(filters, Dimension.PROVIDER, provider);
        put(filters, Dimension.TASK_TYPE, taskType);
        LocalDate[] days = CostQuery.days(period, from, to, clock.instant());
        CostQuery query = new CostQuery(days[0], days[1], client, filters, Dimension.parse(groupBy));
        int most = Parameters.limit(limit, DEFAULT_GROUPS, MOST_GROUPS);
        String otherwise = accept != null && accept.contains(CSV) ? "csv" : "json";
        boolean csv = Parameters.oneOf("format", format, otherwise, List.of("json", "csv"))
                .equals("csv");
        return Sql.run(
                        database,
                        sql -> Scope.find(sql, client)
                                .compose(scope -> csv
                                        ? CostReport.csv(sql, query)
                                                .map(text -> Response.ok(text, CSV + "; charset=utf-8")
                                                        .header(
                                                                "Content-Disposition",
                                                                "attachment; filename=\"costs.csv\"")
                                                        .build())
                                        : CostReport.run(sql, query, most)
                                                .map(report -> Response.ok(report, MediaType.APPLICATION_JSON_TYPE)
                                                        .build())))
                .toCompletionStage();
    }

    private static void put(Map<Dimension, String> filters, Dimension dimension, @Nullable String value) {
        String text = Parameters.text(dimension.field(), value);
        if (text != null) {
            filters.put(dimension, text);
        }
    }
}
