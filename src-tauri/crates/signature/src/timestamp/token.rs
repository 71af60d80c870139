//! A timestamp token: CMS SignedData round a TSTInfo (RFC 3161 §2.4.2).

use std::time::Duration;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280::{ID_CE_EXT_KEY_USAGE, ID_KP_TIME_STAMPING};
use const_oid::db::rfc5911::{ID_AA_SIGNING_CERTIFICATE_V_2, ID_CONTENT_TYPE, ID_MESSAGE_DIGEST};
use der::Decode;
use der::asn1::OctetStringRef;
use x509_cert::ext::pkix::ExtendedKeyUsage;

use super::ID_CT_TST_INFO;
use super::info::Info;
use crate::algorithm::any::{AnyDigest, AnySignature, Used, sha1};
use crate::algorithm::{Digest, DigestAlgorithm};
use crate::certificate::Certificate;
use crate::cms::read::{Attribute, Malformed, SignedData, is_signer};
use crate::cms::{EssCertificateIds, ber};

/// The attribute that names the authority's certificate by SHA-1 (RFC 2634 §5.4).
const ID_AA_SIGNING_CERTIFICATE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");

/// A timestamp token that could be read. What it says is believed after [`Self::judge`] only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    der: Vec<u8>,
    info: Info,
    /// Whether it was in DER, and did not have to be brought into that form.
    was_der: bool,
}

/// Which algorithms a timestamp may be by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// Those that signatures are made with here.
    Strong,
    /// Those that are verified, for a policy to judge by their time.
    Any,
}

/// Why a timestamp does not hold, or is by no timestamp authority.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The digest is that of something else.
    #[error("the timestamp is over something else")]
    ImprintMismatch,
    /// An algorithm that is not known.
    #[error("the timestamp uses the algorithm {oid}, which is not supported")]
    AlgorithmNotSupported {
        /// In dotted notation.
        oid: String,
    },
    /// A signed attribute is missing, there twice, or of another content.
    #[error("the timestamp's signed attribute {attribute} is missing or malformed")]
    SignedAttribute {
        /// Its name.
        attribute: &'static str,
    },
    /// The content is not what was signed.
    #[error("the timestamp's content is not what its authority signed")]
    ContentMismatch,
    /// The authority's certificate is not in the token.
    #[error("the timestamp does not carry its authority's certificate")]
    CertificateMissing,
    /// The signed attributes name another certificate (RFC 5816 §2.2).
    #[error("the timestamp's signed attributes name another certificate")]
    CertificateOfAnother,
    /// The mathematics does not hold.
    #[error("the timestamp's signature does not verify")]
    SignatureDoesNotVerify,
    /// extendedKeyUsage is not timeStamping and nothing else, or is not there (RFC 3161 §2.3).
    #[error("the certificate of {subject} is not for timestamps")]
    NotForTimestamps {
        /// The authority.
        subject: String,
    },
    /// extendedKeyUsage is not critical (RFC 3161 §2.3).
    #[error("the certificate of {subject} is for timestamps, and does not say so critically")]
    PurposeNotCritical {
        /// The authority.
        subject: String,
    },
    /// The certificate was not valid when the timestamp was made.
    #[error("the certificate of {subject} was not valid when the timestamp was made")]
    OutsideValidity {
        /// The authority.
        subject: String,
    },
}

impl Fault {
    /// A short name for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ImprintMismatch => "timestamp_imprint",
            Self::AlgorithmNotSupported { .. } => "timestamp_algorithm",
            Self::SignedAttribute { .. } => "timestamp_attribute",
            Self::ContentMismatch => "timestamp_content",
            Self::CertificateMissing => "timestamp_certificate_missing",
            Self::CertificateOfAnother => "timestamp_certificate_of_another",
            Self::SignatureDoesNotVerify => "timestamp_signature",
            Self::NotForTimestamps { .. } => "timestamp_purpose",
            Self::PurposeNotCritical { .. } => "timestamp_purpose_not_critical",
            Self::OutsideValidity { .. } => "timestamp_authority_not_valid",
        }
    }
}

/// A timestamp that holds: proof that something was there at a time, if its authority is believed.
///
/// Only [`Token::judge`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timestamp {
    /// When, Unix time.
    pub gen_time: i64,
    /// The latest time that is meant, with the accuracy: when the thing was there for certain.
    pub latest: i64,
    /// Who says so.
    pub authority: Certificate,
}

/// What a token turned out to be.
#[derive(Debug, Clone)]
pub struct TimestampJudgement {
    /// When, as it says, Unix time.
    pub gen_time: i64,
    /// How far from that the time may be, as it says.
    pub accuracy: Option<Duration>,
    /// The latest time that is meant, with the accuracy, Unix time.
    pub latest: i64,
    /// By what it was made: what a policy judges.
    pub(crate) used: Vec<Used>,
    /// The certificate it was signed with, if it is there.
    pub authority: Option<Certificate>,
    /// The other certificates it carries, as far as they can be read.
    pub certificates: Vec<Certificate>,
    /// Proof that it holds, by a certificate for timestamps that was valid then.
    pub holds: Option<Timestamp>,
    /// Everything that is wrong.
    pub findings: Vec<Fault>,
}

impl Token {
    /// Reads a token: a ContentInfo, then zeros or nothing.
    ///
    /// # Errors
    /// The bytes are no timestamp token: damaged, or of another kind.
    pub fn read(der: &[u8]) -> Result<Self, Malformed> {
        let signed_data = SignedData::read_enclosing(der)?;
        if signed_data.content_type != ID_CT_TST_INFO {
            return Err(Malformed::NotTimestamp(signed_data.content_type));
        }
        let info = Info::read(signed_data.content.unwrap_or_default())?;
        let length = SignedData::encoded_len(der)?;
        Ok(Self {
            der: der.get(..length).unwrap_or(der).to_vec(),
            info,
            was_der: true,
        })
    }

    /// As [`Self::read`], also of what is BER and has to be brought into the form of DER first.
    pub(crate) fn read_brought(bytes: &[u8]) -> Result<Self, Malformed> {
        let why = match Self::read(bytes) {
            Ok(token) => return Ok(token),
            Err(why) => why,
        };
        let is_of_form = matches!(why, Malformed::Der(_) | Malformed::NotSorted);
        let Some(der) = is_of_form.then(|| ber::to_der(bytes)).flatten() else {
            return Err(why);
        };
        let signed_data = SignedData::read_brought_enclosing(&der)?;
        if signed_data.content_type != ID_CT_TST_INFO {
            return Err(Malformed::NotTimestamp(signed_data.content_type));
        }
        let content = signed_data.content.unwrap_or_default();
        let info = Info::read(content).or_else(|why| {
            let brought = ber::to_der(content).ok_or(why)?;
            Info::read(&brought)
        })?;
        Ok(Self {
            der,
            info,
            was_der: false,
        })
    }

    /// Whether it was in DER, and did not have to be brought into that form.
    pub(crate) const fn was_der(&self) -> bool {
        self.was_der
    }

    /// The token in DER.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// What it says.
    #[must_use]
    pub const fn info(&self) -> &Info {
        &self.info
    }

    /// Judges the token over the digest of what it is said to stamp, by
    /// [`Info::imprint_algorithm`]; none if that is not to be believed.
    ///
    /// Says nothing about the path of the authority's certificate, nor about its revocation.
    #[must_use]
    pub fn judge(&self, stamped: Option<&Digest>) -> TimestampJudgement {
        let mut findings = Vec::new();
        match (&self.info.algorithm, stamped) {
            (Err(oid), _) => findings.push(Fault::AlgorithmNotSupported {
                oid: oid.to_string(),
            }),
            (Ok(algorithm), Some(digest))
                if *algorithm == digest.algorithm() && self.info.imprint == digest.as_bytes() => {}
            _ => findings.push(Fault::ImprintMismatch),
        }
        self.judge_by(Taken::Strong, findings)
    }

    /// As [`Self::judge`], by the weak algorithms of earlier years too: `stamped` is the digest by
    /// [`Info::any_imprint_algorithm`], and what was used is for a policy to judge.
    pub(crate) fn judge_any(&self, stamped: Option<&[u8]>) -> TimestampJudgement {
        let mut findings = Vec::new();
        match (self.info.any_algorithm, &self.info.algorithm) {
            (None, Err(oid)) => findings.push(Fault::AlgorithmNotSupported {
                oid: oid.to_string(),
            }),
            _ if stamped == Some(&self.info.imprint) => {}
            _ => findings.push(Fault::ImprintMismatch),
        }
        self.judge_by(Taken::Any, findings)
    }

    fn judge_by(&self, taken: Taken, findings: Vec<Fault>) -> TimestampJudgement {
        let of_imprint = self.info.any_algorithm.map(|digest| Used {
            digest,
            rsa_bits: None,
        });
        let mut judgement = TimestampJudgement {
            gen_time: self.info.gen_time,
            accuracy: self.info.accuracy,
            latest: self.info.latest(),
            used: of_imprint.into_iter().collect(),
            authority: None,
            certificates: Vec::new(),
            holds: None,
            findings,
        };
        let read = match self.was_der {
            true => SignedData::read_enclosing(&self.der),
            false => SignedData::read_brought_enclosing(&self.der),
        };
        match read {
            Ok(signed_data) => judgement.look_at(&signed_data, taken),
            // It was read before.
            Err(_) => judgement.findings.push(Fault::SignatureDoesNotVerify),
        }
        if judgement.findings.is_empty() {
            judgement.holds = judgement.authority.clone().map(|authority| Timestamp {
                gen_time: judgement.gen_time,
                latest: judgement.latest,
                authority,
            });
        }
        judgement
    }
}

impl TimestampJudgement {
    fn look_at(&mut self, signed_data: &SignedData<'_>, taken: Taken) {
        let is_content = |oid| oid == ID_CT_TST_INFO;
        match signed_data.attribute(ID_CONTENT_TYPE) {
            Attribute::One(value) if ObjectIdentifier::try_from(value).is_ok_and(is_content) => {}
            _ => self.findings.push(Fault::SignedAttribute {
                attribute: "content-type",
            }),
        }
        if !signed_data.algorithms_are_protected() {
            self.findings.push(Fault::SignedAttribute {
                attribute: "cms-algorithm-protection",
            });
        }
        self.look_at_content(signed_data, taken);
        let mut certificates: Vec<Certificate> = signed_data
            .certificates
            .iter()
            .filter_map(|der| Certificate::from_der(der).ok())
            .collect();
        let is_signer = |certificate: &Certificate| is_signer(signed_data.signer, certificate);
        let named = |certificate: &Certificate| names(signed_data, certificate);
        let found = certificates
            .iter()
            .position(|certificate| is_signer(certificate) && named(certificate) == Ok(true))
            .or_else(|| certificates.iter().position(is_signer));
        let Some(found) = found else {
            self.certificates = certificates;
            self.findings.push(Fault::CertificateMissing);
            return;
        };
        let authority = certificates.remove(found);
        self.certificates = certificates;
        match names(signed_data, &authority) {
            Ok(true) => {}
            Ok(false) => self.findings.push(Fault::CertificateOfAnother),
            Err(fault) => self.findings.push(fault),
        }
        match verify(signed_data, &authority, taken) {
            Ok(used) => self.used.push(used),
            Err(fault) => self.findings.push(fault),
        }
        let subject = || authority.subject_common_name().to_owned();
        match purpose(&authority) {
            Purpose::Right => {}
            Purpose::NotCritical => self
                .findings
                .push(Fault::PurposeNotCritical { subject: subject() }),
            Purpose::Other => self
                .findings
                .push(Fault::NotForTimestamps { subject: subject() }),
        }
        if !authority.is_valid_at(self.gen_time) {
            let subject = subject();
            self.findings.push(Fault::OutsideValidity { subject });
        }
        self.authority = Some(authority);
    }

    /// message-digest is that of the content (RFC 5652 §11.2).
    fn look_at_content(&mut self, signed_data: &SignedData<'_>, taken: Taken) {
        let attribute = "message-digest";
        let identifier = signed_data.digest_algorithm;
        let Some(algorithm) = digest_algorithm(signed_data, taken) else {
            let oid = identifier.oid.to_string();
            return self.findings.push(Fault::AlgorithmNotSupported { oid });
        };
        let value = match signed_data.attribute(ID_MESSAGE_DIGEST) {
            Attribute::One(value) => OctetStringRef::try_from(value).ok(),
            _ => None,
        };
        let Some(value) = value else {
            return self.findings.push(Fault::SignedAttribute { attribute });
        };
        let digest = algorithm.digest(signed_data.content.unwrap_or_default());
        if digest != value.as_bytes() {
            self.findings.push(Fault::ContentMismatch);
        }
        self.used.push(Used {
            digest: algorithm,
            rsa_bits: None,
        });
    }
}

/// The digest algorithm of a token, if it is one that is taken.
fn digest_algorithm(signed_data: &SignedData<'_>, taken: Taken) -> Option<AnyDigest> {
    let identifier = signed_data.digest_algorithm;
    match taken {
        Taken::Strong => DigestAlgorithm::from_identifier(identifier).map(AnyDigest::Strong),
        Taken::Any => AnyDigest::from_signer_info(identifier),
    }
}

/// Whether the signed attributes name a certificate: by signing-certificate-v2 (RFC 5816 §2.2), or
/// by SHA-1 as RFC 3161 first had it. Both may be there, and then both must.
fn names(signed_data: &SignedData<'_>, certificate: &Certificate) -> Result<bool, Fault> {
    let attribute = "signing-certificate";
    let malformed = || Fault::SignedAttribute { attribute };
    let first = signed_data.attribute(ID_AA_SIGNING_CERTIFICATE);
    let second = signed_data.attribute(ID_AA_SIGNING_CERTIFICATE_V_2);
    if (first, second) == (Attribute::Missing, Attribute::Missing) {
        return Err(malformed());
    }
    let mut named = true;
    match first {
        Attribute::Missing => {}
        Attribute::Ambiguous => return Err(malformed()),
        Attribute::One(value) => {
            let ids = EssCertificateIds::read(value).map_err(|_| malformed())?;
            named &= sha1(certificate.as_der()) == ids.hash && ids.issued(certificate);
        }
    }
    match second {
        Attribute::Missing => {}
        Attribute::Ambiguous => return Err(malformed()),
        Attribute::One(value) => {
            let ids = EssCertificateIds::read(value).map_err(|_| malformed())?;
            let algorithm = ids.algorithm.map_err(|oid| Fault::AlgorithmNotSupported {
                oid: oid.to_string(),
            })?;
            let digest = algorithm.digest(certificate.as_der());
            named &= digest.as_bytes() == ids.hash && ids.issued(certificate);
        }
    }
    Ok(named)
}

/// The signature over the signed attributes verifies with the authority's key (RFC 5652 §5.6); gives
/// by what.
fn verify(
    signed_data: &SignedData<'_>,
    authority: &Certificate,
    taken: Taken,
) -> Result<Used, Fault> {
    let identifier = signed_data.signature_algorithm;
    let not_supported = |oid: String| Fault::AlgorithmNotSupported { oid };
    let digest = digest_algorithm(signed_data, taken)
        .ok_or_else(|| not_supported(signed_data.digest_algorithm.oid.to_string()))?;
    let algorithm = AnySignature::from_signer_info(identifier, digest)
        .filter(|algorithm| taken == Taken::Any || algorithm.is_strong())
        .ok_or_else(|| not_supported(identifier.oid.to_string()))?;
    // What is signed is in the order of DER (RFC 5652 §5.4), however it was written.
    let to_be_signed = signed_data
        .to_be_signed_sorted()
        .ok_or(Fault::SignatureDoesNotVerify)?;
    let (spki, value) = (authority.spki_der(), signed_data.signature);
    match algorithm.verify(spki, &to_be_signed, value) {
        Ok(used) if taken == Taken::Strong && used.is_short() => {
            Err(not_supported(identifier.oid.to_string()))
        }
        Ok(used) if taken == Taken::Strong || algorithm.goes_with(digest) => Ok(used),
        Err(crate::Error::KeyNotSupported { oid }) => Err(not_supported(oid)),
        Err(crate::Error::RsaKeySize { .. }) => Err(not_supported(identifier.oid.to_string())),
        Ok(_) | Err(_) => Err(Fault::SignatureDoesNotVerify),
    }
}

/// What extendedKeyUsage says about timestamps.
enum Purpose {
    Right,
    NotCritical,
    Other,
}

/// Exactly one purpose, critical (RFC 3161 §2.3), and a key that may sign (RFC 5280 §4.2.1.3).
fn purpose(certificate: &Certificate) -> Purpose {
    let signs = certificate
        .key_usage()
        .is_none_or(|usage| usage.digital_signature || usage.non_repudiation);
    if !signs {
        return Purpose::Other;
    }
    let Ok(parsed) = x509_cert::Certificate::from_der(certificate.as_der()) else {
        return Purpose::Other;
    };
    let extensions = parsed.tbs_certificate.extensions.unwrap_or_default();
    let usage = extensions
        .iter()
        .find(|extension| extension.extn_id == ID_CE_EXT_KEY_USAGE);
    let Some(usage) = usage else {
        return Purpose::Other;
    };
    match ExtendedKeyUsage::from_der(usage.extn_value.as_bytes()) {
        Ok(purposes) if purposes.0 == [ID_KP_TIME_STAMPING] && usage.critical => Purpose::Right,
        Ok(purposes) if purposes.0 == [ID_KP_TIME_STAMPING] => Purpose::NotCritical,
        _ => Purpose::Other,
    }
}
