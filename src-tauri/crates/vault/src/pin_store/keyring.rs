//! PINs in the keyring of the person who is logged in.

use keyring_core::{Entry, Error as KeyringError};
use zeroize::{Zeroize, Zeroizing};

use super::{PinName, StoredPin};
use crate::error::{Error, Result};

/// The service under which all our entries lie.
const SERVICE: &str = "org.chancery.token-pin";

pub(super) fn put(name: &PinName, pin: &StoredPin) -> Result<()> {
    entry(name)?
        .set_secret(pin.expose().as_bytes())
        .map_err(|error| told(error, name))
}

pub(super) fn pin(name: &PinName) -> Result<StoredPin> {
    let bytes = entry(name)?
        .get_secret()
        .map_err(|error| told(error, name))?;
    StoredPin::from_bytes(Zeroizing::new(bytes))
        .ok_or_else(|| Error::PinMalformed { name: name.clone() })
}

pub(super) fn remove(name: &PinName) -> Result<()> {
    entry(name)?
        .delete_credential()
        .map_err(|error| told(error, name))
}

/// Opens the platform's keyring and names the entry in it.
fn entry(name: &PinName) -> Result<Entry> {
    use keyring_core::api::CredentialStoreApi;

    let store = platform::store()?;
    store
        .build(SERVICE, &name.to_string(), None)
        .map_err(|error| told(error, name))
}

/// Says what a keyring's answer means. Bytes that may be the PIN are wiped and not passed on.
fn told(error: KeyringError, name: &PinName) -> Error {
    match error {
        KeyringError::NoEntry => Error::PinMissing { name: name.clone() },
        KeyringError::NoStorageAccess(source) => Error::KeyringLocked { source },
        KeyringError::BadEncoding(mut bytes) | KeyringError::BadDataFormat(mut bytes, _) => {
            bytes.zeroize();
            Error::Keyring { source: None }
        }
        KeyringError::PlatformFailure(source) => platform::told(source),
        other => Error::Keyring {
            source: Some(Box::new(other)),
        },
    }
}

/// The Secret Service of freedesktop.org.
#[cfg(not(target_os = "macos"))]
mod platform {
    use std::io::ErrorKind;
    use std::sync::Arc;

    use keyring_core::Error as KeyringError;
    use secret_service::Error as ServiceError;
    use zbus_secret_service_keyring_store::Store;

    use crate::error::{Error, Result, Source};

    /// The D-Bus errors that say that nobody offers the service (D-Bus specification, "Message
    /// Bus Messages"): unknown and not startable, or without an owner.
    const NOBODY: [&str; 3] = [
        "org.freedesktop.DBus.Error.ServiceUnknown",
        "org.freedesktop.DBus.Error.NameHasNoOwner",
        "org.freedesktop.DBus.Error.Spawn.ServiceNotFound",
    ];

    /// The error that says that the keyring is there and not open (Secret Service API, "Errors").
    const LOCKED: &str = "org.freedesktop.Secret.Error.IsLocked";

    pub(super) fn store() -> Result<Arc<Store>> {
        Store::new().map_err(|error| match error {
            KeyringError::PlatformFailure(source) => told(source),
            other => Error::Keyring {
                source: Some(Box::new(other)),
            },
        })
    }

    pub(super) fn told(source: Source) -> Error {
        match source.downcast_ref::<ServiceError>() {
            Some(ServiceError::Unavailable) => Error::KeyringAbsent { source },
            Some(ServiceError::Zbus(
                zbus::Error::InputOutput(error) | zbus::Error::Connection(error, _),
            )) if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::ConnectionRefused
            ) =>
            {
                Error::KeyringAbsent { source }
            }
            Some(ServiceError::Zbus(zbus::Error::MethodError(name, ..)))
                if NOBODY.contains(&name.as_str()) =>
            {
                Error::KeyringAbsent { source }
            }
            Some(ServiceError::Zbus(zbus::Error::MethodError(name, ..)))
                if name.as_str() == LOCKED =>
            {
                Error::KeyringLocked { source }
            }
            _ => Error::Keyring {
                source: Some(source),
            },
        }
    }
}

/// The login keychain of macOS; always there.
#[cfg(target_os = "macos")]
mod platform {
    use std::sync::Arc;

    use apple_native_keyring_store::keychain::Store;

    use crate::error::{Error, Result, Source};

    pub(super) fn store() -> Result<Arc<Store>> {
        Store::new().map_err(|error| Error::Keyring {
            source: Some(Box::new(error)),
        })
    }

    pub(super) fn told(source: Source) -> Error {
        Error::Keyring {
            source: Some(source),
        }
    }
}
