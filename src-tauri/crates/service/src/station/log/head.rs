//! Heads over all leaves, signed after each commit, and countersigned by the notary.

use vault::{Head, LeafIndex, NewLeaf, Sha256};

use super::replay::{VouchedBy, is_as_written};
use super::{ATTEMPTS, Log};
use crate::audit::{self, Checkpoint};
use crate::error::{Error, Result};
use crate::station::Station;
use crate::station::remembered::Remembered;
use crate::station::tokens::IssuingToken;

impl Log<'_> {
    /// Signs the head over all leaves, after the commit of `leaf` as `index`, and checks that it
    /// is in there as it was written.
    pub(crate) fn sign(&mut self, index: LeafIndex, leaf: &NewLeaf) -> Result<()> {
        let stored = self.station.wait(self.station.store.leaves(index, 1))?;
        if stored
            .first()
            .is_none_or(|stored| stored.index != index || !is_as_written(stored, leaf))
        {
            return Err(audit::Error::LeafMissing { index: index.0 }.into());
        }
        self.cover(Some((index, leaf)))
    }

    /// Signs the head over the leaf of what is done and holds.
    ///
    /// # Errors
    /// [`Error::OutcomeNotLogged`].
    pub(crate) fn sign_done(&mut self, index: LeafIndex, leaf: &NewLeaf) -> Result<()> {
        let signed = self.sign(index, leaf);
        signed.map_err(|error| Error::OutcomeNotLogged(Box::new(error)))
    }

    /// Signs the head over all leaves there are; `own` is the one that was just written.
    pub(super) fn cover(&mut self, own: Option<(LeafIndex, &NewLeaf)>) -> Result<()> {
        let size = self.station.wait(self.station.store.leaf_count())?;
        self.replay(size, VouchedBy::Mac { own })?;
        let organisation = &self.station.organisation;
        let checkpoint = Checkpoint {
            origin: organisation.log_origin(),
            size,
            root: self.frontier.root(),
        };
        let value = self.token.sign_head(&checkpoint)?;
        let spki = &organisation.fixed.head_key.0;
        let note = checkpoint.sign(&organisation.head_key_name(), spki, &value);
        // A head that does not open would lock everyone out: better no head than that one.
        Checkpoint::open(
            &note,
            &checkpoint.origin,
            &organisation.head_key_name(),
            spki,
        )?;
        let head = Head {
            size,
            root: Sha256::from(checkpoint.root),
            note,
            notarised: false,
        };
        self.station.wait(self.station.store.put_head(head))?;
        self.rows.keep(self.station)?;
        Remembered::store(self.station, &self.remembered(0))
    }

    /// Has the notary sign the head over all leaves, too.
    pub(crate) fn notarise(&mut self, issuing: &IssuingToken) -> Result<()> {
        let station = self.station;
        let mut newest = None;
        for _ in 0..ATTEMPTS {
            let head = station.wait(station.store.latest_head())?;
            let leaves = station.wait(station.store.leaf_count())?;
            let covers = |head: &Head| head.size == leaves && leaves == self.frontier.size();
            newest = head.filter(covers);
            if newest.is_some() {
                break;
            }
            self.cover(None)?;
        }
        let head = newest.ok_or(audit::Error::RecordsRestless)?;
        if head.notarised {
            return Ok(());
        }
        let checkpoint = verified(station, &head)?;
        if checkpoint.root != self.frontier.root() {
            let size = checkpoint.size;
            return Err(audit::Error::RootDiffers { size }.into());
        }
        let (name, spki) = notary(station);
        let value = issuing.notarise(&checkpoint)?;
        let note = checkpoint.countersign(&head.note, &name, spki, &value);
        Checkpoint::open(&note, &checkpoint.origin, &name, spki)?;
        let notarised = Head {
            note,
            notarised: true,
            ..head
        };
        station.wait(station.store.put_head(notarised))?;
        Remembered::note_notarised(station, checkpoint.size)
    }
}

/// Name and public key of the notary.
fn notary(station: &Station) -> (String, &[u8]) {
    let organisation = &station.organisation;
    (
        organisation.notary_key_name(),
        &organisation.fixed.notary_key.0,
    )
}

/// Reads a head and verifies the head key's signature.
pub(crate) fn verified(station: &Station, head: &Head) -> Result<Checkpoint> {
    let organisation = &station.organisation;
    Ok(Checkpoint::open(
        &head.note,
        &organisation.log_origin(),
        &organisation.head_key_name(),
        &organisation.fixed.head_key.0,
    )?)
}

/// Reads a head and verifies the notary's signature.
pub(crate) fn verified_by_notary(station: &Station, head: &Head) -> Result<Checkpoint> {
    let (name, spki) = notary(station);
    let origin = station.organisation.log_origin();
    Ok(Checkpoint::open(&head.note, &origin, &name, spki)?)
}

/// The newest head that the notary has signed.
pub(crate) fn newest_notarised(station: &Station) -> Result<Option<Checkpoint>> {
    let head = station.wait(station.store.latest_notarised())?;
    head.map(|head| verified_by_notary(station, &head))
        .transpose()
}
