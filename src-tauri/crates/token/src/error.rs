use std::{io, path::PathBuf, time::Duration};

use minicbor::{CborLen, Decode, Encode};

use crate::{
    AttributeName, KeyLabel, PinObstacle, PinRefusal, Sha256, SignerAlgorithm, TokenLabel, Weaker,
    wire,
};

/// What this crate's functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a token, or the host process in front of it, did not do what was asked.
///
/// The same type crosses from the host process to its client, as a deterministic CBOR array
/// (RFC 8949 §4.2); no variant carries a PIN or key material.
#[derive(Debug, thiserror::Error, Encode, Decode, CborLen)]
#[cbor(array)]
pub enum Error {
    // The host process.
    /// A path in [`Launch`](crate::Launch) was relative; what is run or loaded must not depend
    /// on a working directory or a search path.
    #[n(0)]
    #[error("{} is not an absolute path", path.display())]
    PathNotAbsolute {
        /// The path as given.
        #[n(0)]
        #[cbor(with = "wire::path")]
        path: PathBuf,
    },
    /// The host process could not be started.
    #[n(1)]
    #[error("the host process {} did not start", executable.display())]
    HostNotStarted {
        /// The executable that was to run.
        #[n(0)]
        #[cbor(with = "wire::path")]
        executable: PathBuf,
        /// Why not.
        #[n(1)]
        #[cbor(with = "wire::io_error")]
        source: io::Error,
    },
    /// The deadline of a call passed, and the host process was killed.
    ///
    /// Whether the token finished the call is unknown.
    #[n(2)]
    #[error("the host process did not answer within {deadline:?} and was killed")]
    HostTimedOut {
        /// The deadline of one call.
        #[n(0)]
        deadline: Duration,
    },
    /// The host process has ended; its owner may start another.
    #[n(3)]
    #[error("the host process has ended")]
    HostGone,
    /// The host process and its client do not understand each other; the host was ended.
    #[n(4)]
    #[error("the host process answered out of step")]
    OutOfStep,
    /// A message is longer than the protocol carries.
    #[n(5)]
    #[error("a message of {length} bytes is too long, the limit is {limit}")]
    MessageTooLong {
        /// Length in bytes.
        #[n(0)]
        length: u64,
        /// The limit in bytes.
        #[n(1)]
        limit: u64,
    },

    // The module.
    /// The module's file could not be read.
    #[n(6)]
    #[error("the module {} could not be read", name_of(path))]
    ModuleUnreadable {
        /// Path of the module.
        #[n(0)]
        #[cbor(with = "wire::path")]
        path: PathBuf,
        /// Why not.
        #[n(1)]
        #[cbor(with = "wire::io_error")]
        source: io::Error,
    },
    /// The module's file is not the one expected; it was not loaded.
    #[n(7)]
    #[error(
        "the module {} has SHA-256 {found}, expected {expected}",
        name_of(path)
    )]
    ModuleChanged {
        /// Path of the module.
        #[n(0)]
        #[cbor(with = "wire::path")]
        path: PathBuf,
        /// The hash that was expected.
        #[n(1)]
        expected: Sha256,
        /// The hash of the file that was found.
        #[n(2)]
        found: Sha256,
    },
    /// The module's file is no PKCS#11 module that this system can load.
    #[n(8)]
    #[error("the module {} cannot be loaded: {reason}", name_of(path))]
    ModuleNotLoaded {
        /// Path of the module.
        #[n(0)]
        #[cbor(with = "wire::path")]
        path: PathBuf,
        /// What the loader or the module said.
        #[n(1)]
        reason: String,
    },

    // Tokens and login.
    /// No initialised token has this label.
    #[n(9)]
    #[error("no token {label}; the module shows {}", listed(others))]
    TokenNotFound {
        /// The label looked for.
        #[n(0)]
        label: TokenLabel,
        /// Those of the tokens there are, as far as they are initialised and say so.
        #[n(1)]
        others: Vec<String>,
    },
    /// Several tokens have this label.
    #[n(10)]
    #[error("{count} tokens are labelled {label}; each needs a label of its own")]
    TokenAmbiguous {
        /// The label looked for.
        #[n(0)]
        label: TokenLabel,
        /// How many have it.
        #[n(1)]
        count: u32,
    },
    /// A token of this label exists already.
    #[n(11)]
    #[error("a token {label} exists already")]
    TokenExists {
        /// The label.
        #[n(0)]
        label: TokenLabel,
    },
    /// The module offers no slot with a token that is not initialised yet.
    #[n(12)]
    #[error("no slot is free for a new token")]
    NoFreeSlot,
    /// The token refused the PIN and counted the attempt; it is never retried here.
    #[n(13)]
    #[error("wrong PIN for token {label}")]
    WrongPin {
        /// The token.
        #[n(0)]
        label: TokenLabel,
    },
    /// The token has locked its PIN.
    #[n(14)]
    #[error("the PIN of token {label} is locked")]
    PinLocked {
        /// The token.
        #[n(0)]
        label: TokenLabel,
    },
    /// The host process holds a login already; it serves one token.
    #[n(15)]
    #[error("the host process holds a login already")]
    LoginHeld,
    /// The login this handle belongs to is over, or the token ended it.
    #[n(16)]
    #[error("the login is over")]
    LoginOver,
    /// The connection to the token is lost; the host process ends after saying so.
    ///
    /// PKCS#11 v3.1 §5.1: CKR_DEVICE_ERROR, CKR_DEVICE_REMOVED, CKR_TOKEN_NOT_PRESENT,
    /// CKR_GENERAL_ERROR, CKR_FUNCTION_FAILED.
    #[n(17)]
    #[error("the token is lost: {call} answered {answer}")]
    TokenLost {
        /// The PKCS#11 function.
        #[n(0)]
        call: String,
        /// Its return value by name.
        #[n(1)]
        answer: String,
    },
    /// Any other PKCS#11 return value.
    #[n(18)]
    #[error("unexpected answer from the token: {call} answered {answer}")]
    Unexpected {
        /// The PKCS#11 function.
        #[n(0)]
        call: String,
        /// Its return value by name.
        #[n(1)]
        answer: String,
    },

    // Keys.
    /// No key of this label and class is on the token.
    #[n(19)]
    #[error("no key {label}")]
    KeyNotFound {
        /// The label.
        #[n(0)]
        label: KeyLabel,
    },
    /// Several keys of this label and class are on the token, so none of them is ours.
    #[n(20)]
    #[error("{count} keys are labelled {label}")]
    KeyAmbiguous {
        /// The label.
        #[n(0)]
        label: KeyLabel,
        /// How many have it.
        #[n(1)]
        count: u32,
    },
    /// A key of this label exists already.
    #[n(21)]
    #[error("a key {label} exists already")]
    KeyExists {
        /// The label.
        #[n(0)]
        label: KeyLabel,
    },
    /// An attribute that decides what a key may do is not as its template says.
    #[n(22)]
    #[error("the key {label} has another {attribute} than it must have")]
    KeyAttribute {
        /// The key.
        #[n(0)]
        label: KeyLabel,
        /// The attribute.
        #[n(1)]
        attribute: AttributeName,
    },
    /// A key did not give its known answer.
    #[n(23)]
    #[error("the key {label} does not give its known answer")]
    KeyDiffers {
        /// The key.
        #[n(0)]
        label: KeyLabel,
    },
    /// A template was refused though nothing that may be missing was left in it.
    #[n(24)]
    #[error("the token refuses the template of {label}: {call} answered {answer}")]
    TemplateRefused {
        /// The key that was to be made.
        #[n(0)]
        label: KeyLabel,
        /// The PKCS#11 function.
        #[n(1)]
        call: String,
        /// Its return value by name.
        #[n(2)]
        answer: String,
    },

    // Wrapping.
    /// The token has no mechanism this product wraps keys with.
    #[n(25)]
    #[error("the token has no usable key wrap mechanism")]
    NoWrapMechanism,
    /// A wrapped key names a mechanism, or a reading of it, this product does not wrap with.
    #[n(26)]
    #[error("mechanism {mechanism:#06x} with RFC {rfc} is not one keys are wrapped with")]
    MechanismNotAllowed {
        /// CK_MECHANISM_TYPE.
        #[n(0)]
        mechanism: u64,
        /// Number of the RFC.
        #[n(1)]
        rfc: u16,
    },
    /// The token did not unwrap the key: damaged, or wrapped under another master.
    ///
    /// Tokens answer a damaged key as they answer a broken device; this is said only while the
    /// session still works.
    #[n(27)]
    #[error("the token does not unwrap this key: C_UnwrapKey answered {answer}")]
    WrappedKeyRefused {
        /// The return value by name.
        #[n(0)]
        answer: String,
    },
    /// A key made or unwrapped for a session reads back weaker than asked; it was destroyed.
    #[n(28)]
    #[error("the token made a session key with another {attribute} than asked for")]
    SessionKeyWeaker {
        /// The attribute.
        #[n(0)]
        attribute: AttributeName,
    },
    /// The wrapping key let something through that its templates must refuse.
    #[n(29)]
    #[error("the wrapping key {label} accepts {weaker}")]
    WrappingKeyAcceptsWeaker {
        /// The wrapping key.
        #[n(0)]
        label: KeyLabel,
        /// What it accepted.
        #[n(1)]
        weaker: Weaker,
    },
    /// The session key was destroyed, or lost with its PKCS#11 session.
    #[n(30)]
    #[error("the session key is gone")]
    SessionKeyGone,
    /// So many session keys are alive at once that one more is refused.
    #[n(31)]
    #[error("{limit} session keys are alive already")]
    TooManySessionKeys {
        /// The limit.
        #[n(0)]
        limit: u32,
    },
    /// The token gave a public key that is no point on the curve, or no RSA key of the length
    /// asked for.
    #[n(32)]
    #[error("the token gave a malformed public key")]
    PublicKeyMalformed,
    /// The token gave a signature or a MAC of another length than its mechanism makes.
    #[n(33)]
    #[error("the token gave {length} bytes where {expected} were due")]
    OutputMalformed {
        /// Length in bytes.
        #[n(0)]
        length: u64,
        /// The length that was due.
        #[n(1)]
        expected: u64,
    },

    // Arguments.
    /// A label is empty, too long, or holds characters that do not survive on a token.
    #[n(34)]
    #[error("a label is 1 to {limit} bytes without control characters or a space at its end")]
    LabelMalformed {
        /// The longest label in bytes.
        #[n(0)]
        limit: u32,
    },
    /// A PIN is empty, too long, or holds a control character.
    #[n(35)]
    #[error("a PIN is 1 to {limit} bytes without control characters")]
    PinMalformed {
        /// The longest PIN in bytes.
        #[n(0)]
        limit: u32,
    },
    /// The operating system gave no random bytes.
    #[n(36)]
    #[error("the operating system gave no random bytes")]
    NoRandomBytes,

    // Algorithms of signers' keys.
    /// The token does not list a mechanism that keys of this algorithm need, or not for keys of
    /// this length. Nothing was made.
    #[n(37)]
    #[error("the token does not offer {algorithm}: mechanism {mechanism:#06x} is not there for it")]
    AlgorithmNotOffered {
        /// The algorithm.
        #[n(0)]
        algorithm: SignerAlgorithm,
        /// CK_MECHANISM_TYPE of the first one that is missing.
        #[n(1)]
        mechanism: u64,
    },
    /// The token makes keys of this algorithm, and does not wrap them; tried on a throw-away key.
    #[n(38)]
    #[error("the token does not wrap {algorithm} keys: C_WrapKey answered {answer}")]
    AlgorithmNotWrapped {
        /// The algorithm.
        #[n(0)]
        algorithm: SignerAlgorithm,
        /// The return value by name.
        #[n(1)]
        answer: String,
    },
    /// The token signs whole messages by this algorithm, and was given a digest alone: what is to be
    /// signed is too long to be carried along.
    #[n(39)]
    #[error("the token signs whole messages by {algorithm}, and this one is too long for it")]
    MessageAbsent {
        /// The algorithm.
        #[n(0)]
        algorithm: SignerAlgorithm,
    },

    // Smart cards.
    /// The card is in no reader any more.
    #[n(40)]
    #[error("the card is not there any more")]
    CardAbsent,
    /// The card has no private key that belongs to the certificate, or none that signs.
    #[n(41)]
    #[error("the card has no key that signs for this certificate")]
    CardKeyMissing,
    /// The card did not take the PIN. It is not tried again.
    #[n(42)]
    #[error("the card does not take the PIN: {refusal}")]
    CardPin {
        /// Why not.
        #[n(0)]
        refusal: PinRefusal,
    },

    // Sessions.
    /// A PKCS#11 session has an operation in it that nobody finishes; it was closed. Said only
    /// where a new session gave the same answer.
    #[n(43)]
    #[error("the token keeps an operation open: {call} answered {answer}")]
    SessionUnusable {
        /// The PKCS#11 function.
        #[n(0)]
        call: String,
        /// Its return value by name.
        #[n(1)]
        answer: String,
    },

    // What a token cannot do, or not as it is set up.
    /// The token does not make a key, for another reason than its template, or the key does not do
    /// what it is made for.
    #[n(44)]
    #[error("the token does not make the key {label}: {call} answered {answer}")]
    KeyNotMade {
        /// The key that was to be made.
        #[n(0)]
        label: KeyLabel,
        /// The PKCS#11 function.
        #[n(1)]
        call: String,
        /// Its return value by name.
        #[n(2)]
        answer: String,
    },
    /// The token takes no user PIN, or not this one, before something else is done. Nothing was
    /// counted.
    #[n(45)]
    #[error("the token {label} does not take the PIN: {obstacle}")]
    PinObstacle {
        /// The token.
        #[n(0)]
        label: TokenLabel,
        /// What is in the way.
        #[n(1)]
        obstacle: PinObstacle,
    },
    /// The module was loaded, and does not begin to work.
    #[n(46)]
    #[error(
        "the module {} does not start: C_Initialize answered {answer}; it may need a variable \
         (--module-env), its service, or parameters that only p11-kit gives it (p11-kit-proxy.so)",
        name_of(path)
    )]
    ModuleNotStarted {
        /// Path of the module.
        #[n(0)]
        #[cbor(with = "wire::path")]
        path: PathBuf,
        /// The return value by name.
        #[n(1)]
        answer: String,
    },
}

/// Names as a list, of which there may be none.
fn listed(labels: &[String]) -> String {
    match labels {
        [] => "none that is initialised".to_owned(),
        labels => labels.join(", "),
    }
}

/// The name of a module's file. Where it lies is for `doctor` to say, and for nobody who only signs.
fn name_of(path: &std::path::Path) -> std::borrow::Cow<'_, str> {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
}
