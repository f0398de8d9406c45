-- What stands for the private values of a family of runs while its report is made.
CREATE TABLE privacy_maps (
    root_run_id   text PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
    id            uuid NOT NULL UNIQUE,
    version       integer NOT NULL DEFAULT 1,
    sealed        bytea,
    counts        jsonb NOT NULL DEFAULT '{}',
    risk          text NOT NULL DEFAULT 'low' CHECK (risk IN ('low', 'medium', 'high')),
    profile       text NOT NULL,
    model         text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    forgotten_at  timestamptz,
    CHECK ((sealed IS NULL) = (forgotten_at IS NOT NULL))
);
CREATE INDEX privacy_maps_kept ON privacy_maps (expires_at) WHERE sealed IS NOT NULL;
CREATE INDEX runs_root ON runs (root_run_id);

-- What workers can do beside what every worker can, so that pages may say so.
CREATE TABLE abilities (
    name     text PRIMARY KEY,
    value    text,
    said_at  timestamptz NOT NULL DEFAULT now()
);
