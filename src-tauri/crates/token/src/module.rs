use std::{
    fs::File,
    io::{self, Read},
    os::fd::AsRawFd,
    path::{Path, PathBuf},
};

use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    error::{Error as CkError, RvError},
};
use minicbor::{CborLen, Decode, Encode};
use sha2::Digest as _;

use crate::{Error, Result, Sha256, answer, raw::Raw, reconnect::Meaning};

/// How a module came to be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(index_only)]
pub enum LoadedBy {
    /// Through the descriptor its file was hashed by.
    #[n(0)]
    Descriptor,
    /// By its path, because it does not load otherwise: what was loaded need not be what was
    /// hashed.
    #[n(1)]
    Path,
}

/// A module that is loaded and initialised (PKCS#11 v3.1 §5.4.1).
///
/// It is never unloaded: modules crash there, and the process has no other purpose.
pub(crate) struct Module {
    pub(crate) context: Pkcs11,
    pub(crate) raw: Raw,
    pub(crate) sha256: Sha256,
    pub(crate) loaded_by: LoadedBy,
}

impl Module {
    /// Opens, hashes, loads and initialises a module. A file with another hash than the expected
    /// one is not loaded. Whoever may write to the file itself can still change it in between:
    /// that is the owner of the machine, against whom no hash helps.
    pub(crate) fn open(path: &Path, expected: Option<Sha256>) -> Result<Self> {
        let unreadable = |source| Error::ModuleUnreadable {
            path: path.to_owned(),
            source,
        };
        let mut file = File::open(path).map_err(unreadable)?;
        let sha256 = hash(&mut file).map_err(unreadable)?;
        if let Some(expected) = expected.filter(|expected| *expected != sha256) {
            return Err(Error::ModuleChanged {
                path: path.to_owned(),
                expected,
                found: sha256,
            });
        }

        let descriptor = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
        let (context, raw, loaded_by) = match load(&descriptor) {
            Ok((context, raw)) => (context, raw, LoadedBy::Descriptor),
            Err(_) => {
                let (context, raw) = load(path).map_err(|error| Error::ModuleNotLoaded {
                    path: path.to_owned(),
                    reason: error.to_string(),
                })?;
                (context, raw, LoadedBy::Path)
            }
        };
        let arguments = CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK);
        match context.initialize(arguments) {
            Err(error) if answer::meaning(&error, || false) != Meaning::Done => {
                return Err(not_started(path, error));
            }
            Ok(()) | Err(_) => {}
        }
        Ok(Self {
            context,
            raw,
            sha256,
            loaded_by,
        })
    }

    /// Finalises the module; the caller has dropped every session. Its answer changes nothing.
    pub(crate) fn finalise(self) {
        let _ = self.context.clone().finalize();
    }
}

/// Why a module does not start. A device that is away may come back, and whoever asks again asks
/// another process; anything else is a matter of how the module is set up.
fn not_started(path: &Path, error: CkError) -> Error {
    let away = matches!(
        answer::value(&error),
        Some(RvError::DeviceError | RvError::DeviceRemoved | RvError::TokenNotPresent)
    );
    if away {
        return error.into();
    }
    Error::ModuleNotStarted {
        path: path.to_owned(),
        answer: answer::names(&error).1,
    }
}

/// Hashes a module's file, and runs nothing of it.
///
/// # Errors
/// [`Error::ModuleUnreadable`].
pub fn module_sha256(path: &Path) -> Result<Sha256> {
    let hashed = File::open(path).and_then(|mut file| hash(&mut file));
    hashed.map_err(|source| Error::ModuleUnreadable {
        path: path.to_owned(),
        source,
    })
}

/// Loads the same library for the crate and for the bindings.
fn load(path: &Path) -> Result<(Pkcs11, Raw), CkError> {
    let context = Pkcs11::new(path)?;
    let raw = Raw::load(path, &context)?;
    Ok((context, raw))
}

fn hash(file: &mut File) -> io::Result<Sha256> {
    /// Larger than any module; keeps a device file from being read for ever.
    const LARGEST: u64 = 1 << 28;

    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut hash = sha2::Sha256::new();
    let read = io::copy(&mut file.take(LARGEST), &mut hash)?;
    if read == LARGEST {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(Sha256(hash.finalize().into()))
}
