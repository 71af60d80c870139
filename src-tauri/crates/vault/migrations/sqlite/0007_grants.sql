-- Offices that were given and taken after the founding, in the order of the acts; officers sign the
-- rows. `account` has the office from its newest row on, with `key` and no other.

CREATE TABLE role_grant (
    number            INTEGER PRIMARY KEY CHECK (number >= 1),
    account           BLOB NOT NULL REFERENCES account (id),
    key               BLOB NOT NULL REFERENCES key (id),
    role              TEXT NOT NULL CHECK (role IN ('officer', 'none')),
    officer_signature BLOB NOT NULL,
    intent            INTEGER NOT NULL REFERENCES leaf (leaf_index)
) STRICT;

CREATE TRIGGER role_grant_is_not_updated BEFORE UPDATE ON role_grant
BEGIN SELECT RAISE(ABORT, 'grants are never updated'); END;
CREATE TRIGGER role_grant_is_not_deleted BEFORE DELETE ON role_grant
BEGIN SELECT RAISE(ABORT, 'grants are withdrawn, never deleted'); END;
