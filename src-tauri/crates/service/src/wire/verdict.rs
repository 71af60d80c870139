//! The judgement over a document as it crosses the edges: three answers about each signature, in the
//! vocabulary of ETSI EN 319 102-1, and what every revision of the file did.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Coverage, Finding, Headline, Modification, Rect};

/// The judgement over a document.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Validation {
    /// The least favourable headline of its signatures, or `unsigned`.
    pub headline: Headline,
    /// One report a signature, in the order they were made.
    pub signatures: Vec<SignatureReport>,
    /// What the file became step by step, the oldest first; empty if its cross-references are
    /// damaged.
    pub revisions: Vec<RevisionReport>,
}

/// One revision of a file.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RevisionReport {
    /// Counted from 1.
    pub index: u32,
    /// Length of the file at its end.
    #[ts(type = "number")]
    pub bytes: u64,
    /// The field of the signature that covers the file up to here.
    pub signed_by: Option<String>,
    /// What it changed; nothing for a first revision.
    pub what: Vec<Modification>,
    /// Whether every signature before it allows that.
    pub allowed: bool,
}

/// What validation found about one signature.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SignatureReport {
    /// Fully qualified field name.
    pub field: String,
    /// Whether a person signed or an authority gave the time.
    pub kind: SignatureKind,
    /// Common name in the signer's certificate.
    pub signer: String,
    /// Common name of its issuer.
    pub issuer: String,
    /// PAdES level reached, such as `b-b`; empty if none.
    pub level: String,
    /// The signature dictionary's SubFilter.
    pub subfilter: String,
    /// Whether digest and signature verify.
    pub intact: bool,
    /// Whether the certificate chains to a trust anchor.
    pub trusted: bool,
    /// How much of the file is covered.
    pub coverage: Coverage,
    /// Later changes that it does not allow.
    pub modifications: Vec<Modification>,
    /// The signer's own claim of when, by the signing machine's clock.
    #[ts(type = "number | null")]
    pub signing_time: Option<i64>,
    /// Time of a trusted timestamp.
    #[ts(type = "number | null")]
    pub timestamp: Option<i64>,
    /// The judgement for a person.
    pub headline: Headline,
    /// The judgement in the words of EN 319 102-1.
    pub indication: Indication,
    /// Why it is not passed, by the name in EN 319 102-1, clause 5.1.3, such as `HASH_FAILURE`.
    pub sub_indication: Option<String>,
    /// Is the document intact?
    pub document: DocumentAnswer,
    /// Who signed, and do we trust the issuer?
    pub identity: IdentityAnswer,
    /// When, by whose clock?
    pub time: TimeAnswer,
    /// Everything found on the way.
    pub findings: Vec<Finding>,
    /// Page of the widget, from 1, if it has one.
    pub page: Option<u32>,
    /// Box of the widget on that page.
    pub rect: Option<Rect>,
}

/// What kind of signature it is (ISO 32000-2 §12.8.1, §12.8.5).
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SignatureKind {
    /// Somebody signed the document.
    Signature,
    /// An authority gave the time at which the document was so.
    DocumentTimestamp,
}

/// Main status indication (EN 319 102-1, clause 5.1.3).
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Indication {
    /// Everything that was to be checked was, and held.
    TotalPassed,
    /// Something that was checked does not hold.
    TotalFailed,
    /// What is known is not enough to say either.
    Indeterminate,
}

/// Is the document intact?
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DocumentAnswer {
    /// In one word.
    pub answer: DocumentState,
    /// What was found about it.
    pub findings: Vec<Finding>,
}

/// Whether a document is as it was signed.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DocumentState {
    /// It is.
    Intact,
    /// What was signed is; what came later is allowed.
    ChangedAsAllowed,
    /// What was signed is; what came later is not explained, or not allowed.
    Changed,
    /// What was signed is not there any more.
    Broken,
    /// The signature is of a kind that this version cannot check.
    Unknown,
}

/// Who signed, and do we trust the issuer?
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct IdentityAnswer {
    /// In one word.
    pub answer: IdentityState,
    /// The signer's certificate first; the trust anchor last, if there is a path to one.
    pub path: Vec<PathCertificate>,
    /// Whom the path ends at.
    pub anchor: Option<TrustAnchor>,
    /// What is known of the revocation of each certificate of the path but the anchor's.
    pub revocation: Vec<RevocationAnswer>,
    /// What was found about it.
    pub findings: Vec<Finding>,
}

/// Whether it is known who signed.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum IdentityState {
    /// A trust anchor vouches for the signer.
    Trusted,
    /// Nobody whom we trust does.
    Unconfirmed,
    /// The certificate, or one above it, was revoked, and nothing proves an earlier signature.
    Revoked,
    /// The certificate has expired, and nothing proves an earlier signature.
    Expired,
    /// It was not looked at, since there is no signer's certificate.
    NotChecked,
}

/// One certificate of a path.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PathCertificate {
    /// Name of the subject (RFC 4514).
    pub subject: String,
    /// Name of the issuer (RFC 4514).
    pub issuer: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// First second of validity.
    #[ts(type = "number")]
    pub not_before: i64,
    /// Last second of validity.
    #[ts(type = "number")]
    pub not_after: i64,
    /// SHA-256 over the certificate, hexadecimal.
    pub sha256: String,
}

/// A certificate that is trusted as it is.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TrustAnchor {
    /// Common name of its subject.
    pub name: String,
    /// Who trusts it.
    pub source: AnchorSource,
}

/// Where a trust anchor comes from.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum AnchorSource {
    /// The organisation's own authority.
    Organisation,
    /// A file that was given.
    File,
    /// The store of the system.
    System,
    /// A trusted list (ETSI TS 119 612).
    TrustedList,
    /// The person at this machine, who chose to trust it.
    Remembered,
}

/// What is known of the revocation of one certificate.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RevocationAnswer {
    /// Common name of the certificate's subject.
    pub subject: String,
    /// In one word.
    pub status: RevocationStatus,
    /// Who says so.
    pub by: Option<RevocationSource>,
    /// For `good`: as of when; for `revoked`: since when.
    #[ts(type = "number | null")]
    pub at: Option<i64>,
    /// Reason of the revocation by its name in RFC 5280, such as `keyCompromise`; for `unknown`,
    /// why, in words.
    pub reason: Option<String>,
}

/// Whether a certificate is revoked.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RevocationStatus {
    /// It was not, when it was asked.
    Good,
    /// It is.
    Revoked,
    /// There is nothing that says, or nothing fresh enough.
    Unknown,
    /// Nobody has to say (RFC 6960 §4.2.2.2.1), or it is a trust anchor.
    NotNeeded,
}

/// What told of a revocation.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum RevocationSource {
    /// A responder's answer (RFC 6960).
    Ocsp,
    /// A list (RFC 5280 §5).
    Crl,
}

/// When was it signed, by whose clock?
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TimeAnswer {
    /// In one word.
    pub answer: TimeState,
    /// The time the answer is about.
    #[ts(type = "number | null")]
    pub at: Option<i64>,
    /// The signer's own claim.
    #[ts(type = "number | null")]
    pub claimed_at: Option<i64>,
    /// Common name of the authority that gave the time.
    pub authority: Option<String>,
    /// Whether that authority is vouched for.
    pub trusted: bool,
    /// What was found about it.
    pub findings: Vec<Finding>,
}

/// Whose clock a time is by.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum TimeState {
    /// A timestamp authority's.
    Timestamp,
    /// The signer's.
    Claimed,
    /// There is no time.
    None,
}
