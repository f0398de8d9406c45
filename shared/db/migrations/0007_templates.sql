-- Templates that administrators make: rows that name a built-in template as their base.

ALTER TABLE templates
    ADD COLUMN base                text,
    ADD COLUMN parameters          jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN config              jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN scrambling_profile  text NOT NULL DEFAULT 'gdpr_compliant',
    ADD COLUMN security_level      text NOT NULL DEFAULT 'standard'
        CHECK (security_level IN ('standard', 'high', 'critical')),
    ADD COLUMN is_premium          boolean NOT NULL DEFAULT false,
    ADD COLUMN overrides           jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN created_by          uuid REFERENCES principals ON DELETE SET NULL;
CREATE UNIQUE INDEX templates_name ON templates (lower(name)) WHERE base IS NOT NULL AND is_active;
