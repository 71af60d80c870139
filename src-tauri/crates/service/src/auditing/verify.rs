//! The whole log, read anew.

use std::collections::VecDeque;

use subtle::ConstantTimeEq;
use vault::{Leaf, LeafIndex, Logged, RequestId};

use super::countersigned::Logins;
use super::{PAGE, notarised, records};
use crate::audit::records::Hash;
use crate::audit::{self, Checkpoint, Frontier, Kind, LeafParts, Told};
use crate::error::{Error, Result};
use crate::requests::{Break, KnownHead, LogVerdict};
use crate::station::Station;
use crate::station::bound_rows::BoundRows;
use crate::station::log::{verified, verified_by_notary};
use crate::station::office_acts::Noted;
use crate::station::remembered::Remembered;
use crate::station::restore;
use crate::station::tokens::SigningToken;

/// Roots that are kept, so that what an event says of the head before it can be looked at.
const KEPT_ROOTS: usize = 4096;

/// Why the walk ended: the log is at fault, or what it is read with.
enum Ended {
    Broken(Break),
    Fault(Error),
}

impl From<Error> for Ended {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

fn at<T>(index: u64, what: &str) -> std::result::Result<T, Ended> {
    Err(Ended::Broken(Break {
        index: Some(index),
        login: None,
        what: what.to_owned(),
    }))
}

/// Verifies leaves, MACs, roots, heads, and every current record; blocks, for long where the log is.
///
/// What is found wrong is an answer, not an error; errors are what keeps it from being looked at.
pub(crate) fn verify(station: &Station, known: Option<&KnownHead>) -> Result<LogVerdict> {
    let token = SigningToken::open(station)?;
    let known = known.map(|known| Known::read(station, known)).transpose()?;
    let mut walk = Walk {
        station,
        token: &token,
        frontier: Frontier::default(),
        records: None,
        roots: VecDeque::new(),
        macs: false,
        erased: 0,
        heads: 0,
        covered: 0,
        remembered: Remembered::load(station)?,
        known,
        findings: Vec::new(),
        noted: Noted::default(),
        rows: BoundRows::default(),
        recalled: 0,
        logins: Logins::default(),
    };
    let mut first_break = match walk.all() {
        Ok(()) => None,
        Err(Ended::Broken(broken)) => Some(broken),
        Err(Ended::Fault(error)) => return Err(error),
    };
    let mut verified = 0;
    if first_break.is_none() {
        match walk.records {
            Some(root) => {
                let found = records::verify(station, &token, &root, &walk.noted, &walk.rows)?;
                verified = found.verified;
                first_break = found.first_break;
            }
            None => walk.findings.push(
                "the log is older than the tree over the records: an old record put back is not \
                 found; an officer's login makes that tree"
                    .to_owned(),
            ),
        }
    }
    let newest = if first_break.is_none() {
        notarised(station)?
    } else {
        None
    };
    walk.say_what_is_old(newest.as_ref().map(|head| head.days));
    let head = Checkpoint {
        origin: station.organisation.log_origin(),
        size: walk.frontier.size(),
        root: walk.frontier.root(),
    };
    Ok(LogVerdict {
        whole: first_break.is_none(),
        leaves: walk.frontier.size(),
        erased: walk.erased,
        heads: walk.heads,
        records: verified,
        head: head.fingerprint(),
        notarised: newest,
        first_break,
        findings: walk.findings,
    })
}

/// A head that was given, and must be one of this log.
struct Known {
    size: u64,
    root: Vec<u8>,
}

impl Known {
    fn read(station: &Station, known: &KnownHead) -> Result<Self> {
        match known {
            KnownHead::Paper { size, root } => Ok(Self {
                size: *size,
                root: root.to_vec(),
            }),
            KnownHead::Note(note) => {
                let head = vault::Head {
                    size: 0,
                    root: [0; 32].into(),
                    note: note.clone(),
                    notarised: false,
                };
                let checkpoint = verified(station, &head)?;
                Ok(Self {
                    size: checkpoint.size,
                    root: checkpoint.root.to_vec(),
                })
            }
        }
    }
}

struct Walk<'s> {
    station: &'s Station,
    token: &'s SigningToken<'s>,
    frontier: Frontier,
    records: Option<Hash>,
    /// The newest roots: of the sizes up to that of the frontier.
    roots: VecDeque<Hash>,
    /// Whether leaves have MACs by now; the oldest logs begin without.
    macs: bool,
    erased: u64,
    heads: u64,
    /// The largest size that a head covers.
    covered: u64,
    remembered: Remembered,
    known: Option<Known>,
    findings: Vec<String>,
    /// What the log tells of offices.
    noted: Noted,
    /// What it tells of rows.
    rows: BoundRows,
    /// Up to here these are what this machine has noted, and not what is read.
    recalled: u64,
    /// What it tells of officers' logins.
    logins: Logins,
}

impl Walk<'_> {
    fn all(&mut self) -> std::result::Result<(), Ended> {
        loop {
            let from = self.frontier.size();
            let store = &self.station.store;
            let page = self.station.wait(store.logged(LeafIndex(from), PAGE))?;
            if page.is_empty() {
                break;
            }
            for logged in &page {
                self.leaf(logged)?;
            }
            self.heads_of(from)?;
        }
        self.end()
    }

    fn leaf(&mut self, logged: &Logged) -> std::result::Result<(), Ended> {
        let index = self.frontier.size();
        let leaf = &logged.leaf;
        if leaf.index.0 != index {
            return at(index, "the leaf is missing");
        }
        let Some(parts) = LeafParts::read(&leaf.leaf) else {
            return at(index, "it is not in the format of a leaf");
        };
        if parts.kind != leaf.kind {
            return at(index, "its row says another kind than the leaf itself");
        }
        if self.records.is_some() && parts.records.is_none() {
            return at(index, "it names no records, and the ones before it do");
        }
        self.mac(leaf)?;
        let changed = self.records.is_some() && parts.records != self.records;
        match &logged.event {
            None => {
                self.erased += 1;
                if changed {
                    self.recall(index)?;
                }
            }
            Some(event) => match Told::read(&leaf.leaf, &event.salt, &event.bytes) {
                None => return at(index, "its event is not the one that the leaf digests"),
                Some(told) => {
                    self.told(index, leaf, &told)?;
                    self.logins.follow(index, &told);
                    if index >= self.recalled {
                        self.noted.follow(index, &told);
                        self.rows.follow(index, &told, &mut self.noted);
                    }
                }
            },
        }
        self.records = parts.records;
        self.frontier.push(&leaf.leaf);
        if self.roots.len() == KEPT_ROOTS {
            self.roots.pop_front();
        }
        self.roots.push_back(self.frontier.root());
        self.hold_against_what_is_known()
    }

    /// Takes what this machine has noted of the log for what it tells: of an act that changed records the
    /// event is gone, and who has not seen it cannot tell which of them are old.
    fn recall(&mut self, index: u64) -> std::result::Result<(), Ended> {
        if index < self.recalled {
            return Ok(());
        }
        let noted = self.remembered.noted.as_ref();
        let noted = noted.filter(|noted| noted.scheme == Noted::SCHEME);
        let kept = noted.and_then(|noted| {
            let rows = BoundRows::kept(self.station, noted.rows?)?;
            Some((noted.clone(), rows))
        });
        match kept {
            Some((noted, rows)) if index < self.remembered.frontier.size() => {
                (self.noted, self.rows) = (noted, rows);
                self.recalled = self.remembered.frontier.size();
                Ok(())
            }
            _ => at(
                index,
                "its event is gone, and it changed records: what was done cannot be told",
            ),
        }
    }

    fn mac(&mut self, leaf: &Leaf) -> std::result::Result<(), Ended> {
        let index = leaf.index.0;
        let Some(found) = &leaf.mac else {
            return if self.macs {
                at(index, "it has no MAC, and the ones before it have")
            } else {
                Ok(())
            };
        };
        self.macs = true;
        let request = leaf.request_id.as_ref().map(RequestId::as_bytes);
        let intent = leaf.intent.map(|intent| intent.0);
        let input = audit::event::leaf_mac_input(&leaf.leaf, request, intent);
        let mac = self.token.record_mac(&input)?;
        if bool::from(found.as_bytes().ct_eq(&mac)) {
            Ok(())
        } else {
            at(
                index,
                "its MAC does not fit: it was edited, or written without the signing token",
            )
        }
    }

    /// What an event says must fit where it stands.
    fn told(&self, index: u64, leaf: &Leaf, told: &Told) -> std::result::Result<(), Ended> {
        if index == 0 {
            let fingerprint = self.station.organisation.fixed.fingerprint();
            let first = told.digests.first().map(Vec::as_slice);
            if told.kind != Kind::Founding.word() || first != Some(&fingerprint) {
                return at(
                    0,
                    "it does not name the fingerprint of this organisation file",
                );
            }
        }
        if told.intent != leaf.intent.map(|intent| intent.0) {
            return at(index, "its row names another intent than its event");
        }
        if told.intent.is_some_and(|intent| intent >= index) {
            return at(index, "it is the outcome of an intent that comes later");
        }
        let (seen, root) = &told.head;
        if *seen > index {
            return at(
                index,
                "whoever wrote it had seen more of the log than there was",
            );
        }
        if self
            .root_of(*seen)
            .is_some_and(|found| found != root.as_slice())
        {
            return at(index, "whoever wrote it had seen another log before it");
        }
        Ok(())
    }

    /// The root over the first `size` leaves, if it is still kept.
    fn root_of(&self, size: u64) -> Option<Hash> {
        let now = self.frontier.size();
        let back = usize::try_from(now.checked_sub(size)?).ok()?;
        let place = self.roots.len().checked_sub(back + 1)?;
        self.roots.get(place).copied()
    }

    fn hold_against_what_is_known(&mut self) -> std::result::Result<(), Ended> {
        let (size, root) = (self.frontier.size(), self.frontier.root());
        if let Some(known) = &self.known
            && known.size == size
            && !root.starts_with(&known.root)
        {
            return at(
                size - 1,
                "up to here it is not the log of the head that was given",
            );
        }
        let remembered = &self.remembered.frontier;
        if remembered.size() == size && remembered.root() != root {
            if restore::accepted(self.station, &self.remembered)?.is_some() {
                return Ok(());
            }
            return at(
                size - 1,
                "up to here it is not the log that this machine remembers",
            );
        }
        Ok(())
    }

    /// Verifies the heads over the leaves that were just read.
    fn heads_of(&mut self, from: u64) -> std::result::Result<(), Ended> {
        let now = self.frontier.size();
        let store = &self.station.store;
        for head in self.station.wait(store.heads(from + 1, now + 1))? {
            let last = head.size.saturating_sub(1);
            let Ok(checkpoint) = verified(self.station, &head) else {
                return at(last, "the head over it is not signed by the head key");
            };
            if checkpoint.size != head.size || checkpoint.root != *head.root.as_bytes() {
                return at(last, "the head over it says another thing than its row");
            }
            if self.root_of(head.size) != Some(checkpoint.root) {
                return at(
                    last,
                    "the leaves up to here do not give the root of the signed head",
                );
            }
            if head.notarised && verified_by_notary(self.station, &head).is_err() {
                return at(
                    last,
                    "the head over it has no signature of the notary, and says so",
                );
            }
            self.heads += 1;
            self.covered = self.covered.max(head.size);
        }
        Ok(())
    }

    /// What must be so once all is read.
    fn end(&mut self) -> std::result::Result<(), Ended> {
        let size = self.frontier.size();
        let seen = self.remembered.frontier.size();
        if size < seen && restore::accepted(self.station, &self.remembered)?.is_none() {
            let what = format!("the log ends here, and this machine remembers {seen} leaves");
            return at(size, &what);
        }
        if let Some(known) = &self.known
            && known.size > size
        {
            let what = format!(
                "the log ends here, and the given head is over {}",
                known.size
            );
            return at(size, &what);
        }
        let store = &self.station.store;
        if !self
            .station
            .wait(store.heads(size + 1, u64::from(u32::MAX)))?
            .is_empty()
        {
            return at(size, "the log ends here, and a head is over more leaves");
        }
        let newest = self.station.wait(store.latest_notarised())?;
        let newest = newest.map_or(0, |head| head.size);
        if newest < self.remembered.notarised {
            return at(
                newest,
                "a later head was notarised, as this machine remembers",
            );
        }
        self.findings.extend(self.logins.finding(newest));
        if self.covered == 0 {
            return at(0, "no head is signed over any leaf");
        }
        if self.covered < size {
            self.findings.push(format!(
                "{} leaves at the end are covered by no head yet",
                size - self.covered
            ));
        }
        Ok(())
    }

    fn say_what_is_old(&mut self, days: Option<i64>) {
        if self.erased > 0 {
            self.findings.push(format!(
                "{} events were erased; their leaves stand",
                self.erased
            ));
        }
        match days {
            Some(days) if days > super::OLD_DAYS => self.findings.push(format!(
                "the newest notarised head is {days} days old: an officer should log in"
            )),
            _ => {}
        }
    }
}
