//! The lock of a request: who is still at work, and what somebody left behind.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use vault::{KeyId, RequestId};

use super::Station;
use crate::error::{Error, Result};
use crate::home::{create_private_folder, lock_file};

/// Held while a request is carried out, so that an intent without outcome can be told from one
/// whose process is gone.
///
/// Its file also names what the process may leave behind elsewhere, each followed by a zero byte:
/// absolute paths, and `key ` with the id of a key that stays on the token.
pub(crate) struct RequestLock {
    pub(super) request: [u8; 16],
    path: PathBuf,
    file: File,
}

impl RequestLock {
    /// Takes the lock of a request.
    pub(crate) fn take(station: &Station, request: &[u8; 16]) -> Result<Self> {
        let path = Self::path(station, request);
        create_private_folder(&Self::folder(station)).map_err(Error::State)?;
        // Made and locked in one: who looks for free ones never sees it in between.
        let _whole = station.lock("locks", "requests")?;
        let file = lock_file(&path).map_err(Error::State)?;
        match file.try_lock() {
            Ok(()) => Ok(Self {
                request: *request,
                path,
                file,
            }),
            Err(fs::TryLockError::WouldBlock) => Err(Error::RequestRepeated),
            Err(fs::TryLockError::Error(error)) => Err(Error::State(error)),
        }
    }

    /// Takes the locks whose processes are gone.
    pub(super) fn left(station: &Station) -> Result<Vec<Self>> {
        let folder = match fs::read_dir(Self::folder(station)) {
            Ok(folder) => folder,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::State(error)),
        };
        let _whole = station.lock("locks", "requests")?;
        let mut left = Vec::new();
        for entry in folder {
            let path = entry.map_err(Error::State)?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            let Some(request) = name.and_then(request_of) else {
                continue; // no file of ours
            };
            let file = match File::options().read(true).write(true).open(&path) {
                Ok(file) => file,
                // Settled since the folder was read.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(Error::State(error)),
            };
            if file.try_lock().is_ok() && path.exists() {
                left.push(Self {
                    request,
                    path,
                    file,
                });
            }
        }
        Ok(left)
    }

    fn folder(station: &Station) -> PathBuf {
        station.state().join("requests")
    }

    pub(super) fn path(station: &Station, request: &[u8; 16]) -> PathBuf {
        Self::folder(station).join(RequestId::from(*request).to_string())
    }

    /// Notes a file that is about to be made, and that would be left behind if this process ended.
    pub(crate) fn note(&self, path: &Path) -> io::Result<()> {
        let mut line = path.as_os_str().as_encoded_bytes().to_vec();
        line.push(0);
        (&self.file).write_all(&line)?;
        self.file.sync_data()
    }

    /// Notes a key that is about to be made on the token, for a request whose lock this process has.
    pub(crate) fn note_key(station: &Station, request: &[u8; 16], key: KeyId) -> io::Result<()> {
        let mut file = File::options()
            .append(true)
            .open(Self::path(station, request))?;
        file.write_all(format!("{KEY}{key}\0").as_bytes())?;
        file.sync_data()
    }

    /// The keys that a process that is gone has noted.
    pub(super) fn keys(&self) -> Vec<KeyId> {
        let keys = self.noted().into_iter();
        keys.filter_map(|noted| {
            let hex = std::str::from_utf8(&noted).ok()?.strip_prefix(KEY)?;
            request_of(hex).map(KeyId::from)
        })
        .collect()
    }

    fn noted(&self) -> Vec<Vec<u8>> {
        let noted = fs::read(&self.path).unwrap_or_default();
        let lines = noted.split_inclusive(|byte| *byte == 0);
        // One that was cut short was not made yet.
        let whole = lines.filter_map(|line| match line.split_last() {
            Some((0, noted)) => Some(noted.to_vec()),
            _ => None,
        });
        whole.collect()
    }

    /// Gives the lock up, unless the log still waits for the outcome: then it is left, and whoever
    /// opens the log next gives the request up.
    pub(crate) fn settle(self, station: &Station) {
        let logged = station.wait(station.store.find_by_request(self.request.into()));
        if logged.is_ok_and(|logged| logged.is_none_or(|logged| logged.outcome.is_some())) {
            let _ = fs::remove_file(&self.path);
        }
    }

    /// Removes what a process that is gone has left.
    pub(super) fn clear(self) {
        use std::os::unix::ffi::OsStringExt;
        let noted = self.noted().into_iter();
        for path in noted.filter(|noted| noted.starts_with(b"/")) {
            let path = PathBuf::from(OsString::from_vec(path));
            let _ = fs::remove_file(path); // it may never have been made
        }
        let _ = fs::remove_file(&self.path);
    }
}

/// Before the id of a key that is noted.
const KEY: &str = "key ";

/// The request a lock file is named by: 32 hexadecimal digits.
fn request_of(name: &str) -> Option<[u8; 16]> {
    let digits = name.len() == 32 && name.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = digits.then(|| u128::from_str_radix(name, 16).ok())??;
    Some(number.to_be_bytes())
}
