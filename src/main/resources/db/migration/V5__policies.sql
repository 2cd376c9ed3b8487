-- Policies: what a client may ask.

-- Whether these are model patterns as the API takes them.
CREATE FUNCTION comporta_are_model_patterns(patterns TEXT[]) RETURNS BOOLEAN LANGUAGE sql IMMUTABLE AS $$
    SELECT cardinality(patterns) <= 200 AND coalesce(array_ndims(patterns), 1) = 1 AND NOT EXISTS (
        SELECT FROM unnest(patterns) AS pattern
        WHERE pattern IS NULL OR length(pattern) NOT BETWEEN 1 AND 200 OR pattern ~ '[[:cntrl:][:space:]]')
$$;

CREATE TABLE policies (
    id                     UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    client_id              UUID        NOT NULL REFERENCES clients (id),
    -- Refusals name it.
    name                   TEXT        NOT NULL CHECK (length(name) BETWEEN 1 AND 100 AND name !~ '[[:cntrl:]]'),
    description            TEXT        CHECK (length(description) <= 2000),
    -- Names or globs such as openai/*, *-mini, gpt-4*. No allowed ones allow every model.
    allowed_models         TEXT[]      NOT NULL DEFAULT '{}' CHECK (comporta_are_model_patterns(allowed_models)),
    blocked_models         TEXT[]      NOT NULL DEFAULT '{}' CHECK (comporta_are_model_patterns(blocked_models)),
    max_cost_per_day       NUMERIC     CHECK (max_cost_per_day > 0 AND max_cost_per_day < 1000000000000000
                                              AND max_cost_per_day = round(max_cost_per_day, 6)),
    max_cost_currency      TEXT        NOT NULL DEFAULT 'USD' CHECK (max_cost_currency IN ('USD', 'EUR', 'BRL')),
    max_tokens_per_request BIGINT      CHECK (max_tokens_per_request > 0),
    -- Whether a model without a price may be called although a limit is in money.
    allow_unknown_prices   BOOLEAN     NOT NULL DEFAULT false,
    is_active              BOOLEAN     NOT NULL DEFAULT true,
    created_at             TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at             TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (client_id, name)
);

CREATE TRIGGER policies_updated_at BEFORE UPDATE ON policies
    FOR EACH ROW EXECUTE FUNCTION comporta_touch_updated_at();
CREATE TRIGGER policies_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON policies
    FOR EACH STATEMENT EXECUTE FUNCTION comporta_announce_change();

-- An active policy with a limit of cost per day has a ledger, as a budget has. Ledgers are locked by id before their
-- leases, as everywhere; that is why these run once for a statement and not for each row.

CREATE FUNCTION comporta_keep_policy_ledgers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO budget_ledgers AS ledger (id, client_id, kind, name, unit, period, spending_limit, enforced)
    SELECT id, client_id, 'policy', name, lower(max_cost_currency), 'daily', max_cost_per_day, true
    FROM changed WHERE is_active AND max_cost_per_day IS NOT NULL ORDER BY id
    ON CONFLICT (id) DO UPDATE SET
        client_id = EXCLUDED.client_id, name = EXCLUDED.name, unit = EXCLUDED.unit,
        spending_limit = EXCLUDED.spending_limit,
        exhausted_at = CASE WHEN ledger.spending_limit >= EXCLUDED.spending_limit THEN ledger.exhausted_at END,
        window_end = CASE WHEN (ledger.unit, ledger.client_id) IS DISTINCT FROM (EXCLUDED.unit, EXCLUDED.client_id)
            THEN 'epoch' ELSE ledger.window_end END
    WHERE (ledger.client_id, ledger.name, ledger.unit, ledger.spending_limit)
        IS DISTINCT FROM (EXCLUDED.client_id, EXCLUDED.name, EXCLUDED.unit, EXCLUDED.spending_limit);
    RETURN NULL;
END $$;
CREATE TRIGGER policies_made AFTER INSERT ON policies
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION comporta_keep_policy_ledgers();
CREATE TRIGGER policies_updated AFTER UPDATE ON policies
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION comporta_keep_policy_ledgers();

-- Looks at all of them, so that it serves TRUNCATE too.
CREATE FUNCTION comporta_drop_policy_ledgers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gone UUID[];
BEGIN
    SELECT array_agg(id) INTO gone FROM (
        SELECT id FROM budget_ledgers AS ledger
        WHERE kind = 'policy' AND NOT EXISTS (
            SELECT FROM policies
            WHERE policies.id = ledger.id AND is_active AND max_cost_per_day IS NOT NULL)
        ORDER BY id FOR UPDATE) AS locked;
    IF gone IS NOT NULL THEN
        DELETE FROM budget_ledgers WHERE id = ANY (gone);
        DELETE FROM budget_leases WHERE ledger_id = ANY (gone);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER policies_gone AFTER UPDATE OR DELETE OR TRUNCATE ON policies
    FOR EACH STATEMENT EXECUTE FUNCTION comporta_drop_policy_ledgers();
