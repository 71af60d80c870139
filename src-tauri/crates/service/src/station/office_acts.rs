//! What the log itself tells of offices: the acts by which they were given, taken, or went on with
//! another key, and the restores that were accepted.
//!
//! Rows can be deleted, and whoever was an officer once can sign rows that say to be older than they
//! are. The log cannot be written in the past: a row counts if the log tells of its act, where it was
//! done. So each machine notes these acts while it takes the log up, beside the head it remembers.

use serde::{Deserialize, Serialize};
use vault::{AccountId, KeyId, LeafIndex};

use crate::audit::{Act, Kind, Outcome, Told};
use crate::signing_algorithm::hex;

/// What became of an office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Happened {
    /// It was given.
    Given,
    /// It was taken.
    Taken,
    /// It went on with another key.
    WentOn,
}

/// An act that concerned an office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OfficeAct {
    pub(crate) happened: Happened,
    /// Whose office it is, in hexadecimal digits.
    account: String,
    /// The key that acts, or acted: of an office that went on, the one before.
    key: String,
    /// Index of the intent.
    pub(crate) intent: u64,
    /// Index of the outcome: where it was done.
    pub(crate) outcome: u64,
}

impl OfficeAct {
    pub(crate) fn new(
        happened: Happened,
        account: AccountId,
        key: KeyId,
        intent: LeafIndex,
        outcome: LeafIndex,
    ) -> Self {
        Self {
            happened,
            account: hex(account.as_bytes()),
            key: hex(key.as_bytes()),
            intent: intent.0,
            outcome: outcome.0,
        }
    }

    /// The act that an event at this index is the outcome of, if it was done and concerns an office.
    pub(crate) fn told(index: u64, told: &Told) -> Option<Self> {
        let done = told.kind == Kind::Outcome.word()
            && told.outcome.as_deref() == Some(Outcome::Done.word());
        let happened = [
            (Act::Grant, Happened::Given),
            (Act::Withdraw, Happened::Taken),
            (Act::ReplaceOwn, Happened::WentOn),
        ];
        let (_, happened) = happened
            .into_iter()
            .find(|(act, _)| done && told.act == act.word())?;
        Some(Self {
            happened,
            account: hex(told.account.as_deref()?),
            key: hex(told.key.as_deref()?),
            intent: told.intent?,
            outcome: index,
        })
    }
}

/// What a machine notes of the log while it takes it up.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Noted {
    /// In the order in which they were done.
    pub(crate) offices: Vec<OfficeAct>,
    /// What officers signed of the restores that this log has gone through, in hexadecimal digits.
    pub(crate) restores: Vec<String>,
    /// The PINs of the security officers were taken out of the vault: a backup has them.
    #[serde(default)]
    pub(crate) so_pins_released: bool,
    /// How many digests of rows are in the file beside this; none where a program noted none.
    #[serde(default)]
    pub(crate) rows: Option<u64>,
    /// Every state and account that an officer has signed is among them.
    #[serde(default)]
    pub(crate) rows_bound: bool,
    /// So is every master, step of a rotation and token profile.
    #[serde(default)]
    pub(crate) all_bound: bool,
    /// What a program notes of an event; another one notes it anew.
    #[serde(default)]
    pub(crate) scheme: u32,
}

impl Noted {
    /// Rows and the acts about them.
    pub(crate) const SCHEME: u32 = 2;

    /// Notes what an event tells that stands at this index.
    pub(crate) fn follow(&mut self, index: u64, told: &Told) {
        self.offices.extend(OfficeAct::told(index, told));
        let done = told.kind == Kind::Outcome.word()
            && told.outcome.as_deref() == Some(Outcome::Done.word());
        if done && told.act == Act::Restore.word() {
            self.restores
                .extend(told.digests.iter().map(|digest| hex(digest)));
        }
        if done && told.act == Act::ReleaseSoPins.word() {
            self.so_pins_released = true;
        }
    }

    /// Whether this log has gone through the restore of which officers signed this.
    pub(crate) fn went_through(&self, restore: &[u8; 32]) -> bool {
        self.restores.contains(&hex(restore))
    }
}
