//! What became of a key after it was enrolled, and the revocation list.

use crate::id::UnixTime;
use crate::key::Status;

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

/// A certificate that belongs on the revocation list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffCertificate {
    /// Its serial number, big-endian.
    pub serial: Vec<u8>,
    /// Suspended or revoked.
    pub status: Status,
    /// Since when.
    pub at: UnixTime,
    /// The reason, in the words it was given in; none if nobody gave one.
    pub reason: Option<String>,
}

/// The certificates that belong on the revocation list, all of them at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffList {
    /// The certificates.
    pub certificates: Vec<OffCertificate>,
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
