//! What this machine remembers of the records it has believed: an old row put back is older than it.
//!
//! A record that was changed stays vouched for as it was before: MAC and signatures of yesterday
//! fit yesterday's rows. The tree over the current records tells them apart by the newest leaf of the
//! log; this does so where the end of the log was rewritten by somebody with the signing PIN, and in
//! logs that are older than that tree, on each machine for what it has seen itself.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use vault::{KeyId, Versions};

use super::Station;
use super::key::KeyRecord;
use crate::error::{Error, Result};
use crate::home::{create_private_folder, write_private};

/// The newest that was seen of a record.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    state: u64,
    seal: u64,
    /// The version of the state that the owner suspended.
    suspended: Option<u64>,
}

impl Seen {
    fn join(self, other: Self) -> Self {
        Self {
            state: self.state.max(other.state),
            seal: self.seal.max(other.seal),
            suspended: self.suspended.max(other.suspended),
        }
    }
}

/// Refuses a record that is older than one seen before; a newer one is remembered.
pub(crate) fn compare(station: &Station, record: &KeyRecord) -> Result<()> {
    let (key, versions) = (record.row.key.id, record.versions());
    let seen = load(station, key)?;
    let older = versions.state < seen.state || versions.seal < seen.seal;
    if older {
        return Err(record.damaged("an older one was put back in its place"));
    }
    if seen.suspended == Some(versions.state) && record.row.own_suspension.is_none() {
        return Err(record.damaged("the owner's suspension was taken away"));
    }
    let own = record.row.own_suspension.as_ref().map(|_| versions.state);
    remember(station, key, versions, own)
}

/// Remembers the versions of a record, and which of its states the owner suspended.
pub(crate) fn remember(
    station: &Station,
    key: KeyId,
    versions: Versions,
    suspended: Option<u64>,
) -> Result<()> {
    let new = Seen {
        state: versions.state,
        seal: versions.seal,
        suspended,
    };
    let known = load(station, key)?;
    if known.join(new) == known {
        return Ok(());
    }
    let _lock = station.lock("locks", "records")?;
    let path = path(station, key);
    let known = load(station, key)?;
    let folder = station.state().join("records");
    create_private_folder(&folder).map_err(Error::State)?;
    clear_unfinished(&folder).map_err(Error::State)?;
    let content = serde_json::to_vec(&known.join(new)).expect("numbers have a JSON form");
    write_private(&path, &content).map_err(Error::State)
}

/// Forgets all records and steps of a rotation: an officer has said that they are older now than they
/// were.
pub(crate) fn forget(station: &Station) -> Result<()> {
    let _lock = station.lock("locks", "records")?;
    match fs::remove_file(station.state().join("rotation.json")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Error::State(error)),
        _ => {}
    }
    match fs::remove_dir_all(station.state().join("records")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::State(error)),
        _ => Ok(()),
    }
}

/// Removes what processes that ended while they wrote have left. Whoever writes here has the lock.
fn clear_unfinished(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn load(station: &Station, key: KeyId) -> Result<Seen> {
    match fs::read(path(station, key)) {
        Ok(content) => serde_json::from_slice(&content)
            .map_err(|_| Error::State(io::ErrorKind::InvalidData.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Seen::default()),
        Err(error) => Err(Error::State(error)),
    }
}

fn path(station: &Station, key: KeyId) -> PathBuf {
    station.state().join("records").join(key.to_string())
}
