-- Rows of an ordinary quarter, $rows of them in the $days days before $now: 100 clients of uneven size, 50 models of five
-- providers, a conversation for every hundred calls, two conversations for every user. Everything follows from the seed.
-- The triggers that add rows up one batch at a time are off meanwhile; the sums are made at the end.

SELECT setseed(1.0 / (1 + $seed));

CREATE FUNCTION pg_temp.dice(n BIGINT, salt BIGINT) RETURNS DOUBLE PRECISION LANGUAGE sql IMMUTABLE AS $$
    SELECT (hashint8extended(n, salt) & 9007199254740991)::double precision / 9007199254740992
$$;

CREATE TEMPORARY TABLE bench_clients AS
SELECT rank, ('b0000000-0000-4000-8000-' || lpad(to_hex(rank), 12, '0'))::uuid AS id
FROM generate_series(0, 99) AS rank;

INSERT INTO clients (id, name, slug, time_zone, display_currency)
SELECT
    id, 'Client ' || rank, 'bench-' || rank,
    (ARRAY['UTC', 'America/Sao_Paulo', 'Europe/Berlin', 'Asia/Kolkata'])[rank % 4 + 1],
    (ARRAY['USD', 'BRL', 'EUR'])[rank % 3 + 1]
FROM bench_clients ON CONFLICT DO NOTHING;

CREATE TEMPORARY TABLE bench_models AS
SELECT
    model, (ARRAY['openai', 'anthropic', 'google', 'groq', 'mistral'])[model % 5 + 1] AS provider,
    'bench-model-' || model AS name,
    -- The price of the last is not known.
    CASE WHEN model < 49 THEN (0.05 + model * 0.17)::numeric END AS input_price,
    CASE WHEN model < 49 THEN (0.20 + model * 0.83)::numeric END AS output_price
FROM generate_series(0, 49) AS model;

DO $$
DECLARE
    parent TEXT;
    month TIMESTAMPTZ;
BEGIN
    FOREACH parent IN ARRAY ARRAY['gateway_usage_logs', 'cost_events'] LOOP
        FOR month IN SELECT generate_series(
            date_trunc('month', timestamptz '$now' - make_interval(days => $days), 'UTC'), '$now', interval '1 month') LOOP
            EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                parent || '_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM'), parent, month,
                (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
        END LOOP;
    END LOOP;
END $$;

ALTER TABLE gateway_usage_logs DISABLE TRIGGER USER;

-- A day at a time, so that rows lie in the order of time as they do in life.
CREATE PROCEDURE pg_temp.fill(day INTEGER, rows_of_day BIGINT) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO gateway_usage_logs (
        id, created_at, request_id, client_id, conversation_id, user_id, team_id, project_id, app_id, task_type,
        endpoint, api_type, streamed, requested_model, provider, model_name,
        input_tokens, cached_tokens, output_tokens, total_tokens, usage_source,
        latency_ms, time_to_first_token_ms, was_cached, was_fallback, fallback_reason,
        cost_usd, cost_eur, cost_brl, usd_to_eur_rate, usd_to_brl_rate, exchange_rate_date, exchange_rate_source,
        status, status_code)
    SELECT
        id, created_at, id::text AS request_id, client_id, 'conversation-' || conversation, 'user-' || conversation / 2,
        'team-' || app / 4, 'project-' || app / 2, 'app-' || app,
        (ARRAY['chat', 'summary', 'classify', 'extract'])[(app + (roll1 < 0.4)::integer) % 4 + 1],
        '/v1/chat/completions', 'chat.completions', roll2 < 0.6, provider || '/' || name, provider, name,
        input, CASE WHEN roll3 < 0.3 THEN input / 2 ELSE 0 END, output, input + output, 'exact',
        latency, CASE WHEN roll2 < 0.6 AND status = 'success' THEN latency / 5 END,
        hit, roll4 < 0.01, CASE WHEN roll4 < 0.01 THEN 'provider_unreachable' END,
        usd, usd * eur_rate, usd * brl_rate,
        CASE WHEN usd IS NOT NULL THEN eur_rate END, CASE WHEN usd IS NOT NULL THEN brl_rate END,
        CASE WHEN usd IS NOT NULL THEN created_at::date END, CASE WHEN usd IS NOT NULL THEN 'bench' END,
        status, CASE status WHEN 'success' THEN 200 WHEN 'error' THEN 502 ELSE 499 END
    FROM (
        SELECT *, CASE WHEN hit THEN 0 ELSE (input * input_price + output * output_price) / 1000000 END AS usd
        FROM (
            SELECT
                call.*, model.*, client.id AS client_id,
                (lpad(to_hex((extract(epoch FROM created_at) * 1000)::bigint), 12, '0')
                    || '7' || lpad(to_hex(n & 4095), 3, '0') || '8'
                    || lpad(to_hex(hashint8extended(n, $seed) & 1152921504606846975), 15, '0'))::uuid AS id,
                roll5 < 0.08 AS hit,
                CASE WHEN roll6 < 0.03 THEN 'error' WHEN roll6 < 0.04 THEN 'cancelled' ELSE 'success' END AS status,
                CASE WHEN roll6 < 0.03 THEN 0 ELSE (20 + 4000 * roll7 ^ 3)::bigint END AS input,
                CASE WHEN roll6 < 0.03 THEN 0 ELSE (1 + 900 * roll8 ^ 2)::bigint END AS output,
                (CASE WHEN roll5 < 0.08 THEN 5 ELSE 250 END
                    * exp(roll7 + 2.2 * roll8 + 1.5 * roll9 ^ 6))::integer AS latency,
                0.92 + (day % 7) * 0.0013 AS eur_rate, 5.4 + (day % 11) * 0.0171 AS brl_rate
            FROM (
                SELECT
                    placed.*,
                    floor(100 * pg_temp.dice(conversation, $seed + 20) ^ 1.6)::integer AS rank,
                    floor(10 * pg_temp.dice(conversation, $seed + 21))::integer AS app
                FROM (
                    SELECT
                        thrown.*,
                        -- A conversation lives for about a day and a half.
                        floor((day + 1.5 * roll10) * $rows / 100 / $days)::bigint AS conversation,
                        -- Nights are quieter than days.
                        timestamptz '$now' - make_interval(days => $days - day) + interval '1 second' * 86399
                            * ((i::double precision / rows_of_day)
                                + 0.08 * sin(2 * pi() * i::double precision / rows_of_day)) AS created_at
                    FROM (
                        SELECT
                            i, day * rows_of_day + i AS n,
                            random() AS roll1, random() AS roll2, random() AS roll3, random() AS roll4,
                            random() AS roll5, random() AS roll6, random() AS roll7, random() AS roll8,
                            random() AS roll9, random() AS roll10
                        FROM generate_series(0, rows_of_day - 1) AS i) AS thrown) AS placed
                -- Kept apart, so that nothing is worked out twice.
                OFFSET 0) AS call
            JOIN bench_clients AS client USING (rank)
            -- Each app of a client has two models.
            JOIN bench_models AS model
                ON model.model = (client.rank * 7 + call.app * 3 + (roll9 < 0.3)::integer * 11) % 50) AS used) AS priced
    ORDER BY created_at, id;
END $$;
