//! A file in somebody's folder that is whole or not there.
//!
//! It is written without a name and gets one in a single step, so that a process that ends half
//! way leaves nothing. Where the file system knows no files without names, and where a file is to
//! be replaced, it has another name first, which is told before there is such a file: who tidies
//! up after a process can remove it.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags, linkat, open, renameat_with};
use rustix::io::Errno;

use crate::certificates::new_id;
use crate::error::{Error, Result};
use crate::requests::Existing;
use crate::signing_algorithm::hex;

/// Is told the name that a file has for now, before it has it.
pub(crate) type Note<'n> = &'n (dyn Fn(&Path) -> io::Result<()> + Sync);

/// Nobody tidies up.
pub(crate) const UNNOTED: Note<'static> = &|_| Ok(());

/// A file that has not got its name yet; gone if it is dropped.
pub(crate) struct Output<'n> {
    target: PathBuf,
    file: File,
    /// Whether all that was written is on the disk.
    synced: bool,
    /// The name it has for now, if it has one.
    meanwhile: Option<PathBuf>,
    note: Note<'n>,
}

impl<'n> Output<'n> {
    /// Begins a file that will be called `target`, with the permissions the user's mask leaves.
    pub(crate) fn begin(target: &Path, note: Note<'n>) -> Result<Self> {
        let file = unnamed(folder_of(target)).map_err(|error| unwritable(target, error))?;
        if let Some(file) = file {
            return Ok(Self {
                target: target.to_owned(),
                file,
                synced: false,
                meanwhile: None,
                note,
            });
        }
        let name = meanwhile(target)?;
        let make = || {
            note(&name)?;
            // The mask is applied by the system, as for any new file.
            File::create_new(&name)
        };
        let file = make().map_err(|error| unwritable(target, error))?;
        Ok(Self {
            target: target.to_owned(),
            file,
            synced: false,
            meanwhile: Some(name),
            note,
        })
    }

    /// The file, to be written to.
    pub(crate) fn file(&mut self) -> &mut File {
        self.synced = false;
        &mut self.file
    }

    /// Where what was written can be read again, before it has its name.
    pub(crate) fn place(&self) -> PathBuf {
        use std::os::fd::AsRawFd;
        let unnamed = || PathBuf::from(format!("/proc/self/fd/{}", self.file.as_raw_fd()));
        self.meanwhile.clone().unwrap_or_else(unnamed)
    }

    /// Waits for the disk.
    pub(crate) fn sync(&mut self) -> Result<()> {
        let synced = self.file.sync_all();
        synced.map_err(|error| unwritable(&self.target, error))?;
        self.synced = true;
        Ok(())
    }

    /// Waits for the disk and gives the file its name, for good.
    pub(crate) fn keep(self, existing: Existing) -> Result<()> {
        let mut folders = Folders::default();
        self.keep_in(&mut folders, existing)?;
        folders.sync()
    }

    /// Waits for the disk and gives the file its name, which lasts once its folder is on the disk.
    pub(crate) fn keep_in(mut self, folders: &mut Folders, existing: Existing) -> Result<()> {
        folders.0.insert(folder_of(&self.target).to_owned());
        self.name(existing).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Error::OutputExists {
                path: self.target.clone(),
            },
            _ => unwritable(&self.target, error),
        })
    }

    fn name(&mut self, existing: Existing) -> io::Result<()> {
        if !self.synced {
            self.file.sync_all()?;
        }
        match (existing, &self.meanwhile) {
            (Existing::Keep, None) => self.link(&self.target)?,
            (Existing::Keep, Some(meanwhile)) => rename_to_new(meanwhile, &self.target)?,
            (Existing::Replace, Some(meanwhile)) => fs::rename(meanwhile, &self.target)?,
            (Existing::Replace, None) => {
                let meanwhile = meanwhile(&self.target).map_err(io::Error::other)?;
                (self.note)(&meanwhile)?;
                self.link(&meanwhile)?;
                let meanwhile = self.meanwhile.insert(meanwhile);
                fs::rename(meanwhile, &self.target)?;
            }
        }
        self.meanwhile = None;
        Ok(())
    }

    /// Gives an unnamed file a name that nothing has.
    fn link(&self, name: &Path) -> io::Result<()> {
        // By its descriptor alone (AT_EMPTY_PATH) older kernels let only the administrator do it.
        let place = self.place();
        Ok(linkat(CWD, place, CWD, name, AtFlags::SYMLINK_FOLLOW)?)
    }
}

/// Writes a file whole or not at all.
///
/// # Errors
/// [`Error::OutputExists`], [`Error::File`].
pub(crate) fn write(content: &[u8], output: &Path, existing: Existing) -> Result<()> {
    if existing == Existing::Keep && output.exists() {
        return Err(Error::OutputExists {
            path: output.to_owned(),
        });
    }
    let mut file = Output::begin(output, UNNOTED)?;
    file.file()
        .write_all(content)
        .map_err(|error| unwritable(output, error))?;
    file.keep(existing)
}

impl Drop for Output<'_> {
    fn drop(&mut self) {
        if let Some(meanwhile) = &self.meanwhile {
            let _ = fs::remove_file(meanwhile); // the fault that led here is the one to tell
        }
    }
}

/// Folders in which files got their names.
#[derive(Default)]
pub(crate) struct Folders(BTreeSet<PathBuf>);

impl Folders {
    /// Waits for the disk, once for all the names in a folder.
    pub(crate) fn sync(self) -> Result<()> {
        self.0.iter().try_for_each(|folder| {
            let synced = File::open(folder).and_then(|folder| folder.sync_all());
            synced.map_err(|error| unwritable(folder, error))
        })
    }
}

/// Makes a file without a name in a folder; none if the file system knows no such files.
#[cfg(target_os = "linux")]
fn unnamed(folder: &Path) -> io::Result<Option<File>> {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    match open(folder, flags, Mode::from_raw_mode(0o666)) {
        Ok(file) => Ok(Some(File::from(file))),
        // Of the file system, of a kernel before 3.11, of a file system in user space.
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::NOSYS | Errno::INVAL) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn unnamed(_: &Path) -> io::Result<Option<File>> {
    Ok(None)
}

/// Renames unless something has the new name.
fn rename_to_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            fs::hard_link(from, to)?;
            fs::remove_file(from)
        }
        other => Ok(other?),
    }
}

/// A name beside the target that nobody else has.
fn meanwhile(target: &Path) -> Result<PathBuf> {
    let name = format!(".chancery-{}", hex(&new_id()?));
    std::path::absolute(folder_of(target).join(name)).map_err(|error| unwritable(target, error))
}

/// The folder a file is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Says that a file cannot be written.
pub(crate) fn unwritable(path: &Path, source: io::Error) -> Error {
    Error::File {
        doing: "write",
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Mutex;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// As `begin` where the file system knows no files without names.
    fn named<'n>(target: &Path, note: Note<'n>) -> Output<'n> {
        let name = meanwhile(target).unwrap();
        note(&name).unwrap();
        Output {
            target: target.to_owned(),
            file: File::create_new(&name).unwrap(),
            synced: false,
            meanwhile: Some(name),
            note,
        }
    }

    type Begin = for<'n> fn(&Path, Note<'n>) -> Output<'n>;

    /// Both ways a file begins.
    const BOTH: [Begin; 2] = [
        |target, note| Output::begin(target, note).unwrap(),
        |target, note| named(target, note),
    ];

    #[test]
    fn a_file_is_there_when_it_is_kept_and_not_before() {
        for begin in BOTH {
            let folder = tempfile::tempdir().unwrap();
            let target = folder.path().join("signed.pdf");
            let mut output = begin(&target, UNNOTED);
            output.file().write_all(b"whole").unwrap();
            assert!(!target.exists());
            output.keep(Existing::Keep).unwrap();
            assert_eq!(names(folder.path()), ["signed.pdf"]);
            assert_eq!(fs::read(&target).unwrap(), b"whole");
            let plain = folder.path().join("plain");
            fs::write(&plain, b"").unwrap();
            let mode = |path| fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(mode(&target), mode(&plain), "the mask decides");
        }
    }

    #[test]
    fn a_file_that_is_dropped_leaves_nothing() {
        for begin in BOTH {
            let folder = tempfile::tempdir().unwrap();
            let mut output = begin(&folder.path().join("signed.pdf"), UNNOTED);
            output.file().write_all(b"half").unwrap();
            drop(output);
            assert!(names(folder.path()).is_empty());
        }
    }

    #[test]
    fn what_is_there_is_kept_or_replaced_as_was_asked() {
        for begin in BOTH {
            let folder = tempfile::tempdir().unwrap();
            let target = folder.path().join("signed.pdf");
            fs::write(&target, b"mine").unwrap();
            let kept = begin(&target, UNNOTED).keep(Existing::Keep).unwrap_err();
            assert!(matches!(kept, Error::OutputExists { .. }), "{kept}");
            assert_eq!(fs::read(&target).unwrap(), b"mine");
            let mut output = begin(&target, UNNOTED);
            output.file().write_all(b"new").unwrap();
            output.keep(Existing::Replace).unwrap();
            assert_eq!(fs::read(&target).unwrap(), b"new");
            assert_eq!(names(folder.path()), ["signed.pdf"]);
        }
    }

    #[test]
    fn a_name_is_told_before_there_is_such_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("signed.pdf");
        let told = Mutex::new(Vec::new());
        let note = |name: &Path| {
            assert!(!name.exists() && name.is_absolute());
            told.lock().unwrap().push(name.to_owned());
            Ok(())
        };
        drop(named(&target, &note));
        assert_eq!(told.lock().unwrap().len(), 1);
        let output = Output::begin(&target, &note).unwrap();
        output.keep(Existing::Replace).unwrap();
        assert_eq!(told.lock().unwrap().len(), 2);
    }
}
