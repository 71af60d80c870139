//! PINs in files that only their owner can read.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::process::geteuid;
use zeroize::Zeroizing;

use super::{PinName, StoredPin};
use crate::error::{Error, Result};

pub(super) fn put(directory: &Path, name: &PinName, pin: &StoredPin) -> Result<()> {
    make_directory(directory)?;
    let opened = open_directory(directory)?;
    // Written beside and renamed: after a crash the old PIN is there or the new one. `tempfile`
    // makes its files with mode 0600 and removes what was not renamed.
    let path = path(directory, name);
    write(directory, &path, pin)
        .and_then(|()| opened.sync_all())
        .map_err(|source| Error::File { path, source })
}

fn write(directory: &Path, path: &Path, pin: &StoredPin) -> io::Result<()> {
    let mut file = tempfile::Builder::new()
        .prefix(".pin-")
        .tempfile_in(directory)?;
    file.write_all(pin.expose().as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

pub(super) fn pin(directory: &Path, name: &PinName) -> Result<StoredPin> {
    let opened = match open_directory(directory) {
        Err(error) if is_missing(&error) => return Err(missing(name)),
        opened => opened?,
    };
    drop(opened);
    let path = path(directory, name);
    // Not blocking, so that a FIFO of this name is opened and then refused.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = match open(&path, flags) {
        Err(error) if is_missing(&error) => return Err(missing(name)),
        file => file?,
    };
    let metadata = expect_private(&file, &path)?;
    if !metadata.is_file() {
        return Err(Error::PinMalformed { name: name.clone() });
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(READ_LENGTH));
    file.take(u64::try_from(READ_LENGTH).expect("256 fits 64 bits"))
        .read_to_end(&mut bytes)
        .map_err(|source| Error::File { path, source })?;
    StoredPin::from_bytes(bytes).ok_or_else(|| Error::PinMalformed { name: name.clone() })
}

/// One byte more than a PIN has, so that a longer file is noticed; made once, so that no outgrown
/// buffer is left behind unwiped.
const READ_LENGTH: usize = StoredPin::MAX_LENGTH + 1;

pub(super) fn remove(directory: &Path, name: &PinName) -> Result<()> {
    let path = path(directory, name);
    match fs::remove_file(&path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(missing(name)),
        Err(source) => return Err(Error::File { path, source }),
    }
    open_directory(directory)?
        .sync_all()
        .map_err(|source| Error::File { path, source })
}

fn path(directory: &Path, name: &PinName) -> PathBuf {
    directory.join(format!("{name}.pin"))
}

/// Makes the directory, if it is not there, for its owner alone.
fn make_directory(directory: &Path) -> Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(|source| Error::File {
            path: directory.to_owned(),
            source,
        })
}

/// Opens the directory, if nobody else may look into it or put files there.
fn open_directory(directory: &Path) -> Result<File> {
    let opened = open(directory, OFlags::DIRECTORY)?;
    expect_private(&opened, directory)?;
    Ok(opened)
}

fn open(path: &Path, flags: OFlags) -> Result<File> {
    let flags = i32::try_from(flags.bits()).expect("open flags are bits of an int");
    OpenOptions::new()
        .read(true)
        .custom_flags(flags)
        .open(path)
        .map_err(|source| Error::File {
            path: path.to_owned(),
            source,
        })
}

/// Refuses what somebody else owns, or what group or others may touch in any way.
fn expect_private(file: &File, path: &Path) -> Result<Metadata> {
    let metadata = file.metadata().map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })?;
    let mode = metadata.mode() & 0o7777;
    let owner = metadata.uid();
    if mode & 0o077 != 0 || owner != geteuid().as_raw() {
        return Err(Error::FileExposed {
            path: path.to_owned(),
            mode,
            owner,
        });
    }
    Ok(metadata)
}

fn missing(name: &PinName) -> Error {
    Error::PinMissing { name: name.clone() }
}

fn is_missing(error: &Error) -> bool {
    matches!(error, Error::File { source, .. } if source.kind() == io::ErrorKind::NotFound)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::id::OrganisationId;
    use crate::pin_store::PinStore;

    fn name() -> PinName {
        PinName::new(OrganisationId::from_bytes([1; 16]), "signing").unwrap()
    }

    fn stored(text: &str) -> StoredPin {
        StoredPin::new(Zeroizing::new(text.to_owned())).unwrap()
    }

    /// A store in a directory that does not exist yet.
    fn store() -> (PinStore, PathBuf, tempfile::TempDir) {
        let temporary = tempfile::tempdir().unwrap();
        let directory = temporary.path().join("state/pins");
        let store = PinStore::File {
            directory: directory.clone(),
        };
        (store, directory, temporary)
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    #[test]
    fn a_pin_is_replaced_and_then_forgotten() {
        let (store, directory, _temporary) = store();
        assert!(matches!(store.pin(&name()), Err(Error::PinMissing { .. })));
        store.put(&name(), &stored("first")).unwrap();
        store.put(&name(), &stored("second")).unwrap();
        assert_eq!(store.pin(&name()).unwrap().expose(), "second");
        assert_eq!(
            fs::read_dir(&directory).unwrap().count(),
            1,
            "no temporary file is left"
        );
        store.remove(&name()).unwrap();
        assert!(matches!(store.pin(&name()), Err(Error::PinMissing { .. })));
        assert!(matches!(
            store.remove(&name()),
            Err(Error::PinMissing { .. })
        ));
    }

    #[test]
    fn only_the_owner_can_read_the_file_and_its_directory() {
        let (store, directory, _temporary) = store();
        store.put(&name(), &stored("1234")).unwrap();
        assert_eq!(mode(&directory), 0o700);
        assert_eq!(mode(&path(&directory, &name())), 0o600);
    }

    #[test]
    fn a_file_that_others_may_touch_is_refused() {
        let (store, directory, _temporary) = store();
        store.put(&name(), &stored("1234")).unwrap();
        for open in [0o640, 0o604, 0o620, 0o601] {
            fs::set_permissions(path(&directory, &name()), Permissions::from_mode(open)).unwrap();
            let refused = store.pin(&name()).unwrap_err();
            assert!(
                matches!(refused, Error::FileExposed { mode, .. } if mode == open),
                "{refused:?}"
            );
        }
    }

    #[test]
    fn a_directory_that_others_may_enter_is_refused() {
        let (store, directory, _temporary) = store();
        store.put(&name(), &stored("1234")).unwrap();
        fs::set_permissions(&directory, Permissions::from_mode(0o750)).unwrap();
        assert!(matches!(store.pin(&name()), Err(Error::FileExposed { .. })));
        let refused = store.put(&name(), &stored("5678"));
        assert!(matches!(refused, Err(Error::FileExposed { .. })));
    }

    #[test]
    fn a_link_is_not_followed() {
        let (store, directory, temporary) = store();
        store.put(&name(), &stored("1234")).unwrap();
        let elsewhere = temporary.path().join("elsewhere");
        fs::rename(path(&directory, &name()), &elsewhere).unwrap();
        symlink(&elsewhere, path(&directory, &name())).unwrap();
        assert!(matches!(store.pin(&name()), Err(Error::File { .. })));
    }

    #[test]
    fn a_pipe_is_refused_and_not_waited_for() {
        let (store, directory, _temporary) = store();
        make_directory(&directory).unwrap();
        let made = std::process::Command::new("mkfifo")
            .args(["-m", "600"])
            .arg(path(&directory, &name()))
            .status();
        assert!(made.unwrap().success());
        assert!(matches!(
            store.pin(&name()),
            Err(Error::PinMalformed { .. })
        ));
    }

    #[test]
    fn what_cannot_be_a_pin_is_malformed() {
        let (store, directory, _temporary) = store();
        store.put(&name(), &stored("1234")).unwrap();
        let long = vec![b'x'; 100_000];
        for content in [&b""[..], b"1234\n", b"\xff\xfe", &long] {
            fs::write(path(&directory, &name()), content).unwrap();
            assert!(matches!(
                store.pin(&name()),
                Err(Error::PinMalformed { .. })
            ));
        }
        fs::remove_file(path(&directory, &name())).unwrap();
        DirBuilder::new()
            .mode(0o700)
            .create(path(&directory, &name()))
            .unwrap();
        assert!(matches!(
            store.pin(&name()),
            Err(Error::PinMalformed { .. })
        ));
    }
}
