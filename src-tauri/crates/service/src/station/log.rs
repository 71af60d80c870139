//! The log as this machine uses it: consistent with what it remembers, and signed after each act.

mod draft;
mod head;
mod replay;
mod sweep;
mod tree;
mod write;

use std::cell::RefCell;

pub(crate) use draft::{About, Draft, new_leaf};
pub(crate) use head::{newest_notarised, verified, verified_by_notary};
pub(crate) use replay::told;

use super::Station;
use super::bound_rows::{BoundRows, Lines};
use super::office_acts::Noted;
pub(crate) use super::request::RequestLock;
use super::tokens::SigningToken;
use crate::audit::Frontier;
use crate::audit::records::Hash;
use crate::error::Result;

/// How often something is written again because the records changed meanwhile.
const ATTEMPTS: u32 = 100;

/// The log, found consistent with the head this machine remembers.
pub(crate) struct Log<'s> {
    station: &'s Station,
    token: &'s SigningToken<'s>,
    /// The tree up to the newest signed head.
    frontier: Frontier,
    /// The root of the tree over the current records that the newest leaf names.
    records: Option<Hash>,
    /// What the log tells of offices and restores.
    noted: Noted,
    /// The size at which the rows of offices were held against it.
    pub(crate) offices_held_at: Option<u64>,
    /// The nodes of the tree were looked at whole, and made anew if that was possible.
    mended: bool,
    /// The rows that the log tells of.
    rows: BoundRows,
    /// What an officer has signed in the act under way.
    signed: RefCell<Vec<Hash>>,
}

impl Log<'_> {
    /// Size and root of the tree over them.
    pub(crate) fn head(&self) -> (u64, Hash) {
        (self.frontier.size(), self.frontier.root())
    }

    /// What the log tells of offices and restores, as far as it is taken up.
    pub(crate) fn noted(&self) -> &Noted {
        &self.noted
    }

    /// What officers have signed and where, as far as the log is taken up.
    pub(crate) fn signed_rows(&self) -> Result<Lines> {
        self.rows.lines(self.station)
    }

    /// Leaves of the log that are taken up.
    pub(crate) fn size(&self) -> u64 {
        self.frontier.size()
    }
}
