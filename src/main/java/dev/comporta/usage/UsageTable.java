package dev.comporta.usage;

/** The statement that turns journal records into rows. */
final class UsageTable {

    /**
     * Sees that the transaction is on the database's disk when it is told to be committed, even where the server does
     * not do so by itself: the journal forgets then. And that whoever keeps a row locked holds up the usage only, not
     * the connection: the rows are sent again.
     */
    static final String DURABLE = """
            SELECT set_config('lock_timeout', '5s', true), set_config('statement_timeout', '25s', true),
                CASE WHEN current_setting('synchronous_commit') IN ('off', 'local')
                THEN set_config('synchronous_commit', 'on', true) END
            """;

    /**
     * Takes a JSON array of rows ($1). Rows that are there already are left alone, so a batch can be sent any number of
     * times; a cost event is written exactly with its usage, and with it the objects that the call made, in one order
     * for all replicas, so that they never wait for each other.
     */
    static final String INSERT = """
            WITH incoming AS (
                SELECT * FROM json_to_recordset($1::text::json) AS row (
                    id uuid, created_micros bigint, client_id uuid, gateway_key_id uuid,
                    conversation_id text, phone text, user_id text, team_id text, project_id text, app_id text,
                    task_type text, endpoint text, method text, api_type text, streamed boolean,
                    requested_model text, model_registry_id uuid, provider text, model_name text,
                    input_tokens bigint, cached_tokens bigint, cache_write_tokens bigint,
                    output_tokens bigint, reasoning_tokens bigint,
                    images bigint, audio_seconds numeric, characters bigint, usage_source text,
                    latency_ms integer, time_to_first_token_ms integer, was_direct boolean,
                    cost_usd numeric, cost_eur numeric, cost_brl numeric,
                    usd_to_eur_rate numeric, usd_to_brl_rate numeric,
                    exchange_rate_date date, exchange_rate_source text,
                    status text, status_code smallint, error_details jsonb, metadata jsonb, prompt_hash text,
                    budget_leases uuid[], objects json)
            ), owned AS (
                INSERT INTO object_owners (provider, object_id, kind, client_id, created_at)
                SELECT
                    object.provider, object.id, object.kind, client_id,
                    'epoch'::timestamptz + created_micros * interval '1 microsecond'
                FROM incoming, json_to_recordset(objects) AS object (provider text, id text, kind text)
                WHERE objects IS NOT NULL
                ORDER BY object.id, object.provider
                ON CONFLICT (object_id, provider) DO NOTHING
            ), inserted AS (
                INSERT INTO gateway_usage_logs (
                    id, created_at, request_id, client_id, gateway_key_id,
                    conversation_id, phone, user_id, team_id, project_id, app_id,
                    task_type, endpoint, method, api_type, streamed,
                    requested_model, model_registry_id, provider, model_name,
                    input_tokens, cached_tokens, cache_write_tokens, output_tokens, reasoning_tokens, total_tokens,
                    images, audio_seconds, characters,
                    usage_source, latency_ms, time_to_first_token_ms, was_direct,
                    cost_usd, cost_eur, cost_brl, usd_to_eur_rate, usd_to_brl_rate,
                    exchange_rate_date, exchange_rate_source,
                    status, status_code, error_details, metadata, prompt_hash, budget_leases)
                SELECT
                    id, 'epoch'::timestamptz + created_micros * interval '1 microsecond', id::text,
                    client_id, gateway_key_id,
                    conversation_id, phone, user_id, team_id, project_id, app_id,
                    task_type, endpoint, method, api_type, coalesce(streamed, false),
                    requested_model, model_registry_id, provider, model_name,
                    coalesce(input_tokens, 0), coalesce(cached_tokens, 0), coalesce(cache_write_tokens, 0),
                    coalesce(output_tokens, 0), coalesce(reasoning_tokens, 0),
                    coalesce(input_tokens, 0) + coalesce(output_tokens, 0),
                    coalesce(images, 0), coalesce(audio_seconds, 0), coalesce(characters, 0),
                    usage_source, coalesce(latency_ms, 0), time_to_first_token_ms, coalesce(was_direct, false),
                    cost_usd, cost_eur, cost_brl, usd_to_eur_rate, usd_to_brl_rate,
                    exchange_rate_date, exchange_rate_source,
                    status, status_code, error_details, metadata, decode(prompt_hash, 'hex'), budget_leases
                FROM incoming
                ON CONFLICT (id, created_at) DO NOTHING
                RETURNING *
            )
            INSERT INTO cost_events (
                usage_log_id, created_at, client_id, amount_usd, amount_eur, amount_brl,
                usd_to_eur_rate, usd_to_brl_rate,
                user_id, team_id, project_id, app_id, task_type, provider, model)
            SELECT
                id, created_at, client_id, cost_usd, cost_eur, cost_brl,
                usd_to_eur_rate, usd_to_brl_rate,
                user_id, team_id, project_id, app_id, task_type, provider, model_name
            FROM inserted
            WHERE cost_usd IS NOT NULL AND (total_tokens > 0 OR images > 0 OR audio_seconds > 0 OR characters > 0)
            ON CONFLICT (usage_log_id, created_at) DO NOTHING
            """;

    private UsageTable() {}
}
