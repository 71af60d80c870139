//! Leaves written together with what they tell of, each naming the root of the records after it.

use vault::{Answer, LeafIndex, NewLeaf, RequestId};

use super::draft::{About, Draft, new_leaf};
use super::{ATTEMPTS, Log};
use crate::audit::records::{Entry, Hash};
use crate::audit::{self, Event, Kind, Outcome};
use crate::custody::RowMessage;
use crate::error::{Error, Result};
use crate::station::key::KeyRecord;
use crate::station::officers::Officers;
use crate::station::records;

impl Log<'_> {
    /// Notes what an officer has signed; the outcome of the act will name it.
    pub(crate) fn note_signed(&self, rows: &[RowMessage]) {
        let digests = rows.iter().map(RowMessage::digest);
        self.signed.borrow_mut().extend(digests);
    }

    /// Refuses to write what an officer has signed whose office was taken meanwhile: it would count
    /// for nothing.
    fn expect_office(&self, draft: &Draft<'_>) -> Result<()> {
        let (Some(login), Some(Outcome::Done)) = (draft.about.officer, draft.outcome) else {
            return Ok(());
        };
        if self.signed.borrow().is_empty() {
            return Ok(());
        }
        let record = KeyRecord::of_login(self.station, login)?;
        let (account, spki) = (record.row.account.id, &record.row.key.spki);
        if Officers::of(self.station)?.act_with(account, spki) {
            return Ok(());
        }
        Err(Error::NotAnOfficer {
            login: login.to_owned(),
        })
    }

    /// Writes a leaf, and in the same transaction what it tells of; `entries` are the records that
    /// are other afterwards.
    ///
    /// The leaf names the root of the tree over the records after it, so it is made anew if they
    /// changed while it was made.
    pub(crate) fn write<'w, T>(
        &mut self,
        draft: Draft<'_>,
        entries: &[Entry],
        write: impl Fn(NewLeaf) -> Answer<'w, T>,
    ) -> Result<(T, NewLeaf)> {
        self.write_anew(draft, || Ok(entries.to_vec()), write)
    }

    /// As [`Self::write`], where the entries follow from what others may change meanwhile: they are
    /// asked for anew until nothing has changed since. What they are asked of may refuse, too.
    pub(crate) fn write_anew<'w, T>(
        &mut self,
        draft: Draft<'_>,
        entries: impl Fn() -> Result<Vec<Entry>>,
        write: impl Fn(NewLeaf) -> Answer<'w, T>,
    ) -> Result<(T, NewLeaf)> {
        for _ in 0..ATTEMPTS {
            let before = self.records;
            let entries = entries()?;
            let leaf = self.leaf(draft, &entries)?;
            if self.records != before {
                continue;
            }
            self.expect_office(&draft)?;
            match self.station.wait(write(leaf.clone())) {
                Err(Error::Vault(vault::Error::RecordsMoved)) => self.catch_up()?,
                written => return Ok((written?, leaf)),
            }
        }
        Err(audit::Error::RecordsRestless.into())
    }

    /// Takes up the leaves that others have written meanwhile; the records must have changed by one.
    pub(super) fn catch_up(&mut self) -> Result<()> {
        let size = self.station.wait(self.station.store.leaf_count())?;
        if size <= self.frontier.size() {
            return Err(audit::Error::TreeBroken.into());
        }
        self.cover(None)
    }

    fn leaf(&mut self, draft: Draft<'_>, entries: &[Entry]) -> Result<NewLeaf> {
        let tree = self.tree(entries)?;
        let root = tree.as_ref().map_or(self.records, |tree| Some(tree.root()));
        let mut leaf = self.draft(draft, root)?;
        leaf.tree = tree.map(|tree| records::change(&tree, self.records, None));
        Ok(leaf)
    }

    pub(super) fn draft(&self, draft: Draft<'_>, records: Option<Hash>) -> Result<NewLeaf> {
        let Draft {
            kind,
            about,
            intent,
            outcome,
        } = draft;
        let mut digests = about.digests.to_vec();
        if outcome == Some(Outcome::Done) {
            digests.extend(self.signed.borrow().iter());
        }
        let event = Event {
            kind,
            act: about.act,
            time: self.station.now()?,
            account: about.account,
            login: about.login,
            key: about.key,
            machine: self.station.machine.as_bytes(),
            request: about.request,
            head: (self.frontier.size(), self.frontier.root()),
            digests: &digests,
            intent: intent.map(|index| index.0),
            outcome,
            officer: about.officer,
            note: about.note,
            serial: about.serial,
        };
        let request = (kind != Kind::Outcome).then(|| RequestId::from(*about.request));
        new_leaf(self.token, kind, &event, request, intent, records)
    }

    /// Appends the outcome of an intent and signs the head over it.
    pub(crate) fn conclude(
        &mut self,
        about: &About<'_>,
        intent: LeafIndex,
        outcome: Outcome,
    ) -> Result<()> {
        let station = self.station;
        let draft = Draft::outcome(about, intent, outcome);
        let (index, leaf) = self.write(draft, &[], |leaf| station.store.append(leaf))?;
        self.sign(index, &leaf)
    }

    /// Appends an intent, and signs the head over it before anything is done.
    pub(crate) fn begin(&mut self, about: &About<'_>) -> Result<LeafIndex> {
        self.signed.borrow_mut().clear();
        let station = self.station;
        let draft = Draft::opening(Kind::Intent, about);
        let (index, leaf) = self.write(draft, &[], |leaf| station.store.append(leaf))?;
        self.sign(index, &leaf)?;
        Ok(index)
    }

    /// Appends the outcome of an intent that failed; a certificate that may have been made for it
    /// goes on the next revocation list.
    ///
    /// Best effort: the error that led here is the one to tell. If the intent has its outcome
    /// already, nothing is added.
    pub(crate) fn give_up(&mut self, about: &About<'_>, intent: LeafIndex) {
        let serial = about.serial.map(<[u8]>::to_vec);
        let station = self.station;
        let draft = Draft::outcome(about, intent, Outcome::Fault);
        let given_up = self.write(draft, &[], |leaf| {
            station.store.abandon(leaf, serial.clone())
        });
        if let Ok((index, leaf)) = given_up {
            let _ = self.sign(index, &leaf);
        }
    }
}
