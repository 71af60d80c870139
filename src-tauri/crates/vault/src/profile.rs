//! What a token is like, as an officer signed it.

use crate::id::LeafIndex;

/// A token profile, opaque here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenProfile {
    /// Rises with every probe.
    pub version: u64,
    /// The profile.
    pub profile: Vec<u8>,
    /// The officer's signature over it and the intent.
    pub signature: Vec<u8>,
    /// The intent of the act it was made in.
    pub intent: LeafIndex,
}
