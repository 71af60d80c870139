//! The three answers about a signature, and the revisions of a file, in the words of the wire.

use signature::validate::{self, About, Coverage, Finding, SignatureValidation};
use signature::{Certificate, Headline};

use super::{Anchor, finding};
use crate::wire::{
    DocumentAnswer, DocumentState, IdentityAnswer, IdentityState, Indication, PathCertificate,
    RevisionReport, TimeAnswer, TimeState, TrustAnchor,
};

/// Is the document intact?
pub(super) fn document_answer(signature: &SignatureValidation) -> DocumentAnswer {
    let unknown = |finding: &Finding| {
        matches!(
            finding,
            Finding::SubFilterNotSupported { .. } | Finding::AlgorithmNotSupported { .. }
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
        _ if signature.intact.is_none() && signature.findings.iter().any(unknown) => {
            DocumentState::Unknown
        }
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
    let certificates = match (path, &signature.signer) {
        (Some(path), _) => path.certificates().iter().map(certificate).collect(),
        (None, Some(signer)) => vec![certificate(signer)],
        (None, None) => Vec::new(),
    };
    let last = path.and_then(|path| path.certificates().last());
    let anchor = last.and_then(|last| {
        let found = anchors.iter().find(|anchor| anchor.certificate == *last);
        found.map(|anchor| TrustAnchor {
            name: last.subject_common_name().to_owned(),
            source: anchor.source,
        })
    });
    let expired = |finding: &Finding| matches!(finding, Finding::Expired { .. });
    let answer = match (path, &signature.signer) {
        (Some(_), _) => IdentityState::Trusted,
        (None, Some(_)) if signature.findings.iter().any(expired) => IdentityState::Expired,
        (None, Some(_)) => IdentityState::Unconfirmed,
        (None, None) => IdentityState::NotChecked,
    };
    IdentityAnswer {
        answer,
        path: certificates,
        anchor,
        revocation: Vec::new(),
        findings: about(signature, About::Identity),
    }
}

/// When, by whose clock?
pub(super) fn time_answer(signature: &SignatureValidation) -> TimeAnswer {
    TimeAnswer {
        answer: match signature.signing_time {
            Some(_) => TimeState::Claimed,
            None => TimeState::None,
        },
        at: signature.signing_time,
        claimed_at: signature.signing_time,
        authority: None,
        trusted: false,
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
            what: revision.what.clone(),
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
