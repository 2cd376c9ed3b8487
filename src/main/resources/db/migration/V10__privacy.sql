-- What is kept of people's words, for how long, and how it is taken away again.

-- The key under which the prompts of a client are hashed. It leaves the database for the gateway's memory only.
CREATE TABLE client_secrets (
    client_id       UUID PRIMARY KEY REFERENCES clients (id) ON DELETE CASCADE,
    prompt_hash_key BYTEA NOT NULL CHECK (octet_length(prompt_hash_key) = 32)
);

-- 366 random bits, of which 256 are kept.
CREATE FUNCTION comporta_random_key() RETURNS BYTEA LANGUAGE sql VOLATILE AS $$
    SELECT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
$$;

CREATE FUNCTION comporta_give_secret() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO client_secrets (client_id, prompt_hash_key) VALUES (NEW.id, comporta_random_key())
    ON CONFLICT (client_id) DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER clients_secret AFTER INSERT ON clients FOR EACH ROW EXECUTE FUNCTION comporta_give_secret();
INSERT INTO client_secrets (client_id, prompt_hash_key) SELECT id, comporta_random_key() FROM clients;

CREATE TRIGGER client_secrets_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON client_secrets
    FOR EACH STATEMENT EXECUTE FUNCTION comporta_announce_change();

-- HMAC-SHA-256 of the prompt under the client's key: the same for the same prompt.
ALTER TABLE gateway_usage_logs ADD COLUMN prompt_hash BYTEA CHECK (octet_length(prompt_hash) = 32);

-- Requests and answers of clients with log_payloads, redacted. Whose words they are is said here too, because a row may
-- be written after its usage was made anonymous.
CREATE TABLE gateway_payloads (
    usage_id         UUID        NOT NULL,
    created_at       TIMESTAMPTZ NOT NULL,
    client_id        UUID        NOT NULL,
    conversation_id  TEXT,
    phone            TEXT,
    user_id          TEXT,
    request_payload  JSONB,
    response_payload JSONB,
    PRIMARY KEY (usage_id, created_at)
) PARTITION BY RANGE (created_at);

CREATE INDEX gateway_payloads_by_client ON gateway_payloads (client_id, created_at DESC);
CREATE TABLE gateway_payloads_default PARTITION OF gateway_payloads DEFAULT;

-- Creates the monthly partitions from this month on, `ahead` months beyond it. Idempotent.
CREATE OR REPLACE FUNCTION comporta_ensure_partitions(ahead INTEGER) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    parent TEXT;
    first_day TIMESTAMPTZ;
    child TEXT;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('comporta_ensure_partitions'));
    FOREACH parent IN ARRAY ARRAY['gateway_usage_logs', 'cost_events', 'gateway_payloads'] LOOP
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

-- A payload is looked for only where it is asked for, so that reports without them cost what they did.
CREATE OR REPLACE VIEW ai_gateway_logs AS
SELECT created_at,
       endpoint,
       method,
       status_code,
       latency_ms,
       (SELECT kept.request_payload FROM gateway_payloads AS kept
        WHERE kept.usage_id = usage.id AND kept.created_at = usage.created_at) AS request_payload,
       (SELECT kept.response_payload FROM gateway_payloads AS kept
        WHERE kept.usage_id = usage.id AND kept.created_at = usage.created_at) AS response_payload,
       error_details ->> 'message' AS error_message,
       user_id
FROM gateway_usage_logs AS usage;

-- The months of a table of which nothing is as young as `before`. Dropping one waits for whoever reads it, and everybody
-- else for the drop, so it gives up soon.
CREATE FUNCTION comporta_drop_months(parent TEXT, before TIMESTAMPTZ) RETURNS TEXT[] LANGUAGE plpgsql
SET lock_timeout = '5s' AS $$
DECLARE
    child TEXT;
    dropped TEXT[] := '{}';
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('comporta_ensure_partitions'));
    FOR child IN
        SELECT leaf.relname FROM pg_inherits JOIN pg_class AS leaf ON leaf.oid = inhrelid
        WHERE inhparent = to_regclass(parent) AND leaf.relname ~ ('^' || parent || '_[0-9]{4}_[0-9]{2}$')
        ORDER BY leaf.relname
    LOOP
        IF (to_date(right(child, 7), 'YYYY_MM')::timestamp + interval '1 month') AT TIME ZONE 'UTC' <= before THEN
            EXECUTE format('DROP TABLE %I', child);
            dropped := dropped || child;
        END IF;
    END LOOP;
    RETURN dropped;
END $$;

-- Deletes up to `most` rows older than `before`: of the default partition, which nobody can drop, or of all.
CREATE FUNCTION comporta_delete_older(parent TEXT, before TIMESTAMPTZ, everywhere BOOLEAN, most INTEGER) RETURNS BIGINT
LANGUAGE plpgsql AS $$
DECLARE
    leaf TEXT;
    batch BIGINT;
    deleted BIGINT := 0;
BEGIN
    FOR leaf IN
        SELECT part.relname FROM pg_inherits JOIN pg_class AS part ON part.oid = inhrelid
        WHERE inhparent = to_regclass(parent) AND (everywhere OR part.relname = parent || '_default')
        ORDER BY part.relname
    LOOP
        EXECUTE format(
            'DELETE FROM %I WHERE ctid IN (SELECT ctid FROM %I WHERE created_at < $1 LIMIT $2)', leaf, leaf)
        USING before, most - deleted;
        GET DIAGNOSTICS batch = ROW_COUNT;
        deleted := deleted + batch;
        EXIT WHEN deleted >= most;
    END LOOP;
    RETURN deleted;
END $$;

-- That somebody's data were erased. Of whom is forgotten once no row of the time before can come any more.
CREATE TABLE erasures (
    id           UUID PRIMARY KEY,
    client_id    UUID        NOT NULL,
    kind         TEXT        NOT NULL CHECK (kind IN ('conversation', 'user', 'phone')),
    subject      TEXT,
    -- Everything up to here is erased, also what is written later.
    requested_at TIMESTAMPTZ NOT NULL,
    usage_logs   BIGINT      NOT NULL DEFAULT 0,
    cost_events  BIGINT      NOT NULL DEFAULT 0,
    payloads     BIGINT      NOT NULL DEFAULT 0
);
CREATE INDEX erasures_by_client ON erasures (client_id, requested_at DESC);
CREATE INDEX erasures_to_repeat ON erasures (requested_at) WHERE subject IS NOT NULL;

-- Takes out of a client's rows who it was and what was said; tokens and money stay, so that every sum stays as it is.
-- Doing it again does what is then to do.
CREATE FUNCTION comporta_erase(
    of_client UUID, of_kind TEXT, of_subject TEXT, until TIMESTAMPTZ,
    OUT usage_logs BIGINT, OUT cost_events BIGINT, OUT payloads BIGINT)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('comporta_erase'));
    WITH gone AS (
        DELETE FROM gateway_payloads AS kept
        WHERE kept.client_id = of_client AND kept.created_at <= until
            AND CASE of_kind WHEN 'conversation' THEN kept.conversation_id WHEN 'user' THEN kept.user_id
                ELSE kept.phone END = of_subject
        RETURNING 1)
    SELECT count(*) INTO payloads FROM gone;

    WITH usages AS (
        UPDATE gateway_usage_logs AS usage
        SET conversation_id = NULL, phone = NULL, user_id = NULL, metadata = NULL, prompt_hash = NULL,
            error_details = usage.error_details - 'message'
        WHERE usage.client_id = of_client AND usage.created_at <= until
            AND CASE of_kind WHEN 'conversation' THEN usage.conversation_id WHEN 'user' THEN usage.user_id
                ELSE usage.phone END = of_subject
        RETURNING usage.id, usage.created_at
    ), events AS (
        UPDATE cost_events AS event SET user_id = NULL
        WHERE event.client_id = of_client AND event.created_at <= until AND event.user_id IS NOT NULL
            AND (of_kind = 'user' AND event.user_id = of_subject
                OR (event.usage_log_id, event.created_at) IN (SELECT id, created_at FROM usages))
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM usages), (SELECT count(*) FROM events) INTO usage_logs, cost_events;
END $$;
