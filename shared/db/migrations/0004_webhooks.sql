-- Who hears of runs, and what is on its way to them.

CREATE TABLE webhooks (
    id                  uuid PRIMARY KEY,
    principal_id        uuid NOT NULL REFERENCES principals ON DELETE CASCADE,
    run_id              text REFERENCES runs ON DELETE CASCADE,
    url                 text NOT NULL,
    events              text[] NOT NULL,
    tags                text[] NOT NULL DEFAULT '{}',
    secret              bytea,
    fingerprint         text,
    failures            integer NOT NULL DEFAULT 0,
    circuit_open_until  timestamptz,
    created_at          timestamptz NOT NULL DEFAULT now(),
    CHECK ((secret IS NULL) = (run_id IS NOT NULL))
);
CREATE INDEX webhooks_owner ON webhooks (principal_id) WHERE run_id IS NULL;
CREATE INDEX webhooks_run ON webhooks (run_id) WHERE run_id IS NOT NULL;

CREATE TABLE deliveries (
    webhook_id    uuid NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    run_id        text NOT NULL REFERENCES runs ON DELETE CASCADE,
    sequence      integer NOT NULL,
    type          text NOT NULL,
    principal_id  uuid NOT NULL,
    status        text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'done', 'failed')),
    attempt       integer NOT NULL DEFAULT 0,
    ready_at      timestamptz NOT NULL,
    lease_until   timestamptz,
    outcome       text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    finished_at   timestamptz,
    PRIMARY KEY (webhook_id, run_id, sequence)
);
CREATE INDEX deliveries_run ON deliveries (run_id);
CREATE INDEX deliveries_ready ON deliveries (ready_at, run_id, sequence) WHERE status = 'queued';
CREATE INDEX deliveries_leases ON deliveries (lease_until) WHERE status = 'running';
CREATE INDEX deliveries_finished ON deliveries (finished_at) WHERE finished_at IS NOT NULL;
