-- Tenants, keys, the model registry, and what calls used and cost.
-- Names and columns are part of the contract with people who query them; see docs/reference/tables.md.

-- Every replica holds the rows that calls read in memory. A change, through the API or by plain SQL, is announced so
-- that all of them load again.
CREATE FUNCTION comporta_announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('comporta_changes', TG_TABLE_NAME);
    RETURN NULL;
END $$;

CREATE FUNCTION comporta_touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END $$;

CREATE TABLE clients (
    id                 UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    name               TEXT        NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    slug               TEXT        NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    use_ai_gateway     BOOLEAN     NOT NULL DEFAULT true,
    rollout_percentage SMALLINT    NOT NULL DEFAULT 100 CHECK (rollout_percentage BETWEEN 0 AND 100),
    display_currency   TEXT        NOT NULL DEFAULT 'USD' CHECK (display_currency IN ('USD', 'EUR', 'BRL')),
    time_zone          TEXT        NOT NULL DEFAULT 'UTC',
    log_payloads       BOOLEAN     NOT NULL DEFAULT false,
    -- A deleted client keeps its usage; its keys stop working and its slug stays taken.
    deleted_at         TIMESTAMPTZ,
    created_at         TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at         TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TRIGGER clients_updated_at BEFORE UPDATE ON clients
    FOR EACH ROW EXECUTE FUNCTION comporta_touch_updated_at();
CREATE TRIGGER clients_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON clients
    FOR EACH STATEMENT EXECUTE FUNCTION comporta_announce_change();

CREATE TABLE gateway_keys (
    id           UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    kind         TEXT        NOT NULL CHECK (kind IN ('admin', 'shared', 'client')),
    client_id    UUID        REFERENCES clients (id),
    name         TEXT        NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    -- SHA-256 of the whole key. The key has 256 random bits, so nothing slower is needed.
    key_hash     BYTEA       NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
    -- The first characters, to tell keys apart in a list.
    key_prefix   TEXT        NOT NULL,
    last_used_at TIMESTAMPTZ,
    expires_at   TIMESTAMPTZ,
    revoked_at   TIMESTAMPTZ,
    created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    CHECK ((kind = 'client') = (client_id IS NOT NULL))
);
CREATE INDEX gateway_keys_by_client ON gateway_keys (client_id);

-- last_used_at is written often and read by no call, so it is not announced.
CREATE TRIGGER gateway_keys_changed
    AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE OF kind, client_id, name, key_hash, expires_at, revoked_at
    ON gateway_keys FOR EACH STATEMENT EXECUTE FUNCTION comporta_announce_change();

CREATE TABLE ai_models_registry (
    id                             UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    provider                       TEXT        NOT NULL CHECK (provider ~ '^[a-z0-9][a-z0-9-]*$'),
    model_name                     TEXT        NOT NULL CHECK (length(model_name) BETWEEN 1 AND 200),
    gateway_identifier             TEXT        NOT NULL UNIQUE,
    -- Other names by which the provider knows the same model.
    aliases                        TEXT[]      NOT NULL DEFAULT '{}',
    -- Set on an alias row (provider 'alias'): the ordered targets that the name stands for.
    fallback_chain                 JSONB       CHECK (jsonb_typeof(fallback_chain) = 'array'),
    capabilities                   JSONB       NOT NULL DEFAULT '{}',
    context_window                 INTEGER     CHECK (context_window > 0),
    max_output_tokens              INTEGER     CHECK (max_output_tokens > 0),
    -- USD per million tokens. NULL is unknown, which is not the same as free.
    input_price_per_million        NUMERIC     CHECK (input_price_per_million >= 0),
    output_price_per_million       NUMERIC     CHECK (output_price_per_million >= 0),
    cached_input_price_per_million NUMERIC     CHECK (cached_input_price_per_million >= 0),
    cache_write_price_per_million  NUMERIC     CHECK (cache_write_price_per_million >= 0),
    -- [{"abovePromptTokens", "input", "output", "cachedInput", "cacheWrite"}]: prices of a whole request above a size.
    price_tiers                    JSONB       NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(price_tiers) = 'array'),
    price_source                   TEXT,
    price_verified_at              DATE,
    status                         TEXT        NOT NULL DEFAULT 'active'
                                               CHECK (status IN ('active', 'deprecated', 'retired')),
    deprecation_date               DATE,
    is_active                      BOOLEAN     NOT NULL DEFAULT true,
    -- True once somebody changed the row, by the API or by SQL: later seed data and price syncs leave it alone. An
    -- UPDATE of nothing but this column to false hands the row back to them.
    is_edited                      BOOLEAN     NOT NULL DEFAULT false,
    description                    TEXT,
    created_at                     TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at                     TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (provider, model_name),
    CHECK ((provider = 'alias') = (fallback_chain IS NOT NULL))
);

-- Whatever is not the gateway refreshing its own rows is an edit, so that a model switched off by plain SQL is still off
-- after the next start.
CREATE FUNCTION comporta_mark_edited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('comporta.refreshing', true) IS DISTINCT FROM 'on' THEN
        IF TG_OP = 'INSERT' THEN
            NEW.is_edited := true;
        ELSIF to_jsonb(NEW) - 'is_edited' - 'updated_at' IS DISTINCT FROM to_jsonb(OLD) - 'is_edited' - 'updated_at' THEN
            NEW.is_edited := true;
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER ai_models_registry_edited BEFORE INSERT OR UPDATE ON ai_models_registry
    FOR EACH ROW EXECUTE FUNCTION comporta_mark_edited();
CREATE TRIGGER ai_models_registry_updated_at BEFORE UPDATE ON ai_models_registry
    FOR EACH ROW EXECUTE FUNCTION comporta_touch_updated_at();
CREATE TRIGGER ai_models_registry_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ai_models_registry
    FOR EACH STATEMENT EXECUTE FUNCTION comporta_announce_change();

-- One row for each request a client made, whatever came of it. Money is NULL where the price is unknown.
CREATE TABLE gateway_usage_logs (
    id                    UUID        NOT NULL,
    created_at            TIMESTAMPTZ NOT NULL,
    request_id            TEXT        NOT NULL,
    client_id             UUID        NOT NULL,
    gateway_key_id        UUID,
    conversation_id       TEXT,
    phone                 TEXT,
    user_id               TEXT,
    team_id               TEXT,
    project_id            TEXT,
    app_id                TEXT,
    task_type             TEXT,
    endpoint              TEXT        NOT NULL,
    method                TEXT        NOT NULL DEFAULT 'POST',
    api_type              TEXT        NOT NULL,
    streamed              BOOLEAN     NOT NULL DEFAULT false,
    requested_model       TEXT,
    model_registry_id     UUID,
    provider              TEXT,
    model_name            TEXT,
    input_tokens          BIGINT      NOT NULL DEFAULT 0,
    cached_tokens         BIGINT      NOT NULL DEFAULT 0,
    cache_write_tokens    BIGINT      NOT NULL DEFAULT 0,
    output_tokens         BIGINT      NOT NULL DEFAULT 0,
    reasoning_tokens      BIGINT      NOT NULL DEFAULT 0,
    total_tokens          BIGINT      NOT NULL DEFAULT 0,
    usage_source          TEXT        NOT NULL CHECK (usage_source IN ('exact', 'drained', 'estimated')),
    latency_ms            INTEGER     NOT NULL DEFAULT 0,
    time_to_first_token_ms INTEGER,
    was_cached            BOOLEAN     NOT NULL DEFAULT false,
    was_fallback          BOOLEAN     NOT NULL DEFAULT false,
    was_direct            BOOLEAN     NOT NULL DEFAULT false,
    fallback_reason       TEXT,
    cost_usd              NUMERIC,
    cost_eur              NUMERIC,
    cost_brl              NUMERIC,
    usd_to_eur_rate       NUMERIC,
    usd_to_brl_rate       NUMERIC,
    exchange_rate_date    DATE,
    exchange_rate_source  TEXT,
    status                TEXT        NOT NULL CHECK (status IN ('success', 'error', 'cancelled')),
    status_code           SMALLINT    NOT NULL,
    error_details         JSONB,
    metadata              JSONB,
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);

CREATE INDEX gateway_usage_logs_by_client ON gateway_usage_logs (client_id, created_at DESC);
CREATE INDEX gateway_usage_logs_by_time ON gateway_usage_logs (created_at DESC, id DESC);

-- The financial record of a usage: one for each usage whose price is known.
CREATE TABLE cost_events (
    usage_log_id UUID        NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    client_id    UUID        NOT NULL,
    source       TEXT        NOT NULL DEFAULT 'AI',
    amount_usd   NUMERIC     NOT NULL,
    amount_eur   NUMERIC     NOT NULL,
    amount_brl   NUMERIC     NOT NULL,
    usd_to_eur_rate NUMERIC  NOT NULL,
    usd_to_brl_rate NUMERIC  NOT NULL,
    user_id      TEXT,
    team_id      TEXT,
    project_id   TEXT,
    app_id       TEXT,
    task_type    TEXT,
    provider     TEXT,
    model        TEXT,
    PRIMARY KEY (usage_log_id, created_at)
) PARTITION BY RANGE (created_at);

CREATE INDEX cost_events_by_client ON cost_events (client_id, created_at DESC);

-- Rows outside the months that exist are kept, never refused.
CREATE TABLE gateway_usage_logs_default PARTITION OF gateway_usage_logs DEFAULT;
CREATE TABLE cost_events_default PARTITION OF cost_events DEFAULT;

-- Creates the monthly partitions from this month on, `ahead` months beyond it. Idempotent.
CREATE FUNCTION comporta_ensure_partitions(ahead INTEGER) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    parent TEXT;
    first_day TIMESTAMPTZ;
    child TEXT;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('comporta_ensure_partitions'));
    FOREACH parent IN ARRAY ARRAY['gateway_usage_logs', 'cost_events'] LOOP
        FOR step IN 0..ahead LOOP
            first_day := date_trunc('month', now(), 'UTC') + make_interval(months => step);
            child := parent || '_' || to_char(first_day AT TIME ZONE 'UTC', 'YYYY_MM');
            IF to_regclass(child) IS NULL THEN
                EXECUTE format(
                    'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                    child, parent, first_day, (first_day AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
            END IF;
        END LOOP;
    END LOOP;
END $$;

SELECT comporta_ensure_partitions(2);

CREATE VIEW ai_gateway_logs AS
SELECT created_at,
       endpoint,
       method,
       status_code,
       latency_ms,
       NULL::jsonb AS request_payload,
       NULL::jsonb AS response_payload,
       error_details ->> 'message' AS error_message,
       user_id
FROM gateway_usage_logs;
