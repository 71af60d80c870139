//! Where this machine's signing PIN lies, and how it is found again.

use std::path::Path;

use token::Pin;
use vault::OrganisationId;
use vault::pin_store::{PinName, PinStore, StoredPin};
use zeroize::Zeroizing;

use super::Station;
use crate::error::Result;
use crate::requests::PinStoreChoice;

/// Where a PIN was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PinPlace {
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

/// Reads the signing PIN of this machine, and says where it lay.
///
/// The file is looked at first: it is there only because somebody chose it or no keyring was.
pub(crate) fn signing_pin(station: &Station) -> Result<(Pin, PinPlace)> {
    let name = name(station.id());
    let (stored, place) = match file(&station.state()).pin(&name) {
        Ok(stored) => (stored, PinPlace::File),
        Err(vault::Error::PinMissing { .. }) => (PinStore::Keyring.pin(&name)?, PinPlace::Keyring),
        Err(error) => return Err(error.into()),
    };
    Ok((Pin::new(Zeroizing::new(stored.expose().to_owned()))?, place))
}
