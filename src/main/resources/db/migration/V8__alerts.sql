-- What people and programs are told, and to whom it is still on its way.

CREATE TABLE alerts (
    id        UUID PRIMARY KEY,
    -- Of all who raise an alert with this key the first is heard. So an alert is kept for as long as it could come again.
    alert_key TEXT        NOT NULL UNIQUE,
    type      TEXT        NOT NULL,
    -- NULL if it is about the gateway.
    client_id UUID,
    subject   TEXT        NOT NULL,
    text      TEXT        NOT NULL,
    data      JSONB       NOT NULL,
    raised_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX alerts_by_client ON alerts (client_id, id DESC);

CREATE TABLE alert_deliveries (
    id              UUID PRIMARY KEY,
    alert_id        UUID        NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    channel         TEXT        NOT NULL CHECK (channel IN ('email', 'webhook')),
    address         TEXT        NOT NULL,
    -- The recipient's own, which signs; forgotten once it is delivered.
    secret          TEXT,
    status          TEXT        NOT NULL CHECK (status IN ('pending', 'delivered', 'dead')),
    attempts        INTEGER     NOT NULL DEFAULT 0,
    -- Of one that is being sent: when another replica may take it for lost.
    next_attempt_at TIMESTAMPTZ NOT NULL,
    give_up_at      TIMESTAMPTZ NOT NULL,
    last_error      TEXT,
    delivered_at    TIMESTAMPTZ,
    created_at      TIMESTAMPTZ NOT NULL
);
CREATE INDEX alert_deliveries_due ON alert_deliveries (next_attempt_at) WHERE status = 'pending';
CREATE INDEX alert_deliveries_by_status ON alert_deliveries (status, id DESC);
CREATE INDEX alert_deliveries_by_alert ON alert_deliveries (alert_id);

-- What is wrong with a provider at present, and since when.
CREATE TABLE gateway_alert_episodes (
    kind       TEXT        NOT NULL,
    provider   TEXT        NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (kind, provider)
);
