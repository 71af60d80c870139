//! The tree over the current records, as rows.
//!
//! A binary tree over paths of 256 bits, most significant bit first, in which a subtree with one
//! entry is that entry. What its parts hash to is known above this crate, and so is whether rows
//! are true: they are read from a database that somebody else may write.

use crate::id::Sha256;

/// Depths a node can have: below 256 bits there is nothing to part.
pub(crate) const DEPTHS: usize = 256;

/// An inner node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeNode {
    /// How many bits of the path lead to it.
    pub depth: u8,
    /// A path that leads through it.
    pub path: Sha256,
    /// What stands where the next bit is 0.
    pub left: Sha256,
    /// What stands where the next bit is 1.
    pub right: Sha256,
}

/// What stands at the end of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeEntry {
    /// The path.
    pub path: Sha256,
    /// What is there.
    pub value: Sha256,
}

/// What is found on the way along one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreePath {
    /// Left and right of each inner node, from the root on.
    pub nodes: Vec<(Sha256, Sha256)>,
    /// The entry below the last of them, on this path or beside it.
    pub entry: Option<TreeEntry>,
}

/// Several paths, read in one snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreePaths {
    /// Leaves of the log at that time.
    pub leaves: u64,
    /// The root that the newest leaf names, as it was stored beside it.
    pub root: Option<Sha256>,
    /// One for each path that was asked for.
    pub paths: Vec<TreePath>,
}

/// What brings the tree to the root that a leaf names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeChange {
    /// The root it was computed from; none where there was no tree.
    pub from: Option<Sha256>,
    /// For a tree that is made where none was: the leaves of the log it was made after. Records
    /// that changed since would not be in it.
    pub after: Option<u64>,
    /// Inner nodes, new or in the place of those there.
    pub nodes: Vec<TreeNode>,
    /// Entries, new or in the place of those there.
    pub entries: Vec<TreeEntry>,
}

/// The name of the inner node that `depth` bits of a path lead to.
pub(crate) fn node_id(path: &Sha256, depth: u8) -> Vec<u8> {
    let whole = usize::from(depth / 8);
    let rest = depth % 8;
    let mut id = vec![depth];
    id.extend_from_slice(&path.as_bytes()[..whole]);
    if rest > 0 {
        id.push(path.as_bytes()[whole] & !(0xff >> rest));
    }
    id
}

/// The first and the last path that begin with `bits` bits of this one.
pub(crate) fn range(path: &Sha256, bits: usize) -> ([u8; 32], [u8; 32]) {
    let (mut first, mut last) = (*path.as_bytes(), *path.as_bytes());
    for bit in bits..DEPTHS {
        let mask = 0x80 >> (bit % 8);
        first[bit / 8] &= !mask;
        last[bit / 8] |= mask;
    }
    (first, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_share_the_bits_of_a_node_have_one_name_for_it() {
        let mut path = [0xab; 32];
        let one = Sha256::from(path);
        path[1] = 0xaf; // 1010_1011 and 1010_1111: five bits in common
        let other = Sha256::from(path);
        assert_eq!(node_id(&one, 13), node_id(&other, 13));
        assert_ne!(node_id(&one, 14), node_id(&other, 14));
        assert_eq!(node_id(&one, 0), [0]);
        assert_eq!(node_id(&one, 255).len(), 33);
    }

    #[test]
    fn a_range_has_all_paths_that_begin_alike() {
        let path = Sha256::from([0xab; 32]);
        assert_eq!(range(&path, 0), ([0; 32], [0xff; 32]));
        assert_eq!(range(&path, 256), ([0xab; 32], [0xab; 32]));
        let (first, last) = range(&path, 12);
        assert_eq!(
            (first[..3].to_vec(), last[..3].to_vec()),
            (vec![0xab, 0xa0, 0], vec![0xab, 0xaf, 0xff])
        );
    }
}
