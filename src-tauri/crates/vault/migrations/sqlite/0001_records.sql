-- The records of one organisation. Ids are 16 bytes, digests 32, times Unix seconds. Blobs are
-- opaque here: what they mean, and who vouches for them, is known above this crate.
--
-- Triggers guard against our own mistakes. Whoever can write the file can drop them; that is
-- answered by the seal, the signatures over the rows and the log.

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- People.

CREATE TABLE account (
    id                BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    login             TEXT NOT NULL CHECK (login <> ''),
    login_folded      TEXT NOT NULL UNIQUE CHECK (login_folded <> ''),
    name              TEXT NOT NULL,
    email             TEXT NOT NULL,
    role              TEXT NOT NULL CHECK (role IN ('officer', 'signer')),
    created_at        INTEGER NOT NULL,
    row_version       INTEGER NOT NULL CHECK (row_version >= 1),
    officer_signature BLOB
) STRICT, WITHOUT ROWID;

-- The folded words of login, name and e-mail, so that a search is a range of an index.
CREATE TABLE account_word (
    word    TEXT NOT NULL,
    account BLOB NOT NULL REFERENCES account (id),
    PRIMARY KEY (word, account)
) STRICT, WITHOUT ROWID;

-- Keys.

-- `ordinal` counts the keys of one account from 1; the highest is the current one.
CREATE TABLE key (
    id        BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    account   BLOB NOT NULL REFERENCES account (id),
    ordinal   INTEGER NOT NULL CHECK (ordinal >= 1),
    algorithm TEXT NOT NULL,
    spki      BLOB NOT NULL UNIQUE,
    identity  BLOB NOT NULL,
    origin    TEXT NOT NULL CHECK (origin IN ('generated', 'imported')),
    UNIQUE (account, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE certificate (
    sha256     BLOB NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
    key        BLOB REFERENCES key (id),
    serial     BLOB NOT NULL UNIQUE,
    der        BLOB NOT NULL,
    not_before INTEGER NOT NULL,
    not_after  INTEGER NOT NULL,
    subject    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX certificate_key ON certificate (key);

CREATE TABLE key_state (
    key               BLOB NOT NULL PRIMARY KEY REFERENCES key (id),
    version           INTEGER NOT NULL CHECK (version >= 1),
    status            TEXT NOT NULL CHECK (status IN ('active', 'suspended', 'revoked')),
    certificate       BLOB NOT NULL REFERENCES certificate (sha256),
    wrapping_key      TEXT NOT NULL,
    officer_signature BLOB,
    intent            INTEGER REFERENCES leaf (leaf_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE seal (
    key       BLOB NOT NULL PRIMARY KEY REFERENCES key (id),
    version   INTEGER NOT NULL CHECK (version >= 1),
    sealed    BLOB NOT NULL,
    slots     BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Covers identity, state and seal of a key; changes with either of the two.
CREATE TABLE record_mac (
    key BLOB NOT NULL PRIMARY KEY REFERENCES key (id),
    mac BLOB NOT NULL CHECK (length(mac) = 32)
) STRICT, WITHOUT ROWID;

-- The issuing token's PIN, sealed once for each officer.
CREATE TABLE issuing_pin (
    account    BLOB NOT NULL PRIMARY KEY REFERENCES account (id),
    generation INTEGER NOT NULL CHECK (generation >= 1),
    identity   BLOB NOT NULL,
    version    INTEGER NOT NULL CHECK (version >= 1),
    sealed     BLOB NOT NULL,
    slots      BLOB NOT NULL,
    signature  BLOB NOT NULL,
    mac        BLOB NOT NULL CHECK (length(mac) = 32)
) STRICT, WITHOUT ROWID;

-- `last_at` is when the latest try was counted, `prior_at` the one before it, so that a try can be
-- given back; `last_wrong_at` is when a secret was last judged wrong.
CREATE TABLE tries (
    key           BLOB NOT NULL REFERENCES key (id),
    machine       BLOB NOT NULL CHECK (length(machine) = 16),
    count         INTEGER NOT NULL CHECK (count >= 1),
    first_at      INTEGER NOT NULL,
    last_at       INTEGER NOT NULL,
    prior_at      INTEGER,
    last_wrong_at INTEGER,
    PRIMARY KEY (key, machine)
) STRICT, WITHOUT ROWID;

-- The log.

-- `intent` is the leaf whose outcome this one is.
CREATE TABLE leaf (
    leaf_index INTEGER PRIMARY KEY CHECK (leaf_index >= 0),
    kind       TEXT NOT NULL CHECK (kind <> ''),
    bytes      BLOB NOT NULL,
    at         INTEGER NOT NULL,
    request_id BLOB UNIQUE CHECK (request_id IS NULL OR length(request_id) = 16),
    intent     INTEGER UNIQUE REFERENCES leaf (leaf_index)
) STRICT;

-- Intents that have no outcome yet; few, however long the log is.
CREATE TABLE open_intent (
    leaf_index INTEGER PRIMARY KEY REFERENCES leaf (leaf_index)
) STRICT;

-- What a leaf digests. The row may be erased; the leaf stays.
CREATE TABLE event (
    leaf_index INTEGER PRIMARY KEY REFERENCES leaf (leaf_index),
    salt       BLOB NOT NULL,
    bytes      BLOB NOT NULL
) STRICT;

-- A size may have several notes (the notary's line comes later), but one root.
CREATE TABLE head (
    head_id INTEGER PRIMARY KEY,
    size    INTEGER NOT NULL CHECK (size >= 1),
    root    BLOB NOT NULL CHECK (length(root) = 32),
    note    TEXT NOT NULL,
    UNIQUE (size, root, note)
) STRICT;

-- What is never changed.

CREATE TRIGGER leaf_goes_to_the_end BEFORE INSERT ON leaf
WHEN NEW.leaf_index <> (SELECT coalesce(max(leaf_index) + 1, 0) FROM leaf)
BEGIN SELECT RAISE(ABORT, 'a leaf goes to the end of the log'); END;

CREATE TRIGGER leaf_is_not_updated BEFORE UPDATE ON leaf
BEGIN SELECT RAISE(ABORT, 'leaves are never updated'); END;
CREATE TRIGGER leaf_is_not_deleted BEFORE DELETE ON leaf
BEGIN SELECT RAISE(ABORT, 'leaves are never deleted'); END;

CREATE TRIGGER event_is_not_updated BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'events are erased or kept, never updated'); END;

CREATE TRIGGER head_is_not_updated BEFORE UPDATE ON head
BEGIN SELECT RAISE(ABORT, 'heads are never updated'); END;
CREATE TRIGGER head_is_not_deleted BEFORE DELETE ON head
BEGIN SELECT RAISE(ABORT, 'heads are never deleted'); END;
CREATE TRIGGER head_does_not_fork BEFORE INSERT ON head
WHEN EXISTS (SELECT 1 FROM head WHERE size = NEW.size AND root <> NEW.root)
BEGIN SELECT RAISE(ABORT, 'a size has one root'); END;

CREATE TRIGGER certificate_is_not_updated BEFORE UPDATE ON certificate
BEGIN SELECT RAISE(ABORT, 'certificates are never updated'); END;
CREATE TRIGGER certificate_is_not_deleted BEFORE DELETE ON certificate
BEGIN SELECT RAISE(ABORT, 'certificates are never deleted'); END;

CREATE TRIGGER key_is_not_updated BEFORE UPDATE ON key
BEGIN SELECT RAISE(ABORT, 'the identity of a key never changes'); END;
CREATE TRIGGER key_is_not_deleted BEFORE DELETE ON key
BEGIN SELECT RAISE(ABORT, 'keys are revoked, never deleted'); END;

CREATE TRIGGER key_state_goes_one_up BEFORE UPDATE ON key_state
WHEN NEW.version <> OLD.version + 1 OR NEW.key <> OLD.key
BEGIN SELECT RAISE(ABORT, 'a key state follows the one before it'); END;
CREATE TRIGGER key_state_is_not_deleted BEFORE DELETE ON key_state
BEGIN SELECT RAISE(ABORT, 'key states are never deleted'); END;

CREATE TRIGGER seal_goes_one_up BEFORE UPDATE ON seal
WHEN NEW.version <> OLD.version + 1 OR NEW.key <> OLD.key
BEGIN SELECT RAISE(ABORT, 'a seal follows the one before it'); END;

CREATE TRIGGER issuing_pin_goes_one_up BEFORE UPDATE ON issuing_pin
WHEN NEW.version <> OLD.version + 1 OR NEW.account <> OLD.account
BEGIN SELECT RAISE(ABORT, 'an issuing PIN record follows the one before it'); END;
