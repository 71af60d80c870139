-- Masters after the first one, and how keys move from one to the next. Officers sign the rows of
-- `master`, `rotation` and `office`.

-- `leaf` is the outcome of the act that made it: a key that was born after that one is wrapped under
-- this master, too.
CREATE TABLE master (
    number            INTEGER PRIMARY KEY CHECK (number >= 2),
    label             TEXT NOT NULL UNIQUE CHECK (label <> ''),
    mechanism         INTEGER NOT NULL CHECK (mechanism >= 0),
    rfc               INTEGER NOT NULL CHECK (rfc >= 0),
    canary            BLOB NOT NULL,
    spki              BLOB NOT NULL,
    officer_signature BLOB NOT NULL,
    intent            INTEGER NOT NULL REFERENCES leaf (leaf_index),
    leaf              INTEGER NOT NULL REFERENCES leaf (leaf_index)
) STRICT;

-- The newest row tells to which master keys move, and how far that is.
CREATE TABLE rotation (
    version           INTEGER PRIMARY KEY CHECK (version >= 1),
    master            INTEGER NOT NULL REFERENCES master (number),
    phase             TEXT NOT NULL CHECK (phase IN ('prepared', 'running', 'paused', 'finished')),
    officer_signature BLOB NOT NULL,
    intent            INTEGER NOT NULL REFERENCES leaf (leaf_index)
) STRICT;

-- An officer's key that took the place of the one before; the founders' first ones are in the
-- organisation file.
CREATE TABLE office (
    number            INTEGER PRIMARY KEY CHECK (number >= 1),
    account           BLOB NOT NULL REFERENCES account (id),
    key               BLOB NOT NULL UNIQUE REFERENCES key (id),
    replaced          BLOB NOT NULL REFERENCES key (id),
    officer_signature BLOB NOT NULL,
    intent            INTEGER NOT NULL REFERENCES leaf (leaf_index)
) STRICT;

-- The intent of the act in which a key was born.
ALTER TABLE key ADD COLUMN born INTEGER REFERENCES leaf (leaf_index);

CREATE INDEX key_state_under ON key_state (wrapping_key, key) WHERE status <> 'revoked';

CREATE TRIGGER master_is_not_updated BEFORE UPDATE ON master
BEGIN SELECT RAISE(ABORT, 'masters are never updated'); END;
CREATE TRIGGER master_is_not_deleted BEFORE DELETE ON master
BEGIN SELECT RAISE(ABORT, 'masters are retired, never deleted'); END;

CREATE TRIGGER rotation_goes_one_up BEFORE INSERT ON rotation
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM rotation)
BEGIN SELECT RAISE(ABORT, 'a phase follows the one before it'); END;
CREATE TRIGGER rotation_is_not_updated BEFORE UPDATE ON rotation
BEGIN SELECT RAISE(ABORT, 'phases are never updated'); END;
CREATE TRIGGER rotation_is_not_deleted BEFORE DELETE ON rotation
BEGIN SELECT RAISE(ABORT, 'phases are never deleted'); END;

CREATE TRIGGER office_is_not_updated BEFORE UPDATE ON office
BEGIN SELECT RAISE(ABORT, 'offices are never updated'); END;
CREATE TRIGGER office_is_not_deleted BEFORE DELETE ON office
BEGIN SELECT RAISE(ABORT, 'offices are never deleted'); END;
