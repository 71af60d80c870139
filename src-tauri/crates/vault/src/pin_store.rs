//! Where a token's PIN lies on this computer, so that nobody types it for each signature.
//!
//! Everything here blocks, and a keyring may ask the person to open it first, without a time limit;
//! call it on a thread that may wait (`spawn_blocking`).

mod file;
mod keyring;

use std::fmt;
use std::path::PathBuf;

use zeroize::{Zeroize, Zeroizing};

#[cfg(doc)]
use crate::error::Error;
use crate::error::Result;
use crate::id::OrganisationId;

/// The PIN of a token, as it is stored.
///
/// Wiped on drop, never printed.
pub struct StoredPin(Zeroizing<String>);

impl StoredPin {
    /// The longest PIN, in bytes of UTF-8. Tokens known to us take up to 255.
    pub const MAX_LENGTH: usize = 255;

    /// Takes a PIN: UTF-8 (PKCS#11 v3.1 §5.6, `C_Login`), 1 to [`StoredPin::MAX_LENGTH`] bytes,
    /// no control characters. `None` if it is not that; the text is wiped either way.
    #[must_use]
    pub fn new(pin: Zeroizing<String>) -> Option<Self> {
        let fits = !pin.is_empty() && pin.len() <= Self::MAX_LENGTH;
        (fits && !pin.chars().any(char::is_control)).then_some(Self(pin))
    }

    /// Takes a PIN from the bytes of a store, which are wiped if they are none.
    fn from_bytes(mut bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        match String::from_utf8(std::mem::take(&mut *bytes)) {
            Ok(pin) => Self::new(Zeroizing::new(pin)),
            Err(error) => {
                error.into_bytes().zeroize();
                None
            }
        }
    }

    /// Shows the PIN, to be handed to the token that checks it and to nobody else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for StoredPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredPin(..)")
    }
}

/// Which PIN: of which token of which organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinName {
    organisation: OrganisationId,
    token: String,
}

impl PinName {
    /// The longest name of a token, in characters.
    pub const MAX_TOKEN_LENGTH: usize = 32;

    /// Names a PIN. `token` is 1 to 32 of `a`-`z`, `0`-`9` and `-`, as it becomes part of a file
    /// name; `None` if it is not.
    #[must_use]
    pub fn new(organisation: OrganisationId, token: &str) -> Option<Self> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let fits = !token.is_empty() && token.len() <= Self::MAX_TOKEN_LENGTH;
        (fits && token.chars().all(allowed)).then(|| Self {
            organisation,
            token: token.to_owned(),
        })
    }
}

impl fmt::Display for PinName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.organisation, self.token)
    }
}

/// Where PINs lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinStore {
    /// The keyring of the person who is logged in: the Secret Service, the macOS keychain.
    ///
    /// Opened anew for each call, so that a keyring that was started again is found again.
    Keyring,
    /// One file for each PIN, mode 0600, in a directory of mode 0700.
    File {
        /// The directory; made when the first PIN is put.
        directory: PathBuf,
    },
}

impl PinStore {
    /// Stores a PIN, in place of one there. In a file it is on disk when this returns.
    ///
    /// # Errors
    /// [`Error::KeyringAbsent`], [`Error::KeyringLocked`], [`Error::Keyring`];
    /// [`Error::FileExposed`] if others may look into the directory, [`Error::File`].
    pub fn put(&self, name: &PinName, pin: &StoredPin) -> Result<()> {
        match self {
            Self::Keyring => keyring::put(name, pin),
            Self::File { directory } => file::put(directory, name, pin),
        }
    }

    /// Returns a stored PIN.
    ///
    /// # Errors
    /// [`Error::PinMissing`] and [`Error::PinMalformed`], and those of [`PinStore::put`]. A file is
    /// refused as exposed if anyone else owns it or may read it.
    pub fn pin(&self, name: &PinName) -> Result<StoredPin> {
        match self {
            Self::Keyring => keyring::pin(name),
            Self::File { directory } => file::pin(directory, name),
        }
    }

    /// Forgets a PIN.
    ///
    /// # Errors
    /// [`Error::PinMissing`], and those of [`PinStore::put`].
    pub fn remove(&self, name: &PinName) -> Result<()> {
        match self {
            Self::Keyring => keyring::remove(name),
            Self::File { directory } => file::remove(directory, name),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_pin_is_not_printed() {
        let pin = StoredPin::new(Zeroizing::new("hunter22".to_owned())).unwrap();
        assert_eq!(format!("{pin:?}"), "StoredPin(..)");
    }

    #[test]
    fn a_pin_is_short_text_without_controls() {
        let pin = |text: &str| StoredPin::new(Zeroizing::new(text.to_owned()));
        assert!(pin("pässword 1").is_some());
        assert!(pin(&"x".repeat(255)).is_some());
        for wrong in ["", "1234\n", "12\u{0}34", &"x".repeat(256)] {
            assert!(pin(wrong).is_none(), "{wrong:?}");
        }
        assert!(StoredPin::from_bytes(Zeroizing::new(vec![0xff, 0xfe])).is_none());
    }

    #[test]
    fn a_name_cannot_leave_its_directory() {
        let organisation = OrganisationId::from_bytes([1; 16]);
        assert!(PinName::new(organisation, "signing").is_some());
        for wrong in ["", "..", "a/b", "A", "a.b", &"x".repeat(33)] {
            assert!(PinName::new(organisation, wrong).is_none(), "{wrong:?}");
        }
    }
}
