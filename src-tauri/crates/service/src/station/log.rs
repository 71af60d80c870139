//! The log as this machine uses it: consistent with what it remembers, and signed after each act.

use std::cell::RefCell;

use subtle::ConstantTimeEq;
use vault::{Answer, Head, KeyId, Leaf, LeafIndex, Logged, NewLeaf, RequestId, Sha256};

use super::Station;
use super::bound_rows::{BoundRows, Signed};
use super::key::KeyRecord;
use super::office_acts::Noted;
use super::officers::Officers;
use super::records;
use super::remembered::Remembered;
pub(crate) use super::request::RequestLock;
use super::restore;
use super::tokens::{IssuingToken, SigningToken};
use crate::audit::records::{Entry, Hash, Tree};
use crate::audit::{self, Act, Checkpoint, Event, Frontier, Kind, LeafParts, Outcome, Told};
use crate::custody::RowMessage;
use crate::error::{Error, Result};

/// Leaves read at once while the log is replayed.
const PAGE: u32 = 1024;
/// How often something is written again because the records changed meanwhile.
const ATTEMPTS: u32 = 100;
/// Another machine's intent without an outcome is given up after a day.
const ABANDONED_AFTER: i64 = 24 * 60 * 60;

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

/// What a leaf is to say.
#[derive(Clone, Copy)]
pub(crate) struct Draft<'a> {
    kind: Kind,
    about: &'a About<'a>,
    intent: Option<LeafIndex>,
    outcome: Option<Outcome>,
}

impl<'a> Draft<'a> {
    /// Something is about to be done.
    pub(crate) fn opening(kind: Kind, about: &'a About<'a>) -> Self {
        Self {
            kind,
            about,
            intent: None,
            outcome: None,
        }
    }

    /// What became of an intent.
    pub(crate) fn outcome(about: &'a About<'a>, intent: LeafIndex, outcome: Outcome) -> Self {
        Self {
            kind: Kind::Outcome,
            about,
            intent: Some(intent),
            outcome: Some(outcome),
        }
    }
}

/// What vouches for leaves that are taken up.
#[derive(Clone, Copy)]
enum VouchedBy<'a> {
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

/// What an event is about.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) act: Act,
    pub(crate) request: &'a [u8; 16],
    pub(crate) account: Option<&'a [u8; 16]>,
    pub(crate) login: Option<&'a str>,
    pub(crate) key: Option<&'a [u8; 16]>,
    pub(crate) digests: &'a [[u8; 32]],
    /// Login of the officer who acts.
    pub(crate) officer: Option<&'a str>,
    /// Why, in a person's words.
    pub(crate) note: Option<&'a str>,
    /// Serial number of the certificate that will be made.
    pub(crate) serial: Option<&'a [u8]>,
}

impl<'a> About<'a> {
    /// A request about nobody and nothing yet.
    pub(crate) fn of(act: Act, request: &'a [u8; 16]) -> Self {
        Self {
            act,
            request,
            account: None,
            login: None,
            key: None,
            digests: &[],
            officer: None,
            note: None,
            serial: None,
        }
    }

    /// A request about a person's key.
    pub(crate) fn key(act: Act, request: &'a [u8; 16], record: &'a KeyRecord) -> Self {
        Self {
            account: Some(record.row.account.id.as_bytes()),
            login: Some(record.login()),
            key: Some(record.row.key.id.as_bytes()),
            ..Self::of(act, request)
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
        super::masters::compare(station, token.masters().version())?;
        super::masters::expect_current(station, &mut log, token.masters())?;
        log.sweep()?;
        // Leaves whose process ended before their head was signed.
        if station.wait(station.store.leaf_count())? > log.frontier.size() {
            log.cover(None)?;
        }
        Ok(log)
    }

    fn consistent(station: &'s Station, token: &'s SigningToken<'s>) -> Result<Self> {
        let remembered = Remembered::load(station)?;
        match Self::going_on_from(station, token, &remembered) {
            // What this machine remembers is lost: an officer may have said so.
            Err(error @ Error::Log(_)) => Self::restored(station, token, &remembered)?.ok_or(error),
            other => other,
        }
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
        super::memory::forget(station)?;
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
        if checkpoint.size > seen {
            log.rows.keep(station)?;
            Remembered::store(station, &log.remembered(remembered.restores))?;
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
    fn replay(&mut self, size: u64, vouched: VouchedBy<'_>) -> Result<()> {
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
                self.follow(&leaf)?;
                if let Some(event) = event
                    && let Some(told) = Told::read(&leaf.leaf, &event.salt, &event.bytes)
                {
                    self.noted.follow(leaf.index.0, &told);
                    self.rows.follow(leaf.index.0, &told, &mut self.noted);
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

    /// Says what became of intents whose process ended without saying, and clears what it left.
    fn sweep(&mut self) -> Result<()> {
        let left = RequestLock::left(self.station)?;
        // After the locks were looked at: an intent of a free one is in here.
        let open = self
            .station
            .wait(self.station.store.intents_without_outcome())?;
        let now = self.station.now()?;
        let mut destroyed = Vec::new();
        for lock in &left {
            for key in lock.keys() {
                if self.token.destroy_if_nobodys(self.station, key)? {
                    destroyed.push((lock.request, key));
                }
            }
        }
        for intent in open {
            let Some(request) = intent.request_id else {
                continue;
            };
            let told = told(self.station, intent.index)?;
            let gone = match left.iter().find(|left| left.request == *request.as_bytes()) {
                Some(_) => true,
                // A process of this machine has its lock from before its intent until after its
                // outcome: one without is of a state folder that is no more. Of another machine
                // only the time tells.
                None => {
                    let ours = told
                        .as_ref()
                        .is_some_and(|told| told.machine == self.station.machine.as_bytes());
                    let old = now.saturating_sub(intent.at.0) > ABANDONED_AFTER;
                    !RequestLock::path(self.station, request.as_bytes()).exists() && (ours || old)
                }
            };
            if gone {
                let serial = told.and_then(|told| told.serial);
                let request = request.as_bytes();
                let key = destroyed.iter().find(|(of, _)| of == request);
                let key = key.map(|(_, key)| *key);
                self.abandon(intent.index, request, serial, key)?;
            }
        }
        left.into_iter().for_each(RequestLock::clear);
        Ok(())
    }

    /// Gives an intent up. If a certificate may have been made for it, its serial number goes on the
    /// next revocation list, for which the outcome vouches; and it names the key that was made on the
    /// token for it and is gone from there.
    fn abandon(
        &mut self,
        intent: LeafIndex,
        request: &[u8; 16],
        serial: Option<Vec<u8>>,
        destroyed: Option<KeyId>,
    ) -> Result<()> {
        // What else the intent was about stands in its own event; the outcome points at it.
        let about = About {
            serial: serial.as_deref(),
            key: destroyed.as_ref().map(KeyId::as_bytes),
            note: destroyed.map(|_| "the key that was made for it is destroyed"),
            ..About::of(Act::Sweep, request)
        };
        let draft = Draft::outcome(&about, intent, Outcome::Abandoned);
        let station = self.station;
        let abandon = |leaf| station.store.abandon(leaf, serial.clone());
        match self.write(draft, &[], abandon) {
            Ok((index, leaf)) => self.sign(index, &leaf),
            // Another process of this machine swept it first.
            Err(Error::Vault(vault::Error::OutcomeRepeated { .. })) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Size and root of the tree over them.
    pub(crate) fn head(&self) -> (u64, Hash) {
        (self.frontier.size(), self.frontier.root())
    }

    /// What the log tells of offices and restores, as far as it is taken up.
    pub(crate) fn noted(&self) -> &Noted {
        &self.noted
    }

    /// Where officers signed this, as far as the log is taken up.
    pub(crate) fn signed_at(&self, digest: &Hash) -> Result<Vec<Signed>> {
        self.rows.places(self.station, digest)
    }

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

    /// Leaves of the log that are taken up.
    pub(crate) fn size(&self) -> u64 {
        self.frontier.size()
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
    fn catch_up(&mut self) -> Result<()> {
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

    fn draft(&self, draft: Draft<'_>, records: Option<Hash>) -> Result<NewLeaf> {
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

    /// The tree with these entries in it; none if nothing changes, or in a log that has no tree yet.
    fn tree(&mut self, entries: &[Entry]) -> Result<Option<Tree>> {
        if entries.is_empty() || self.records.is_none() {
            return Ok(None);
        }
        let paths: Vec<Hash> = entries.iter().map(|entry| entry.path).collect();
        let found = self.along(&paths)?;
        let Some(root) = self.records else {
            return Ok(None);
        };
        let mut tree = Tree::of(root);
        for (path, found) in paths.iter().zip(&found) {
            tree.take_up(path, found)?;
        }
        for entry in entries {
            tree.set(*entry)?;
        }
        Ok(Some(tree))
    }

    /// What the vault has along these paths, at a time when this is the newest leaf.
    fn along(&mut self, paths: &[Hash]) -> Result<Vec<audit::records::Found>> {
        for _ in 0..ATTEMPTS {
            let asked = paths.iter().map(|path| Sha256::from(*path)).collect();
            let found = self.station.wait(self.station.store.tree_paths(asked))?;
            if found.leaves == self.frontier.size() && found.paths.len() == paths.len() {
                let found: Vec<_> = found.paths.iter().map(records::found).collect();
                if self.are_of_the_tree(paths, &found) || !self.mend_tree()? {
                    return Ok(found);
                }
                continue;
            }
            self.catch_up()?;
        }
        Err(audit::Error::RecordsRestless.into())
    }

    /// Whether this is what lies along the paths in the tree that the newest leaf names.
    fn are_of_the_tree(&self, paths: &[Hash], found: &[audit::records::Found]) -> bool {
        let Some(root) = self.records else {
            return true;
        };
        let mut pairs = paths.iter().zip(found);
        pairs.all(|(path, found)| found.under(&root, path).is_ok())
    }

    /// Makes the inner nodes anew from the entries, where these are the ones that the newest leaf
    /// vouches for; says whether they are. Nobody need be trusted for that: the root decides.
    fn mend_tree(&mut self) -> Result<bool> {
        if self.mended {
            return Ok(false);
        }
        self.mended = true;
        let mut entries = Vec::new();
        let mut after = None;
        loop {
            let store = &self.station.store;
            let page = self
                .station
                .wait(store.tree_entries(after, vault::MAX_TREE_ENTRIES))?;
            let Some(last) = page.last() else { break };
            after = Some(last.path);
            entries.extend(page.iter().map(|entry| Entry {
                path: *entry.path.as_bytes(),
                value: *entry.value.as_bytes(),
            }));
        }
        let tree = Tree::over(entries);
        if Some(tree.root()) != self.records {
            return Ok(false);
        }
        let nodes = records::change(&tree, None, None).nodes;
        let store = &self.station.store;
        self.station
            .wait(store.replace_tree_nodes(nodes, self.frontier.size()))
    }

    /// The values at these paths that the newest leaf vouches for; none in a log that has no tree
    /// over the records yet.
    pub(crate) fn current(&mut self, paths: &[Hash]) -> Result<Option<Vec<Option<Hash>>>> {
        if self.records.is_none() {
            return Ok(None);
        }
        let found = self.along(paths)?;
        let Some(root) = self.records else {
            return Ok(None);
        };
        let values = paths.iter().zip(&found);
        let values = values.map(|(path, found)| Ok(found.under(&root, path)?));
        values.collect::<Result<_>>().map(Some)
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
    fn cover(&mut self, own: Option<(LeafIndex, &NewLeaf)>) -> Result<()> {
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

    /// Whether the log is older than the tree over the records, and has none yet.
    pub(crate) fn has_no_records(&self) -> bool {
        self.records.is_none()
    }

    /// Writes the leaf that makes the tree over the records of a log that has none; nothing may have
    /// been logged since this log's newest leaf.
    pub(crate) fn write_first_tree(
        &mut self,
        draft: Draft<'_>,
        tree: &Tree,
    ) -> Result<(LeafIndex, NewLeaf)> {
        let mut leaf = self.draft(draft, Some(tree.root()))?;
        leaf.tree = Some(records::change(tree, None, Some(self.frontier.size())));
        let index = self.station.wait(self.station.store.append(leaf.clone()))?;
        Ok((index, leaf))
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

fn is_as_written(stored: &Leaf, written: &NewLeaf) -> bool {
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

/// Salts an event and makes its leaf, which the token vouches for.
pub(crate) fn new_leaf(
    token: &SigningToken,
    kind: Kind,
    event: &Event<'_>,
    request_id: Option<RequestId>,
    intent: Option<LeafIndex>,
    records: Option<Hash>,
) -> Result<NewLeaf> {
    let mut salt = [0; 32];
    crate::custody::random(&mut salt)?;
    let event = event.to_bytes();
    let leaf = audit::event::leaf(kind, &salt, &event, records.as_ref());
    let request = request_id.as_ref().map(RequestId::as_bytes);
    let input = audit::event::leaf_mac_input(&leaf, request, intent.map(|intent| intent.0));
    let mac = token.record_mac(&input)?.into();
    let kind = kind.word().to_owned();
    Ok(NewLeaf {
        kind,
        leaf,
        salt: salt.to_vec(),
        event,
        request_id,
        intent,
        mac,
        records: records.map(Sha256::from),
        tree: None,
    })
}
