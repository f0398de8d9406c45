-- What a model's answers cost, by the run and node that paid for them; and conversations to write from.
ALTER TABLE answers
    ADD COLUMN run_id            text,
    ADD COLUMN node_id           text,
    ADD COLUMN slice             integer,
    ADD COLUMN model             text,
    ADD COLUMN prompt_tokens     integer NOT NULL DEFAULT 0 CHECK (prompt_tokens >= 0),
    ADD COLUMN completion_tokens integer NOT NULL DEFAULT 0 CHECK (completion_tokens >= 0),
    ADD COLUMN cost              numeric,
    ADD COLUMN currency          text;
UPDATE answers SET run_id = root_run_id, model = answer->>'model',
                   prompt_tokens = coalesce((answer->'usage'->>'prompt')::integer, 0),
                   completion_tokens = coalesce((answer->'usage'->>'completion')::integer, 0);

CREATE TABLE conversations (
    id            uuid PRIMARY KEY,
    principal_id  uuid NOT NULL REFERENCES principals ON DELETE CASCADE,
    title         text NOT NULL DEFAULT '',
    messages      integer NOT NULL DEFAULT 0,
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
