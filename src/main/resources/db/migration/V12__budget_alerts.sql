-- Thresholds of budgets that were reached, and whether somebody was told.

CREATE TABLE budget_alerts (
    budget_id    UUID        NOT NULL,
    client_id    UUID        NOT NULL,
    -- The first day of the period, in the client's time zone.
    period_start DATE        NOT NULL,
    threshold    SMALLINT    NOT NULL CHECK (threshold IN (80, 90, 100)),
    -- As it was when the threshold was reached.
    budget_type  TEXT        NOT NULL,
    budget_limit NUMERIC     NOT NULL,
    usage        NUMERIC     NOT NULL,
    reached_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    -- When the alert was raised.
    raised_at    TIMESTAMPTZ,
    -- The threshold that the alert told of: a higher one, where several were passed at once.
    raised_as    SMALLINT,
    PRIMARY KEY (budget_id, period_start, threshold)
);
CREATE INDEX budget_alerts_not_raised ON budget_alerts (budget_id) WHERE raised_at IS NULL;

-- Notes the thresholds that a budget has reached and has an alert for. Done with what reaches them, in its transaction,
-- so that none is missed, however soon the period ends.
CREATE FUNCTION comporta_note_thresholds(which UUID) RETURNS VOID LANGUAGE sql AS $$
    INSERT INTO budget_alerts (budget_id, client_id, period_start, threshold, budget_type, budget_limit, usage)
    SELECT budget.id, budget.client_id, budget.period_start_date, step.threshold,
        budget.budget_type, budget.budget_limit, budget.current_usage
    FROM client_budgets AS budget
    JOIN budget_ledgers AS ledger ON ledger.id = budget.id
    CROSS JOIN LATERAL (VALUES
        (80, budget.alert_threshold_80), (90, budget.alert_threshold_90), (100, budget.alert_threshold_100)
    ) AS step (threshold, wanted)
    WHERE budget.id = which AND step.wanted AND budget.period_start_date IS NOT NULL
        -- One that is to be counted anew counts in another unit or period.
        AND ledger.window_end > 'epoch'
        AND (budget.current_usage * 100 >= budget.budget_limit * step.threshold
            OR step.threshold = 100 AND ledger.exhausted_at IS NOT NULL)
    ON CONFLICT (budget_id, period_start, threshold) DO NOTHING
$$;

CREATE FUNCTION comporta_note_budget_thresholds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM comporta_note_thresholds(NEW.id);
    RETURN NULL;
END $$;

CREATE TRIGGER client_budgets_reached AFTER INSERT OR UPDATE OF
    current_usage, budget_limit, alert_threshold_80, alert_threshold_90, alert_threshold_100
    ON client_budgets FOR EACH ROW WHEN (NEW.current_usage * 100 >= NEW.budget_limit * 80)
    EXECUTE FUNCTION comporta_note_budget_thresholds();
CREATE TRIGGER budget_ledgers_exhausted AFTER UPDATE OF exhausted_at
    ON budget_ledgers FOR EACH ROW WHEN (NEW.kind = 'budget' AND NEW.exhausted_at IS NOT NULL)
    EXECUTE FUNCTION comporta_note_budget_thresholds();

-- Of a budget that is gone nobody needs to be told.
CREATE FUNCTION comporta_forget_thresholds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM budget_alerts WHERE budget_id = OLD.id AND raised_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER client_budgets_forgotten AFTER DELETE
    ON client_budgets FOR EACH ROW EXECUTE FUNCTION comporta_forget_thresholds();
