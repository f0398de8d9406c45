-- People: users over principals, their sessions and second factors, and how often somebody tried.

ALTER TABLE principals ADD COLUMN active boolean NOT NULL DEFAULT true;

CREATE TABLE users (
    principal_id          uuid PRIMARY KEY REFERENCES principals ON DELETE CASCADE,
    email                 text UNIQUE,
    identity              text UNIQUE,
    password_hash         text,
    must_change_password  boolean NOT NULL DEFAULT false,
    last_login_at         timestamptz,
    CHECK ((email IS NULL) = (identity IS NOT NULL)),
    CHECK ((email IS NULL) = (password_hash IS NULL))
);

CREATE TABLE sessions (
    id             uuid PRIMARY KEY,
    principal_id   uuid NOT NULL REFERENCES principals ON DELETE CASCADE,
    hash           bytea NOT NULL UNIQUE,
    stepped_up_at  timestamptz,
    address        text NOT NULL DEFAULT '',
    agent          text NOT NULL DEFAULT '',
    created_at     timestamptz NOT NULL DEFAULT now(),
    seen_at        timestamptz NOT NULL DEFAULT now(),
    expires_at     timestamptz NOT NULL
);
CREATE INDEX sessions_principal ON sessions (principal_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE second_factors (
    principal_id  uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    secret        bytea NOT NULL,
    confirmed_at  timestamptz,
    last_step     bigint NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE recovery_codes (
    principal_id  uuid NOT NULL REFERENCES second_factors ON DELETE CASCADE,
    hash          bytea NOT NULL,
    used_at       timestamptz,
    PRIMARY KEY (principal_id, hash)
);

CREATE TABLE attempts (
    subject  text PRIMARY KEY,
    made     integer NOT NULL,
    until    timestamptz NOT NULL
);
CREATE INDEX attempts_until ON attempts (until);
