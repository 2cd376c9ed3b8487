package dev.comporta.usage;

import static dev.comporta.usage.RowWriter.column;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.comporta.core.Attribution;
import dev.comporta.core.Call;
import dev.comporta.core.Caller;
import dev.comporta.core.CreatedObject;
import dev.comporta.core.Hold;
import dev.comporta.core.Target;
import dev.comporta.core.Text;
import dev.comporta.core.Units;
import dev.comporta.model.Cost;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.StringJoiner;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code gateway_usage_logs} as members of a JSON object, in two parts: what is known when a call begins and
 * what is known when it ends. Put together by {@link #join} they are one object, which {@link UsageTable#INSERT} reads.
 * What is left out has the column's default.
 */
final class UsageRow {

    private static final ThreadLocal<RowWriter> WRITER = ThreadLocal.withInitial(RowWriter::new);
    private static final int LONGEST_TEXT = 500;

    private static final byte[] ID = column("id");
    private static final byte[] CREATED_MICROS = column("created_micros");
    private static final byte[] CLIENT_ID = column("client_id");
    private static final byte[] GATEWAY_KEY_ID = column("gateway_key_id");
    private static final byte[] CONVERSATION_ID = column("conversation_id");
    private static final byte[] PHONE = column("phone");
    private static final byte[] USER_ID = column("user_id");
    private static final byte[] TEAM_ID = column("team_id");
    private static final byte[] PROJECT_ID = column("project_id");
    private static final byte[] APP_ID = column("app_id");
    private static final byte[] TASK_TYPE = column("task_type");
    private static final byte[] ENDPOINT = column("endpoint");
    private static final byte[] METHOD = column("method");
    private static final byte[] API_TYPE = column("api_type");
    private static final byte[] STREAMED = column("streamed");
    private static final byte[] WAS_DIRECT = column("was_direct");
    private static final byte[] REQUESTED_MODEL = column("requested_model");
    private static final byte[] MODEL_REGISTRY_ID = column("model_registry_id");
    private static final byte[] PROVIDER = column("provider");
    private static final byte[] MODEL_NAME = column("model_name");
    private static final byte[] METADATA = column("metadata");
    private static final byte[] PROMPT_HASH = column("prompt_hash");
    private static final byte[] INPUT_TOKENS = column("input_tokens");
    private static final byte[] CACHED_TOKENS = column("cached_tokens");
    private static final byte[] CACHE_WRITE_TOKENS = column("cache_write_tokens");
    private static final byte[] OUTPUT_TOKENS = column("output_tokens");
    private static final byte[] REASONING_TOKENS = column("reasoning_tokens");
    private static final byte[] IMAGES = column("images");
    private static final byte[] AUDIO_SECONDS = column("audio_seconds");
    private static final byte[] CHARACTERS = column("characters");
    private static final byte[] USAGE_SOURCE = column("usage_source");
    private static final byte[] LATENCY_MS = column("latency_ms");
    private static final byte[] TIME_TO_FIRST_TOKEN_MS = column("time_to_first_token_ms");
    private static final byte[] COST_USD = column("cost_usd");
    private static final byte[] COST_EUR = column("cost_eur");
    private static final byte[] COST_BRL = column("cost_brl");
    private static final byte[] USD_TO_EUR_RATE = column("usd_to_eur_rate");
    private static final byte[] USD_TO_BRL_RATE = column("usd_to_brl_rate");
    private static final byte[] EXCHANGE_RATE_DATE = column("exchange_rate_date");
    private static final byte[] EXCHANGE_RATE_SOURCE = column("exchange_rate_source");
    private static final byte[] STATUS = column("status");
    private static final byte[] STATUS_CODE = column("status_code");
    private static final byte[] ERROR_DETAILS = column("error_details");
    private static final byte[] CODE = "\"code\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MESSAGE = column("message");
    private static final byte[] OBJECTS = column("objects");
    private static final byte[] BUDGET_LEASES = column("budget_leases");

    private UsageRow() {}

    /** The first part: who asked for what. */
    static byte[] head(
            Call call,
            Caller caller,
            Attribution attribution,
            boolean direct,
            boolean streamed,
            @Nullable String requestedModel,
            @Nullable Target target,
            @Nullable UUID registryRow,
            Hold hold) {
        RowWriter row = begin().id(ID, call.id())
                .number(CREATED_MICROS, micros(later(call.receivedAt(), hold.notBefore())))
                .id(CLIENT_ID, caller.clientId())
                .id(GATEWAY_KEY_ID, caller.keyId())
                .text(ENDPOINT, storable(call.endpoint()))
                .text(METHOD, call.method())
                .text(API_TYPE, call.apiType().word())
                .flag(STREAMED, streamed)
                .flag(WAS_DIRECT, direct)
                .text(REQUESTED_MODEL, storable(requestedModel))
                .id(MODEL_REGISTRY_ID, registryRow);
        if (target != null) {
            row.text(PROVIDER, target.provider());
            if (!target.model().isEmpty()) {
                row.text(MODEL_NAME, storable(target.model()));
            }
        }
        List<UUID> leases = hold.leases();
        if (!leases.isEmpty()) {
            row.json(BUDGET_LEASES, ids(leases));
        }
        if (attribution != Attribution.NONE) {
            row.text(CONVERSATION_ID, storable(attribution.conversationId()))
                    .text(PHONE, storable(attribution.phone()))
                    .text(USER_ID, storable(attribution.userId()))
                    .text(TEAM_ID, storable(attribution.teamId()))
                    .text(PROJECT_ID, storable(attribution.projectId()))
                    .text(APP_ID, storable(attribution.appId()))
                    .text(TASK_TYPE, storable(attribution.taskType()))
                    .json(METADATA, attribution.metadata())
                    .text(PROMPT_HASH, attribution.promptHash());
        }
        return row.take();
    }

    /** The second part: what came of it. */
    static byte[] tail(Outcome outcome, long latencyMillis, long firstTokenMillis, @Nullable Cost cost) {
        RowWriter row = begin().number(INPUT_TOKENS, outcome.tokens().inputTokens())
                .number(CACHED_TOKENS, outcome.tokens().cachedTokens())
                .number(CACHE_WRITE_TOKENS, outcome.tokens().cacheWriteTokens())
                .number(OUTPUT_TOKENS, outcome.tokens().outputTokens())
                .number(REASONING_TOKENS, outcome.tokens().reasoningTokens())
                .text(USAGE_SOURCE, outcome.source().word())
                .number(LATENCY_MS, latencyMillis)
                .text(STATUS, outcome.status().word())
                .number(STATUS_CODE, outcome.statusCode());
        Units units = outcome.units();
        if (units != null && !units.isNone()) {
            row.number(IMAGES, units.images()).number(CHARACTERS, units.characters());
            if (units.audioSeconds().signum() != 0) {
                row.number(AUDIO_SECONDS, units.audioSeconds());
            }
        }
        if (firstTokenMillis >= 0) {
            row.count(TIME_TO_FIRST_TOKEN_MS, firstTokenMillis);
        }
        if (cost != null) {
            row.number(COST_USD, cost.usd())
                    .number(COST_EUR, cost.eur())
                    .number(COST_BRL, cost.brl())
                    .number(USD_TO_EUR_RATE, cost.rate().usdToEur())
                    .number(USD_TO_BRL_RATE, cost.rate().usdToBrl())
                    .text(EXCHANGE_RATE_DATE, cost.rate().date().toString())
                    .text(EXCHANGE_RATE_SOURCE, cost.rate().source());
        }
        if (outcome.errorCode() != null) {
            row.object(ERROR_DETAILS)
                    .text(CODE, storable(outcome.errorCode()))
                    .text(MESSAGE, storable(outcome.errorMessage()))
                    .close();
        }
        if (!outcome.created().isEmpty()) {
            row.json(OBJECTS, objects(outcome.created()));
        }
        return row.take();
    }

    private static String ids(List<UUID> ids) {
        StringJoiner array = new StringJoiner("\",\"", "[\"", "\"]");
        ids.forEach(id -> array.add(id.toString()));
        return array.toString();
    }

    /** Few calls make objects, so this is not made to be fast. */
    private static String objects(List<CreatedObject> created) {
        StringJoiner objects = new StringJoiner(",", "[", "]");
        for (CreatedObject object : created) {
            objects.add("{\"provider\":\"%s\",\"kind\":\"%s\",\"id\":\"%s\"}"
                    .formatted(quoted(object.provider()), object.kind().word(), quoted(object.id())));
        }
        return objects.toString();
    }

    private static String quoted(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(String.valueOf(storable(text))));
    }

    /** The whole object. */
    static byte[] join(byte[] head, byte[] tail) {
        byte[] row = new byte[head.length + tail.length + 1];
        System.arraycopy(head, 0, row, 0, head.length);
        System.arraycopy(tail, 0, row, head.length, tail.length);
        row[0] = '{';
        row[row.length - 1] = '}';
        return row;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static long micros(Instant time) {
        return time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
    }

    /** Whatever a row that failed half way has left behind is gone. */
    private static RowWriter begin() {
        RowWriter row = WRITER.get();
        row.clear();
        return row;
    }

    private static @Nullable String storable(@Nullable String text) {
        return Text.storable(text, LONGEST_TEXT);
    }
}
