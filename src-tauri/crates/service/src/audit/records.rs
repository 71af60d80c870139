//! The second tree: what is current. Its root stands in every leaf of the log.
//!
//! The log says what happened, and an old row put back did happen once. So each leaf also names the
//! root of a tree over the records as they are after it: a sparse Merkle tree over paths of 256
//! bits, in which a subtree with one entry is that entry and one without any is a constant. One
//! set of entries has one root, whatever order they came in; that something is *not* there can be
//! shown as well as that it is. Work and proof grow with the logarithm of the number of entries.
//!
//! Hashes are those of the Jellyfish Merkle tree (crate `jmt`), against which roots are tested. The
//! crate itself is not used: it believes what its store returns, keeps every version of every node
//! until it is told to prune, and knows no rows; here each node is held against the hash above it,
//! because whoever writes the database writes the nodes, too.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::Error;

/// A hash, a path or the digest of a row.
pub type Hash = [u8; 32];

/// Bits of a path.
const BITS: usize = 256;
/// What stands for a subtree without entries.
pub const EMPTY: Hash = *b"SPARSE_MERKLE_PLACEHOLDER_HASH__";
const LEAF: &[u8] = b"JMT::LeafNode";
const INNER: &[u8] = b"JMT::IntrnalNode";

/// What a record is, for its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Identity, state and seal row of a key.
    Key,
    /// The row of a person.
    Account,
    /// An officer's copy of the issuing PIN, by account.
    IssuingPin,
    /// The owner's own suspension of a key.
    OwnSuspension,
    /// The newest grant of a person, by account.
    Grant,
    /// Every office that was given or taken, in order, by organisation.
    Offices,
    /// The masters and the newest step of a rotation, by organisation.
    Masters,
    /// The newest profile of the signing token, by organisation.
    TokenProfile,
}

impl Of {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Key => b"chancery key v1",
            Self::Account => b"chancery account v1",
            Self::IssuingPin => b"chancery issuing pin v1",
            Self::OwnSuspension => b"chancery own suspension v1",
            Self::Grant => b"chancery newest grant v1",
            Self::Offices => b"chancery offices v1",
            Self::Masters => b"chancery masters v1",
            Self::TokenProfile => b"chancery token profile v1",
        }
    }

    /// Where the record with this id stands: SHA-256 of `label ‖ 0 ‖ id`.
    #[must_use]
    pub fn path(self, id: &[u8; 16]) -> Hash {
        hash(&[self.label(), &[0], id])
    }
}

/// One record as the tree has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Where it stands.
    pub path: Hash,
    /// SHA-256 over it.
    pub value: Hash,
}

impl Entry {
    /// What the entry hashes to.
    #[must_use]
    pub fn hash(&self) -> Hash {
        hash(&[LEAF, &self.path, &self.value])
    }
}

/// What a store says lies along a path; not believed before [`Found::under`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Left and right of each inner node, from the root on.
    pub nodes: Vec<(Hash, Hash)>,
    /// The entry below the last of them.
    pub entry: Option<Entry>,
}

impl Found {
    /// The value at `path` in the tree with this root; none if there is none.
    ///
    /// # Errors
    /// [`Error::TreeBroken`] if what was found is not of that tree.
    pub fn under(&self, root: &Hash, path: &Hash) -> Result<Option<Hash>, Error> {
        let at = self.end(root, path)?;
        if at == EMPTY {
            return Ok(None);
        }
        let entry = self.entry.ok_or(Error::TreeBroken)?;
        if entry.hash() != at || shared(&entry.path, path) < self.nodes.len() {
            return Err(Error::TreeBroken);
        }
        Ok((entry.path == *path).then_some(entry.value))
    }

    /// The hash below the last node.
    fn end(&self, root: &Hash, path: &Hash) -> Result<Hash, Error> {
        if self.nodes.len() > BITS {
            return Err(Error::TreeBroken);
        }
        let mut at = *root;
        for (depth, (left, right)) in self.nodes.iter().enumerate() {
            if inner(left, right) != at {
                return Err(Error::TreeBroken);
            }
            at = if bit(path, depth) { *right } else { *left };
        }
        Ok(at)
    }
}

/// Part of a tree in memory: enough to change some of its entries.
#[derive(Debug, Clone)]
pub struct Tree {
    root: Hash,
    nodes: BTreeMap<Prefix, (Hash, Hash)>,
    entries: BTreeMap<Hash, Entry>,
    changed: BTreeMap<Prefix, (Hash, Hash)>,
    set: BTreeMap<Hash, Hash>,
}

/// The bits that lead to a node: their number, and a path with zeros after them.
type Prefix = (usize, Hash);

impl Tree {
    /// A tree without entries.
    #[must_use]
    pub fn empty() -> Self {
        Self::of(EMPTY)
    }

    /// A tree of which nothing but the root is known.
    #[must_use]
    pub fn of(root: Hash) -> Self {
        Self {
            root,
            nodes: BTreeMap::new(),
            entries: BTreeMap::new(),
            changed: BTreeMap::new(),
            set: BTreeMap::new(),
        }
    }

    /// Takes up what lies along a path, which must be so under the root; to be done for every path
    /// that is set, before the first of them is.
    ///
    /// # Errors
    /// [`Error::TreeBroken`].
    pub fn take_up(&mut self, path: &Hash, found: &Found) -> Result<(), Error> {
        found.under(&self.root, path)?;
        for (depth, node) in found.nodes.iter().enumerate() {
            self.nodes.insert(prefix(path, depth), *node);
        }
        if let Some(entry) = found.entry {
            self.entries.insert(entry.hash(), entry);
        }
        Ok(())
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.root
    }

    /// Puts an entry in its place.
    ///
    /// # Errors
    /// [`Error::TreeBroken`] if the path was not taken up.
    pub fn set(&mut self, entry: Entry) -> Result<(), Error> {
        let mut way = Vec::new();
        let mut at = self.root;
        let mut depth = 0;
        while let Some(node) = self.nodes.get(&prefix(&entry.path, depth)) {
            way.push(*node);
            at = if bit(&entry.path, depth) {
                node.1
            } else {
                node.0
            };
            depth += 1;
        }
        let mut hash = entry.hash();
        if at != EMPTY {
            let there = *self.entries.get(&at).ok_or(Error::TreeBroken)?;
            if there.path != entry.path {
                hash = self.part(depth, there, entry);
            }
        }
        while let Some((left, right)) = way.pop() {
            depth -= 1;
            let node = if bit(&entry.path, depth) {
                (left, hash)
            } else {
                (hash, right)
            };
            hash = self.put(&entry.path, depth, node);
        }
        self.root = hash;
        self.entries.insert(entry.hash(), entry);
        self.set.insert(entry.path, entry.value);
        Ok(())
    }

    /// Nodes from `depth` down to where two entries part.
    fn part(&mut self, depth: usize, one: Entry, other: Entry) -> Hash {
        let parting = shared(&one.path, &other.path);
        let mut hash = other.hash();
        for depth in (depth..=parting).rev() {
            let beside = if depth == parting { one.hash() } else { EMPTY };
            let node = if bit(&other.path, depth) {
                (beside, hash)
            } else {
                (hash, beside)
            };
            hash = self.put(&other.path, depth, node);
        }
        hash
    }

    fn put(&mut self, path: &Hash, depth: usize, node: (Hash, Hash)) -> Hash {
        let prefix = prefix(path, depth);
        self.nodes.insert(prefix, node);
        self.changed.insert(prefix, node);
        inner(&node.0, &node.1)
    }

    /// The nodes that are new or other than they were: depth, a path that leads there, left, right.
    pub fn changed(&self) -> impl Iterator<Item = (u8, Hash, Hash, Hash)> {
        self.changed.iter().map(|((depth, path), (left, right))| {
            let depth = u8::try_from(*depth).expect("two paths part within 256 bits");
            (depth, *path, *left, *right)
        })
    }

    /// The entries that were set.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        let set = self.set.iter();
        set.map(|(&path, &value)| Entry { path, value })
    }

    /// Makes the tree over these entries at once. Of two with one path the later counts.
    #[must_use]
    pub fn over(entries: impl IntoIterator<Item = Entry>) -> Self {
        let set: BTreeMap<Hash, Hash> = entries
            .into_iter()
            .map(|entry| (entry.path, entry.value))
            .collect();
        let sorted: Vec<Entry> = set
            .iter()
            .map(|(&path, &value)| Entry { path, value })
            .collect();
        let mut tree = Self::empty();
        tree.root = tree.make(0, &sorted);
        tree.set = set;
        tree
    }

    fn make(&mut self, depth: usize, sorted: &[Entry]) -> Hash {
        match sorted {
            [] => EMPTY,
            [entry] => entry.hash(),
            [first, ..] => {
                let parting = sorted.partition_point(|entry| !bit(&entry.path, depth));
                let (left, right) = sorted.split_at(parting);
                let node = (self.make(depth + 1, left), self.make(depth + 1, right));
                self.put(&first.path, depth, node)
            }
        }
    }
}

fn hash(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

fn inner(left: &Hash, right: &Hash) -> Hash {
    hash(&[INNER, left, right])
}

/// Bit `at` of a path, the most significant one first.
fn bit(path: &Hash, at: usize) -> bool {
    path[at / 8] & (0x80 >> (at % 8)) != 0
}

/// How many bits two paths begin with in common.
fn shared(one: &Hash, other: &Hash) -> usize {
    let mut bits = 0;
    for (one, other) in one.iter().zip(other) {
        let differing = one ^ other;
        bits += differing.leading_zeros() as usize;
        if differing != 0 {
            break;
        }
    }
    bits
}

fn prefix(path: &Hash, depth: usize) -> Prefix {
    let mut bits = *path;
    for (index, byte) in bits.iter_mut().enumerate() {
        let kept = depth.saturating_sub(index * 8).min(8);
        let dropped = u32::try_from(kept)
            .ok()
            .and_then(|kept| u8::MAX.checked_shr(kept));
        *byte &= !dropped.unwrap_or(0);
    }
    (depth, bits)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// What a store that holds exactly this tree would answer.
    fn found(tree: &Tree, path: &Hash) -> Found {
        let nodes: Vec<_> = (0..BITS)
            .map_while(|depth| tree.nodes.get(&prefix(path, depth)).copied())
            .collect();
        let entry = tree
            .entries()
            .find(|entry| shared(&entry.path, path) >= nodes.len());
        Found { nodes, entry }
    }

    fn entry(number: u32) -> Entry {
        Entry {
            path: hash(&[b"path", &number.to_be_bytes()]),
            value: hash(&[b"value", &number.to_be_bytes()]),
        }
    }

    fn grown(count: u32) -> Tree {
        let mut tree = Tree::empty();
        for number in 0..count {
            tree.set(entry(number)).unwrap();
        }
        tree
    }

    #[test]
    fn a_tree_that_grew_is_the_one_made_at_once() {
        for count in [0, 1, 2, 3, 50, 700] {
            let made = Tree::over((0..count).map(entry));
            let grown = grown(count);
            assert_eq!(grown.root(), made.root(), "{count}");
            assert_eq!(grown.changed, made.changed);
        }
        let backwards = Tree::over((0..50).rev().map(entry));
        assert_eq!(backwards.root(), grown(50).root());
    }

    #[test]
    fn what_is_there_and_what_is_not_are_both_shown() {
        let tree = grown(700);
        for number in [0, 1, 350, 699] {
            let Entry { path, value } = entry(number);
            let found = found(&tree, &path);
            assert_eq!(found.under(&tree.root(), &path).unwrap(), Some(value));
            assert!(found.nodes.len() < 40, "{}", found.nodes.len());
        }
        for number in 700..800 {
            let path = entry(number).path;
            assert_eq!(
                found(&tree, &path).under(&tree.root(), &path).unwrap(),
                None
            );
        }
        let path = entry(0).path;
        let nothing = Found {
            nodes: Vec::new(),
            entry: None,
        };
        assert_eq!(nothing.under(&EMPTY, &path).unwrap(), None);
    }

    #[test]
    fn another_value_is_another_root_and_fits_no_other_tree() {
        let old = grown(100);
        let mut new = old.clone();
        let path = entry(7).path;
        new.set(Entry {
            path,
            value: [9; 32],
        })
        .unwrap();
        assert_ne!(new.root(), old.root());
        assert!(found(&old, &path).under(&new.root(), &path).is_err());
        assert!(found(&new, &path).under(&old.root(), &path).is_err());
        new.set(entry(7)).unwrap();
        assert_eq!(new.root(), old.root());
    }

    #[test]
    fn rows_that_somebody_edited_are_of_no_tree() {
        let tree = grown(100);
        let path = entry(7).path;
        let whole = found(&tree, &path);
        let mut cut = whole.clone();
        cut.nodes.pop();
        let mut without = whole.clone();
        without.entry = None;
        let mut other = whole.clone();
        other.entry = Some(entry(8));
        let mut deeper = whole.clone();
        deeper.nodes.push((EMPTY, EMPTY));
        for edited in [cut, without, other, deeper] {
            assert!(edited.under(&tree.root(), &path).is_err(), "{edited:?}");
        }
    }

    #[test]
    fn a_tree_is_changed_from_what_lies_along_the_paths_alone() {
        let whole = grown(300);
        let mut expected = whole.clone();
        let mut part = Tree::of(whole.root());
        let changes: Vec<_> = [3, 299, 301, 302, 303].map(entry).to_vec();
        for change in &changes {
            part.take_up(&change.path, &found(&whole, &change.path))
                .unwrap();
        }
        for change in &changes {
            let change = Entry {
                value: [1; 32],
                ..*change
            };
            part.set(change).unwrap();
            expected.set(change).unwrap();
        }
        assert_eq!(part.root(), expected.root());
        assert!(part.set(entry(4)).is_err(), "nothing is known of its place");
    }

    #[test]
    fn entries_that_differ_in_the_last_bit_have_a_place_each() {
        let (mut one, mut other) = ([7; 32], [7; 32]);
        (one[31], other[31]) = (6, 7);
        let entries = [one, other].map(|path| Entry { path, value: path });
        let tree = Tree::over(entries);
        assert_eq!(tree.changed().count(), BITS);
        for entry in entries {
            let found = found(&tree, &entry.path);
            assert_eq!(
                found.under(&tree.root(), &entry.path).unwrap(),
                Some(entry.value)
            );
        }
    }
}
