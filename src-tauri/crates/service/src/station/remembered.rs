//! What this machine remembers of the log, outside of the organisation's folder.

use std::fs;
use std::io;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use super::Station;
use super::office_acts::Noted;
use crate::audit::Frontier;
use crate::audit::records::Hash;
use crate::error::{Error, Result};
use crate::home::write_private;
use crate::signing_algorithm::hex;

/// The tree up to the newest head this machine saw, and the newest one that the notary had signed.
#[derive(Debug, Default, Clone)]
pub(crate) struct Remembered {
    /// The tree.
    pub(crate) frontier: Frontier,
    /// The root of the tree over the records that the last of its leaves names.
    pub(crate) records: Option<Hash>,
    /// Size of the newest notarised head; 0 if none was seen.
    pub(crate) notarised: u64,
    /// The newest restore that was accepted; 0 if none was.
    pub(crate) restores: u64,
    /// What was noted of the log up to there; none where a program remembered it that noted nothing.
    pub(crate) noted: Option<Noted>,
}

/// The file.
#[derive(Serialize, Deserialize)]
struct Written {
    /// Fingerprint of the organisation's fixed part: what is trusted for all else.
    fingerprint: String,
    size: u64,
    subtrees: Vec<String>,
    /// Programs that knew no such tree have left it out, and logs of their time have none.
    #[serde(default)]
    records: Option<String>,
    #[serde(default)]
    notarised: u64,
    #[serde(default)]
    restores: u64,
    #[serde(default)]
    noted: Option<Noted>,
}

impl Remembered {
    fn path(station: &Station) -> PathBuf {
        station.state().join("head.json")
    }

    /// Reads what is remembered; nothing on a machine that has seen nothing.
    pub(crate) fn load(station: &Station) -> Result<Self> {
        let path = Self::path(station);
        let damaged = || Error::State(io::ErrorKind::InvalidData.into());
        let content = match fs::read(&path) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Error::State(error)),
        };
        let written: Written = serde_json::from_slice(&content).map_err(|_| damaged())?;
        if written.fingerprint != fingerprint(station) {
            return Err(Error::OrganisationUnreadable {
                path: station.surroundings.home.organisation_file(),
                why: "its fixed part is not the one that this machine knows; take it back from a \
                      backup"
                    .to_owned(),
            });
        }
        let hash = |text: &String| -> Option<Hash> { BASE64.decode(text).ok()?.try_into().ok() };
        let subtrees = written.subtrees.iter().map(hash);
        let subtrees: Vec<Hash> = subtrees.collect::<Option<_>>().ok_or_else(damaged)?;
        let frontier = Frontier::from_parts(written.size, subtrees).ok_or_else(damaged)?;
        let records = written.records.as_ref();
        let records = records.map(|text| hash(text).ok_or_else(damaged));
        Ok(Self {
            frontier,
            records: records.transpose()?,
            notarised: written.notarised,
            restores: written.restores,
            noted: written.noted,
        })
    }

    /// Remembers a tree, unless a larger one is remembered already.
    pub(crate) fn store(station: &Station, seen: &Self) -> Result<()> {
        let _lock = station.lock("locks", "head")?;
        let known = Self::load(station)?;
        if known.frontier.size() >= seen.frontier.size() {
            return Ok(());
        }
        Self {
            notarised: known.notarised,
            restores: known.restores.max(seen.restores),
            ..seen.clone()
        }
        .write(station)
    }

    /// Remembers that the notary has signed the head of this size.
    pub(crate) fn note_notarised(station: &Station, size: u64) -> Result<()> {
        let _lock = station.lock("locks", "head")?;
        let known = Self::load(station)?;
        if known.notarised >= size {
            return Ok(());
        }
        Self {
            notarised: size,
            ..known
        }
        .write(station)
    }

    /// Remembers this instead of what was: a restore was accepted.
    pub(crate) fn replace(station: &Station, seen: &Self) -> Result<()> {
        let _lock = station.lock("locks", "head")?;
        seen.write(station)
    }

    fn write(&self, station: &Station) -> Result<()> {
        let subtrees = self.frontier.subtrees().iter();
        let content = serde_json::to_vec(&Written {
            fingerprint: fingerprint(station),
            size: self.frontier.size(),
            subtrees: subtrees.map(|hash| BASE64.encode(hash)).collect(),
            records: self.records.map(|root| BASE64.encode(root)),
            notarised: self.notarised,
            restores: self.restores,
            noted: self.noted.clone(),
        })
        .expect("numbers and text have a JSON form");
        write_private(&Self::path(station), &content).map_err(Error::State)
    }
}

fn fingerprint(station: &Station) -> String {
    hex(&station.organisation.fixed.fingerprint())
}
