//! The file that codes are written to: one row each, readable by nobody else, on the disk before the
//! next person is enrolled.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::people_list::{Rows, quoted};
use crate::requests::Enrolled;

/// Most that is read of a file that is gone on with, in bytes.
const LARGEST: u64 = 64 << 20;
const HEADER: &str = "login,name,activation_code,expires\n";

pub(super) struct Codes {
    path: PathBuf,
    file: File,
    logins: BTreeSet<String>,
}

impl Codes {
    /// Makes the file, or goes on with the one of a run before.
    pub(super) fn open(path: PathBuf) -> Result<Self> {
        let opened = open(&path).and_then(|mut file| {
            let logins = read(&mut file)?;
            Ok((file, logins))
        });
        match opened {
            Ok((file, logins)) => Ok(Self { path, file, logins }),
            Err(source) => Err(Error::File {
                doing: "write codes to",
                path,
                source,
            }),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whose codes are in it.
    pub(super) fn logins(&self) -> &BTreeSet<String> {
        &self.logins
    }

    /// Adds a code, and waits for the disk.
    pub(super) fn add(&mut self, enrolled: &Enrolled) -> Result<()> {
        let expires = jiff::Timestamp::from_second(enrolled.expires)
            .map_or_else(|_| enrolled.expires.to_string(), |time| time.to_string());
        let line = Zeroizing::new(format!(
            "{},{},{},{expires}\n",
            *quoted(&as_text(&enrolled.login)),
            *quoted(&as_text(&enrolled.name)),
            *enrolled.activation_code,
        ));
        let written = self
            .file
            .write_all(line.as_bytes())
            .and_then(|()| self.file.sync_data());
        written.map_err(|source| Error::File {
            doing: "write codes to",
            path: self.path.clone(),
            source,
        })
    }
}

/// Opens it, for one writer at a time. A link is not followed, and a file that others may read is not
/// written to.
fn open(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
        .open(path)?;
    let metadata = file.metadata()?;
    let ours = metadata.is_file()
        && metadata.mode() & 0o077 == 0
        && metadata.nlink() == 1
        && metadata.uid() == rustix::process::geteuid().as_raw();
    if !ours {
        let why = "it is no file of this user that nobody else may read (mode 0600)";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    }
    file.try_lock().map_err(|_| {
        let why = "another process writes codes to it";
        io::Error::new(io::ErrorKind::ResourceBusy, why)
    })?;
    Ok(file)
}

/// Reads whose codes are there. A last row that was cut off by the end of a process is taken away.
fn read(file: &mut File) -> io::Result<BTreeSet<String>> {
    let malformed = |why| io::Error::new(io::ErrorKind::InvalidData, why);
    let mut text = Zeroizing::new(String::new());
    file.take(LARGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Err(malformed("it is too large for a file of codes"));
    }
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    file.set_len(whole as u64)?;
    file.seek(SeekFrom::End(0))?;
    if whole == 0 {
        file.write_all(HEADER.as_bytes())?;
        return Ok(BTreeSet::new());
    }
    let rows = text[..whole].strip_prefix(HEADER);
    let rows = rows.ok_or_else(|| malformed("it is another file than one of codes"))?;
    Rows::of(rows)
        .map(|row| match row {
            Ok(row) => Ok(login_of(&row.fields[0]).to_owned()),
            Err(_) => Err(malformed("it is damaged")),
        })
        .collect()
}

/// What a spreadsheet takes for the beginning of a formula, whether in quotes or not; the wide forms too.
const FORMULA: [char; 8] = [
    '=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}',
];

/// A field that a spreadsheet shows and does not calculate: an apostrophe before what would begin a
/// formula. No login begins with one.
fn as_text(field: &str) -> Cow<'_, str> {
    if field.starts_with(FORMULA) {
        Cow::Owned(format!("'{field}"))
    } else {
        Cow::Borrowed(field)
    }
}

/// A login as it was before [`as_text`].
fn login_of(field: &str) -> &str {
    field.strip_prefix('\'').unwrap_or(field)
}

#[cfg(test)]
mod tests {
    use super::{as_text, login_of};

    #[test]
    fn what_a_spreadsheet_would_calculate_is_text_and_read_back_as_it_was() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\u{FF1D}1"] {
            let text = as_text(formula);
            assert_eq!(text, format!("'{formula}"));
            assert_eq!(login_of(&text), formula);
        }
        assert_eq!(as_text("O'Brien = Co"), "O'Brien = Co");
    }
}
