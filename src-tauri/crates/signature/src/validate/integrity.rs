//! Whether a CMS signature holds over a document (RFC 5652 §5.6, ETSI EN 319 142-1 §6.3).
//!
//! PAdES and timestamps are read to the letter; where they are BER and not DER,
//! that is said, and they are read in the form of DER. Signatures of the older
//! forms are read as products wrote them: with attributes in another order or with none at all
//! (ISO 32000-2 §12.8.3.3). What is signed is the same, so none of that can make a signature hold that
//! would not.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5911::{
    ID_AA_SIGNING_CERTIFICATE_V_2, ID_CONTENT_TYPE, ID_DATA, ID_MESSAGE_DIGEST,
};
use der::Decode;
use der::asn1::OctetStringRef;

use super::evidence::Work;
use super::finding::Finding;
use super::form::Form;
use crate::algorithm::DigestAlgorithm;
use crate::algorithm::any::{AnyDigest, AnySignature, Used};
use crate::certificate::Certificate;
use crate::cms::EssCertificateIds;
use crate::cms::ber;
use crate::cms::read::{Attribute, Malformed, SignedData, is_signer};
use crate::error::{Error, Result};
use crate::timestamp::{Fault, ID_AA_SIGNATURE_TIME_STAMP_TOKEN, TimestampJudgement, Token};

/// Most bytes of Contents that are read. Our own take about two thousand; those that carry
/// revocation lists of their own may take hundreds of thousands.
pub const LARGEST_CONTENTS: usize = 4 * 1024 * 1024;

/// Most verifications that [`judge_bare`] takes: it is not said by which digest the value is.
pub(super) const MOST_OF_BARE: u32 = 1 + DigestAlgorithm::ALL.len() as u32;

/// Most timestamps beside a signature that are looked at.
const MOST_STAMPS: usize = 64;

/// The attribute that names the signer's certificate by SHA-1 (RFC 2634 §5.4).
const ID_AA_SIGNING_CERTIFICATE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
/// Adobe's attribute with answers and lists (ISO 32000-2 §12.8.3.3.2).
const REVOCATION_INFO_ARCHIVAL: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113583.1.1.8");

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
    /// By what it was signed: what a policy judges.
    pub(super) used: Vec<Used>,
    /// Timestamps over its value, each judged.
    pub(super) stamps: Vec<TimestampJudgement>,
    /// Answers and lists that are signed with it, in DER.
    pub(super) ocsps: Vec<Vec<u8>>,
    pub(super) crls: Vec<Vec<u8>>,
    /// Lists that are carried beside, where anybody may have put them.
    pub(super) loose_crls: Vec<Vec<u8>>,
    /// The time it gives, if it is a timestamp.
    pub(super) gives: Option<Gives>,
    pub(super) findings: Vec<Finding>,
}

/// The time that a timestamp gives, Unix time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gives {
    /// genTime.
    pub(super) at: i64,
    /// With its accuracy.
    pub(super) latest: i64,
}

/// Judges a CMS signature, collecting everything that is wrong with it.
///
/// `document_digest` gives the digest over the byte range, or nothing if the range is not to be
/// believed; then no proof is given either.
pub(super) fn judge(
    contents: &[u8],
    form: Form,
    work: &Work,
    mut document_digest: impl FnMut(AnyDigest) -> Result<Option<Vec<u8>>>,
) -> Result<Judgement> {
    let mut judgement = Judgement::default();
    let findings = &mut judgement.findings;
    let strict = read(contents, form);
    // What is not DER is brought into that form: it says the same, and is signed as the same. A version
    // is not signed at all.
    let brought = match &strict {
        Err(Malformed::Der(_) | Malformed::NotSorted | Malformed::Version) => ber::to_der(contents),
        _ => None,
    };
    let brought = brought.as_deref().map(|der| read_brought(der, form));
    let read = match brought {
        Some(Ok(signed_data)) => {
            findings.push(Finding::CmsNotDer {
                strict: form.is_strict(),
            });
            Ok(signed_data)
        }
        _ => strict,
    };
    let signed_data = match read {
        Ok(signed_data) => signed_data,
        Err(why) => {
            findings.push(Finding::CmsMalformed(why));
            return Ok(judgement);
        }
    };
    let mut counted = Counted::default();
    let content_digest = content_digest(&signed_data, form, &mut document_digest, findings)?;
    counted.digest_proven = match signed_data.to_be_signed() {
        None if !form.is_strict() => content_digest.is_some(),
        _ => {
            check_content_type(&signed_data, findings);
            check_message_digest(&signed_data, content_digest.as_deref(), findings)
        }
    };
    if !signed_data.algorithms_are_protected() {
        findings.push(Finding::SignedAttribute {
            attribute: "cms-algorithm-protection",
        });
    }
    let named = signing_certificates(&signed_data, form, findings);
    let (signer, others) = certificates(&signed_data, &named, findings);
    if let Some(signer) = &signer {
        let digest = content_digest.as_deref();
        judgement.used = check_signature(&signed_data, form, signer, digest, findings);
        counted.verified = !judgement.used.is_empty();
    }
    if form == Form::Sha1 {
        // What is signed is a digest by SHA-1, whatever it is signed by.
        judgement.used.push(Used {
            digest: AnyDigest::Sha1,
            rsa_bits: None,
        });
    }
    let wrong = |finding: &Finding| !is_of_form(finding);
    if counted.digest_proven && counted.verified && !findings.iter().any(wrong) {
        judgement.intact = Some(Intact(()));
    }
    judgement.look_beside(&signed_data, work);
    judgement.signer = signer;
    judgement.others = others;
    Ok(judgement)
}

/// What was proven on the way.
#[derive(Default)]
struct Counted {
    digest_proven: bool,
    verified: bool,
}

fn read(contents: &[u8], form: Form) -> std::result::Result<SignedData<'_>, Malformed> {
    match form {
        Form::Sha1 => SignedData::read_older_enclosing(contents),
        Form::Detached => SignedData::read_older(contents),
        Form::Pades | Form::Bare | Form::Timestamp => SignedData::read(contents),
    }
}

fn read_brought(der: &[u8], form: Form) -> std::result::Result<SignedData<'_>, Malformed> {
    match form {
        Form::Sha1 | Form::Detached => read(der, form),
        Form::Pades | Form::Bare | Form::Timestamp => SignedData::read_brought(der),
    }
}

/// Whether a finding is about how something is written and not about what it says.
const fn is_of_form(finding: &Finding) -> bool {
    matches!(finding, Finding::CmsNotDer { .. })
}

/// Judges a timestamp over a document (ISO 32000-2 §12.8.5).
pub(super) fn judge_timestamp(
    contents: &[u8],
    document_digest: impl FnOnce(AnyDigest) -> Result<Option<Vec<u8>>>,
) -> Result<Judgement> {
    let mut judgement = Judgement::default();
    let token = match Token::read_brought(contents) {
        Ok(token) => token,
        Err(why) => {
            judgement.findings.push(Finding::CmsMalformed(why));
            return Ok(judgement);
        }
    };
    if !token.was_der() {
        judgement.findings.push(Finding::CmsNotDer { strict: true });
    }
    let algorithm = token.info().any_imprint_algorithm();
    let digest = match algorithm {
        Some(algorithm) => document_digest(algorithm)?,
        None => None,
    };
    let judged = token.judge_any(digest.as_deref());
    let honest = digest.is_some() || algorithm.is_none();
    for fault in judged.findings {
        match fault {
            // That the byte range is not to be believed has been said.
            Fault::ImprintMismatch if !honest => {}
            fault => judgement.findings.push(of_fault(fault)),
        }
    }
    let holds = honest
        && judgement.findings.iter().all(|finding| {
            matches!(finding, Finding::NotATimestampAuthority(_)) || is_of_form(finding)
        });
    judgement.intact = holds.then_some(Intact(()));
    judgement.gives = Some(Gives {
        at: judged.gen_time,
        latest: judged.latest,
    });
    judgement.used = judged.used;
    judgement.signer = judged.authority;
    judgement.others = judged.certificates;
    Ok(judgement)
}

/// What is wrong with a timestamp, as it is said of a signature.
fn of_fault(fault: Fault) -> Finding {
    match fault {
        Fault::ImprintMismatch | Fault::ContentMismatch => Finding::DigestMismatch,
        Fault::AlgorithmNotSupported { oid } => Finding::AlgorithmNotSupported { oid },
        Fault::SignedAttribute { attribute } => Finding::SignedAttribute { attribute },
        Fault::CertificateMissing => Finding::SignerCertificateMissing,
        Fault::CertificateOfAnother => Finding::SigningCertificateOfAnother,
        Fault::SignatureDoesNotVerify => Finding::SignatureDoesNotVerify,
        fault @ (Fault::NotForTimestamps { .. }
        | Fault::PurposeNotCritical { .. }
        | Fault::OutsideValidity { .. }) => Finding::NotATimestampAuthority(fault),
    }
}

/// Judges a signature that is a bare value by RSA (ISO 32000-2 §12.8.3.2); `certificates` are those
/// beside it, the signer's first.
pub(super) fn judge_bare(
    contents: &[u8],
    certificates: &[Vec<u8>],
    mut document_digest: impl FnMut(AnyDigest) -> Result<Option<Vec<u8>>>,
) -> Result<Judgement> {
    let mut judgement = Judgement::default();
    let mut read = certificates
        .iter()
        .filter_map(|der| Certificate::from_der(der).ok());
    judgement.signer = read.next();
    judgement.others = read.collect();
    let findings = &mut judgement.findings;
    let Some(signer) = &judgement.signer else {
        findings.push(Finding::SignerCertificateMissing);
        return Ok(judgement);
    };
    let value = der::SliceReader::new(contents).and_then(|mut reader| {
        let value = OctetStringRef::decode(&mut reader)?;
        Ok(value.as_bytes())
    });
    let value = match value {
        Ok(value) => value,
        Err(why) => {
            findings.push(Finding::CmsMalformed(why.into()));
            return Ok(judgement);
        }
    };
    use crate::algorithm::SignatureAlgorithm::RsaPkcs1;
    let strong = DigestAlgorithm::ALL.map(|digest| AnySignature::Strong(RsaPkcs1(digest)));
    for algorithm in [AnySignature::RsaSha1].into_iter().chain(strong) {
        let Some(digest) = document_digest(algorithm.digest())? else {
            return Ok(judgement);
        };
        if let Ok(used) = algorithm.verify_digest(signer.spki_der(), &digest, value) {
            judgement.used = vec![used];
            judgement.intact = Some(Intact(()));
            return Ok(judgement);
        }
    }
    findings.push(Finding::SignatureDoesNotVerify);
    Ok(judgement)
}

impl Judgement {
    /// Timestamps over the value, and the answers and lists that are carried.
    fn look_beside(&mut self, signed_data: &SignedData<'_>, work: &Work) {
        let values = signed_data.unsigned_values(ID_AA_SIGNATURE_TIME_STAMP_TOKEN);
        let count = values.len();
        // Anybody may put some beside a signature.
        for (most, value) in values.into_iter().enumerate() {
            if most == MOST_STAMPS || !work.ask_for_stamp() {
                self.findings
                    .push(Finding::TimestampsLeftOut { count, most });
                break;
            }
            let Ok(token) = Token::read_brought(value) else {
                self.findings.push(Finding::TimestampUnreadable);
                continue;
            };
            let stamped = token
                .info()
                .any_imprint_algorithm()
                .map(|algorithm| algorithm.digest(signed_data.signature));
            self.stamps.push(token.judge_any(stamped.as_deref()));
        }
        // Lists are SEQUENCEs; other revocation information is tagged.
        let lists = signed_data
            .crls
            .iter()
            .filter(|crl| crl.first() == Some(&0x30));
        self.loose_crls = lists.map(|crl| crl.to_vec()).collect();
        if let Attribute::One(value) = signed_data.attribute(REVOCATION_INFO_ARCHIVAL) {
            let _malformed = value.sequence(|fields| {
                while !der::Reader::is_finished(fields) {
                    let field = der::asn1::AnyRef::decode(fields)?;
                    let into = match der::Tagged::tag(&field).number().value() {
                        0 => &mut self.crls,
                        1 => &mut self.ocsps,
                        _ => continue,
                    };
                    der::asn1::AnyRef::from_der(field.value())?.sequence(|items| {
                        while !der::Reader::is_finished(items) {
                            into.push(der::Reader::tlv_bytes(items)?.to_vec());
                        }
                        Ok(())
                    })?;
                }
                Ok(())
            });
        }
    }
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

/// Digest of what is signed, by the signer's algorithm; none if that is not known or the document is
/// not to be believed.
fn content_digest(
    signed_data: &SignedData<'_>,
    form: Form,
    document_digest: &mut impl FnMut(AnyDigest) -> Result<Option<Vec<u8>>>,
    findings: &mut Vec<Finding>,
) -> Result<Option<Vec<u8>>> {
    let identifier = signed_data.digest_algorithm;
    let Some(algorithm) = AnyDigest::from_signer_info(identifier) else {
        findings.push(Finding::AlgorithmNotSupported {
            oid: identifier.oid.to_string(),
        });
        return Ok(None);
    };
    if form != Form::Sha1 {
        return document_digest(algorithm);
    }
    // The content is the digest of the document, and signed like any content.
    let content = signed_data.content.unwrap_or_default();
    let Some(digest) = document_digest(AnyDigest::Sha1)? else {
        return Ok(None);
    };
    if digest != content {
        findings.push(Finding::DigestMismatch);
        return Ok(None);
    }
    Ok(Some(algorithm.digest(content)))
}

/// message-digest is that of the content (RFC 5652 §11.2); gives whether that is proven.
fn check_message_digest(
    signed_data: &SignedData<'_>,
    content_digest: Option<&[u8]>,
    findings: &mut Vec<Finding>,
) -> bool {
    let value = match signed_data.attribute(ID_MESSAGE_DIGEST) {
        Attribute::One(value) => OctetStringRef::try_from(value).ok(),
        _ => None,
    };
    let Some(value) = value else {
        // Where the algorithm is not known, that has been said.
        if AnyDigest::from_signer_info(signed_data.digest_algorithm).is_some() {
            findings.push(Finding::SignedAttribute {
                attribute: "message-digest",
            });
        }
        return false;
    };
    let Some(digest) = content_digest else {
        return false;
    };
    let proven = digest == value.as_bytes();
    if !proven {
        findings.push(Finding::DigestMismatch);
    }
    proven
}

/// The certificate that the signed attributes name, by a hash over it.
struct Named<'a> {
    algorithm: AnyDigest,
    ids: EssCertificateIds<'a>,
}

/// signing-certificate-v2 is there once (RFC 5035 §3) with a hash that this version knows; before it
/// there was signing-certificate, by SHA-1 (RFC 2634 §5.4), which PAdES takes for old signatures
/// (ETSI EN 319 122-1 §5.2.2.2). Where both are there, both name the signer (RFC 5035 §4).
///
/// PAdES demands one of them; the older forms may go without (ISO 32000-2 §12.8.3.3), and name their
/// signer by issuer and serial number alone.
fn signing_certificates<'a>(
    signed_data: &SignedData<'a>,
    form: Form,
    findings: &mut Vec<Finding>,
) -> Vec<Named<'a>> {
    let attribute = "signing-certificate-v2";
    let second = signed_data.attribute(ID_AA_SIGNING_CERTIFICATE_V_2);
    let first = signed_data.attribute(ID_AA_SIGNING_CERTIFICATE);
    let mut named = Vec::new();
    for (found, by_sha1) in [(second, false), (first, true)] {
        let read = match found {
            Attribute::Missing => continue,
            Attribute::Ambiguous => None,
            Attribute::One(value) => EssCertificateIds::read(value).ok(),
        };
        let Some(ids) = read else {
            findings.push(Finding::SignedAttribute { attribute });
            return Vec::new();
        };
        let algorithm = match &ids.algorithm {
            _ if by_sha1 => AnyDigest::Sha1,
            Ok(algorithm) => AnyDigest::Strong(*algorithm),
            Err(oid) => {
                findings.push(Finding::AlgorithmNotSupported {
                    oid: oid.to_string(),
                });
                return Vec::new();
            }
        };
        named.push(Named { algorithm, ids });
    }
    if named.is_empty() && form == Form::Pades {
        findings.push(Finding::SignedAttribute { attribute });
    }
    named
}

/// The signer's certificate and the others.
///
/// Several may answer to the signer's name; the one that the signed attributes name is taken.
fn certificates(
    signed_data: &SignedData<'_>,
    named: &[Named<'_>],
    findings: &mut Vec<Finding>,
) -> (Option<Certificate>, Vec<Certificate>) {
    let is_named = |certificate: &Certificate| {
        named.iter().all(|named| {
            let digest = named.algorithm.digest(certificate.as_der());
            digest == named.ids.hash && named.ids.issued(certificate)
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

/// The signature verifies with the signer's key (RFC 5652 §5.6), over the signed attributes or, where
/// the older forms have none, over the content; gives by what, and nothing if it does not.
fn check_signature(
    signed_data: &SignedData<'_>,
    form: Form,
    signer: &Certificate,
    content_digest: Option<&[u8]>,
    findings: &mut Vec<Finding>,
) -> Vec<Used> {
    let identifier = signed_data.signature_algorithm;
    // That a digest is not known has been said with the document's.
    let Some(digest_algorithm) = AnyDigest::from_signer_info(signed_data.digest_algorithm) else {
        return Vec::new();
    };
    let not_supported = |oid: String| Finding::AlgorithmNotSupported { oid };
    let Some(algorithm) = AnySignature::from_signer_info(identifier, digest_algorithm) else {
        findings.push(not_supported(identifier.oid.to_string()));
        return Vec::new();
    };
    let (spki, value) = (signer.spki_der(), signed_data.signature);
    let verified = match (signed_data.to_be_signed(), content_digest) {
        (Some(_), _) if form.is_strict() => {
            // In the order of DER (RFC 5652 §5.4), whatever order they are written in.
            let sorted = signed_data.to_be_signed_sorted().unwrap_or_default();
            algorithm.verify(spki, &sorted, value)
        }
        (Some(to_be_signed), _) => {
            let mut verified = algorithm.verify(spki, &to_be_signed, value);
            if verified.is_err()
                && let Some(sorted) = signed_data.to_be_signed_sorted()
            {
                verified = algorithm.verify(spki, &sorted, value).or(verified);
            }
            verified
        }
        (None, Some(digest)) if !form.is_strict() => algorithm.verify_digest(spki, digest, value),
        // PAdES has signed attributes; that they are missing has been said for each of them.
        (None, _) => return Vec::new(),
    };
    // One digest algorithm for document and attributes (RFC 5652 §5.4).
    let same_digest = algorithm.goes_with(digest_algorithm);
    match verified {
        Ok(used) if same_digest => return vec![used],
        Err(Error::KeyNotSupported { oid }) => findings.push(not_supported(oid)),
        Err(Error::RsaKeySize { .. }) => findings.push(not_supported(identifier.oid.to_string())),
        Ok(_) | Err(_) => findings.push(Finding::SignatureDoesNotVerify),
    }
    Vec::new()
}

#[cfg(test)]
mod tests;
