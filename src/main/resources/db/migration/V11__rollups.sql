-- What reports read: sums of the usage log, kept by a trigger in the transaction that writes it, so that both are always
-- equal. They are small where the log is large, and stay when retention drops the log.

-- Sums by hour and by day (UTC), client and provider; each usage is counted once in either grain. The newest rows are
-- written again with every batch, hence the free space on their pages.
CREATE TABLE usage_rollups (
    grain         TEXT        NOT NULL CHECK (grain IN ('hour', 'day')),
    starts_at     TIMESTAMPTZ NOT NULL,
    client_id     UUID        NOT NULL,
    provider      TEXT,
    requests      BIGINT      NOT NULL,
    errors        BIGINT      NOT NULL,
    cancelled     BIGINT      NOT NULL,
    cached        BIGINT      NOT NULL,
    fallbacks     BIGINT      NOT NULL,
    -- Something was used, and its price is not known.
    unpriced      BIGINT      NOT NULL,
    input_tokens  BIGINT      NOT NULL,
    cached_tokens BIGINT      NOT NULL,
    output_tokens BIGINT      NOT NULL,
    total_tokens  BIGINT      NOT NULL,
    latency_ms    BIGINT      NOT NULL,
    cost_usd      NUMERIC     NOT NULL,
    cost_eur      NUMERIC     NOT NULL,
    cost_brl      NUMERIC     NOT NULL,
    UNIQUE NULLS NOT DISTINCT (grain, starts_at, client_id, provider)
) WITH (fillfactor = 70);
CREATE INDEX usage_rollups_by_client ON usage_rollups (client_id, grain, starts_at);

-- How often which latency was seen: by hour (UTC) of each client; and of all, where client_id is NULL, by day too. An
-- element is one bucket and its count, bucket << 32 | count; see comporta_latency_bucket.
CREATE TABLE latency_rollups (
    grain        TEXT        NOT NULL CHECK (grain IN ('hour', 'day')),
    starts_at    TIMESTAMPTZ NOT NULL,
    client_id    UUID,
    latencies    BIGINT[]    NOT NULL,
    -- The same of the times to first token, of the calls that have one.
    first_tokens BIGINT[],
    UNIQUE NULLS NOT DISTINCT (client_id, grain, starts_at)
) WITH (fillfactor = 70);

-- Whatever costs are told apart by, but for the day and the user. The id is made of the other columns, so a batch needs
-- not look it up.
CREATE TABLE cost_dimensions (
    id         UUID PRIMARY KEY,
    client_id  UUID NOT NULL,
    team_id    TEXT,
    project_id TEXT,
    app_id     TEXT,
    task_type  TEXT,
    provider   TEXT,
    model      TEXT
);
CREATE INDEX cost_dimensions_by_client ON cost_dimensions (client_id);

-- Days are those of UTC.
CREATE TABLE cost_rollups (
    day           DATE    NOT NULL,
    dimensions_id UUID    NOT NULL,
    requests      BIGINT  NOT NULL,
    unpriced      BIGINT  NOT NULL,
    input_tokens  BIGINT  NOT NULL,
    output_tokens BIGINT  NOT NULL,
    total_tokens  BIGINT  NOT NULL,
    cost_usd      NUMERIC NOT NULL,
    cost_eur      NUMERIC NOT NULL,
    cost_brl      NUMERIC NOT NULL,
    PRIMARY KEY (day, dimensions_id)
) WITH (fillfactor = 70);

-- The same once more by user: apart, because users may be as many as calls, and most questions are not about them.
CREATE TABLE user_cost_rollups (
    day           DATE    NOT NULL,
    client_id     UUID    NOT NULL,
    user_id       TEXT,
    dimensions_id UUID    NOT NULL,
    requests      BIGINT  NOT NULL,
    unpriced      BIGINT  NOT NULL,
    input_tokens  BIGINT  NOT NULL,
    output_tokens BIGINT  NOT NULL,
    total_tokens  BIGINT  NOT NULL,
    cost_usd      NUMERIC NOT NULL,
    cost_eur      NUMERIC NOT NULL,
    cost_brl      NUMERIC NOT NULL,
    UNIQUE NULLS NOT DISTINCT (client_id, day, dimensions_id, user_id)
) WITH (fillfactor = 70);
CREATE INDEX user_cost_rollups_by_user ON user_cost_rollups (user_id, day) WHERE user_id IS NOT NULL;

-- A conversation over all its life.
CREATE TABLE conversation_rollups (
    client_id       UUID        NOT NULL,
    conversation_id TEXT        NOT NULL,
    first_at        TIMESTAMPTZ NOT NULL,
    last_at         TIMESTAMPTZ NOT NULL,
    requests        BIGINT      NOT NULL,
    errors          BIGINT      NOT NULL,
    unpriced        BIGINT      NOT NULL,
    input_tokens    BIGINT      NOT NULL,
    output_tokens   BIGINT      NOT NULL,
    total_tokens    BIGINT      NOT NULL,
    cost_usd        NUMERIC     NOT NULL,
    cost_eur        NUMERIC     NOT NULL,
    cost_brl        NUMERIC     NOT NULL,
    PRIMARY KEY (client_id, conversation_id)
) WITH (fillfactor = 70);
CREATE INDEX conversation_rollups_by_time ON conversation_rollups (client_id, last_at DESC, conversation_id DESC);

-- Each time that another target was tried because one failed.
CREATE TABLE fallback_events (
    id            UUID        NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    usage_log_id  UUID        NOT NULL,
    client_id     UUID        NOT NULL,
    request_id    TEXT        NOT NULL,
    from_provider TEXT        NOT NULL,
    from_model    TEXT        NOT NULL,
    to_provider   TEXT        NOT NULL,
    to_model      TEXT        NOT NULL,
    reason        TEXT        NOT NULL,
    PRIMARY KEY (id, created_at)
);
CREATE INDEX fallback_events_by_client ON fallback_events (client_id, created_at DESC, id DESC);
CREATE INDEX fallback_events_by_time ON fallback_events (created_at DESC, id DESC);

-- The request log of one conversation or one user is found without reading that of the others.
CREATE INDEX gateway_usage_logs_by_conversation ON gateway_usage_logs (client_id, conversation_id, created_at DESC, id DESC)
    WHERE conversation_id IS NOT NULL;
CREATE INDEX gateway_usage_logs_by_user ON gateway_usage_logs (user_id, created_at DESC, id DESC)
    WHERE user_id IS NOT NULL;

-- The bucket of a time in milliseconds: each one its own below 128, and 64 to each doubling above, so that none is wider
-- than 1.6 % of what is in it.
CREATE FUNCTION comporta_latency_bucket(ms INTEGER) RETURNS BIGINT LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (doubling * 64 + (greatest(ms, 0) >> doubling))::bigint
    FROM (SELECT width_bucket(ms, ARRAY[
        128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072, 262144, 524288, 1048576, 2097152, 4194304,
        8388608, 16777216, 33554432, 67108864, 134217728, 268435456, 536870912, 1073741824]) AS doubling) AS scale
$$;

CREATE FUNCTION comporta_dimensions_id(
    client_id UUID, team_id TEXT, project_id TEXT, app_id TEXT, task_type TEXT, provider TEXT, model TEXT)
RETURNS UUID LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT encode(substr(sha256(convert_to(
        ROW(client_id, team_id, project_id, app_id, task_type, provider, model)::text, 'UTF8')), 1, 16), 'hex')::uuid
$$;

-- Adds new rows of the log to all sums. Every replica writes the tables in this order and the rows of each by its key, so
-- they wait for each other and never in a circle. The rows that all of them write come last.
CREATE FUNCTION comporta_roll_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM inserted) THEN
        RETURN NULL;
    END IF;

    INSERT INTO conversation_rollups AS rollup
    SELECT
        client_id, conversation_id, min(created_at), max(created_at), count(*),
        count(*) FILTER (WHERE status = 'error'),
        count(*) FILTER (WHERE cost_usd IS NULL
            AND (total_tokens > 0 OR images > 0 OR audio_seconds > 0 OR characters > 0)),
        sum(input_tokens), sum(output_tokens), sum(total_tokens),
        coalesce(sum(cost_usd), 0), coalesce(sum(cost_eur), 0), coalesce(sum(cost_brl), 0)
    FROM inserted WHERE conversation_id IS NOT NULL
    GROUP BY client_id, conversation_id ORDER BY client_id, conversation_id
    ON CONFLICT (client_id, conversation_id) DO UPDATE SET
        first_at = least(rollup.first_at, EXCLUDED.first_at),
        last_at = greatest(rollup.last_at, EXCLUDED.last_at),
        requests = rollup.requests + EXCLUDED.requests,
        errors = rollup.errors + EXCLUDED.errors,
        unpriced = rollup.unpriced + EXCLUDED.unpriced,
        input_tokens = rollup.input_tokens + EXCLUDED.input_tokens,
        output_tokens = rollup.output_tokens + EXCLUDED.output_tokens,
        total_tokens = rollup.total_tokens + EXCLUDED.total_tokens,
        cost_usd = rollup.cost_usd + EXCLUDED.cost_usd,
        cost_eur = rollup.cost_eur + EXCLUDED.cost_eur,
        cost_brl = rollup.cost_brl + EXCLUDED.cost_brl;

    WITH used AS MATERIALIZED (
        SELECT
            (created_at AT TIME ZONE 'UTC')::date AS day,
            comporta_dimensions_id(client_id, team_id, project_id, app_id, task_type, provider, model_name) AS dimensions_id,
            client_id, team_id, project_id, app_id, task_type, provider, model_name, user_id,
            count(*) AS requests,
            count(*) FILTER (WHERE cost_usd IS NULL
                AND (total_tokens > 0 OR images > 0 OR audio_seconds > 0 OR characters > 0)) AS unpriced,
            sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(total_tokens) AS total_tokens,
            coalesce(sum(cost_usd), 0) AS cost_usd, coalesce(sum(cost_eur), 0) AS cost_eur,
            coalesce(sum(cost_brl), 0) AS cost_brl
        FROM inserted
        GROUP BY day, client_id, team_id, project_id, app_id, task_type, provider, model_name, user_id
    ), dimensions AS (
        INSERT INTO cost_dimensions
        SELECT DISTINCT dimensions_id, client_id, team_id, project_id, app_id, task_type, provider, model_name
        FROM used ORDER BY dimensions_id
        ON CONFLICT (id) DO NOTHING
    ), users AS (
        INSERT INTO user_cost_rollups AS rollup
        SELECT
            day, client_id, user_id, dimensions_id,
            requests, unpriced, input_tokens, output_tokens, total_tokens, cost_usd, cost_eur, cost_brl
        FROM used ORDER BY client_id, day, dimensions_id, user_id
        ON CONFLICT (client_id, day, dimensions_id, user_id) DO UPDATE SET
            requests = rollup.requests + EXCLUDED.requests,
            unpriced = rollup.unpriced + EXCLUDED.unpriced,
            input_tokens = rollup.input_tokens + EXCLUDED.input_tokens,
            output_tokens = rollup.output_tokens + EXCLUDED.output_tokens,
            total_tokens = rollup.total_tokens + EXCLUDED.total_tokens,
            cost_usd = rollup.cost_usd + EXCLUDED.cost_usd,
            cost_eur = rollup.cost_eur + EXCLUDED.cost_eur,
            cost_brl = rollup.cost_brl + EXCLUDED.cost_brl
    )
    INSERT INTO cost_rollups AS rollup
    SELECT
        day, dimensions_id, sum(requests), sum(unpriced), sum(input_tokens), sum(output_tokens), sum(total_tokens),
        sum(cost_usd), sum(cost_eur), sum(cost_brl)
    FROM used GROUP BY day, dimensions_id ORDER BY day, dimensions_id
    ON CONFLICT (day, dimensions_id) DO UPDATE SET
        requests = rollup.requests + EXCLUDED.requests,
        unpriced = rollup.unpriced + EXCLUDED.unpriced,
        input_tokens = rollup.input_tokens + EXCLUDED.input_tokens,
        output_tokens = rollup.output_tokens + EXCLUDED.output_tokens,
        total_tokens = rollup.total_tokens + EXCLUDED.total_tokens,
        cost_usd = rollup.cost_usd + EXCLUDED.cost_usd,
        cost_eur = rollup.cost_eur + EXCLUDED.cost_eur,
        cost_brl = rollup.cost_brl + EXCLUDED.cost_brl;

    INSERT INTO usage_rollups AS rollup
    SELECT
        grain, date_trunc(grain, created_at, 'UTC') AS starts_at, client_id, provider, count(*),
        count(*) FILTER (WHERE status = 'error'),
        count(*) FILTER (WHERE status = 'cancelled'),
        count(*) FILTER (WHERE was_cached),
        count(*) FILTER (WHERE was_fallback),
        count(*) FILTER (WHERE cost_usd IS NULL
            AND (total_tokens > 0 OR images > 0 OR audio_seconds > 0 OR characters > 0)),
        sum(input_tokens), sum(cached_tokens), sum(output_tokens), sum(total_tokens), sum(latency_ms),
        coalesce(sum(cost_usd), 0), coalesce(sum(cost_eur), 0), coalesce(sum(cost_brl), 0)
    FROM inserted CROSS JOIN (VALUES ('hour'), ('day')) AS grains (grain)
    GROUP BY grain, starts_at, client_id, provider ORDER BY grain, starts_at, client_id, provider
    ON CONFLICT (grain, starts_at, client_id, provider) DO UPDATE SET
        requests = rollup.requests + EXCLUDED.requests,
        errors = rollup.errors + EXCLUDED.errors,
        cancelled = rollup.cancelled + EXCLUDED.cancelled,
        cached = rollup.cached + EXCLUDED.cached,
        fallbacks = rollup.fallbacks + EXCLUDED.fallbacks,
        unpriced = rollup.unpriced + EXCLUDED.unpriced,
        input_tokens = rollup.input_tokens + EXCLUDED.input_tokens,
        cached_tokens = rollup.cached_tokens + EXCLUDED.cached_tokens,
        output_tokens = rollup.output_tokens + EXCLUDED.output_tokens,
        total_tokens = rollup.total_tokens + EXCLUDED.total_tokens,
        latency_ms = rollup.latency_ms + EXCLUDED.latency_ms,
        cost_usd = rollup.cost_usd + EXCLUDED.cost_usd,
        cost_eur = rollup.cost_eur + EXCLUDED.cost_eur,
        cost_brl = rollup.cost_brl + EXCLUDED.cost_brl;

    INSERT INTO latency_rollups AS rollup
    SELECT
        grain, starts_at, client_id,
        array_agg(bucket << 32 | latencies) FILTER (WHERE latencies > 0),
        array_agg(bucket << 32 | first_tokens) FILTER (WHERE first_tokens > 0)
    FROM (
        SELECT
            CASE WHEN hour IS NULL THEN 'day' ELSE 'hour' END AS grain, coalesce(hour, day) AS starts_at,
            client_id, bucket, sum(latencies)::bigint AS latencies, sum(first_tokens)::bigint AS first_tokens
        FROM (
            SELECT
                date_trunc('hour', created_at, 'UTC') AS hour, date_trunc('day', created_at, 'UTC') AS day, client_id,
                comporta_latency_bucket(latency_ms) AS bucket, 1 AS latencies, 0 AS first_tokens
            FROM inserted
            UNION ALL
            SELECT
                date_trunc('hour', created_at, 'UTC'), date_trunc('day', created_at, 'UTC'), client_id,
                comporta_latency_bucket(time_to_first_token_ms), 0, 1
            FROM inserted WHERE time_to_first_token_ms IS NOT NULL
        ) AS times
        GROUP BY GROUPING SETS ((hour, client_id, bucket), (hour, bucket), (day, bucket))
    ) AS cells
    GROUP BY grain, starts_at, client_id ORDER BY client_id, grain, starts_at
    ON CONFLICT (client_id, grain, starts_at) DO UPDATE SET
        latencies = (
            SELECT array_agg(bucket << 32 | seen) FROM (
                SELECT cell >> 32 AS bucket, sum(cell & 4294967295)::bigint AS seen
                FROM unnest(rollup.latencies || EXCLUDED.latencies) AS cell GROUP BY 1) AS merged),
        first_tokens = (
            SELECT array_agg(bucket << 32 | seen) FROM (
                SELECT cell >> 32 AS bucket, sum(cell & 4294967295)::bigint AS seen
                FROM unnest(rollup.first_tokens || EXCLUDED.first_tokens) AS cell GROUP BY 1) AS merged);
    RETURN NULL;
END $$;

-- By its name it comes after the settlement of budgets, which other clients' calls do not wait for.
CREATE TRIGGER gateway_usage_logs_summed AFTER INSERT ON gateway_usage_logs
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION comporta_roll_up();

-- Counts anew from the log, as after rows were written past the trigger. What retention has dropped from the log is gone
-- from the sums too, then.
CREATE FUNCTION comporta_rebuild_rollups() RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
    next_day TIMESTAMPTZ;
BEGIN
    LOCK TABLE gateway_usage_logs IN SHARE ROW EXCLUSIVE MODE;
    TRUNCATE usage_rollups, latency_rollups, cost_dimensions, cost_rollups, user_cost_rollups, conversation_rollups;
    -- The trigger itself adds the rows up, of a copy of the log that goes past it piece by piece.
    CREATE TEMPORARY TABLE usage_replay (LIKE gateway_usage_logs) ON COMMIT DROP;
    CREATE TRIGGER usage_replay_summed AFTER INSERT ON usage_replay
        REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION comporta_roll_up();
    SELECT date_trunc('day', min(created_at), 'UTC') INTO next_day FROM gateway_usage_logs;
    WHILE next_day IS NOT NULL LOOP
        INSERT INTO usage_replay
        SELECT * FROM gateway_usage_logs WHERE created_at >= next_day AND created_at < next_day + interval '1 day';
        TRUNCATE usage_replay;
        SELECT date_trunc('day', min(created_at), 'UTC') INTO next_day
        FROM gateway_usage_logs WHERE created_at >= next_day + interval '1 day';
    END LOOP;
    DROP TABLE usage_replay;
END $$;

SELECT comporta_rebuild_rollups();

-- A period cut into whole days, whole hours on either side of them, and what is left at its ends, so that the largest sums
-- are read that fit. Any part may be empty. The planner sees through this and all that is made of it.
CREATE FUNCTION comporta_span(since TIMESTAMPTZ, until TIMESTAMPTZ)
RETURNS TABLE (
    first_hour TIMESTAMPTZ, hours_until TIMESTAMPTZ, first_day TIMESTAMPTZ, last_day TIMESTAMPTZ,
    hours_again TIMESTAMPTZ, last_hour TIMESTAMPTZ, rows_until TIMESTAMPTZ, rows_again TIMESTAMPTZ)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT
        date_trunc('hour', since + interval '1 hour - 1 microsecond', 'UTC'),
        CASE WHEN date_trunc('day', since + interval '1 day - 1 microsecond', 'UTC') < date_trunc('day', until, 'UTC')
            THEN date_trunc('day', since + interval '1 day - 1 microsecond', 'UTC')
            ELSE date_trunc('hour', until, 'UTC') END,
        date_trunc('day', since + interval '1 day - 1 microsecond', 'UTC'),
        date_trunc('day', until, 'UTC'),
        CASE WHEN date_trunc('day', since + interval '1 day - 1 microsecond', 'UTC') < date_trunc('day', until, 'UTC')
            THEN date_trunc('day', until, 'UTC')
            ELSE date_trunc('hour', until, 'UTC') END,
        date_trunc('hour', until, 'UTC'),
        least(date_trunc('hour', since + interval '1 hour - 1 microsecond', 'UTC'), until),
        greatest(
            date_trunc('hour', until, 'UTC'),
            date_trunc('hour', since + interval '1 hour - 1 microsecond', 'UTC'))
$$;

-- The sums of a period of any length, to the microsecond: where it does not begin and end with an hour, the log is read
-- for the rest.
CREATE FUNCTION comporta_usage(since TIMESTAMPTZ, until TIMESTAMPTZ)
RETURNS TABLE (
    client_id UUID, provider TEXT, requests BIGINT, errors BIGINT, cancelled BIGINT, cached BIGINT, fallbacks BIGINT,
    unpriced BIGINT, input_tokens BIGINT, cached_tokens BIGINT, output_tokens BIGINT, total_tokens BIGINT,
    latency_ms BIGINT, cost_usd NUMERIC, cost_eur NUMERIC, cost_brl NUMERIC)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT
        sums.client_id, sums.provider, sums.requests, sums.errors, sums.cancelled, sums.cached, sums.fallbacks,
        sums.unpriced, sums.input_tokens, sums.cached_tokens, sums.output_tokens, sums.total_tokens, sums.latency_ms,
        sums.cost_usd, sums.cost_eur, sums.cost_brl
    FROM comporta_span(since, until) AS span
    JOIN usage_rollups AS sums ON (
        sums.grain = 'day' AND sums.starts_at >= span.first_day AND sums.starts_at < span.last_day
        OR sums.grain = 'hour' AND sums.starts_at >= span.first_hour AND sums.starts_at < span.hours_until
        OR sums.grain = 'hour' AND sums.starts_at >= span.hours_again AND sums.starts_at < span.last_hour)
    UNION ALL
    SELECT
        call.client_id, call.provider, 1, (call.status = 'error')::integer, (call.status = 'cancelled')::integer,
        call.was_cached::integer, call.was_fallback::integer,
        (call.cost_usd IS NULL
            AND (call.total_tokens > 0 OR call.images > 0 OR call.audio_seconds > 0 OR call.characters > 0))::integer,
        call.input_tokens, call.cached_tokens, call.output_tokens, call.total_tokens, call.latency_ms,
        coalesce(call.cost_usd, 0), coalesce(call.cost_eur, 0), coalesce(call.cost_brl, 0)
    FROM comporta_span(since, until) AS span
    JOIN gateway_usage_logs AS call ON (
        call.created_at >= since AND call.created_at < span.rows_until
        OR call.created_at >= span.rows_again AND call.created_at < until)
$$;

-- The same of one client, by its own indexes.
CREATE FUNCTION comporta_usage_of(which UUID, since TIMESTAMPTZ, until TIMESTAMPTZ)
RETURNS TABLE (
    client_id UUID, provider TEXT, requests BIGINT, errors BIGINT, cancelled BIGINT, cached BIGINT, fallbacks BIGINT,
    unpriced BIGINT, input_tokens BIGINT, cached_tokens BIGINT, output_tokens BIGINT, total_tokens BIGINT,
    latency_ms BIGINT, cost_usd NUMERIC, cost_eur NUMERIC, cost_brl NUMERIC)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT
        sums.client_id, sums.provider, sums.requests, sums.errors, sums.cancelled, sums.cached, sums.fallbacks,
        sums.unpriced, sums.input_tokens, sums.cached_tokens, sums.output_tokens, sums.total_tokens, sums.latency_ms,
        sums.cost_usd, sums.cost_eur, sums.cost_brl
    FROM comporta_span(since, until) AS span
    JOIN usage_rollups AS sums ON sums.client_id = which AND (
        sums.grain = 'day' AND sums.starts_at >= span.first_day AND sums.starts_at < span.last_day
        OR sums.grain = 'hour' AND sums.starts_at >= span.first_hour AND sums.starts_at < span.hours_until
        OR sums.grain = 'hour' AND sums.starts_at >= span.hours_again AND sums.starts_at < span.last_hour)
    UNION ALL
    SELECT
        call.client_id, call.provider, 1, (call.status = 'error')::integer, (call.status = 'cancelled')::integer,
        call.was_cached::integer, call.was_fallback::integer,
        (call.cost_usd IS NULL
            AND (call.total_tokens > 0 OR call.images > 0 OR call.audio_seconds > 0 OR call.characters > 0))::integer,
        call.input_tokens, call.cached_tokens, call.output_tokens, call.total_tokens, call.latency_ms,
        coalesce(call.cost_usd, 0), coalesce(call.cost_eur, 0), coalesce(call.cost_brl, 0)
    FROM comporta_span(since, until) AS span
    JOIN gateway_usage_logs AS call ON call.client_id = which AND (
        call.created_at >= since AND call.created_at < span.rows_until
        OR call.created_at >= span.rows_again AND call.created_at < until)
$$;

-- The latencies of a period, of one client or, where `which` is NULL, of all: cells as in latency_rollups.
CREATE FUNCTION comporta_latencies(which UUID, since TIMESTAMPTZ, until TIMESTAMPTZ)
RETURNS TABLE (latencies BIGINT[], first_tokens BIGINT[]) LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT seen.latencies, seen.first_tokens
    FROM comporta_span(since, until) AS span
    JOIN latency_rollups AS seen ON which IS NULL AND seen.client_id IS NULL AND (
        seen.grain = 'day' AND seen.starts_at >= span.first_day AND seen.starts_at < span.last_day
        OR seen.grain = 'hour' AND seen.starts_at >= span.first_hour AND seen.starts_at < span.hours_until
        OR seen.grain = 'hour' AND seen.starts_at >= span.hours_again AND seen.starts_at < span.last_hour)
    UNION ALL
    SELECT seen.latencies, seen.first_tokens
    FROM comporta_span(since, until) AS span
    JOIN latency_rollups AS seen ON seen.client_id = which
        AND seen.grain = 'hour' AND seen.starts_at >= span.first_hour AND seen.starts_at < span.last_hour
    UNION ALL
    SELECT
        ARRAY[comporta_latency_bucket(call.latency_ms) << 32 | 1],
        CASE WHEN call.time_to_first_token_ms IS NOT NULL
            THEN ARRAY[comporta_latency_bucket(call.time_to_first_token_ms) << 32 | 1] END
    FROM comporta_span(since, until) AS span
    JOIN gateway_usage_logs AS call ON (which IS NULL OR call.client_id = which) AND (
        call.created_at >= since AND call.created_at < span.rows_until
        OR call.created_at >= span.rows_again AND call.created_at < until)
$$;

-- What is known of users and conversations is forgotten in three ways: with their rows in the log, by name, and by age.
-- What they used stays in all sums, under no name. In each the conversations come first, as in the trigger above; then
-- the users' table is locked as a whole, because the rows of nobody, to which theirs are added, may be new.

CREATE FUNCTION comporta_forget_users(which_client UUID, which_user TEXT, before DATE) RETURNS VOID
LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE user_cost_rollups IN SHARE ROW EXCLUSIVE MODE;
    WITH forgotten AS (
        DELETE FROM user_cost_rollups
        WHERE user_id IS NOT NULL
            AND (which_client IS NULL OR client_id = which_client)
            AND (which_user IS NULL OR user_id = which_user)
            AND (before IS NULL OR day < before)
        RETURNING *
    )
    INSERT INTO user_cost_rollups AS rollup
    SELECT
        day, client_id, NULL, dimensions_id, sum(requests), sum(unpriced),
        sum(input_tokens), sum(output_tokens), sum(total_tokens), sum(cost_usd), sum(cost_eur), sum(cost_brl)
    FROM forgotten GROUP BY day, client_id, dimensions_id
    ON CONFLICT (client_id, day, dimensions_id, user_id) DO UPDATE SET
        requests = rollup.requests + EXCLUDED.requests,
        unpriced = rollup.unpriced + EXCLUDED.unpriced,
        input_tokens = rollup.input_tokens + EXCLUDED.input_tokens,
        output_tokens = rollup.output_tokens + EXCLUDED.output_tokens,
        total_tokens = rollup.total_tokens + EXCLUDED.total_tokens,
        cost_usd = rollup.cost_usd + EXCLUDED.cost_usd,
        cost_eur = rollup.cost_eur + EXCLUDED.cost_eur,
        cost_brl = rollup.cost_brl + EXCLUDED.cost_brl;
END $$;

-- Forgets a user of a client, or a conversation, or both.
CREATE FUNCTION comporta_erase_rollups(which_client UUID, which_user TEXT, which_conversation TEXT DEFAULT NULL)
RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM conversation_rollups WHERE client_id = which_client AND conversation_id = which_conversation;
    IF which_user IS NOT NULL THEN
        PERFORM comporta_forget_users(which_client, which_user, NULL);
    END IF;
END $$;

-- Forgets users of days before this one, and conversations that ended before it, as retention does with the log.
CREATE FUNCTION comporta_forget_rollups(before DATE) RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM conversation_rollups WHERE last_at < before::timestamp AT TIME ZONE 'UTC'
    ORDER BY client_id, conversation_id FOR UPDATE;
    DELETE FROM conversation_rollups WHERE last_at < before::timestamp AT TIME ZONE 'UTC';
    PERFORM comporta_forget_users(NULL, NULL, before);
END $$;

-- Who is erased by name is erased here too, also from the time whose rows are no longer in the log.
CREATE FUNCTION comporta_erase_rollups_too() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM comporta_erase_rollups(NEW.client_id,
        CASE WHEN NEW.kind = 'user' THEN NEW.subject END, CASE WHEN NEW.kind = 'conversation' THEN NEW.subject END);
    RETURN NULL;
END $$;
CREATE TRIGGER erasures_rollups AFTER INSERT ON erasures
    FOR EACH ROW WHEN (NEW.subject IS NOT NULL) EXECUTE FUNCTION comporta_erase_rollups_too();

-- Follows rows of the log whose user or conversation is taken out. What has been forgotten here before is left alone.
CREATE FUNCTION comporta_forget_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM was JOIN becomes USING (id, created_at)
        WHERE was.user_id IS NOT NULL AND becomes.user_id IS NULL
            OR was.conversation_id IS NOT NULL AND becomes.conversation_id IS NULL) THEN
        RETURN NULL;
    END IF;

    PERFORM FROM conversation_rollups
    WHERE (client_id, conversation_id) IN (SELECT client_id, conversation_id FROM was)
    ORDER BY client_id, conversation_id FOR UPDATE;
    WITH gone AS (
        SELECT
            was.client_id, was.conversation_id, count(*) AS requests,
            count(*) FILTER (WHERE was.status = 'error') AS errors,
            count(*) FILTER (WHERE was.cost_usd IS NULL
                AND (was.total_tokens > 0 OR was.images > 0 OR was.audio_seconds > 0 OR was.characters > 0)) AS unpriced,
            sum(was.input_tokens) AS input_tokens, sum(was.output_tokens) AS output_tokens,
            sum(was.total_tokens) AS total_tokens, coalesce(sum(was.cost_usd), 0) AS cost_usd,
            coalesce(sum(was.cost_eur), 0) AS cost_eur, coalesce(sum(was.cost_brl), 0) AS cost_brl
        FROM was JOIN becomes USING (id, created_at)
        WHERE was.conversation_id IS NOT NULL AND becomes.conversation_id IS NULL
        GROUP BY was.client_id, was.conversation_id
    )
    UPDATE conversation_rollups AS rollup SET
        requests = rollup.requests - gone.requests,
        errors = rollup.errors - gone.errors,
        unpriced = rollup.unpriced - gone.unpriced,
        input_tokens = rollup.input_tokens - gone.input_tokens,
        output_tokens = rollup.output_tokens - gone.output_tokens,
        total_tokens = rollup.total_tokens - gone.total_tokens,
        cost_usd = rollup.cost_usd - gone.cost_usd,
        cost_eur = rollup.cost_eur - gone.cost_eur,
        cost_brl = rollup.cost_brl - gone.cost_brl
    FROM gone WHERE gone.client_id = rollup.client_id AND gone.conversation_id = rollup.conversation_id;
    DELETE FROM conversation_rollups
    WHERE requests <= 0 AND (client_id, conversation_id) IN (SELECT client_id, conversation_id FROM was);

    LOCK TABLE user_cost_rollups IN SHARE ROW EXCLUSIVE MODE;
    WITH gone AS (
        SELECT
            (was.created_at AT TIME ZONE 'UTC')::date AS day, was.client_id, was.user_id,
            comporta_dimensions_id(was.client_id, was.team_id, was.project_id, was.app_id, was.task_type, was.provider,
                was.model_name) AS dimensions_id,
            count(*) AS requests,
            count(*) FILTER (WHERE was.cost_usd IS NULL
                AND (was.total_tokens > 0 OR was.images > 0 OR was.audio_seconds > 0 OR was.characters > 0)) AS unpriced,
            sum(was.input_tokens) AS input_tokens, sum(was.output_tokens) AS output_tokens,
            sum(was.total_tokens) AS total_tokens, coalesce(sum(was.cost_usd), 0) AS cost_usd,
            coalesce(sum(was.cost_eur), 0) AS cost_eur, coalesce(sum(was.cost_brl), 0) AS cost_brl
        FROM was JOIN becomes USING (id, created_at)
        WHERE was.user_id IS NOT NULL AND becomes.user_id IS NULL
        GROUP BY day, was.client_id, was.user_id, dimensions_id
    ), taken AS (
        UPDATE user_cost_rollups AS rollup SET
            requests = rollup.requests - gone.requests,
            unpriced = rollup.unpriced - gone.unpriced,
            input_tokens = rollup.input_tokens - gone.input_tokens,
            output_tokens = rollup.output_tokens - gone.output_tokens,
            total_tokens = rollup.total_tokens - gone.total_tokens,
            cost_usd = rollup.cost_usd - gone.cost_usd,
            cost_eur = rollup.cost_eur - gone.cost_eur,
            cost_brl = rollup.cost_brl - gone.cost_brl
        FROM gone
        WHERE rollup.client_id = gone.client_id AND rollup.day = gone.day
            AND rollup.dimensions_id = gone.dimensions_id AND rollup.user_id = gone.user_id
        RETURNING gone.*
    )
    INSERT INTO user_cost_rollups AS rollup
    SELECT
        day, client_id, NULL, dimensions_id, sum(requests), sum(unpriced),
        sum(input_tokens), sum(output_tokens), sum(total_tokens), sum(cost_usd), sum(cost_eur), sum(cost_brl)
    FROM taken GROUP BY day, client_id, dimensions_id
    ON CONFLICT (client_id, day, dimensions_id, user_id) DO UPDATE SET
        requests = rollup.requests + EXCLUDED.requests,
        unpriced = rollup.unpriced + EXCLUDED.unpriced,
        input_tokens = rollup.input_tokens + EXCLUDED.input_tokens,
        output_tokens = rollup.output_tokens + EXCLUDED.output_tokens,
        total_tokens = rollup.total_tokens + EXCLUDED.total_tokens,
        cost_usd = rollup.cost_usd + EXCLUDED.cost_usd,
        cost_eur = rollup.cost_eur + EXCLUDED.cost_eur,
        cost_brl = rollup.cost_brl + EXCLUDED.cost_brl;
    DELETE FROM user_cost_rollups
    WHERE requests <= 0 AND user_id IS NOT NULL AND client_id IN (SELECT client_id FROM was);
    RETURN NULL;
END $$;
CREATE TRIGGER gateway_usage_logs_forgotten AFTER UPDATE ON gateway_usage_logs
    REFERENCING OLD TABLE AS was NEW TABLE AS becomes FOR EACH STATEMENT EXECUTE FUNCTION comporta_forget_usage();
