//! A file as it was at the end of one of its revisions (ISO 32000-2 §7.5.6): a beginning of it.

use std::env;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::document;
use crate::error::{Error, Result};
use crate::output::{Output, UNNOTED, unwritable};
use crate::requests::{Existing, PdfFile};

/// How much is copied at once.
const CHUNK: usize = 1 << 20;
/// Longest end of a revision: its marker, a line break, and one more for those who write two.
const LONGEST_END: u64 = 9;

/// What the folders of copies are called, and before they are locked.
const FOLDER: &str = "chancery-version-";
const UNLOCKED: &str = "chancery-new-";
/// The file in such a folder that is locked for as long as somebody looks at the copy.
const LOCK: &str = "lock";
/// Where in it the copy lies.
const COPY: &str = "copy";

/// A copy of an earlier version, to be looked at; gone when it is dropped, and where the program ended
/// before that, when it is next [tidied](tidy).
#[derive(Debug)]
pub struct EarlierVersion {
    path: PathBuf,
    folder: PathBuf,
    /// The lock ends with the process at the latest.
    _lock: File,
}

impl EarlierVersion {
    /// Where the copy lies; it is called as the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for EarlierVersion {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Copies the first `bytes` of a file to where only this user may look.
pub(crate) fn copy(file: &PdfFile, bytes: u64) -> Result<EarlierVersion> {
    tidy();
    let (folder, lock) = locked_folder(&env::temp_dir()).map_err(Error::State)?;
    let name = file.path.file_name().unwrap_or(file.path.as_os_str());
    let version = EarlierVersion {
        path: folder.join(COPY).join(name),
        folder,
        _lock: lock,
    };
    fs::create_dir(version.folder.join(COPY)).map_err(Error::State)?;
    write(file, bytes, &version.path, Existing::Keep)?;
    Ok(version)
}

/// Removes copies whose program ended without removing them.
pub fn tidy() {
    tidy_in(&env::temp_dir());
}

fn tidy_in(place: &Path) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let is_ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(FOLDER));
        if !is_ours {
            continue;
        }
        // Nobody holds it who still looks at it; what belongs to somebody else cannot be removed.
        let lock = File::open(entry.path().join(LOCK));
        if lock.is_ok_and(|lock| lock.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// A folder for this user alone, with its lock held: it gets its name when that is so.
fn locked_folder(place: &Path) -> io::Result<(PathBuf, File)> {
    let fresh = tempfile::Builder::new()
        .prefix(UNLOCKED)
        .tempdir_in(place)?;
    let lock = File::create_new(fresh.path().join(LOCK))?;
    lock.lock()?;
    let own = fresh.path().file_name().and_then(|name| name.to_str());
    let own = own
        .and_then(|name| name.strip_prefix(UNLOCKED))
        .unwrap_or_default();
    let folder = place.join(format!("{FOLDER}{own}"));
    fs::rename(fresh.path(), &folder)?;
    let _renamed = fresh.keep();
    Ok((folder, lock))
}

/// Writes the first `bytes` of a file, which must be all of an earlier revision, to `output`.
///
/// # Errors
/// [`Error::Document`] if the file has no revision that ends there: it was changed meanwhile.
pub(crate) fn write(file: &PdfFile, bytes: u64, output: &Path, existing: Existing) -> Result<()> {
    let document = document::open(file)?;
    let unreadable = |source| Error::File {
        doing: "read",
        path: file.path.clone(),
        source,
    };
    let source = document.source();
    let no_revision = || Error::Document {
        path: file.path.clone(),
        source: pdf::Error::InputChanged,
    };
    if bytes > document.len() || bytes < LONGEST_END {
        return Err(no_revision());
    }
    let mut end = [0; LONGEST_END as usize];
    source
        .read_at(bytes - LONGEST_END, &mut end)
        .map_err(unreadable)?;
    if !end.trim_ascii_end().ends_with(b"%%EOF") {
        return Err(no_revision());
    }
    if existing == Existing::Keep && output.exists() {
        return Err(Error::OutputExists {
            path: output.to_owned(),
        });
    }
    let mut target = Output::begin(output, UNNOTED)?;
    let mut buffer = vec![0; CHUNK];
    let mut at = 0;
    while at < bytes {
        let left = usize::try_from(bytes - at).unwrap_or(CHUNK).min(CHUNK);
        let chunk = buffer
            .get_mut(..left)
            .expect("a chunk is no larger than the buffer");
        source.read_at(at, chunk).map_err(unreadable)?;
        target
            .file()
            .write_all(chunk)
            .map_err(|error| unwritable(output, error))?;
        at += left as u64;
    }
    target.keep(existing)
}

/// The name that an earlier version is suggested, beside the file.
#[must_use]
pub fn name_beside(document: &Path, index: u32) -> PathBuf {
    let mut name = document.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-revision-{index}.pdf"));
    document.with_file_name(name)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn copies_that_nobody_looks_at_any_more_are_removed_and_no_others() {
        let place = tempfile::tempdir().unwrap();
        let (looked_at, lock) = locked_folder(place.path()).unwrap();
        let (left, ended) = locked_folder(place.path()).unwrap();
        let foreign = place.path().join("chancery-state");
        fs::create_dir(&foreign).unwrap();
        fs::write(left.join("contract.pdf"), b"secret").unwrap();
        drop(ended);
        tidy_in(place.path());
        assert!(looked_at.exists() && foreign.exists());
        assert!(!left.exists(), "its lock ended, as with its process");
        drop(lock);
    }
}
