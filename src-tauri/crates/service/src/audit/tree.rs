//! The Merkle tree of RFC 6962 §2.1, kept as its frontier: as many hashes as the size has ones.

use sha2::{Digest, Sha256};

/// The full subtrees of a tree, largest first; enough to append and to give the root.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<[u8; 32]>,
}

impl Frontier {
    /// Takes up a frontier that was remembered.
    ///
    /// Returns `None` if the number of hashes does not fit the size.
    #[must_use]
    pub fn from_parts(size: u64, subtrees: Vec<[u8; 32]>) -> Option<Self> {
        (subtrees.len() == size.count_ones() as usize).then_some(Self { size, subtrees })
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the full subtrees, largest first.
    #[must_use]
    pub fn subtrees(&self) -> &[[u8; 32]] {
        &self.subtrees
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: &[u8]) {
        let mut hash = leaf_hash(leaf);
        // Every trailing one in the size is a full subtree that the new one completes.
        for _ in 0..self.size.trailing_ones() {
            let left = self
                .subtrees
                .pop()
                .expect("one hash for every one in the size");
            hash = node(&left, &hash);
        }
        self.subtrees.push(hash);
        self.size += 1;
    }

    /// The Merkle tree hash over all leaves.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        let mut smallest_first = self.subtrees.iter().rev();
        let Some(first) = smallest_first.next() else {
            return Sha256::digest([]).into();
        };
        smallest_first.fold(*first, |right, left| node(left, &right))
    }
}

/// SHA-256 of `0 ‖ leaf`.
fn leaf_hash(leaf: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update([0])
        .chain_update(leaf)
        .finalize()
        .into()
}

/// The subtrees beside the way from leaf `index` to the root over `size` leaves, as ranges of
/// leaves, nearest first (RFC 6962 §2.1.1).
///
/// The roots over them are the audit path. Empty if there is no such leaf.
#[must_use]
pub fn beside(index: u64, size: u64) -> Vec<std::ops::Range<u64>> {
    let mut ranges = Vec::new();
    let (mut from, mut to) = (0, size);
    if index >= size {
        return ranges;
    }
    while to - from > 1 {
        // The largest power of two below the number of leaves.
        let half = 1_u64 << (to - from - 1).ilog2();
        let middle = from + half;
        if index < middle {
            ranges.push(middle..to);
            to = middle;
        } else {
            ranges.push(from..middle);
            from = middle;
        }
    }
    ranges.reverse();
    ranges
}

/// The root that a leaf and its audit path give; none if the path has not the length it must have.
#[must_use]
pub fn root_by(leaf: &[u8], index: u64, size: u64, path: &[[u8; 32]]) -> Option<[u8; 32]> {
    let ranges = beside(index, size);
    if index >= size || ranges.len() != path.len() {
        return None;
    }
    let steps = ranges.iter().zip(path);
    Some(steps.fold(leaf_hash(leaf), |hash, (range, sibling)| {
        if range.start > index {
            node(&hash, sibling)
        } else {
            node(sibling, &hash)
        }
    }))
}

fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::new()
        .chain_update([1])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use sha2_for_merkle::Sha256 as TheirSha256;

    use super::*;

    #[test]
    fn roots_are_those_of_an_independent_implementation() {
        let mut ours = Frontier::default();
        let mut theirs = MemoryBackedTree::<TheirSha256, Vec<u8>>::new();
        for index in 0..130u32 {
            let leaf = index.to_be_bytes().to_vec();
            ours.push(&leaf);
            theirs.push(leaf);
            assert_eq!(ours.root().as_slice(), theirs.root().as_bytes().as_slice());
        }
    }

    #[test]
    fn every_leaf_of_every_tree_is_proven_by_its_path_and_nothing_else_is() {
        let leaf = |index: u64| index.to_be_bytes();
        let over = |range: std::ops::Range<u64>| {
            let mut tree = Frontier::default();
            range.for_each(|index| tree.push(&leaf(index)));
            tree.root()
        };
        for size in 1..40 {
            for index in 0..size {
                let mut path: Vec<_> = beside(index, size).into_iter().map(over).collect();
                assert_eq!(
                    root_by(&leaf(index), index, size, &path),
                    Some(over(0..size))
                );
                assert_ne!(
                    root_by(&leaf(index + 1), index, size, &path),
                    Some(over(0..size))
                );
                path.push([0; 32]);
                assert_eq!(root_by(&leaf(index), index, size, &path), None);
            }
        }
        assert_eq!(root_by(&leaf(0), 1, 1, &[]), None);
        assert_eq!(beside(u64::MAX - 1, u64::MAX).len(), 63);
    }

    #[test]
    fn the_empty_tree_has_the_hash_of_nothing() {
        assert_eq!(
            Frontier::default().root().as_slice(),
            Sha256::digest([]).as_slice()
        );
    }

    #[test]
    fn a_remembered_frontier_goes_on_where_it_stopped() {
        let mut whole = Frontier::default();
        (0..11u8).for_each(|leaf| whole.push(&[leaf]));
        let mut resumed = Frontier::from_parts(whole.size(), whole.subtrees().to_vec()).unwrap();
        whole.push(b"next");
        resumed.push(b"next");
        assert_eq!(whole.root(), resumed.root());
        assert_eq!(Frontier::from_parts(3, vec![[0; 32]]), None);
    }
}
