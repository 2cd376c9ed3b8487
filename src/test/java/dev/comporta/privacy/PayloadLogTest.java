package dev.comporta.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.comporta.Eventually;
import dev.comporta.core.ApiType;
import dev.comporta.core.Attribution;
import dev.comporta.core.Call;
import dev.comporta.core.Caller;
import dev.comporta.core.Dialect;
import dev.comporta.core.Reply;
import dev.comporta.store.Databases;
import dev.comporta.store.ScratchDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.streams.ReadStream;
import io.vertx.sqlclient.Row;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Payloads on their way to the database")
class PayloadLogTest {

    private static final byte[] REQUEST = "{\"input\":\"ana@example.com\"}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    static Path directory;

    private static ScratchDatabase scratch;
    private static PayloadLog log;
    private static final SimpleMeterRegistry METRICS = new SimpleMeterRegistry();

    private final UUID id = UUID.randomUUID();
    private final Promise<Void> gone = Promise.promise();

    @BeforeAll
    static void open() {
        scratch = ScratchDatabase.open(directory, List.of(), opened -> {});
        log = new PayloadLog(scratch.database(), config(), METRICS);
    }

    @AfterAll
    static void close() throws Exception {
        log.close();
        scratch.close();
    }

    @Test
    void a_whole_answer_is_kept_and_the_caller_gets_the_same() throws Exception {
        Reply reply = Reply.whole(200, HttpHeaders.headers(), Buffer.buffer("{\"text\":\"529.982.247-25\"}"));

        assertThat(keep(REQUEST, Future.succeededFuture(reply)).result()).isSameAs(reply);

        Row row = kept();
        assertThat(row.getJsonObject("request_payload").getString("input")).isEqualTo("[redacted:email]");
        assertThat(row.getJsonObject("response_payload").getString("text")).isEqualTo("[redacted:cpf]");
    }

    @Test
    void of_a_refusal_the_request_is_kept() throws Exception {
        Future<Reply> refused = keep(REQUEST, Future.failedFuture("no"));

        assertThat(refused.failed()).isTrue();
        assertThat(kept().getValue("response_payload")).isNull();
    }

    @Test
    void of_a_stream_whose_caller_leaves_what_it_got_is_kept() throws Exception {
        Given stream = new Given();
        Reply reply = keep(REQUEST, Future.succeededFuture(Reply.streamed(200, HttpHeaders.headers(), stream)))
                .result();
        StringBuilder got = new StringBuilder();
        ReadStream<Buffer> tapped = reply.stream();
        assertThat(tapped).isNotNull();
        tapped.handler(chunk -> got.append(chunk)).endHandler(end -> got.append("END"));

        stream.say("data: {\"text\":\"529.982\"}\n\n");
        stream.say("data: {\"text\":\".247-25\"}\n\n");
        gone.complete();
        stream.say("data: {\"text\":\" more\"}\n\n");

        assertThat(got).contains(".247-25", "more");
        assertThat(kept().getJsonObject("response_payload")
                        .getJsonArray("parts")
                        .getJsonObject(0)
                        .getString("text"))
                .isEqualTo("[redacted:cpf]");
    }

    @Test
    void what_does_not_fit_into_memory_is_dropped_and_counted_and_its_memory_is_free_again() throws Exception {
        byte[] large = new byte[33 << 20];
        double before = METRICS.counter("comporta.payloads.dropped").count();
        Promise<Reply> pending = Promise.promise();

        Future<Reply> first = keep(large, pending.future());
        Future<Reply> second = keep(large, pending.future());

        assertThat(second).isSameAs(pending.future());
        assertThat(first).isNotSameAs(pending.future());
        assertThat(METRICS.counter("comporta.payloads.dropped").count() - before)
                .isEqualTo(1);
        pending.fail("over");
        Eventually.eventually("the memory is free", () -> {
            boolean free = log.reserve(60 << 20);
            if (free) {
                log.release(60 << 20);
            }
            return free;
        });
    }

    private Future<Reply> keep(byte[] request, Future<Reply> reply) {
        Call call = new Call(
                id,
                Instant.parse("2026-11-20T10:00:00.123456789Z"),
                0,
                "POST",
                "/v1/responses",
                null,
                ApiType.RESPONSES,
                Dialect.OPENAI,
                HttpHeaders.headers(),
                Buffer.buffer(request),
                gone.future());
        return log.keep(
                call, new Caller(UUID.randomUUID(), "acme", true, null, null), Attribution.NONE, request, reply);
    }

    private Row kept() throws InterruptedException {
        Eventually.eventually("the payload is kept", () -> find().iterator().hasNext());
        return find().iterator().next();
    }

    private Iterable<Row> find() {
        return Databases.sql(scratch.database(), "SELECT * FROM gateway_payloads WHERE usage_id = $1", id);
    }

    private static PrivacyConfig config() {
        return new PrivacyConfig() {
            @Override
            public MemorySize maxPayload() {
                return new MemorySize(BigInteger.valueOf(1000));
            }

            @Override
            public boolean promptHash() {
                return true;
            }
        };
    }
}
