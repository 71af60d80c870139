//! Founding an organisation, its tokens and modules, and whether all is in its place.

use std::collections::BTreeMap;
use std::path::PathBuf;

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
