//! Why a use-case did not do what was asked: facts, each with the code the edges act on.

use std::io;
use std::path::PathBuf;

use crate::wire::{self, ErrorCode};
use crate::{audit, ca, custody};

/// What use-cases return.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a use-case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    // What makes a signature last.
    /// A level was not reached, and is not lowered.
    #[error(transparent)]
    Evidence(#[from] crate::evidence::Fault),

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
    /// A module is not the one that an officer accepted; nothing of it was run.
    #[error(
        "the module {} is not the one accepted; if a system update changed it, an officer accepts it: \
         chancery hsm accept --by LOGIN", path.display()
    )]
    ModuleChanged {
        /// The module.
        path: PathBuf,
        /// Both hashes.
        source: token::Error,
    },
    /// The token has refused this machine's PIN, now or before; it counts, so it is not tried again.
    #[error(
        "the token {token} refused this machine's PIN, which is not tried again; give the right one \
         with chancery hsm pin"
    )]
    PinRefused {
        /// Label of the token.
        token: String,
    },
    /// A token that keys are to be made on has one of them.
    #[error(
        "the token {token} has a key {key} already, which nobody can destroy; initialise the token \
         anew, or choose another"
    )]
    TokenTaken {
        /// Label of the token.
        token: String,
        /// Label of the key.
        key: String,
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
    /// A look cannot be used.
    #[error("the look {name} cannot be used: {why}")]
    Look {
        /// Its name or file.
        name: String,
        /// Why not.
        why: String,
    },
    /// The log goes on from what this machine remembers: there is no restore to accept.
    #[error(
        "nothing is lost: the log goes on from the head that this machine remembers ({size} leaves)"
    )]
    NothingLost {
        /// Leaves in the log.
        size: u64,
    },
    /// What was given to hold the log against is no head of it.
    #[error("this is no head of the log: {0}")]
    NotAHead(&'static str),
    /// The log has no such leaf.
    #[error("the log has no leaf {index}; it has {leaves}")]
    NoSuchLeaf {
        /// The index asked for.
        index: u64,
        /// Leaves in the log.
        leaves: u64,
    },
    /// A file is no export of a log.
    #[error("{} is no export of a log: {why}", path.display())]
    NotAnExport {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
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
         use p256, p384, p521, rsa2048, rsa3072 or rsa4096, the last three also with -pss"
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
    /// A master, or a step of a rotation, that nobody vouches for.
    #[error("the masters do not hold together: {what}")]
    MasterUnvouched {
        /// What does not fit.
        what: &'static str,
    },
    /// A key is under a master that was left.
    #[error("the key is under the retired master {label}; ask an officer for a new key")]
    MasterRetired {
        /// The master.
        label: String,
    },
    /// Something was asked for that there is only where keys are wrapped.
    #[error("the keys of this organisation stay on its token: {what}")]
    KeysAreResident {
        /// What there is not.
        what: &'static str,
    },
    /// The masters were changed while something was done under them.
    #[error("the master key was changed meanwhile; do it again")]
    MastersChanged,
    /// A rotation cannot take this step now.
    #[error("{why}")]
    Rotation {
        /// Why not, and what can be done.
        why: String,
    },
    /// A key cannot be brought in.
    #[error("{}: {why}", path.display())]
    ImportRefused {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// A file of keys has another password.
    #[error("the password of {} is not right", path.display())]
    FilePasswordWrong {
        /// The file.
        path: PathBuf,
    },
    /// A backup cannot be used.
    #[error("{}: {why}", path.display())]
    BackupUnusable {
        /// Its folder, or the part that cannot.
        path: PathBuf,
        /// Why not.
        why: String,
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
    /// The list that would be signed does not say what was just changed: somebody else writes there.
    #[error("the next revocation list does not say what was just changed")]
    ListAtOdds,
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
    /// It is done, and the log could not be told, or its head not be signed.
    #[error(
        "it is done and holds, but the log could not be brought up to date; the next start sees \
         to it"
    )]
    OutcomeNotLogged(#[source] Box<Self>),
    /// Who asked thought better of it in time.
    #[error("it was cancelled; nothing was signed")]
    Cancelled,
    /// The request was carried out before.
    #[error("this request was carried out already; look for its result")]
    RequestRepeated,

    // Cards.
    /// There is no card in any reader, or none that is known.
    #[error("there is no card to sign with: {}", absence(*presence))]
    CardAbsent {
        /// What there is instead.
        presence: wire::CardPresence,
    },
    /// No module for cards is installed.
    #[error("no module for cards is installed; install opensc, or name one with --module")]
    NoCardDriver,
    /// No certificate of the cards that are there signs documents, or none is the one asked for.
    #[error("{}", no_certificate(wanted.as_deref()))]
    NoSigningCertificate {
        /// What was asked for.
        wanted: Option<String>,
    },
    /// Nobody said which of several certificates signs, and nothing in them does.
    #[error("several certificates could sign; choose one with --cert: {}", choices.join(", "))]
    CertificateAmbiguous {
        /// Each as it is chosen, with its subject.
        choices: Vec<String>,
    },
    /// The certificate of a card is not valid now.
    #[error(
        "the certificate of {subject} is valid from {} to {}, not now; ask who issued the card for \
         a new one", shown(*not_before), shown(*not_after)
    )]
    CertificateExpired {
        /// Its subject.
        subject: String,
        /// First second of validity, Unix time.
        not_before: i64,
        /// Last second of validity, Unix time.
        not_after: i64,
    },
    /// The card was pulled while it was used.
    #[error("the card was removed; nothing was written; put it in and sign again")]
    CardRemoved,
    /// A card's module failed while the card was there.
    #[error(
        "the card's driver reported a fault; the PIN was not judged, nothing was written; take the \
         card out, put it in and try again"
    )]
    CardDriverFault(#[source] token::Error),

    // Documents and files.
    /// Nobody said where the signature goes, and the document does not either.
    #[error("{}: {}", path.display(), choices(empty))]
    PlaceNeeded {
        /// The document.
        path: PathBuf,
        /// Names of its empty signature fields: none, or several.
        empty: Vec<String>,
    },
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
    /// What was just written does not validate; it is gone again.
    #[error(
        "what was to become {} does not validate when it is read again: the document changed \
         while it was signed, or the disk is failing; nothing was written",
        path.display()
    )]
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
    /// A file is no trusted list, or one that cannot be used.
    #[error("{name} cannot be used as a trusted list: {why}")]
    NotATrustedList {
        /// The file's name.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// No more issuers can be trusted one by one.
    #[error("{most} issuers are trusted already; take trust back from some first")]
    TooManyTrusted {
        /// The limit.
        most: usize,
    },
    /// The issuer to be trusted is not the one that the signature names.
    #[error("the signature names another issuer; look at it again")]
    IssuerDiffers,

    // The token's profile.
    /// Attacks are open that read wrapped keys or the master.
    #[error(
        "no key is made on this token: attacks are open on it that give keys away ({attacks}); \
         see chancery hsm probe"
    )]
    TokenUnsafe {
        /// Their ids.
        attacks: String,
    },
    /// The organisation demands more than this token and its set-up give.
    #[error("nobody is enrolled: the assurance is {}, and the organisation demands {}", assurance.word(), required.word())]
    AssuranceTooLow {
        /// The word.
        assurance: wire::Assurance,
        /// The least that is demanded.
        required: wire::Assurance,
    },
    /// The token's profile is not one that an officer signed last.
    #[error("the token's profile does not hold together: {what}; probe the token again")]
    ProfileUnvouched {
        /// What does not fit.
        what: &'static str,
    },
    /// The notary has signed no head of the log for too long.
    #[error("the notary has not signed the log for {days} days: an officer has to log in")]
    NotaryOverdue {
        /// Days since the newest leaf that it signed, or since the founding.
        days: i64,
    },

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
    pub fn code(&self) -> (ErrorCode, ErrorKind) {
        use ErrorKind::{Device, InputOutput, Refused, Usage};
        match self {
            Self::Evidence(fault) => evidence_code(fault),
            Self::NoOrganisation { .. } => (ErrorCode::NoOrganisation, Usage),
            Self::OrganisationExists { .. } => (ErrorCode::OrganisationExists, Usage),
            Self::FolderNotEmpty { .. } => (ErrorCode::FolderNotEmpty, InputOutput),
            Self::FoundingElsewhere { .. } => (ErrorCode::Busy, Device),
            Self::OrganisationUnreadable { .. } => (ErrorCode::OrganisationUnreadable, InputOutput),
            Self::PartMissing { .. } => (ErrorCode::PartMissing, Device),
            Self::ModuleChanged { .. } => (ErrorCode::ModuleChanged, Device),
            Self::PinRefused { .. } => (ErrorCode::TokenPinWrong, Device),
            Self::TokenTaken { .. } => (ErrorCode::TokenUnfit, Device),
            Self::NoSuchPerson { .. } => (ErrorCode::NoSuchPerson, Refused),
            Self::NotAnOfficer { .. } => (ErrorCode::NotAnOfficer, Refused),
            Self::BadField { .. }
            | Self::KeyKind { .. }
            | Self::OutputTwice { .. }
            | Self::NotAHead(_)
            | Self::NoSuchLeaf { .. } => (ErrorCode::Usage, Usage),
            Self::NothingLost { .. } => (ErrorCode::NothingLost, Refused),
            Self::NotAnExport { .. } => (ErrorCode::NotAnExport, InputOutput),
            Self::Look { .. } => (ErrorCode::LookUnusable, Usage),
            Self::PlaceNeeded { .. } => (ErrorCode::PlaceNeeded, Usage),
            Self::WrongSecret => (ErrorCode::WrongSecret, Refused),
            Self::Wait { .. } => (ErrorCode::Wait, Refused),
            Self::NotActivated { .. } => (ErrorCode::NotActivated, Refused),
            Self::Suspended { .. } => (ErrorCode::Suspended, Refused),
            Self::Revoked { .. } => (ErrorCode::Revoked, Refused),
            Self::Expired { .. } => (ErrorCode::Expired, Refused),
            Self::ImportRefused { .. } => (ErrorCode::ImportRefused, InputOutput),
            Self::FilePasswordWrong { .. } => (ErrorCode::PasswordWrong, Refused),
            Self::BackupUnusable { .. } => (ErrorCode::BackupUnusable, InputOutput),
            Self::MasterUnvouched { .. } => (ErrorCode::KeysNotProven, Refused),
            Self::MasterRetired { .. } => (ErrorCode::MasterRetired, Refused),
            Self::KeysAreResident { .. } => (ErrorCode::KeysAreResident, Refused),
            Self::MastersChanged => (ErrorCode::Busy, Device),
            Self::Rotation { .. } => (ErrorCode::RotationRefused, Refused),
            Self::StatusUnchanged { .. } => (ErrorCode::StatusUnchanged, Refused),
            Self::LastOfficer { .. } => (ErrorCode::LastOfficer, Refused),
            Self::ListNotWritten(_) | Self::ListAtOdds => (ErrorCode::ListNotWritten, InputOutput),
            Self::CodeUsed => (ErrorCode::CodeUsed, Refused),
            Self::CodeLapsed => (ErrorCode::CodeLapsed, Refused),
            Self::RecordDamaged { .. } => (ErrorCode::RecordDamaged, Refused),
            Self::OutcomeNotLogged(source) => (ErrorCode::OutcomeNotLogged, source.kind()),
            Self::Cancelled => (ErrorCode::Cancelled, Refused),
            Self::RequestRepeated => (ErrorCode::RequestRepeated, Refused),
            Self::CardAbsent { .. } => (ErrorCode::CardAbsent, Device),
            Self::NoCardDriver => (ErrorCode::NoCardDriver, Device),
            Self::NoSigningCertificate { .. } => (ErrorCode::NoSigningCertificate, Refused),
            Self::CertificateAmbiguous { .. } => (ErrorCode::CertificateAmbiguous, Usage),
            Self::CertificateExpired { .. } => (ErrorCode::CertificateExpired, Refused),
            Self::CardRemoved => (ErrorCode::CardRemoved, Device),
            Self::CardDriverFault(_) => (ErrorCode::CardDriverFault, Device),
            Self::OutputExists { .. } => (ErrorCode::OutputExists, InputOutput),
            Self::OutputIsInput { .. } => (ErrorCode::OutputIsInput, InputOutput),
            Self::File { source, .. } | Self::State(source) => (file_code(source), InputOutput),
            Self::NotAsWritten { .. } => (ErrorCode::NotAsWritten, InputOutput),
            Self::Document { source, .. } => document_code(source),
            Self::Signature { source, .. } => signature_code(source),
            Self::Render(source) => render_code(source),
            Self::NotAnAnchor(_) => (ErrorCode::NotAnAnchor, InputOutput),
            Self::NotATrustedList { .. } => (ErrorCode::NotATrustedList, InputOutput),
            Self::TooManyTrusted { .. } => (ErrorCode::TooManyTrusted, Refused),
            Self::IssuerDiffers => (ErrorCode::IssuerDiffers, Refused),
            Self::TokenUnsafe { .. } => (ErrorCode::TokenUnsafe, Refused),
            Self::AssuranceTooLow { .. } => (ErrorCode::AssuranceTooLow, Refused),
            Self::ProfileUnvouched { .. } => (ErrorCode::ProfileUnvouched, Refused),
            Self::NotaryOverdue { .. } => (ErrorCode::NotaryOverdue, Refused),
            Self::Custody(source) => custody_code(source),
            Self::Log(_) => (ErrorCode::LogDamaged, Refused),
            Self::Ca(_) => (ErrorCode::CertificateRefused, Refused),
            Self::Vault(source) => vault_code(source),
            Self::Token(source) => token_code(source),
            Self::Lost => (ErrorCode::Internal, Device),
        }
    }

    /// Who can mend it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.code().1
    }
}

impl Error {
    /// How it crosses the edges.
    pub(crate) fn told(&self) -> wire::Error {
        let mut detail = Vec::new();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            detail.push(cause.to_string());
            source = cause.source();
        }
        let until = if let Self::Wait { until } = self {
            Some(*until)
        } else {
            None
        };
        wire::Error {
            code: self.code().0,
            message: self.to_string(),
            detail: detail.join(": "),
            reference: None,
            until,
            tries: self.tries(),
        }
    }

    /// How many tries are left, where that is known.
    fn tries(&self) -> Option<u32> {
        use token::{PinRefusal, PinState};
        match self {
            Self::Token(token::Error::CardPin { refusal }) => match refusal {
                PinRefusal::Wrong(PinState::FinalTry) => Some(1),
                PinRefusal::Locked => Some(0),
                _ => None,
            },
            _ => None,
        }
    }
}

impl From<Error> for wire::Error {
    fn from(error: Error) -> Self {
        error.told()
    }
}

fn file_code(error: &io::Error) -> ErrorCode {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorCode::NoSpace,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            ErrorCode::NotWritable
        }
        io::ErrorKind::NotFound => ErrorCode::NotFound,
        _ => ErrorCode::Io,
    }
}

fn custody_code(error: &custody::Error) -> (ErrorCode, ErrorKind) {
    match error {
        custody::Error::Random => (ErrorCode::Internal, ErrorKind::Device),
        custody::Error::Malformed { .. }
        | custody::Error::CostTooHigh { .. }
        | custody::Error::Damaged { .. } => (ErrorCode::RecordDamaged, ErrorKind::Refused),
        custody::Error::SecretTooWeak(_) => (ErrorCode::SecretTooWeak, ErrorKind::Usage),
        custody::Error::NotACode => (ErrorCode::NotACode, ErrorKind::Usage),
    }
}

fn vault_code(error: &vault::Error) -> (ErrorCode, ErrorKind) {
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
        | E::AlreadyInitialised => (ErrorCode::VaultDamaged, InputOutput),
        E::Busy { .. } => (ErrorCode::Busy, Device),
        E::Full { .. } => (ErrorCode::NoSpace, InputOutput),
        E::ReadOnly { .. } => (ErrorCode::NotWritable, InputOutput),
        E::LoginTaken { .. } => (ErrorCode::LoginTaken, Refused),
        E::RequestRepeated { .. } => (ErrorCode::RequestRepeated, Refused),
        E::KeyNotActive { status, .. } => match status {
            vault::Status::Revoked => (ErrorCode::Revoked, Refused),
            vault::Status::Suspended | vault::Status::Active => (ErrorCode::Suspended, Refused),
        },
        E::KeyringAbsent { .. } => (ErrorCode::KeyringAbsent, Device),
        E::KeyringLocked { .. } => (ErrorCode::KeyringLocked, Device),
        E::Keyring { .. } => (ErrorCode::KeyringFault, Device),
        E::PinMissing { .. } => (ErrorCode::PinMissing, Device),
        E::PinMalformed { .. } | E::FileExposed { .. } => (ErrorCode::PinUnusable, Device),
        E::File { source, .. } => (file_code(source), InputOutput),
        E::RowChanged { .. }
        | E::IssuingPinChanged { .. }
        | E::RotationChanged { .. }
        | E::RecordsMoved
        | E::TokenProfileChanged { .. } => (ErrorCode::RowChanged, Refused),
        E::KeysRemain { .. } => (ErrorCode::RotationRefused, Refused),
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
        | E::RestoreTaken { .. }
        | E::TooLarge { .. } => (ErrorCode::VaultFault, Device),
    }
}

fn token_code(error: &token::Error) -> (ErrorCode, ErrorKind) {
    use token::Error as E;
    let code = match error {
        E::HostNotStarted { .. } => ErrorCode::HostMissing,
        E::HostTimedOut { .. } => ErrorCode::HostTimeout,
        E::HostGone | E::OutOfStep => ErrorCode::HostGone,
        E::ModuleUnreadable { .. } | E::ModuleNotLoaded { .. } => ErrorCode::ModuleMissing,
        E::ModuleChanged { .. } => ErrorCode::ModuleChanged,
        E::TokenNotFound { .. } | E::TokenAmbiguous { .. } => ErrorCode::TokenMissing,
        E::WrongPin { .. } => ErrorCode::TokenPinWrong,
        E::PinLocked { .. } => ErrorCode::TokenLocked,
        E::KeyNotFound { .. }
        | E::KeyAmbiguous { .. }
        | E::KeyAttribute { .. }
        | E::KeyDiffers { .. }
        | E::WrappingKeyAcceptsWeaker { .. } => ErrorCode::KeysNotProven,
        E::NoWrapMechanism
        | E::TemplateRefused { .. }
        | E::AlgorithmNotOffered { .. }
        | E::AlgorithmNotWrapped { .. }
        | E::MessageAbsent { .. } => ErrorCode::TokenUnfit,
        E::WrappedKeyRefused { .. }
        | E::MechanismNotAllowed { .. }
        | E::SessionKeyWeaker { .. } => return (ErrorCode::RecordDamaged, ErrorKind::Refused),
        E::CardAbsent => ErrorCode::CardAbsent,
        E::CardKeyMissing => ErrorCode::NoSigningCertificate,
        E::CardPin { refusal } => return pin_code(refusal),
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
        | E::NoRandomBytes
        | E::SessionUnusable { .. } => ErrorCode::DeviceFault,
    };
    (code, ErrorKind::Device)
}

fn pin_code(refusal: &token::PinRefusal) -> (ErrorCode, ErrorKind) {
    use token::PinRefusal as P;
    let code = match refusal {
        P::Wrong(_) => ErrorCode::PinWrong,
        P::Locked => ErrorCode::PinLocked,
        P::Length { .. } => ErrorCode::PinLength,
        P::ToBeChanged => ErrorCode::PinToBeChanged,
        P::GivenUp => ErrorCode::PinNotEntered,
        P::Needed => return (ErrorCode::PinNeeded, ErrorKind::Usage),
    };
    (code, ErrorKind::Refused)
}

fn document_code(error: &pdf::Error) -> (ErrorCode, ErrorKind) {
    use ErrorKind::{InputOutput, Refused, Usage};
    use pdf::Error as E;
    match error {
        E::Read(source) | E::Write(source) => (file_code(source), InputOutput),
        E::NotAPdf
        | E::NoStartXref
        | E::CrossReference { .. }
        | E::Object { .. }
        | E::EncryptionDamaged { .. }
        | E::Missing { .. } => (ErrorCode::PdfUnreadable, InputOutput),
        E::BytesBeforeHeader { .. } | E::CrossReferenceStream | E::StoreTooLarge => {
            (ErrorCode::PdfNotSupported, Refused)
        }
        E::PasswordNeeded => (ErrorCode::PasswordNeeded, Refused),
        E::WrongPassword => (ErrorCode::PasswordWrong, Refused),
        E::EncryptionUnsupported { .. } => (ErrorCode::PdfEncrypted, Refused),
        E::ProtectedByMac => (ErrorCode::PdfNotSupported, Refused),
        E::NotPermitted { .. } => (ErrorCode::PdfNotPermitted, Refused),
        E::CertifiedWithoutChanges | E::FieldLocked { .. } => (ErrorCode::PdfForbids, Refused),
        E::CertifiedWithoutNewBoxes => (ErrorCode::PdfForbidsNewBox, Refused),
        E::CertifiesTooLate => (ErrorCode::CertifiesTooLate, Refused),
        E::SignedAndDamaged => (ErrorCode::PdfSignedAndDamaged, Refused),
        E::SeedValue { .. } => (ErrorCode::FieldDemands, Refused),
        E::NoSuchField { .. } => (ErrorCode::NoSuchField, Usage),
        E::FieldIsSigned { .. } => (ErrorCode::FieldSigned, Usage),
        E::FieldUnusable { .. } => (ErrorCode::FieldUnusable, Usage),
        E::NoSuchPage { .. } => (ErrorCode::NoSuchPage, Usage),
        E::BoxOutside { .. } | E::BoxEmpty => (ErrorCode::BoxOutside, Usage),
        E::BoxTooSmall { .. } => (ErrorCode::BoxTooSmall, Usage),
        E::NoGlyph { .. } => (ErrorCode::NoGlyph, Usage),
        E::FontFile { .. } | E::Artwork { .. } => (ErrorCode::LookUnusable, Usage),
        E::Font | E::ContentsTooSmall { .. } => (ErrorCode::Internal, ErrorKind::Device),
        E::InputChanged => (ErrorCode::InputChanged, InputOutput),
    }
}

fn signature_code(error: &signature::Error) -> (ErrorCode, ErrorKind) {
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
        | E::ChainTooLong { .. } => (ErrorCode::CertificateRefused, ErrorKind::Refused),
        E::OutsideValidity { .. } => (ErrorCode::Expired, ErrorKind::Refused),
        E::DigestLength { .. }
        | E::SignatureLength { .. }
        | E::MalformedSignature
        | E::SignatureDoesNotVerify => (ErrorCode::RecordDamaged, ErrorKind::Refused),
        E::LevelNotSupported { .. } => (ErrorCode::Usage, ErrorKind::Usage),
        E::TimestampOfAnother => (ErrorCode::TimestampUnavailable, ErrorKind::Device),
        E::Encoding(_) => (ErrorCode::Internal, ErrorKind::Device),
    }
}

fn evidence_code(fault: &crate::evidence::Fault) -> (ErrorCode, ErrorKind) {
    use crate::evidence::Fault as F;
    match fault {
        F::NoAuthority { .. } | F::Unsigned => (ErrorCode::Usage, ErrorKind::Usage),
        F::Timestamp { .. } => (ErrorCode::TimestampUnavailable, ErrorKind::Device),
        F::Missing { .. } | F::Network(_) => (ErrorCode::EvidenceUnavailable, ErrorKind::Device),
        F::Revoked { .. } => (ErrorCode::Revoked, ErrorKind::Refused),
        F::NotReached { .. } => (ErrorCode::LevelNotReached, ErrorKind::InputOutput),
        F::CertifiedForGood { .. } => (ErrorCode::CertifiedForGood, ErrorKind::Refused),
        F::Broken { .. } => (ErrorCode::SignatureBroken, ErrorKind::Refused),
    }
}

fn render_code(error: &pdf::render::Error) -> (ErrorCode, ErrorKind) {
    use ErrorKind::{Device, InputOutput, Usage};
    use pdf::render::Error as E;
    match error {
        E::LibraryMissing { .. } | E::LibraryUnusable { .. } | E::OtherLibrary { .. } => {
            (ErrorCode::PartMissing, Device)
        }
        E::Unreadable { source, .. } => (file_code(source), InputOutput),
        E::NotAPdf(_) => (ErrorCode::PdfUnreadable, InputOutput),
        E::PasswordNeeded => (ErrorCode::PasswordNeeded, ErrorKind::Refused),
        E::UnknownEncryption => (ErrorCode::PdfEncrypted, ErrorKind::Refused),
        E::NoSuchPage { .. } => (ErrorCode::NoSuchPage, Usage),
        E::Scale(_) | E::TooLarge { .. } => (ErrorCode::Usage, Usage),
        E::NotOneSheet { .. }
        | E::NoSize { .. }
        | E::NotDrawn { .. }
        | E::NotEncoded(_)
        | E::Thread(_)
        | E::Busy
        | E::Unresponsive
        | E::Crashed => (ErrorCode::RenderFailed, Device),
    }
}

/// Why there is no card, and what to do.
fn absence(presence: wire::CardPresence) -> &'static str {
    use wire::CardPresence as P;
    match presence {
        P::ServiceDown => "the PC/SC service does not run; start pcscd",
        P::NoReader => "no reader is plugged in",
        P::CardUnknown => "no module knows the card; name the one that came with it with --module",
        _ => "the readers are empty; put a card in",
    }
}

fn no_certificate(wanted: Option<&str>) -> String {
    match wanted {
        Some(wanted) => format!(
            "no certificate {wanted} that signs documents is on the cards; see chancery card list"
        ),
        None => {
            "no certificate that signs documents is on the cards; see chancery card list".into()
        }
    }
}

/// What can be said instead of leaving the place out.
fn choices(empty: &[String]) -> String {
    if empty.is_empty() {
        return "it has no empty signature field; say where with --rect and --page, or sign with \
                --invisible"
            .to_owned();
    }
    format!(
        "it has {} empty signature fields; choose one with --field: {}",
        empty.len(),
        empty.join(", ")
    )
}

/// A Unix time as a person reads it, in this machine's time zone.
pub(crate) fn shown(time: i64) -> String {
    jiff::Timestamp::from_second(time).map_or_else(
        |_| time.to_string(),
        |time| {
            let local = time.to_zoned_datetime(jiff::tz::TimeZone::system());
            local.strftime("%H:%M:%S %Z on %-d %B %Y").to_string()
        },
    )
}
