-- What vouches for rows that whoever can write the file could write: nothing here is believed
-- without it, above this crate.

-- The intent of the act in which an officer signed an account.
ALTER TABLE account ADD COLUMN intent INTEGER REFERENCES leaf (leaf_index);

-- The token's HMAC over a leaf, its request and its intent. A signed head covers it soon after; this
-- covers it until then.
ALTER TABLE leaf ADD COLUMN mac BLOB CHECK (mac IS NULL OR length(mac) = 32);
