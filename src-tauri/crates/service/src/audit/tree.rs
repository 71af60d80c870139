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
        let mut hash: [u8; 32] = Sha256::new()
            .chain_update([0])
            .chain_update(leaf)
            .finalize()
            .into();
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
