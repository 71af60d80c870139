-- Heads that the notary key has signed as well, and restores that an officer has signed.

-- Whether the note has the notary's line, too: to be found without reading every note. What counts
-- is the line.
ALTER TABLE head ADD COLUMN notarised INTEGER NOT NULL DEFAULT 0 CHECK (notarised IN (0, 1));
CREATE INDEX head_notarised ON head (size) WHERE notarised = 1;

-- Restores: what machines accept in place of a log that goes on from the one they remember.
CREATE TABLE restore (
    sequence  INTEGER PRIMARY KEY CHECK (sequence >= 1),
    statement BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT;

CREATE TRIGGER restore_is_not_updated BEFORE UPDATE ON restore
BEGIN SELECT RAISE(ABORT, 'restores are never updated'); END;
CREATE TRIGGER restore_is_not_deleted BEFORE DELETE ON restore
BEGIN SELECT RAISE(ABORT, 'restores are never deleted'); END;
