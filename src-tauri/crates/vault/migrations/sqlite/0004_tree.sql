-- The tree over the current records: what each leaf of the log names the root of.
--
-- Hashes are computed and checked above this crate; whoever can write these rows can have a record
-- refused, and not one believed.

-- An inner node, under its depth and the bits of the path that lead to it.
CREATE TABLE tree_node (
    id    BLOB NOT NULL PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 33),
    left  BLOB NOT NULL CHECK (length(left) = 32),
    right BLOB NOT NULL CHECK (length(right) = 32)
) STRICT, WITHOUT ROWID;

-- What stands at the end of a path.
CREATE TABLE tree_entry (
    path  BLOB NOT NULL PRIMARY KEY CHECK (length(path) = 32),
    value BLOB NOT NULL CHECK (length(value) = 32)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER tree_entry_is_not_deleted BEFORE DELETE ON tree_entry
BEGIN SELECT RAISE(ABORT, 'records are replaced, never taken away'); END;
