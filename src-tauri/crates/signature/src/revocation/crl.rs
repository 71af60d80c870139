//! Certificate revocation lists (RFC 5280 §5), streamed over: a list of a million entries costs its
//! length.
//!
//! ```text
//! CertificateList ::= SEQUENCE {
//!     tbsCertList         TBSCertList,
//!     signatureAlgorithm  AlgorithmIdentifier,
//!     signatureValue      BIT STRING }
//! TBSCertList ::= SEQUENCE {
//!     version              INTEGER OPTIONAL,
//!     signature            AlgorithmIdentifier,
//!     issuer               Name,
//!     thisUpdate           Time,
//!     nextUpdate           Time OPTIONAL,
//!     revokedCertificates  SEQUENCE OF SEQUENCE { INTEGER, Time, Extensions OPTIONAL } OPTIONAL,
//!     crlExtensions        [0] EXPLICIT Extensions OPTIONAL }
//! ```
//!
//! Taken are full lists by the certificate's own issuer. Indirect lists are refused and named so. So
//! are lists of some reasons only and delta lists, unless the certificate is on them: what they leave
//! out would be taken for not revoked, and what they list is.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280::{
    ID_CE_AUTHORITY_KEY_IDENTIFIER, ID_CE_CRL_NUMBER, ID_CE_CRL_REASONS, ID_CE_DELTA_CRL_INDICATOR,
    ID_CE_FRESHEST_CRL, ID_CE_INVALIDITY_DATE, ID_CE_ISSUER_ALT_NAME,
    ID_CE_ISSUING_DISTRIBUTION_POINT, ID_PE_AUTHORITY_INFO_ACCESS,
};
use der::asn1::{AnyRef, BitStringRef};
use der::{Decode, Reader, SliceReader, Tag};
use spki::AlgorithmIdentifierRef;

use super::{Reason, Refused, Source, Statement, Status, content, extensions, is, time, verify};
use crate::certificate::{Certificate, general_names};

/// Largest list that is read, in bytes; a million entries take forty million.
pub const LARGEST: usize = 64 * 1024 * 1024;

/// Extensions of a list that restrict nothing we do.
const HARMLESS: [ObjectIdentifier; 5] = [
    ID_CE_CRL_NUMBER,
    ID_CE_AUTHORITY_KEY_IDENTIFIER,
    ID_CE_ISSUER_ALT_NAME,
    ID_CE_FRESHEST_CRL,
    ID_PE_AUTHORITY_INFO_ACCESS,
];

/// Reads a list and what it says about a certificate.
///
/// `issuer` is the one that issued the certificate, and must have signed the list.
///
/// # Errors
/// Why it says nothing about the certificate.
pub fn judge(
    der: &[u8],
    certificate: &Certificate,
    issuer: &Certificate,
) -> Result<Statement, Refused> {
    if der.len() > LARGEST {
        return Err(Refused::TooLarge {
            bytes: der.len(),
            most: LARGEST,
        });
    }
    let list = List::read(der)?;
    if list.issuer != certificate.issuer_der() || list.issuer != issuer.subject_der() {
        return Err(Refused::NotAbout);
    }
    let part = list.check_scope(certificate)?;
    if issuer.key_usage().is_some_and(|usage| !usage.crl_sign) {
        return Err(Refused::NotAuthorised("its key may not sign lists"));
    }
    if list.next_update.is_some_and(|next| next < list.this_update) {
        return Err(Refused::Times);
    }
    let used = verify(list.algorithm, issuer.spki_der(), list.tbs, list.value)?;
    let status = list.status(certificate)?;
    let tells = |status| matches!(status, Status::Revoked { reason, .. } if reason != Some(Reason::RemoveFromCrl));
    if let Some(part) = part.filter(|_| !tells(status)) {
        return Err(Refused::Kind(part));
    }
    Ok(Statement {
        status,
        source: Source::Crl,
        produced_at: list.this_update,
        this_update: list.this_update,
        next_update: list.next_update,
        signer: issuer.clone(),
        used: vec![used],
    })
}

/// The Name, in DER, of who issued a list; nothing if it cannot be read. It is not believed yet.
#[must_use]
pub fn issuer(der: &[u8]) -> Option<Vec<u8>> {
    let list = (der.len() <= LARGEST).then(|| List::read(der).ok());
    list.flatten().map(|list| list.issuer.to_vec())
}

/// A list, taken apart; nothing in it is believed yet.
struct List<'a> {
    tbs: &'a [u8],
    issuer: &'a [u8],
    this_update: i64,
    next_update: Option<i64>,
    /// Content of revokedCertificates.
    entries: &'a [u8],
    extensions: Option<&'a [u8]>,
    algorithm: AlgorithmIdentifierRef<'a>,
    value: &'a [u8],
}

impl<'a> List<'a> {
    fn read(der: &'a [u8]) -> Result<Self, Refused> {
        let (tbs, algorithm, value) = AnyRef::from_der(der)?.sequence(|fields| {
            let tbs = fields.tlv_bytes()?;
            let algorithm = AlgorithmIdentifierRef::decode(fields)?;
            let value = BitStringRef::decode(fields)?;
            let value = value.as_bytes().ok_or(der::ErrorKind::Value {
                tag: Tag::BitString,
            })?;
            Ok((tbs, algorithm, value))
        })?;
        let mut read = Self {
            tbs,
            issuer: &[],
            this_update: 0,
            next_update: None,
            entries: &[],
            extensions: None,
            algorithm,
            value,
        };
        AnyRef::from_der(tbs)?.sequence(|fields| {
            let mut signature = fields.tlv_bytes()?;
            if is(signature, 0x02) {
                signature = fields.tlv_bytes()?;
            }
            // Named within and without what is signed, and the same (§5.1.2.2).
            if AlgorithmIdentifierRef::from_der(signature)? != algorithm {
                return Err(der::ErrorKind::Value { tag: Tag::Sequence }.into());
            }
            read.issuer = fields.tlv_bytes()?;
            read.this_update = time(fields.tlv_bytes()?)?;
            while !fields.is_finished() {
                let field = fields.tlv_bytes()?;
                match field.first() {
                    Some(0x17 | 0x18) => read.next_update = Some(time(field)?),
                    Some(0x30) => read.entries = content(field)?,
                    Some(0xa0) => read.extensions = Some(content(field)?),
                    _ => return Err(der::ErrorKind::TagUnknown { byte: 0 }.into()),
                }
            }
            Ok(())
        })?;
        Ok(read)
    }

    /// Whether the list is about a certificate (§5.2.5, §6.3.3), and what kind of a part of the truth
    /// it is, if it is not all.
    fn check_scope(&self, certificate: &Certificate) -> Result<Option<&'static str>, Refused> {
        let mut part = None;
        let Some(sequence) = self.extensions else {
            return Ok(part);
        };
        for extension in extensions(sequence)? {
            match extension.oid {
                ID_CE_DELTA_CRL_INDICATOR => part = Some("a delta list"),
                ID_CE_ISSUING_DISTRIBUTION_POINT => {
                    part = check_distribution_point(extension.value, certificate)?.or(part);
                }
                oid if extension.critical && !HARMLESS.contains(&oid) => {
                    return Err(Refused::Critical(oid));
                }
                _ => {}
            }
        }
        Ok(part)
    }

    /// What the list says about a serial number of its issuer. It is on it once (§5.1.2.6); of several
    /// entries the one counts that reaches furthest back, and of those one that leaves the past in doubt.
    fn status(&self, certificate: &Certificate) -> Result<Status, Refused> {
        let serial = certificate.serial_der();
        let mut status = Status::Good;
        let mut reader = SliceReader::new(self.entries)?;
        while !reader.is_finished() {
            let entry = reader.tlv_bytes()?;
            let mut fields = SliceReader::new(content(entry)?)?;
            if fields.tlv_bytes()? == serial {
                status = worse(status, revoked(&mut fields)?);
            }
        }
        Ok(status)
    }
}

/// The one of two entries about the same certificate that puts more of what was signed in doubt.
fn worse(one: Status, other: Status) -> Status {
    let weight = |status: Status| match status {
        Status::Good | Status::Unknown => None,
        Status::Revoked {
            reason: Some(Reason::RemoveFromCrl),
            ..
        } => Some((0, 0, false)),
        Status::Revoked {
            at,
            reason,
            invalid_since,
        } => {
            let since = invalid_since.map_or(at, |since| since.min(at));
            let leaves = reason.is_some_and(Reason::leaves_the_past);
            let on_hold = reason == Some(Reason::CertificateHold);
            Some((
                u8::from(!on_hold) + 1,
                i64::MAX.saturating_sub(since),
                !leaves,
            ))
        }
    };
    if weight(one) < weight(other) {
        other
    } else {
        one
    }
}

/// What comes after the serial number of an entry (§5.3).
fn revoked(fields: &mut SliceReader<'_>) -> Result<Status, Refused> {
    let at = time(fields.tlv_bytes()?)?;
    let (mut reason, mut invalid_since) = (None, None);
    if !fields.is_finished() {
        for extension in extensions(fields.tlv_bytes()?)? {
            match extension.oid {
                ID_CE_CRL_REASONS => {
                    let number = AnyRef::from_der(extension.value)?;
                    reason = number.value().first().copied().and_then(Reason::of);
                }
                ID_CE_INVALIDITY_DATE => invalid_since = Some(time(extension.value)?),
                // certificateIssuer, critical, is of indirect lists.
                oid if extension.critical => return Err(Refused::Critical(oid)),
                _ => {}
            }
        }
    }
    // On a full list that reason has no meaning (§5.3.1), and is no reason to believe in more.
    Ok(Status::Revoked {
        at,
        reason,
        invalid_since,
    })
}

/// ```text
/// IssuingDistributionPoint ::= SEQUENCE {
///     distributionPoint           [0] DistributionPointName OPTIONAL,
///     onlyContainsUserCerts       [1] BOOLEAN DEFAULT FALSE,
///     onlyContainsCACerts         [2] BOOLEAN DEFAULT FALSE,
///     onlySomeReasons             [3] ReasonFlags OPTIONAL,
///     indirectCRL                 [4] BOOLEAN DEFAULT FALSE,
///     onlyContainsAttributeCerts  [5] BOOLEAN DEFAULT FALSE }
/// ```
fn check_distribution_point(
    value: &[u8],
    certificate: &Certificate,
) -> Result<Option<&'static str>, Refused> {
    let mut part = None;
    let mut fields = SliceReader::new(content(value)?)?;
    let is_ca = certificate
        .basic_constraints()
        .is_some_and(|constraints| constraints.ca);
    while !fields.is_finished() {
        let field = fields.tlv_bytes()?;
        let set = content(field)? != [0];
        match field.first() {
            Some(0xa0) => {
                let mut names = Vec::new();
                general_names(field, &mut names)?;
                let addresses = &certificate.addresses().crls;
                let known = names.iter().any(|name| {
                    content(name).is_ok_and(|name| {
                        addresses.iter().any(|address| address.as_bytes() == name)
                    })
                });
                // A part of the issuer's lists, and not the one that the certificate names.
                if !known {
                    return Err(Refused::NotAbout);
                }
            }
            Some(0x81) if set && is_ca => return Err(Refused::NotAbout),
            Some(0x82) if set && !is_ca => return Err(Refused::NotAbout),
            Some(0x83) => part = Some("a list of some reasons only"),
            Some(0x84) if set => return Err(Refused::Kind("an indirect list")),
            Some(0x85) if set => return Err(Refused::NotAbout),
            _ => {}
        }
    }
    Ok(part)
}
