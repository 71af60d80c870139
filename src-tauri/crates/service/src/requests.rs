//! Requests of the use-cases that work on files and people, and their answers.
//!
//! What the window asks for crosses as [`crate::wire`] and is parsed into these; the command
//! line builds them itself.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

pub use pdf::{Certification, LockedFields};
pub use signature::{Level, SubFilter};
use zeroize::Zeroizing;

use crate::evidence::{self, Lasting};
use crate::look::LookChoice;
use crate::wire;

/// Where the signing PIN of this machine shall lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinStoreChoice {
    /// The OS keyring, or a private file where there is none.
    Automatic,
    /// The OS keyring or nothing.
    Keyring,
    /// A private file.
    File,
}

/// Found an organisation on this machine.
#[derive(Debug)]
pub struct Init {
    /// Login of the founding officer.
    pub admin: String,
    /// Full name; the login where none is given.
    pub name: Option<String>,
    /// E-mail address; `login@localhost` where none is given.
    pub email: Option<String>,
    /// Name of the organisation; "Chancery trial" where none is given.
    pub organisation: Option<String>,
    /// Where the signing PIN goes.
    pub pin_store: PinStoreChoice,
    /// The officer's secret.
    pub secret: wire::Secret,
    /// Where its keys will live.
    pub tokens: Tokens,
}

/// The two tokens of a new organisation.
#[derive(Debug)]
pub enum Tokens {
    /// Software tokens, made in the organisation's folder.
    Embedded,
    /// Tokens that their operator has initialised and given their PINs, each for this organisation
    /// alone.
    Ready {
        /// For the keys that signing takes.
        signing: ReadyToken,
        /// For the keys that certificates are issued with.
        issuing: ReadyToken,
        /// Whether the officer declares that both are hardware. Their slots must say so too.
        declared_hardware: bool,
        /// Where signers' keys are to live.
        mode: KeyMode,
    },
}

/// Where signers' keys live; decided when an organisation is founded, and for good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KeyMode {
    /// Outside the token, wrapped under its master and sealed under the signer's secret.
    #[default]
    Wrapped,
    /// On the signing token, one object each: for tokens that cannot wrap. No secret is part of them.
    Resident,
}

/// A token that is ready, and how it is reached.
#[derive(Debug)]
pub struct ReadyToken {
    /// Absolute path of its PKCS#11 module.
    pub module: PathBuf,
    /// The whole environment of the module's process; kept in the organisation file, so no secret.
    pub environment: BTreeMap<String, String>,
    /// Its label.
    pub label: String,
    /// Its user's PIN.
    pub pin: wire::Secret,
}

/// A PKCS#11 module whose file is not the one that an officer accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleChange {
    /// The module.
    pub path: PathBuf,
    /// SHA-256 of the file that was accepted.
    pub accepted: [u8; 32],
    /// SHA-256 of the file that is there now.
    pub found: [u8; 32],
}

/// A founded organisation.
#[derive(Debug)]
pub struct Founded {
    /// Its id, 32 hexadecimal digits.
    pub organisation: String,
    /// The fingerprint of the fixed part, 64 hexadecimal digits.
    pub fingerprint: String,
    /// Login of the officer.
    pub admin: String,
    /// Its folder.
    pub folder: PathBuf,
    /// What who founded it should know.
    pub notices: Vec<String>,
}

/// Enrol one person.
#[derive(Debug)]
pub struct Enrol {
    /// Login of the new person.
    pub login: String,
    /// Full name, as it will stand in the certificate.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Kind of key, such as `p256`.
    pub key: String,
}

/// An enrolled person; the code is shown once and kept nowhere.
pub struct Enrolled {
    /// Login.
    pub login: String,
    /// Full name.
    pub name: String,
    /// Account id, 32 hexadecimal digits.
    pub account: String,
    /// The one-time code in groups.
    pub activation_code: Zeroizing<String>,
    /// Until when it can be used, Unix seconds.
    pub expires: i64,
    /// Kind of the key.
    pub key: &'static str,
    /// The certificate as PEM.
    pub certificate_pem: String,
    /// SHA-256 of its DER, 64 hexadecimal digits.
    pub certificate_sha256: String,
}

/// Who it is; never the code.
impl fmt::Debug for Enrolled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Enrolled({}, ..)", self.login)
    }
}

impl From<Enrolled> for wire::IssuedCode {
    /// The code crosses to the window, where it is shown once.
    fn from(enrolled: Enrolled) -> Self {
        Self {
            code: enrolled.activation_code.as_str().to_owned(),
            login: enrolled.login,
            name: enrolled.name,
            expires: enrolled.expires,
            key: enrolled.key.to_owned(),
            certificate_sha256: enrolled.certificate_sha256,
        }
    }
}

/// Turn a one-time code into an own secret.
#[derive(Debug)]
pub struct Activate {
    /// Login.
    pub login: String,
    /// The code as typed.
    pub code: wire::Secret,
    /// The new secret.
    pub secret: wire::Secret,
}

/// Put another secret in the place of the one that is known.
#[derive(Debug)]
pub struct ChangeSecret {
    /// Login.
    pub login: String,
    /// The secret until now.
    pub secret: wire::Secret,
    /// The new one.
    pub new_secret: wire::Secret,
}

/// A PDF on disk, and the password that opens it.
#[derive(Debug, Clone)]
pub struct PdfFile {
    /// Where it lies.
    pub path: PathBuf,
    /// The user's or the owner's password; none for most files.
    pub password: Option<wire::Secret>,
}

/// Which two revisions of a file are compared, counted from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Between {
    /// The earlier one; that of the first signature, or the first, if nothing is said.
    pub from: Option<u32>,
    /// The later one; the file as it is, if nothing is said.
    pub to: Option<u32>,
}

impl From<PathBuf> for PdfFile {
    fn from(path: PathBuf) -> Self {
        Self {
            path,
            password: None,
        }
    }
}

impl From<&str> for PdfFile {
    fn from(path: &str) -> Self {
        PathBuf::from(path).into()
    }
}

/// What a document is judged by, besides what is in it and whom one trusts.
#[derive(Debug, Clone, Default)]
pub struct AtHand {
    /// The time of the validation, Unix seconds; now where none is given.
    pub at: Option<i64>,
    /// Certificates and revocation lists (DER or PEM) and answers of OCSP responders (DER), believed
    /// for their signatures only.
    pub evidence: Vec<Vec<u8>>,
}

/// One file of a batch.
#[derive(Debug, Clone)]
pub struct FileToSign {
    /// What is signed; never written to.
    pub input: PathBuf,
    /// The password that opens it, and the signed file.
    pub password: Option<wire::Secret>,
    /// Where the signed file goes.
    pub output: PathBuf,
}

/// What to do when the output exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Refuse.
    Keep,
    /// Replace it, in one step, once the new file is whole.
    Replace,
}

/// What a signature is, and what it forbids from then on.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// How it is written; `None` for what the field demands, else PAdES.
    pub sub_filter: Option<SubFilter>,
    /// Whether it certifies the document, and what may be done to it then.
    pub certification: Option<Certification>,
    /// The fields that it locks.
    pub lock: Option<LockedFields>,
    /// The level that it reaches, and who gives the time.
    pub lasting: evidence::Asked,
    /// What that takes, if it was gathered before the secret was asked for.
    pub gathered: Option<Arc<Lasting>>,
}

/// Gather what signatures take that will be asked for.
#[derive(Debug)]
pub struct Gather {
    /// Whose they will be.
    pub signer: For,
    /// The files, to see first whether they allow what is asked.
    pub files: Vec<FileToSign>,
    /// Where the signature goes; `None` for the only empty field.
    pub placement: Option<wire::Placement>,
    /// What the signature is, and what it forbids.
    pub terms: Terms,
    /// What it shows.
    pub look: LookChoice,
    /// What will be done when an output exists.
    pub existing: Existing,
}

/// For whom evidence is gathered.
#[derive(Debug, Clone)]
pub enum For {
    /// A person of the organisation, by login.
    Person(String),
    /// Whoever holds a card.
    Card(CardChoice),
}

/// Add or renew the long-term proof of a document that is signed.
#[derive(Debug)]
pub struct Extend {
    /// The document.
    pub file: PdfFile,
    /// The extended document.
    pub output: PathBuf,
    /// What to do when it exists.
    pub existing: Existing,
    /// Addresses of timestamp authorities in the order they are asked; none for those that the
    /// organisation has set.
    pub authorities: Vec<String>,
    /// Whose timestamps are trusted, besides what the organisation has set.
    pub anchors: Vec<TrustFile>,
    /// Hosts of this machine's own network that certificates may name, besides those that the
    /// organisation has set.
    pub local: Vec<String>,
}

/// A document that was extended.
#[derive(Debug)]
pub struct Extended {
    /// What was extended.
    pub input: PathBuf,
    /// The extended document.
    pub output: PathBuf,
    /// How many signatures and timestamps it had.
    pub signatures: usize,
    /// When the authority says it is, Unix time.
    pub stamped_at: i64,
    /// What people should know.
    pub notices: Vec<String>,
}

/// Who signs, and with what.
#[derive(Debug)]
pub enum Signer {
    /// A person of the organisation, with the key that is kept there.
    Person {
        /// Whose key.
        login: String,
        /// The signer's secret.
        secret: wire::Secret,
    },
    /// Whoever holds a card.
    Card {
        /// Which certificate of which card.
        choice: CardChoice,
        /// Its PIN; none where it is typed on the reader.
        pin: Option<wire::Secret>,
    },
}

/// Which certificate of which card; what is left open must have one answer.
#[derive(Debug, Clone, Default)]
pub struct CardChoice {
    /// The module; those that are found where none is named.
    pub module: Option<PathBuf>,
    /// Label of the card.
    pub token: Option<String>,
    /// CKA_ID of the certificate, or the beginning of its SHA-256, both in hexadecimal digits.
    pub certificate: Option<String>,
}

/// The card that would sign.
#[derive(Debug, Clone)]
pub struct CardToSign {
    /// What it calls itself.
    pub label: String,
    /// The certificate's subject.
    pub name: String,
    /// What is known of its PIN.
    pub pin: wire::CardPin,
    /// The module it is seen through.
    pub module: PathBuf,
    /// Whether that file is another one than it was when it was last used.
    pub module_changed: bool,
}

/// Sign a batch of files.
#[derive(Debug)]
pub struct Sign {
    /// Names the request; a second one with the same id is not carried out again.
    pub request: [u8; 16],
    /// The files.
    pub files: Vec<FileToSign>,
    /// Whose key, and what opens it.
    pub signer: Signer,
    /// Where the signature goes; `None` for the only empty field.
    pub placement: Option<wire::Placement>,
    /// Why.
    pub reason: Option<String>,
    /// Where.
    pub location: Option<String>,
    /// What the signature is, and what it forbids.
    pub terms: Terms,
    /// What it shows.
    pub look: LookChoice,
    /// What to do when an output exists.
    pub existing: Existing,
    /// Who hears how far it is.
    pub watch: Arc<dyn Watch>,
}

/// Hears how far a batch is, and may stop it until the secret is judged.
pub trait Watch: fmt::Debug + Send + Sync {
    /// Hears that `step` is about to begin; `Break` cancels the request.
    ///
    /// Asked last before [`wire::SigningStep::Authenticating`]: what follows is seen to its end,
    /// whatever is answered.
    fn reach(&self, step: wire::SigningStep) -> ControlFlow<()>;
}

/// Nobody watches.
#[derive(Debug)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn reach(&self, _: wire::SigningStep) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// Hears how many keys have moved to the next master.
pub trait RotationWatch: fmt::Debug + Send + Sync {
    /// Hears of `moved` keys, of as many as could move when it began.
    fn moved(&self, moved: u64, of: u64);
}

impl RotationWatch for Unwatched {
    fn moved(&self, _: u64, _: u64) {}
}

/// Bring a key in that was born elsewhere, for a person who is enrolled.
pub struct ImportKey {
    /// Whose key it becomes; the one before is revoked.
    pub login: String,
    /// Why, in words.
    pub note: String,
    /// Where the file lies, for what is said of it.
    pub path: PathBuf,
    /// The PKCS#12 file.
    pub file: Zeroizing<Vec<u8>>,
    /// Its password.
    pub password: wire::Secret,
    /// The name of the key, where the file has several.
    pub key_name: Option<String>,
}

/// Whose key it becomes; never the file.
impl fmt::Debug for ImportKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ImportKey({}, ..)", self.login)
    }
}

/// A backup that was made; its two secrets are shown once, to two people, and kept nowhere.
pub struct BackupMade {
    /// Where it lies.
    pub folder: PathBuf,
    /// When it was made, Unix seconds.
    pub created_at: i64,
    /// People in it.
    pub people: u64,
    /// Keys in it, of any status.
    pub keys: u64,
    /// Leaves of the log that its newest head covers.
    pub leaves: u64,
    /// Whether the files of a software token are in it; another token has a backup of its own.
    pub token_files: bool,
    /// Whether signers' keys stay on a token, and so are not in it.
    pub resident_keys: bool,
    /// Whether it has the PINs of the tokens' security officers; they leave the vault once it was
    /// verified.
    pub so_pins: bool,
    /// Opens vault and log.
    pub records_secret: Zeroizing<String>,
    /// Opens tokens and PINs.
    pub tokens_secret: Zeroizing<String>,
}

/// Where it is; never its secrets.
impl fmt::Debug for BackupMade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BackupMade({}, ..)", self.folder.display())
    }
}

/// Open a backup: to prove it, or to restore it.
#[derive(Debug)]
pub struct OpenBackup {
    /// Where it lies.
    pub folder: PathBuf,
    /// Opens vault and log.
    pub records_secret: wire::Secret,
    /// Opens tokens and PINs.
    pub tokens_secret: wire::Secret,
}

/// A backup that was taken out and used.
#[derive(Debug)]
pub struct BackupVerified {
    /// When it was made, Unix seconds.
    pub created_at: i64,
    /// People in it.
    pub people: u64,
    /// Keys in it, of any status.
    pub keys: u64,
    /// Leaves of the log that its newest head covers.
    pub leaves: u64,
    /// Whether the token that was used came out of it.
    pub token_files: bool,
    /// Whether it has the PINs of the tokens' security officers.
    pub so_pins: bool,
    /// How long a key took to unwrap and sign, in microseconds.
    pub canary_microseconds: u32,
    /// People and leaves that this machine's organisation has had since; none if there is no such
    /// organisation here.
    pub since: Option<(u64, u64)>,
}

/// A backup that was taken out into a new home.
#[derive(Debug)]
pub struct Restored {
    /// The home.
    pub home: PathBuf,
    /// Fingerprint of the organisation file's fixed part, hex: on a machine that knew nothing of the
    /// organisation it is compared by eye.
    pub fingerprint: String,
    /// When the backup was made, Unix seconds.
    pub created_at: i64,
    /// People in it.
    pub people: u64,
    /// Leaves of its log.
    pub leaves: u64,
    /// Whether its token came out of it, too.
    pub token_files: bool,
    /// Why this machine does not go on with its log, if it does not: it has seen a newer head, and
    /// only officers can accept that what came after is lost.
    pub refused: Option<String>,
}

/// A signed file, re-read and validated.
#[derive(Debug)]
pub struct SignedFile {
    /// What was signed.
    pub input: PathBuf,
    /// The signed file.
    pub output: PathBuf,
    /// PAdES level; empty where it is no PAdES.
    pub level: &'static str,
    /// Its validation.
    pub validation: wire::Validation,
    /// What people should know.
    pub notices: Vec<String>,
}

/// A form field of a document.
#[derive(Debug, Clone)]
pub struct Field {
    /// Fully qualified name.
    pub name: String,
    /// The field type's name: `Sig`, `Tx`, `Btn`, `Ch`, or empty.
    pub kind: String,
    /// Page of its widget, from 1.
    pub page: Option<u32>,
    /// Box of its widget on the page as shown.
    pub rect: Option<wire::Rect>,
    /// What the form's author calls it.
    pub label: Option<String>,
    /// Whether it carries a signature.
    pub signed: bool,
}

impl Field {
    /// What the window is told of it, if it is a signature field.
    #[must_use]
    pub fn of_signature(self) -> Option<wire::SignatureField> {
        (self.kind == "Sig").then_some(wire::SignatureField {
            name: self.name,
            label: self.label,
            page: self.page,
            rect: self.rect,
            signed: self.signed,
        })
    }
}

/// What the author of an encrypted document permits to who has not the owner's password
/// (ISO 32000-2, table 22).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permissions {
    /// Printing.
    pub print: bool,
    /// Changing the document.
    pub change: bool,
    /// Copying text and pictures.
    pub copy: bool,
    /// Adding notes.
    pub annotate: bool,
    /// Filling fields that are there, signature fields among them.
    pub fill: bool,
    /// Making new signature fields.
    pub add_fields: bool,
}

impl From<pdf::Permissions> for Permissions {
    fn from(bits: pdf::Permissions) -> Self {
        Self {
            print: bits.printing(),
            change: bits.changing(),
            copy: bits.copying(),
            annotate: bits.annotating(),
            fill: bits.filling(),
            add_fields: bits.adding_fields(),
        }
    }
}

/// What a document is, before anyone signs it.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// Number of pages.
    pub pages: u32,
    /// Size of the first page as shown.
    pub first_page: wire::PageSize,
    /// Number of revisions.
    pub revisions: u32,
    /// Whether the file is encrypted.
    pub encrypted: bool,
    /// What its author permits, where that binds who opened it.
    pub permissions: Option<Permissions>,
    /// Whether the file only opens by repair.
    pub repaired: bool,
    /// Its form fields.
    pub fields: Vec<Field>,
    /// Its signatures, validated.
    pub signatures: Vec<wire::SignatureReport>,
    /// What was found, the weightiest first.
    pub findings: Vec<wire::PreflightFinding>,
    /// Why it cannot be signed, if it cannot.
    pub refusal: Option<wire::Error>,
    /// Length in bytes.
    pub bytes: u64,
}

/// How a check of the doctor came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// As it should be.
    Good,
    /// Works, and something should be known or mended.
    Caution,
    /// Does not work.
    Bad,
}

/// One thing the doctor looked at.
#[derive(Debug, Clone)]
pub struct Check {
    /// Stable name, snake_case.
    pub code: &'static str,
    /// How it came out.
    pub health: Health,
    /// One sentence.
    pub message: String,
}

/// A restore that was accepted.
#[derive(Debug, Clone, Copy)]
pub struct RestoreAccepted {
    /// Counts restores of the organisation from 1.
    pub sequence: u64,
    /// Leaves under the head that is lost.
    pub lost: u64,
    /// Leaves of the log that it goes on from.
    pub leaves: u64,
}

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

/// An office that was given.
#[derive(Debug)]
pub struct OfficeGranted {
    /// Login of the new officer.
    pub login: String,
    /// The one-time code that the new officer takes it up with.
    pub code: Zeroizing<String>,
    /// Until when it is good, Unix seconds.
    pub expires: i64,
}

/// Take up an office that was given.
#[derive(Debug)]
pub struct TakeOffice {
    /// Whose office it is.
    pub login: String,
    /// The one-time code.
    pub code: wire::Secret,
    /// The own secret, as it signs.
    pub secret: wire::Secret,
}

/// Whom a validation trusts, beside the organisation's CA and the issuers that the person at this
/// machine chose.
#[derive(Debug, Default, Clone)]
pub struct Trust {
    /// Certificates in PEM.
    pub files: Vec<TrustFile>,
    /// EU trusted lists (ETSI TS 119 612).
    pub lists: Vec<TrustFile>,
    /// Whether the authorities of the operating system are trusted.
    pub system: bool,
}

/// A file of trust anchors, as the edge read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustFile {
    /// What it is called where its anchors are named.
    pub name: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

impl TrustFile {
    /// Reads a file that is no larger than any of its kind.
    ///
    /// # Errors
    /// [`std::io::ErrorKind::FileTooLarge`], and any of the file system's.
    pub fn read(path: &std::path::Path) -> std::io::Result<Self> {
        let content = crate::trust::read_at_most(path, crate::trust::LARGEST_LIST)?;
        let name = path.file_name().unwrap_or(path.as_os_str());
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            content,
        })
    }
}

/// How a report of a validation is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportForm {
    /// One page for people, without scripts.
    Html(Language),
    /// The same for programs.
    Json,
}

/// The language of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
}
