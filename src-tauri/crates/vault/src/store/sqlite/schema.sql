-- index certificate_key of certificate
CREATE INDEX certificate_key ON certificate (key);

-- index head_notarised of head
CREATE INDEX head_notarised ON head (size) WHERE notarised = 1;

-- index key_state_not_active of key_state
CREATE INDEX key_state_not_active ON key_state (status) WHERE status <> 'active';

-- index key_state_under of key_state
CREATE INDEX key_state_under ON key_state (wrapping_key, key) WHERE status <> 'revoked';

-- table abandoned_serial of abandoned_serial
CREATE TABLE abandoned_serial (
    serial BLOB NOT NULL PRIMARY KEY,
    at     INTEGER NOT NULL,
    leaf   INTEGER NOT NULL REFERENCES leaf (leaf_index)
) STRICT, WITHOUT ROWID;

-- table account of account
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
, intent INTEGER REFERENCES leaf (leaf_index)) STRICT, WITHOUT ROWID;

-- table account_word of account_word
CREATE TABLE account_word (
    word    TEXT NOT NULL,
    account BLOB NOT NULL REFERENCES account (id),
    PRIMARY KEY (word, account)
) STRICT, WITHOUT ROWID;

-- table certificate of certificate
CREATE TABLE certificate (
    sha256     BLOB NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
    key        BLOB REFERENCES key (id),
    serial     BLOB NOT NULL UNIQUE,
    der        BLOB NOT NULL,
    not_before INTEGER NOT NULL,
    not_after  INTEGER NOT NULL,
    subject    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- table event of event
CREATE TABLE event (
    leaf_index INTEGER PRIMARY KEY REFERENCES leaf (leaf_index),
    salt       BLOB NOT NULL,
    bytes      BLOB NOT NULL
) STRICT;

-- table head of head
CREATE TABLE head (
    head_id INTEGER PRIMARY KEY,
    size    INTEGER NOT NULL CHECK (size >= 1),
    root    BLOB NOT NULL CHECK (length(root) = 32),
    note    TEXT NOT NULL, notarised INTEGER NOT NULL DEFAULT 0 CHECK (notarised IN (0, 1)),
    UNIQUE (size, root, note)
) STRICT;

-- table issuing_pin of issuing_pin
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

-- table key of key
CREATE TABLE key (
    id        BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    account   BLOB NOT NULL REFERENCES account (id),
    ordinal   INTEGER NOT NULL CHECK (ordinal >= 1),
    algorithm TEXT NOT NULL,
    spki      BLOB NOT NULL UNIQUE,
    identity  BLOB NOT NULL,
    origin    TEXT NOT NULL CHECK (origin IN ('generated', 'imported')), born INTEGER REFERENCES leaf (leaf_index),
    UNIQUE (account, ordinal)
) STRICT, WITHOUT ROWID;

-- table key_state of key_state
CREATE TABLE key_state (
    key               BLOB NOT NULL PRIMARY KEY REFERENCES key (id),
    version           INTEGER NOT NULL CHECK (version >= 1),
    status            TEXT NOT NULL CHECK (status IN ('active', 'suspended', 'revoked')),
    certificate       BLOB NOT NULL REFERENCES certificate (sha256),
    wrapping_key      TEXT NOT NULL,
    officer_signature BLOB,
    intent            INTEGER REFERENCES leaf (leaf_index)
) STRICT, WITHOUT ROWID;

-- table leaf of leaf
CREATE TABLE leaf (
    leaf_index INTEGER PRIMARY KEY CHECK (leaf_index >= 0),
    kind       TEXT NOT NULL CHECK (kind <> ''),
    bytes      BLOB NOT NULL,
    at         INTEGER NOT NULL,
    request_id BLOB UNIQUE CHECK (request_id IS NULL OR length(request_id) = 16),
    intent     INTEGER UNIQUE REFERENCES leaf (leaf_index)
, mac BLOB CHECK (mac IS NULL OR length(mac) = 32)) STRICT;

-- table master of master
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

-- table meta of meta
CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- table office of office
CREATE TABLE office (
    number            INTEGER PRIMARY KEY CHECK (number >= 1),
    account           BLOB NOT NULL REFERENCES account (id),
    key               BLOB NOT NULL UNIQUE REFERENCES key (id),
    replaced          BLOB NOT NULL REFERENCES key (id),
    officer_signature BLOB NOT NULL,
    intent            INTEGER NOT NULL REFERENCES leaf (leaf_index)
) STRICT;

-- table open_intent of open_intent
CREATE TABLE open_intent (
    leaf_index INTEGER PRIMARY KEY REFERENCES leaf (leaf_index)
) STRICT;

-- table own_suspension of own_suspension
CREATE TABLE own_suspension (
    key           BLOB NOT NULL REFERENCES key (id),
    state_version INTEGER NOT NULL CHECK (state_version >= 1),
    at            INTEGER NOT NULL,
    note          TEXT NOT NULL,
    leaf          INTEGER NOT NULL REFERENCES leaf (leaf_index),
    PRIMARY KEY (key, state_version)
) STRICT, WITHOUT ROWID;

-- table record_mac of record_mac
CREATE TABLE record_mac (
    key BLOB NOT NULL PRIMARY KEY REFERENCES key (id),
    mac BLOB NOT NULL CHECK (length(mac) = 32)
) STRICT, WITHOUT ROWID;

-- table restore of restore
CREATE TABLE restore (
    sequence  INTEGER PRIMARY KEY CHECK (sequence >= 1),
    statement BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT;

-- table revocation_list of revocation_list
CREATE TABLE revocation_list (
    number  INTEGER PRIMARY KEY CHECK (number >= 1),
    at      INTEGER NOT NULL,
    entries INTEGER NOT NULL CHECK (entries >= 0)
) STRICT;

-- table role_grant of role_grant
CREATE TABLE role_grant (
    number            INTEGER PRIMARY KEY CHECK (number >= 1),
    account           BLOB NOT NULL REFERENCES account (id),
    key               BLOB NOT NULL REFERENCES key (id),
    role              TEXT NOT NULL CHECK (role IN ('officer', 'none')),
    officer_signature BLOB NOT NULL,
    intent            INTEGER NOT NULL REFERENCES leaf (leaf_index)
) STRICT;

-- table rotation of rotation
CREATE TABLE rotation (
    version           INTEGER PRIMARY KEY CHECK (version >= 1),
    master            INTEGER NOT NULL REFERENCES master (number),
    phase             TEXT NOT NULL CHECK (phase IN ('prepared', 'running', 'paused', 'finished')),
    officer_signature BLOB NOT NULL,
    intent            INTEGER NOT NULL REFERENCES leaf (leaf_index)
) STRICT;

-- table seal of seal
CREATE TABLE seal (
    key       BLOB NOT NULL PRIMARY KEY REFERENCES key (id),
    version   INTEGER NOT NULL CHECK (version >= 1),
    sealed    BLOB NOT NULL,
    slots     BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- table status_change of status_change
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

-- table token_profile of token_profile
CREATE TABLE token_profile (
    version   INTEGER NOT NULL PRIMARY KEY CHECK (version >= 1),
    profile   BLOB NOT NULL,
    signature BLOB NOT NULL,
    intent    INTEGER NOT NULL REFERENCES leaf (leaf_index)
) STRICT;

-- table tree_entry of tree_entry
CREATE TABLE tree_entry (
    path  BLOB NOT NULL PRIMARY KEY CHECK (length(path) = 32),
    value BLOB NOT NULL CHECK (length(value) = 32)
) STRICT, WITHOUT ROWID;

-- table tree_node of tree_node
CREATE TABLE tree_node (
    id    BLOB NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 33),
    left  BLOB NOT NULL CHECK (length(left) = 32),
    right BLOB NOT NULL CHECK (length(right) = 32)
) STRICT, WITHOUT ROWID;

-- table tries of tries
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

-- trigger abandoned_serial_is_not_deleted of abandoned_serial
CREATE TRIGGER abandoned_serial_is_not_deleted BEFORE DELETE ON abandoned_serial
BEGIN SELECT RAISE(ABORT, 'abandoned serial numbers are never deleted'); END;

-- trigger certificate_is_not_deleted of certificate
CREATE TRIGGER certificate_is_not_deleted BEFORE DELETE ON certificate
BEGIN SELECT RAISE(ABORT, 'certificates are never deleted'); END;

-- trigger certificate_is_not_updated of certificate
CREATE TRIGGER certificate_is_not_updated BEFORE UPDATE ON certificate
BEGIN SELECT RAISE(ABORT, 'certificates are never updated'); END;

-- trigger event_is_not_updated of event
CREATE TRIGGER event_is_not_updated BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'events are erased or kept, never updated'); END;

-- trigger head_does_not_fork of head
CREATE TRIGGER head_does_not_fork BEFORE INSERT ON head
WHEN EXISTS (SELECT 1 FROM head WHERE size = NEW.size AND root <> NEW.root)
BEGIN SELECT RAISE(ABORT, 'a size has one root'); END;

-- trigger head_is_not_deleted of head
CREATE TRIGGER head_is_not_deleted BEFORE DELETE ON head
BEGIN SELECT RAISE(ABORT, 'heads are never deleted'); END;

-- trigger head_is_not_updated of head
CREATE TRIGGER head_is_not_updated BEFORE UPDATE ON head
BEGIN SELECT RAISE(ABORT, 'heads are never updated'); END;

-- trigger issuing_pin_goes_one_up of issuing_pin
CREATE TRIGGER issuing_pin_goes_one_up BEFORE UPDATE ON issuing_pin
WHEN NEW.version <> OLD.version + 1 OR NEW.account <> OLD.account
BEGIN SELECT RAISE(ABORT, 'an issuing PIN record follows the one before it'); END;

-- trigger key_is_not_deleted of key
CREATE TRIGGER key_is_not_deleted BEFORE DELETE ON key
BEGIN SELECT RAISE(ABORT, 'keys are revoked, never deleted'); END;

-- trigger key_is_not_updated of key
CREATE TRIGGER key_is_not_updated BEFORE UPDATE ON key
BEGIN SELECT RAISE(ABORT, 'the identity of a key never changes'); END;

-- trigger key_state_goes_one_up of key_state
CREATE TRIGGER key_state_goes_one_up BEFORE UPDATE ON key_state
WHEN NEW.version <> OLD.version + 1 OR NEW.key <> OLD.key
BEGIN SELECT RAISE(ABORT, 'a key state follows the one before it'); END;

-- trigger key_state_is_not_deleted of key_state
CREATE TRIGGER key_state_is_not_deleted BEFORE DELETE ON key_state
BEGIN SELECT RAISE(ABORT, 'key states are never deleted'); END;

-- trigger leaf_goes_to_the_end of leaf
CREATE TRIGGER leaf_goes_to_the_end BEFORE INSERT ON leaf
WHEN NEW.leaf_index <> (SELECT coalesce(max(leaf_index) + 1, 0) FROM leaf)
BEGIN SELECT RAISE(ABORT, 'a leaf goes to the end of the log'); END;

-- trigger leaf_is_not_deleted of leaf
CREATE TRIGGER leaf_is_not_deleted BEFORE DELETE ON leaf
BEGIN SELECT RAISE(ABORT, 'leaves are never deleted'); END;

-- trigger leaf_is_not_updated of leaf
CREATE TRIGGER leaf_is_not_updated BEFORE UPDATE ON leaf
BEGIN SELECT RAISE(ABORT, 'leaves are never updated'); END;

-- trigger master_is_not_deleted of master
CREATE TRIGGER master_is_not_deleted BEFORE DELETE ON master
BEGIN SELECT RAISE(ABORT, 'masters are retired, never deleted'); END;

-- trigger master_is_not_updated of master
CREATE TRIGGER master_is_not_updated BEFORE UPDATE ON master
BEGIN SELECT RAISE(ABORT, 'masters are never updated'); END;

-- trigger office_is_not_deleted of office
CREATE TRIGGER office_is_not_deleted BEFORE DELETE ON office
BEGIN SELECT RAISE(ABORT, 'offices are never deleted'); END;

-- trigger office_is_not_updated of office
CREATE TRIGGER office_is_not_updated BEFORE UPDATE ON office
BEGIN SELECT RAISE(ABORT, 'offices are never updated'); END;

-- trigger own_suspension_is_not_deleted of own_suspension
CREATE TRIGGER own_suspension_is_not_deleted BEFORE DELETE ON own_suspension
BEGIN SELECT RAISE(ABORT, 'own suspensions are never deleted'); END;

-- trigger own_suspension_is_not_updated of own_suspension
CREATE TRIGGER own_suspension_is_not_updated BEFORE UPDATE ON own_suspension
BEGIN SELECT RAISE(ABORT, 'own suspensions are never updated'); END;

-- trigger restore_is_not_deleted of restore
CREATE TRIGGER restore_is_not_deleted BEFORE DELETE ON restore
BEGIN SELECT RAISE(ABORT, 'restores are never deleted'); END;

-- trigger restore_is_not_updated of restore
CREATE TRIGGER restore_is_not_updated BEFORE UPDATE ON restore
BEGIN SELECT RAISE(ABORT, 'restores are never updated'); END;

-- trigger revocation_list_rises of revocation_list
CREATE TRIGGER revocation_list_rises BEFORE INSERT ON revocation_list
WHEN NEW.number <= (SELECT coalesce(max(number), 0) FROM revocation_list)
BEGIN SELECT RAISE(ABORT, 'numbers of revocation lists only rise'); END;

-- trigger role_grant_is_not_deleted of role_grant
CREATE TRIGGER role_grant_is_not_deleted BEFORE DELETE ON role_grant
BEGIN SELECT RAISE(ABORT, 'grants are withdrawn, never deleted'); END;

-- trigger role_grant_is_not_updated of role_grant
CREATE TRIGGER role_grant_is_not_updated BEFORE UPDATE ON role_grant
BEGIN SELECT RAISE(ABORT, 'grants are never updated'); END;

-- trigger rotation_goes_one_up of rotation
CREATE TRIGGER rotation_goes_one_up BEFORE INSERT ON rotation
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM rotation)
BEGIN SELECT RAISE(ABORT, 'a phase follows the one before it'); END;

-- trigger rotation_is_not_deleted of rotation
CREATE TRIGGER rotation_is_not_deleted BEFORE DELETE ON rotation
BEGIN SELECT RAISE(ABORT, 'phases are never deleted'); END;

-- trigger rotation_is_not_updated of rotation
CREATE TRIGGER rotation_is_not_updated BEFORE UPDATE ON rotation
BEGIN SELECT RAISE(ABORT, 'phases are never updated'); END;

-- trigger seal_goes_one_up of seal
CREATE TRIGGER seal_goes_one_up BEFORE UPDATE ON seal
WHEN NEW.version <> OLD.version + 1 OR NEW.key <> OLD.key
BEGIN SELECT RAISE(ABORT, 'a seal follows the one before it'); END;

-- trigger status_change_is_not_deleted of status_change
CREATE TRIGGER status_change_is_not_deleted BEFORE DELETE ON status_change
BEGIN SELECT RAISE(ABORT, 'changes of status are never deleted'); END;

-- trigger status_change_is_not_updated of status_change
CREATE TRIGGER status_change_is_not_updated BEFORE UPDATE ON status_change
BEGIN SELECT RAISE(ABORT, 'changes of status are never updated'); END;

-- trigger token_profile_is_not_deleted of token_profile
CREATE TRIGGER token_profile_is_not_deleted BEFORE DELETE ON token_profile
BEGIN SELECT RAISE(ABORT, 'token profiles are never deleted'); END;

-- trigger token_profile_is_not_updated of token_profile
CREATE TRIGGER token_profile_is_not_updated BEFORE UPDATE ON token_profile
BEGIN SELECT RAISE(ABORT, 'token profiles are never updated'); END;

-- trigger token_profile_rises of token_profile
CREATE TRIGGER token_profile_rises BEFORE INSERT ON token_profile
WHEN NEW.version <= (SELECT coalesce(max(version), 0) FROM token_profile)
BEGIN SELECT RAISE(ABORT, 'versions of token profiles only rise'); END;

-- trigger tree_entry_is_not_deleted of tree_entry
CREATE TRIGGER tree_entry_is_not_deleted BEFORE DELETE ON tree_entry
BEGIN SELECT RAISE(ABORT, 'records are replaced, never taken away'); END;
