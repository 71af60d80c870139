//! The whole judgement over a signed document (ETSI EN 319 102-1, narrowed to what B-B can show).
//!
//! Three answers are kept apart: is the document intact ([`integrity`]), who signed and does an
//! authority that we trust vouch for it ([`chain`]), and how much of the file that is about
//! ([`coverage`]). [`verdict`] draws one headline from them. Everything that is wrong is found,
//! not only what is found first.
//!
//! What came after a signature must be something that it allows ([`changes`]), or it is
//! [`Headline::Changed`]. Signatures of other kinds are [`Headline::IdentityUnconfirmed`].
//! Revocation is not looked at, and each signature says so.

pub mod chain;
pub mod changes;
pub mod coverage;
mod digests;
pub mod finding;
pub mod indication;
pub mod integrity;
pub mod verdict;

use std::collections::HashSet;

use pdf::{Document, Field, History, SignatureValue};

use self::chain::{Path, find_path};
use self::changes::AsAllowed;
pub use self::changes::RevisionValidation;
pub use self::coverage::Coverage;
use self::coverage::Ranges;
use self::digests::Beginnings;
pub use self::finding::{About, Finding, Severity};
pub use self::indication::{Indication, SubIndication};
use self::integrity::{Intact, Judgement, LARGEST_CONTENTS, judge};
pub use self::verdict::Headline;
use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::level::Level;
use crate::prepare::{Beginning, SameBeginning, SubFilter};

/// Most signatures that are validated in one document.
pub const MOST_SIGNATURES: usize = 256;

/// The judgement over a document.
#[derive(Debug, Clone)]
pub struct Validation {
    /// The least favourable headline of its signatures, or [`Headline::Unsigned`].
    pub headline: Headline,
    /// One judgement for each signature, in the order they were made.
    pub signatures: Vec<SignatureValidation>,
    /// What the file became step by step, the oldest first; empty if its cross-references are
    /// damaged.
    pub revisions: Vec<RevisionValidation>,
}

/// The judgement over one signature.
#[derive(Debug, Clone)]
pub struct SignatureValidation {
    /// The field it is in.
    pub field: Field,
    /// SubFilter of the signature dictionary.
    pub sub_filter: String,
    /// The signer's own claim of when, Unix time.
    pub signing_time: Option<i64>,
    /// The signer's own claim of why.
    pub reason: Option<String>,
    /// The signer's own claim of where.
    pub location: Option<String>,
    /// The signer's certificate, if it could be read. Believe its name only with `path`.
    pub signer: Option<Certificate>,
    /// The level it reaches, if it is intact.
    pub level: Option<Level>,
    /// Proof that it holds over its byte range.
    pub intact: Option<Intact>,
    /// Proof that a trust anchor vouches for the signer.
    pub path: Option<Path>,
    /// How much of the file is covered.
    pub coverage: Coverage,
    /// Where the covered part of the file ends, unless the byte range is malformed.
    pub end: Option<u64>,
    /// The judgement.
    pub headline: Headline,
    /// The judgement in the words of EN 319 102-1.
    pub indication: Indication,
    /// Why it is not passed.
    pub sub_indication: Option<SubIndication>,
    /// Everything found on the way.
    pub findings: Vec<Finding>,
}

/// Validates every signature of a document.
///
/// `anchors` are the certificates that are trusted; `at` is the Unix time at which certificates
/// must be valid. Digests stream over the document; blocks while it reads.
///
/// # Errors
/// [`Error::Pdf`] if the document cannot be read, [`Error::TooManySignatures`]. What is wrong with
/// a signature is a finding, not an error.
pub fn validate(document: &Document, anchors: &[Certificate], at: i64) -> Result<Validation> {
    judge_all(document, anchors, at, None)
}

/// Validates a document that was just written, as [`validate`] does; its beginning, which is as it
/// was when it was digested, is not digested again.
///
/// # Errors
/// Those of [`validate`].
pub fn validate_written(
    document: &Document,
    anchors: &[Certificate],
    at: i64,
    beginning: &SameBeginning,
) -> Result<Validation> {
    judge_all(document, anchors, at, Some(&beginning.0))
}

fn judge_all(
    document: &Document,
    anchors: &[Certificate],
    at: i64,
    known: Option<&Beginning>,
) -> Result<Validation> {
    let mut beginnings = Beginnings::knowing(known);
    let values = document.signatures()?;
    if values.len() > MOST_SIGNATURES {
        return Err(Error::TooManySignatures {
            count: values.len(),
            most: MOST_SIGNATURES,
        });
    }
    let history = document.history(&values)?;
    let revisions = changes::revisions(&history, &values);
    let judged = values
        .into_iter()
        .map(|value| judge_one(document, value, anchors, at, &mut beginnings))
        .collect::<Result<Vec<_>>>()?;
    // A later signature explains what it changed only if it holds itself: the newest come first.
    let mut holding = HashSet::new();
    let mut signatures = Vec::with_capacity(judged.len());
    for judged in judged.into_iter().rev() {
        let signature = judged.conclude(document, &history, &holding);
        let whole = signature.coverage == Coverage::WholeFile;
        let allowed = |finding: &Finding| matches!(finding, Finding::ChangedAsAllowed { .. });
        if signature.intact.is_some() && (whole || signature.findings.iter().any(allowed)) {
            holding.insert(signature.field.name.clone());
        }
        signatures.push(signature);
    }
    signatures.reverse();
    let headline = verdict::of_document(signatures.iter().map(|signature| signature.headline));
    Ok(Validation {
        headline,
        signatures,
        revisions,
    })
}

/// A signature judged by itself, without what came after it.
struct Judged {
    value: SignatureValue,
    coverage: Coverage,
    intact: Option<Intact>,
    signer: Option<Certificate>,
    path: Option<Path>,
    findings: Vec<Finding>,
}

fn judge_one(
    document: &Document,
    value: SignatureValue,
    anchors: &[Certificate],
    at: i64,
    beginnings: &mut Beginnings,
) -> Result<Judged> {
    let mut findings = Vec::new();
    let (honest, coverage) = byte_range(document, &value, &mut findings)?;
    if value.is_ambiguous {
        findings.push(Finding::SignatureAmbiguous);
    }
    let mut judgement = Judgement::default();
    match SubFilter::read(&value.sub_filter) {
        None => findings.push(Finding::SubFilterNotSupported {
            sub_filter: value.sub_filter.clone(),
        }),
        Some(_) if value.contents.len() > LARGEST_CONTENTS => {
            let bytes = value.contents.len();
            findings.push(Finding::ContentsTooLarge {
                bytes,
                most: LARGEST_CONTENTS,
            });
        }
        Some(form) => {
            judgement = judge(&value.contents, form, |algorithm| {
                honest
                    .map(|ranges| beginnings.digest(document, ranges, algorithm))
                    .transpose()
            })?;
        }
    }
    findings.append(&mut judgement.findings);
    let Judgement {
        intact,
        signer,
        others,
        ..
    } = judgement;
    let path = match signer
        .as_ref()
        .map(|signer| find_path(signer, &others, anchors, at))
    {
        Some(Ok(path)) => {
            findings.push(Finding::RevocationNotChecked);
            Some(path)
        }
        Some(Err(mut why)) => {
            findings.append(&mut why);
            None
        }
        None => None,
    };
    Ok(Judged {
        value,
        coverage,
        intact,
        signer,
        path,
        findings,
    })
}

impl Judged {
    /// Judges what came after it; `holding` are the fields whose signatures hold.
    fn conclude(
        mut self,
        document: &Document,
        history: &History,
        holding: &HashSet<String>,
    ) -> SignatureValidation {
        let mut allowed: Option<AsAllowed> = None;
        if document.is_recovered() {
            self.findings.push(Finding::CrossReferencesDamaged);
        } else if self.coverage == Coverage::Revision && self.intact.is_some() {
            allowed = changes::since(history, &self.value, holding, &mut self.findings);
        }
        let Self {
            value,
            coverage,
            intact,
            signer,
            path,
            findings,
        } = self;
        let proofs = verdict::Proofs {
            intact,
            path: path.as_ref(),
            allowed,
        };
        let headline = verdict::of_signature(&proofs, coverage, &findings);
        let (indication, sub_indication) = indication::indicate(headline, &findings);
        let end = value
            .byte_range
            .and_then(|[_, _, start, length]| start.checked_add(length));
        SignatureValidation {
            headline,
            indication,
            sub_indication,
            end: end.filter(|end| *end <= document.len()),
            level: intact
                .filter(|_| value.sub_filter == SubFilter::Pades.as_str())
                .map(|_| Level::BB),
            field: value.field,
            sub_filter: value.sub_filter,
            signing_time: value.signing_time,
            reason: value.reason,
            location: value.location,
            signer,
            intact,
            path,
            coverage,
            findings,
        }
    }
}

/// The ranges to digest, if they are to be believed, and how much of the file they cover.
fn byte_range(
    document: &Document,
    value: &SignatureValue,
    findings: &mut Vec<Finding>,
) -> Result<(Option<Ranges>, Coverage)> {
    let read = value
        .byte_range
        .ok_or(Finding::ByteRangeMalformed)
        .and_then(|byte_range| Ranges::read(byte_range, document.len()));
    let ranges = match read {
        Ok(ranges) => ranges,
        Err(finding) => {
            findings.push(finding);
            return Ok((None, Coverage::Partial));
        }
    };
    let gap = match ranges.gap_len() {
        // Two digits a byte and the brackets: more is not the string that was read.
        length if length <= 2 * LARGEST_CONTENTS as u64 + 2 => {
            read_at(document, ranges.gap_start, length)?
        }
        _ => Vec::new(),
    };
    let honest = match ranges.check_gap(&gap, &value.contents) {
        Ok(()) => Some(ranges),
        Err(finding) => {
            findings.push(finding);
            None
        }
    };
    let before_end = read_at(document, ranges.end - 8.min(ranges.end), 8.min(ranges.end))?;
    let ends_revision = |_| ends_in_end_of_file_marker(&before_end);
    Ok((
        honest,
        ranges.coverage(document.len(), ends_revision, findings),
    ))
}

/// Whether bytes end in `%%EOF` and at most one line break (ISO 32000-2 §7.5.5).
fn ends_in_end_of_file_marker(bytes: &[u8]) -> bool {
    [&b"%%EOF"[..], b"%%EOF\n", b"%%EOF\r", b"%%EOF\r\n"]
        .iter()
        .any(|end| bytes.ends_with(end))
}

/// Reads a short stretch, whose length was checked by the caller.
fn read_at(document: &Document, offset: u64, length: u64) -> Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
    document
        .source()
        .read_at(offset, &mut bytes)
        .map_err(pdf::Error::Read)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
