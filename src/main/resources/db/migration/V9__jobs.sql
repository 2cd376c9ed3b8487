-- Work that is done from time to time, once in the whole cluster; see docs/reference/jobs.md.

-- One row for each job that has ever begun. It is also the lock: whoever claims a run changes the row, and two cannot.
-- The slots follow the clocks of the replicas, everything else the clock of the database, which all of them share.
CREATE TABLE jobs (
    name        TEXT PRIMARY KEY,
    -- How often it has begun, which is the number of its newest run.
    runs        BIGINT      NOT NULL,
    -- Until when the run under way holds the job; prolonged while its replica lives. NULL if none is under way.
    lease_until TIMESTAMPTZ,
    -- Runs begun since the last success. One that is under way counts until it has ended well: whoever dies of a job
    -- has failed.
    attempts    INTEGER     NOT NULL,
    -- Before this time no attempt is made; NULL after a success.
    retry_at    TIMESTAMPTZ,
    -- The time for which it last ended well, and when it did.
    done_slot   TIMESTAMPTZ,
    done_at     TIMESTAMPTZ
);

-- The newest runs of each job.
CREATE TABLE job_runs (
    job        TEXT        NOT NULL REFERENCES jobs (name) ON DELETE CASCADE,
    number     BIGINT      NOT NULL,
    -- The scheduled time that it stands for: a multiple of the job's interval, in UTC.
    slot       TIMESTAMPTZ NOT NULL,
    cause      TEXT        NOT NULL CHECK (cause IN ('schedule', 'request')),
    replica    TEXT        NOT NULL,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    ended_at   TIMESTAMPTZ,
    status     TEXT        NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'success', 'failure')),
    summary    TEXT,
    error      TEXT,
    PRIMARY KEY (job, number)
);
