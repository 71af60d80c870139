-- What a token is like and how the attacks on it went, as an officer signed it. Nothing of it is
-- believed without that signature; rows are only added, each above the newest.
CREATE TABLE token_profile (
    version   INTEGER NOT NULL PRIMARY KEY CHECK (version >= 1),
    profile   BLOB NOT NULL,
    signature BLOB NOT NULL,
    intent    INTEGER NOT NULL REFERENCES leaf (leaf_index)
) STRICT;

CREATE TRIGGER token_profile_rises BEFORE INSERT ON token_profile
WHEN NEW.version <= (SELECT coalesce(max(version), 0) FROM token_profile)
BEGIN SELECT RAISE(ABORT, 'versions of token profiles only rise'); END;

CREATE TRIGGER token_profile_is_not_deleted BEFORE DELETE ON token_profile
BEGIN SELECT RAISE(ABORT, 'token profiles are never deleted'); END;

CREATE TRIGGER token_profile_is_not_updated BEFORE UPDATE ON token_profile
BEGIN SELECT RAISE(ABORT, 'token profiles are never updated'); END;
