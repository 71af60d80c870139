//! Whether what came after a signature is what it allows (ISO 32000-2 §12.8.2.2).
//!
//! [`pdf`] tells what changed and which fields were signed; here it is asked whether those
//! signatures hold. A field that is only said to be signed explains nothing that is shown.

use std::collections::{HashMap, HashSet};
use std::fmt;

use pdf::{Change, Explained, History, RevisionChanges, SignatureValue, SignedSince};

use super::finding::Finding;

/// Proof that all that came after a signature is explained by signatures that hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsAllowed {
    proof_alone: bool,
}

impl AsAllowed {
    /// Whether nothing came but proof for the long term, so that the document still says what was
    /// signed and no more.
    pub(super) const fn is_proof_alone(self) -> bool {
        self.proof_alone
    }
}

/// The signatures that hold, by the names of their fields.
#[derive(Debug, Default)]
pub(super) struct Holding(HashMap<String, bool>);

impl Holding {
    /// Takes one that holds, with whether a trust anchor vouches for its signer.
    pub(super) fn insert(&mut self, field: String, vouched_for: bool) {
        self.0.insert(field, vouched_for);
    }
}

/// Judges what came after a signature that covers an earlier revision; `vouched_for` says whether a
/// trust anchor vouches for its own signer.
pub(super) fn since(
    history: &History,
    value: &SignatureValue,
    holding: &Holding,
    vouched_for: bool,
    findings: &mut Vec<Finding>,
) -> Option<AsAllowed> {
    let pdf::Changes {
        signed,
        filled,
        commented,
        described,
        more_than_proof,
        untouched,
        unexplained,
    } = history.since(value);
    let broken = signed
        .iter()
        .filter(|field| field.shown && !holding.0.contains_key(&field.name));
    let broken: Vec<Finding> = broken
        .map(|field| Finding::LaterSignatureDoesNotHold {
            field: field.name.clone(),
        })
        .collect();
    // What somebody unknown has drawn may say anything, in whoever's name.
    let is_stranger = |field: &&SignedSince| holding.0.get(&field.name) == Some(&false);
    let strangers = signed
        .iter()
        .filter(|field| field.shown)
        .filter(is_stranger);
    findings.extend(strangers.map(|field| Finding::LaterSignatureByStranger {
        field: field.name.clone(),
    }));
    let mut spoilt = false;
    for field in &signed {
        let Some(page) = field.over_text_of else {
            continue;
        };
        let name = field.name.clone();
        // Where nobody is vouched for, nobody is more of a stranger than another.
        let is_spoilt = vouched_for && is_stranger(&field);
        spoilt |= is_spoilt;
        findings.push(match is_spoilt {
            true => Finding::LaterStrangerOverText { field: name, page },
            false => Finding::LaterSignatureOverText { field: name, page },
        });
    }
    let proven = unexplained.is_empty() && broken.is_empty() && !spoilt;
    let changes = unexplained.into_iter().map(Finding::ChangedAfterSigning);
    findings.extend(changes);
    findings.extend(broken);
    let over = signed.iter().filter_map(|field| {
        Some(Finding::LaterSignatureOverAnother {
            field: field.name.clone(),
            other: field.covers.clone()?,
        })
    });
    findings.extend(over);
    if !proven {
        return None;
    }
    let fields: Vec<String> = signed.into_iter().map(|field| field.name).collect();
    findings.push(match more_than_proof {
        false if untouched => Finding::WhiteSpaceBehind,
        false => Finding::ProofAdded { timestamps: fields },
        true => Finding::ChangedAsAllowed {
            fields,
            filled,
            commented,
            described,
        },
    });
    Some(AsAllowed {
        proof_alone: !more_than_proof,
    })
}

/// The judgement over one revision of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionValidation {
    /// Length of the file at its end.
    pub bytes: u64,
    /// The field of the signature that covers the file up to here.
    pub signed_by: Option<String>,
    /// What it changed; nothing for those up to the first signature.
    pub what: Vec<Done>,
    /// Whether every signature before it allows that.
    pub allowed: bool,
}

/// Something that a revision did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// What a signature can allow.
    Explained(Explained),
    /// What none does, or one of those before it does not.
    Unexplained(Change),
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Explained(explained) => explained.fmt(f),
            Self::Unexplained(change) => change.fmt(f),
        }
    }
}

/// Judges each revision by the signatures before it.
pub(super) fn revisions(history: &History, values: &[SignatureValue]) -> Vec<RevisionValidation> {
    let end = |value: &SignatureValue| {
        let [_, _, start, length] = value.byte_range.unwrap_or_default();
        start.saturating_add(length)
    };
    let judge = |revision: &RevisionChanges| {
        let explained = revision.explained.iter().cloned().map(Done::Explained);
        let unexplained = revision.unexplained.iter().cloned();
        let mut what: Vec<Done> = explained
            .chain(unexplained.map(Done::Unexplained))
            .collect();
        let mut allowed = revision.unexplained.is_empty();
        // Each of many signatures may object to the same thousands.
        let mut told: HashSet<Change> = revision.unexplained.iter().cloned().collect();
        for objection in values
            .iter()
            .flat_map(|value| history.objections(value, revision))
        {
            allowed = false;
            if told.insert(objection.clone()) {
                what.push(Done::Unexplained(objection));
            }
        }
        let signed_by = values.iter().find(|value| end(value) == revision.end);
        RevisionValidation {
            bytes: revision.end,
            signed_by: signed_by.map(|value| value.field.name.clone()),
            what,
            allowed,
        }
    };
    history.revisions().iter().map(judge).collect()
}
