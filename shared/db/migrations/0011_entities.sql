CREATE TABLE entities (
    principal_id  uuid NOT NULL REFERENCES principals ON DELETE CASCADE,
    kind          text NOT NULL CHECK (kind IN ('experiment', 'model', 'project', 'deployment', 'synthgen',
                      'privacy_session')),
    id            uuid NOT NULL,
    project_id    uuid,
    parent_id     uuid,
    name          text NOT NULL DEFAULT '',
    status        text NOT NULL DEFAULT '',
    body          jsonb NOT NULL,
    unknown       text[] NOT NULL DEFAULT '{}',
    version       integer NOT NULL DEFAULT 1,
    size_bytes    integer NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (principal_id, kind, id)
);
CREATE INDEX entities_list ON entities (principal_id, kind, updated_at DESC, id DESC);
CREATE INDEX entities_project ON entities (principal_id, project_id) WHERE project_id IS NOT NULL;
CREATE INDEX entities_parent ON entities (principal_id, parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE uploads (
    id            uuid PRIMARY KEY,
    principal_id  uuid NOT NULL REFERENCES principals ON DELETE CASCADE,
    filename      text NOT NULL DEFAULT '',
    kind          text NOT NULL CHECK (kind IN ('csv', 'parquet')),
    size_bytes    bigint NOT NULL,
    sha256        text NOT NULL,
    key           text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL
);
CREATE INDEX uploads_owner ON uploads (principal_id);
CREATE INDEX uploads_key ON uploads (key);
CREATE INDEX uploads_expiry ON uploads (expires_at);

ALTER TABLE reports
    ADD COLUMN project_id uuid,
    ADD COLUMN kind text,
    ADD COLUMN entity_id uuid;
CREATE INDEX reports_entity ON reports (principal_id, entity_id) WHERE entity_id IS NOT NULL;
