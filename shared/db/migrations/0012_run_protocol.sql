-- Signed tokens of an interrupt can be taken back: those of an earlier generation answer nothing any more.
ALTER TABLE interrupts ADD COLUMN token_generation int NOT NULL DEFAULT 0;

-- A definition stays for the runs that it was started for; only what is deployed now is started anew.
ALTER TABLE workflows ADD COLUMN deployed boolean NOT NULL DEFAULT true;
