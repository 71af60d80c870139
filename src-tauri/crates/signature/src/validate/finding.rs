//! Facts that validation finds, and what each of them rules out.

use super::indication::SubIndication;
use super::verdict::Headline;
use crate::cms::read::Malformed;
use crate::level::Level;
use crate::revocation::Reason;
use crate::timestamp::Fault;

/// One fact about a signature.
///
/// Its display is one sentence for a person; [`Finding::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    // Byte range, ISO 32000-2 §12.8.1.
    /// ByteRange is not four numbers that describe two ranges in order.
    #[error("the byte range is not two ranges in order, the first from the start of the file")]
    ByteRangeMalformed,
    /// The ranges reach beyond the end of the file.
    #[error("the byte range reaches to byte {end} of a file of {length} bytes")]
    ByteRangeBeyondFile {
        /// End of the second range.
        end: u64,
        /// Length of the file.
        length: u64,
    },
    /// What lies between the ranges is not just the signature's own Contents.
    #[error("bytes {from} to {to} are left out of the signature and are not just the signature")]
    ByteRangeLeavesAGap {
        /// End of the first range.
        from: u64,
        /// Start of the second range.
        to: u64,
    },
    /// The hexadecimal string between the ranges says something else than Contents.
    #[error("the signature in the gap of the byte range is not the one in the dictionary")]
    ContentsNotInTheGap,
    /// The signature dictionary has a key twice (§7.3.7), or its /Type is not that of its /SubFilter.
    #[error("the signature is written so that it can be read in two ways")]
    SignatureAmbiguous,
    /// The second range ends in the middle of a revision.
    #[error("the byte range ends at byte {end}, which is not the end of a revision")]
    ByteRangeEndsInsideARevision {
        /// End of the second range.
        end: u64,
    },

    // CMS, RFC 5652.
    /// Contents are larger than is read.
    #[error("the signature has {bytes} bytes, at most {most} are read")]
    ContentsTooLarge {
        /// Their length.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// Contents are not a detached SignedData of one signer in DER.
    #[error("the signature is malformed: {0}")]
    CmsMalformed(Malformed),
    /// A signed attribute is missing, there twice, or of the wrong form.
    #[error("the signed attribute {attribute} is not there once with one proper value")]
    SignedAttribute {
        /// Its name in the standard.
        attribute: &'static str,
    },
    /// The digest that was signed is not that of the file.
    #[error("the document is not the one that was signed")]
    DigestMismatch,
    /// No certificate in the CMS belongs to the signer.
    #[error("the signer's certificate is not in the signature")]
    SignerCertificateMissing,
    /// The signer's certificate cannot be read.
    #[error("the signer's certificate is malformed")]
    SignerCertificateMalformed,
    /// signing-certificate-v2 names another certificate (RFC 5035 §3).
    #[error("the signature was made for another certificate than the one it carries")]
    SigningCertificateOfAnother,
    /// The value does not verify with the signer's public key.
    #[error("the signature does not verify with the key of its certificate")]
    SignatureDoesNotVerify,

    // What this version cannot judge.
    /// A SubFilter other than `ETSI.CAdES.detached`.
    #[error("signatures of kind {sub_filter} are not supported by this version")]
    SubFilterNotSupported {
        /// As in the signature dictionary.
        sub_filter: String,
    },
    /// An algorithm that is not known, as a dotted object identifier.
    #[error("algorithm {oid} is not supported by this version")]
    AlgorithmNotSupported {
        /// The algorithm.
        oid: String,
    },

    // Identity, RFC 5280 §6.
    /// No path to a trust anchor.
    #[error("{}", no_path(subject, issuer))]
    NoPathToAnchor {
        /// Common name in the certificate where the path ends.
        subject: String,
        /// Common name of its issuer.
        issuer: String,
    },
    /// A certificate on the path is not what its supposed issuer signed.
    #[error("the certificate of {subject} was not signed by the key of {issuer}")]
    CertificateNotByIssuer {
        /// Common name of the subject.
        subject: String,
        /// Common name of the issuer.
        issuer: String,
    },
    /// A certificate on the path was not valid yet.
    #[error("the certificate of {subject} is not valid yet")]
    NotYetValid {
        /// Common name of the subject.
        subject: String,
    },
    /// A certificate on the path was not valid any more.
    #[error("the certificate of {subject} has expired")]
    Expired {
        /// Common name of the subject.
        subject: String,
    },
    /// An issuer on the path is no CA, or its key may not sign certificates.
    #[error("the certificate of {subject} does not let it issue certificates")]
    IssuerIsNoCa {
        /// Common name of the issuer.
        subject: String,
    },
    /// More CA certificates below an issuer than its pathLenConstraint lets be.
    #[error("the certificate of {subject} does not let other authorities stand below it")]
    PathLengthExceeded {
        /// Common name of the issuer.
        subject: String,
    },
    /// A critical extension that is not processed (RFC 5280 §4.2).
    #[error("the certificate of {subject} has a critical extension, {oid}, that is not supported")]
    CriticalExtension {
        /// Common name of the subject.
        subject: String,
        /// The extension in dotted notation.
        oid: String,
    },
    /// keyUsage or extendedKeyUsage of the signer exclude documents.
    #[error("the certificate of {subject} is not for signing documents")]
    NotForDocuments {
        /// Common name of the subject.
        subject: String,
    },
    /// The search for a path was given up.
    #[error("the certificates in the signature are too entangled to find a path through them")]
    PathSearchGivenUp,
    /// No list and no answer about a certificate on the path.
    #[error("nothing at hand says whether the certificate was revoked, so that is not checked")]
    RevocationNotChecked,

    // Later changes, ISO 32000-2 §12.8.2.2.
    /// What came after the signature is not explained by further signatures.
    #[error("after this signature {0}")]
    ChangedAfterSigning(pdf::Change),
    /// Its cross-references are damaged, so that readers differ in what they find (§7.5.4).
    #[error("the file's cross-references are damaged, and readers may differ in what they show")]
    CrossReferencesDamaged,
    /// A later signature, which would explain what it changed, does not hold.
    #[error(
        "after this signature {field} was signed, and that does not hold or cannot be checked here"
    )]
    LaterSignatureDoesNotHold {
        /// Fully qualified name.
        field: String,
    },
    /// The box of a later signature lies over that of another field, and may hide what is there.
    #[error(
        "the signature in {field}, which was added after this one, lies over the field {other}"
    )]
    LaterSignatureOverAnother {
        /// Fully qualified name.
        field: String,
        /// That of the field below.
        other: String,
    },
    /// A later signature that draws something is by somebody for whom no anchor vouches.
    #[error(
        "after this signature somebody signed in {field} for whom no trusted authority vouches, and drew a box on the page: what it says is not this signer's"
    )]
    LaterSignatureByStranger {
        /// Fully qualified name.
        field: String,
    },
    /// The box of a later signature lies over text of a page, and may hide some of it.
    #[error("the signature in {field}, which came after this one, lies over text of page {page}")]
    LaterSignatureOverText {
        /// Fully qualified name.
        field: String,
        /// Counted from 1.
        page: u32,
    },
    /// The same, by somebody for whom no anchor vouches: what is seen there now is nobody's word.
    #[error(
        "after this signature somebody for whom no trusted authority vouches drew a box in {field} over text of page {page}"
    )]
    LaterStrangerOverText {
        /// Fully qualified name.
        field: String,
        /// Counted from 1.
        page: u32,
    },
    /// Nothing came after it but proof for the long term: stores of certificates and revocation,
    /// timestamps over the document.
    #[error(
        "after this signature only proof for the long term was added, which changes nothing that is shown"
    )]
    ProofAdded {
        /// The fields of the timestamps.
        timestamps: Vec<String>,
    },
    /// Nothing came after it but a little white space behind the end of the file.
    #[error("behind this signature stands a little white space, which is no change")]
    WhiteSpaceBehind,
    /// Everything that came after it is a further signature, proof for the long term, or something
    /// else that it allows.
    #[error("{}", as_allowed(fields, filled, commented, *described))]
    ChangedAsAllowed {
        /// The fields that were signed since.
        fields: Vec<String>,
        /// The form fields that were filled since.
        filled: Vec<String>,
        /// The pages that were commented since, counted from 1.
        commented: Vec<u32>,
        /// Whether title, author and the like were changed.
        described: bool,
    },

    // Revocation, RFC 5280 §6.3, RFC 6960.
    /// A certificate on the path was revoked at the time that is proven for the signature.
    #[error("the certificate of {subject} was revoked on {}{}", date(*at), because(*reason))]
    Revoked {
        /// Common name of the subject.
        subject: String,
        /// Since when, Unix time.
        at: i64,
        /// Why.
        reason: Option<Reason>,
        /// Whether it is an authority's.
        of_authority: bool,
    },
    /// A certificate on the path was revoked after the time that is proven for the signature.
    #[error("the certificate of {subject} was revoked on {}, after the proven time", date(*at))]
    RevokedLater {
        /// Common name of the subject.
        subject: String,
        /// Since when, Unix time.
        at: i64,
    },
    /// All that says that a certificate is not revoked is too old for the time.
    #[error("what says that the certificate of {subject} is not revoked is of {} and too old", date(*as_of))]
    RevocationStale {
        /// Common name of the subject.
        subject: String,
        /// Of when, Unix time.
        as_of: i64,
    },
    /// The authority's own responder does not know a certificate on the path.
    #[error("the authority's responder did not know the certificate of {subject} on {}", date(*as_of))]
    RevocationNotKnown {
        /// Common name of the subject.
        subject: String,
        /// Of when, Unix time.
        as_of: i64,
    },
    /// There are more answers and lists, or larger ones, than are looked at, or some cannot be read.
    #[error(
        "answers or revocation lists were not looked at: they are too many, too large, or cannot be read"
    )]
    EvidenceLeftOut,

    // Algorithms, ETSI TS 119 312.
    /// An algorithm or key that was not good enough any more at the time that is proven.
    #[error("{what} is not good enough for a signature since {}, and nothing proves an earlier time", date(*since))]
    AlgorithmTooWeak {
        /// Which.
        what: String,
        /// Since when, Unix time.
        since: i64,
    },
    /// The path does not hold (RFC 5280 §6.1).
    #[error("the path of the certificate of {subject} is refused: {why}")]
    PathRefused {
        /// Common name of the signer.
        subject: String,
        /// Why.
        why: String,
    },
    /// The signature is BER and not DER (ISO 32000-2 §12.8.3.3), in another order than DER's, or of a
    /// later version than its content demands (RFC 5652 §5.1).
    #[error(
        "the signature is not written in DER, or in another version than its content, and was read nevertheless"
    )]
    CmsNotDer {
        /// Whether it is of a form that must be DER: what is signed is the same, and the form is not
        /// what the standard wants (ETSI EN 319 142-1 §6.3).
        strict: bool,
    },
    /// Signatures that each cover most of the file leave too much to digest.
    #[error(
        "the signatures of the document would take too much reading, and this one was not judged"
    )]
    NotDigested,

    // Time, RFC 3161.
    /// A timestamp beside the signature that is not over it, or not by an authority.
    #[error("a timestamp beside the signature proves nothing: {0}")]
    TimestampFaulty(Fault),
    /// A timestamp beside the signature that cannot be read.
    #[error("a timestamp beside the signature cannot be read")]
    TimestampUnreadable,
    /// More timestamps beside the signature than are looked at.
    #[error("of {count} timestamps beside the signature {most} are looked at")]
    TimestampsLeftOut {
        /// How many there are.
        count: usize,
        /// The limit.
        most: usize,
    },
    /// A timestamp by somebody who is not vouched for.
    #[error("the timestamp by {authority} proves nothing: {why}")]
    TimestampNotTrusted {
        /// Common name of the authority.
        authority: String,
        /// Why.
        why: String,
    },
    /// It has what a higher level consists of (ETSI EN 319 142-1 §6), and not all of that proves
    /// something here: an authority is not trusted, or what tells of its path is not in the document.
    #[error("it is written as {written}, and not all of that proves something here")]
    LevelNotProven {
        /// The level of what is written.
        written: Level,
    },
    /// A timestamp of the document whose signer is no authority for that.
    #[error("{0}")]
    NotATimestampAuthority(Fault),
}

fn no_path(subject: &str, issuer: &str) -> String {
    if subject == issuer {
        return format!("{issuer}, who vouches for itself, is no authority that is trusted here");
    }
    format!("no trusted authority vouches for {issuer}, who issued the certificate of {subject}")
}

fn as_allowed(fields: &[String], filled: &[String], commented: &[u32], described: bool) -> String {
    if filled.is_empty() && commented.is_empty() && !described {
        if fields.is_empty() {
            return "what was added after this signature changes nothing that is shown".to_owned();
        }
        let fields = fields.join(", ");
        return format!("after this signature the document was only signed further, in {fields}");
    }
    let mut parts = Vec::new();
    if !fields.is_empty() {
        parts.push(format!(
            "the document was signed further, in {}",
            fields.join(", ")
        ));
    }
    if !filled.is_empty() {
        parts.push(format!("fields were filled ({})", filled.join(", ")));
    }
    if !commented.is_empty() {
        let pages: Vec<_> = commented.iter().map(u32::to_string).collect();
        parts.push(format!("comments were made on page {}", pages.join(", ")));
    }
    if described {
        parts.push("the description of the document was changed".to_owned());
    }
    format!("after this signature {}, which it allows", parts.join("; "))
}

/// A time as a person reads it, in UTC.
fn date(unix: i64) -> String {
    let since = std::time::Duration::from_secs(u64::try_from(unix).unwrap_or_default());
    der::DateTime::from_unix_duration(since).map_or_else(|_| unix.to_string(), |d| d.to_string())
}

fn because(reason: Option<Reason>) -> String {
    reason.map_or_else(String::new, |reason| format!(" ({reason})"))
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know; rules nothing out.
    Info,
    /// Look before relying on the signature.
    Caution,
    /// Do not rely on it.
    Refusal,
}

impl Finding {
    /// Stable name in snake_case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ByteRangeMalformed => "byte_range_malformed",
            Self::ByteRangeBeyondFile { .. } => "byte_range_beyond_file",
            Self::ByteRangeLeavesAGap { .. } => "byte_range_leaves_a_gap",
            Self::ContentsNotInTheGap => "contents_not_in_the_gap",
            Self::SignatureAmbiguous => "signature_ambiguous",
            Self::ByteRangeEndsInsideARevision { .. } => "byte_range_ends_inside_a_revision",
            Self::ContentsTooLarge { .. } => "contents_too_large",
            Self::CmsMalformed(_) => "cms_malformed",
            Self::SignedAttribute { .. } => "signed_attribute",
            Self::DigestMismatch => "digest_mismatch",
            Self::SignerCertificateMissing => "signer_certificate_missing",
            Self::SignerCertificateMalformed => "signer_certificate_malformed",
            Self::SigningCertificateOfAnother => "signing_certificate_of_another",
            Self::SignatureDoesNotVerify => "signature_does_not_verify",
            Self::SubFilterNotSupported { .. } => "sub_filter_not_supported",
            Self::AlgorithmNotSupported { .. } => "algorithm_not_supported",
            Self::NoPathToAnchor { .. } => "no_path_to_anchor",
            Self::CertificateNotByIssuer { .. } => "certificate_not_by_issuer",
            Self::NotYetValid { .. } => "certificate_not_yet_valid",
            Self::Expired { .. } => "certificate_expired",
            Self::IssuerIsNoCa { .. } => "issuer_is_no_ca",
            Self::PathLengthExceeded { .. } => "path_length_exceeded",
            Self::CriticalExtension { .. } => "critical_extension_not_supported",
            Self::NotForDocuments { .. } => "certificate_not_for_documents",
            Self::PathSearchGivenUp => "path_search_given_up",
            Self::RevocationNotChecked => "revocation_not_checked",
            Self::ChangedAfterSigning(_) => "changed_after_signing",
            Self::CrossReferencesDamaged => "cross_references_damaged",
            Self::LaterSignatureDoesNotHold { .. } => "later_signature_does_not_hold",
            Self::LaterSignatureOverAnother { .. } => "later_signature_over_another",
            Self::LaterSignatureByStranger { .. } => "later_signature_by_stranger",
            Self::LaterSignatureOverText { .. } => "later_signature_over_text",
            Self::LaterStrangerOverText { .. } => "later_stranger_over_text",
            Self::ChangedAsAllowed { .. } => "changed_as_allowed",
            Self::ProofAdded { .. } => "proof_added",
            Self::WhiteSpaceBehind => "white_space_behind",
            Self::Revoked { .. } => "certificate_revoked",
            Self::RevokedLater { .. } => "certificate_revoked_later",
            Self::RevocationStale { .. } => "revocation_too_old",
            Self::AlgorithmTooWeak { .. } => "algorithm_too_weak",
            Self::PathRefused { .. } => "path_refused",
            Self::CmsNotDer { .. } => "cms_not_der",
            Self::LevelNotProven { .. } => "level_not_proven",
            Self::NotDigested => "not_digested",
            Self::TimestampFaulty(fault) | Self::NotATimestampAuthority(fault) => fault.code(),
            Self::TimestampUnreadable => "timestamp_unreadable",
            Self::TimestampsLeftOut { .. } => "timestamps_left_out",
            Self::RevocationNotKnown { .. } => "revocation_not_known",
            Self::EvidenceLeftOut => "evidence_left_out",
            Self::TimestampNotTrusted { .. } => "timestamp_not_trusted",
        }
    }

    /// The best headline that a signature with this finding can have.
    #[must_use]
    pub const fn allows(&self) -> Headline {
        match self {
            Self::ByteRangeMalformed
            | Self::ByteRangeBeyondFile { .. }
            | Self::ByteRangeLeavesAGap { .. }
            | Self::ContentsNotInTheGap
            | Self::SignatureAmbiguous
            | Self::ByteRangeEndsInsideARevision { .. }
            | Self::ContentsTooLarge { .. }
            | Self::CmsMalformed(_)
            | Self::SignedAttribute { .. }
            | Self::DigestMismatch
            | Self::SignerCertificateMissing
            | Self::SignerCertificateMalformed
            | Self::SigningCertificateOfAnother
            | Self::SignatureDoesNotVerify => Headline::Broken,
            Self::ChangedAfterSigning(_)
            | Self::CrossReferencesDamaged
            | Self::LaterStrangerOverText { .. }
            | Self::LaterSignatureDoesNotHold { .. } => Headline::Changed,
            Self::LaterSignatureOverAnother { .. }
            | Self::LaterSignatureByStranger { .. }
            | Self::LaterSignatureOverText { .. }
            | Self::ChangedAsAllowed { .. } => Headline::ValidChangedAsAllowed,
            Self::SubFilterNotSupported { .. }
            | Self::AlgorithmNotSupported { .. }
            | Self::NoPathToAnchor { .. }
            | Self::CertificateNotByIssuer { .. }
            | Self::NotYetValid { .. }
            | Self::Expired { .. }
            | Self::IssuerIsNoCa { .. }
            | Self::PathLengthExceeded { .. }
            | Self::CriticalExtension { .. }
            | Self::NotForDocuments { .. }
            | Self::PathSearchGivenUp => Headline::IdentityUnconfirmed,
            Self::Revoked { .. }
            | Self::RevocationNotKnown { .. }
            | Self::EvidenceLeftOut
            | Self::AlgorithmTooWeak { .. }
            | Self::PathRefused { .. }
            | Self::NotDigested
            | Self::CmsNotDer { strict: true }
            | Self::NotATimestampAuthority(_) => Headline::IdentityUnconfirmed,
            // A timestamp that proves nothing proves nothing against the signature either: it
            // stands where no signature is over it, and anybody may have put it there.
            Self::ProofAdded { .. }
            | Self::WhiteSpaceBehind
            | Self::RevocationNotChecked
            | Self::RevokedLater { .. }
            | Self::RevocationStale { .. }
            | Self::CmsNotDer { .. }
            | Self::TimestampFaulty(_)
            | Self::TimestampUnreadable
            | Self::LevelNotProven { .. }
            | Self::TimestampsLeftOut { .. }
            | Self::TimestampNotTrusted { .. } => Headline::Valid,
        }
    }

    /// Its weight, which follows from what it rules out; what proves less than it seems to is worth
    /// a look as well.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        if matches!(
            self,
            Self::LaterSignatureByStranger { .. }
                | Self::LaterSignatureOverText { .. }
                | Self::LaterSignatureOverAnother { .. }
                | Self::RevocationStale { .. }
                | Self::TimestampFaulty(_)
                | Self::TimestampUnreadable
                | Self::TimestampsLeftOut { .. }
                | Self::TimestampNotTrusted { .. }
        ) {
            return Severity::Caution;
        }
        match self.allows() {
            Headline::Valid | Headline::ValidChangedAsAllowed => Severity::Info,
            Headline::IdentityUnconfirmed | Headline::Changed | Headline::Unsigned => {
                Severity::Caution
            }
            Headline::Broken => Severity::Refusal,
        }
    }
}

/// Which of the three answers a finding belongs to (UX 4.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Is the document intact?
    Document,
    /// Who signed, and do we trust the issuer?
    Identity,
    /// When, by whose clock?
    Time,
}

impl Finding {
    /// Which of the three answers it belongs to.
    #[must_use]
    pub const fn about(&self) -> About {
        match self {
            Self::ByteRangeMalformed
            | Self::ByteRangeBeyondFile { .. }
            | Self::ByteRangeLeavesAGap { .. }
            | Self::ContentsNotInTheGap
            | Self::SignatureAmbiguous
            | Self::ByteRangeEndsInsideARevision { .. }
            | Self::ContentsTooLarge { .. }
            | Self::CmsMalformed(_)
            | Self::SignedAttribute { .. }
            | Self::DigestMismatch
            | Self::SignatureDoesNotVerify
            | Self::SubFilterNotSupported { .. }
            | Self::AlgorithmNotSupported { .. }
            | Self::ChangedAfterSigning(_)
            | Self::CrossReferencesDamaged
            | Self::LaterSignatureDoesNotHold { .. }
            | Self::LaterSignatureOverAnother { .. }
            | Self::LaterSignatureByStranger { .. }
            | Self::LaterSignatureOverText { .. }
            | Self::LaterStrangerOverText { .. }
            | Self::ChangedAsAllowed { .. }
            | Self::ProofAdded { .. }
            | Self::WhiteSpaceBehind
            | Self::AlgorithmTooWeak { .. }
            | Self::CmsNotDer { .. }
            | Self::NotDigested => About::Document,
            Self::TimestampFaulty(_)
            | Self::TimestampUnreadable
            | Self::TimestampsLeftOut { .. }
            | Self::LevelNotProven { .. }
            | Self::TimestampNotTrusted { .. } => About::Time,
            Self::SignerCertificateMissing
            | Self::SignerCertificateMalformed
            | Self::SigningCertificateOfAnother
            | Self::NoPathToAnchor { .. }
            | Self::CertificateNotByIssuer { .. }
            | Self::NotYetValid { .. }
            | Self::Expired { .. }
            | Self::IssuerIsNoCa { .. }
            | Self::PathLengthExceeded { .. }
            | Self::CriticalExtension { .. }
            | Self::NotForDocuments { .. }
            | Self::PathSearchGivenUp
            | Self::RevocationNotChecked
            | Self::Revoked { .. }
            | Self::RevokedLater { .. }
            | Self::RevocationStale { .. }
            | Self::RevocationNotKnown { .. }
            | Self::EvidenceLeftOut
            | Self::PathRefused { .. }
            | Self::NotATimestampAuthority(_) => About::Identity,
        }
    }

    /// Why a signature with this finding is not passed, if it is not.
    #[must_use]
    pub const fn sub_indication(&self) -> Option<SubIndication> {
        Some(match self {
            Self::ByteRangeMalformed
            | Self::ByteRangeLeavesAGap { .. }
            | Self::ContentsNotInTheGap
            | Self::SignatureAmbiguous
            | Self::ByteRangeEndsInsideARevision { .. }
            | Self::ContentsTooLarge { .. }
            | Self::CmsMalformed(_)
            | Self::SignedAttribute { .. } => SubIndication::FormatFailure,
            Self::ByteRangeBeyondFile { .. } => SubIndication::SignedDataNotFound,
            Self::DigestMismatch => SubIndication::HashFailure,
            Self::SignatureDoesNotVerify => SubIndication::SigCryptoFailure,
            Self::SignerCertificateMissing
            | Self::SignerCertificateMalformed
            | Self::SigningCertificateOfAnother => SubIndication::NoSigningCertificateFound,
            Self::SubFilterNotSupported { .. }
            | Self::AlgorithmNotSupported { .. }
            | Self::NotDigested => SubIndication::Generic,
            Self::NoPathToAnchor { .. } | Self::CertificateNotByIssuer { .. } => {
                SubIndication::NoCertificateChainFound
            }
            Self::NotYetValid { .. } => SubIndication::NotYetValid,
            Self::Expired { .. } => SubIndication::OutOfBoundsNoPoe,
            Self::IssuerIsNoCa { .. }
            | Self::PathLengthExceeded { .. }
            | Self::CriticalExtension { .. }
            | Self::NotForDocuments { .. } => SubIndication::ChainConstraintsFailure,
            Self::PathSearchGivenUp => SubIndication::CertificateChainGeneralFailure,
            Self::ChangedAfterSigning(_)
            | Self::CrossReferencesDamaged
            | Self::LaterSignatureDoesNotHold { .. }
            | Self::LaterStrangerOverText { .. }
            | Self::CmsNotDer { strict: true } => SubIndication::SigConstraintsFailure,
            Self::Revoked {
                of_authority: true, ..
            } => SubIndication::RevokedCaNoPoe,
            Self::Revoked { .. } => SubIndication::RevokedNoPoe,
            Self::RevocationNotKnown { .. } | Self::EvidenceLeftOut => SubIndication::TryLater,
            Self::AlgorithmTooWeak { .. } => SubIndication::CryptoConstraintsFailureNoPoe,
            Self::PathRefused { .. } | Self::NotATimestampAuthority(_) => {
                SubIndication::ChainConstraintsFailure
            }
            Self::LaterSignatureOverAnother { .. }
            | Self::LaterSignatureByStranger { .. }
            | Self::LaterSignatureOverText { .. }
            | Self::ChangedAsAllowed { .. }
            | Self::WhiteSpaceBehind
            | Self::ProofAdded { .. }
            | Self::RevocationNotChecked
            | Self::RevokedLater { .. }
            | Self::RevocationStale { .. }
            | Self::CmsNotDer { .. }
            | Self::TimestampFaulty(_)
            | Self::TimestampUnreadable
            | Self::TimestampsLeftOut { .. }
            | Self::LevelNotProven { .. }
            | Self::TimestampNotTrusted { .. } => return None,
        })
    }
}
