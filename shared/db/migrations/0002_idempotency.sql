-- Answers to requests that carried an Idempotency-Key, so that a repeat gets the same one.
CREATE TABLE idempotency (
    caller       text NOT NULL,                     -- the principal, or what a token endpoint names
    operation    text NOT NULL,                     -- method and route template
    key_hash     bytea NOT NULL,                    -- SHA-256 of the caller's key, which is stored nowhere
    digest       bytea NOT NULL,                    -- SHA-256 of the request: its path, query and body
    state        text NOT NULL CHECK (state IN ('pending', 'final')),
    lease_owner  uuid NOT NULL,                     -- the execution that may write the answer
    lease_until  timestamptz NOT NULL,
    status       smallint,
    headers      jsonb,
    body         bytea,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, operation, key_hash),
    CHECK ((state = 'final') = (status IS NOT NULL AND headers IS NOT NULL AND body IS NOT NULL))
);
CREATE INDEX idempotency_created ON idempotency (created_at);
