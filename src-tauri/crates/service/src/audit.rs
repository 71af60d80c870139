//! The log: events, leaves of an RFC 6962 tree, heads signed as C2SP notes.
//!
//! What happened is an [`Event`]; its salted hash goes into a [leaf](event::leaf), the leaves into
//! a [`tree::Frontier`], its root into a [`note::Checkpoint`] that the head key signs. Each leaf also
//! names the root of the [tree over the current records](records). Events may be erased, leaves and
//! heads never. Nothing here reads a clock, a database or a token.

pub mod event;
pub mod note;
pub mod records;
pub mod tree;

pub use event::{Act, Event, Kind, LeafParts, Outcome, Told};
pub use note::Checkpoint;
pub use tree::Frontier;

/// Why the log is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A checkpoint is not a note of ours.
    #[error("the head is not a checkpoint note: {0}")]
    NotANote(&'static str),
    /// Its signature is missing or does not verify.
    #[error("the head is not signed by the log's head key")]
    HeadNotSigned,
    /// The leaves do not give the root that the head names.
    #[error("the leaves up to {size} do not give the root of the signed head")]
    RootDiffers {
        /// Size of the tree in the head.
        size: u64,
    },
    /// The log has fewer leaves than a head seen earlier.
    #[error("the log has {now} leaves, and {seen} were seen before")]
    Shorter {
        /// Leaves in the log.
        now: u64,
        /// Leaves in the remembered head.
        seen: u64,
    },
    /// A leaf that was just written is not there as written.
    #[error("leaf {index} is not in the log as it was written")]
    LeafMissing {
        /// Its index.
        index: u64,
    },
    /// Nobody with the token wrote a leaf.
    #[error("leaf {index} was written by somebody without the signing token")]
    LeafForged {
        /// Its index.
        index: u64,
    },
    /// A leaf is none of ours.
    #[error("leaf {index} is not in the format of a leaf")]
    LeafMalformed {
        /// Its index.
        index: u64,
    },
    /// What is to be known of an act that changed records is not there.
    #[error(
        "the event of leaf {index}, which changed records, is not there: what was done in it cannot be told"
    )]
    EventGone {
        /// Its index.
        index: u64,
    },
    /// A leaf names no root of the records, although one before it does.
    #[error("leaf {index} names no records, and the ones before it do")]
    RecordsForgotten {
        /// Its index.
        index: u64,
    },
    /// The vault has no notarised head as new as one seen earlier.
    #[error("no head from {seen} leaves on has the notary's signature, and one was seen before")]
    NotaryLost {
        /// Leaves under the one that was seen.
        seen: u64,
    },
    /// What the vault holds of the tree over the records is not of the tree that the log names.
    #[error("the tree over the records is not the one that the log names")]
    TreeBroken,
    /// The records changed again and again while something was written.
    #[error("the records change faster than this could be written")]
    RecordsRestless,
    /// The first leaf does not name the organisation file's fixed part.
    #[error("the log does not begin with the fingerprint of this organisation file")]
    OtherFounding,
}
