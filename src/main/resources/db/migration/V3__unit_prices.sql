-- What is not counted in tokens: images, seconds of audio, characters of speech.

-- {"image", "audioSecond", "audioHour", "character"}: USD for one. What is absent is unknown, which is not free.
ALTER TABLE ai_models_registry
    ADD COLUMN unit_prices JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(unit_prices) = 'object');

ALTER TABLE gateway_usage_logs
    ADD COLUMN images        BIGINT  NOT NULL DEFAULT 0,
    ADD COLUMN audio_seconds NUMERIC NOT NULL DEFAULT 0,
    ADD COLUMN characters    BIGINT  NOT NULL DEFAULT 0;
