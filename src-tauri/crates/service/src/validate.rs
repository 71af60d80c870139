//! Validation of every signature in a file, in the words that cross the edges.

mod answers;
mod at_hand;
mod modifications;

use std::time::{SystemTime, UNIX_EPOCH};

use signature::validate::SignatureValidation;
use signature::{Certificate, Level, validate};

use self::answers::{document_answer, identity_answer, indication, revisions, time_answer};
use self::at_hand::Sorted;
use crate::document::{self, shown};
use crate::error::{Error, Result};
use crate::home::Surroundings;
use crate::requests::{AtHand, PdfFile};
use crate::trust::{self, Anchors, Scope};
use crate::wire::{
    self, AnchorSource, Finding, Headline, Severity, SignatureKind, SignatureReport,
};

/// A certificate that is trusted as it is, and who says so.
#[derive(Debug, Clone)]
pub(crate) struct Anchor {
    /// The certificate.
    pub(crate) certificate: Certificate,
    /// Where it comes from.
    pub(crate) source: AnchorSource,
}

/// Validates a file against what is trusted, by what is at hand.
pub(crate) fn judge(
    surroundings: &Surroundings,
    file: &PdfFile,
    anchors: &Anchors,
    by: &AtHand,
) -> Result<wire::Validation> {
    let now = by.at.unwrap_or_else(now);
    let mut sorted = Sorted::of(by)?;
    sorted.add_own_list(surroundings);
    // What a trusted list does not recognise at that time vouches for nobody then.
    let counted = || anchors.all().iter().filter(|anchor| anchor.trusted_at(now));
    sorted.timestamp_anchors = counted()
        .filter(|anchor| anchor.scope == Scope::Timestamps)
        .map(|anchor| anchor.certificate.clone())
        .collect();
    let trusted: Vec<_> = counted()
        .filter(|anchor| anchor.scope != Scope::Timestamps)
        .map(|anchor| Anchor {
            certificate: anchor.certificate.clone(),
            source: anchor.source,
        })
        .collect();
    validate_file(file, &trusted, &sorted, now)
}

/// Validates a file against given anchors at `now` (Unix seconds), by what is at hand.
fn validate_file(
    file: &PdfFile,
    anchors: &[Anchor],
    sorted: &Sorted,
    now: i64,
) -> Result<wire::Validation> {
    let document = document::open(file)?;
    let trusted: Vec<Certificate> = anchors
        .iter()
        .map(|anchor| anchor.certificate.clone())
        .collect();
    let inputs = validate::Inputs {
        timestamp_anchors: &sorted.timestamp_anchors,
        certificates: &sorted.certificates,
        ocsps: &sorted.ocsps,
        crls: &sorted.crls,
        is_cut_short: sorted.is_cut_short,
        ..validate::Inputs::new(&trusted, now)
    };
    let validation =
        validate::validate_with(&document, &inputs).map_err(|source| Error::Signature {
            path: file.path.clone(),
            source,
        })?;
    Ok(worded(validation, anchors))
}

/// A validation in the words that cross the edges.
pub(crate) fn worded(validation: validate::Validation, anchors: &[Anchor]) -> wire::Validation {
    wire::Validation {
        headline: headline(validation.headline),
        revisions: revisions(&validation),
        signatures: validation
            .signatures
            .into_iter()
            .map(|signature| report(signature, anchors))
            .collect(),
    }
}

fn report(signature: SignatureValidation, anchors: &[Anchor]) -> SignatureReport {
    let signer = signature.signer.as_ref();
    let name = |name: Option<&str>| name.unwrap_or_default().to_owned();
    let modifications = signature
        .findings
        .iter()
        .filter_map(modifications::of_finding)
        .collect();
    let (indication, sub_indication) = indication(&signature);
    let mut identity = identity_answer(&signature, anchors);
    let mut findings: Vec<_> = signature.findings.iter().map(finding).collect();
    let listed = |anchor: &wire::TrustAnchor| anchor.source == AnchorSource::TrustedList;
    if identity.anchor.as_ref().is_some_and(listed) {
        identity.findings.push(trust::unverified_list());
        findings.push(trust::unverified_list());
    }
    SignatureReport {
        kind: match signature.kind {
            validate::Kind::Signature => SignatureKind::Signature,
            validate::Kind::DocumentTimestamp => SignatureKind::DocumentTimestamp,
        },
        signer: name(signer.map(Certificate::subject_common_name)),
        issuer: name(signer.map(Certificate::issuer_common_name)),
        level: name(signature.level.map(Level::as_str)).to_ascii_lowercase(),
        document: document_answer(&signature),
        identity,
        time: time_answer(&signature),
        indication,
        sub_indication,
        subfilter: signature.sub_filter,
        intact: signature.intact.is_some(),
        trusted: signature.path.is_some(),
        coverage: match signature.coverage {
            validate::coverage::Coverage::WholeFile => wire::Coverage::WholeFile,
            validate::coverage::Coverage::Revision => wire::Coverage::Revision,
            validate::coverage::Coverage::Partial => wire::Coverage::Partial,
        },
        modifications,
        signing_time: signature.signing_time,
        timestamp: signature
            .time
            .as_ref()
            .filter(|time| time.is_trusted)
            .map(|time| time.at),
        headline: headline(signature.headline),
        findings,
        page: signature.field.place.map(|(page, _)| page),
        rect: signature.field.place.map(|(_, rect)| shown(&rect)),
        field: signature.field.name,
    }
}

fn finding(finding: &validate::finding::Finding) -> Finding {
    Finding {
        code: finding.code().to_owned(),
        severity: match finding.severity() {
            validate::finding::Severity::Info => Severity::Info,
            validate::finding::Severity::Caution => Severity::Caution,
            validate::finding::Severity::Refusal => Severity::Refusal,
        },
        message: finding.to_string(),
    }
}

fn headline(headline: validate::verdict::Headline) -> Headline {
    use validate::verdict::Headline as H;
    match headline {
        H::Valid => Headline::Valid,
        H::ValidChangedAsAllowed => Headline::ValidChangedAsAllowed,
        H::IdentityUnconfirmed => Headline::IdentityUnconfirmed,
        H::Changed => Headline::Changed,
        H::Broken => Headline::Broken,
        H::Unsigned => Headline::Unsigned,
    }
}

/// This machine's clock.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
