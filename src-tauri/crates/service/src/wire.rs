//! What crosses the two edges: requests and answers of the window and of the command line.
//!
//! JSON with camelCase names; the TypeScript twins are generated from here. Times are Unix
//! seconds, lengths of pages and boxes are points (1/72 inch) in the page as shown, origin bottom
//! left. Requests are parsed into the service's own types before anything is done with them;
//! nothing in an answer is secret.

mod administration;
mod audit;
mod backup;
mod cards;
mod compare;
mod error;
mod hsm;
mod modification;
mod preflight;
mod probe;
mod settings;
mod trust;
mod verdict;

use std::fmt;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use ts_rs::TS;
use zeroize::Zeroizing;

pub use administration::{
    Administrator, ChangeStatus, EnrolPerson, FoundOrganisation, FoundedOrganisation, IssuedCode,
    KeyOrigin, ListPeople, LogIn, Notice, Overview, PeoplePage, Person, RevocationList,
    RevocationReason, RevokePerson, Role, Rotation, RotationPhase, RotationStep, StatusChange,
    TokenHealth, TokenTest,
};
pub use audit::{
    ExportedLog, LogBreak, LogHead, LogPage, LogRow, ProveEvent, ReadLog, VerifiedLog,
};
pub use backup::{BackupMade, BackupState, BackupVerified, CreateBackup, SoPins, VerifyBackup};
pub use cards::{
    CardCertificate, CardDriver, CardPin, CardPinState, CardPresence, CardToken, CardUsage, Cards,
};
pub use compare::{Comparison, PageComparison};
pub use error::{Error, ErrorCode};
pub use hsm::{
    AcceptModules, KeysAndHsm, MasterKey, MasterState, ModuleChange, ReplaceOwnKey, RotateMaster,
    SetSigningPin,
};
pub use modification::{Modification, ModificationCode};
pub use preflight::{PreflightCode, PreflightFinding};
pub use probe::{
    AssuranceReason, AttackVerdict, Grade, IssuingProbe, MissingFeature, NegotiatedMechanism,
    Probe, ProbeLimit, ProbedAttack, TokenGap, TokenProfile,
};
pub use settings::{SetSignatureSettings, SettingsOwner, SignatureSettings, TimestampAnchor};
pub use trust::{TrustOffer, TrustSource, TrustedIssuer};
pub use verdict::{
    AnchorSource, DocumentAnswer, DocumentState, IdentityAnswer, IdentityState, Indication,
    PathCertificate, RevisionReport, RevocationAnswer, RevocationSource, RevocationStatus,
    SignatureKind, SignatureReport, TimeAnswer, TimeState, TrustAnchor, Validation,
};

/// A secret on its way in: a signer's secret, an activation code or the password of a document, as
/// typed.
///
/// Wiped on drop, never serialised, never printed.
#[derive(Clone, Deserialize, TS)]
#[serde(from = "String")]
#[ts(export, as = "String")]
pub struct Secret(Zeroizing<String>);

impl From<String> for Secret {
    fn from(typed: String) -> Self {
        Self::new(typed)
    }
}

impl Secret {
    /// Takes over a secret that was read from a prompt or a file.
    #[must_use]
    pub fn new(typed: String) -> Self {
        Self(Zeroizing::new(typed))
    }

    /// Whether two entries are the same, in constant time: for a secret that is chosen twice.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }

    /// Whether nothing was typed, as where a PIN is typed on the reader.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the text as typed; only custody asks, and who opens documents.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// The size of one page as shown, in points.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PageSize {
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// A box on a page as shown, in points, origin bottom left.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Bottom edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Look before you sign or rely on it.
    Caution,
    /// Signing or relying on it is refused.
    Refusal,
}

/// Something seen in a signature.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Finding {
    /// Stable, snake_case.
    pub code: String,
    /// Its weight.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
}

/// A document the window has open; the path stays on this side.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct OpenedDocument {
    /// Opaque handle.
    pub id: String,
    /// The file's name without its folder.
    pub name: String,
    /// The name the signed file will get, beside the original.
    pub output_name: String,
    /// Length of the file in bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Number of pages.
    pub pages: u32,
    /// The size of the first page.
    pub first_page: PageSize,
    /// Number of signatures in the file.
    pub signatures: u32,
    /// Its signature fields, signed and empty, in the order of the form.
    pub fields: Vec<SignatureField>,
    /// What preflight found, the weightiest first.
    pub findings: Vec<PreflightFinding>,
    /// Why the file cannot be signed, if it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub refusal: Option<Error>,
}

/// Where a page has something on it, seen coarsely.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PageInk {
    /// Side of a square cell in points; the last column and row may reach beyond the page.
    pub cell: f64,
    /// Rows from the top of the page as shown, each a character a cell from the left: `#` where
    /// there is something, `.` where there is bare paper.
    pub rows: Vec<String>,
}

/// A signature field of a document.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SignatureField {
    /// Fully qualified name.
    pub name: String,
    /// What the form's author calls it (`/TU`), if that is said.
    pub label: Option<String>,
    /// Page of its widget, from 1; absent if it is shown nowhere.
    pub page: Option<u32>,
    /// Box of its widget on that page.
    pub rect: Option<Rect>,
    /// Whether it is signed.
    pub signed: bool,
}

/// Whether an identity can sign now, and if not, why.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum IdentityStatus {
    /// Ready to sign.
    Active,
    /// Enrolled; the activation code has not been used yet.
    NotActivated,
    /// Suspended by an administrator or the owner.
    Suspended,
    /// The certificate is revoked.
    Revoked,
    /// The certificate is past its validity.
    Expired,
    /// The record cannot be read.
    Damaged,
}

/// A person's key that can be chosen to sign with.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Identity {
    /// Login name.
    pub login: String,
    /// The person's name, as in the certificate.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Who keeps the key.
    pub organisation: String,
    /// End of the certificate's validity.
    #[ts(type = "number | null")]
    pub valid_until: Option<i64>,
    /// Whether it can sign.
    pub status: IdentityStatus,
    /// Who changed that last, when and why.
    pub change: Option<StatusChange>,
    /// Wrong secrets counted on this machine since the last right one.
    pub wrong_tries: u32,
    /// Until when tries are answered `wait`.
    #[ts(type = "number | null")]
    pub wait_until: Option<i64>,
}

/// Where a signature goes.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum Placement {
    /// Into a new field, shown in a box.
    Box {
        /// Page, counted from 1.
        page: u32,
        /// The box on it.
        rect: Rect,
    },
    /// Into an empty field of the document, shown where that is.
    Field {
        /// Fully qualified name.
        name: String,
    },
    /// Into a new field that is shown nowhere.
    Invisible,
}

/// What is being done while a document is signed, in this order.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SigningStep {
    /// The document is read and its digest computed.
    Reading,
    /// The token is asked for its proofs, and the record is checked.
    Proving,
    /// The secret is judged; from here on it is too late to cancel.
    Authenticating,
    /// The key is unwrapped, signs and is destroyed.
    Signing,
    /// The signed file is written.
    Writing,
    /// It is read again from disk and validated.
    Validating,
}

/// How far a signature is; the payload of the event `signing-progress`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SigningProgress {
    /// The request's id.
    pub request_id: String,
    /// What is being done.
    pub step: SigningStep,
}

/// A file that opens with a password only.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LockedDocument {
    /// Opaque handle.
    pub id: String,
    /// File name without its folder.
    pub name: String,
}

/// Open a document with a password.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct UnlockDocument {
    /// Handle of a document that waits for its password or is open.
    pub document: String,
    /// The user's or the owner's password.
    pub password: Secret,
}

/// Sign one open document.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SignDocument {
    /// A UUID; a second request with the same id is the same signature.
    pub request_id: String,
    /// Handle of the document.
    pub document: String,
    /// Whose key; a name proves nothing, the secret with it does. Empty for a card.
    pub login: String,
    /// The certificate of a card, by its id, if a card signs.
    pub card: Option<String>,
    /// The signer's secret; the card's PIN, empty where it is typed on the reader.
    pub secret: Secret,
    /// Where the signature is shown.
    pub placement: Placement,
    /// Why it is signed, shown and recorded.
    pub reason: Option<String>,
    /// Where it is signed, shown and recorded.
    pub location: Option<String>,
    /// What may be done to the document afterwards, if the signature certifies it.
    pub certification: Option<Certification>,
    /// Name of the look; the product's default where none is given.
    pub look: Option<String>,
    /// PAdES level; what the organisation has set, else B-B, where none is given.
    #[serde(default)]
    #[ts(optional)]
    pub level: Option<Level>,
}

/// Gather what the signature of one open document takes, before its secret is asked for.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct GatherEvidence {
    /// Handle of the document.
    pub document: String,
    /// Whose key will sign. Empty for a card.
    pub login: String,
    /// The certificate of a card, by its id, if a card will sign.
    pub card: Option<String>,
    /// Where the signature will be shown.
    pub placement: Placement,
    /// What may be done to the document afterwards, if the signature will certify it.
    pub certification: Option<Certification>,
    /// Name of the look; the product's default where none is given.
    pub look: Option<String>,
    /// PAdES level; what the organisation has set, else B-B, where none is given.
    #[serde(default)]
    #[ts(optional)]
    pub level: Option<Level>,
}

/// PAdES levels (ETSI EN 319 142-1 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export)]
pub enum Level {
    /// Basic.
    BB,
    /// With a timestamp.
    BT,
    /// With what it is validated with.
    BLt,
    /// With a timestamp over all of it.
    BLta,
}

impl From<Level> for signature::Level {
    fn from(level: Level) -> Self {
        match level {
            Level::BB => Self::BB,
            Level::BT => Self::BT,
            Level::BLt => Self::BLt,
            Level::BLta => Self::BLta,
        }
    }
}

impl From<signature::Level> for Level {
    fn from(level: signature::Level) -> Self {
        match level {
            signature::Level::BB => Self::BB,
            signature::Level::BT => Self::BT,
            signature::Level::BLt => Self::BLt,
            signature::Level::BLta => Self::BLta,
        }
    }
}

/// What may still be done to a document that is certified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Certification {
    /// Nothing.
    NoChanges,
    /// Fields are filled in and signed.
    Forms,
    /// The same, and annotations are made.
    FormsAndAnnotations,
}

impl From<Certification> for pdf::Certification {
    fn from(certification: Certification) -> Self {
        match certification {
            Certification::NoChanges => Self::NoChanges,
            Certification::Forms => Self::Forms,
            Certification::FormsAndAnnotations => Self::FormsAndAnnotations,
        }
    }
}

/// Where a look comes from.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum LookSource {
    /// The product has it.
    Product,
    /// It lies in the organisation's folder.
    Organisation,
    /// It is the person's own.
    Own,
}

/// A look that can be chosen.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LookEntry {
    /// By which it is chosen.
    pub name: String,
    /// As its file calls it; the product's have words in the window.
    pub title: Option<String>,
    /// Where it comes from.
    pub source: LookSource,
}

/// Turn a one-time code into an own secret.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ActivateKey {
    /// Login name.
    pub login: String,
    /// The code as typed.
    pub code: Secret,
    /// The new secret.
    pub secret: Secret,
}

/// Put another secret in the place of the one that is known.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ChangeSecret {
    /// Login name.
    pub login: String,
    /// The secret until now.
    pub secret: Secret,
    /// The new one.
    pub new_secret: Secret,
}

/// How well a secret that is being chosen would stand guessing.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SecretStrength {
    /// Whether it would be taken.
    pub accepted: bool,
    /// Decimal logarithm of the guesses it takes, as estimated by zxcvbn.
    pub guesses_log10: f64,
}

/// Suspend the own key.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SuspendOwnKey {
    /// Login name.
    pub login: String,
    /// Why, in words: at most 200 characters.
    pub note: String,
}

/// The judgement over a signature or a whole document.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Headline {
    /// Intact, trusted, nothing changed after.
    Valid,
    /// Intact and trusted; later revisions hold only what is allowed.
    ValidChangedAsAllowed,
    /// Intact as signed; something was changed afterwards.
    Changed,
    /// Intact; the signer is not vouched for by a trusted issuer.
    IdentityUnconfirmed,
    /// Not intact, or not a signature.
    Broken,
    /// No signature in the file.
    Unsigned,
}

/// How much of the file a signature covers.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Coverage {
    /// All bytes of the file.
    WholeFile,
    /// All bytes of an earlier revision.
    Revision,
    /// Less than a whole revision.
    Partial,
}

/// A signed document, re-read from disk and validated.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SignedDocument {
    /// The new file, opened.
    pub document: OpenedDocument,
    /// Its validation.
    pub validation: Validation,
}

/// Where a signed file will be written.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct OutputChoice {
    /// File name.
    pub name: String,
    /// Name of the folder, without the path to it.
    pub folder: String,
}

/// How far an organisation's set-up can be relied on (in rising order).
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Assurance {
    /// A software token: every key lies in files.
    Trial,
    /// Desktops hold the PIN, or an attack is open.
    Basic,
    /// None of these.
    Substantial,
    /// And a device secret.
    High,
}

impl Assurance {
    /// The word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Trial => "trial",
            Self::Basic => "basic",
            Self::Substantial => "substantial",
            Self::High => "high",
        }
    }
}

/// The organisation this machine belongs to.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// The assurance word.
    pub assurance: Assurance,
    /// What set it.
    pub set_by: AssuranceReason,
}

/// The state of the signing token in one word.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum TokenState {
    /// Module, token and keys are there.
    Ready,
    /// It answers, and a key is not what it must be.
    Degraded,
    /// Its PIN is locked.
    Locked,
    /// It did not answer, or not as expected.
    Unreachable,
    /// There is no organisation yet.
    NotSetUp,
}

/// The state of the signing token, with a sentence.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TokenStatus {
    /// One word.
    pub state: TokenState,
    /// One sentence.
    pub detail: String,
}

/// What the status line shows.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Status {
    /// The organisation, if one is set up.
    pub organisation: Option<Organisation>,
    /// The signing token.
    pub token: TokenStatus,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_says_nothing_when_printed() {
        let secret = Secret::new("correct horse battery".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(..)");
    }
}
