//! Why a use-case did not do what was asked: facts, each with the code the edges act on.

mod code;
mod mechanism;
mod told;

use std::io;
use std::path::PathBuf;

pub use code::ErrorKind;

use crate::{audit, ca, custody, wire};

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
    /// A window tries no PIN that may be one too many: who sits there need not be logged in.
    #[error(
        "no PIN is tried on the token {token} from a window now: {why}; set it in a terminal, with \
         chancery hsm pin"
    )]
    PinTryKept {
        /// Label of the token.
        token: String,
        /// What speaks against it.
        why: &'static str,
    },
    /// A token does not wrap keys as they must be wrapped.
    #[error(
        "the token {token} does not wrap keys: {source}; found the organisation with --mode \
         resident, where each person's key stays on the token"
    )]
    TokenDoesNotWrap {
        /// Label of the token.
        token: String,
        /// What it lacks.
        source: token::Error,
    },
    /// A token cannot keep one of the organisation's own keys.
    #[error(
        "the token {token} cannot keep {key}: {source}; the organisation's own keys are HMAC-SHA-256 and \
         ECDSA P-256 everywhere, whatever people's keys are: choose a token that has both"
    )]
    TokenLacksKey {
        /// Label of the token.
        token: String,
        /// Which key.
        key: &'static str,
        /// What it lacks.
        source: Box<token::Error>,
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
    /// The person's own settings are damaged.
    #[error("{} cannot be read: {why}", path.display())]
    SettingsUnreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Settings that cannot be used are not written.
    #[error("{which} cannot be set: {why}")]
    SettingsUnusable {
        /// The entry.
        which: String,
        /// What is wrong with it.
        why: String,
    },
    /// A secret of a backup would lie where it opens what it is kept from, or where the other does.
    #[error("{} cannot keep this secret: {why}", path.display())]
    SecretsTogether {
        /// The file.
        path: PathBuf,
        /// What is wrong with the place.
        why: &'static str,
    },
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
    /// The signing PIN lies in a keyring, and none answers here.
    #[error(
        "the signing PIN lies in the keyring of the session in which this organisation was founded, and \
         no keyring service answers here; run this in that session (with its \
         DBUS_SESSION_BUS_ADDRESS), or found with --pin-store file"
    )]
    SigningPinInKeyring {
        /// What was missing.
        #[source]
        source: vault::Error,
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
    #[error(
        "nobody is enrolled: the assurance is {}, and the organisation demands {}; chancery hsm probe \
         says what keeps it there, and an officer demands less with chancery hsm require",
        assurance.word(), required.word()
    )]
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
