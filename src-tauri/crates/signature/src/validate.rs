//! The whole judgement over a signed document (ETSI EN 319 102-1).
//!
//! Three answers are kept apart: is the document intact ([`integrity`], [`coverage`], [`changes`]),
//! who signed and does an authority that we trust vouch for it ([`chain`], [`revoked`]), and when was
//! that ([`times`]). [`verdict`] draws one headline from them, [`indication`] the standard's words.
//! Everything that is wrong is found, not only what is found first.
//!
//! The order is that of the standard: the format and the mathematics of each signature; then the
//! timestamps over the document, from the newest to the oldest, each judged at the time that newer
//! ones prove for it; then each signature at the time that is proven for *it*, or else at the time of
//! the validation. A certificate that has expired or was revoked after a proven time does not undo
//! what was signed before, and an algorithm is judged for that time as well ([`policy`]).
//!
//! **Without any word on revocation** a signature whose path holds stays `valid`, and that it was not
//! checked is said under *who*. EN 319 102-1 (clause 5.1.4.2) leaves it to the policy whether the
//! check is wanted; ours wants it wherever there is something to check by: the document's own
//! evidence, the organisation's list, what the caller hands in. A certificate that *was* revoked
//! before the proven time is never valid, however old the list that says so.

pub mod chain;
pub mod changes;
pub mod coverage;
mod digests;
mod evidence;
pub mod finding;
mod form;
mod identity;
pub mod indication;
pub mod integrity;
pub mod policy;
pub mod revoked;
pub mod times;
pub mod verdict;

use pdf::{Document, Field, History, SignatureValue};

use self::chain::{Path, Purpose};
use self::changes::{AsAllowed, Holding};
pub use self::changes::{Done, RevisionValidation};
pub use self::coverage::Coverage;
use self::coverage::Ranges;
use self::digests::Beginnings;
use self::evidence::{Evidence, Kept, Work};
pub use self::finding::{About, Finding, Severity};
use self::form::Form;
use self::identity::{Identity, Use, World};
pub use self::indication::{Indication, SubIndication};
use self::integrity::{
    Intact, Judgement, LARGEST_CONTENTS, MOST_OF_BARE, judge, judge_bare, judge_timestamp,
};
use self::policy::TooWeak;
use self::revoked::SKEW;
pub use self::revoked::{Revocation, State};
use self::times::Archive;
pub use self::times::ProvenTime;
pub use self::verdict::Headline;
use crate::algorithm::verified;
use crate::certificate::Certificate;
use crate::error::{Error, Result};
use crate::level::{self, Level, Made};
use crate::prepare::{Beginning, SameBeginning};
use crate::revocation::ocsp;

/// Most signatures that are validated in one document.
pub const MOST_SIGNATURES: usize = 256;

/// Most timestamps over a document whose stores are read as they were then, from the newest. One a
/// year keeps an archive.
const MOST_STORES: usize = 32;

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
    /// What the judgement cost.
    pub cost: Cost,
}

/// What a judgement cost, in operations: a document may bring as much as its author likes, and the
/// work on it is bounded all the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Signatures that were calculated: of people, of authorities, over certificates, answers, lists.
    pub verifications: u64,
    /// Bytes of the document that were digested for its signatures.
    pub digested: u64,
}

/// What kind of signature it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Somebody signed the document.
    Signature,
    /// An authority gave the time of the document (ISO 32000-2 §12.8.5).
    DocumentTimestamp,
}

/// What a document is judged by, besides what is in it.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// Certificates that are trusted as they are.
    pub anchors: &'a [Certificate],
    /// Certificates that are trusted to vouch for timestamps only.
    pub timestamp_anchors: &'a [Certificate],
    /// Certificates that may stand on a path, and are believed nothing.
    pub certificates: &'a [Certificate],
    /// Answers of OCSP responders, in DER.
    pub ocsps: &'a [Vec<u8>],
    /// Revocation lists, in DER.
    pub crls: &'a [Vec<u8>],
    /// Whether there were more, which could not be read or are too large.
    pub is_cut_short: bool,
    /// The time of the validation, Unix time.
    pub at: i64,
}

impl<'a> Inputs<'a> {
    /// Anchors and a time alone.
    #[must_use]
    pub const fn new(anchors: &'a [Certificate], at: i64) -> Self {
        Self {
            anchors,
            timestamp_anchors: &[],
            certificates: &[],
            ocsps: &[],
            crls: &[],
            is_cut_short: false,
            at,
        }
    }
}

/// The judgement over one signature.
#[derive(Debug, Clone)]
pub struct SignatureValidation {
    /// The field it is in.
    pub field: Field,
    /// What kind it is.
    pub kind: Kind,
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
    /// The level that is proven, if it is intact: what its timestamps and the material in the document
    /// prove here. That it is written as a higher one is a finding.
    pub level: Option<Level>,
    /// Proof that it holds over its byte range.
    pub intact: Option<Intact>,
    /// Proof that a trust anchor vouches for the signer.
    pub path: Option<Path>,
    /// The certificates on the way that was found, the signer's first, whether or not it holds.
    pub way: Vec<Certificate>,
    /// What is known of the revocation of each of them but the anchor.
    pub revocation: Vec<Revocation>,
    /// The time that an authority gave: for a timestamp its own, for a signature the earliest that
    /// counts, or else one that does not.
    pub time: Option<ProvenTime>,
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
    judge_all(document, &Inputs::new(anchors, at), None)
}

/// Validates every signature of a document by all that is at hand.
///
/// # Errors
/// Those of [`validate`].
pub fn validate_with(document: &Document, inputs: &Inputs<'_>) -> Result<Validation> {
    judge_all(document, inputs, None)
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
    judge_all(document, &Inputs::new(anchors, at), Some(&beginning.0))
}

/// As [`validate_written`], by all that is at hand.
///
/// # Errors
/// Those of [`validate`].
pub fn validate_written_with(
    document: &Document,
    inputs: &Inputs<'_>,
    beginning: &SameBeginning,
) -> Result<Validation> {
    judge_all(document, inputs, Some(&beginning.0))
}

fn judge_all(
    document: &Document,
    inputs: &Inputs<'_>,
    known: Option<&Beginning>,
) -> Result<Validation> {
    let mut beginnings = Beginnings::knowing(known, document.len());
    let calculated = verified::calculated();
    let values = document.signatures()?;
    if values.len() > MOST_SIGNATURES {
        return Err(Error::TooManySignatures {
            count: values.len(),
            most: MOST_SIGNATURES,
        });
    }
    let history = document.history(&values)?;
    let revisions = changes::revisions(&history, &values);
    let work = Work::default();
    let mut judged = values
        .into_iter()
        .map(|value| judge_one(document, value, &mut beginnings, &work))
        .collect::<Result<Vec<_>>>()?;
    identify(document, inputs, work, &mut judged);
    // A later signature explains what it changed only if it holds itself: the newest come first.
    let mut holding = Holding::default();
    let mut signatures = Vec::with_capacity(judged.len());
    for judged in judged.into_iter().rev() {
        let signature = judged.conclude(document, &history, &holding);
        let whole = signature.coverage == Coverage::WholeFile;
        let allowed = |finding: &Finding| {
            matches!(
                finding,
                Finding::ChangedAsAllowed { .. }
                    | Finding::ProofAdded { .. }
                    | Finding::WhiteSpaceBehind
            )
        };
        if signature.intact.is_some() && (whole || signature.findings.iter().any(allowed)) {
            let vouched_for = signature.path.is_some();
            holding.insert(signature.field.name.clone(), vouched_for);
        }
        signatures.push(signature);
    }
    signatures.reverse();
    let headline = verdict::of_document(&signatures);
    Ok(Validation {
        headline,
        signatures,
        revisions,
        cost: Cost {
            verifications: verified::calculated().saturating_sub(calculated),
            digested: beginnings.digested(),
        },
    })
}

/// A signature judged by itself, without what came after it.
struct Judged {
    value: SignatureValue,
    kind: Kind,
    coverage: Coverage,
    judgement: Judgement,
    identity: Identity,
    time: Option<ProvenTime>,
    made: Made,
    /// What it is made of whether or not anybody vouches for the timestamps.
    written: Made,
    findings: Vec<Finding>,
}

fn judge_one(
    document: &Document,
    value: SignatureValue,
    beginnings: &mut Beginnings,
    work: &Work,
) -> Result<Judged> {
    let mut findings = Vec::new();
    let (honest, coverage) = byte_range(document, &value, &mut findings)?;
    if value.is_ambiguous {
        findings.push(Finding::SignatureAmbiguous);
    }
    let form = Form::of(&value.sub_filter);
    let mut is_digested = true;
    let mut judgement = match form {
        None => {
            findings.push(Finding::SubFilterNotSupported {
                sub_filter: value.sub_filter.clone(),
            });
            Judgement::default()
        }
        Some(_) if value.contents.len() > LARGEST_CONTENTS => {
            let bytes = value.contents.len();
            findings.push(Finding::ContentsTooLarge {
                bytes,
                most: LARGEST_CONTENTS,
            });
            Judgement::default()
        }
        Some(form) => {
            let digest = |algorithm| {
                let Some(ranges) = honest else {
                    return Ok(None);
                };
                let digest = beginnings.digest(document, ranges, algorithm)?;
                is_digested &= digest.is_some();
                Ok(digest)
            };
            match form {
                Form::Bare => {
                    work.count(MOST_OF_BARE);
                    judge_bare(&value.contents, &value.certificates, digest)?
                }
                Form::Timestamp => {
                    work.count(1);
                    judge_timestamp(&value.contents, digest)?
                }
                _ => {
                    work.count(1);
                    judge(&value.contents, form, work, digest)?
                }
            }
        }
    };
    if !is_digested {
        findings.push(Finding::NotDigested);
    }
    findings.append(&mut judgement.findings);
    if honest.is_none() {
        // Nothing is proven of what is not to be believed.
        judgement.intact = None;
    }
    Ok(Judged {
        kind: match form {
            Some(Form::Timestamp) => Kind::DocumentTimestamp,
            _ => Kind::Signature,
        },
        value,
        coverage,
        judgement,
        identity: Identity::default(),
        time: None,
        made: Made::default(),
        written: Made::default(),
        findings,
    })
}

/// Judges who signed and when, timestamps over the document first, from the newest.
fn identify(document: &Document, inputs: &Inputs<'_>, work: Work, judged: &mut [Judged]) {
    let (ocsps, crls, was_all) = (inputs.ocsps, inputs.crls, !inputs.is_cut_short);
    let mut evidence = Evidence::of_caller(inputs.certificates, ocsps, crls, (work, was_all));
    for one in &*judged {
        let Judgement {
            ocsps,
            crls,
            loose_crls,
            ..
        } = &one.judgement;
        ocsps.iter().for_each(|der| evidence.add_ocsp(der, None));
        let lists = crls.iter().chain(loose_crls);
        lists.for_each(|der| evidence.add_crl(der, None));
    }
    // A document whose signatures are good is not refused for a store that cannot be read.
    let store = evidence.take_store(document).unwrap_or_default();
    let has_evidence = !(store.ocsps.is_empty() && store.crls.is_empty());
    evidence.add_store(&store, None);
    // Responders below the issuer come with their answers; those of a store may be certified by
    // one that only another answer carries.
    let carried: Vec<Certificate> = evidence
        .ocsps
        .iter()
        .flat_map(|item| ocsp::certificates(&item.der))
        .collect();
    carried.into_iter().for_each(|read| evidence.add_read(read));

    let stamping = [inputs.anchors, inputs.timestamp_anchors].concat();
    let mut archive = Archive::default();
    let mut covered: Vec<Covering> = Vec::new();
    // The same of the newest timestamp that is intact, whether or not it counts.
    let mut written: Option<(u64, bool)> = None;
    for one in judged.iter_mut().rev() {
        let end = one.end();
        if one.kind != Kind::DocumentTimestamp {
            continue;
        }
        let world = World {
            anchors: &stamping,
            evidence: &evidence,
            now: inputs.at,
        };
        let proven = archive.proven(end).map_or(inputs.at, |time| time.latest);
        one.identify(world, Purpose::Timestamps, proven);
        one.judge_algorithms(proven);
        let (Some(_), Some(gives), Some(authority)) = (
            one.judgement.intact,
            one.judgement.gives,
            &one.judgement.signer,
        ) else {
            continue;
        };
        if written.is_none() && one.coverage != Coverage::Partial {
            let then = document.as_of(end).ok();
            let store = then.and_then(|then| evidence.take_store(&then));
            let had = store.is_some_and(|store| !(store.ocsps.is_empty() && store.crls.is_empty()));
            written = Some((end, had));
        }
        // A timestamp by somebody whose certificate is not for that proves no time.
        let no_authority = |finding: &Finding| {
            matches!(
                finding,
                Finding::NotATimestampAuthority(_) | Finding::AlgorithmTooWeak { .. }
            )
        };
        let mut time = ProvenTime {
            at: gives.at,
            latest: gives.latest.min(proven),
            authority: authority.clone(),
            is_trusted: one.identity.is_confirmed && !one.findings.iter().any(no_authority),
        };
        if gives.at > proven.saturating_add(SKEW) {
            time.is_trusted = false;
            one.findings.push(Finding::TimestampNotTrusted {
                authority: authority.subject_common_name().to_owned(),
                why: "it is of a later time than this".to_owned(),
            });
        }
        one.time = Some(time.clone());
        if one.coverage == Coverage::Partial || !time.is_trusted {
            continue;
        }
        // A revision that cannot be opened by itself proves nothing for what is in it.
        let then = (covered.len() < MOST_STORES).then(|| document.as_of(end).ok());
        let then = then.flatten();
        let then = then.and_then(|then| evidence.take_store(&then));
        let had = then
            .as_ref()
            .is_some_and(|store| !(store.ocsps.is_empty() && store.crls.is_empty()));
        covered.push(Covering {
            end,
            had,
            kept: one.identity.kept,
        });
        if let Some(store) = &then {
            evidence.add_store(store, Some(time.latest));
        }
        archive.add(end, time);
    }
    for one in judged.iter_mut() {
        if one.kind == Kind::DocumentTimestamp {
            continue;
        }
        let end = one.end();
        let world = World {
            anchors: &stamping,
            evidence: &evidence,
            now: inputs.at,
        };
        let by_archive = archive.proven(end);
        let stamps = &one.judgement.stamps;
        let beside = times::beside(world, stamps, by_archive, &mut one.findings);
        one.time = times::earlier(beside.time, by_archive);
        let trusted = one.time.as_ref().filter(|time| time.is_trusted);
        let proven = trusted.map_or(inputs.at, |time| time.latest);
        // What is signed with a signature was there when the signature was, if it is signed indeed.
        let carried = (one.judgement.ocsps.clone(), one.judgement.crls.clone());
        let since = trusted.map(|time| time.latest);
        let since = since.filter(|_| one.judgement.intact.is_some());
        carried
            .0
            .iter()
            .for_each(|der| evidence.add_ocsp(der, since));
        carried
            .1
            .iter()
            .for_each(|der| evidence.add_crl(der, since));
        let world = World {
            anchors: inputs.anchors,
            evidence: &evidence,
            now: inputs.at,
        };
        one.identify(world, Purpose::Documents, proven);
        one.judge_algorithms(proven);
        let later: Vec<&Covering> = covered.iter().filter(|stamp| stamp.end > end).collect();
        one.made = made(one.identity.kept, beside.kept, &later);
        let stamps = &one.judgement.stamps;
        let (ends, had) = written.unwrap_or_default();
        one.written = Made {
            timestamp: stamps.iter().any(|stamp| stamp.holds.is_some()) || ends > end,
            evidence: has_evidence,
            archived: ends > end && had,
        };
    }
}

/// A timestamp over the document that counts.
struct Covering {
    /// Where what it covers ends.
    end: u64,
    /// Whether evidence was there then.
    had: bool,
    /// Where the document keeps what tells of its authority.
    kept: Kept,
}

/// What a signature is made of: `kept` is where the document keeps what tells of its signer, `beside`
/// the same of the authorities of its timestamps, `later` are the timestamps over it.
///
/// What tells of the time's own authority is part of the evidence (ETSI EN 319 142-1 §6.3, B-LT): of
/// every timestamp beside the signature; of one over the document where that alone gives the time. A
/// timestamp that covers the evidence is the last for now, and what tells of it comes with the next.
fn made(kept: Kept, beside: Option<Kept>, later: &[&Covering]) -> Made {
    let archived = kept == Kept::Archived && later.iter().any(|stamp| stamp.had);
    let of_time = match beside {
        Some(kept) => kept,
        None if archived => Kept::Archived,
        None => later
            .iter()
            .map(|stamp| stamp.kept)
            .max()
            .unwrap_or_default(),
    };
    Made {
        timestamp: beside.is_some() || !later.is_empty(),
        evidence: kept.min(of_time) >= Kept::Stored,
        archived: archived && of_time == Kept::Archived,
    }
}

impl Judged {
    /// Where the covered part of the file ends.
    fn end(&self) -> u64 {
        let [_, _, start, length] = self.value.byte_range.unwrap_or_default();
        start.saturating_add(length)
    }

    /// Judges who signed it, at the time that is proven for it.
    fn identify(&mut self, world: World<'_>, purpose: Purpose, at: i64) {
        let Some(signer) = &self.judgement.signer else {
            return;
        };
        let used = Use {
            purpose,
            at,
            gives: self.judgement.gives.map(|gives| gives.latest),
        };
        self.identity = identity::judge(world, signer, &self.judgement.others, used);
        self.findings.append(&mut self.identity.findings);
    }

    /// Judges by what it was signed, for the time that is proven for it.
    fn judge_algorithms(&mut self, at: i64) {
        for used in &self.judgement.used {
            if let Err(TooWeak { what, since }) = policy::judge(*used, at) {
                let finding = Finding::AlgorithmTooWeak { what, since };
                if !self.findings.contains(&finding) {
                    self.findings.push(finding);
                }
            }
        }
    }
}

impl Judged {
    /// Judges what came after it; `holding` are the signatures that hold, of those that came later.
    fn conclude(
        mut self,
        document: &Document,
        history: &History,
        holding: &Holding,
    ) -> SignatureValidation {
        let mut allowed: Option<AsAllowed> = None;
        if document.is_recovered() {
            self.findings.push(Finding::CrossReferencesDamaged);
        } else if self.coverage == Coverage::Revision && self.judgement.intact.is_some() {
            let vouched_for = self.identity.path.is_some();
            let findings = &mut self.findings;
            allowed = changes::since(history, &self.value, holding, vouched_for, findings);
        }
        let is_pades = Form::of(&self.value.sub_filter) == Some(Form::Pades);
        let is_intact = self.judgement.intact.is_some();
        let level = (is_pades && is_intact).then(|| level::of(self.made));
        let written = level::of(self.written);
        if level.is_some_and(|level| level < written) {
            self.findings.push(Finding::LevelNotProven { written });
        }
        let Self {
            value,
            kind,
            coverage,
            judgement: Judgement { intact, signer, .. },
            identity:
                Identity {
                    path,
                    way,
                    revocation,
                    ..
                },
            time,
            findings,
            ..
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
            level,
            kind,
            field: value.field,
            sub_filter: value.sub_filter,
            signing_time: value.signing_time,
            reason: value.reason,
            location: value.location,
            signer,
            intact,
            path,
            way,
            revocation,
            time,
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
