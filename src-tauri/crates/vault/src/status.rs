//! What became of a key after it was enrolled, and the revocation list.

use crate::id::{KeyId, LeafIndex, UnixTime};

/// Why a key's status was changed, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusNote {
    /// Login of the officer.
    pub officer: String,
    /// The reason in the words of the caller, such as `key_compromise`.
    pub reason: String,
    /// Why, in a person's words.
    pub note: String,
}

/// The newest change of a key's status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    /// When.
    pub at: UnixTime,
    /// Login of the officer; none if the owner suspended the own key.
    pub officer: Option<String>,
    /// Why, in a person's words.
    pub note: String,
}

/// A key whose certificate belongs on the revocation list, if its record is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffKey {
    /// The key.
    pub key: KeyId,
    /// Since when.
    pub at: UnixTime,
    /// The reason, in the words it was given in; none if nobody gave one.
    pub reason: Option<String>,
    /// If the owner suspended it: the outcome of that act.
    pub own: Option<LeafIndex>,
}

/// The serial number of a certificate that may have been made for an act that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbandonedSerial {
    /// The number, big-endian.
    pub serial: Vec<u8>,
    /// Since when.
    pub at: UnixTime,
    /// The outcome of that act.
    pub leaf: LeafIndex,
}

/// What belongs on the revocation list, all of it at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffList {
    /// Keys that are not active.
    pub keys: Vec<OffKey>,
    /// Serial numbers of nobody's certificates.
    pub abandoned: Vec<AbandonedSerial>,
    /// Changes with every change of what belongs on the list.
    pub mark: Option<Vec<u8>>,
}

/// A revocation list that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevocationList {
    /// Its number; numbers only rise.
    pub number: u64,
    /// When it was made.
    pub at: UnixTime,
    /// Certificates on it.
    pub entries: u32,
}

/// The newest revocation list, and whether there must be a newer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevocationLists {
    /// The newest one.
    pub newest: Option<RevocationList>,
    /// Whether something has changed that is not on it.
    pub due: bool,
}
