//! What preflight found, as it crosses the edges.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Severity;

/// Something that should be known of a document before it is signed.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PreflightFinding {
    /// The window words it.
    pub code: PreflightCode,
    /// Its weight.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// What its sentence is about, by the names in braces there: numbers and names.
    pub words: BTreeMap<String, String>,
}

/// Everything preflight looks for, stable, in snake_case.
///
/// Both catalogues of the window have a sentence for each, or they do not compile.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq, Hash)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(missing_docs, reason = "service::preflight says what is behind each")]
pub enum PreflightCode {
    // What forbids or binds.
    SigningRefused,
    Signed,
    ChangedSinceSigned,
    Certified,
    NewFieldsLocked,
    FieldsLocked,
    SeedValues,
    UsageRights,
    Encrypted,

    // What the document claims.
    PdfA,
    PdfUa,
    PdfUaNotKept,

    // How the file is built.
    Repaired,
    Hybrid,
    NumberingGaps,
    BytesAfterEnd,
    NoEnd,
    NoIdentifier,
    Linearized,
    PartlyUnreadable,

    // Its form.
    EmptyFields,
    NeedAppearances,
    Xfa,
    XfaAlone,
    RepeatedNames,
    OverlappingFields,

    // What it does or holds besides its pages.
    JavaScript,
    Launch,
    SubmitForm,
    ImportData,
    Multimedia,
    Hide,
    EmbeddedFiles,
    OptionalContent,
    SearchEnded,
}

impl fmt::Display for PreflightCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}
