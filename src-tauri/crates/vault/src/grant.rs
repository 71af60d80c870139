//! Offices that were given and taken after the founding.

use crate::id::{AccountId, KeyId, LeafIndex};
use crate::key::IssuingPin;

/// That a person has an office from now on, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The person.
    pub account: AccountId,
    /// The key that the person acts with.
    pub key: KeyId,
    /// Whether the office is given or taken.
    pub granted: Granted,
    /// By the officer who acted.
    pub officer_signature: Vec<u8>,
    /// The intent of that act.
    pub intent: LeafIndex,
    /// The outcome of that intent, if the log has one; what is given where the row is written does
    /// not count.
    pub outcome: Option<LeafIndex>,
}

/// What a grant says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granted {
    /// The office of an officer.
    Officer,
    /// No office.
    Nothing,
}

impl Granted {
    /// The word in the row.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Nothing => "none",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Officer, Self::Nothing]
            .into_iter()
            .find(|granted| granted.as_str() == text)
    }
}

/// A grant to write, with what goes with it.
#[derive(Debug, Clone)]
pub struct NewGrant {
    /// The row.
    pub grant: Grant,
    /// The issuing PIN as sealed for the new officer, in the place of any that is there; none takes it
    /// away.
    pub issuing_pin: Option<IssuingPin>,
}
