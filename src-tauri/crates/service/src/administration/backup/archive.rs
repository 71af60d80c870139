//! Files one after the other in a stream: `length of the name (2 bytes) ‖ name ‖ length (8 bytes) ‖
//! content`, numbers big-endian; a name of no length ends it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};

use zeroize::Zeroizing;

use crate::home::create_private_folder;

/// Longest name that is read: two folders and a file.
const LONGEST_NAME: usize = 512;
/// Longest file that is kept in memory.
const LONGEST_KEPT: usize = 1 << 20;

/// Writes a file that is kept in memory.
pub(crate) fn put(archive: &mut impl Write, name: &str, content: &[u8]) -> io::Result<()> {
    head(archive, name, content.len() as u64)?;
    archive.write_all(content)
}

/// Writes a file of the disk, as long as it was when it was opened.
pub(crate) fn put_file(archive: &mut impl Write, name: &str, path: &Path) -> io::Result<()> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    head(archive, name, length)?;
    match io::copy(&mut file.take(length), archive)? {
        copied if copied == length => Ok(()),
        _ => Err(io::ErrorKind::UnexpectedEof.into()), // it was cut meanwhile
    }
}

/// Writes all files of a folder and of those in it, in the order of their names.
pub(crate) fn put_folder(archive: &mut impl Write, name: &str, folder: &Path) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let file_name = entry.file_name();
        let Some(file_name) = file_name.to_str() else {
            return Err(io::ErrorKind::InvalidFilename.into());
        };
        let name = format!("{name}/{file_name}");
        let kind = entry.file_type()?;
        if kind.is_dir() {
            put_folder(archive, &name, &entry.path())?;
        } else if kind.is_file() {
            put_file(archive, &name, &entry.path())?;
        }
    }
    Ok(())
}

/// Ends the archive.
pub(crate) fn end(archive: &mut impl Write) -> io::Result<()> {
    archive.write_all(&0u16.to_be_bytes())
}

fn head(archive: &mut impl Write, name: &str, length: u64) -> io::Result<()> {
    let of_name = u16::try_from(name.len())
        .ok()
        .filter(|length| (1..=LONGEST_NAME).contains(&usize::from(*length)))
        .ok_or(io::ErrorKind::InvalidFilename)?;
    archive.write_all(&of_name.to_be_bytes())?;
    archive.write_all(name.as_bytes())?;
    archive.write_all(&length.to_be_bytes())
}

/// Takes the files of an archive out into a folder, each for this user alone, but for the one named
/// `kept`, which is given back.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] for a name that leads anywhere else; nothing is replaced.
pub(crate) fn take_out(
    archive: &mut impl Read,
    folder: &Path,
    kept: &str,
) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut found = None;
    while let Some((name, length)) = next(archive)? {
        if name == Path::new(kept) {
            let length = usize::try_from(length)
                .ok()
                .filter(|length| *length <= LONGEST_KEPT);
            let length = length.ok_or(io::ErrorKind::InvalidData)?;
            let mut content = Zeroizing::new(vec![0; length]);
            archive.read_exact(&mut content)?;
            found = Some(content);
            continue;
        }
        let path = folder.join(&name);
        create_private_folder(path.parent().unwrap_or(folder))?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        let mut content = archive.take(length);
        if io::copy(&mut content, &mut file)? != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        file.sync_all()?;
    }
    // Only what was sealed whole reaches this: the last chunk must have been opened.
    if archive.read(&mut [0])? != 0 {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(found)
}

fn next(archive: &mut impl Read) -> io::Result<Option<(PathBuf, u64)>> {
    let mut of_name = [0; 2];
    archive.read_exact(&mut of_name)?;
    let of_name = usize::from(u16::from_be_bytes(of_name));
    if of_name == 0 {
        return Ok(None);
    }
    if of_name > LONGEST_NAME {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut name = vec![0; of_name];
    archive.read_exact(&mut name)?;
    let name = String::from_utf8(name).map_err(|_| io::ErrorKind::InvalidData)?;
    let name = PathBuf::from(name);
    let inside = name
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    if !inside {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut length = [0; 8];
    archive.read_exact(&mut length)?;
    Ok(Some((name, u64::from_be_bytes(length))))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn files_come_out_as_they_went_in() {
        let from = tempfile::tempdir().unwrap();
        fs::create_dir(from.path().join("inner")).unwrap();
        fs::write(from.path().join("inner/one"), b"1").unwrap();
        fs::write(from.path().join("two"), b"").unwrap();
        std::os::unix::fs::symlink("two", from.path().join("link")).unwrap();
        let mut archive = Vec::new();
        put(&mut archive, "memory", b"kept").unwrap();
        put_folder(&mut archive, "tokens", from.path()).unwrap();
        end(&mut archive).unwrap();
        let to = tempfile::tempdir().unwrap();
        let kept = take_out(&mut &*archive, to.path(), "memory").unwrap();
        assert_eq!(**kept.unwrap(), *b"kept");
        let read = |name: &str| fs::read(to.path().join(name)).unwrap();
        assert_eq!(read("tokens/inner/one"), b"1");
        assert_eq!(read("tokens/two"), b"");
        assert!(
            !to.path().join("tokens/link").exists(),
            "no link is followed"
        );
        assert!(!to.path().join("memory").exists());
        let again = take_out(&mut &*archive, to.path(), "memory");
        assert!(again.is_err(), "nothing is replaced");
    }

    #[test]
    fn a_name_that_leads_out_of_the_folder_is_refused() {
        for name in ["../out", "/out", "a/../../out", "./out"] {
            let mut archive = Vec::new();
            put(&mut archive, name, b"x").unwrap();
            end(&mut archive).unwrap();
            let to = tempfile::tempdir().unwrap();
            let error = take_out(&mut &*archive, to.path(), "none").unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{name}");
        }
    }

    #[test]
    fn a_length_that_is_not_there_is_refused_and_takes_no_memory() {
        let mut archive = Vec::new();
        head(&mut archive, "endless", u64::MAX).unwrap();
        archive.extend_from_slice(b"little");
        let to = tempfile::tempdir().unwrap();
        assert!(take_out(&mut &*archive, to.path(), "none").is_err());
        assert!(take_out(&mut &*archive, to.path(), "endless").is_err());
    }
}
