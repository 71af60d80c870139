//! Certificates: the CA's own and those it issues (RFC 5280 §4).

use const_oid::db::rfc5280::ID_KP_EMAIL_PROTECTION;
use const_oid::{AssociatedOid, ObjectIdentifier};
use der::Decode;
use der::flagset::FlagSet;
use signature::{Certificate, Digest};
use spki::{SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};
use x509_cert::certificate::{TbsCertificate, Version};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages,
    SubjectAltName, SubjectKeyIdentifier,
};
use x509_cert::name::Name;
use x509_cert::serial_number;

use super::encoding::{self, Critical, extension};
use super::unsigned::Unsigned;
use super::{CertificateRequest, Error, Result, SerialNumber, SignatureAlgorithm, Validity};

/// id-kp-documentSigning, RFC 9336.
const DOCUMENT_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36");
/// Adobe, authentic documents trust: one of the purposes that Acrobat looks for.
const ADOBE_AUTHENTIC_DOCUMENTS: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113583.1.1.5");

/// A certificate that waits for its issuer's signature.
#[derive(Debug)]
pub struct PreparedCertificate(Unsigned);

impl PreparedCertificate {
    /// The TBSCertificate in DER.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        self.0.to_be_signed()
    }

    /// Digest of the TBSCertificate, to be signed with the CA's key.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.0.digest()
    }

    /// The algorithm to sign with.
    #[must_use]
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.0.algorithm()
    }

    /// Verifies a raw value with the issuer's key and gives the certificate in DER.
    ///
    /// # Errors
    /// [`Error::Signature`].
    pub fn complete(self, raw: &[u8]) -> Result<Vec<u8>> {
        self.0.complete(raw)
    }
}

/// The address that a certificate was issued for: its one rfc822Name (RFC 5280 §4.2.1.6).
#[must_use]
pub fn email(certificate: &Certificate) -> Option<String> {
    let parsed = x509_cert::Certificate::from_der(certificate.as_der()).ok()?;
    let extensions = parsed.tbs_certificate.extensions?;
    let names = extensions
        .iter()
        .find(|extension| extension.extn_id == SubjectAltName::OID)?;
    let names = SubjectAltName::from_der(names.extn_value.as_bytes()).ok()?;
    encoding::read_alternative_name(&names)
}

/// Prepares the CA's own, self-signed certificate.
///
/// `spki` is the CA's public key as DER SubjectPublicKeyInfo. The organisation's name is both O and
/// CN. The CA issues to people only: pathLenConstraint is 0.
///
/// # Errors
/// [`Error::BadName`], [`Error::BadValidity`], [`Error::Signature`] about the key.
pub fn root(
    organisation: &str,
    spki: &[u8],
    serial: &SerialNumber,
    validity: Validity,
) -> Result<PreparedCertificate> {
    let name = encoding::name(organisation, organisation)?;
    let constraints = BasicConstraints {
        ca: true,
        path_len_constraint: Some(0),
    };
    let extensions = vec![
        extension(&constraints, Critical::Yes)?,
        key_usage(KeyUsages::KeyCertSign | KeyUsages::CRLSign)?,
        subject_key_identifier(spki)?,
    ];
    let tbs = tbs(name.clone(), name, serial, validity, spki, spki, extensions)?;
    Ok(PreparedCertificate(Unsigned::new(&tbs, spki)?))
}

/// Prepares a certificate for who made a request.
///
/// The subject is the request's, whose proof of possession was verified; the rest is the CA's:
/// keyUsage, purposes and constraints are never taken from a request.
///
/// # Errors
/// [`Error::NotACa`], [`Error::OtherOrganisation`], [`Error::IssuerItself`],
/// [`Error::BadValidity`], [`Error::OutsideIssuersValidity`].
pub fn issue(
    issuer: &Certificate,
    request: &CertificateRequest,
    serial: &SerialNumber,
    validity: Validity,
) -> Result<PreparedCertificate> {
    if !issuer.is_ca() {
        return Err(Error::NotACa {
            name: issuer.subject_common_name().to_owned(),
        });
    }
    let issuer_name = Name::from_der(issuer.subject_der())?;
    let subject = request.subject();
    let issues_for = encoding::read_name(&issuer_name).map(|(organisation, _)| organisation);
    if issues_for.as_deref() != Some(subject.organisation) {
        let organisation = subject.organisation.to_owned();
        let issuer = issuer.subject_common_name().to_owned();
        return Err(Error::OtherOrganisation {
            organisation,
            issuer,
        });
    }
    let name = encoding::name(subject.organisation, subject.name)?;
    // A certificate in the CA's name would be taken for the CA's by whoever looks for an issuer.
    if name == issuer_name || request.spki() == issuer.spki_der() {
        return Err(Error::IssuerItself {
            name: subject.name.to_owned(),
        });
    }
    let Validity {
        not_before,
        not_after,
    } = validity;
    if not_before < issuer.not_before() || not_after > issuer.not_after() {
        return Err(Error::OutsideIssuersValidity {
            not_before,
            not_after,
        });
    }
    let purposes = vec![
        DOCUMENT_SIGNING,
        ADOBE_AUTHENTIC_DOCUMENTS,
        ID_KP_EMAIL_PROTECTION,
    ];
    let constraints = BasicConstraints {
        ca: false,
        path_len_constraint: None,
    };
    let extensions = vec![
        extension(&constraints, Critical::Yes)?,
        key_usage(KeyUsages::DigitalSignature | KeyUsages::NonRepudiation)?,
        extension(&ExtendedKeyUsage(purposes), Critical::No)?,
        extension(&encoding::alternative_name(&subject)?, Critical::No)?,
        subject_key_identifier(request.spki())?,
        authority_key_identifier(issuer)?,
    ];
    let spki = issuer.spki_der();
    let tbs = tbs(
        issuer_name,
        name,
        serial,
        validity,
        spki,
        request.spki(),
        extensions,
    )?;
    Ok(PreparedCertificate(Unsigned::new(&tbs, spki)?))
}

/// Puts a version 3 TBSCertificate together.
fn tbs(
    issuer: Name,
    subject: Name,
    serial: &SerialNumber,
    validity: Validity,
    issuer_spki: &[u8],
    spki: &[u8],
    extensions: Vec<Extension>,
) -> Result<TbsCertificate> {
    let algorithm = SignatureAlgorithm::of_key(issuer_spki)?;
    Ok(TbsCertificate {
        version: Version::V3,
        serial_number: serial_number::SerialNumber::new(serial.as_bytes())?,
        signature: algorithm.identifier(),
        issuer,
        validity: encode_validity(validity)?,
        subject,
        subject_public_key_info: SubjectPublicKeyInfoOwned::from_der(spki)?,
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some(extensions),
    })
}

fn encode_validity(validity: Validity) -> Result<x509_cert::time::Validity> {
    let Validity {
        not_before,
        not_after,
    } = validity;
    match (encoding::time(not_before), encoding::time(not_after)) {
        (Some(first), Some(last)) if not_before <= not_after => Ok(x509_cert::time::Validity {
            not_before: first,
            not_after: last,
        }),
        _ => Err(Error::BadValidity {
            not_before,
            not_after,
        }),
    }
}

fn key_usage(bits: FlagSet<KeyUsages>) -> Result<Extension> {
    extension(&KeyUsage(bits), Critical::Yes)
}

fn subject_key_identifier(spki: &[u8]) -> Result<Extension> {
    let identifier = encoding::key_identifier(SubjectPublicKeyInfoRef::from_der(spki)?)?;
    extension(&SubjectKeyIdentifier(identifier), Critical::No)
}

/// The issuer's key identifier, as the issuer's own certificate gives it (RFC 5280 §4.2.1.1).
pub(super) fn authority_key_identifier(issuer: &Certificate) -> Result<Extension> {
    let identifier = match issuer.subject_key_identifier() {
        Some(identifier) => der::asn1::OctetString::new(identifier)?,
        None => encoding::key_identifier(SubjectPublicKeyInfoRef::from_der(issuer.spki_der())?)?,
    };
    let authority = AuthorityKeyIdentifier {
        key_identifier: Some(identifier),
        ..Default::default()
    };
    extension(&authority, Critical::No)
}
