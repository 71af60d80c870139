//! Whether a CMS signature holds over a document (RFC 5652 §5.6, ETSI EN 319 142-1 §6.3).

use std::borrow::Cow;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5911::{
    ID_AA_SIGNING_CERTIFICATE_V_2, ID_CONTENT_TYPE, ID_DATA, ID_MESSAGE_DIGEST,
};
use der::asn1::OctetStringRef;

use super::finding::Finding;
use crate::algorithm::{self, Digest, DigestAlgorithm, SignatureAlgorithm};
use crate::certificate::Certificate;
use crate::cms::EssCertificateIds;
use crate::cms::definite::definite;
use crate::cms::read::{Attribute, SignedData, is_signer};
use crate::error::{Error, Result};
use crate::prepare::SubFilter;

/// Most bytes of Contents that are read. Our own take about two thousand; those that carry
/// revocation lists of their own may take hundreds of thousands.
pub const LARGEST_CONTENTS: usize = 4 * 1024 * 1024;

/// The attribute that names the signer's certificate by SHA-1 (RFC 2634 §5.4).
const ID_AA_SIGNING_CERTIFICATE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");

/// Proof that a signature holds over the bytes of its byte range.
///
/// Only validation makes one: the signed attributes are those its form demands, they name the digest of the
/// document and the signer's certificate, and the signature over them verifies with its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intact(());

/// What a CMS signature turned out to be.
#[derive(Debug, Default)]
pub(super) struct Judgement {
    pub(super) intact: Option<Intact>,
    pub(super) signer: Option<Certificate>,
    /// The other certificates it carries, as far as they can be read.
    pub(super) others: Vec<Certificate>,
    pub(super) findings: Vec<Finding>,
}

/// Judges a CMS signature, collecting everything that is wrong with it.
///
/// `document_digest` gives the digest over the byte range, or nothing if the range is not to be
/// believed; then no proof is given either.
pub(super) fn judge(
    contents: &[u8],
    form: SubFilter,
    document_digest: impl FnOnce(DigestAlgorithm) -> Result<Option<Digest>>,
) -> Result<Judgement> {
    let mut judgement = Judgement::default();
    let contents = match form {
        SubFilter::Adbe => definite(contents),
        SubFilter::Pades => Cow::Borrowed(contents),
    };
    let signed_data = match SignedData::read(&contents) {
        Ok(signed_data) => signed_data,
        Err(why) => {
            judgement.findings.push(Finding::CmsMalformed(why));
            return Ok(judgement);
        }
    };
    let findings = &mut judgement.findings;
    check_content_type(&signed_data, findings);
    let digest_proven = check_message_digest(&signed_data, document_digest, findings)?;
    let named = signing_certificate(&signed_data, form, findings);
    let (signer, others) = certificates(&signed_data, named.as_ref(), findings);
    let verified = signer
        .as_ref()
        .is_some_and(|signer| check_signature(&signed_data, signer, findings));
    if digest_proven && verified && findings.is_empty() {
        judgement.intact = Some(Intact(()));
    }
    judgement.signer = signer;
    judgement.others = others;
    Ok(judgement)
}

/// content-type is there and names the type of the encapsulated content, id-data (RFC 5652 §11.1).
fn check_content_type(signed_data: &SignedData<'_>, findings: &mut Vec<Finding>) {
    let attribute = "content-type";
    match signed_data.attribute(ID_CONTENT_TYPE) {
        Attribute::One(value)
            if ObjectIdentifier::try_from(value)
                .is_ok_and(|oid| oid == ID_DATA && oid == signed_data.content_type) => {}
        _ => findings.push(Finding::SignedAttribute { attribute }),
    }
}

/// message-digest is that of the document (RFC 5652 §11.2); gives whether that is proven.
fn check_message_digest(
    signed_data: &SignedData<'_>,
    document_digest: impl FnOnce(DigestAlgorithm) -> Result<Option<Digest>>,
    findings: &mut Vec<Finding>,
) -> Result<bool> {
    let identifier = signed_data.digest_algorithm;
    let Some(algorithm) = DigestAlgorithm::from_identifier(identifier) else {
        findings.push(Finding::AlgorithmNotSupported {
            oid: identifier.oid.to_string(),
        });
        return Ok(false);
    };
    let value = match signed_data.attribute(ID_MESSAGE_DIGEST) {
        Attribute::One(value) => OctetStringRef::try_from(value).ok(),
        _ => None,
    };
    let Some(value) = value else {
        findings.push(Finding::SignedAttribute {
            attribute: "message-digest",
        });
        return Ok(false);
    };
    let Some(digest) = document_digest(algorithm)? else {
        return Ok(false);
    };
    let proven = digest.as_bytes() == value.as_bytes();
    if !proven {
        findings.push(Finding::DigestMismatch);
    }
    Ok(proven)
}

/// signing-certificate-v2 is there once (RFC 5035 §3) with a hash that this version knows.
///
/// PAdES demands it; `adbe.pkcs7.detached` may go without (ISO 32000-2 §12.8.3.3), and names its
/// signer by issuer and serial number alone.
fn signing_certificate<'a>(
    signed_data: &SignedData<'a>,
    form: SubFilter,
    findings: &mut Vec<Finding>,
) -> Option<(DigestAlgorithm, &'a [u8])> {
    let named = match signed_data.attribute(ID_AA_SIGNING_CERTIFICATE_V_2) {
        Attribute::One(value) => EssCertificateIds::read(value).ok(),
        Attribute::Missing
            if signed_data.attribute(ID_AA_SIGNING_CERTIFICATE) != Attribute::Missing =>
        {
            let oid = ID_AA_SIGNING_CERTIFICATE.to_string();
            findings.push(Finding::AlgorithmNotSupported { oid });
            return None;
        }
        Attribute::Missing if form == SubFilter::Adbe => return None,
        Attribute::Missing | Attribute::Ambiguous => None,
    };
    let Some(named) = named else {
        findings.push(Finding::SignedAttribute {
            attribute: "signing-certificate-v2",
        });
        return None;
    };
    match named.algorithm {
        Ok(algorithm) => Some((algorithm, named.hash)),
        Err(oid) => {
            findings.push(Finding::AlgorithmNotSupported {
                oid: oid.to_string(),
            });
            None
        }
    }
}

/// The signer's certificate and the others.
///
/// Several may answer to the signer's name; the one that signing-certificate-v2 names is taken.
fn certificates(
    signed_data: &SignedData<'_>,
    named: Option<&(DigestAlgorithm, &[u8])>,
    findings: &mut Vec<Finding>,
) -> (Option<Certificate>, Vec<Certificate>) {
    let is_named = |certificate: &Certificate| {
        named.is_none_or(|(algorithm, hash)| {
            algorithm.digest(certificate.as_der()).as_bytes() == *hash
        })
    };
    let mut read: Vec<Certificate> = signed_data
        .certificates
        .iter()
        .filter_map(|der| Certificate::from_der(der).ok())
        .collect();
    let signers = |certificate: &&Certificate| is_signer(signed_data.signer, certificate);
    let found = read
        .iter()
        .filter(signers)
        .find(|certificate| is_named(certificate))
        .or_else(|| read.iter().find(signers))
        .cloned();
    match &found {
        Some(signer) if is_named(signer) => {}
        Some(_) => findings.push(Finding::SigningCertificateOfAnother),
        None => findings.push(Finding::SignerCertificateMissing),
    }
    read.retain(|certificate| Some(certificate) != found.as_ref());
    (found, read)
}

/// The signature over the signed attributes verifies with the signer's key (RFC 5652 §5.6).
fn check_signature(
    signed_data: &SignedData<'_>,
    signer: &Certificate,
    findings: &mut Vec<Finding>,
) -> bool {
    let identifier = signed_data.signature_algorithm;
    // That a digest is not known has been said with the document's.
    let Some(digest_algorithm) = DigestAlgorithm::from_identifier(signed_data.digest_algorithm)
    else {
        return false;
    };
    let Some(algorithm) = SignatureAlgorithm::from_signer_info(identifier, digest_algorithm) else {
        findings.push(Finding::AlgorithmNotSupported {
            oid: identifier.oid.to_string(),
        });
        return false;
    };
    // Without signed attributes the signature is over the content itself, which PAdES does not
    // have; that they are missing has been said for each of them.
    let Some(to_be_signed) = signed_data.to_be_signed() else {
        return false;
    };
    let (spki, value) = (signer.spki_der(), signed_data.signature);
    let verified = algorithm::verify_message_der(spki, algorithm, &to_be_signed, value);
    // One digest algorithm for document and attributes (RFC 5652 §5.4).
    let same_digest = algorithm.digest_algorithm() == digest_algorithm;
    match verified {
        Ok(()) if same_digest => true,
        Err(Error::KeyNotSupported { oid }) => {
            findings.push(Finding::AlgorithmNotSupported { oid });
            false
        }
        Err(Error::RsaKeySize { .. }) => {
            let oid = identifier.oid.to_string();
            findings.push(Finding::AlgorithmNotSupported { oid });
            false
        }
        Ok(()) | Err(_) => {
            findings.push(Finding::SignatureDoesNotVerify);
            false
        }
    }
}

#[cfg(test)]
mod tests;
