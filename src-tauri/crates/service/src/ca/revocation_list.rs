//! Certificate revocation lists (RFC 5280 §5).

use const_oid::AssociatedOid;
use der::Decode;
use der::asn1::Uint;
use signature::{Certificate, Digest};
use x509_cert::certificate::Version;
use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{CrlNumber, CrlReason};
use x509_cert::name::Name;
use x509_cert::serial_number;

use super::certificate::authority_key_identifier;
use super::encoding::{self, Critical, extension};
use super::unsigned::{self, Unsigned};
use super::{Error, Result, SignatureAlgorithm, Validity};

/// Why a certificate is on the list (RFC 5280 §5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// No reason is given; nothing is written, as the RFC wants it.
    Unspecified,
    /// Somebody else may have the key, or its secret.
    KeyCompromise,
    /// The person is no longer of the organisation, or is called otherwise.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// The certificate is no longer needed.
    CessationOfOperation,
    /// On hold: it may be taken off the list again.
    CertificateHold,
}

/// An entry of a revocation list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revoked<'a> {
    /// Serial number of the certificate, big-endian, 1 to 20 octets, positive.
    pub serial: &'a [u8],
    /// When it was revoked, Unix time.
    pub at: i64,
    /// Why.
    pub reason: Reason,
}

/// A revocation list that waits for its issuer's signature.
#[derive(Debug)]
pub struct PreparedRevocationList(Unsigned);

impl PreparedRevocationList {
    /// The TBSCertList in DER.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        self.0.to_be_signed()
    }

    /// Digest of the TBSCertList, to be signed with the CA's key.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.0.digest()
    }

    /// The algorithm to sign with.
    #[must_use]
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.0.algorithm()
    }

    /// Verifies a raw value with the issuer's key and gives the list in DER.
    ///
    /// # Errors
    /// [`Error::Signature`].
    pub fn complete(self, raw: &[u8]) -> Result<Vec<u8>> {
        self.0.complete(raw)
    }
}

/// Prepares a full revocation list.
///
/// `number` only rises from list to list (RFC 5280 §5.2.3). `validity` is thisUpdate and
/// nextUpdate.
///
/// # Errors
/// [`Error::NotACa`], [`Error::BadValidity`].
pub fn revoke(
    issuer: &Certificate,
    number: u64,
    validity: Validity,
    revoked: &[Revoked<'_>],
) -> Result<PreparedRevocationList> {
    // keyUsage must let the key sign lists (RFC 5280 §6.3.3).
    if !issuer.is_ca() || issuer.key_usage().is_some_and(|usage| !usage.crl_sign) {
        return Err(Error::NotACa {
            name: issuer.subject_common_name().to_owned(),
        });
    }
    let Validity {
        not_before,
        not_after,
    } = validity;
    let out_of_range = || Error::BadValidity {
        not_before,
        not_after,
    };
    if not_before > not_after {
        return Err(out_of_range());
    }
    let entries = revoked.iter().map(entry).collect::<Result<Vec<_>>>()?;
    let spki = issuer.spki_der();
    let tbs = TbsCertList {
        version: Version::V2,
        signature: SignatureAlgorithm::of_key(spki)?.identifier(),
        issuer: Name::from_der(issuer.subject_der())?,
        this_update: encoding::time(not_before).ok_or_else(out_of_range)?,
        next_update: Some(encoding::time(not_after).ok_or_else(out_of_range)?),
        // Absent when there are none (RFC 5280 §5.1.2.6).
        revoked_certificates: (!entries.is_empty()).then_some(entries),
        crl_extensions: Some(vec![
            authority_key_identifier(issuer)?,
            extension(&CrlNumber(Uint::new(&number.to_be_bytes())?), Critical::No)?,
        ]),
    };
    Ok(PreparedRevocationList(Unsigned::new(&tbs, spki)?))
}

/// An entry of a list that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Serial number of the certificate, big-endian.
    pub serial: Vec<u8>,
    /// When it was revoked, Unix time.
    pub at: i64,
    /// Why.
    pub reason: Reason,
}

/// A revocation list whose issuer's signature was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    number: u64,
    entries: Vec<Listed>,
}

impl RevocationList {
    /// Reads a list in DER and verifies that `issuer` signed it.
    ///
    /// # Errors
    /// [`Error::Encoding`] if it is no list with a number of at most 64 bits, [`Error::Signature`].
    pub fn verified(der: &[u8], issuer: &Certificate) -> Result<Self> {
        unsigned::verify(der, issuer.spki_der())?;
        let list = CertificateList::from_der(der)?.tbs_cert_list;
        let entries = list.revoked_certificates.unwrap_or_default();
        Ok(Self {
            number: number(&list.crl_extensions.unwrap_or_default())?,
            entries: entries.iter().map(listed).collect(),
        })
    }

    /// Its number; numbers only rise.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Its entries.
    #[must_use]
    pub fn entries(&self) -> &[Listed] {
        &self.entries
    }

    /// The entry of the certificate with this serial number.
    #[must_use]
    pub fn entry(&self, serial: &[u8]) -> Option<&Listed> {
        self.entries.iter().find(|listed| listed.serial == serial)
    }
}

fn number(extensions: &[Extension]) -> Result<u64> {
    let no_number = || der::Tag::Integer.value_error();
    let number = extensions
        .iter()
        .find(|extension| extension.extn_id == CrlNumber::OID)
        .ok_or_else(no_number)?;
    let number = CrlNumber::from_der(number.extn_value.as_bytes())?;
    let bytes = number.0.as_bytes();
    let mut wide = [0; 8];
    let start = wide.len().checked_sub(bytes.len()).ok_or_else(no_number)?;
    wide[start..].copy_from_slice(bytes);
    Ok(u64::from_be_bytes(wide))
}

fn listed(revoked: &RevokedCert) -> Listed {
    let at = revoked.revocation_date.to_unix_duration().as_secs();
    let reason = revoked
        .crl_entry_extensions
        .iter()
        .flatten()
        .find(|extension| extension.extn_id == CrlReason::OID)
        .and_then(|extension| CrlReason::from_der(extension.extn_value.as_bytes()).ok());
    Listed {
        serial: revoked.serial_number.as_bytes().to_vec(),
        at: i64::try_from(at).unwrap_or(i64::MAX),
        reason: match reason {
            Some(CrlReason::KeyCompromise) => Reason::KeyCompromise,
            Some(CrlReason::AffiliationChanged) => Reason::AffiliationChanged,
            Some(CrlReason::Superseded) => Reason::Superseded,
            Some(CrlReason::CessationOfOperation) => Reason::CessationOfOperation,
            Some(CrlReason::CertificateHold) => Reason::CertificateHold,
            _ => Reason::Unspecified,
        },
    }
}

fn entry(revoked: &Revoked<'_>) -> Result<RevokedCert> {
    let reason = match revoked.reason {
        Reason::Unspecified => None,
        Reason::KeyCompromise => Some(CrlReason::KeyCompromise),
        Reason::AffiliationChanged => Some(CrlReason::AffiliationChanged),
        Reason::Superseded => Some(CrlReason::Superseded),
        Reason::CessationOfOperation => Some(CrlReason::CessationOfOperation),
        Reason::CertificateHold => Some(CrlReason::CertificateHold),
    };
    let at = revoked.at;
    Ok(RevokedCert {
        serial_number: serial_number::SerialNumber::new(revoked.serial)?,
        revocation_date: encoding::time(at).ok_or(Error::BadValidity {
            not_before: at,
            not_after: at,
        })?,
        crl_entry_extensions: match reason {
            Some(reason) => Some(vec![extension(&reason, Critical::No)?]),
            None => None,
        },
    })
}
