//! What the auditor's page asks for and is answered.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::audit::{Act, Outcome};
use crate::requests;

/// Ask for a page of the log, newest first.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReadLog {
    /// Part of a login that the event is about, or that acted.
    pub person: Option<String>,
    /// Only this act.
    pub act: Option<Act>,
    /// Only from this Unix time on.
    #[ts(type = "number | null")]
    pub from: Option<i64>,
    /// Only up to this Unix time.
    #[ts(type = "number | null")]
    pub until: Option<i64>,
    /// Only before this leaf: `next` of the page before.
    #[ts(type = "number | null")]
    pub before: Option<u64>,
    /// Most rows in the answer, 1 to 200.
    pub limit: u32,
}

/// A page of the log.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LogPage {
    /// Leaves in the log.
    #[ts(type = "number")]
    pub total: u64,
    /// What was found, newest first; may be less than was asked for though there is more.
    pub rows: Vec<LogRow>,
    /// Where the next page starts, if there is one.
    #[ts(type = "number | null")]
    pub next: Option<u64>,
}

/// One leaf of the log, in the words of its event.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LogRow {
    /// Its place.
    #[ts(type = "number")]
    pub index: u64,
    /// `founding`, `login`, `intent` or `outcome`.
    pub kind: String,
    /// The event was erased; the leaf stands.
    pub erased: bool,
    /// The event is not the one that the leaf digests.
    pub edited: bool,
    /// When, Unix seconds.
    #[ts(type = "number")]
    pub at: i64,
    /// What is done.
    pub act: Option<Act>,
    /// Whom it is about.
    pub login: Option<String>,
    /// Who acts, where it is not the one it is about.
    pub officer: Option<String>,
    /// Of an outcome.
    pub outcome: Option<Outcome>,
    /// Why, in a person's words.
    pub note: Option<String>,
    /// How many documents or rows it is about.
    pub documents: u32,
    /// For an outcome: its intent.
    #[ts(type = "number | null")]
    pub intent: Option<u64>,
}

/// How the log was found when it was read whole.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct VerifiedLog {
    /// Whether everything is as it must be.
    pub whole: bool,
    /// Leaves that were read and hold.
    #[ts(type = "number")]
    pub leaves: u64,
    /// Signed heads that were verified.
    #[ts(type = "number")]
    pub heads: u64,
    /// Current records that were verified.
    #[ts(type = "number")]
    pub records: u64,
    /// The first thing that is not as it must be.
    pub first_break: Option<LogBreak>,
    /// What else an auditor should know, one sentence each.
    pub findings: Vec<String>,
}

/// Where a log breaks.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LogBreak {
    /// The leaf, if it is about one.
    #[ts(type = "number | null")]
    pub index: Option<u64>,
    /// Whose record, if it is about one.
    pub login: Option<String>,
    /// What is so.
    pub what: String,
}

/// The newest head that is kept elsewhere.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LogHead {
    /// The note with its signatures.
    pub note: String,
    /// Leaves under it.
    #[ts(type = "number")]
    pub leaves: u64,
    /// Leaves after it.
    #[ts(type = "number")]
    pub later: u64,
    /// What is compared by eye.
    pub fingerprint: String,
    /// Whether the notary has signed it.
    pub notarised: bool,
    /// Days since its newest leaf, if the notary has signed it.
    #[ts(type = "number | null")]
    pub days: Option<i64>,
}

/// A log that was exported.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ExportedLog {
    /// Name of the file.
    pub file: String,
    /// Name of the file beside it that it is verified with.
    pub proof: String,
    /// Events that were written.
    #[ts(type = "number")]
    pub leaves: u64,
    /// The head that covers them, as it is compared by eye.
    pub head: String,
}

/// Prove that one event is in the log.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProveEvent {
    /// Its leaf.
    #[ts(type = "number")]
    pub index: u64,
}

impl From<requests::LogVerdict> for VerifiedLog {
    fn from(verdict: requests::LogVerdict) -> Self {
        Self {
            whole: verdict.whole,
            leaves: verdict.leaves,
            heads: verdict.heads,
            records: verdict.records,
            first_break: verdict.first_break.map(|broken| LogBreak {
                index: broken.index,
                login: broken.login,
                what: broken.what,
            }),
            findings: verdict.findings,
        }
    }
}
