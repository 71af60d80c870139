//! What this machine remembers of its backups, outside the organisation's folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::manifest::Manifest;
use crate::administration::Administrator;
use crate::error::Result;
use crate::home::{Surroundings, jot_private};
use crate::organisation::Deployment;
use crate::overview::BACKUP_FRESH;
use crate::station::Station;
use crate::wire::{BackupState, SoPins};

/// The newest backup, and when one was proven.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Remembered {
    /// When the newest was made, Unix seconds.
    pub(crate) made: Option<i64>,
    /// Where it was put then.
    pub(crate) folder: Option<PathBuf>,
    /// When the newest was taken out and used.
    pub(crate) verified: Option<i64>,
    /// When the one was made that has the PINs of the security officers.
    pub(crate) so_pins: Option<i64>,
    /// When one that has these PINs was taken out and used.
    pub(crate) so_pins_verified: Option<i64>,
}

/// What is remembered; nothing if there is nothing that can be read.
pub(crate) fn remembered(station: &Station) -> Remembered {
    load(&path(&station.state()))
}

/// What an officer is shown of it.
pub(crate) fn state(station: &Station, officer: &Administrator) -> Result<BackupState> {
    let remembered = remembered(station);
    let now = station.now()?;
    let folder = remembered.folder.as_deref().and_then(Path::file_name);
    Ok(BackupState {
        made: remembered.made,
        folder: folder.map(|name| name.to_string_lossy().into_owned()),
        verified: remembered.verified,
        old: remembered
            .made
            .is_some_and(|made| now - made > BACKUP_FRESH),
        so_pins: match (officer.secrets.has_so_pins(), remembered.so_pins_verified) {
            (false, _) => SoPins::Gone,
            (true, None) => SoPins::InVault,
            (true, Some(_)) => SoPins::Leaving,
        },
        token_files: station.organisation.local.deployment == Deployment::Embedded,
        resident_keys: station.organisation.fixed.canary.is_resident(),
    })
}

/// Remembers a backup that was made. Best effort: what is only shown must not stop what is done.
pub(super) fn made(station: &Station, manifest: &Manifest, folder: &Path) {
    let path = path(&station.state());
    let before = load(&path);
    let made = Some(manifest.created_at);
    store(
        &path,
        &Remembered {
            made,
            folder: std::path::absolute(folder).ok(),
            verified: None,
            so_pins: if manifest.so_pins {
                made
            } else {
                before.so_pins
            },
            so_pins_verified: before.so_pins_verified,
        },
    );
}

/// Remembers that a backup was proven, if it is the newest of this machine or has the PINs of the
/// security officers. Best effort, as above.
pub(super) fn verified(surroundings: &Surroundings, manifest: &Manifest) {
    let state = surroundings.state.of(&manifest.organisation.to_string());
    let path = path(&state);
    let before = load(&path);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok());
    let is_newest = before.made == Some(manifest.created_at);
    if is_newest || manifest.so_pins {
        let verified = if is_newest { now } else { before.verified };
        let so_pins_verified = if manifest.so_pins {
            now
        } else {
            before.so_pins_verified
        };
        store(
            &path,
            &Remembered {
                verified,
                so_pins_verified,
                ..before
            },
        );
    }
}

fn path(state: &Path) -> PathBuf {
    state.join("backup.json")
}

fn load(path: &Path) -> Remembered {
    fs::read(path)
        .ok()
        .and_then(|content| serde_json::from_slice(&content).ok())
        .unwrap_or_default()
}

fn store(path: &Path, remembered: &Remembered) {
    if let Ok(content) = serde_json::to_vec(remembered) {
        let _ = jot_private(path, &content);
    }
}
