//! Why a use-case did not do what was asked: facts, each with the code the edges act on.

use std::io;
use std::path::PathBuf;

use crate::{audit, ca, custody, wire};

/// What use-cases return.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a use-case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    // The organisation.
    /// No organisation is set up on this machine.
    #[error("no organisation is set up in {}; found one with chancery init --embedded --admin LOGIN", home.display())]
    NoOrganisation {
        /// Where it was looked for.
        home: PathBuf,
    },
    /// An organisation exists already.
    #[error("an organisation is set up in {} already", home.display())]
    OrganisationExists {
        /// Its folder.
        home: PathBuf,
    },
    /// The folder for a new organisation holds something else.
    #[error("{} is not empty: it holds {name}; choose another folder with --home", home.display())]
    FolderNotEmpty {
        /// The folder.
        home: PathBuf,
        /// What lies in it.
        name: String,
    },
    /// Another process is founding an organisation in the same folder.
    #[error("another process is setting up {}", home.display())]
    FoundingElsewhere {
        /// The folder.
        home: PathBuf,
    },
    /// The organisation file is damaged or of another version.
    #[error("{} cannot be read: {why}", path.display())]
    OrganisationUnreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A program or library of ours is not where it belongs.
    #[error("{what} is not at {}; install it, or run chancery doctor", path.display())]
    PartMissing {
        /// What it is.
        what: &'static str,
        /// Where it should be.
        path: PathBuf,
    },

    // People.
    /// Nobody has this login.
    #[error("nobody has the login {login}")]
    NoSuchPerson {
        /// The login asked for.
        login: String,
    },
    /// The person is no officer.
    #[error("{login} is no officer; ask one to do this")]
    NotAnOfficer {
        /// The login.
        login: String,
    },
    /// A name, login or address cannot be used.
    #[error("{what} {value:?} cannot be used: {why}")]
    BadField {
        /// Which one.
        what: &'static str,
        /// What was given.
        value: String,
        /// Why not.
        why: &'static str,
    },
    /// This kind of key cannot be made here.
    #[error(
        "a key of kind {kind:?} cannot be made by this version; \
         use p256, p384, p521, rsa2048, rsa3072 or rsa4096"
    )]
    KeyKind {
        /// What was asked for.
        kind: String,
    },

    // One use of a key.
    /// The secret is not the key's.
    #[error("the secret is not right")]
    WrongSecret,
    /// Too many wrong secrets: the next try is judged later.
    #[error("too many wrong secrets; the next one is looked at from {}", shown(*until))]
    Wait {
        /// Unix time.
        until: i64,
    },
    /// Nothing would be changed.
    #[error("the key of {login} {why}")]
    StatusUnchanged {
        /// The login.
        login: String,
        /// What is so already.
        why: &'static str,
    },
    /// Without this officer nobody could mend anything.
    #[error(
        "{login} is the organisation's only officer; without one nobody could be enrolled, \
         suspended or helped again"
    )]
    LastOfficer {
        /// The login.
        login: String,
    },
    /// A status was changed, and the list that tells others of it could not be written.
    #[error(
        "the change is made and holds here, but the revocation list could not be written; it is \
         written anew when an officer logs in"
    )]
    ListNotWritten(#[source] Box<Self>),
    /// The activation code has not been used yet.
    #[error(
        "the key of {login} is not activated; use the code with chancery activate --login {login}"
    )]
    NotActivated {
        /// The login.
        login: String,
    },
    /// The key is suspended.
    #[error("the key of {login} is suspended; ask an officer")]
    Suspended {
        /// The login.
        login: String,
    },
    /// The certificate is revoked.
    #[error("the certificate of {login} is revoked; ask an officer for a new key")]
    Revoked {
        /// The login.
        login: String,
    },
    /// The certificate is past its validity.
    #[error("the certificate of {login} is no longer valid; ask an officer for a new key")]
    Expired {
        /// The login.
        login: String,
    },
    /// The activation code was used before.
    #[error("this code was used already; if that was not you, tell an officer at once")]
    CodeUsed,
    /// The activation code is past its time.
    #[error("this code is past its seven days; ask an officer for a new one")]
    CodeLapsed,
    /// A record does not hold together.
    #[error("the record of {login} does not hold together: {what}; nothing was signed")]
    RecordDamaged {
        /// The login.
        login: String,
        /// What does not fit.
        what: &'static str,
    },
    /// Who asked thought better of it in time.
    #[error("it was cancelled; nothing was signed")]
    Cancelled,
    /// The request was carried out before.
    #[error("this request was carried out already; look for its result")]
    RequestRepeated,

    // Documents and files.
    /// The output exists.
    #[error("{} exists already; choose another name, or replace it with --overwrite", path.display())]
    OutputExists {
        /// The output.
        path: PathBuf,
    },
    /// Output and input are one file.
    #[error("{} is the document itself; the original is never written to", path.display())]
    OutputIsInput {
        /// The file.
        path: PathBuf,
    },
    /// Two files of a batch would be written to one place.
    #[error("two of the files would be written to {}", path.display())]
    OutputTwice {
        /// The output.
        path: PathBuf,
    },
    /// A file cannot be read or written.
    #[error("cannot {doing} {}", path.display())]
    File {
        /// Read, write …
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file that was just written does not validate.
    #[error("{} was written and does not validate when read again; do not use it", path.display())]
    NotAsWritten {
        /// The output.
        path: PathBuf,
    },
    /// The document cannot be read, or cannot be signed.
    #[error("{}: {source}", path.display())]
    Document {
        /// The document.
        path: PathBuf,
        /// Why not.
        source: pdf::Error,
    },
    /// The signature cannot be prepared or completed.
    #[error("{}: {source}", path.display())]
    Signature {
        /// The document.
        path: PathBuf,
        /// Why not.
        source: signature::Error,
    },
    /// A page or an appearance cannot be drawn.
    #[error(transparent)]
    Render(#[from] pdf::render::Error),
    /// What was given as a trust anchor is no certificate.
    #[error("a trust anchor is no certificate in PEM")]
    NotAnAnchor(#[source] signature::Error),

    // What stands below.
    /// A custody structure cannot be made or opened.
    #[error(transparent)]
    Custody(#[from] custody::Error),
    /// The log is not what it should be.
    #[error("the log does not hold together: {0}")]
    Log(#[from] audit::Error),
    /// A certificate cannot be made.
    #[error(transparent)]
    Ca(#[from] ca::Error),
    /// The vault did not do its part.
    #[error(transparent)]
    Vault(#[from] vault::Error),
    /// A token or its host process did not do its part.
    #[error(transparent)]
    Token(#[from] token::Error),
    /// A file of this machine's own state cannot be used.
    #[error("the state of this machine cannot be used")]
    State(#[source] io::Error),
    /// The worker of a use-case ended without an answer.
    #[error("the work ended without an answer")]
    Lost,
}

/// Who can mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Who asked: the request makes no sense.
    Usage,
    /// Somebody decided so: secret, policy, the document's own rules.
    Refused,
    /// A device, a program or the network.
    Device,
    /// A file.
    InputOutput,
}

impl Error {
    /// The stable code and who can mend it.
    #[must_use]
    pub fn code(&self) -> (&'static str, ErrorKind) {
        use ErrorKind::{Device, InputOutput, Refused, Usage};
        match self {
            Self::NoOrganisation { .. } => ("no_organisation", Usage),
            Self::OrganisationExists { .. } => ("organisation_exists", Usage),
            Self::FolderNotEmpty { .. } => ("folder_not_empty", InputOutput),
            Self::FoundingElsewhere { .. } => ("busy", Device),
            Self::OrganisationUnreadable { .. } => ("organisation_unreadable", InputOutput),
            Self::PartMissing { .. } => ("part_missing", Device),
            Self::NoSuchPerson { .. } => ("no_such_person", Refused),
            Self::NotAnOfficer { .. } => ("not_an_officer", Refused),
            Self::BadField { .. } | Self::KeyKind { .. } | Self::OutputTwice { .. } => {
                ("usage", Usage)
            }
            Self::WrongSecret => ("wrong_secret", Refused),
            Self::Wait { .. } => ("wait", Refused),
            Self::NotActivated { .. } => ("not_activated", Refused),
            Self::Suspended { .. } => ("suspended", Refused),
            Self::Revoked { .. } => ("revoked", Refused),
            Self::Expired { .. } => ("expired", Refused),
            Self::StatusUnchanged { .. } => ("status_unchanged", Refused),
            Self::LastOfficer { .. } => ("last_officer", Refused),
            Self::ListNotWritten(_) => ("list_not_written", InputOutput),
            Self::CodeUsed => ("code_used", Refused),
            Self::CodeLapsed => ("code_lapsed", Refused),
            Self::RecordDamaged { .. } => ("record_damaged", Refused),
            Self::Cancelled => ("cancelled", Refused),
            Self::RequestRepeated => ("request_repeated", Refused),
            Self::OutputExists { .. } => ("output_exists", InputOutput),
            Self::OutputIsInput { .. } => ("output_is_input", InputOutput),
            Self::File { source, .. } | Self::State(source) => (file_code(source), InputOutput),
            Self::NotAsWritten { .. } => ("not_as_written", InputOutput),
            Self::Document { source, .. } => document_code(source),
            Self::Signature { source, .. } => signature_code(source),
            Self::Render(source) => render_code(source),
            Self::NotAnAnchor(_) => ("not_an_anchor", InputOutput),
            Self::Custody(source) => custody_code(source),
            Self::Log(_) => ("log_damaged", Refused),
            Self::Ca(_) => ("certificate_refused", Refused),
            Self::Vault(source) => vault_code(source),
            Self::Token(source) => token_code(source),
            Self::Lost => ("internal", Device),
        }
    }

    /// Who can mend it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.code().1
    }
}

impl From<Error> for wire::Error {
    fn from(error: Error) -> Self {
        let mut detail = Vec::new();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            detail.push(cause.to_string());
            source = cause.source();
        }
        let until = if let Error::Wait { until } = &error {
            Some(*until)
        } else {
            None
        };
        Self {
            code: error.code().0.to_owned(),
            message: error.to_string(),
            detail: detail.join(": "),
            reference: None,
            until,
        }
    }
}

fn file_code(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "no_space",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => "not_writable",
        io::ErrorKind::NotFound => "not_found",
        _ => "io",
    }
}

fn custody_code(error: &custody::Error) -> (&'static str, ErrorKind) {
    match error {
        custody::Error::Random => ("internal", ErrorKind::Device),
        custody::Error::Malformed { .. }
        | custody::Error::CostTooHigh { .. }
        | custody::Error::Damaged { .. } => ("record_damaged", ErrorKind::Refused),
        custody::Error::SecretTooWeak(_) => ("secret_too_weak", ErrorKind::Usage),
        custody::Error::NotACode => ("not_a_code", ErrorKind::Usage),
    }
}

fn vault_code(error: &vault::Error) -> (&'static str, ErrorKind) {
    use ErrorKind::{Device, InputOutput, Refused};
    use vault::Error as E;
    match error {
        E::VaultMissing { .. }
        | E::VaultExists { .. }
        | E::NotAVault { .. }
        | E::SchemaNewer { .. }
        | E::SchemaForeign { .. }
        | E::Damaged { .. }
        | E::BadValue { .. }
        | E::AlreadyInitialised => ("vault_damaged", InputOutput),
        E::Busy { .. } => ("busy", Device),
        E::Full { .. } => ("no_space", InputOutput),
        E::ReadOnly { .. } => ("not_writable", InputOutput),
        E::LoginTaken { .. } => ("login_taken", Refused),
        E::RequestRepeated { .. } => ("request_repeated", Refused),
        E::KeyringAbsent { .. } => ("keyring_absent", Device),
        E::KeyringLocked { .. } => ("keyring_locked", Device),
        E::Keyring { .. } => ("keyring_fault", Device),
        E::PinMissing { .. } => ("pin_missing", Device),
        E::PinMalformed { .. } | E::FileExposed { .. } => ("pin_unusable", Device),
        E::File { source, .. } => (file_code(source), InputOutput),
        E::RowChanged { .. } | E::IssuingPinChanged { .. } => ("row_changed", Refused),
        E::Database { .. }
        | E::SerialTaken { .. }
        | E::PublicKeyTaken { .. }
        | E::KeyUnknown { .. }
        | E::IssuingPinUnknown { .. }
        | E::TryUnknown { .. }
        | E::OutcomeRepeated { .. }
        | E::LeafUnknown { .. }
        | E::HeadAhead { .. }
        | E::HeadForked { .. }
        | E::RevocationListNumber { .. }
        | E::TooLarge { .. } => ("vault_fault", Device),
    }
}

fn token_code(error: &token::Error) -> (&'static str, ErrorKind) {
    use token::Error as E;
    let code = match error {
        E::HostNotStarted { .. } => "host_missing",
        E::HostTimedOut { .. } => "host_timeout",
        E::HostGone | E::OutOfStep => "host_gone",
        E::ModuleUnreadable { .. } | E::ModuleNotLoaded { .. } => "module_missing",
        E::ModuleChanged { .. } => "module_changed",
        E::TokenNotFound { .. } | E::TokenAmbiguous { .. } => "token_missing",
        E::WrongPin { .. } => "pin_wrong",
        E::PinLocked { .. } => "token_locked",
        E::KeyNotFound { .. }
        | E::KeyAmbiguous { .. }
        | E::KeyAttribute { .. }
        | E::KeyDiffers { .. }
        | E::WrappingKeyAcceptsWeaker { .. } => "keys_not_proven",
        E::NoWrapMechanism
        | E::TemplateRefused { .. }
        | E::AlgorithmNotOffered { .. }
        | E::AlgorithmNotWrapped { .. }
        | E::AlgorithmNotSupported { .. } => "token_unfit",
        E::WrappedKeyRefused { .. }
        | E::MechanismNotAllowed { .. }
        | E::SessionKeyWeaker { .. } => return ("record_damaged", ErrorKind::Refused),
        E::PathNotAbsolute { .. }
        | E::MessageTooLong { .. }
        | E::TokenExists { .. }
        | E::NoFreeSlot
        | E::LoginHeld
        | E::LoginOver
        | E::TokenLost { .. }
        | E::Unexpected { .. }
        | E::KeyExists { .. }
        | E::SessionKeyGone
        | E::TooManySessionKeys { .. }
        | E::PublicKeyMalformed
        | E::OutputMalformed { .. }
        | E::LabelMalformed { .. }
        | E::PinMalformed { .. }
        | E::NoRandomBytes => "device_fault",
    };
    (code, ErrorKind::Device)
}

fn document_code(error: &pdf::Error) -> (&'static str, ErrorKind) {
    use ErrorKind::{InputOutput, Refused, Usage};
    use pdf::Error as E;
    match error {
        E::Read(source) | E::Write(source) => (file_code(source), InputOutput),
        E::NotAPdf
        | E::NoStartXref
        | E::CrossReference { .. }
        | E::Object { .. }
        | E::Missing { .. } => ("pdf_unreadable", InputOutput),
        E::BytesBeforeHeader { .. } | E::CrossReferenceStream => ("pdf_not_supported", Refused),
        E::Encrypted => ("pdf_encrypted", Refused),
        E::CertifiedWithoutChanges => ("pdf_forbids", Refused),
        E::NoSuchPage { .. } => ("no_such_page", Usage),
        E::BoxOutside { .. } | E::BoxEmpty => ("box_outside", Usage),
        E::BoxTooSmall { .. } => ("box_too_small", Usage),
        E::NoGlyph { .. } => ("no_glyph", Usage),
        E::Font | E::ContentsTooSmall { .. } => ("internal", ErrorKind::Device),
        E::InputChanged => ("input_changed", InputOutput),
    }
}

fn signature_code(error: &signature::Error) -> (&'static str, ErrorKind) {
    use signature::Error as E;
    match error {
        E::Pdf(source) => document_code(source),
        E::NotACertificate { .. }
        | E::NotPem(_)
        | E::KeyNotSupported { .. }
        | E::RsaKeySize { .. }
        | E::MalformedKey
        | E::NotForDocuments { .. }
        | E::TooManySignatures { .. }
        | E::ChainTooLong { .. } => ("certificate_refused", ErrorKind::Refused),
        E::OutsideValidity { .. } => ("expired", ErrorKind::Refused),
        E::DigestLength { .. }
        | E::SignatureLength { .. }
        | E::MalformedSignature
        | E::SignatureDoesNotVerify => ("record_damaged", ErrorKind::Refused),
        E::LevelNotSupported { .. } => ("usage", ErrorKind::Usage),
        E::Encoding(_) => ("internal", ErrorKind::Device),
    }
}

fn render_code(error: &pdf::render::Error) -> (&'static str, ErrorKind) {
    use ErrorKind::{Device, InputOutput, Usage};
    use pdf::render::Error as E;
    match error {
        E::LibraryMissing { .. } | E::LibraryUnusable { .. } | E::OtherLibrary { .. } => {
            ("part_missing", Device)
        }
        E::Unreadable { source, .. } => (file_code(source), InputOutput),
        E::NotAPdf(_) => ("pdf_unreadable", InputOutput),
        E::PasswordNeeded | E::UnknownEncryption => ("pdf_encrypted", ErrorKind::Refused),
        E::NoSuchPage { .. } => ("no_such_page", Usage),
        E::Scale(_) | E::TooLarge { .. } => ("usage", Usage),
        E::NotOneSheet { .. }
        | E::NoSize { .. }
        | E::NotDrawn { .. }
        | E::NotEncoded(_)
        | E::Thread(_)
        | E::Busy
        | E::Unresponsive
        | E::Crashed => ("render_failed", Device),
    }
}

/// A Unix time as a person reads it, in this machine's time zone.
fn shown(time: i64) -> String {
    jiff::Timestamp::from_second(time).map_or_else(
        |_| time.to_string(),
        |time| {
            let local = time.to_zoned_datetime(jiff::tz::TimeZone::system());
            local.strftime("%H:%M:%S %Z on %-d %B %Y").to_string()
        },
    )
}
