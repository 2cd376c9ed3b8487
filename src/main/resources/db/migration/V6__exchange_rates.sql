-- What a dollar was worth, by day (UTC). Written by the gateway once a day, by the API, or by hand.

CREATE TABLE exchange_rates (
    rate_date  DATE PRIMARY KEY,
    -- Euros and reais for one dollar. The bounds also keep NaN and Infinity out.
    usd_to_eur NUMERIC     NOT NULL CHECK (usd_to_eur > 0 AND usd_to_eur < 1000000 AND scale(usd_to_eur) <= 12),
    usd_to_brl NUMERIC     NOT NULL CHECK (usd_to_brl > 0 AND usd_to_brl < 1000000 AND scale(usd_to_brl) <= 12),
    -- The host that was asked, or 'manual'. The gateway overwrites only what it wrote itself. The usage log says
    -- 'fallback' where there was no row, and appends ' (stored)' where there was none of the day.
    source     TEXT        NOT NULL DEFAULT 'manual'
                           CHECK (length(source) BETWEEN 1 AND 255 AND source <> 'fallback' AND source NOT LIKE '% (stored)'),
    fetched_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TRIGGER exchange_rates_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON exchange_rates
    FOR EACH STATEMENT EXECUTE FUNCTION comporta_announce_change();

-- One row: when a replica last asked for rates. Whoever is about to ask claims the turn here first, so that all replicas
-- together ask once, also while nobody answers.
CREATE TABLE exchange_rate_requests (
    id           BOOLEAN PRIMARY KEY DEFAULT true CHECK (id),
    requested_at TIMESTAMPTZ NOT NULL
);
