//! Masters after the first one, and how keys move from one to the next.

use crate::id::{AccountId, KeyId, LeafIndex, RecordMac};
use crate::key::{KeyState, Versions};

/// A master after the first one, as an officer vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Master {
    /// Numbers rise; some may be left out.
    pub number: u64,
    /// Its label on the token.
    pub label: String,
    /// PKCS#11 mechanism its canary is wrapped by.
    pub mechanism: u64,
    /// The RFC that the mechanism follows.
    pub rfc: u32,
    /// The wrapped canary.
    pub canary: Vec<u8>,
    /// Public key of the canary, SPKI DER.
    pub spki: Vec<u8>,
    /// By the officer who had it made.
    pub officer_signature: Vec<u8>,
    /// The intent of that act.
    pub intent: LeafIndex,
    /// Its outcome; set when the row is written, and what is given then does not count.
    pub leaf: LeafIndex,
}

/// How far keys have moved to the newest master.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It is made; keys are wrapped under it, too, when they are born.
    Prepared,
    /// Keys move to it.
    Running,
    /// They do not for now.
    Paused,
    /// They have.
    Finished,
}

impl Phase {
    /// The word in the row.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Finished => "finished",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Prepared, Self::Running, Self::Paused, Self::Finished]
            .into_iter()
            .find(|phase| phase.as_str() == text)
    }
}

/// A step of a rotation, as an officer vouches for it; the newest counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// Counts steps from 1.
    pub version: u64,
    /// Number of the master that keys move to.
    pub master: u64,
    /// How far they have.
    pub phase: Phase,
    /// By the officer who decided so.
    pub officer_signature: Vec<u8>,
    /// The intent of that act.
    pub intent: LeafIndex,
}

/// All masters after the first one, and the newest step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masters {
    /// By their numbers.
    pub masters: Vec<Master>,
    /// None before there is a second master.
    pub rotation: Option<Rotation>,
}

/// A key that may still be used, under some master.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUnder {
    /// The key.
    pub key: KeyId,
    /// The intent of the act in which it was born; none for one that is older than that is noted.
    pub born: Option<LeafIndex>,
}

/// How many keys that may still be used are under a master.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountUnder {
    /// All of them.
    pub all: u64,
    /// Those that are said to be born after some leaf.
    pub born_after: u64,
}

/// A state that differs from the one before in its master alone.
#[derive(Debug, Clone)]
pub struct KeyMove {
    /// The key.
    pub key: KeyId,
    /// The versions `state` and `mac` were made from; `state.version` is one above.
    pub expected: Versions,
    /// The new state.
    pub state: KeyState,
    /// Covers identity, new state and seal.
    pub mac: RecordMac,
}

/// An officer's key that took the place of the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Office {
    /// Counts from 1.
    pub number: u64,
    /// The officer.
    pub account: AccountId,
    /// The new key.
    pub key: KeyId,
    /// The key whose place it took.
    pub replaced: KeyId,
    /// By the officer who acted, with the key before.
    pub officer_signature: Vec<u8>,
    /// The intent of that act.
    pub intent: LeafIndex,
    /// The outcome of that intent, if the log has one; what is given where the row is written does
    /// not count.
    pub outcome: Option<LeafIndex>,
}
