package dev.comporta.pipeline;

import dev.comporta.budget.BudgetLedger;
import dev.comporta.budget.Plenty;
import dev.comporta.core.ApiType;
import dev.comporta.core.Attribution;
import dev.comporta.core.Call;
import dev.comporta.core.Caller;
import dev.comporta.core.Dialect;
import dev.comporta.core.Spending;
import dev.comporta.core.Target;
import dev.comporta.core.Units;
import dev.comporta.dialect.Dropped;
import dev.comporta.dialect.ModelRequest;
import dev.comporta.dialect.Outgoing;
import dev.comporta.dialect.RequestSize;
import dev.comporta.dialect.TargetTraits;
import dev.comporta.dialect.Translation;
import dev.comporta.dialect.openai.ChatTranslation;
import dev.comporta.model.ExchangeRate;
import dev.comporta.model.Prices;
import dev.comporta.provider.Provider;
import dev.comporta.provider.ProviderConfig.StreamUsage;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

/**
 * What it costs a call to be held for where there is plenty: its size is read, its bound computed, something is taken
 * of a budget and of a policy's daily limit, and at its end what was not used comes back. {@code bench/hold} runs it.
 */
final class HoldBench {

    private static final int ROUNDS = 9;
    private static final int WARM_UP = 4;
    private static final ExchangeRate RATE =
            new ExchangeRate(new BigDecimal("0.8532"), new BigDecimal("5.3421"), LocalDate.EPOCH, "bench");
    private static final Prices PRICES =
            new Prices(new BigDecimal("0.15"), new BigDecimal("0.6"), new BigDecimal("0.075"), null, List.of());

    private final UUID client = UUID.randomUUID();
    private final BudgetLedger ledger = Plenty.of(client);
    private final Route route;
    private final Outgoing outgoing;
    private final Spending used;

    private HoldBench() {
        Buffer body = Buffer.buffer("""
                {"model":"openai/gpt-4o-mini","temperature":0.2,"max_tokens":400,"messages":[\
                {"role":"system","content":"You are a careful assistant."},{"role":"user","content":"%s"}]}""".formatted("What is it that the gate keeps? ".repeat(27)));
        Call call = new Call(
                UUID.randomUUID(),
                Instant.now(),
                System.nanoTime(),
                "POST",
                "/v1/chat/completions",
                null,
                ApiType.CHAT_COMPLETIONS,
                Dialect.OPENAI,
                HttpHeaders.headers(),
                body,
                Promise.<Void>promise().future());
        AdmittedCall admitted = new AdmittedCall(
                call, new Caller(client, "bench", true, null, null), ModelRequest.parse(body), Attribution.NONE, false);
        Provider provider = new Provider(
                "openai",
                Dialect.OPENAI,
                true,
                StreamUsage.REQUEST,
                true,
                "openai",
                Provider.HangUp.CANCEL,
                request -> {
                    throw new IllegalStateException("nothing is sent here");
                });
        Translation translation = new ChatTranslation(
                admitted.request(),
                new TargetTraits("gpt-4o-mini", "openai", null, true),
                false,
                null,
                new Dropped(false));
        route = new Route(
                admitted,
                new Target("openai", "gpt-4o-mini"),
                null,
                provider,
                translation,
                new Dropped(false),
                null,
                false);
        outgoing = translation.request();
        used = new CallBound(220, 90, 1, Units.NONE, PRICES, RATE).spending();
    }

    public static void main(String[] arguments) throws InterruptedException {
        int calls = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 300_000;
        HoldBench bench = new HoldBench();
        System.out.printf(
                "%d bytes; budget in USD and daily limit in BRL; %d calls in each of %d rounds, after %d of warm-up%n%n",
                bench.outgoing.body().length(), calls, ROUNDS, WARM_UP);
        System.out.println("| threads | CPU ns/call, median | least | most | ns/call of the clock, median |");
        System.out.println("|--:|--:|--:|--:|--:|");
        for (int threads : new int[] {1, 2}) {
            long[] cpu = new long[ROUNDS];
            long[] clock = new long[ROUNDS];
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                long[] figures = bench.round(threads, calls);
                if (round >= 0) {
                    cpu[round] = figures[0];
                    clock[round] = figures[1];
                }
            }
            Arrays.sort(cpu);
            Arrays.sort(clock);
            System.out.printf(
                    "| %d | %d | %d | %d | %d |%n",
                    threads, cpu[ROUNDS / 2], cpu[0], cpu[ROUNDS - 1], clock[ROUNDS / 2]);
        }
    }

    /** CPU time of all threads for each call, and time of the clock for each call of one thread. */
    private long[] round(int threads, int calls) throws InterruptedException {
        long[] cpu = new long[threads];
        long[] clock = new long[threads];
        CountDownLatch begin = new CountDownLatch(1);
        Thread[] all = new Thread[threads];
        for (int i = 0; i < threads; i++) {
            int index = i;
            all[i] = new Thread(() -> {
                try {
                    begin.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                long cpuBefore = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
                long before = System.nanoTime();
                for (int n = 0; n < calls; n++) {
                    call();
                }
                clock[index] = System.nanoTime() - before;
                cpu[index] = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuBefore;
            });
            all[i].start();
        }
        begin.countDown();
        for (Thread thread : all) {
            thread.join();
        }
        return new long[] {
            Arrays.stream(cpu).sum() / ((long) threads * calls),
            Arrays.stream(clock).max().orElseThrow() / calls
        };
    }

    /** As {@link Reservations#reserve} does, and the call's end. */
    private void call() {
        if (!ledger.isEnforced(client) || !ledger.limitsMoney(client)) {
            throw new IllegalStateException("nothing is limited");
        }
        RequestSize size = RequestSize.of(outgoing, OutputLimit.fieldOf(route));
        InputTokens input = InputTokens.of(size, false, route.target().model(), null, OptionalLong.empty());
        CallBound bound = new CallBound(
                input.most(size.textBytes()), size.outputLimit(), size.choices(), Units.NONE, PRICES, RATE);
        if (!bound.isPriced()) {
            throw new IllegalStateException("nothing is priced");
        }
        PendingReservation pending = new PendingReservation(ledger, null, route, outgoing, size, input, bound, null);
        Reservation quick = pending.quick();
        Reservation reserved = quick != null
                ? quick
                : pending.reserve().toCompletionStage().toCompletableFuture().join();
        reserved.hold().settle(used);
    }
}
