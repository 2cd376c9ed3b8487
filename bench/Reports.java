import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks a gateway for each report many times, prints how long the answers took, what the database did for them, and
 * whether they equal sums over all rows. Arguments: the gateway's URL, the JDBC URL, how many times. The admin key is in
 * the environment. Exits with 1 if a report is wrong.
 */
class Reports {

    private static final int WARM_UP = 5;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Random random = new Random(11);
    private final String gateway;
    private final Connection database;
    private final int times;
    private final List<String> clients = new ArrayList<>();
    private final List<String> conversations = new ArrayList<>();
    private final List<String> users = new ArrayList<>();
    private boolean wrong;

    /** A question, new each time. */
    interface Question {
        String path();
    }

    private Reports(String gateway, Connection database, int times) {
        this.gateway = gateway;
        this.database = database;
        this.times = times;
    }

    public static void main(String[] args) throws Exception {
        try (Connection database = DriverManager.getConnection(args[1])) {
            Reports reports = new Reports(args[0], database, Integer.parseInt(args[2]));
            reports.time();
            reports.compare();
            reports.explain();
            System.exit(reports.wrong ? 1 : 0);
        }
    }

    private void time() throws Exception {
        rows("SELECT id FROM clients WHERE slug LIKE 'bench-%' ORDER BY slug", clients);
        rows(
                "SELECT 'clientId=' || client_id || '&conversationId=' || conversation_id FROM conversation_rollups LIMIT 500",
                conversations);
        rows("SELECT DISTINCT user_id FROM (SELECT user_id FROM user_cost_rollups LIMIT 5000) AS newest", users);
        System.out.println("| report | P50 ms | P95 ms | max ms |\n|---|--:|--:|--:|");
        row("`metrics`, all clients", () -> "/api/ai-gateway/metrics?period=" + period());
        row("`metrics`, one client", () -> "/api/ai-gateway/metrics?period=" + period() + "&" + client());
        row("`latency` by day, all clients", () -> "/api/ai-gateway/latency?period=" + period());
        row("`latency` by hour, all clients, 7 or 30 days", () -> "/api/ai-gateway/latency?interval=hour&period=" + month());
        row("`latency` by day, one client", () -> "/api/ai-gateway/latency?period=" + period() + "&" + client());
        row("`latency` by hour, one client, 7 or 30 days",
                () -> "/api/ai-gateway/latency?interval=hour&period=" + month() + "&" + client());
        row("`fallbacks`, all clients", () -> "/api/ai-gateway/fallbacks?period=" + period());
        row("`fallbacks`, one client", () -> "/api/ai-gateway/fallbacks?period=" + period() + "&" + client());
        row("`analytics/gateway` by day", () -> "/api/analytics/gateway?period=" + period() + "&" + client());
        row("`analytics/gateway` by hour, 7 or 30 days",
                () -> "/api/analytics/gateway?interval=hour&period=" + month() + "&" + client());
        row("`analytics/gateway/conversations`",
                () -> "/api/analytics/gateway/conversations?period=" + period() + "&" + client());
        row("`billing/summary`, all clients", () -> "/api/billing/summary?month="
                + LocalDate.now(ZoneOffset.UTC).minusMonths(random.nextInt(3)).toString().substring(0, 7));
        row("`costs` by model", () -> "/api/costs?groupBy=model&period=" + period());
        row("`costs` by client and day, up to 9,000 groups", () -> "/api/costs?groupBy=client,day&limit=10000&period=" + period());
        row("`costs` by team and project", () -> "/api/costs?groupBy=team,project&period=" + period());
        row("`costs` by task type of one model",
                () -> "/api/costs?groupBy=taskType&model=bench-model-" + random.nextInt(50) + "&period=" + period());
        row("`costs` by team, app and month, one client",
                () -> "/api/costs?groupBy=team,app,month&period=" + period() + "&" + client());
        row("`costs` by user, one client", () -> "/api/costs?groupBy=user&period=" + period() + "&" + client());
        row("`costs` of one user by model",
                () -> "/api/costs?groupBy=model&userId=" + pick(users) + "&period=" + period());
        row("`costs` by client and model as CSV", () -> "/api/costs?groupBy=client,model&format=csv&period=" + period());
        row("`audit`, newest", () -> "/api/audit?limit=" + (50 + random.nextInt(50)));
        row("`audit`, one client, any time", () -> "/api/audit?" + client() + "&to=" + day() + "T10:00:00Z");
        row("`audit`, one conversation", () -> "/api/audit?" + pick(conversations));
        row("`audit`, one user", () -> "/api/audit?userId=" + pick(users));
        row("`audit`, errors of one model", () -> "/api/audit?status=error&model=bench-model-" + random.nextInt(50));
        row("`audit`, nothing to be found", () -> "/api/audit?teamId=nobody&to=" + day() + "T10:00:00Z");
    }

    private void row(String name, Question question) throws Exception {
        long[] nanos = new long[times];
        for (int i = -WARM_UP; i < times; i++) {
            String path = question.path();
            long begin = System.nanoTime();
            get(path);
            if (i >= 0) {
                nanos[i] = System.nanoTime() - begin;
            }
        }
        Arrays.sort(nanos);
        System.out.printf("| %s | %.0f | %.0f | %.0f |%n", name, nanos[times / 2] / 1e6,
                nanos[(times * 95 + 99) / 100 - 1] / 1e6, nanos[times - 1] / 1e6);
    }

    private String get(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway + path))
                .header("Authorization", "Bearer " + System.getenv("GATEWAY_ADMIN_KEY"))
                .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IllegalStateException(path + ": " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }

    /** Totals of periods that begin and end anywhere, beside sums over the rows themselves. */
    private void compare() throws Exception {
        System.out.println("\n| total | report | sum over all rows |\n|---|--:|--:|");
        String from = LocalDate.now(ZoneOffset.UTC).minusDays(85) + "T03:17:11.000123Z";
        String to = LocalDate.now(ZoneOffset.UTC).minusDays(1) + "T21:45:59.5Z";
        String between = " FROM gateway_usage_logs WHERE created_at >= '" + from + "' AND created_at < '" + to + "'";
        String metrics = get("/api/ai-gateway/metrics?from=" + from + "&to=" + to);
        for (String column : List.of("usd", "eur", "brl")) {
            String field = "cost" + column.substring(0, 1).toUpperCase() + column.substring(1);
            same("metrics " + column, first(metrics, field), "SELECT sum(cost_" + column + ")" + between);
        }
        same("metrics requests", first(metrics, "requests"), "SELECT count(*)" + between);
        same("metrics tokens", first(metrics, "totalTokens"), "SELECT sum(total_tokens)" + between);
        same("metrics unpriced", first(metrics, "unpriced"),
                "SELECT count(*)" + between + " AND cost_usd IS NULL AND total_tokens > 0");
        String client = clients.get(3);
        same("one client's usd", first(get("/api/analytics/gateway?clientId=" + client + "&from=" + from + "&to=" + to), "costUsd"),
                "SELECT sum(cost_usd)" + between + " AND client_id = '" + client + "'");
        String first = LocalDate.now(ZoneOffset.UTC).minusDays(80).toString();
        String last = LocalDate.now(ZoneOffset.UTC).minusDays(2).toString();
        String costs = get("/api/costs?groupBy=team,model&from=" + first + "&to=" + last);
        same("costs usd, from `cost_events`", first(costs, "costUsd"),
                "SELECT sum(amount_usd) FROM cost_events WHERE created_at >= '" + first + "T00:00Z' AND created_at < '" + last + "T00:00Z'");
        String users = get("/api/costs?groupBy=user&clientId=" + client + "&from=" + first + "&to=" + last);
        same("costs of one client by user, brl, from `cost_events`", first(users, "costBrl"),
                "SELECT sum(amount_brl) FROM cost_events WHERE client_id = '" + client + "' AND created_at >= '" + first + "T00:00Z' AND created_at < '" + last + "T00:00Z'");
        String month = LocalDate.now(ZoneOffset.UTC).minusMonths(1).toString().substring(0, 7);
        same("bill of one client, usd, from `cost_events`",
                first(get("/api/billing/summary?month=" + month + "&clientId=" + client), "costUsd"),
                "SELECT sum(amount_usd) FROM cost_events JOIN (SELECT id, time_zone FROM clients) AS client ON client.id = client_id WHERE client_id = '" + client
                        + "' AND (created_at AT TIME ZONE time_zone) >= '" + month + "-01' AND (created_at AT TIME ZONE time_zone) < '"
                        + month + "-01'::date + interval '1 month'");
    }

    private void same(String what, BigDecimal told, String sql) throws Exception {
        List<String> rows = new ArrayList<>();
        rows(sql, rows);
        boolean same = told.compareTo(new BigDecimal(rows.get(0))) == 0;
        wrong |= !same;
        System.out.printf("| %s | %s | %s%s |%n", what, told.toPlainString(), rows.get(0), same ? "" : " **differs**");
    }

    /** The first number of this name in an answer: that of its totals. */
    private static BigDecimal first(String json, String field) {
        Matcher matcher = Pattern.compile("\"" + field + "\":([0-9.]+)").matcher(json);
        if (!matcher.find()) {
            throw new IllegalStateException("no " + field);
        }
        return new BigDecimal(matcher.group(1));
    }

    private void explain() throws Exception {
        String client = clients.get(3);
        String ninety = "now() - interval '90 days', now()";
        plan("Totals of all clients, 90 days", "SELECT sum(requests), sum(cost_usd) FROM comporta_usage(" + ninety + ")");
        plan("Totals of one client, 90 days",
                "SELECT sum(requests), sum(cost_usd) FROM comporta_usage_of('" + client + "', " + ninety + ")");
        plan("Latencies of all clients, 90 days",
                "SELECT cell >> 32, sum(cell & 4294967295) FROM comporta_latencies(NULL, " + ninety + "), unnest(latencies) AS cell GROUP BY 1");
        plan("Costs by model, 90 days", """
                SELECT model, sum(cost_usd) FROM (
                    SELECT dimensions_id, sum(cost_usd) AS cost_usd FROM cost_rollups
                    WHERE day >= current_date - 89 AND day < current_date + 1 GROUP BY dimensions_id) AS used
                JOIN cost_dimensions ON id = dimensions_id GROUP BY model""");
        plan("A page of the request log", "SELECT * FROM gateway_usage_logs WHERE client_id = '" + client
                + "' ORDER BY created_at DESC, id DESC LIMIT 51");
    }

    private void plan(String name, String sql) throws Exception {
        List<String> lines = new ArrayList<>();
        rows("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS OFF) " + sql, lines);
        System.out.println("\n" + name + ":\n\n```");
        lines.stream()
                .filter(line -> line.contains("Scan") || line.contains("Aggregate") || line.contains("Execution"))
                .filter(line -> !line.contains("never executed"))
                .forEach(line -> System.out.println(line.replaceFirst("^ *-> *", "")));
        System.out.println("```");
    }

    private void rows(String sql, List<String> into) throws Exception {
        try (var statement = database.createStatement();
                var rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                into.add(rows.getString(1));
            }
        }
    }

    private String pick(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }

    private String client() {
        return "clientId=" + pick(clients);
    }

    private String period() {
        return pick(List.of("7d", "30d", "60d", "90d"));
    }

    private String month() {
        return pick(List.of("7d", "30d"));
    }

    private String day() {
        return LocalDate.now(ZoneOffset.UTC).minusDays(random.nextInt(80)).toString();
    }
}
