//! The rows of a key: identity, state, seal, record MAC.
//!
//! They are rows of their own because different people vouch for them: the identity never changes,
//! an officer changes the state, the owner changes the seal. The record MAC covers all three.

use crate::account::Account;
use crate::certificate::Certificate;
use crate::id::{AccountId, KeyId, LeafIndex, RecordMac, Sha256};
use crate::status::StatusChange;

/// The identity of a key; never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Names the key.
    pub id: KeyId,
    /// Whose key it is.
    pub account: AccountId,
    /// The algorithm in the words of the caller, such as `p256`.
    pub algorithm: String,
    /// The public key, DER `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7); unique in the vault.
    pub spki: Vec<u8>,
    /// The identity as it is bound into the seal (CBOR).
    pub identity: Vec<u8>,
    /// Where the key was born.
    pub origin: Origin,
}

/// Where a key was born.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Inside the token.
    Generated,
    /// Outside, and brought into the token once.
    Imported,
}

impl Origin {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Generated => "generated",
            Self::Imported => "imported",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "generated" => Some(Self::Generated),
            "imported" => Some(Self::Imported),
            _ => None,
        }
    }
}

/// The state of a key; an officer's to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyState {
    /// Counts changes from 1.
    pub version: u64,
    /// Whether the key may be used.
    pub status: Status,
    /// SHA-256 of the current certificate; its row must exist.
    pub certificate: Sha256,
    /// Label of the wrapping key under which the blob in use lies.
    pub wrapping_key: String,
    /// The acting officer's signature over this state, where there is one.
    pub officer_signature: Option<Vec<u8>>,
    /// The intent of the act that made this state, where there is one.
    pub intent: Option<LeafIndex>,
}

/// What verifies a key's signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The kind of key, in the caller's words.
    pub algorithm: String,
    /// SubjectPublicKeyInfo, DER.
    pub spki: Vec<u8>,
}

/// Whether a key may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// May be used.
    Active,
    /// Blocked until it is resumed.
    Suspended,
    /// Blocked for good.
    Revoked,
}

impl Status {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "active" => Some(Self::Active),
            "suspended" => Some(Self::Suspended),
            "revoked" => Some(Self::Revoked),
            _ => None,
        }
    }
}

/// The sealed wrapped key and the slots that open the seal; the owner's to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// Counts changes from 1.
    pub version: u64,
    /// The sealed blobs.
    pub sealed: Vec<u8>,
    /// The slots.
    pub slots: Vec<u8>,
    /// Signature by the key that is sealed.
    pub signature: Vec<u8>,
}

/// The issuing token's PIN as sealed for one officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuingPin {
    /// The officer.
    pub account: AccountId,
    /// Generation of the PIN, from 1.
    pub generation: u64,
    /// The identity as it is bound into the seal (CBOR).
    pub identity: Vec<u8>,
    /// The sealed PIN and its slots.
    pub seal: Seal,
    /// Covers identity and seal.
    pub mac: RecordMac,
}

/// All rows of one key, read in one snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The owner.
    pub account: Account,
    /// The identity.
    pub key: Key,
    /// The state.
    pub state: KeyState,
    /// The seal.
    pub seal: Seal,
    /// Covers the three above.
    pub mac: RecordMac,
    /// The certificate that the state names.
    pub certificate: Certificate,
    /// The owner's suspension of this very state.
    pub own_suspension: Option<StatusChange>,
    /// Who made this state, unless it is the first.
    pub change: Option<StatusChange>,
}

impl Record {
    /// Returns the versions a change of this record is based on.
    #[must_use]
    pub fn versions(&self) -> Versions {
        Versions {
            state: self.state.version,
            seal: self.seal.version,
        }
    }
}

/// The versions of a record's rows.
///
/// A change expects both, though it touches one: the record MAC it brings covers both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    /// Version of the state.
    pub state: u64,
    /// Version of the seal.
    pub seal: u64,
}
