-- Documents to retrieve passages from.

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
