//! Where this machine's signing PIN lies, and how it is found again.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use token::Pin;
use ts_rs::TS;
use vault::OrganisationId;
use vault::pin_store::{PinName, PinStore, StoredPin};
use zeroize::Zeroizing;

use super::Station;
use crate::error::{Error, Result};
use crate::home::jot_private;
use crate::requests::PinStoreChoice;

/// Where a PIN was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PinPlace {
    /// In the OS keyring.
    Keyring,
    /// In a private file outside the organisation's folder.
    File,
}

fn name(organisation: OrganisationId) -> PinName {
    PinName::new(organisation, "signing").expect("lower-case letters make a name")
}

fn file(state: &Path) -> PinStore {
    PinStore::File {
        directory: state.join("pins"),
    }
}

/// Puts the signing PIN where it was chosen to lie, and says where that is.
///
/// A locked keyring is not an absent one: it is refused, never worked around.
pub(crate) fn keep_signing_pin(
    organisation: OrganisationId,
    state: &Path,
    choice: PinStoreChoice,
    pin: &Pin,
) -> Result<PinPlace> {
    let stored = StoredPin::new(Zeroizing::new(pin.expose().to_owned()))
        .expect("the PIN of a token is at most 255 bytes without control characters");
    let name = name(organisation);
    let in_file = || file(state).put(&name, &stored).map(|()| PinPlace::File);
    let in_keyring = || {
        PinStore::Keyring
            .put(&name, &stored)
            .map(|()| PinPlace::Keyring)
    };
    Ok(match choice {
        PinStoreChoice::File => in_file()?,
        PinStoreChoice::Keyring => in_keyring()?,
        PinStoreChoice::Automatic => match in_keyring() {
            Err(vault::Error::KeyringAbsent { .. }) => in_file()?,
            other => other?,
        },
    })
}

/// Forgets a signing PIN wherever it lies: its organisation was never founded.
///
/// Best effort: a keyring that is locked keeps a PIN that opens nothing any more.
pub(crate) fn forget_signing_pin(organisation: OrganisationId, state: &Path) {
    let name = name(organisation);
    let _ = file(state).remove(&name);
    let _ = PinStore::Keyring.remove(&name);
}

/// This machine's signing PIN, and by what it is told from the one that is put in its place.
///
/// A PIN that was changed on the token is tried once, and then not again: the token counts the tries
/// of everybody. Which one it is, is told by its file and not by the PIN, which nothing that is kept
/// must give away.
pub(crate) struct KeptPin {
    pub(crate) pin: Pin,
    mark: String,
}

impl KeptPin {
    /// Reads it.
    pub(crate) fn of(station: &Station) -> Result<Self> {
        let (pin, place) = signing_pin(station)?;
        let mark = match place {
            PinPlace::Keyring => "in the keyring".to_owned(),
            PinPlace::File => mark_of_files(&station.state().join("pins")),
        };
        Ok(Self { pin, mark })
    }

    /// Whether the token has refused it before.
    pub(crate) fn was_refused(&self, station: &Station) -> bool {
        fs::read_to_string(refusal(station)).is_ok_and(|mark| mark == self.mark)
    }

    /// Notes that the token has refused it. Best effort: then it is tried once more.
    pub(crate) fn note_refusal(&self, station: &Station) {
        let _ = jot_private(&refusal(station), self.mark.as_bytes());
    }
}

/// Puts another signing PIN, which the token has taken, where this machine's lay until now.
pub(crate) fn replace_signing_pin(station: &Station, pin: &Pin) -> Result<PinPlace> {
    let choice = match signing_pin(station) {
        Ok((_, PinPlace::File)) => PinStoreChoice::File,
        Ok((_, PinPlace::Keyring)) => PinStoreChoice::Keyring,
        Err(_) => PinStoreChoice::Automatic,
    };
    let place = keep_signing_pin(station.id(), &station.state(), choice, pin)?;
    let _ = fs::remove_file(refusal(station)); // there is none, as a rule
    Ok(place)
}

fn refusal(station: &Station) -> PathBuf {
    station.state().join("signing-pin-refused")
}

/// Name, number and time of each file in a folder: another one is another PIN.
fn mark_of_files(folder: &Path) -> String {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut marks: Vec<_> = entries
        .filter_map(|entry| {
            let metadata = entry.metadata().ok()?;
            let (number, changed) = (metadata.ino(), metadata.mtime_nsec());
            let name = entry.file_name().to_string_lossy().into_owned();
            Some(format!("{name} {number} {}.{changed}", metadata.mtime()))
        })
        .collect();
    marks.sort();
    marks.join("\n")
}

/// Reads the signing PIN of this machine, and says where it lay.
///
/// The file is looked at first: it is there only because somebody chose it or no keyring was. So without
/// one it was a keyring that the PIN was put into, and another session has that.
pub(crate) fn signing_pin(station: &Station) -> Result<(Pin, PinPlace)> {
    let name = name(station.id());
    let (stored, place) = match file(&station.state()).pin(&name) {
        Ok(stored) => (stored, PinPlace::File),
        Err(vault::Error::PinMissing { .. }) => match PinStore::Keyring.pin(&name) {
            Err(source @ vault::Error::KeyringAbsent { .. }) => {
                return Err(Error::SigningPinInKeyring { source });
            }
            stored => (stored?, PinPlace::Keyring),
        },
        Err(error) => return Err(error.into()),
    };
    Ok((Pin::new(Zeroizing::new(stored.expose().to_owned()))?, place))
}
