//! The attacks a token is probed with, and what is said of each.

use std::fmt;

use minicbor::{CborLen, Decode, Encode};

use crate::{AttributeName, Canary, KeyLabel, WrapMechanism};

/// An attack on keys by somebody who has the token's PIN and PKCS#11 code of his own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode, CborLen)]
#[cbor(index_only)]
pub enum Attack {
    /// Wraps a key, then decrypts what came out with the wrapping key.
    #[n(1)]
    WrapThenDecrypt,
    /// Unwraps a wrapped key under a template that lets it be read or wrapped again.
    #[n(2)]
    UnwrapWeaker,
    /// Unwraps a private key as a key of another class or type.
    #[n(3)]
    TypeConfusion,
    /// Unwraps what was changed or made up, and listens to how it is refused.
    #[n(4)]
    Conjuring,
    /// Wraps a key that was just born under a wrapping key of his own.
    #[n(5)]
    OwnWrappingKey,
    /// Changes or copies a key, so that it may do more.
    #[n(6)]
    Mutation,
    /// Derives a weaker relative of a key.
    #[n(7)]
    Derivation,
    /// Wraps the master itself.
    #[n(8)]
    WrapTheMaster,
    /// Uses the master by another mechanism: a padding oracle opens every wrapped key.
    #[n(12)]
    SecondMechanism,
    /// Wraps by GCM under an initialisation vector that was used before.
    #[n(13)]
    ChosenIv,
    /// Has a key wrapped whose value he knows, as if it were born on the token.
    #[n(14)]
    Injection,
    /// Puts a key beside the real one that has its label, ID and attributes.
    #[n(15)]
    LookAlike,
    /// Destroys master, pepper, or another key that nothing works without.
    #[n(16)]
    Destruction,
    /// Asks for a MAC of one byte, and guesses the rest byte by byte.
    #[n(19)]
    TruncatedMac,
}

impl Attack {
    /// All that are played, in the order of their ids.
    pub const ALL: [Self; 14] = [
        Self::WrapThenDecrypt,
        Self::UnwrapWeaker,
        Self::TypeConfusion,
        Self::Conjuring,
        Self::OwnWrappingKey,
        Self::Mutation,
        Self::Derivation,
        Self::WrapTheMaster,
        Self::SecondMechanism,
        Self::ChosenIv,
        Self::Injection,
        Self::LookAlike,
        Self::Destruction,
        Self::TruncatedMac,
    ];

    /// Those that are on keys which only sign, as a CA's and a notary's.
    pub const ON_SIGNING_KEYS: [Self; 5] = [
        Self::Mutation,
        Self::Derivation,
        Self::WrapTheMaster,
        Self::LookAlike,
        Self::Destruction,
    ];

    /// The id it is known by: `A1` to `A19`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::WrapThenDecrypt => "A1",
            Self::UnwrapWeaker => "A2",
            Self::TypeConfusion => "A3",
            Self::Conjuring => "A4",
            Self::OwnWrappingKey => "A5",
            Self::Mutation => "A6",
            Self::Derivation => "A7",
            Self::WrapTheMaster => "A8",
            Self::SecondMechanism => "A12",
            Self::ChosenIv => "A13",
            Self::Injection => "A14",
            Self::LookAlike => "A15",
            Self::Destruction => "A16",
            Self::TruncatedMac => "A19",
        }
    }

    /// Recognises an attack by its id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|attack| attack.id() == id)
    }
}

impl fmt::Display for Attack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// How an attack went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(index_only)]
pub enum Verdict {
    /// The token refused every way of it that was tried.
    #[n(0)]
    Defeated,
    /// One way of it came through, or it could not be shown that none does.
    #[n(1)]
    Open,
    /// The token lists nothing it could be played with.
    #[n(2)]
    NotApplicable,
}

/// An attack that was played.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(array)]
pub struct Played {
    /// Which.
    #[n(0)]
    pub attack: Attack,
    /// How it went.
    #[n(1)]
    pub verdict: Verdict,
    /// What was called, by which mechanisms, and what the token answered; names of PKCS#11.
    #[n(2)]
    pub detail: String,
}

/// The token's own keys, for what can be tried on them without harm: their templates are read
/// back, and they are asked for what they must refuse.
///
/// Of a kind that is not here, no throw-away key is tried either: the token is not used so.
#[derive(Clone, Debug, Encode, Decode, CborLen)]
#[cbor(array)]
pub struct Production {
    /// The master; none on a token that wraps nothing.
    #[n(0)]
    pub master: Option<MasterInUse>,
    /// Pepper and record MAC.
    #[n(1)]
    pub mac_keys: Vec<KeyLabel>,
    /// Keys that sign: head, CA, notary.
    #[n(2)]
    pub signing_keys: Vec<KeyLabel>,
}

/// A master that keys are wrapped under.
#[derive(Clone, Debug, Encode, Decode, CborLen)]
#[cbor(array)]
pub struct MasterInUse {
    /// Its label.
    #[n(0)]
    pub label: KeyLabel,
    /// What was wrapped under it to prove it by.
    #[n(1)]
    pub canary: Canary,
}

/// What a token is like, as far as keys depend on it; all of it was tried on throw-away keys.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(array)]
pub struct TokenProfile {
    /// The mechanism keys are wrapped with; none if no usable one works.
    #[n(0)]
    pub mechanism: Option<WrapMechanism>,
    /// CK_MECHANISM_TYPE of all that the token lists for wrapping or unwrapping.
    #[n(1)]
    pub wrap_mechanisms: Vec<u64>,
    /// What of the templates it does not have.
    #[n(2)]
    pub gaps: Vec<Gap>,
}

/// Something of a template that a token does not have.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(array)]
pub struct Gap {
    /// What.
    #[n(0)]
    pub missing: Missing,
    /// How that showed: what was called, and what the token answered.
    #[n(1)]
    pub detail: String,
}

/// What of the templates a token can be without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, CborLen)]
#[cbor(index_only)]
pub enum Missing {
    /// No authenticated mechanism wraps private keys.
    #[n(0)]
    Wrapping,
    /// CKA_UNWRAP_TEMPLATE: what a wrapped key becomes is up to the caller.
    #[n(1)]
    UnwrapTemplate,
    /// CKA_ALLOWED_MECHANISMS: every key works by every mechanism.
    #[n(2)]
    AllowedMechanisms,
    /// CKA_WRAP_TEMPLATE: keys that somebody knows can be wrapped.
    #[n(3)]
    WrapTemplate,
    /// CKA_MODIFIABLE: a key can be given another use.
    #[n(4)]
    Modifiable,
    /// CKA_COPYABLE: a copy can be given another use.
    #[n(5)]
    Copyable,
    /// CKA_DESTROYABLE: whoever has the PIN can destroy the keys.
    #[n(6)]
    Destroyable,
    /// CKA_LOCAL, CKA_ALWAYS_SENSITIVE or CKA_NEVER_EXTRACTABLE: where a key was born is not shown.
    #[n(7)]
    Birth,
    /// CKA_MODIFIABLE=F in C_UnwrapKey: a signer's key can be given another use while it is there.
    #[n(8)]
    ModifiableAtUnwrap,
    /// CKA_TRUSTED, so that a newborn key could only be wrapped under the master.
    #[n(9)]
    Trusted,
}

impl Missing {
    /// The attribute or feature by its name in PKCS#11.
    #[must_use]
    pub fn attribute(self) -> AttributeName {
        AttributeName(
            match self {
                Self::Wrapping => "CKM_AES_KEY_WRAP_KWP",
                Self::UnwrapTemplate => "CKA_UNWRAP_TEMPLATE",
                Self::AllowedMechanisms => "CKA_ALLOWED_MECHANISMS",
                Self::WrapTemplate => "CKA_WRAP_TEMPLATE",
                Self::Modifiable | Self::ModifiableAtUnwrap => "CKA_MODIFIABLE",
                Self::Copyable => "CKA_COPYABLE",
                Self::Destroyable => "CKA_DESTROYABLE",
                Self::Birth => "CKA_LOCAL",
                Self::Trusted => "CKA_TRUSTED",
            }
            .to_owned(),
        )
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_attack_is_recognised_by_its_id() {
        for attack in Attack::ALL {
            assert_eq!(Attack::from_id(attack.id()).unwrap(), attack);
        }
        assert_eq!(Attack::from_id("A9"), None);
    }
}
