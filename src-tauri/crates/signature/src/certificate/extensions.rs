//! The extensions that decide something here (RFC 5280 §4.2).

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280::{
    ANY_EXTENDED_KEY_USAGE, ID_CE_AUTHORITY_KEY_IDENTIFIER, ID_CE_BASIC_CONSTRAINTS,
    ID_CE_CERTIFICATE_POLICIES, ID_CE_CRL_DISTRIBUTION_POINTS, ID_CE_EXT_KEY_USAGE,
    ID_CE_INHIBIT_ANY_POLICY, ID_CE_ISSUER_ALT_NAME, ID_CE_KEY_USAGE, ID_CE_NAME_CONSTRAINTS,
    ID_CE_POLICY_CONSTRAINTS, ID_CE_POLICY_MAPPINGS, ID_CE_SUBJECT_ALT_NAME,
    ID_CE_SUBJECT_KEY_IDENTIFIER, ID_KP_CODE_SIGNING, ID_KP_EMAIL_PROTECTION,
    ID_PE_AUTHORITY_INFO_ACCESS,
};
use const_oid::db::rfc6960::ID_PKIX_OCSP_NOCHECK;
use der::Decode;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix;

use super::addresses::Addresses;
use crate::error::{Error, Result};

/// id-ce-noRevAvail, RFC 9608 §2.
const NO_REVOCATION_AVAILABLE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.56");
/// id-etsi-ext-valassured-ST-certs, ETSI EN 319 412-1 §5.2.2.
const VALIDITY_ASSURED: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.194121.2.1");
/// Adobe, authentic documents trust.
const ADOBE_AUTHENTIC_DOCUMENTS: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113583.1.1.5");
/// id-kp-documentSigning, RFC 9336.
const DOCUMENT_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36");
/// Microsoft, document signing.
const MICROSOFT_DOCUMENT_SIGNING: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.10.3.12");

/// Purposes of which one is needed where extendedKeyUsage is present.
const DOCUMENT_PURPOSES: [ObjectIdentifier; 6] = [
    ID_KP_EMAIL_PROTECTION,
    ID_KP_CODE_SIGNING,
    ANY_EXTENDED_KEY_USAGE,
    ADOBE_AUTHENTIC_DOCUMENTS,
    DOCUMENT_SIGNING,
    MICROSOFT_DOCUMENT_SIGNING,
];

/// Extensions that are processed, or that restrict nothing we do.
///
/// Constraints on names and policies are judged with the whole path, by certval.
const PROCESSED: [ObjectIdentifier; 14] = [
    ID_CE_NAME_CONSTRAINTS,
    ID_CE_POLICY_CONSTRAINTS,
    ID_CE_POLICY_MAPPINGS,
    ID_CE_INHIBIT_ANY_POLICY,
    ID_CE_KEY_USAGE,
    ID_CE_BASIC_CONSTRAINTS,
    ID_CE_EXT_KEY_USAGE,
    ID_CE_SUBJECT_KEY_IDENTIFIER,
    ID_CE_AUTHORITY_KEY_IDENTIFIER,
    ID_CE_SUBJECT_ALT_NAME,
    ID_CE_ISSUER_ALT_NAME,
    ID_CE_CERTIFICATE_POLICIES,
    ID_CE_CRL_DISTRIBUTION_POINTS,
    ID_PE_AUTHORITY_INFO_ACCESS,
];

/// The bits of keyUsage that matter here (RFC 5280 §4.2.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUsage {
    /// Bit 0.
    pub digital_signature: bool,
    /// Bit 1, also called contentCommitment.
    pub non_repudiation: bool,
    /// Bit 5.
    pub key_cert_sign: bool,
    /// Bit 6.
    pub crl_sign: bool,
}

/// basicConstraints (RFC 5280 §4.2.1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BasicConstraints {
    /// Whether the subject is a CA.
    pub ca: bool,
    /// How many CA certificates may follow below this one.
    pub path_len: Option<u8>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Extensions {
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) basic_constraints: Option<BasicConstraints>,
    pub(super) subject_key_identifier: Option<Vec<u8>>,
    /// keyIdentifier of authorityKeyIdentifier.
    pub(super) authority_key_identifier: Option<Vec<u8>>,
    purposes: Option<Vec<ObjectIdentifier>>,
    /// Whether extendedKeyUsage is critical.
    purposes_critical: bool,
    /// Whether nobody has to ask about the revocation of a responder (RFC 6960 §4.2.2.2.1).
    pub(super) no_check: bool,
    /// Whether it is said to live too short to be revoked.
    pub(super) lives_short: bool,
    pub(super) addresses: Addresses,
    pub(super) unprocessed_critical: Option<ObjectIdentifier>,
}

impl Extensions {
    /// Reads the extensions; each may be there once (RFC 5280 §4.2).
    pub(super) fn read(extensions: &[Extension]) -> Result<Self> {
        let mut read = Self::default();
        let mut seen = std::collections::BTreeSet::new();
        for extension in extensions {
            let (oid, value) = (extension.extn_id, extension.extn_value.as_bytes());
            if !seen.insert(oid) {
                return Err(refused("an extension is there twice", None));
            }
            match oid {
                ID_CE_KEY_USAGE => read.key_usage = Some(key_usage(value)?),
                ID_CE_BASIC_CONSTRAINTS => {
                    let constraints = pkix::BasicConstraints::from_der(value)
                        .map_err(|e| refused("its basicConstraints do not decode", Some(e)))?;
                    read.basic_constraints = Some(BasicConstraints {
                        ca: constraints.ca,
                        path_len: constraints.path_len_constraint,
                    });
                }
                ID_CE_SUBJECT_KEY_IDENTIFIER => {
                    let identifier = pkix::SubjectKeyIdentifier::from_der(value).map_err(|e| {
                        refused("its subjectKeyIdentifier does not decode", Some(e))
                    })?;
                    read.subject_key_identifier = Some(identifier.0.as_bytes().to_vec());
                }
                // It helps to find an issuer and proves nothing: one that does not decode is none.
                ID_CE_AUTHORITY_KEY_IDENTIFIER => {
                    let identifier = pkix::AuthorityKeyIdentifier::from_der(value).ok();
                    let identifier = identifier.and_then(|read| read.key_identifier);
                    read.authority_key_identifier =
                        identifier.map(|identifier| identifier.as_bytes().to_vec());
                }
                ID_CE_EXT_KEY_USAGE => {
                    let purposes = pkix::ExtendedKeyUsage::from_der(value)
                        .map_err(|e| refused("its extendedKeyUsage does not decode", Some(e)))?;
                    read.purposes = Some(purposes.0);
                    read.purposes_critical = extension.critical;
                }
                ID_PKIX_OCSP_NOCHECK => read.no_check = true,
                NO_REVOCATION_AVAILABLE | VALIDITY_ASSURED => read.lives_short = true,
                // Where to ask decides nothing, so what cannot be read there is passed over.
                ID_PE_AUTHORITY_INFO_ACCESS => read.addresses.read_access(value),
                ID_CE_CRL_DISTRIBUTION_POINTS => read.addresses.read_points(value),
                _ => {}
            }
            if extension.critical && !PROCESSED.contains(&oid) {
                read.unprocessed_critical.get_or_insert(oid);
            }
        }
        Ok(read)
    }

    /// Whether extendedKeyUsage names a purpose.
    pub(super) fn have_purpose(&self, purpose: ObjectIdentifier) -> bool {
        let purposes = self.purposes.as_ref();
        purposes.is_some_and(|purposes| purposes.contains(&purpose))
    }

    /// Whether extendedKeyUsage is critical and names one purpose and no other.
    pub(super) fn are_only_for(&self, purpose: ObjectIdentifier) -> bool {
        self.purposes_critical && self.purposes.as_deref() == Some(&[purpose])
    }

    pub(super) fn are_for_documents(&self) -> bool {
        let usage = self
            .key_usage
            .is_none_or(|usage| usage.digital_signature || usage.non_repudiation);
        let purpose = self.purposes.as_ref().is_none_or(|purposes| {
            purposes
                .iter()
                .any(|purpose| DOCUMENT_PURPOSES.contains(purpose))
        });
        usage && purpose
    }
}

fn key_usage(value: &[u8]) -> Result<KeyUsage> {
    let usage = pkix::KeyUsage::from_der(value)
        .map_err(|e| refused("its keyUsage does not decode", Some(e)))?;
    Ok(KeyUsage {
        digital_signature: usage.digital_signature(),
        non_repudiation: usage.non_repudiation(),
        key_cert_sign: usage.key_cert_sign(),
        crl_sign: usage.crl_sign(),
    })
}

fn refused(what: &'static str, source: Option<der::Error>) -> Error {
    Error::NotACertificate { what, source }
}
