//! Certificates, as the CA issued them.

use crate::id::{KeyId, Sha256, UnixTime};

/// A certificate; never changed or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// SHA-256 of `der`; names the row. The caller computes it.
    pub sha256: Sha256,
    /// The key it certifies; `None` for the CA's own.
    pub key: Option<KeyId>,
    /// Content octets of the serial number (RFC 5280 §4.1.2.2); unique in the vault.
    pub serial: Vec<u8>,
    /// The certificate, DER (RFC 5280 §4.1).
    pub der: Vec<u8>,
    /// Start of validity.
    pub not_before: UnixTime,
    /// End of validity, inclusive.
    pub not_after: UnixTime,
    /// The subject as text, for lists.
    pub subject: String,
}
