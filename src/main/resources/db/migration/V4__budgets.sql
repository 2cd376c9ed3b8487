-- Budgets, and the ledgers that hold them: what was used, what replicas have leased, and what is left.

CREATE TABLE client_budgets (
    id                   UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    client_id            UUID        NOT NULL UNIQUE REFERENCES clients (id),
    budget_type          TEXT        NOT NULL CHECK (budget_type IN ('tokens', 'usd', 'eur', 'brl')),
    budget_limit         NUMERIC     NOT NULL CHECK (budget_limit > 0 AND budget_limit < 1000000000000000),
    budget_period        TEXT        NOT NULL CHECK (budget_period IN ('daily', 'weekly', 'monthly')),
    -- What the usage log says was used since the period began; written with it, in one transaction.
    current_usage        NUMERIC     NOT NULL DEFAULT 0,
    usage_percentage     NUMERIC     GENERATED ALWAYS AS (round(current_usage * 100 / nullif(budget_limit, 0), 2)) STORED,
    -- The first day of the period, in the client's time zone.
    period_start_date    DATE,
    next_reset_at        TIMESTAMPTZ,
    alert_threshold_80   BOOLEAN     NOT NULL DEFAULT true,
    alert_threshold_90   BOOLEAN     NOT NULL DEFAULT true,
    alert_threshold_100  BOOLEAN     NOT NULL DEFAULT true,
    pause_at_limit       BOOLEAN     NOT NULL DEFAULT true,
    -- Set when the limit is reached or lowered to what was used, and by hand; cleared by the next period, by a limit
    -- above what was used, and when pause_at_limit is switched off.
    is_paused            BOOLEAN     NOT NULL DEFAULT false,
    notification_email   TEXT,
    notification_webhook TEXT,
    webhook_secret       TEXT,
    created_at           TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at           TIMESTAMPTZ NOT NULL DEFAULT now()
);

-- One for each budget and for each policy with a limit of cost per day. What is used here is never written by calls: the
-- triggers below follow the usage log, so the two cannot differ.
CREATE TABLE budget_ledgers (
    -- That of the budget or the policy.
    id             UUID PRIMARY KEY,
    client_id      UUID        NOT NULL,
    kind           TEXT        NOT NULL CHECK (kind IN ('budget', 'policy')),
    -- What a refusal calls it; a budget has no name.
    name           TEXT,
    unit           TEXT        NOT NULL CHECK (unit IN ('tokens', 'usd', 'eur', 'brl')),
    period         TEXT        NOT NULL CHECK (period IN ('daily', 'weekly', 'monthly')),
    spending_limit NUMERIC     NOT NULL,
    -- Whether calls are refused at the limit; else it is only watched.
    enforced       BOOLEAN     NOT NULL,
    paused         BOOLEAN     NOT NULL DEFAULT false,
    -- The window that is counted. One that is over, as it is at first, is opened anew by whichever replica sees it.
    window_start   TIMESTAMPTZ NOT NULL DEFAULT 'epoch',
    window_end     TIMESTAMPTZ NOT NULL DEFAULT 'epoch',
    -- Rises with every opening, so that what was leased before is worth nothing after.
    generation     BIGINT      NOT NULL DEFAULT 0,
    used           NUMERIC     NOT NULL DEFAULT 0,
    -- The sum of the leases of this generation.
    leased         NUMERIC     NOT NULL DEFAULT 0,
    -- When in this window a call was first refused because what is left does not pay for it.
    exhausted_at   TIMESTAMPTZ
);
CREATE INDEX budget_ledgers_by_client ON budget_ledgers (client_id);

-- The slice of a ledger that one replica may spend without asking again.
CREATE TABLE budget_leases (
    id         UUID PRIMARY KEY,
    ledger_id  UUID        NOT NULL,
    generation BIGINT      NOT NULL,
    -- The data directory, which outlives the process and holds its journal.
    replica_id UUID        NOT NULL,
    process_id UUID        NOT NULL,
    amount     NUMERIC     NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX budget_leases_by_ledger ON budget_leases (ledger_id);
CREATE INDEX budget_leases_by_process ON budget_leases (process_id);

-- The leases from which a call was paid; none where nothing had to be held.
ALTER TABLE gateway_usage_logs ADD COLUMN budget_leases UUID[];

-- What a row of the usage log means to a ledger of this unit.
CREATE FUNCTION comporta_amount(unit TEXT, row_of gateway_usage_logs) RETURNS NUMERIC LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(CASE unit
        WHEN 'tokens' THEN row_of.total_tokens::numeric
        WHEN 'usd' THEN row_of.cost_usd
        WHEN 'eur' THEN row_of.cost_eur
        ELSE row_of.cost_brl
    END, 0)
$$;

-- Everybody locks in this order: the settlement lock, budgets, ledgers, leases; each kind by id.

-- The settlement lock of a client; some clients share one, so that a batch of many needs few.
CREATE FUNCTION comporta_settlement_lock(client UUID) RETURNS INTEGER LANGUAGE sql IMMUTABLE AS $$
    SELECT abs(hashtext(client::text) % 64)
$$;

-- Counts new usage in the ledgers of its clients, and takes it out of the leases that paid for it. The shared lock keeps
-- windows from being opened meanwhile: an opening sums up the log, and must see a row either there or here.
CREATE FUNCTION comporta_settle_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('comporta_settle_usage'), bucket.lock)
    FROM (SELECT DISTINCT comporta_settlement_lock(client_id) AS lock FROM inserted ORDER BY lock) AS bucket;
    IF NOT EXISTS (SELECT FROM budget_ledgers WHERE client_id IN (SELECT client_id FROM inserted)) THEN
        RETURN NULL;
    END IF;
    PERFORM FROM client_budgets WHERE client_id IN (SELECT client_id FROM inserted) ORDER BY id FOR UPDATE;
    PERFORM FROM budget_ledgers WHERE client_id IN (SELECT client_id FROM inserted) ORDER BY id FOR UPDATE;

    UPDATE budget_ledgers AS ledger SET used = ledger.used + spent.amount
    FROM (
        SELECT counted.id, sum(comporta_amount(counted.unit, usage.row_of)) AS amount
        FROM (SELECT client_id, created_at, inserted::gateway_usage_logs AS row_of FROM inserted) AS usage
        JOIN budget_ledgers AS counted ON counted.client_id = usage.client_id
            AND usage.created_at >= counted.window_start AND usage.created_at < counted.window_end
        GROUP BY counted.id) AS spent
    WHERE spent.id = ledger.id AND spent.amount <> 0;

    PERFORM FROM budget_leases WHERE id IN (SELECT unnest(budget_leases) FROM inserted) ORDER BY id FOR UPDATE;
    WITH spent AS (
        SELECT lease.id, lease.ledger_id, lease.generation,
            sum(comporta_amount(ledger.unit, usage.row_of)) AS amount
        FROM (SELECT unnest(budget_leases) AS lease_id, inserted::gateway_usage_logs AS row_of FROM inserted) AS usage
        JOIN budget_leases AS lease ON lease.id = usage.lease_id
        JOIN budget_ledgers AS ledger ON ledger.id = lease.ledger_id AND ledger.generation = lease.generation
        GROUP BY lease.id
    ), settled AS (
        UPDATE budget_leases AS lease SET amount = lease.amount - spent.amount
        FROM spent WHERE spent.id = lease.id AND spent.amount <> 0
    )
    UPDATE budget_ledgers AS ledger SET leased = ledger.leased - total.amount
    FROM (SELECT ledger_id, sum(amount) AS amount FROM spent GROUP BY ledger_id) AS total
    WHERE total.ledger_id = ledger.id AND total.amount <> 0;
    DELETE FROM budget_leases WHERE id IN (SELECT unnest(budget_leases) FROM inserted) AND amount = 0;

    UPDATE client_budgets AS budget SET current_usage = ledger.used
    FROM budget_ledgers AS ledger
    WHERE ledger.id = budget.id AND budget.client_id IN (SELECT client_id FROM inserted)
        AND budget.current_usage <> ledger.used;
    UPDATE client_budgets SET is_paused = true
    WHERE client_id IN (SELECT client_id FROM inserted)
        AND pause_at_limit AND NOT is_paused AND current_usage >= budget_limit;
    RETURN NULL;
END $$;

CREATE TRIGGER gateway_usage_logs_settled AFTER INSERT ON gateway_usage_logs
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION comporta_settle_usage();

-- Opens a ledger's window: counts what the log has of it already, and forgets what was leased before. Whoever comes
-- second with the generation that it saw changes nothing.
CREATE FUNCTION comporta_open_window(
    which UUID, seen BIGINT, opens TIMESTAMPTZ, closes TIMESTAMPTZ, first_day DATE) RETURNS BOOLEAN
LANGUAGE plpgsql AS $$
DECLARE
    ledger budget_ledgers;
    sum_of_log NUMERIC;
BEGIN
    SELECT * INTO ledger FROM budget_ledgers WHERE id = which;
    IF NOT FOUND OR ledger.generation <> seen THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('comporta_settle_usage'), comporta_settlement_lock(ledger.client_id));
    PERFORM FROM client_budgets WHERE id = which FOR UPDATE;
    SELECT * INTO ledger FROM budget_ledgers WHERE id = which FOR UPDATE;
    IF NOT FOUND OR ledger.generation <> seen THEN
        RETURN false;
    END IF;
    SELECT coalesce(sum(comporta_amount(ledger.unit, usage)), 0) INTO sum_of_log
    FROM gateway_usage_logs AS usage
    WHERE usage.client_id = ledger.client_id AND usage.created_at >= opens AND usage.created_at < closes;
    PERFORM FROM budget_leases WHERE ledger_id = which ORDER BY id FOR UPDATE;
    DELETE FROM budget_leases WHERE ledger_id = which;
    UPDATE budget_ledgers
    SET window_start = opens, window_end = closes, generation = seen + 1,
        used = sum_of_log, leased = 0, exhausted_at = NULL
    WHERE id = which;
    UPDATE client_budgets
    SET current_usage = sum_of_log, period_start_date = first_day, next_reset_at = closes,
        is_paused = pause_at_limit AND sum_of_log >= budget_limit
            -- A pause by hand is for the period that it was made in.
            OR is_paused AND NOT (pause_at_limit AND current_usage >= budget_limit)
                AND coalesce(period_start_date = first_day, true)
    WHERE id = which;
    RETURN true;
END $$;

-- Leases what a replica needs, and up to `ahead` more while it is a small part of what is free; all that is free where
-- that is less than needed. `granted` is zero where nothing can be had; `own` is what the lease is worth then.
CREATE FUNCTION comporta_lease(
    which UUID, seen BIGINT, lease UUID, replica UUID, process UUID, needed NUMERIC, ahead NUMERIC, ttl INTERVAL,
    OUT granted NUMERIC, OUT own NUMERIC, OUT used NUMERIC, OUT leased NUMERIC, OUT spending_limit NUMERIC,
    OUT paused BOOLEAN, OUT generation BIGINT)
LANGUAGE plpgsql AS $$
DECLARE
    ledger budget_ledgers;
    free NUMERIC;
    dead NUMERIC;
BEGIN
    SELECT * INTO ledger FROM budget_ledgers WHERE id = which FOR UPDATE;
    granted := 0;
    own := 0;
    IF ledger.window_end = 'epoch' THEN
        -- To be counted anew, perhaps in another unit.
        RETURN;
    END IF;
    IF ledger.generation = seen AND NOT ledger.paused THEN
        free := ledger.spending_limit - ledger.used - ledger.leased;
        IF free < needed THEN
            PERFORM FROM budget_leases AS old
            WHERE old.ledger_id = which AND (old.expires_at < clock_timestamp() OR old.id = lease)
            ORDER BY id FOR UPDATE;
            WITH expired AS (
                DELETE FROM budget_leases AS old
                WHERE old.ledger_id = which AND old.expires_at < clock_timestamp() AND old.id <> lease
                RETURNING old.amount, old.generation)
            SELECT coalesce(sum(amount) FILTER (WHERE expired.generation = ledger.generation), 0)
            INTO dead FROM expired;
            ledger.leased := ledger.leased - dead;
            free := free + dead;
        END IF;
        IF free >= needed THEN
            granted := needed + least(ahead, trunc((free - needed) / 16, 9));
        ELSIF free > 0 THEN
            granted := free;
        END IF;
        ledger.leased := ledger.leased + granted;
        UPDATE budget_ledgers SET leased = ledger.leased WHERE id = which AND budget_ledgers.leased <> ledger.leased;
        IF granted > 0 THEN
            INSERT INTO budget_leases AS mine (id, ledger_id, generation, replica_id, process_id, amount, expires_at)
            VALUES (lease, which, seen, replica, process, granted, clock_timestamp() + ttl)
            ON CONFLICT (id) DO UPDATE SET amount = mine.amount + granted, expires_at = clock_timestamp() + ttl
            RETURNING mine.amount INTO own;
        ELSE
            UPDATE budget_leases SET expires_at = clock_timestamp() + ttl WHERE id = lease RETURNING amount INTO own;
            own := coalesce(own, 0);
        END IF;
    END IF;
    used := ledger.used;
    leased := ledger.leased;
    spending_limit := ledger.spending_limit;
    paused := ledger.paused;
    generation := ledger.generation;
END $$;

-- Gives back a part of a lease. One that is empty is forgotten; should it still owe, it is made again.
CREATE FUNCTION comporta_return(which UUID, lease UUID, amount_back NUMERIC) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
    ledger budget_ledgers;
BEGIN
    SELECT * INTO ledger FROM budget_ledgers WHERE id = which FOR UPDATE;
    UPDATE budget_leases SET amount = amount - amount_back WHERE id = lease AND generation = ledger.generation;
    IF FOUND THEN
        UPDATE budget_ledgers SET leased = leased - amount_back WHERE id = which;
    END IF;
    DELETE FROM budget_leases WHERE id = lease AND amount = 0;
END $$;

-- Gives back all that these processes of a replica have leased: of the one that is ending, or of those before it.
CREATE FUNCTION comporta_return_all(replica UUID, process UUID, earlier BOOLEAN) RETURNS BIGINT
LANGUAGE plpgsql AS $$
DECLARE
    ledgers UUID[];
    leases UUID[];
    count BIGINT;
BEGIN
    SELECT array_agg(ledger.id) INTO ledgers FROM (
        SELECT id FROM budget_ledgers WHERE id IN (
            SELECT ledger_id FROM budget_leases WHERE replica_id = replica AND (process_id <> process) = earlier)
        ORDER BY id FOR UPDATE) AS ledger;
    SELECT array_agg(lease.id) INTO leases FROM (
        SELECT id FROM budget_leases
        WHERE replica_id = replica AND (process_id <> process) = earlier AND ledger_id = ANY (ledgers)
        ORDER BY id FOR UPDATE) AS lease;
    WITH gone AS (
        DELETE FROM budget_leases WHERE id = ANY (leases)
        RETURNING ledger_id, generation, amount
    ), back AS (
        UPDATE budget_ledgers AS ledger SET leased = ledger.leased - total.amount
        FROM (SELECT ledger_id, generation, sum(amount) AS amount FROM gone GROUP BY ledger_id, generation) AS total
        WHERE total.ledger_id = ledger.id AND total.generation = ledger.generation
    )
    SELECT count(*) INTO count FROM gone;
    RETURN count;
END $$;

-- What plain SQL changes must hold too.
CREATE FUNCTION comporta_follow_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.budget_type, NEW.budget_period) IS DISTINCT FROM (OLD.budget_type, OLD.budget_period) THEN
        -- What was used is known when the window is opened anew.
        NEW.is_paused := NEW.is_paused AND NOT OLD.is_paused;
    ELSIF (NEW.budget_limit, NEW.pause_at_limit) IS DISTINCT FROM (OLD.budget_limit, OLD.pause_at_limit) THEN
        NEW.is_paused := NEW.pause_at_limit AND NEW.current_usage >= NEW.budget_limit
            OR NEW.is_paused AND NOT OLD.is_paused;
    END IF;
    NEW.updated_at := now();
    RETURN NEW;
END $$;
CREATE TRIGGER client_budgets_follow_limit BEFORE UPDATE OF
    budget_type, budget_limit, budget_period, pause_at_limit, notification_email, notification_webhook, webhook_secret,
    alert_threshold_80, alert_threshold_90, alert_threshold_100
    ON client_budgets FOR EACH ROW EXECUTE FUNCTION comporta_follow_limit();

CREATE FUNCTION comporta_keep_budget_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM budget_ledgers WHERE id = OLD.id;
        PERFORM FROM budget_leases WHERE ledger_id = OLD.id ORDER BY id FOR UPDATE;
        DELETE FROM budget_leases WHERE ledger_id = OLD.id;
        RETURN NULL;
    END IF;
    INSERT INTO budget_ledgers AS ledger (id, client_id, kind, unit, period, spending_limit, enforced, paused)
    VALUES (NEW.id, NEW.client_id, 'budget', NEW.budget_type, NEW.budget_period, NEW.budget_limit, NEW.pause_at_limit,
        NEW.is_paused)
    ON CONFLICT (id) DO UPDATE SET
        client_id = EXCLUDED.client_id, unit = EXCLUDED.unit, period = EXCLUDED.period,
        spending_limit = EXCLUDED.spending_limit, enforced = EXCLUDED.enforced, paused = EXCLUDED.paused,
        exhausted_at = CASE WHEN ledger.spending_limit >= EXCLUDED.spending_limit THEN ledger.exhausted_at END,
        window_end = CASE WHEN (ledger.unit, ledger.period, ledger.client_id)
            IS DISTINCT FROM (EXCLUDED.unit, EXCLUDED.period, EXCLUDED.client_id)
            THEN 'epoch' ELSE ledger.window_end END
    WHERE (ledger.client_id, ledger.unit, ledger.period, ledger.spending_limit, ledger.enforced, ledger.paused)
        IS DISTINCT FROM (EXCLUDED.client_id, EXCLUDED.unit, EXCLUDED.period, EXCLUDED.spending_limit,
            EXCLUDED.enforced, EXCLUDED.paused);
    RETURN NULL;
END $$;
CREATE TRIGGER client_budgets_ledger AFTER INSERT OR DELETE OR UPDATE OF
    client_id, budget_type, budget_limit, budget_period, pause_at_limit, is_paused
    ON client_budgets FOR EACH ROW EXECUTE FUNCTION comporta_keep_budget_ledger();

CREATE FUNCTION comporta_forget_budget_ledgers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM budget_ledgers WHERE kind = 'budget';
    DELETE FROM budget_leases WHERE ledger_id NOT IN (SELECT id FROM budget_ledgers);
    RETURN NULL;
END $$;
CREATE TRIGGER client_budgets_emptied AFTER TRUNCATE
    ON client_budgets FOR EACH STATEMENT EXECUTE FUNCTION comporta_forget_budget_ledgers();

-- A day begins elsewhere in another time zone.
CREATE FUNCTION comporta_reopen_windows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM budget_ledgers WHERE client_id = NEW.id ORDER BY id FOR UPDATE;
    UPDATE budget_ledgers SET window_end = 'epoch' WHERE client_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER clients_time_zone AFTER UPDATE OF time_zone ON clients FOR EACH ROW
    WHEN (OLD.time_zone IS DISTINCT FROM NEW.time_zone) EXECUTE FUNCTION comporta_reopen_windows();

-- What is used and leased changes with every call and is read by none, so it is not announced.
CREATE TRIGGER budget_ledgers_changed AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE OF
    client_id, name, unit, period, spending_limit, enforced, paused, window_start, window_end, generation
    ON budget_ledgers FOR EACH STATEMENT EXECUTE FUNCTION comporta_announce_change();
