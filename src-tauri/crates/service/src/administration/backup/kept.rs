//! The two secrets of a backup, each in a file of its own that this user alone reads.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::wire::Secret;

/// Longest file that is read for a secret.
const LONGEST: u64 = 1024;

/// A file that waits for its secret: made before anything else is, so that the secret of a backup
/// that was made has a place.
#[derive(Debug)]
pub(crate) struct Kept {
    path: PathBuf,
    file: File,
}

impl Kept {
    /// Makes both files, beside one backup.
    ///
    /// # Errors
    /// [`Error::SecretsTogether`] if one of them would lie in the backup, or both in one place;
    /// [`Error::File`].
    pub(crate) fn both(backup: &Path, records: &Path, tokens: &Path) -> Result<(Self, Self)> {
        for path in [records, tokens] {
            if absolute(path)?.starts_with(absolute(backup)?) {
                return Err(Error::SecretsTogether {
                    path: path.to_owned(),
                    why: "it would lie in the backup that it opens",
                });
            }
        }
        if absolute(records)? == absolute(tokens)? {
            return Err(Error::SecretsTogether {
                path: tokens.to_owned(),
                why: "the other secret is to lie in it",
            });
        }
        Ok((Self::open(records)?, Self::open(tokens)?))
    }

    fn open(path: &Path) -> Result<Self> {
        let opened = || {
            let file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(path)?;
            // One that is replaced may have been everybody's.
            file.set_permissions(Permissions::from_mode(0o600))?;
            Ok(file)
        };
        let file = opened().map_err(|source| failed("write", path, source))?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    /// Writes the secret, synced.
    ///
    /// # Errors
    /// [`Error::File`]; the backup cannot be opened then.
    pub(crate) fn write(mut self, secret: &Zeroizing<String>) -> Result<()> {
        let mut written = || {
            self.file.write_all(secret.as_bytes())?;
            self.file.write_all(b"\n")?;
            self.file.sync_all()
        };
        written().map_err(|source| failed("write", &self.path, source))
    }

    /// Takes the file away: there is nothing to keep. Best effort.
    pub(crate) fn discard(self) {
        let _ = fs::remove_file(&self.path);
    }

    /// Reads a secret from such a file.
    ///
    /// # Errors
    /// [`Error::File`].
    pub(crate) fn read(path: &Path) -> Result<Secret> {
        let read = || {
            // Room for all of it: growing would leave copies behind.
            let mut content = Zeroizing::new(String::with_capacity(LONGEST as usize + 1));
            File::open(path)?
                .take(LONGEST + 1)
                .read_to_string(&mut content)?;
            if content.len() as u64 > LONGEST {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            Ok(Secret::new(content.trim().to_owned()))
        };
        read().map_err(|source| failed("read", path, source))
    }
}

fn absolute(path: &Path) -> Result<PathBuf> {
    // Where the file is not there yet, its folder is.
    let folder = path.parent().unwrap_or(Path::new("/"));
    let found = fs::canonicalize(path).or_else(|_| {
        let folder = fs::canonicalize(folder)?;
        Ok(folder.join(path.file_name().unwrap_or_default()))
    });
    found.map_err(|source| failed("find", path, source))
}

fn failed(doing: &'static str, path: &Path, source: io::Error) -> Error {
    Error::File {
        doing,
        path: path.to_owned(),
        source,
    }
}
