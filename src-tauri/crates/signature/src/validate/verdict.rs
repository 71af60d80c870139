//! From proofs and findings to one headline.

use super::chain::Path;
use super::changes::AsAllowed;
use super::coverage::Coverage;
use super::finding::Finding;
use super::integrity::Intact;
use super::{Kind, SignatureValidation};

/// The judgement over a signature or a document, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Headline {
    /// Intact, trusted; nothing came after it, or proof for the long term alone.
    Valid,
    /// Intact and trusted; later revisions hold only what is allowed.
    ValidChangedAsAllowed,
    /// Not vouched for: the signer is unknown to us, or the signature is of a kind that this
    /// version cannot check.
    IdentityUnconfirmed,
    /// Bytes were added after signing, and not as allowed.
    Changed,
    /// Not intact, or not a signature.
    Broken,
    /// No signature in the file.
    Unsigned,
}

/// What was proven of one signature.
pub(super) struct Proofs<'p> {
    /// It holds over its byte range.
    pub(super) intact: Option<Intact>,
    /// A trust anchor vouches for the signer.
    pub(super) path: Option<&'p Path>,
    /// What came after it is as it allows.
    pub(super) allowed: Option<AsAllowed>,
}

/// The headline of one signature.
///
/// `Valid` takes proofs, not the absence of complaints: a check that was left out gives none.
pub(super) fn of_signature(
    proofs: &Proofs<'_>,
    coverage: Coverage,
    findings: &[Finding],
) -> Headline {
    let Proofs {
        intact,
        path,
        allowed,
    } = proofs;
    let proven = match (intact, path, coverage, allowed) {
        (Some(_), Some(_), Coverage::WholeFile, _) => Headline::Valid,
        (Some(_), Some(_), Coverage::Revision, Some(allowed)) => match allowed.is_proof_alone() {
            true => Headline::Valid,
            false => Headline::ValidChangedAsAllowed,
        },
        (Some(_), _, Coverage::Revision, None) => Headline::Changed,
        (_, _, Coverage::Partial, _) => Headline::Broken,
        (_, None, _, _) | (None, _, _, _) => Headline::IdentityUnconfirmed,
    };
    findings.iter().map(Finding::allows).fold(proven, Ord::max)
}

/// The headline of a document: the least favourable of its signatures.
///
/// A timestamp by an authority that nobody vouches for proves nothing, and nothing against the
/// signatures beside it: it counts by its own only where it is damaged, or where there is no
/// signature.
pub(super) fn of_document(signatures: &[SignatureValidation]) -> Headline {
    let people = signatures
        .iter()
        .any(|signature| signature.kind == Kind::Signature);
    let counts = |signature: &&SignatureValidation| {
        let unconfirmed = signature.headline == Headline::IdentityUnconfirmed;
        !(people && unconfirmed && signature.kind == Kind::DocumentTimestamp)
    };
    let headlines = signatures.iter().filter(counts);
    headlines
        .map(|signature| signature.headline)
        .max()
        .unwrap_or(Headline::Unsigned)
}
