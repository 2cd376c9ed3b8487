-- Whose is what in the provider accounts that all clients share; see docs/reference/isolation.md.

-- One row for each file, response, vector store, … that was made through the gateway. Rows come with the usage of the
-- call that made the object; by hand they adopt objects that are older than the gateway.
CREATE TABLE object_owners (
    provider   TEXT        NOT NULL,
    object_id  TEXT        NOT NULL,
    kind       TEXT        NOT NULL,
    client_id  UUID        NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    -- A deleted object stays its owner's, whom the provider tells that it is gone.
    deleted_at TIMESTAMPTZ,
    -- The id comes first because it is asked for where the provider is not known yet.
    PRIMARY KEY (object_id, provider)
);

CREATE INDEX object_owners_by_client ON object_owners (client_id, kind, created_at DESC);
