-- What every model cost when, and a price for reasoning.

ALTER TABLE ai_models_registry
    -- USD per million reasoning tokens; NULL is as much as other output.
    ADD COLUMN reasoning_price_per_million NUMERIC CHECK (reasoning_price_per_million >= 0);

-- One row for each time that a model's prices changed. Costs are not computed from it: each usage keeps the cost that it
-- had, and this tells by which prices.
CREATE TABLE model_prices (
    -- No foreign key: what a model cost is known for longer than the model.
    model_registry_id              UUID        NOT NULL,
    gateway_identifier             TEXT        NOT NULL,
    valid_from                     TIMESTAMPTZ NOT NULL,
    -- NULL while these prices hold.
    valid_to                       TIMESTAMPTZ CHECK (valid_to > valid_from),
    input_price_per_million        NUMERIC,
    output_price_per_million       NUMERIC,
    cached_input_price_per_million NUMERIC,
    cache_write_price_per_million  NUMERIC,
    reasoning_price_per_million    NUMERIC,
    price_tiers                    JSONB       NOT NULL,
    unit_prices                    JSONB       NOT NULL,
    -- The row's price_source.
    source                         TEXT,
    changed_by                     TEXT        NOT NULL CHECK (changed_by IN ('seed', 'sync', 'edit')),
    PRIMARY KEY (model_registry_id, valid_from)
);
CREATE UNIQUE INDEX model_prices_in_force ON model_prices (model_registry_id) WHERE valid_to IS NULL;

-- Times are those of the change and not of its transaction, and later than those before: the row is locked by now.
CREATE FUNCTION comporta_keep_price_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed_at TIMESTAMPTZ;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        UPDATE model_prices SET valid_to = greatest(clock_timestamp(), valid_from + interval '1 microsecond')
        WHERE valid_to IS NULL;
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' AND NEW.provider = 'alias' THEN
        RETURN NULL;
    END IF;
    SELECT greatest(clock_timestamp(), max(valid_from) + interval '1 microsecond') INTO changed_at
    FROM model_prices WHERE model_registry_id = (CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END);
    IF TG_OP <> 'INSERT' THEN
        UPDATE model_prices SET valid_to = changed_at WHERE model_registry_id = OLD.id AND valid_to IS NULL;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO model_prices VALUES (
            NEW.id, NEW.gateway_identifier, changed_at, NULL,
            NEW.input_price_per_million, NEW.output_price_per_million, NEW.cached_input_price_per_million,
            NEW.cache_write_price_per_million, NEW.reasoning_price_per_million, NEW.price_tiers, NEW.unit_prices,
            NEW.price_source,
            CASE WHEN current_setting('comporta.refreshing', true) IS DISTINCT FROM 'on' THEN 'edit'
                 WHEN current_setting('comporta.price_sync', true) = 'on' THEN 'sync'
                 ELSE 'seed' END);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ai_models_registry_prices_made AFTER INSERT OR DELETE ON ai_models_registry
    FOR EACH ROW EXECUTE FUNCTION comporta_keep_price_history();
CREATE TRIGGER ai_models_registry_prices_changed AFTER UPDATE ON ai_models_registry
    FOR EACH ROW WHEN (
        (NEW.input_price_per_million, NEW.output_price_per_million, NEW.cached_input_price_per_million,
            NEW.cache_write_price_per_million, NEW.reasoning_price_per_million, NEW.price_tiers, NEW.unit_prices)
        IS DISTINCT FROM
        (OLD.input_price_per_million, OLD.output_price_per_million, OLD.cached_input_price_per_million,
            OLD.cache_write_price_per_million, OLD.reasoning_price_per_million, OLD.price_tiers, OLD.unit_prices))
    EXECUTE FUNCTION comporta_keep_price_history();
CREATE TRIGGER ai_models_registry_prices_gone AFTER TRUNCATE ON ai_models_registry
    FOR EACH STATEMENT EXECUTE FUNCTION comporta_keep_price_history();

-- What was there before: nobody knows since when, but the row has not changed since updated_at.
INSERT INTO model_prices
SELECT id, gateway_identifier, updated_at, NULL, input_price_per_million, output_price_per_million,
    cached_input_price_per_million, cache_write_price_per_million, reasoning_price_per_million, price_tiers, unit_prices,
    price_source, CASE WHEN is_edited THEN 'edit' ELSE 'seed' END
FROM ai_models_registry WHERE provider <> 'alias';
