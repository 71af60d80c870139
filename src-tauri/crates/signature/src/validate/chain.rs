//! The path from a signer's certificate to a trust anchor (RFC 5280 §6.1).
//!
//! The search goes from issuer to issuer by name, first to those whose key identifier is the one that
//! is named and which were valid at the time, so that a crowd of one name hides nobody; it is bounded
//! in depth and in the signatures that it verifies, each of which is calculated once for a document,
//! so that cross certificates and cycles of them cost no more. Every signature on the way
//! is verified, and its algorithm judged for the time. What is found is then judged as a whole by a
//! library (certval), and only what both take is a path.
//!
//! Names are compared byte for byte, as CAs must write them (RFC 5280 §4.1.2.6). Revocation is
//! looked at afterwards, on the path that was found.

mod rfc5280;

use super::evidence::{Evidence, Unissued};
use super::finding::Finding;
use super::policy::{self, TooWeak};
use crate::certificate::Certificate;

/// Most certificates on a path, signer and anchor included.
pub const LONGEST_PATH: usize = 8;

/// Most signatures that are verified in the search for one path, so that certificates which all
/// claim to have issued each other cannot keep us busy.
const MOST_VERIFICATIONS: usize = 256;

/// A proven path: signer first, trust anchor last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path(Vec<Certificate>);

impl Path {
    /// The certificates, signer first, trust anchor last; one if the signer is an anchor.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.0
    }
}

/// Finds a path from a signer to a trust anchor and checks every certificate on it at `at`.
///
/// Anchors are CA certificates, or signers' certificates that are trusted as they are;
/// `others` are certificates that may stand between and are believed nothing.
/// `at` is Unix time.
///
/// # Errors
/// The findings about the signer and about the path that came nearest.
pub fn find_path(
    signer: &Certificate,
    others: &[Certificate],
    anchors: &[Certificate],
    at: i64,
) -> Result<Path, Vec<Finding>> {
    find_alone(Purpose::Documents, signer, others, anchors, at)
}

/// For what a path is looked for.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) purpose: Purpose,
    /// When certificates must be valid, Unix time.
    pub(super) at: i64,
    /// What is known of the document as a whole, and what may be spent on it.
    pub(super) evidence: &'a Evidence,
}

/// As [`find_path`], for a timestamp authority, whose certificate is for timestamps as the
/// judgement of its token says.
///
/// # Errors
/// Those of [`find_path`].
pub fn find_timestamp_path(
    authority: &Certificate,
    others: &[Certificate],
    anchors: &[Certificate],
    at: i64,
) -> Result<Path, Vec<Finding>> {
    find_alone(Purpose::Timestamps, authority, others, anchors, at)
}

/// Finds one path and no other.
fn find_alone(
    purpose: Purpose,
    signer: &Certificate,
    others: &[Certificate],
    anchors: &[Certificate],
    at: i64,
) -> Result<Path, Vec<Finding>> {
    let evidence = &Evidence::default();
    let wanted = Wanted {
        purpose,
        at,
        evidence,
    };
    let others: Vec<&Certificate> = others.iter().collect();
    find_path_for(wanted, signer, &others, anchors)
}

/// As [`find_path`], for a purpose.
pub(super) fn find_path_for(
    wanted: Wanted<'_>,
    signer: &Certificate,
    others: &[&Certificate],
    anchors: &[Certificate],
) -> Result<Path, Vec<Finding>> {
    let Wanted {
        purpose,
        at,
        evidence,
    } = wanted;
    let mut findings = about_certificate(signer, at);
    if purpose == Purpose::Documents && !signer.is_for_documents() {
        findings.push(Finding::NotForDocuments {
            subject: signer.subject_common_name().to_owned(),
        });
    }
    let mut search = Search {
        others,
        anchors,
        at,
        evidence,
        verifications: 0,
        nearest: Vec::new(),
    };
    let mut path = vec![signer.clone()];
    let found = anchors.contains(signer) || search.extend(&mut path);
    if !found {
        if search.nearest.is_empty() {
            search.nearest.push(no_path(&path));
        }
        // What is wrong with the signer's own certificate is told once, in our words.
        let told = !findings.is_empty();
        let again = |finding: &Finding| told && matches!(finding, Finding::PathRefused { .. });
        search.nearest.retain(|finding| !again(finding));
        findings.append(&mut search.nearest);
    }
    if found && findings.is_empty() {
        Ok(Path(path))
    } else {
        Err(findings)
    }
}

/// What a key at the end of a path was used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To sign a document.
    Documents,
    /// To give the time; that the certificate is for it has been judged with the token.
    Timestamps,
}

struct Search<'a> {
    others: &'a [&'a Certificate],
    anchors: &'a [Certificate],
    at: i64,
    evidence: &'a Evidence,
    verifications: usize,
    /// What is wrong with the longest path that was tried.
    nearest: Vec<Finding>,
}

impl Search<'_> {
    /// Extends a path whose last certificate is not an anchor; depth is bounded.
    fn extend(&mut self, path: &mut Vec<Certificate>) -> bool {
        let Some(last) = path.last().cloned() else {
            return false;
        };
        if path.len() == LONGEST_PATH {
            return false;
        }
        let (anchors, others) = (self.anchors, self.others);
        let may_issue = |issuer: &&Certificate| {
            issuer.subject_der() == last.issuer_der() && !path.contains(issuer)
        };
        let anchors: Vec<Certificate> = anchors.iter().filter(may_issue).cloned().collect();
        let others = others.iter().copied();
        let mut others: Vec<Certificate> = others.filter(may_issue).cloned().collect();
        // In the order in which they came where nothing sets them apart: what the signature carries
        // comes before what anybody may have added to the document.
        others.sort_by_cached_key(|issuer| likelihood(issuer, &last, self.at));
        if anchors.is_empty() && others.is_empty() && self.nearest.is_empty() {
            self.nearest.push(no_path(path));
        }
        for anchor in anchors {
            if self.issued(&anchor, &last, path.len()) {
                path.push(anchor);
                match rfc5280::judge(path, self.at) {
                    Ok(()) => return true,
                    Err(finding) => self.nearest = vec![finding],
                }
                path.pop();
            }
        }
        for issuer in others {
            if self.issued(&issuer, &last, path.len()) {
                path.push(issuer);
                if self.extend(path) {
                    return true;
                }
                path.pop();
            }
        }
        false
    }

    /// Whether `issuer` may have issued `subject` and did; `below` certificates stand below it.
    fn issued(&mut self, issuer: &Certificate, subject: &Certificate, below: usize) -> bool {
        let mut findings = about_certificate(issuer, self.at);
        if !issuer.is_ca() {
            findings.push(Finding::IssuerIsNoCa {
                subject: issuer.subject_common_name().to_owned(),
            });
        }
        // The signer itself does not count (RFC 5280 §4.2.1.9); self-issued certificates do here.
        let limit = issuer
            .basic_constraints()
            .and_then(|constraints| constraints.path_len);
        if limit.is_some_and(|limit| below.saturating_sub(1) > usize::from(limit)) {
            findings.push(Finding::PathLengthExceeded {
                subject: issuer.subject_common_name().to_owned(),
            });
        }
        // What could not issue it whatever is calculated is told, and costs nothing.
        if !findings.is_empty() && self.verifications > 0 {
            self.nearest = findings;
            return false;
        }
        let given_up = self.verifications == MOST_VERIFICATIONS;
        let verified = (!given_up).then(|| self.evidence.issued(issuer, subject));
        let Some(verified) = verified.flatten() else {
            self.nearest = vec![Finding::PathSearchGivenUp];
            return false;
        };
        self.verifications += 1;
        match verified {
            Ok(used) => {
                if let Err(TooWeak { what, since }) = policy::judge(used, self.at) {
                    findings.push(Finding::AlgorithmTooWeak { what, since });
                }
            }
            Err(Unissued::NotSupported { oid }) => {
                findings.push(Finding::AlgorithmNotSupported { oid });
            }
            Err(Unissued::ByAnother) => findings.push(Finding::CertificateNotByIssuer {
                subject: subject.subject_common_name().to_owned(),
                issuer: issuer.subject_common_name().to_owned(),
            }),
        }
        let faultless = findings.is_empty();
        if !faultless {
            self.nearest = findings;
        }
        faultless
    }
}

/// How likely one issued the other, the least first: by the key identifier that is named (RFC 5280
/// §4.2.1.1), then by whether it is an authority and was valid at the time.
fn likelihood(issuer: &Certificate, subject: &Certificate, at: i64) -> (u8, bool) {
    let identifiers = (
        subject.authority_key_identifier(),
        issuer.subject_key_identifier(),
    );
    let by_key = match identifiers {
        (Some(named), Some(own)) if named == own => 0,
        (Some(_), Some(_)) => 2,
        _ => 1,
    };
    (by_key, !(issuer.is_ca() && issuer.is_valid_at(at)))
}

/// What is to be said about any certificate on a path.
fn about_certificate(certificate: &Certificate, at: i64) -> Vec<Finding> {
    let subject = || certificate.subject_common_name().to_owned();
    let mut findings = Vec::new();
    if at < certificate.not_before() {
        findings.push(Finding::NotYetValid { subject: subject() });
    }
    if at > certificate.not_after() {
        findings.push(Finding::Expired { subject: subject() });
    }
    if let Some(oid) = certificate.unprocessed_critical_extension() {
        findings.push(Finding::CriticalExtension {
            subject: subject(),
            oid,
        });
    }
    findings
}

fn no_path(path: &[Certificate]) -> Finding {
    let (subject, issuer) = path.last().map_or_else(Default::default, |last| {
        (
            last.subject_common_name().to_owned(),
            last.issuer_common_name().to_owned(),
        )
    });
    Finding::NoPathToAnchor { subject, issuer }
}

#[cfg(test)]
mod tests;
