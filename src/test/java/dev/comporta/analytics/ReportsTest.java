package dev.comporta.analytics;

import static dev.comporta.store.Databases.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.core.Page;
import dev.comporta.core.Seeds;
import dev.comporta.store.Database;
import dev.comporta.store.Databases;
import dev.comporta.store.ScratchDatabase;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Reports, compared with sums over all rows")
class ReportsTest {

    private static final Instant FIRST = Instant.parse("2026-10-05T00:00:00Z");
    private static final Duration LOGGED = Duration.ofDays(46);
    private static final int ROWS = 4_000;

    @TempDir
    static Path directory;

    private static ScratchDatabase scratch;
    private static Pool pool;
    private static final List<Scope> SCOPES = new ArrayList<>();
    private static final List<Usage> LOG = new ArrayList<>();

    @BeforeAll
    static void two_writers_bring_the_log_out_of_order_and_some_of_it_twice() {
        scratch = ScratchDatabase.open(directory, List.of(), database -> {});
        Database database = scratch.database();
        pool = database.pool();
        SCOPES.add(Scope.ALL);
        List<UUID> clients = new ArrayList<>();
        // Berlin leaves summer time in October; Kolkata is half an hour beside every other clock.
        for (String zone : List.of("UTC", "America/Sao_Paulo", "Europe/Berlin", "Asia/Kolkata")) {
            String currency = List.of("USD", "BRL", "EUR", "BRL").get(clients.size());
            UUID client = Usage.client(database, "client-" + clients.size(), zone, currency);
            clients.add(client);
            SCOPES.add(new Scope(client, ZoneId.of(zone), currency));
        }
        Random random = new Random(20261120);
        for (int i = 0; i < ROWS; i++) {
            LOG.add(Usage.random(random, clients, FIRST, LOGGED));
        }
        List<Future<Void>> writers = new ArrayList<>();
        for (int writer = 0; writer < 2; writer++) {
            List<Usage> sent = new ArrayList<>(LOG.subList(writer * ROWS / 2, (writer + 1) * ROWS / 2));
            sent.addAll(sent.subList(0, ROWS / 8));
            Collections.shuffle(sent, random);
            Future<Void> written = Future.succeededFuture();
            for (int from = 0; from < sent.size(); from += 100) {
                List<Usage> batch = sent.subList(from, from + 100);
                written = written.compose(before -> Usage.insert(database, batch));
            }
            writers.add(written);
        }
        await(Future.all(writers));
    }

    @AfterAll
    static void close() throws Exception {
        scratch.close();
    }

    private static Period randomPeriod(Random random, Scope scope) {
        long from = random.nextLong(LOGGED.toSeconds());
        long length = 1 + random.nextLong(LOGGED.toSeconds());
        Instant start = FIRST.plusSeconds(from).minus(Duration.ofDays(3));
        ChronoUnit unit =
                random.nextBoolean() ? ChronoUnit.SECONDS : random.nextBoolean() ? ChronoUnit.HOURS : ChronoUnit.DAYS;
        Instant end = start.plusSeconds(length);
        start = start.truncatedTo(unit);
        end = end.truncatedTo(unit);
        return new Period(start, start.isBefore(end) ? end : start.plusSeconds(90), scope.zone(), null);
    }

    private static List<Usage> log(Scope scope, Instant from, Instant to) {
        return LOG.stream()
                .filter(row -> scope.clientId() == null || scope.clientId().equals(row.clientId()))
                .filter(row ->
                        !row.createdAt().isBefore(from) && row.createdAt().isBefore(to))
                .toList();
    }

    private static long count(List<Usage> rows, Predicate<Usage> which) {
        return rows.stream().filter(which).count();
    }

    private static BigDecimal usd(List<Usage> rows) {
        return rows.stream().map(Usage::usdOrZero).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static void assertTotals(Totals totals, List<Usage> rows) {
        assertThat(totals.requests()).isEqualTo(rows.size());
        assertThat(totals.errors()).isEqualTo(count(rows, row -> row.status().equals("error")));
        assertThat(totals.cancelled()).isEqualTo(count(rows, row -> row.status().equals("cancelled")));
        assertThat(totals.cached()).isEqualTo(count(rows, Usage::cached));
        assertThat(totals.fallbacks()).isEqualTo(count(rows, Usage::fallback));
        assertThat(totals.unpriced()).isEqualTo(count(rows, Usage::unpriced));
        assertThat(totals.inputTokens())
                .isEqualTo(rows.stream().mapToLong(Usage::input).sum());
        assertThat(totals.cachedTokens())
                .isEqualTo(rows.stream().mapToLong(Usage::cachedInput).sum());
        assertThat(totals.outputTokens())
                .isEqualTo(rows.stream().mapToLong(Usage::output).sum());
        assertThat(totals.totalTokens())
                .isEqualTo(rows.stream().mapToLong(Usage::tokens).sum());
        assertCosts(totals.costUsd(), totals.costEur(), totals.costBrl(), rows);
        if (rows.isEmpty()) {
            assertThat(totals.hitRate()).isNull();
            assertThat(totals.errorRate()).isNull();
            assertThat(totals.averageLatencyMs()).isNull();
        } else {
            long latency = rows.stream().mapToLong(Usage::latency).sum();
            assertThat(totals.averageLatencyMs()).isEqualTo(Totals.ratio(latency, rows.size(), 3));
            assertThat(totals.hitRate()).isEqualTo(Totals.ratio(count(rows, Usage::cached), rows.size(), 6));
        }
    }

    private static void assertCosts(BigDecimal usd, BigDecimal eur, BigDecimal brl, List<Usage> rows) {
        assertThat(usd).isEqualByComparingTo(usd(rows));
        assertThat(eur).isEqualByComparingTo(usd(rows).multiply(Usage.TO_EUR));
        assertThat(brl).isEqualByComparingTo(usd(rows).multiply(Usage.TO_BRL));
    }

    private static void assertLatency(Latency.Percentiles told, Stream<@Nullable Integer> times) {
        List<Integer> sorted = times.filter(Objects::nonNull).sorted().toList();
        assertThat(told.requests()).isEqualTo(sorted.size());
        if (sorted.isEmpty()) {
            assertThat(told).isEqualTo(Latency.Percentiles.NONE);
            return;
        }
        Map<Integer, @Nullable Long> percentiles = Map.of(50, told.p50(), 95, told.p95(), 99, told.p99());
        percentiles.forEach((percent, value) -> {
            int rank = (sorted.size() * percent + 99) / 100;
            int exact = sorted.get(rank - 1);
            assertThat(Math.abs(value - exact)).isLessThanOrEqualTo(exact < 128 ? 0 : exact * 8L / 1_000);
        });
    }

    @Test
    void metrics_of_any_period_to_the_microsecond() {
        Seeds.each(25, random -> {
            Scope scope = SCOPES.get(random.nextInt(SCOPES.size()));
            Period period = randomPeriod(random, scope);
            List<Usage> rows = log(scope, period.from(), period.to());
            Period before = period.previous();

            MetricsReport report = await(MetricsReport.run(pool, scope, period));

            assertTotals(report.totals(), rows);
            assertThat(report.activeClients())
                    .isEqualTo(rows.stream().map(Usage::clientId).distinct().count());
            assertLatency(report.latency().total(), rows.stream().map(Usage::latency));
            assertLatency(report.latency().firstToken(), rows.stream().map(Usage::firstToken));
            assertTotals(report.previous().totals(), log(scope, before.from(), before.to()));
            assertThat(before.to()).isEqualTo(period.from());
            assertThat(report.topClients()).hasSize((int) report.activeClients());
            report.topClients()
                    .forEach(of -> assertTotals(
                            of.totals(),
                            rows.stream()
                                    .filter(row -> row.clientId().equals(of.clientId()))
                                    .toList()));
            report.providers()
                    .forEach(of -> assertTotals(
                            of.totals(),
                            rows.stream()
                                    .filter(row -> Objects.equals(row.provider(), of.provider()))
                                    .toList()));
            assertThat(report.providers())
                    .extracting(MetricsReport.OfProvider::provider)
                    .containsExactlyInAnyOrderElementsOf(
                            rows.stream().map(Usage::provider).distinct().toList());
        });
    }

    @Test
    void the_most_expensive_clients_come_first() {
        Period period = new Period(FIRST, FIRST.plus(LOGGED), ZoneOffset.UTC, null);

        MetricsReport report = await(MetricsReport.run(pool, Scope.ALL, period));

        assertThat(report.topClients())
                .hasSize(4)
                .isSortedAccordingTo(
                        (a, b) -> b.totals().costUsd().compareTo(a.totals().costUsd()))
                .allSatisfy(of -> assertThat(of.slug()).startsWith("client-"));
    }

    @Test
    void latency_over_time() {
        Seeds.each(10, random -> {
            Scope scope = SCOPES.get(random.nextInt(SCOPES.size()));
            Period period = randomPeriod(random, scope);
            Period.Interval interval =
                    Duration.between(period.from(), period.to()).toDays() < 31 && random.nextBoolean()
                            ? Period.Interval.HOUR
                            : Period.Interval.DAY;

            LatencyReport report = await(LatencyReport.run(pool, scope, period, interval));

            List<Instant> steps = period.steps(interval);
            assertThat(report.data()).hasSize(steps.size() - 1);
            for (int i = 0; i < report.data().size(); i++) {
                LatencyReport.Step step = report.data().get(i);
                List<Usage> rows = log(scope, steps.get(i), steps.get(i + 1));
                assertThat(step.at()).isEqualTo(steps.get(i));
                assertLatency(step.total(), rows.stream().map(Usage::latency));
                assertLatency(step.firstToken(), rows.stream().map(Usage::firstToken));
            }
        });
    }

    @Test
    void a_clients_series_has_the_days_of_its_time_zone() {
        for (Scope scope : SCOPES.subList(1, SCOPES.size())) {
            Period period = Period.of(null, "2026-10-10", "2026-11-15", scope.zone(), FIRST);

            ClientReport report = await(ClientReport.run(
                    pool, Objects.requireNonNull(scope.clientId()), scope, period, Period.Interval.DAY));

            assertTotals(report.totals(), log(scope, period.from(), period.to()));
            assertThat(report.series()).hasSize(36);
            LocalDate day = LocalDate.of(2026, 10, 10);
            for (ClientReport.Step step : report.series()) {
                Instant start = day.atStartOfDay(scope.zone()).toInstant();
                assertThat(step.at()).isEqualTo(start);
                day = day.plusDays(1);
                assertTotals(
                        step.totals(),
                        log(scope, start, day.atStartOfDay(scope.zone()).toInstant()));
            }
        }
    }

    @Test
    void a_bill_is_the_sum_of_the_cost_events_of_the_clients_own_month() {
        Databases.sql(scratch.database(), """
                INSERT INTO cost_events (usage_log_id, created_at, client_id, amount_usd, amount_eur, amount_brl,
                    usd_to_eur_rate, usd_to_brl_rate)
                SELECT id, created_at, client_id, cost_usd, cost_eur, cost_brl, 1, 1
                FROM gateway_usage_logs WHERE cost_usd IS NOT NULL ON CONFLICT DO NOTHING
                """);
        for (YearMonth month : List.of(YearMonth.of(2026, 10), YearMonth.of(2026, 11))) {
            BillingSummary summary = await(BillingSummary.run(pool, month, null));

            assertThat(summary.data()).hasSize(4);
            for (BillingSummary.Bill bill : summary.data()) {
                ZoneId zone = ZoneId.of(bill.timeZone());
                Instant from = month.atDay(1).atStartOfDay(zone).toInstant();
                Instant to = month.plusMonths(1).atDay(1).atStartOfDay(zone).toInstant();
                List<Usage> rows = log(new Scope(bill.clientId(), zone, bill.currency()), from, to);
                BigDecimal events = Databases.sql(
                                scratch.database(),
                                "SELECT sum(amount_%s) FROM cost_events WHERE client_id = $1 AND created_at >= $2 AND created_at < $3"
                                        .formatted(bill.currency().toLowerCase()),
                                bill.clientId(),
                                Period.sql(from),
                                Period.sql(to))
                        .iterator()
                        .next()
                        .getBigDecimal(0);
                assertThat(bill.from()).isEqualTo(from);
                assertThat(bill.to()).isEqualTo(to);
                assertThat(bill.amount()).isEqualByComparingTo(events);
                assertThat(bill.requests()).isEqualTo(rows.size());
                assertThat(bill.unpriced())
                        .isEqualTo(count(rows, Usage::unpriced))
                        .isPositive();
                assertCosts(bill.costUsd(), bill.costEur(), bill.costBrl(), rows);
            }
            assertThat(summary.currencies())
                    .extracting(BillingSummary.Sum::currency)
                    .containsExactly("BRL", "EUR", "USD");
            assertThat(summary.currencies().get(0).amount())
                    .isEqualByComparingTo(summary.data()
                            .get(1)
                            .amount()
                            .add(summary.data().get(3).amount()));
        }
    }

    @Test
    void a_month_in_which_nobody_used_anything_has_no_bills() {
        BillingSummary summary = await(BillingSummary.run(pool, YearMonth.of(2025, 2), null));

        assertThat(summary.data()).isEmpty();
        assertThat(summary.currencies()).isEmpty();
    }

    @Test
    void costs_by_any_dimensions() {
        Seeds.each(60, random -> {
            Scope scope = SCOPES.get(random.nextInt(SCOPES.size()));
            LocalDate from = LocalDate.of(2026, 10, 3).plusDays(random.nextInt(40));
            LocalDate to = from.plusDays(1 + random.nextInt(40));
            List<Dimension> groupBy = new ArrayList<>(List.of(Dimension.values()));
            Collections.shuffle(groupBy, random);
            if (random.nextInt(4) == 0) {
                groupBy.retainAll(List.of(Dimension.CLIENT, Dimension.PROVIDER, Dimension.DAY, Dimension.MONTH));
            }
            groupBy = groupBy.subList(0, 1 + random.nextInt(3));
            if (scope.clientId() == null) {
                groupBy = groupBy.stream()
                        .filter(dimension -> dimension != Dimension.USER)
                        .toList();
            }
            if (groupBy.isEmpty()) {
                groupBy = List.of(Dimension.DAY);
            }
            Map<Dimension, String> filters = new HashMap<>();
            if (random.nextBoolean()) {
                filters.put(Dimension.TEAM, "red");
            }
            if (random.nextInt(4) == 0) {
                filters.put(Dimension.PROVIDER, "groq");
            }
            if (random.nextInt(4) == 0) {
                filters.put(Dimension.USER, "user 3");
            }
            List<Usage> rows = log(
                            scope,
                            from.atStartOfDay(ZoneOffset.UTC).toInstant(),
                            to.atStartOfDay(ZoneOffset.UTC).toInstant())
                    .stream()
                    .filter(row -> filters.entrySet().stream()
                            .allMatch(filter -> filter.getValue().equals(value(row, filter.getKey()))))
                    .toList();
            List<Dimension> dimensions = groupBy;
            Function<Usage, List<@Nullable String>> key = row -> dimensions.stream()
                    .map(dimension -> value(row, dimension))
                    .collect(Collectors.toCollection(ArrayList::new));
            Map<List<@Nullable String>, List<Usage>> expected = rows.stream().collect(Collectors.groupingBy(key));

            CostReport report =
                    await(CostReport.run(pool, new CostQuery(from, to, scope.clientId(), filters, dimensions), 10_000));

            assertThat(report.groups()).isEqualTo(expected.size());
            assertThat(report.data()).hasSize(expected.size());
            assertThat(report.total().requests()).isEqualTo(rows.size());
            assertCosts(
                    report.total().costUsd(),
                    report.total().costEur(),
                    report.total().costBrl(),
                    rows);
            for (Map<String, @Nullable Object> group : report.data()) {
                List<@Nullable Object> names = dimensions.stream()
                        .map(dimension -> group.get(dimension.field()))
                        .collect(Collectors.toCollection(ArrayList::new));
                List<Usage> of = Objects.requireNonNull(expected.get(names));
                assertThat(group.get("requests")).isEqualTo((long) of.size());
                assertThat(group.get("unpriced")).isEqualTo(count(of, Usage::unpriced));
                assertThat(group.get("totalTokens"))
                        .isEqualTo(of.stream().mapToLong(Usage::tokens).sum());
                assertCosts(
                        (BigDecimal) group.get("costUsd"),
                        (BigDecimal) group.get("costEur"),
                        (BigDecimal) group.get("costBrl"),
                        of);
            }
        });
    }

    private static @Nullable String value(Usage row, Dimension dimension) {
        return switch (dimension) {
            case CLIENT -> row.clientId().toString();
            case TEAM -> row.team();
            case PROJECT -> row.project();
            case APP -> row.app();
            case USER -> row.user();
            case MODEL -> row.model();
            case PROVIDER -> row.provider();
            case TASK_TYPE -> row.taskType();
            case DAY -> row.createdAt().toString().substring(0, 10);
            case MONTH -> row.createdAt().toString().substring(0, 7);
        };
    }

    @Test
    void conversations_by_their_newest_call_page_by_page() {
        Scope scope = SCOPES.get(2);
        UUID client = Objects.requireNonNull(scope.clientId());
        Period period = new Period(FIRST, FIRST.plus(LOGGED), scope.zone(), null);
        Map<String, List<Usage>> expected = log(scope, period.from(), period.to()).stream()
                .filter(row -> row.conversation() != null)
                .collect(Collectors.groupingBy(row -> String.valueOf(row.conversation())));

        List<Conversation> seen = new ArrayList<>();
        String cursor = null;
        do {
            Page<Conversation> page = await(Conversation.page(pool, client, period, Cursor.parse(cursor), 25));
            seen.addAll(page.data());
            cursor = page.nextCursor();
        } while (cursor != null);

        assertThat(seen)
                .hasSize(expected.size())
                .isSortedAccordingTo((a, b) -> b.lastAt().compareTo(a.lastAt()));
        for (Conversation conversation : seen) {
            List<Usage> rows = expected.get(conversation.conversationId());
            assertThat(conversation.requests()).isEqualTo(rows.size());
            assertThat(conversation.totalTokens())
                    .isEqualTo(rows.stream().mapToLong(Usage::tokens).sum());
            assertThat(conversation.unpriced()).isEqualTo(count(rows, Usage::unpriced));
            assertThat(conversation.firstAt())
                    .isEqualTo(rows.stream()
                            .map(Usage::createdAt)
                            .min(Instant::compareTo)
                            .orElseThrow());
            assertThat(conversation.lastAt())
                    .isEqualTo(rows.stream()
                            .map(Usage::createdAt)
                            .max(Instant::compareTo)
                            .orElseThrow());
            assertCosts(conversation.costUsd(), conversation.costEur(), conversation.costBrl(), rows);
        }
    }

    @Test
    void sums_made_anew_are_the_same() {
        Period period = new Period(FIRST.plusSeconds(1), FIRST.plus(LOGGED), ZoneOffset.UTC, null);
        MetricsReport kept = await(MetricsReport.run(pool, Scope.ALL, period));

        Databases.sql(scratch.database(), "SELECT comporta_rebuild_rollups()");

        assertThat(await(MetricsReport.run(pool, Scope.ALL, period))).isEqualTo(kept);
    }

    @Test
    void buckets_are_as_narrow_as_is_said() {
        List<Integer> times = new ArrayList<>(Arrays.asList(0, 1, 127, 128, 129, 255, 256, 257, Integer.MAX_VALUE));
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            times.add((int) Math.exp(random.nextDouble() * Math.log(Integer.MAX_VALUE)));
        }
        Databases.sql(
                        scratch.database(),
                        "SELECT ms, comporta_latency_bucket(ms) FROM unnest($1::integer[]) AS ms",
                        (Object) times.toArray(Integer[]::new))
                .forEach(row -> {
                    int exact = row.getInteger(0);
                    assertThat(Math.abs(Histogram.middle(row.getInteger(1)) - exact))
                            .isLessThanOrEqualTo(exact < 128 ? 0 : exact * 8L / 1_000);
                });
    }
}
