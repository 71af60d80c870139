-- What became of keys after they were enrolled, and the revocation list made from it.

-- Who changed the status of a key, when and why: one row a version of its state.
CREATE TABLE status_change (
    key           BLOB NOT NULL REFERENCES key (id),
    state_version INTEGER NOT NULL CHECK (state_version >= 2),
    at            INTEGER NOT NULL,
    officer       TEXT NOT NULL,
    reason        TEXT NOT NULL CHECK (reason <> ''),
    note          TEXT NOT NULL,
    leaf          INTEGER NOT NULL REFERENCES leaf (leaf_index),
    PRIMARY KEY (key, state_version)
) STRICT, WITHOUT ROWID;

-- The owner's own suspension. It holds as long as the state has the version it was made at; the
-- next state, which an officer signs, lifts it.
CREATE TABLE own_suspension (
    key           BLOB NOT NULL REFERENCES key (id),
    state_version INTEGER NOT NULL CHECK (state_version >= 1),
    at            INTEGER NOT NULL,
    note          TEXT NOT NULL,
    leaf          INTEGER NOT NULL REFERENCES leaf (leaf_index),
    PRIMARY KEY (key, state_version)
) STRICT, WITHOUT ROWID;

-- Serial numbers of enrolments that were given up: a certificate may have been made.
CREATE TABLE abandoned_serial (
    serial BLOB NOT NULL PRIMARY KEY,
    at     INTEGER NOT NULL,
    leaf   INTEGER NOT NULL REFERENCES leaf (leaf_index)
) STRICT, WITHOUT ROWID;

-- Keys that are not active are few: the revocation list is made from these.
CREATE INDEX key_state_not_active ON key_state (status) WHERE status <> 'active';

CREATE TABLE revocation_list (
    number  INTEGER PRIMARY KEY CHECK (number >= 1),
    at      INTEGER NOT NULL,
    entries INTEGER NOT NULL CHECK (entries >= 0)
) STRICT;

CREATE TRIGGER status_change_is_not_updated BEFORE UPDATE ON status_change
BEGIN SELECT RAISE(ABORT, 'changes of status are never updated'); END;
CREATE TRIGGER status_change_is_not_deleted BEFORE DELETE ON status_change
BEGIN SELECT RAISE(ABORT, 'changes of status are never deleted'); END;

CREATE TRIGGER own_suspension_is_not_updated BEFORE UPDATE ON own_suspension
BEGIN SELECT RAISE(ABORT, 'own suspensions are never updated'); END;
CREATE TRIGGER own_suspension_is_not_deleted BEFORE DELETE ON own_suspension
BEGIN SELECT RAISE(ABORT, 'own suspensions are never deleted'); END;

CREATE TRIGGER abandoned_serial_is_not_deleted BEFORE DELETE ON abandoned_serial
BEGIN SELECT RAISE(ABORT, 'abandoned serial numbers are never deleted'); END;

CREATE TRIGGER revocation_list_rises BEFORE INSERT ON revocation_list
WHEN NEW.number <= (SELECT coalesce(max(number), 0) FROM revocation_list)
BEGIN SELECT RAISE(ABORT, 'numbers of revocation lists only rise'); END;
