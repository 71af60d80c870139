//! Certificate requests, certificates and revocation lists of the organisation's CA.
//!
//! The shape is prepare → sign → complete: [`root()`], [`request()`], [`issue`] and [`revoke`] fix the
//! bytes, `digest` goes to whoever holds the key, `complete` verifies what comes back and gives the
//! DER. No key, token or clock is in here.
//!
//! A request is believed only after its proof of possession (RFC 2986 §4.2) was verified:
//! [`issue`] takes a [`CertificateRequest`], and there is no other way to get one.
//!
//! A certificate says who a person is (O, CN, e-mail address) and that the key signs documents:
//! keyUsage digitalSignature and nonRepudiation, and the purposes that Acrobat and RFC 9336 look
//! for.

mod certificate;
mod encoding;
mod error;
mod request;
mod revocation_list;
mod unsigned;

use signature::SignatureAlgorithm;

pub use self::certificate::{PreparedCertificate, email, issue, root};
pub use self::error::Error;
pub use self::request::{CertificateRequest, PreparedRequest, request};
pub use self::revocation_list::{
    Listed, PreparedRevocationList, Reason, RevocationList, Revoked, revoke,
};

/// Result of this module.
pub type Result<T> = std::result::Result<T, Error>;

/// Whom a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject<'a> {
    /// Common name: 1 to 64 characters (RFC 5280 appendix A.1, ub-common-name).
    pub name: &'a str,
    /// Organisation: 1 to 64 characters (ub-organization-name).
    pub organisation: &'a str,
    /// E-mail address, in ASCII (rfc822Name, RFC 5280 §4.2.1.6).
    pub email: &'a str,
}

/// When a certificate is valid: both ends included, in Unix time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// First second.
    pub not_before: i64,
    /// Last second.
    pub not_after: i64,
}

/// A certificate's serial number: 20 octets, positive (RFC 5280 §4.1.2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerialNumber([u8; 20]);

impl SerialNumber {
    /// Makes one from random bytes.
    ///
    /// The first bit is cleared, so that the number is positive, and the second is set, so that its
    /// encoding is always 20 octets long; 158 bits stay random.
    #[must_use]
    pub const fn from_random(mut bytes: [u8; 20]) -> Self {
        bytes[0] = (bytes[0] & 0x7f) | 0x40;
        Self(bytes)
    }

    /// The number, big-endian.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests;
