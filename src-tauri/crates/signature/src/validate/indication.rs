//! The judgement in the vocabulary of ETSI EN 319 102-1, clause 5.1.3.

use std::fmt;

use super::finding::Finding;
use super::verdict::Headline;

/// Main status indication (clause 5.1.3, table 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Indication {
    /// Everything that the policy wants checked was, and held.
    TotalPassed,
    /// Something that was checked does not hold.
    TotalFailed,
    /// What is known is not enough to say either.
    Indeterminate,
}

/// Why a signature is not passed (clause 5.1.3, table 6), in the order of the process: where several
/// hold, the first is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SubIndication {
    /// The signature is not in a form that can be processed (clause 5.2.2).
    FormatFailure,
    /// A digest is not that of what was signed (clause 5.2.7).
    HashFailure,
    /// The value does not verify with the signer's key (clause 5.2.7).
    SigCryptoFailure,
    /// What was signed is not there (clause 5.2.7).
    SignedDataNotFound,
    /// The signer's certificate is not there, or is another than was signed for (clause 5.2.3).
    NoSigningCertificateFound,
    /// The signer's certificate was revoked before the time the signature is proven for.
    RevokedNoPoe,
    /// The certificate of an authority on the path was.
    RevokedCaNoPoe,
    /// The signer's certificate was not valid yet at the time the signature is proven for.
    NotYetValid,
    /// The signer's certificate is outside its validity, and nothing proves that it was not.
    OutOfBoundsNoPoe,
    /// No path leads to a trust anchor.
    NoCertificateChainFound,
    /// The path breaks a constraint of a certificate on it.
    ChainConstraintsFailure,
    /// The path cannot be judged.
    CertificateChainGeneralFailure,
    /// An algorithm or key was not strong enough any more, and nothing proves an earlier time.
    CryptoConstraintsFailureNoPoe,
    /// An attribute of the signature, or what came after it, is not what the policy wants.
    SigConstraintsFailure,
    /// Times contradict each other (clause 5.6).
    TimestampOrderFailure,
    /// There is nothing yet that says whether the certificate is revoked.
    TryLater,
    /// Nothing proves when the signature existed.
    NoPoe,
    /// Anything else.
    Generic,
}

impl SubIndication {
    /// Its name in the standard.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FormatFailure => "FORMAT_FAILURE",
            Self::HashFailure => "HASH_FAILURE",
            Self::SigCryptoFailure => "SIG_CRYPTO_FAILURE",
            Self::SignedDataNotFound => "SIGNED_DATA_NOT_FOUND",
            Self::NoSigningCertificateFound => "NO_SIGNING_CERTIFICATE_FOUND",
            Self::RevokedNoPoe => "REVOKED_NO_POE",
            Self::RevokedCaNoPoe => "REVOKED_CA_NO_POE",
            Self::NotYetValid => "NOT_YET_VALID",
            Self::OutOfBoundsNoPoe => "OUT_OF_BOUNDS_NO_POE",
            Self::NoCertificateChainFound => "NO_CERTIFICATE_CHAIN_FOUND",
            Self::ChainConstraintsFailure => "CHAIN_CONSTRAINTS_FAILURE",
            Self::CertificateChainGeneralFailure => "CERTIFICATE_CHAIN_GENERAL_FAILURE",
            Self::CryptoConstraintsFailureNoPoe => "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
            Self::SigConstraintsFailure => "SIG_CONSTRAINTS_FAILURE",
            Self::TimestampOrderFailure => "TIMESTAMP_ORDER_FAILURE",
            Self::TryLater => "TRY_LATER",
            Self::NoPoe => "NO_POE",
            Self::Generic => "GENERIC",
        }
    }

    /// Whether it means that something does not hold, rather than that too little is known.
    const fn is_failure(self) -> bool {
        matches!(
            self,
            Self::FormatFailure | Self::HashFailure | Self::SigCryptoFailure
        )
    }
}

impl fmt::Display for SubIndication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The indication that stands for a headline and what was found.
pub(super) fn indicate(
    headline: Headline,
    findings: &[Finding],
) -> (Indication, Option<SubIndication>) {
    if matches!(headline, Headline::Valid | Headline::ValidChangedAsAllowed) {
        return (Indication::TotalPassed, None);
    }
    let why = findings.iter().filter_map(Finding::sub_indication).min();
    let why = why.unwrap_or(SubIndication::Generic);
    match why.is_failure() {
        true => (Indication::TotalFailed, Some(why)),
        false => (Indication::Indeterminate, Some(why)),
    }
}
