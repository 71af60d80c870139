//! The three answers about a signature, and the revisions of a file, in the words of the wire.

use signature::revocation::Source;
use signature::validate::{self, About, Coverage, Finding, Revocation, SignatureValidation, State};
use signature::{Certificate, Headline};

use super::{Anchor, finding, modifications};
use crate::wire::{
    DocumentAnswer, DocumentState, IdentityAnswer, IdentityState, Indication, PathCertificate,
    RevisionReport, RevocationAnswer, RevocationSource, RevocationStatus, TimeAnswer, TimeState,
    TrustAnchor,
};

/// Is the document intact?
pub(super) fn document_answer(signature: &SignatureValidation) -> DocumentAnswer {
    let unknown = |finding: &Finding| {
        matches!(
            finding,
            Finding::SubFilterNotSupported { .. }
                | Finding::AlgorithmNotSupported { .. }
                | Finding::AlgorithmTooWeak { .. }
        )
    };
    let allows = signature
        .findings
        .iter()
        .filter(|finding| finding.about() == About::Document)
        .map(Finding::allows);
    let answer = match allows.fold(Headline::Valid, Ord::max) {
        Headline::Broken => DocumentState::Broken,
        Headline::Changed => DocumentState::Changed,
        _ if signature.coverage == Coverage::Partial => DocumentState::Broken,
        // What is verified by a weak algorithm may be another document all the same.
        _ if signature.findings.iter().any(unknown) => DocumentState::Unknown,
        _ if signature.intact.is_none() => DocumentState::Broken,
        Headline::ValidChangedAsAllowed => DocumentState::ChangedAsAllowed,
        Headline::Valid | Headline::IdentityUnconfirmed | Headline::Unsigned => {
            DocumentState::Intact
        }
    };
    DocumentAnswer {
        answer,
        findings: about(signature, About::Document),
    }
}

/// Who signed, and do we trust the issuer?
pub(super) fn identity_answer(
    signature: &SignatureValidation,
    anchors: &[Anchor],
) -> IdentityAnswer {
    let path = signature.path.as_ref();
    let certificates = match signature.way.as_slice() {
        [] => signature.signer.iter().map(certificate).collect(),
        way => way.iter().map(certificate).collect(),
    };
    let last = path.and_then(|path| path.certificates().last());
    let anchor = last.and_then(|last| {
        let found = anchors.iter().find(|anchor| anchor.certificate == *last);
        found.map(|anchor| TrustAnchor {
            name: last.subject_common_name().to_owned(),
            source: anchor.source,
        })
    });
    let found = |wanted: fn(&Finding) -> bool| signature.findings.iter().any(wanted);
    let answer = match (path, &signature.signer) {
        (Some(_), _) => IdentityState::Trusted,
        (None, Some(_)) if found(|finding| matches!(finding, Finding::Revoked { .. })) => {
            IdentityState::Revoked
        }
        (None, Some(_)) if found(|finding| matches!(finding, Finding::Expired { .. })) => {
            IdentityState::Expired
        }
        (None, Some(_)) => IdentityState::Unconfirmed,
        (None, None) => IdentityState::NotChecked,
    };
    IdentityAnswer {
        answer,
        path: certificates,
        anchor,
        revocation: signature.revocation.iter().map(revocation).collect(),
        findings: about(signature, About::Identity),
    }
}

/// What is known of the revocation of one certificate.
fn revocation(known: &Revocation) -> RevocationAnswer {
    let subject = known.certificate.subject_common_name().to_owned();
    let said = |by: Source| match by {
        Source::Ocsp => RevocationSource::Ocsp,
        Source::Crl => RevocationSource::Crl,
    };
    let (status, by, at, reason) = match &known.state {
        State::Good { as_of, by, .. } => {
            (RevocationStatus::Good, Some(said(*by)), Some(*as_of), None)
        }
        State::Revoked { at, reason, by } => (
            RevocationStatus::Revoked,
            Some(said(*by)),
            Some(*at),
            reason.map(|reason| reason.as_str().to_owned()),
        ),
        State::Unknown { stale } => (
            RevocationStatus::Unknown,
            None,
            *stale,
            Some(match stale {
                Some(_) => "what says so is too old".to_owned(),
                None => "nothing at hand says so".to_owned(),
            }),
        ),
        State::NotKnown { as_of } => (
            RevocationStatus::Unknown,
            Some(RevocationSource::Ocsp),
            Some(*as_of),
            Some("the authority's responder does not know it".to_owned()),
        ),
        State::NotNeeded => (RevocationStatus::NotNeeded, None, None, None),
    };
    RevocationAnswer {
        subject,
        status,
        by,
        at,
        reason,
    }
}

/// When, by whose clock?
pub(super) fn time_answer(signature: &SignatureValidation) -> TimeAnswer {
    let stamp = signature.time.as_ref();
    // What nobody vouches for is told, and is no answer beside a claim.
    let counts = stamp.filter(|time| time.is_trusted || signature.signing_time.is_none());
    TimeAnswer {
        answer: match (counts, signature.signing_time) {
            (Some(_), _) => TimeState::Timestamp,
            (None, Some(_)) => TimeState::Claimed,
            (None, None) => TimeState::None,
        },
        at: counts.map(|time| time.at).or(signature.signing_time),
        claimed_at: signature.signing_time,
        authority: stamp.map(|time| time.authority.subject_common_name().to_owned()),
        trusted: stamp.is_some_and(|time| time.is_trusted),
        findings: about(signature, About::Time),
    }
}

/// The judgement in the words of EN 319 102-1.
pub(super) fn indication(signature: &SignatureValidation) -> (Indication, Option<String>) {
    let main = match signature.indication {
        validate::Indication::TotalPassed => Indication::TotalPassed,
        validate::Indication::TotalFailed => Indication::TotalFailed,
        validate::Indication::Indeterminate => Indication::Indeterminate,
    };
    (main, signature.sub_indication.map(|why| why.to_string()))
}

/// The revisions of the file.
pub(super) fn revisions(validation: &validate::Validation) -> Vec<RevisionReport> {
    let numbered = (1..).zip(&validation.revisions);
    numbered
        .map(|(index, revision)| RevisionReport {
            index,
            bytes: revision.bytes,
            signed_by: revision.signed_by.clone(),
            what: revision.what.iter().map(modifications::done).collect(),
            allowed: revision.allowed,
        })
        .collect()
}

fn about(signature: &SignatureValidation, what: About) -> Vec<crate::wire::Finding> {
    signature
        .findings
        .iter()
        .filter(|finding| finding.about() == what)
        .map(finding)
        .collect()
}

fn certificate(certificate: &Certificate) -> PathCertificate {
    PathCertificate {
        subject: certificate.subject(),
        issuer: certificate.issuer(),
        serial: hex(certificate.serial()),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        sha256: hex(&certificate.fingerprint()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
