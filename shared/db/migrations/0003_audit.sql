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
