//! The log: leaves, the events they digest, and signed heads.
//!
//! The tree (RFC 6962 §2.1) is computed above this crate; here leaves have an order and no gaps.

use std::fmt;

use crate::id::{LeafIndex, RecordMac, RequestId, Sha256, UnixTime};
use crate::tree::TreeChange;

/// The kind of a leaf that asks for an outcome.
pub const INTENT: &str = "intent";

/// A leaf to append, and the event it digests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLeaf {
    /// What the leaf says happened. [`INTENT`] stays open until a leaf names it in `intent`.
    pub kind: String,
    /// The bytes hashed into the tree.
    pub leaf: Vec<u8>,
    /// Salt of the event's digest.
    pub salt: Vec<u8>,
    /// The event; lies in a row of its own that may be erased.
    pub event: Vec<u8>,
    /// The request this leaf begins. A second leaf with the same one is refused.
    pub request_id: Option<RequestId>,
    /// The leaf whose outcome this is. A leaf has one outcome at most.
    pub intent: Option<LeafIndex>,
    /// Vouches for the leaf, its request and its intent until a signed head covers it.
    pub mac: RecordMac,
    /// The root of the tree over the current records that the leaf names; none before there is one.
    pub records: Option<Sha256>,
    /// What brings the tree there; none if the records stay what they are.
    pub tree: Option<TreeChange>,
}

/// A leaf of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Its place.
    pub index: LeafIndex,
    /// What it says happened.
    pub kind: String,
    /// The bytes hashed into the tree.
    pub leaf: Vec<u8>,
    /// When it was appended, by the database's clock.
    pub at: UnixTime,
    /// The request it began.
    pub request_id: Option<RequestId>,
    /// The leaf whose outcome it is.
    pub intent: Option<LeafIndex>,
    /// Vouches for them, where there is one.
    pub mac: Option<RecordMac>,
}

/// What a leaf digests, while it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Salt of the digest.
    pub salt: Vec<u8>,
    /// The event.
    pub bytes: Vec<u8>,
}

/// An intent that has no outcome yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenIntent {
    /// Its place.
    pub index: LeafIndex,
    /// When it was appended, by the database's clock.
    pub at: UnixTime,
    /// The request it began.
    pub request_id: Option<RequestId>,
}

/// A request found in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedRequest {
    /// The leaf that began it.
    pub index: LeafIndex,
    /// The kind of that leaf.
    pub kind: String,
    /// The leaf that is its outcome, if there is one.
    pub outcome: Option<LeafIndex>,
}

/// A head of the log, as a signed note (C2SP tlog-checkpoint).
#[derive(Clone, PartialEq, Eq)]
pub struct Head {
    /// How many leaves it covers, at least 1.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Sha256,
    /// The note with its signature lines.
    pub note: String,
    /// Whether the notary's line is among them.
    pub notarised: bool,
}

/// A leaf with its event, unless that was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// The leaf.
    pub leaf: Leaf,
    /// What it digests.
    pub event: Option<Event>,
}

/// An officer's word that the log goes on from an older one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restore {
    /// Counts restores of the organisation from 1.
    pub sequence: u64,
    /// Lost head, new head, reason.
    pub statement: Vec<u8>,
    /// The officer's signature over it.
    pub signature: Vec<u8>,
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Head({} leaves, {})", self.size, self.root)
    }
}
