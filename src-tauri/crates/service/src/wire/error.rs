//! Why something was not done, as it crosses the edges.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why something was not done: a code to act on, a sentence, the facts behind it.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Error {
    /// The window words it.
    pub code: ErrorCode,
    /// What is so, and what to do: one line.
    pub message: String,
    /// The causes, innermost last, joined by `: `.
    pub detail: String,
    /// Where the fact stands in the log, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reference: Option<String>,
    /// For `wait`: the Unix time from which the next try is judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub until: Option<i64>,
    /// For a wrong PIN: how many tries are left, where the card says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub tries: Option<u32>,
}

/// Every reason there is, stable, in snake_case.
///
/// Both catalogues of the window have an `err-` and a `rec-` sentence for each, or they do not
/// compile; so a code that is added here is worded before it is seen.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(
    missing_docs,
    reason = "service::Error and the shell say what is behind each"
)]
pub enum ErrorCode {
    // The organisation and this machine's part of it.
    NoOrganisation,
    OrganisationExists,
    FolderNotEmpty,
    OrganisationUnreadable,
    PartMissing,
    Busy,

    // People.
    NoSuchPerson,
    NotAnOfficer,
    LoginTaken,
    StatusUnchanged,
    LastOfficer,
    ListNotWritten,
    MasterRetired,
    RotationRefused,
    BackupUnusable,
    NothingLost,
    SecretsTogether,
    SettingsUnreadable,
    SettingsUnusable,
    NotAnExport,
    ImportRefused,
    KeysAreResident,

    // One use of a key.
    WrongSecret,
    Wait,
    NotActivated,
    Suspended,
    Revoked,
    Expired,
    CodeUsed,
    CodeLapsed,
    SecretTooWeak,
    NotACode,
    RecordDamaged,
    CertificateRefused,
    Cancelled,
    OutcomeNotLogged,
    RequestRepeated,

    // Documents and files.
    PdfUnreadable,
    PasswordNeeded,
    PasswordWrong,
    PdfEncrypted,
    PdfNotPermitted,
    PdfNotSupported,
    PdfForbids,
    PdfSignedAndDamaged,
    PdfForbidsNewBox,
    CertifiesTooLate,
    PlaceNeeded,
    NoSuchField,
    FieldSigned,
    FieldUnusable,
    FieldDemands,
    NoSuchPage,
    BoxOutside,
    BoxTooSmall,
    NoGlyph,
    LookUnusable,
    RenderFailed,
    NotAnAnchor,
    OutputExists,
    OutputIsInput,
    InputChanged,
    NotAsWritten,
    NotFound,
    NotWritable,
    NoSpace,
    Io,

    // Vault, log and keyring.
    VaultDamaged,
    VaultFault,
    RowChanged,
    LogDamaged,
    KeyringAbsent,
    KeyringLocked,
    KeyringFault,
    PinMissing,
    PinUnusable,
    TokenPinWrong,
    PinTryKept,

    // Tokens and host processes.
    HostMissing,
    HostGone,
    HostTimeout,
    ModuleMissing,
    ModuleChanged,
    TokenMissing,
    TokenLocked,
    TokenPinUnusable,
    TokenUnfit,
    TokenUnsafe,
    AssuranceTooLow,
    ProfileUnvouched,
    NotaryOverdue,
    KeysNotProven,
    DeviceFault,

    // Smart cards.
    CardAbsent,
    CardRemoved,
    CardDriverFault,
    NoCardDriver,
    NoSigningCertificate,
    CertificateAmbiguous,
    CertificateExpired,
    PinWrong,
    PinLocked,
    PinLength,
    PinToBeChanged,
    PinNotEntered,
    PinNeeded,

    // What makes a signature last.
    TimestampUnavailable,
    EvidenceUnavailable,
    CertifiedForGood,
    SignatureBroken,
    LevelNotReached,

    // The window.
    NotLoggedIn,
    NoSuchDocument,
    TooManyDocuments,
    BadRequest,
    Forbidden,
    NoFileManager,
    NoClipboard,
    NoPrinter,

    // Trust.
    NotATrustedList,
    TooManyTrusted,
    IssuerDiffers,

    // Anybody.
    Usage,
    Internal,
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_the_same_in_text_and_on_the_wire() {
        let code = ErrorCode::NoSuchDocument;
        assert_eq!(code.to_string(), "no_such_document");
        assert_eq!(serde_json::to_value(code).unwrap(), "no_such_document");
    }
}
