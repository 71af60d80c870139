//! What crosses about the token's profile: how the attacks went, and what that makes of the
//! organisation.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Assurance;

/// How the attacks went, in one letter.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq, PartialOrd, Ord)]
#[ts(export)]
pub enum Grade {
    /// None is open.
    A,
    /// Only A5 is: a key can leave in the instant between its birth and its wrapping.
    B,
    /// Another one is.
    C,
    /// One is that reads a wrapped key or the master.
    D,
}

/// Which of the four set the assurance, and how.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum AssuranceReason {
    /// An attack is open that reads a wrapped key or the master.
    KeysGivenAway,
    /// Another attack is open.
    AttackOpen,
    /// The attacks were not played on this token, or on its module as it is now.
    NotProbed,
    /// The token is files.
    SoftwareToken,
    /// The token says that it is hardware, and no officer has declared that.
    HardwareNotDeclared,
    /// Every desktop holds the signing PIN.
    PinOnDesktops,
    /// Signers have a phrase, not a device.
    Phrase,
    /// Keys stay on the token, and no secret is part of one.
    ResidentKeys,
}

impl AssuranceReason {
    /// What set the word, as a sentence without an end.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::KeysGivenAway => "attacks are open that give keys away",
            Self::AttackOpen => "an attack on keys is open",
            Self::NotProbed => "the attacks were not played on this token as it is",
            Self::SoftwareToken => "software token",
            Self::HardwareNotDeclared => {
                "the token says that it is hardware, and no officer has declared it"
            }
            Self::PinOnDesktops => "whoever may use this machine's account holds the signing PIN",
            Self::Phrase => "signers have a phrase, not a device",
            Self::ResidentKeys => {
                "keys stay on the token, and a person's secret is no part of the key"
            }
        }
    }
}

impl ProbeLimit {
    /// It, as a sentence without an end.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::SoftwareToken => {
                "a software token: whoever has its files and a PIN has every key, whatever the \
                 attacks did"
            }
            Self::OpenAtBirth => {
                "A5 is open: with the PIN, a key can be taken in the instant between its birth and \
                 its wrapping"
            }
            Self::ResidentKeys => {
                "keys stay on the token: whoever has the signing PIN signs with them all, without \
                 any secret, which is no part of a key"
            }
            Self::AttackOpen => "other attacks than A5 are open",
            Self::PinCanBeChanged => {
                "whoever has the PIN can change it, and can lock it with wrong ones; that was not \
                 tried"
            }
            Self::PinOnDesktops => "whoever may use this machine's account holds the signing PIN",
            Self::Phrase => {
                "who has the PIN and the vault can guess signers' phrases; they must stand guessing"
            }
            Self::LibrariesNotHashed => {
                "libraries that the module loads are not covered by its hash"
            }
            Self::HardwareNotDeclared => {
                "the token says that it is hardware, and no officer has declared it"
            }
            Self::NotProbed => "the attacks were not played on this token as it is",
            Self::IssuingNotProbed => {
                "the attacks were not played on the issuing token as it is: have it probed"
            }
        }
    }
}

/// How an attack went.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum AttackVerdict {
    /// The token refused every way of it that was tried.
    Defeated,
    /// One way came through, or it could not be shown that none does.
    Open,
    /// The token has nothing it could be played with.
    NotApplicable,
}

/// An attack that was played.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProbedAttack {
    /// `A1` to `A19`; the window words it.
    pub id: String,
    /// How it went.
    pub verdict: AttackVerdict,
    /// What was called and what the token answered, in the names of PKCS#11.
    pub detail: String,
}

/// What of the templates a token can be without.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
#[expect(missing_docs, reason = "token::Missing says what is behind each")]
pub enum MissingFeature {
    Wrapping,
    UnwrapTemplate,
    AllowedMechanisms,
    WrapTemplate,
    Modifiable,
    Copyable,
    Destroyable,
    Birth,
    ModifiableAtUnwrap,
    Trusted,
}

/// Something a token does not have; the window words what that means and what is done instead.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TokenGap {
    /// What.
    pub missing: MissingFeature,
    /// How that showed.
    pub detail: String,
}

/// The mechanism keys are wrapped with.
#[derive(Debug, Clone, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct NegotiatedMechanism {
    /// Its name in PKCS#11.
    pub name: String,
    /// CK_MECHANISM_TYPE.
    #[ts(type = "number")]
    pub number: u64,
    /// The RFC it turned out to follow.
    pub rfc: u16,
}

/// Something to know that no probe can mend.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, TS, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ProbeLimit {
    /// Whoever has its files and a PIN has every key, whatever the attacks did.
    SoftwareToken,
    /// A5: a key can leave in the instant between its birth and its wrapping.
    OpenAtBirth,
    /// Another attack is open.
    AttackOpen,
    /// Whoever has the PIN can change it, and can lock it with wrong ones; not tried.
    PinCanBeChanged,
    /// Every desktop holds the PIN.
    PinOnDesktops,
    /// Signers' phrases can be guessed at by who has the PIN and the vault.
    Phrase,
    /// Libraries the module loads are not covered by its hash.
    LibrariesNotHashed,
    /// The token says that it is hardware, and no officer declared it.
    HardwareNotDeclared,
    /// The attacks were not played on this token, or on its module as it is now.
    NotProbed,
    /// Keys stay on the token: whoever has the PIN signs with them all, without any secret.
    ResidentKeys,
    /// The attacks were not played on the issuing token, or on its module as it is now.
    IssuingNotProbed,
}

/// How the attacks on the issuing token went, whose keys only sign.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct IssuingProbe {
    /// SHA-256 of the module, 64 hexadecimal digits.
    pub module_sha256: String,
    /// Whether the module is still the one that was probed.
    pub module_unchanged: bool,
    /// The token's label.
    pub label: String,
    /// Manufacturer and model, as the token says.
    pub model: String,
    /// Whether the token says that it is hardware.
    pub says_hardware: bool,
    /// The attacks, in the order of their ids.
    pub attacks: Vec<ProbedAttack>,
}

/// What a token is like, as it was probed and as an officer signed it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TokenProfile {
    /// Rises with every probe.
    #[ts(type = "number")]
    pub version: u64,
    /// When, Unix seconds.
    #[ts(type = "number")]
    pub at: i64,
    /// Login of the officer who had it probed.
    pub officer: String,
    /// SHA-256 of the module, 64 hexadecimal digits.
    pub module_sha256: String,
    /// Whether the module is still the one that was probed.
    pub module_unchanged: bool,
    /// The token's label.
    pub label: String,
    /// Manufacturer and model, as the token says.
    pub model: String,
    /// Whether the token says that it is hardware.
    pub says_hardware: bool,
    /// Whether the officers declared that it is.
    pub declared_hardware: bool,
    /// The letter: the worse one of both tokens.
    pub grade: Grade,
    /// The attacks, in the order of their ids.
    pub attacks: Vec<ProbedAttack>,
    /// The issuing token; none in a profile from before it was probed.
    pub issuing: Option<IssuingProbe>,
    /// The mechanism keys are wrapped with.
    pub mechanism: Option<NegotiatedMechanism>,
    /// Names or numbers of all that the token lists for wrapping.
    pub wrap_mechanisms: Vec<String>,
    /// What it does not have.
    pub missing: Vec<TokenGap>,
}

/// The token's newest profile, and what it makes of the organisation.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Probe {
    /// The profile; none if the token was never probed.
    pub profile: Option<TokenProfile>,
    /// The word.
    pub assurance: Assurance,
    /// What set it.
    pub set_by: AssuranceReason,
    /// What to know besides.
    pub limits: Vec<ProbeLimit>,
    /// The word below which nobody is enrolled; none in an organisation set up for trial.
    pub required: Option<Assurance>,
}
