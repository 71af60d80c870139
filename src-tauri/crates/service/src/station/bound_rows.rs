//! Which rows officers have signed, and where the log tells that it was done.
//!
//! A row that only an officer may change says itself in which act it was made, and whoever was an
//! officer once can go on signing rows that name an act of then. The log cannot be written in the past:
//! the outcome of an act names what was signed in it, and a row counts if the log names it, and its
//! signer held the office where it was done. Each machine notes these digests while it takes the log
//! up, in a file beside the head it remembers; so nothing that the vault says of old leaves is asked.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use super::Station;
use super::office_acts::Noted;
use crate::audit::records::Hash;
use crate::audit::{Act, Kind, Outcome, Told};
use crate::error::{Error, Result};
use crate::home::lock_file;

/// Length of a line in bytes: digest, index of the intent, index of the outcome.
const LINE: usize = 48;
/// In the place of the intent: rows of the founding, or believed when the log had bound none yet.
const ADOPTED: u64 = u64::MAX;

type Line = [u8; LINE];

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
    Before,
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
        let length = fs::metadata(path(station)).map_or(0, |file| file.len());
        (length / LINE as u64 >= kept).then_some(Self {
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
        let done = told.kind == Kind::Outcome.word()
            && told.outcome.as_deref() == Some(Outcome::Done.word());
        // The founding names its fingerprint first.
        let founded = index == 0 && told.kind == Kind::Founding.word() && told.digests.len() > 1;
        let (intent, digests) = if founded {
            (ADOPTED, told.digests.get(1..).unwrap_or_default())
        } else if done && told.act == Act::BindRows.word() {
            // Once: later ones would bind whatever is in the vault by then.
            if noted.rows_bound {
                return;
            }
            (ADOPTED, &told.digests[..])
        } else if let (true, Some(intent), Some(_)) = (done, told.intent, &told.officer) {
            (intent, &told.digests[..])
        } else {
            return;
        };
        noted.rows_bound |= intent == ADOPTED;
        for digest in digests {
            let mut line = [0; LINE];
            if digest.len() == size_of::<Hash>() {
                line[..32].copy_from_slice(digest);
                line[32..40].copy_from_slice(&intent.to_be_bytes());
                line[40..].copy_from_slice(&index.to_be_bytes());
                self.new.push(line);
            }
        }
    }

    /// Every place where this was signed.
    pub(crate) fn places(&self, station: &Station, digest: &Hash) -> Result<Vec<Signed>> {
        let mut file = match self.kept {
            0 => Vec::new(),
            _ => fs::read(path(station)).map_err(Error::State)?,
        };
        let length = usize::try_from(self.kept).unwrap_or(usize::MAX);
        let length = length.saturating_mul(LINE);
        if file.len() < length {
            return Err(Error::State(io::ErrorKind::InvalidData.into()));
        }
        file.truncate(length);
        let (kept, _) = file.as_chunks::<LINE>();
        let lines = kept.iter().chain(&self.new);
        Ok(lines
            .filter(|line| line.starts_with(digest))
            .map(signed)
            .collect())
    }

    /// Writes the new ones into the file, before the head that covers them is remembered. What others
    /// of this machine have written there meanwhile is the same: it follows from the log.
    pub(crate) fn keep(&self, station: &Station) -> Result<()> {
        if self.new.is_empty() {
            return Ok(());
        }
        let write = || -> io::Result<()> {
            let file: File = lock_file(&path(station))?;
            file.write_all_at(self.new.as_flattened(), self.kept * LINE as u64)?;
            file.sync_data()
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
        ADOPTED => Signed::Before,
        intent => Signed::Done {
            intent,
            outcome: number(40),
        },
    }
}

fn path(station: &Station) -> PathBuf {
    station.state().join("signed-rows")
}
