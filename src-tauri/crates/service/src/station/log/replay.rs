//! The log held against what this machine remembers of it: leaves are taken up, and every root must be
//! the one that was signed.

use std::cell::RefCell;

use subtle::ConstantTimeEq;
use vault::{Leaf, LeafIndex, Logged, NewLeaf, RequestId};

use super::Log;
use super::head::{newest_notarised, verified};
use crate::audit::{self, Frontier, Kind, LeafParts, Told};
use crate::error::{Error, Result};
use crate::station::bound_rows::BoundRows;
use crate::station::office_acts::Noted;
use crate::station::remembered::Remembered;
use crate::station::tokens::SigningToken;
use crate::station::{Station, masters, memory, restore};

/// Leaves read at once while the log is replayed.
const PAGE: u32 = 1024;

/// What vouches for leaves that are taken up.
#[derive(Clone, Copy)]
pub(super) enum VouchedBy<'a> {
    /// The root of a signed head that covers them all.
    Head,
    /// The MAC of each, but for the one that was just written, which is known.
    Mac {
        own: Option<(LeafIndex, &'a NewLeaf)>,
    },
}

impl VouchedBy<'_> {
    /// Whether a leaf needs no MAC.
    fn knows(self, leaf: &Leaf) -> bool {
        match self {
            Self::Head => true,
            Self::Mac { own } => {
                own.is_some_and(|(index, own)| leaf.index == index && is_as_written(leaf, own))
            }
        }
    }
}

impl<'s> Log<'s> {
    /// Opens the log and holds it against the newest head this machine has seen.
    ///
    /// Leaves since then are replayed: a log that was cut, edited or forked does not give the root
    /// of its signed head from the remembered tree.
    pub(crate) fn open(station: &'s Station, token: &'s SigningToken<'s>) -> Result<Self> {
        let mut log = Self::consistent(station, token)?;
        // After the log, which may have been put back by an act that clients accept.
        masters::compare(station, token.masters().version())?;
        masters::expect_current(station, &mut log, token.masters())?;
        log.sweep()?;
        // Leaves whose process ended before their head was signed.
        if station.wait(station.store.leaf_count())? > log.frontier.size() {
            log.cover(None)?;
        }
        Ok(log)
    }

    fn consistent(station: &'s Station, token: &'s SigningToken<'s>) -> Result<Self> {
        let remembered = Remembered::load(station)?;
        let log = match Self::going_on_from(station, token, &remembered) {
            // What this machine remembers is lost: an officer may have said so.
            Err(error @ Error::Log(_)) => {
                return Self::restored(station, token, &remembered)?.ok_or(error);
            }
            other => other?,
        };
        if log.frontier.size() > remembered.frontier.size() {
            log.rows.keep(station)?;
            Remembered::store(station, &log.remembered(remembered.restores))?;
        }
        Ok(log)
    }

    /// Opens the log as a machine would that has seen nothing of it; what this one remembers is left
    /// as it is. To be used where an officer says that it is lost.
    pub(crate) fn open_anew(station: &'s Station, token: &'s SigningToken<'s>) -> Result<Self> {
        Self::going_on_from(station, token, &Remembered::default())
    }

    /// Opens a log that does not go on from the remembered head, if officers have accepted that.
    fn restored(
        station: &'s Station,
        token: &'s SigningToken<'s>,
        remembered: &Remembered,
    ) -> Result<Option<Self>> {
        let Some(accepted) = restore::accepted(station, remembered)? else {
            return Ok(None);
        };
        let mut log = Self {
            station,
            token,
            frontier: Frontier::default(),
            records: None,
            noted: Noted::default(),
            offices_held_at: None,
            mended: false,
            rows: BoundRows::default(),
            signed: RefCell::default(),
        };
        // The log it goes on from, and then the rest.
        log.replay(accepted.new.0, VouchedBy::Head)?;
        if log.frontier.root() != accepted.new.1 {
            return Ok(None);
        }
        let log = Self::open_anew(station, token)?;
        log.rows.keep(station)?;
        Remembered::replace(station, &log.remembered(accepted.sequence))?;
        memory::forget(station)?;
        Ok(Some(log))
    }

    /// What this machine would remember of the log as it is now.
    pub(crate) fn remembered(&self, restores: u64) -> Remembered {
        Remembered {
            frontier: self.frontier.clone(),
            records: self.records,
            notarised: 0,
            restores,
            noted: Some(Noted {
                rows: Some(self.rows.count()),
                scheme: Noted::SCHEME,
                ..self.noted.clone()
            }),
        }
    }

    fn going_on_from(
        station: &'s Station,
        token: &'s SigningToken<'s>,
        remembered: &Remembered,
    ) -> Result<Self> {
        let seen = remembered.frontier.size();
        let noted = remembered.noted.as_ref();
        let noted = noted.filter(|noted| noted.scheme == Noted::SCHEME);
        let kept = noted.and_then(|noted| {
            let rows = BoundRows::kept(station, noted.rows?)?;
            Some((noted.clone(), rows))
        });
        let (noted, rows) = match kept {
            Some(kept) => kept,
            None => Self::noted_until(station, token, &remembered.frontier)?,
        };
        let mut log = Self {
            station,
            token,
            frontier: remembered.frontier.clone(),
            records: remembered.records,
            noted,
            offices_held_at: None,
            mended: false,
            rows,
            signed: RefCell::default(),
        };
        let Some(head) = station.wait(station.store.latest_head())? else {
            return if seen == 0 {
                Ok(log)
            } else {
                Err(audit::Error::Shorter { now: 0, seen }.into())
            };
        };
        let checkpoint = verified(station, &head)?;
        if checkpoint.size < seen {
            let now = checkpoint.size;
            return Err(audit::Error::Shorter { now, seen }.into());
        }
        log.replay(checkpoint.size, VouchedBy::Head)?;
        if log.frontier.root() != checkpoint.root {
            let size = checkpoint.size;
            return Err(audit::Error::RootDiffers { size }.into());
        }
        if remembered.notarised > 0 {
            let notarised = newest_notarised(station)?;
            if notarised.is_none_or(|newest| newest.size < remembered.notarised) {
                return Err(audit::Error::NotaryLost {
                    seen: remembered.notarised,
                }
                .into());
            }
        }
        if seen == 0 {
            Self::begins_with_the_founding(station)?;
        }
        Ok(log)
    }

    /// What would have been noted up to there by a program that notes it.
    fn noted_until(
        station: &'s Station,
        token: &'s SigningToken<'s>,
        seen: &Frontier,
    ) -> Result<(Noted, BoundRows)> {
        let mut log = Self {
            station,
            token,
            frontier: Frontier::default(),
            records: None,
            noted: Noted::default(),
            offices_held_at: None,
            mended: false,
            rows: BoundRows::default(),
            signed: RefCell::default(),
        };
        log.replay(seen.size(), VouchedBy::Head)?;
        if log.frontier.root() == seen.root() {
            Ok((log.noted, log.rows))
        } else {
            let size = seen.size();
            Err(audit::Error::RootDiffers { size }.into())
        }
    }

    /// A machine that has seen nothing of the log yet holds its organisation file against it.
    fn begins_with_the_founding(station: &Station) -> Result<()> {
        let fingerprint = station.organisation.fixed.fingerprint();
        let founding = told(station, LeafIndex(0))?;
        let names = |told: &Told| {
            told.digests
                .first()
                .is_some_and(|first| *first == fingerprint)
        };
        if founding.is_some_and(|told| told.kind == Kind::Founding.word() && names(&told)) {
            Ok(())
        } else {
            Err(audit::Error::OtherFounding.into())
        }
    }

    /// Takes up leaves until the tree has `size` of them.
    ///
    /// The next head must not cover what somebody without the token put there.
    pub(super) fn replay(&mut self, size: u64, vouched: VouchedBy<'_>) -> Result<()> {
        while self.frontier.size() < size {
            let store = &self.station.store;
            let page = self
                .station
                .wait(store.logged(LeafIndex(self.frontier.size()), PAGE))?;
            if page.is_empty() {
                let now = self.frontier.size();
                return Err(audit::Error::Shorter { now, seen: size }.into());
            }
            for Logged { leaf, event } in page {
                if self.frontier.size() == size {
                    break;
                }
                if leaf.index.0 != self.frontier.size() {
                    let index = self.frontier.size();
                    return Err(audit::Error::LeafMissing { index }.into());
                }
                if !vouched.knows(&leaf) {
                    self.believe(&leaf)?;
                }
                let before = self.records;
                self.follow(&leaf)?;
                let told =
                    event.and_then(|event| Told::read(&leaf.leaf, &event.salt, &event.bytes));
                match told {
                    Some(told) => {
                        self.noted.follow(leaf.index.0, &told);
                        self.rows.follow(leaf.index.0, &told, &mut self.noted);
                    }
                    // Whoever writes the vault could have old rows count again by taking away what
                    // tells of the newer ones. A machine that has seen it does not ask again.
                    None if before.is_some() && before != self.records => {
                        let index = leaf.index.0;
                        return Err(audit::Error::EventGone { index }.into());
                    }
                    None => {}
                }
                self.frontier.push(&leaf.leaf);
            }
        }
        Ok(())
    }

    /// Takes up what a leaf says of the records. Once one names their root, all do.
    fn follow(&mut self, leaf: &Leaf) -> Result<()> {
        let index = leaf.index.0;
        let parts = LeafParts::read(&leaf.leaf).ok_or(audit::Error::LeafMalformed { index })?;
        if self.records.is_some() && parts.records.is_none() {
            return Err(audit::Error::RecordsForgotten { index }.into());
        }
        self.records = parts.records;
        Ok(())
    }

    fn believe(&self, leaf: &Leaf) -> Result<()> {
        let request = leaf.request_id.as_ref().map(RequestId::as_bytes);
        let intent = leaf.intent.map(|intent| intent.0);
        let input = audit::event::leaf_mac_input(&leaf.leaf, request, intent);
        let mac = self.token.record_mac(&input)?;
        if leaf
            .mac
            .is_some_and(|found| bool::from(found.as_bytes().ct_eq(&mac)))
        {
            Ok(())
        } else {
            let index = leaf.index.0;
            Err(audit::Error::LeafForged { index }.into())
        }
    }
}

pub(super) fn is_as_written(stored: &Leaf, written: &NewLeaf) -> bool {
    stored.leaf == written.leaf
        && stored.request_id == written.request_id
        && stored.intent == written.intent
}

/// What the event of a leaf says; none if it was erased, or is not the one that the leaf digests.
pub(crate) fn told(station: &Station, index: LeafIndex) -> Result<Option<Told>> {
    let leaves = station.wait(station.store.leaves(index, 1))?;
    let event = station.wait(station.store.event(index))?;
    let (Some(leaf), Some(event)) = (leaves.first(), event) else {
        return Ok(None);
    };
    Ok((leaf.index == index)
        .then(|| Told::read(&leaf.leaf, &event.salt, &event.bytes))
        .flatten())
}
