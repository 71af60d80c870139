//! The judgement over a document: three answers about each signature.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};
use service::wire::{self, DocumentState, IdentityState, RevocationStatus, TimeState};

use super::{print, printable};
use crate::failure::Status;

/// Prints a validation; anything but valid signatures is exit status 1.
pub(crate) fn validation(
    file: &Path,
    validation: &wire::Validation,
    trusted: &[wire::TrustSource],
    json: bool,
) -> ExitCode {
    if json {
        let signatures: Vec<_> = validation.signatures.iter().map(signature).collect();
        let revisions: Vec<_> = validation.revisions.iter().map(revision).collect();
        print(&json!({
            "file": file.to_string_lossy(), "headline": validation.headline, "signatures": signatures,
            "revisions": revisions, "trust": trusted.iter().map(trust).collect::<Vec<_>>(),
        }));
    } else {
        let name = printable(&file.to_string_lossy());
        say!("{name}: {}", headline(validation.headline));
        validation.signatures.iter().for_each(say_signature);
        trusted.iter().for_each(say_trust);
    }
    match validation.headline {
        wire::Headline::Valid | wire::Headline::ValidChangedAsAllowed => ExitCode::SUCCESS,
        _ => ExitCode::from(Status::Wanting as u8),
    }
}

/// Whom the verdict relies on.
fn say_trust(trusted: &wire::TrustSource) {
    let name = match trusted.name.as_str() {
        "" => String::new(),
        name => format!(" {}", printable(name)),
    };
    let count = match trusted.anchors {
        1 => "1 anchor".to_owned(),
        count => format!("{count} anchors"),
    };
    say!("  trusts {}{name}: {count}", source(trusted.source));
    for finding in &trusted.findings {
        say!("    - {} ({})", printable(&finding.message), finding.code);
    }
    if let Some(sha256) = trusted
        .sha256
        .as_ref()
        .filter(|_| !trusted.findings.is_empty())
    {
        say!("    SHA-256 {sha256}");
    }
}

fn trust(trusted: &wire::TrustSource) -> Value {
    json!({
        "source": trusted.source, "name": trusted.name, "anchors": trusted.anchors,
        "sha256": trusted.sha256, "next_update": trusted.next_update,
        "findings": trusted.findings,
    })
}

fn say_signature(report: &wire::SignatureReport) {
    let kind = match report.kind {
        wire::SignatureKind::Signature => "",
        wire::SignatureKind::DocumentTimestamp => " (a timestamp over the document)",
    };
    let field = printable(&report.field);
    say!("  {field}{kind}: {}", headline(report.headline));
    let why = report.sub_indication.iter().map(|why| format!(" {why}"));
    let why: String = why.collect();
    say!("    judged:   {}{why}", indication(report.indication));
    say!(
        "    document: {}; covers {}",
        document(report.document.answer),
        coverage(report.coverage)
    );
    let anchor = match &report.identity.anchor {
        Some(anchor) => format!(
            ", vouched for by {} ({})",
            printable(&anchor.name),
            source(anchor.source)
        ),
        None => String::new(),
    };
    say!(
        "    signer:   {}, issued by {}: {}{anchor}",
        printable(&report.signer),
        printable(&report.issuer),
        identity(report.identity.answer)
    );
    for answer in &report.identity.revocation {
        let (subject, status) = (printable(&answer.subject), revocation(answer));
        say!("    revoked?  {subject}: {}", printable(&status));
    }
    say!("    time:     {}", printable(&time(&report.time)));
    if !report.level.is_empty() {
        say!("    level:    {}", report.level);
    }
    for finding in &report.findings {
        say!("    - {} ({})", printable(&finding.message), finding.code);
    }
}

/// One signature in JSON. The keys of version 0.1 stay as they are.
pub(super) fn signature(report: &wire::SignatureReport) -> Value {
    let path: Vec<Value> = report
        .identity
        .path
        .iter()
        .map(|certificate| {
            json!({
                "subject": certificate.subject, "issuer": certificate.issuer,
                "serial": certificate.serial, "not_before": certificate.not_before,
                "not_after": certificate.not_after, "sha256": certificate.sha256,
            })
        })
        .collect();
    let time = &report.time;
    json!({
        "field": report.field, "signer": report.signer, "issuer": report.issuer, "level": report.level,
        "subfilter": report.subfilter, "intact": report.intact, "trusted": report.trusted,
        "coverage": report.coverage, "modifications": sentences(&report.modifications),
        "changes": changes(&report.modifications),
        "signing_time": report.signing_time, "timestamp": report.timestamp,
        "headline": report.headline, "findings": report.findings, "page": report.page,
        "rect": report.rect,
        "kind": report.kind, "indication": report.indication,
        "sub_indication": report.sub_indication,
        "document": report.document,
        "identity": {
            "answer": report.identity.answer, "path": path, "anchor": report.identity.anchor,
            "revocation": report.identity.revocation, "findings": report.identity.findings,
        },
        "time": {
            "answer": time.answer, "at": time.at, "claimed_at": time.claimed_at,
            "authority": time.authority, "trusted": time.trusted, "findings": time.findings,
        },
    })
}

fn revision(revision: &wire::RevisionReport) -> Value {
    json!({
        "index": revision.index, "bytes": revision.bytes, "signed_by": revision.signed_by,
        "what": sentences(&revision.what), "changes": changes(&revision.what),
        "allowed": revision.allowed,
    })
}

fn sentences(modifications: &[wire::Modification]) -> Vec<&str> {
    let sentences = modifications.iter().map(|change| change.message.as_str());
    sentences.collect()
}

/// The same for programs.
fn changes(modifications: &[wire::Modification]) -> Vec<Value> {
    let change = |change: &wire::Modification| json!({"code": change.code, "name": change.name, "page": change.page});
    modifications.iter().map(change).collect()
}

pub(super) fn headline(headline: wire::Headline) -> &'static str {
    match headline {
        wire::Headline::Valid => "valid",
        wire::Headline::ValidChangedAsAllowed => "valid, changed later as allowed",
        wire::Headline::Changed => "changed after signing",
        wire::Headline::IdentityUnconfirmed => "identity not confirmed",
        wire::Headline::Broken => "broken",
        wire::Headline::Unsigned => "no signature",
    }
}

fn indication(indication: wire::Indication) -> &'static str {
    match indication {
        wire::Indication::TotalPassed => "TOTAL-PASSED",
        wire::Indication::TotalFailed => "TOTAL-FAILED",
        wire::Indication::Indeterminate => "INDETERMINATE",
    }
}

fn document(state: DocumentState) -> &'static str {
    match state {
        DocumentState::Intact => "intact",
        DocumentState::ChangedAsAllowed => "intact, changed later as allowed",
        DocumentState::Changed => "changed after signing",
        DocumentState::Broken => "broken",
        DocumentState::Unknown => "cannot be checked here",
    }
}

fn identity(state: IdentityState) -> &'static str {
    match state {
        IdentityState::Trusted => "trusted",
        IdentityState::Unconfirmed => "not confirmed",
        IdentityState::Revoked => "revoked",
        IdentityState::Expired => "expired",
        IdentityState::NotChecked => "not checked",
    }
}

fn source(source: wire::AnchorSource) -> &'static str {
    match source {
        wire::AnchorSource::Organisation => "the organisation",
        wire::AnchorSource::File => "a file",
        wire::AnchorSource::System => "the system",
        wire::AnchorSource::TrustedList => "a trusted list",
        wire::AnchorSource::Remembered => "the person at this machine",
    }
}

fn revocation(answer: &wire::RevocationAnswer) -> String {
    let by = match answer.by {
        Some(wire::RevocationSource::Ocsp) => ", by a responder",
        Some(wire::RevocationSource::Crl) => ", by a list",
        None => "",
    };
    let at = answer.at.map(utc);
    let reason = answer.reason.as_deref();
    match (answer.status, at) {
        (RevocationStatus::Good, at) => format!("no, as of {}{by}", at.unwrap_or_default()),
        (RevocationStatus::Revoked, at) => format!(
            "since {}{by} ({})",
            at.unwrap_or_default(),
            reason.unwrap_or("no reason given")
        ),
        (RevocationStatus::Unknown, _) => reason.unwrap_or("not checked").to_owned(),
        (RevocationStatus::NotNeeded, _) => "need not be checked".to_owned(),
    }
}

fn time(answer: &wire::TimeAnswer) -> String {
    let at = answer.at.map(utc).unwrap_or_default();
    match (answer.answer, &answer.authority) {
        (TimeState::Timestamp, Some(authority)) => format!("{at}, by {authority}"),
        (TimeState::Timestamp, None) => at,
        (TimeState::Claimed, _) => format!("{at}, as the signer claims"),
        (TimeState::None, _) => "not known".to_owned(),
    }
}

fn coverage(coverage: wire::Coverage) -> &'static str {
    match coverage {
        wire::Coverage::WholeFile => "the whole file",
        wire::Coverage::Revision => "an earlier revision",
        wire::Coverage::Partial => "less than a revision",
    }
}

/// A time as people write it, by no clock but UTC.
fn utc(unix: i64) -> String {
    jiff::Timestamp::from_second(unix).map_or_else(|_| unix.to_string(), |time| time.to_string())
}
