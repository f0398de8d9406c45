-- The database as it is, for readers. The numbered migrations give exactly this (a test compares them).

-- Who is calling -----------------------------------------------------------------------

CREATE TABLE principals (
    id          uuid PRIMARY KEY,
    name        text NOT NULL,
    role        text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'analyst', 'admin', 'super_admin')),
    created_at  timestamptz NOT NULL DEFAULT now(),
    active      boolean NOT NULL DEFAULT true       -- of an inactive one no key and no session works
);

CREATE TABLE api_keys (
    id            uuid PRIMARY KEY,
    principal_id  uuid NOT NULL REFERENCES principals ON DELETE CASCADE,
    name          text NOT NULL DEFAULT '',
    prefix        text NOT NULL,                    -- the first characters, to recognise a key by
    hash          bytea NOT NULL UNIQUE,            -- SHA-256 of the whole key
    scopes        text[] NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz,
    revoked_at    timestamptz,
    last_used_at  timestamptz
);
CREATE INDEX api_keys_principal ON api_keys (principal_id);

-- A principal that is a person: with a password of ours, or known by another login server.
CREATE TABLE users (
    principal_id          uuid PRIMARY KEY REFERENCES principals ON DELETE CASCADE,
    email                 text UNIQUE,              -- case-folded
    identity              text UNIQUE,              -- the other server's id
    password_hash         text,                     -- Argon2id
    must_change_password  boolean NOT NULL DEFAULT false,
    last_login_at         timestamptz,
    CHECK ((email IS NULL) = (identity IS NOT NULL)),
    CHECK ((email IS NULL) = (password_hash IS NULL))
);

CREATE TABLE sessions (
    id             uuid PRIMARY KEY,                -- stays the same when the token is changed
    principal_id   uuid NOT NULL REFERENCES principals ON DELETE CASCADE,
    hash           bytea NOT NULL UNIQUE,           -- SHA-256 of the token
    stepped_up_at  timestamptz,                     -- when the second factor was shown last
    address        text NOT NULL DEFAULT '',
    agent          text NOT NULL DEFAULT '',
    created_at     timestamptz NOT NULL DEFAULT now(),
    seen_at        timestamptz NOT NULL DEFAULT now(),
    expires_at     timestamptz NOT NULL             -- at the latest; it ends sooner when it is not used
);
CREATE INDEX sessions_principal ON sessions (principal_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE second_factors (
    principal_id  uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    secret        bytea NOT NULL,                   -- sealed
    confirmed_at  timestamptz,                      -- null: being set up, and asked of nobody
    last_step     bigint NOT NULL DEFAULT 0,        -- a code of this time or before is used up
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE recovery_codes (
    principal_id  uuid NOT NULL REFERENCES second_factors ON DELETE CASCADE,
    hash          bytea NOT NULL,                   -- SHA-256
    used_at       timestamptz,
    PRIMARY KEY (principal_id, hash)
);

-- How often somebody tried to log in, by account and by address.
CREATE TABLE attempts (
    subject  text PRIMARY KEY,
    made     integer NOT NULL,
    until    timestamptz NOT NULL                   -- then it is counted from nothing
);
CREATE INDEX attempts_until ON attempts (until);

-- What reports are made by -------------------------------------------------------------

-- A run keeps executing the definition that it started with, whatever is deployed since.
CREATE TABLE workflows (
    digest      text PRIMARY KEY,                   -- SHA-256 of the canonical JSON
    id          text NOT NULL,
    definition  jsonb NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    deployed    boolean NOT NULL DEFAULT true       -- whether it may be started; runs that have begun need it all the same
);
CREATE INDEX workflows_id ON workflows (id, created_at DESC);

CREATE TABLE templates (
    id                      uuid PRIMARY KEY,
    key                     text NOT NULL UNIQUE,
    name                    text NOT NULL,
    description             text NOT NULL,
    category                text NOT NULL,
    workflow_id             text NOT NULL,
    required_role           text NOT NULL DEFAULT 'user',
    is_active               boolean NOT NULL DEFAULT true,
    output_formats          text[] NOT NULL,
    requires_scrambling     boolean NOT NULL DEFAULT false,
    max_output_tokens       integer NOT NULL,
    estimated_time_minutes  integer NOT NULL,
    theme                   text NOT NULL DEFAULT 'pressrun',
    created_at              timestamptz NOT NULL DEFAULT now(),
    updated_at              timestamptz NOT NULL DEFAULT now(),
    base                    text,                   -- the built-in one that an administrator's is made by; else null
    parameters              jsonb NOT NULL DEFAULT '[]',  -- what an administrator's asks for beside its base
    config                  jsonb NOT NULL DEFAULT '{}',  -- what it tells the writer: instructions, sections
    scrambling_profile      text NOT NULL DEFAULT 'gdpr_compliant',
    security_level          text NOT NULL DEFAULT 'standard'
                                CHECK (security_level IN ('standard', 'high', 'critical')),
    is_premium              boolean NOT NULL DEFAULT false,
    overrides               jsonb NOT NULL DEFAULT '{}',  -- is_active, required_role: an administrator's over a built-in's
    created_by              uuid REFERENCES principals ON DELETE SET NULL
);
CREATE UNIQUE INDEX templates_name ON templates (lower(name)) WHERE base IS NOT NULL AND is_active;

-- Reports and their runs ---------------------------------------------------------------

CREATE TABLE reports (
    id                  uuid PRIMARY KEY,
    principal_id        uuid NOT NULL REFERENCES principals,
    template_id         uuid NOT NULL REFERENCES templates,
    family              text NOT NULL CHECK (family IN ('longform', 'ml', 'published')),
    title               text NOT NULL,
    description         text NOT NULL DEFAULT '',
    priority            text NOT NULL CHECK (priority IN ('urgent', 'high', 'normal', 'low')),
    output_format       text NOT NULL CHECK (output_format IN ('pdf', 'html', 'md')),
    parameters          jsonb NOT NULL,
    honey_jar_id        text,
    scrambling_enabled  boolean NOT NULL DEFAULT false,
    run_id              text NOT NULL,              -- the current run; earlier ones keep their report_id
    retry_count         integer NOT NULL DEFAULT 0,
    download_count      integer NOT NULL DEFAULT 0,
    project_id          uuid,                       -- of a machine-learning report: what it is about
    kind                text,
    entity_id           uuid,
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),
    expires_at          timestamptz NOT NULL
);
CREATE INDEX reports_owner ON reports (principal_id, created_at DESC, id DESC);
CREATE INDEX reports_run ON reports (run_id);
CREATE INDEX reports_expiry ON reports (expires_at);
CREATE INDEX reports_entity ON reports (principal_id, entity_id) WHERE entity_id IS NOT NULL;

CREATE TABLE runs (
    id               text PRIMARY KEY CHECK (id ~ '^run-[A-Za-z0-9._~-]+$'),
    principal_id     uuid NOT NULL REFERENCES principals,
    report_id        uuid REFERENCES reports ON DELETE CASCADE,
    workflow_id      text NOT NULL,
    workflow_digest  text NOT NULL REFERENCES workflows,
    status           text NOT NULL CHECK (status IN ('pending', 'running', 'paused', 'waiting-approval',
                         'waiting-input', 'waiting-external', 'completed', 'failed', 'cancelled')),
    priority         text NOT NULL CHECK (priority IN ('urgent', 'high', 'normal', 'low')),
    inputs           jsonb NOT NULL,
    configurable     jsonb NOT NULL DEFAULT '{}',
    tags             text[] NOT NULL DEFAULT '{}',
    metadata         jsonb NOT NULL DEFAULT '{}',
    scope_id         text,                          -- what must not run twice at a time, if the client says so
    callback_url     text,
    parent_run_id    text REFERENCES runs ON DELETE CASCADE,
    parent_node_id   text,
    source_run_id    text,                          -- the run that this one continues
    root_run_id      text NOT NULL,                 -- the first of a family of retries and forks
    mode             text NOT NULL DEFAULT 'new' CHECK (mode IN ('new', 'retry', 'replay', 'branch')),
    from_sequence    integer,                       -- where a fork leaves its source's log
    deadline_at      timestamptz,
    trace_id         text NOT NULL,
    state            jsonb NOT NULL,                -- the fold of the events below next_sequence
    next_sequence    integer NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    started_at       timestamptz,
    completed_at     timestamptz
);
CREATE INDEX runs_owner ON runs (principal_id, created_at DESC);
CREATE INDEX runs_report ON runs (report_id);
CREATE INDEX runs_root ON runs (root_run_id);
CREATE INDEX runs_parent ON runs (parent_run_id) WHERE parent_run_id IS NOT NULL;
CREATE INDEX runs_scope ON runs (principal_id, scope_id)
    WHERE scope_id IS NOT NULL AND status NOT IN ('completed', 'failed', 'cancelled');
CREATE INDEX runs_deadlines ON runs (deadline_at)
    WHERE deadline_at IS NOT NULL AND status NOT IN ('completed', 'failed', 'cancelled');
CREATE INDEX runs_active ON runs (priority) WHERE status NOT IN ('completed', 'failed', 'cancelled');
CREATE INDEX runs_completed ON runs (completed_at) WHERE completed_at IS NOT NULL;

-- What happened. Append-only; everything else is a fold of it.
CREATE TABLE events (
    run_id     text NOT NULL REFERENCES runs ON DELETE CASCADE,
    sequence   integer NOT NULL CHECK (sequence >= 0),
    event_id   uuid NOT NULL,
    type       text NOT NULL,
    node_id    text,
    payload    jsonb NOT NULL,
    timestamp  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (run_id, sequence)
);

-- Work to claim. Disposable: the log says which steps must exist.
CREATE TABLE steps (
    id            uuid PRIMARY KEY,
    run_id        text NOT NULL REFERENCES runs ON DELETE CASCADE,
    node_id       text NOT NULL,
    slice         integer NOT NULL DEFAULT -1,      -- -1: the whole node
    type_id       text NOT NULL,
    stage         text NOT NULL CHECK (stage IN ('template', 'llm', 'render', 'deliver')),
    status        text NOT NULL CHECK (status IN ('queued', 'running', 'waiting', 'done', 'failed', 'cancelled')),
    attempt       integer NOT NULL DEFAULT 0,
    principal_id  uuid NOT NULL,
    priority      text NOT NULL,
    rank          timestamptz NOT NULL,
    ready_at      timestamptz NOT NULL DEFAULT now(),
    queued_at     timestamptz NOT NULL DEFAULT now(),
    claimed_at    timestamptz,
    lease_until   timestamptz,
    worker        text,
    resume        jsonb,
    errors        jsonb NOT NULL DEFAULT '[]',
    finished_at   timestamptz,
    UNIQUE (run_id, node_id, slice)
);
CREATE INDEX steps_claim ON steps (stage, rank, id) WHERE status = 'queued';
CREATE INDEX steps_lane ON steps (stage, priority, rank) WHERE status = 'queued';
CREATE INDEX steps_lane_owner ON steps (stage, principal_id, priority, rank) WHERE status = 'queued';
CREATE INDEX steps_leases ON steps (lease_until) WHERE status = 'running';
CREATE INDEX steps_running ON steps (stage) WHERE status = 'running';

-- Values too large for an event, by content hash. Small ones lie here, large ones in the object store.
CREATE TABLE results (
    run_id   text NOT NULL REFERENCES runs ON DELETE CASCADE,
    digest   text NOT NULL,
    body     jsonb,
    key      text,
    bytes    integer NOT NULL,
    PRIMARY KEY (run_id, digest),
    CHECK ((body IS NULL) <> (key IS NULL))
);
CREATE INDEX results_key ON results (key) WHERE key IS NOT NULL;

-- What a language model answered, so that a retry or a fork never pays for the same call again.
CREATE TABLE answers (
    root_run_id  text NOT NULL REFERENCES runs ON DELETE CASCADE,
    digest       text NOT NULL,                     -- SHA-256 of provider, model, messages and sampling
    answer       jsonb NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    run_id       text,                              -- the run, node and slice that paid for it
    node_id      text,
    slice        integer,
    model        text,
    prompt_tokens      integer NOT NULL DEFAULT 0 CHECK (prompt_tokens >= 0),
    completion_tokens  integer NOT NULL DEFAULT 0 CHECK (completion_tokens >= 0),
    cost         numeric,                           -- by the prices of that day; null: no price was known
    currency     text,
    PRIMARY KEY (root_run_id, digest)
);

-- What was said before, to write a report from.
CREATE TABLE conversations (
    id            uuid PRIMARY KEY,
    principal_id  uuid NOT NULL REFERENCES principals ON DELETE CASCADE,
    title         text NOT NULL DEFAULT '',
    messages      integer NOT NULL DEFAULT 0,       -- how many, and of how many characters
    characters    integer NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX conversations_owner ON conversations (principal_id, updated_at DESC, id DESC);

CREATE TABLE messages (
    conversation_id  uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    number           integer NOT NULL CHECK (number >= 1),
    role             text NOT NULL CHECK (role IN ('user', 'assistant', 'system')),
    content          text NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (conversation_id, number)
);

-- What stands for the private values of a family of runs while its report is made. ``counts``, by kind, and ``risk``
-- stay; the values go when a run of the family is complete, or when nothing was done with them for a week.
CREATE TABLE privacy_maps (
    root_run_id   text PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
    id            uuid NOT NULL UNIQUE,
    version       integer NOT NULL DEFAULT 1,       -- a writer replaces what it has read, or reads again
    sealed        bytea,                            -- the values by token, sealed with PRESSRUN_SECRET_KEY
    counts        jsonb NOT NULL DEFAULT '{}',
    risk          text NOT NULL DEFAULT 'low' CHECK (risk IN ('low', 'medium', 'high')),
    profile       text NOT NULL,
    model         text,                             -- that names were looked for with; null: by rules alone
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    forgotten_at  timestamptz,
    CHECK ((sealed IS NULL) = (forgotten_at IS NOT NULL))
);
CREATE INDEX privacy_maps_kept ON privacy_maps (expires_at) WHERE sealed IS NOT NULL;

-- What workers can do beside what every worker can, so that pages may say so.
CREATE TABLE abilities (
    name     text PRIMARY KEY,
    value    text,
    said_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE interrupts (
    id             uuid PRIMARY KEY,
    run_id         text NOT NULL REFERENCES runs ON DELETE CASCADE,
    node_id        text NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('approval', 'clarification', 'external-event', 'custom')),
    key            text NOT NULL,
    data           jsonb NOT NULL,
    resume_schema  jsonb,
    votes          jsonb NOT NULL DEFAULT '[]',     -- of a quorum, until it decides
    status         text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'resolved', 'expired', 'cancelled')),
    resolution     jsonb,
    resolved_by    text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    expires_at     timestamptz,
    resolved_at    timestamptz,
    token_generation int NOT NULL DEFAULT 0,         -- of its signed tokens: those of an earlier one were taken back
    UNIQUE (run_id, key)
);
CREATE INDEX interrupts_open ON interrupts (expires_at) WHERE status = 'open';

CREATE TABLE artifacts (
    id          uuid NOT NULL,                      -- made from node, format and content: a replay makes the same
    run_id      text NOT NULL REFERENCES runs ON DELETE CASCADE,
    node_id     text NOT NULL,
    format      text NOT NULL,
    media_type  text NOT NULL,
    key         text NOT NULL,
    size_bytes  bigint NOT NULL,
    sha256      text NOT NULL,
    pages       integer,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (run_id, id),
    UNIQUE (run_id, node_id, format)
);
CREATE INDEX artifacts_key ON artifacts (key);

-- Objects that may have to be deleted from the store. A key is written here before its object is put there, dated in
-- the future, and when a row that named it is deleted; when its time has come it is deleted unless a row names it.
CREATE TABLE garbage (
    key          text PRIMARY KEY,
    ready_at     timestamptz NOT NULL DEFAULT now(),
    lease_until  timestamptz,                       -- somebody is deleting it: nobody may put it now
    attempt      integer NOT NULL DEFAULT 0
);
CREATE INDEX garbage_ready ON garbage (ready_at);

-- Who else may see a report ------------------------------------------------------------

-- What the owner lets somebody do: whoever has the token, or another principal.
CREATE TABLE grants (
    id            uuid PRIMARY KEY,
    report_id     uuid NOT NULL REFERENCES reports ON DELETE CASCADE,
    kind          text NOT NULL CHECK (kind IN ('link', 'email', 'download_token', 'principal')),
    hash          bytea UNIQUE,                     -- SHA-256 of the token
    principal_id  uuid REFERENCES principals ON DELETE CASCADE,
    recipient     text,                             -- the address that the token was mailed to
    permissions   text[] NOT NULL CHECK (permissions <> '{}' AND permissions <@ ARRAY['view', 'download']),
    uses_left     integer CHECK (uses_left >= 0),   -- null: as many as wanted
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

-- The outbox of mails, written by the transaction that has a reason for one.
CREATE TABLE mails (
    id           uuid PRIMARY KEY,
    grant_id     uuid REFERENCES grants ON DELETE CASCADE,
    recipient    text NOT NULL,
    letter       bytea,                             -- sealed with PRESSRUN_SECRET_KEY: it may hold a token
    status       text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'running', 'done', 'failed')),
    attempt      integer NOT NULL DEFAULT 0,
    ready_at     timestamptz NOT NULL DEFAULT now(),
    lease_until  timestamptz,
    outcome      text,                              -- of the last attempt: sent, smtp_unreachable, ...
    created_at   timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz,
    CHECK ((letter IS NULL) = (status IN ('done', 'failed')))
);
CREATE INDEX mails_grant ON mails (grant_id);
CREATE INDEX mails_ready ON mails (ready_at, id) WHERE status = 'queued';
CREATE INDEX mails_leases ON mails (lease_until) WHERE status = 'running';
CREATE INDEX mails_finished ON mails (finished_at) WHERE finished_at IS NOT NULL;

-- Who hears of runs, and what is on its way to them ------------------------------------

-- A subscription of a principal to all its runs, or (with a run_id, and without a secret) one run's callbackUrl.
CREATE TABLE webhooks (
    id                  uuid PRIMARY KEY,
    principal_id        uuid NOT NULL REFERENCES principals ON DELETE CASCADE,
    run_id              text REFERENCES runs ON DELETE CASCADE,
    url                 text NOT NULL,
    events              text[] NOT NULL,            -- types; '*' is every type
    tags                text[] NOT NULL DEFAULT '{}',  -- empty: runs of any tags
    secret              bytea,                      -- sealed with PRESSRUN_SECRET_KEY
    fingerprint         text,
    failures            integer NOT NULL DEFAULT 0, -- in a row
    circuit_open_until  timestamptz,
    created_at          timestamptz NOT NULL DEFAULT now(),
    CHECK ((secret IS NULL) = (run_id IS NOT NULL))
);
CREATE INDEX webhooks_owner ON webhooks (principal_id) WHERE run_id IS NULL;
CREATE INDEX webhooks_run ON webhooks (run_id) WHERE run_id IS NOT NULL;

-- The outbox: one event on its way to one subscriber, written by the transaction that appends the event.
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
    outcome       text,                             -- of the last attempt: http_204, webhook_timeout, ...
    created_at    timestamptz NOT NULL DEFAULT now(),
    finished_at   timestamptz,
    PRIMARY KEY (webhook_id, run_id, sequence)
);
CREATE INDEX deliveries_run ON deliveries (run_id);
CREATE INDEX deliveries_ready ON deliveries (ready_at, run_id, sequence) WHERE status = 'queued';
CREATE INDEX deliveries_leases ON deliveries (lease_until) WHERE status = 'running';
CREATE INDEX deliveries_finished ON deliveries (finished_at) WHERE finished_at IS NOT NULL;

-- What reports are written from ---------------------------------------------------------

-- Knowledge bases: documents to retrieve passages from ("honey jars" on the wire).
CREATE TABLE knowledge_bases (
    id            uuid PRIMARY KEY,
    principal_id  uuid NOT NULL REFERENCES principals ON DELETE CASCADE,
    name          text NOT NULL,
    description   text NOT NULL DEFAULT '',
    type          text NOT NULL CHECK (type IN ('public', 'private', 'team', 'premium', 'enterprise', 'restricted')),
    status        text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'draft', 'archived')),
    tags          text[] NOT NULL DEFAULT '{}',
    readers       uuid[] NOT NULL DEFAULT '{}',     -- principals who may read it, beside those that its type names
    writers       uuid[] NOT NULL DEFAULT '{}',     -- principals who may read it and change its documents
    query_count   bigint NOT NULL DEFAULT 0,
    query_ms      double precision NOT NULL DEFAULT 0,  -- of all queries together
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX knowledge_bases_owner ON knowledge_bases (principal_id);

CREATE TABLE knowledge_documents (
    id               uuid PRIMARY KEY,
    base_id          uuid NOT NULL REFERENCES knowledge_bases ON DELETE CASCADE,
    uploaded_by      uuid NOT NULL,
    title            text NOT NULL,
    filename         text NOT NULL DEFAULT '',
    kind             text NOT NULL CHECK (kind IN ('text', 'markdown', 'html', 'csv', 'json', 'pdf', 'docx')),
    size_bytes       bigint NOT NULL,
    sha256           text NOT NULL,
    key              text NOT NULL,                 -- of the original in the object store
    run_id           text NOT NULL,                 -- the run that reads and indexes it
    status           text NOT NULL DEFAULT 'pending'
                         CHECK (status IN ('pending', 'processing', 'completed', 'failed')),
    error_code       text,
    error            text,
    notices          text[] NOT NULL DEFAULT '{}',  -- what was left out, and why
    language         text,                          -- the text search configuration that its passages are indexed with
    pages            integer,
    words            integer NOT NULL DEFAULT 0,
    passages         integer NOT NULL DEFAULT 0,
    embedding_model  text,                          -- whose vectors all its passages have
    pii_analysis     jsonb,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    UNIQUE (base_id, sha256)
);
CREATE INDEX knowledge_documents_key ON knowledge_documents (key);
CREATE INDEX knowledge_documents_base ON knowledge_documents (base_id, created_at DESC, id DESC);

CREATE TABLE knowledge_passages (
    document_id      uuid NOT NULL REFERENCES knowledge_documents ON DELETE CASCADE,
    number           integer NOT NULL,
    base_id          uuid NOT NULL,
    path             text[] NOT NULL DEFAULT '{}',  -- the headings above it, outermost first
    place            text NOT NULL DEFAULT '',      -- page or rows
    text             text NOT NULL,
    words            integer NOT NULL,
    terms            tsvector NOT NULL,             -- headings weigh A, the document's title B, the text D
    embedding        bytea,                         -- a unit vector of 16-bit floats
    embedding_model  text,
    PRIMARY KEY (document_id, number)
);
CREATE INDEX knowledge_passages_terms ON knowledge_passages USING gin (terms);
CREATE INDEX knowledge_passages_base ON knowledge_passages (base_id);

-- What machine-learning reports describe --------------------------------------------------

-- Experiments, models, deployments and so on, as their owner pushed them.
CREATE TABLE entities (
    principal_id  uuid NOT NULL REFERENCES principals ON DELETE CASCADE,
    kind          text NOT NULL CHECK (kind IN ('experiment', 'model', 'project', 'deployment', 'synthgen',
                      'privacy_session')),
    id            uuid NOT NULL,
    project_id    uuid,                             -- its own or its parent's; null: it has said none
    parent_id     uuid,                             -- a model's experiment, a deployment's model
    name          text NOT NULL DEFAULT '',
    status        text NOT NULL DEFAULT '',
    body          jsonb NOT NULL,                   -- as it was pushed, without samples of private values
    unknown       text[] NOT NULL DEFAULT '{}',     -- paths in the body that no report reads
    version       integer NOT NULL DEFAULT 1,       -- counts the times it was changed
    size_bytes    integer NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (principal_id, kind, id)
);
CREATE INDEX entities_list ON entities (principal_id, kind, updated_at DESC, id DESC);
CREATE INDEX entities_project ON entities (principal_id, project_id) WHERE project_id IS NOT NULL;
CREATE INDEX entities_parent ON entities (principal_id, parent_id) WHERE parent_id IS NOT NULL;

-- Tables that figures of an entity are computed from, for a day.
CREATE TABLE uploads (
    id            uuid PRIMARY KEY,
    principal_id  uuid NOT NULL REFERENCES principals ON DELETE CASCADE,
    filename      text NOT NULL DEFAULT '',
    kind          text NOT NULL CHECK (kind IN ('csv', 'parquet')),
    size_bytes    bigint NOT NULL,
    sha256        text NOT NULL,
    key           text NOT NULL,                    -- in the object store
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL
);
CREATE INDEX uploads_owner ON uploads (principal_id);
CREATE INDEX uploads_key ON uploads (key);
CREATE INDEX uploads_expiry ON uploads (expires_at);

-- Repeated requests --------------------------------------------------------------------

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

-- Who did what -------------------------------------------------------------------------

-- Who did what to what. Appended by any transaction, chained soon after (sequence and prev_hash), then final.
CREATE TABLE audit_entries (
    id           uuid PRIMARY KEY,
    at           timestamptz NOT NULL DEFAULT clock_timestamp()
                     CHECK (at >= '2000-01-01 00:00:00+00' AND at < '3000-01-01 00:00:00+00'),
    actor        text NOT NULL,
    action       text NOT NULL,
    object_kind  text NOT NULL,
    object_id    text NOT NULL,
    trace_id     text,
    details      text NOT NULL CHECK (json_typeof(details::json) = 'object'),  -- canonical, hashed as it is written
    sequence     bigint UNIQUE CHECK (sequence > 0),
    prev_hash    text                               -- of the entry before; null in the first
);
CREATE INDEX audit_entries_loose ON audit_entries (at, id) WHERE sequence IS NULL;

-- The chain's end: the sequence and the hash of the last entry. Its row is the chain's lock.
CREATE TABLE audit_head (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    sequence  bigint NOT NULL,
    hash      text
);
INSERT INTO audit_head (sequence) VALUES (0);

-- Signed Merkle roots over the entries since the checkpoint before.
CREATE TABLE audit_checkpoints (
    id           uuid PRIMARY KEY,
    at_sequence  bigint NOT NULL UNIQUE,
    merkle_root  text NOT NULL,
    signature    text NOT NULL,
    signed_at    timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only: % of % is refused', tg_op, tg_table_name
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_entries_loose BEFORE INSERT ON audit_entries FOR EACH ROW
    WHEN (NEW.sequence IS NOT NULL) EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_entries_final BEFORE UPDATE ON audit_entries FOR EACH ROW
    WHEN (OLD.sequence IS NOT NULL OR NEW.sequence IS NULL
          OR (OLD.id, OLD.at, OLD.actor, OLD.action, OLD.object_kind, OLD.object_id, OLD.trace_id, OLD.details)
             IS DISTINCT FROM
             (NEW.id, NEW.at, NEW.actor, NEW.action, NEW.object_kind, NEW.object_id, NEW.trace_id, NEW.details))
    EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_entries_kept BEFORE DELETE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_checkpoints_final BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head FOR EACH ROW
    WHEN (NEW.sequence <= OLD.sequence) EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_head_kept BEFORE DELETE OR TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
