//! Requests of the use-cases that work on files and people, and their answers.
//!
//! What the window asks for crosses as [`crate::wire`] and is parsed into these; the command
//! line builds them itself.

mod continuity;
mod document;
mod log;
mod organisation;
mod people;
mod signing;
mod validation;

pub use continuity::{
    BackupMade, BackupVerified, OpenBackup, RestoreAccepted, Restored, RotationWatch,
};
pub use document::{Between, Existing, Field, Inspection, PdfFile, Permissions};
pub use log::{
    Break, ExportVerdict, Exported, HeadChoice, KnownHead, LogVerdict, Notarised, PrintedHead,
};
pub use organisation::{
    Check, Founded, Health, Init, KeyMode, ModuleChange, PinStoreChoice, ReadyToken, Tokens,
};
pub use pdf::{Certification, LockedFields};
pub use people::{
    Activate, ChangeSecret, Enrol, Enrolled, EnrolledList, EnrolmentWatch, ImportKey,
    ListedOutcome, ListedRow, OfficeGranted, TakeOffice,
};
pub use signature::{Level, SubFilter};
pub use signing::{
    CardChoice, CardToSign, Extend, Extended, FileToSign, For, Gather, Sign, SignedFile, Signer,
    Terms, Unwatched, Watch,
};
pub use validation::{AtHand, Language, ReportForm, Trust, TrustFile};
