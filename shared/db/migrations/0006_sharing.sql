-- Who else may see a report, mails on their way, and objects that no row names any more.

CREATE TABLE grants (
    id            uuid PRIMARY KEY,
    report_id     uuid NOT NULL REFERENCES reports ON DELETE CASCADE,
    kind          text NOT NULL CHECK (kind IN ('link', 'email', 'download_token', 'principal')),
    hash          bytea UNIQUE,
    principal_id  uuid REFERENCES principals ON DELETE CASCADE,
    recipient     text,
    permissions   text[] NOT NULL CHECK (permissions <> '{}' AND permissions <@ ARRAY['view', 'download']),
    uses_left     integer CHECK (uses_left >= 0),
    used          integer NOT NULL DEFAULT 0,
    made_by       uuid NOT NULL REFERENCES principals ON DELETE CASCADE,
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    revoked_at    timestamptz,
    last_used_at  timestamptz,
    CHECK ((kind = 'principal') = (principal_id IS NOT NULL)),
    CHECK ((hash IS NULL) = (principal_id IS NOT NULL)),
    CHECK ((kind = 'email') = (recipient IS NOT NULL))
);
CREATE INDEX grants_report ON grants (report_id);
CREATE UNIQUE INDEX grants_one ON grants (principal_id, report_id)
    WHERE principal_id IS NOT NULL AND revoked_at IS NULL;

CREATE TABLE mails (
    id           uuid PRIMARY KEY,
    grant_id     uuid REFERENCES grants ON DELETE CASCADE,
    recipient    text NOT NULL,
    letter       bytea,
    status       text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'done', 'failed')),
    attempt      integer NOT NULL DEFAULT 0,
    ready_at     timestamptz NOT NULL DEFAULT now(),
    lease_until  timestamptz,
    outcome      text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz,
    CHECK ((letter IS NULL) = (status IN ('done', 'failed')))
);
CREATE INDEX mails_grant ON mails (grant_id);
CREATE INDEX mails_ready ON mails (ready_at, id) WHERE status = 'queued';
CREATE INDEX mails_leases ON mails (lease_until) WHERE status = 'running';
CREATE INDEX mails_finished ON mails (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE garbage (
    key          text PRIMARY KEY,
    ready_at     timestamptz NOT NULL DEFAULT now(),
    lease_until  timestamptz,
    attempt      integer NOT NULL DEFAULT 0
);
CREATE INDEX garbage_ready ON garbage (ready_at);

CREATE INDEX artifacts_key ON artifacts (key);
CREATE INDEX results_key ON results (key) WHERE key IS NOT NULL;
CREATE INDEX reports_expiry ON reports (expires_at);
