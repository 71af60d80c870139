//! The log verified, exported, and held against a head that was kept.

use std::path::PathBuf;

/// What the log is held against beside what this machine remembers.
#[derive(Debug, Clone)]
pub enum KnownHead {
    /// A note, as `audit head` prints it and a file keeps it.
    Note(String),
    /// Size and half a root, as they are written on paper.
    Paper {
        /// Leaves.
        size: u64,
        /// The first half of the root.
        root: [u8; 16],
    },
}

/// How a log was found.
#[derive(Debug, Clone, serde::Serialize)]
pub struct LogVerdict {
    /// Whether everything is as it must be; findings are no breaks.
    pub whole: bool,
    /// Leaves that were read and hold.
    pub leaves: u64,
    /// Events among them that were erased.
    pub erased: u64,
    /// Signed heads that were verified.
    pub heads: u64,
    /// Current records that were verified.
    pub records: u64,
    /// The newest head, as it is compared by eye.
    pub head: String,
    /// The newest head that the notary has signed.
    pub notarised: Option<Notarised>,
    /// The first thing that is not as it must be.
    pub first_break: Option<Break>,
    /// What else an auditor should know, one sentence each.
    pub findings: Vec<String>,
}

/// The newest head that the notary has signed.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Notarised {
    /// Leaves under it.
    pub leaves: u64,
    /// When the newest of them was written, Unix seconds.
    pub at: i64,
    /// How old that is, in days.
    pub days: i64,
}

/// Where a log breaks.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Break {
    /// The leaf, or none where it is about a record or a head alone.
    pub index: Option<u64>,
    /// Whose record, if it is about one.
    pub login: Option<String>,
    /// What is so.
    pub what: String,
}

/// Which head is kept elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadChoice {
    /// The newest one that the notary has signed.
    Notarised,
    /// The one over all leaves, countersigned or not: whoever rolls everything back is found by it.
    Newest,
}

/// A head of the log, for keeping elsewhere.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PrintedHead {
    /// The note, with the signatures of the head key and the notary.
    pub note: String,
    /// Leaves under it.
    pub leaves: u64,
    /// Leaves after it, which no notarised head covers yet.
    pub later: u64,
    /// What is written on paper.
    pub fingerprint: String,
    /// Whether the notary has signed it.
    pub notarised: bool,
}

/// A log that was exported.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Exported {
    /// The JSON lines.
    pub file: PathBuf,
    /// What they are verified with.
    pub proof: PathBuf,
    /// Events that were written.
    pub leaves: u64,
    /// The head that covers them, as it is compared by eye.
    pub head: String,
}

/// What an export was found to be, without the organisation.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ExportVerdict {
    /// Whether it is whole.
    pub whole: bool,
    /// Leaves that it proves.
    pub leaves: u64,
    /// Fingerprint of the organisation that signed, to be compared with the one known.
    pub organisation: String,
    /// The head, as it is compared by eye.
    pub head: String,
    /// Whether the notary has signed the head, too.
    pub notarised: bool,
    /// The first thing that is not as it must be.
    pub first_break: Option<Break>,
}
