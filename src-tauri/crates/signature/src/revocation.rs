//! Whether a certificate was revoked: answers of responders ([`ocsp`], RFC 6960) and lists
//! ([`crl`], RFC 5280 §5), read and judged as anyone could have written them.
//!
//! A [`Statement`] is made only of what its issuer signed: by the key of the certificate's own
//! issuer, or, for an answer, by a responder to whom that issuer gave the right. When it was made
//! and until when it is good are in it; whether that is fresh enough for a time, and whether the
//! algorithm was good enough then, is for [`mod@crate::validate`].

pub mod crl;
pub mod ocsp;

use std::fmt;

use const_oid::ObjectIdentifier;
use der::asn1::AnyRef;
use der::{Decode, Reader, SliceReader};

use crate::algorithm::any::Used;
use crate::certificate::Certificate;

/// What told of a revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// A responder's answer.
    Ocsp,
    /// A list.
    Crl,
}

/// What is said about one certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is not revoked.
    Good,
    /// It is revoked.
    Revoked {
        /// Since when, Unix time.
        at: i64,
        /// Why, if that is said.
        reason: Option<Reason>,
        /// Since when its key is suspected, if a list says so (RFC 5280 §5.3.2).
        invalid_since: Option<i64>,
    },
    /// The responder does not know it.
    Unknown,
}

/// Why a certificate was revoked (RFC 5280 §5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// 0.
    Unspecified,
    /// 1.
    KeyCompromise,
    /// 2.
    CaCompromise,
    /// 3.
    AffiliationChanged,
    /// 4.
    Superseded,
    /// 5.
    CessationOfOperation,
    /// 6: it may be taken back.
    CertificateHold,
    /// 8: it was taken back. Only delta lists say so.
    RemoveFromCrl,
    /// 9.
    PrivilegeWithdrawn,
    /// 10.
    AaCompromise,
}

impl Reason {
    /// The reason of a number.
    #[must_use]
    pub const fn of(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Unspecified,
            1 => Self::KeyCompromise,
            2 => Self::CaCompromise,
            3 => Self::AffiliationChanged,
            4 => Self::Superseded,
            5 => Self::CessationOfOperation,
            6 => Self::CertificateHold,
            8 => Self::RemoveFromCrl,
            9 => Self::PrivilegeWithdrawn,
            10 => Self::AaCompromise,
            _ => return None,
        })
    }

    /// Its name in RFC 5280.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::CaCompromise => "cACompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::CertificateHold => "certificateHold",
            Self::RemoveFromCrl => "removeFromCRL",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
            Self::AaCompromise => "aACompromise",
        }
    }

    /// Whether what was signed before the revocation is not put in doubt by it (RFC 3161 §4).
    #[must_use]
    pub const fn leaves_the_past(self) -> bool {
        matches!(
            self,
            Self::AffiliationChanged | Self::Superseded | Self::CessationOfOperation
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is proven to have been said about one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What is said.
    pub status: Status,
    /// By what.
    pub source: Source,
    /// When it was signed, Unix time; a list does not say, and it is [`Self::this_update`].
    pub produced_at: i64,
    /// As of when it is so.
    pub this_update: i64,
    /// When newer will be there, if that is said.
    pub next_update: Option<i64>,
    /// Who signed it: the issuer of the certificate, or its responder.
    pub signer: Certificate,
    /// By what it was signed.
    pub(crate) used: Vec<Used>,
}

/// Why an answer or a list tells nothing about a certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// More bytes than are read.
    #[error("it has {bytes} bytes, at most {most} are read")]
    TooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// Not DER, or not the ASN.1 of the standard.
    #[error("it does not decode: {0}")]
    Malformed(#[from] der::Error),
    /// A responder that gave no answer (RFC 6960 §4.2.1).
    #[error("the responder answered with status {status}")]
    NoAnswer {
        /// OCSPResponseStatus.
        status: u8,
    },
    /// It is about other certificates.
    #[error("it is not about this certificate")]
    NotAbout,
    /// Who signed it has no right to (RFC 6960 §4.2.2.2, RFC 5280 §6.3.3).
    #[error("its signer has no right to say so: {0}")]
    NotAuthorised(&'static str),
    /// An algorithm that is not known.
    #[error("its algorithm is not supported")]
    Algorithm,
    /// The mathematics does not hold.
    #[error("its signature does not verify")]
    DoesNotVerify,
    /// A critical extension that is not processed.
    #[error("it has a critical extension, {0}, that is not supported")]
    Critical(ObjectIdentifier),
    /// A list of a kind that is not read.
    #[error("{0} is not supported")]
    Kind(&'static str),
    /// Its times contradict each other.
    #[error("its times are not in order")]
    Times,
}

/// Who may have signed on behalf of an issuer verifies, by whatever algorithm; gives by which.
fn verify(
    algorithm: spki::AlgorithmIdentifierRef<'_>,
    spki: &[u8],
    message: &[u8],
    value: &[u8],
) -> Result<Used, Refused> {
    use crate::algorithm::any::AnySignature;
    use crate::error::Error;
    let algorithm = AnySignature::from_identifier(algorithm).ok_or(Refused::Algorithm)?;
    algorithm
        .verify(spki, message, value)
        .map_err(|error| match error {
            Error::KeyNotSupported { .. } | Error::RsaKeySize { .. } => Refused::Algorithm,
            _ => Refused::DoesNotVerify,
        })
}

/// Content of an element, whatever its tag.
fn content(element: &[u8]) -> der::Result<&[u8]> {
    let mut reader = SliceReader::new(element)?;
    let header = der::Header::decode(&mut reader)?;
    let content = reader.read_slice(header.length)?;
    reader.finish(content)
}

/// Whether an element has this tag as its first byte.
fn is(element: &[u8], tag: u8) -> bool {
    element.first() == Some(&tag)
}

/// A Time or GeneralizedTime as Unix time.
fn time(element: &[u8]) -> der::Result<i64> {
    let time = x509_cert::time::Time::from_der(element)?;
    i64::try_from(time.to_unix_duration().as_secs()).map_err(|_| der::ErrorKind::DateTime.into())
}

/// An extension, taken apart.
pub(crate) struct Extension<'a> {
    oid: ObjectIdentifier,
    pub(crate) critical: bool,
    value: &'a [u8],
}

/// The extensions in a SEQUENCE OF Extension, whatever its tag, up to a number of them.
pub(crate) fn extensions(sequence: &[u8]) -> der::Result<Vec<Extension<'_>>> {
    const MOST: usize = 32;
    let mut found = Vec::new();
    let mut reader = SliceReader::new(content(sequence)?)?;
    while !reader.is_finished() {
        if found.len() == MOST {
            return Err(der::ErrorKind::Overlength.into());
        }
        found.push(extension(reader.tlv_bytes()?)?);
    }
    Ok(found)
}

fn extension(element: &[u8]) -> der::Result<Extension<'_>> {
    AnyRef::from_der(element)?.sequence(|fields| {
        let oid = ObjectIdentifier::decode(fields)?;
        let critical = match fields.peek_tag()? {
            der::Tag::Boolean => bool::decode(fields)?,
            _ => false,
        };
        let value = der::asn1::OctetStringRef::decode(fields)?.as_bytes();
        Ok(Extension {
            oid,
            critical,
            value,
        })
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
pub(crate) mod tests;
