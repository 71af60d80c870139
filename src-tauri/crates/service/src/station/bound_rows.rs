//! Which rows officers have signed, and where the log tells that it was done.
//!
//! A row that only an officer may change says itself in which act it was made, and whoever was an
//! officer once can go on signing rows that name an act of then. The log cannot be written in the past:
//! the outcome of an act names what was signed in it, and a row counts if the log names it, and its
//! signer held the office where it was done. What was signed once stays signed, so the log is also
//! asked which act was the last one about it: a row from before that one is an old one put back. Each
//! machine notes digests and acts while it takes the log up, in a file beside the head it remembers; so
//! nothing that the vault says of old leaves is asked.

mod lines;

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use vault::KeyId;

pub(crate) use lines::Lines;
use lines::{LINE, Line};

use super::Station;
use super::office_acts::Noted;
use crate::audit::records::Hash;
use crate::audit::{Act, Kind, Outcome, Told};
use crate::error::{Error, Result};
use crate::home::lock_file;
use crate::signing_algorithm::sha256;

/// In the place of the intent: rows of the founding, or believed when the log had bound none yet.
const ADOPTED: u64 = u64::MAX;

/// How a log of before says that it names everything that officers have signed; without it, it names
/// states and accounts alone.
pub(crate) const EVERYTHING: &str = "states, accounts, masters, token profile";

/// What an act is about whose last one decides which row is the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A key is suspended, by an officer or its owner.
    Suspension(KeyId),
    /// A key is revoked.
    Revocation(KeyId),
    /// A master is made, or a step of a rotation taken.
    Masters,
    /// The tokens are probed.
    Profile,
}

impl Subject {
    /// What stands in the place of a digest.
    fn line(self) -> Hash {
        let (label, key) = match self {
            Self::Suspension(key) => (&b"chancery suspensions v1\0"[..], Some(key)),
            Self::Revocation(key) => (&b"chancery revocations v1\0"[..], Some(key)),
            Self::Masters => (&b"chancery acts on masters v1\0"[..], None),
            Self::Profile => (&b"chancery probes v1\0"[..], None),
        };
        let key = key.as_ref().map_or(&[][..], |key| key.as_bytes());
        sha256(&[label, key].concat())
    }

    /// What an act is about that was done.
    fn of(told: &Told) -> Option<Self> {
        let key = || -> Option<KeyId> {
            let key: [u8; 16] = told.key.as_deref()?.try_into().ok()?;
            Some(key.into())
        };
        match Act::read(&told.act)? {
            Act::Suspend | Act::SuspendOwn => key().map(Self::Suspension),
            Act::Revoke | Act::Reset | Act::Import | Act::ReplaceOwn => key().map(Self::Revocation),
            Act::PrepareMaster | Act::TurnRotation => Some(Self::Masters),
            Act::Probe => Some(Self::Profile),
            _ => None,
        }
    }
}

/// Where a row was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signed {
    /// In the act with this intent, which was done at this index.
    Done {
        /// Index of the intent.
        intent: u64,
        /// Index of the outcome.
        outcome: u64,
    },
    /// At the founding; or before rows were bound to the log, and an officer has believed it then.
    Before {
        /// Index of the leaf that says so.
        outcome: u64,
    },
}

/// The lines: so many in the file, and those that came since.
#[derive(Debug, Default, Clone)]
pub(crate) struct BoundRows {
    kept: u64,
    new: Vec<Line>,
}

impl BoundRows {
    /// Those of a machine that has kept so many; none if its file has fewer.
    pub(crate) fn kept(station: &Station, kept: u64) -> Option<Self> {
        (lines::count(&station.state()) >= kept).then_some(Self {
            kept,
            new: Vec::new(),
        })
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.kept + self.new.len() as u64
    }

    /// Notes what an event names that stands at this index.
    pub(crate) fn follow(&mut self, index: u64, told: &Told, noted: &mut Noted) {
        if index == 0 && told.kind == Kind::Founding.word() {
            self.founded(told, noted);
        }
        let done = told.kind == Kind::Outcome.word()
            && told.outcome.as_deref() == Some(Outcome::Done.word());
        let (true, Some(intent)) = (done, told.intent) else {
            return;
        };
        if let Some(subject) = Subject::of(told) {
            self.note(&subject.line(), intent, index);
        }
        let binds = told.act == Act::BindRows.word();
        let everything = told.note.as_deref() == Some(EVERYTHING);
        if !binds && told.officer.is_some() {
            self.note_all(&told.digests, intent, index);
        } else if binds && (!noted.rows_bound || everything && !noted.all_bound) {
            // Once: later ones would bind whatever is in the vault by then.
            self.note_all(&told.digests, ADOPTED, index);
            noted.rows_bound = true;
            noted.all_bound = everything;
        }
    }

    /// The founding names its fingerprint first, then state and account, then the token's profile.
    fn founded(&mut self, told: &Told, noted: &mut Noted) {
        self.note_all(told.digests.get(1..).unwrap_or_default(), ADOPTED, 0);
        noted.rows_bound = told.digests.len() > 1;
        noted.all_bound = told.digests.len() > 3;
        if noted.all_bound {
            self.note(&Subject::Profile.line(), ADOPTED, 0);
        }
    }

    fn note_all(&mut self, digests: &[Vec<u8>], intent: u64, outcome: u64) {
        for digest in digests {
            self.note(digest, intent, outcome);
        }
    }

    fn note(&mut self, digest: &[u8], intent: u64, outcome: u64) {
        let mut line = [0; LINE];
        if digest.len() == size_of::<Hash>() {
            line[..32].copy_from_slice(digest);
            line[32..40].copy_from_slice(&intent.to_be_bytes());
            line[40..].copy_from_slice(&outcome.to_be_bytes());
            self.new.push(line);
        }
    }

    /// All of them.
    pub(crate) fn lines(&self, station: &Station) -> Result<Lines> {
        Lines::read(&station.state(), self.kept, &self.new)
    }

    /// Writes the new ones into the file, before the head that covers them is remembered. What others
    /// of this machine have written there meanwhile is the same: it follows from the log.
    pub(crate) fn keep(&self, station: &Station) -> Result<()> {
        if self.new.is_empty() {
            return Ok(());
        }
        let write = || -> io::Result<()> {
            if self.kept == 0 {
                lines::forget_copy(&station.state())?; // of a log before this one
            }
            let file: File = lock_file(&lines::path(&station.state()))?;
            file.write_all_at(self.new.as_flattened(), self.kept * LINE as u64)?;
            file.sync_data()?;
            lines::sort_anew(&station.state(), self.count())
        };
        write().map_err(Error::State)
    }
}

fn signed(line: &Line) -> Signed {
    let number = |at: usize| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&line[at..at + 8]);
        u64::from_be_bytes(bytes)
    };
    match number(32) {
        ADOPTED => Signed::Before {
            outcome: number(40),
        },
        intent => Signed::Done {
            intent,
            outcome: number(40),
        },
    }
}
