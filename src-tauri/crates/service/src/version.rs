//! A file as it was at the end of one of its revisions (ISO 32000-2 §7.5.6): a beginning of it.

use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::document;
use crate::error::{Error, Result};
use crate::output::{Output, UNNOTED, unwritable};
use crate::requests::{Existing, PdfFile};

/// How much is copied at once.
const CHUNK: usize = 1 << 20;
/// Longest end of a revision: its marker, a line break, and one more for those who write two.
const LONGEST_END: u64 = 9;

/// A copy of an earlier version, to be looked at; gone when it is dropped.
#[derive(Debug)]
pub struct EarlierVersion {
    path: PathBuf,
    _folder: TempDir,
}

impl EarlierVersion {
    /// Where the copy lies; it is called as the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Copies the first `bytes` of a file to where only this user may look.
pub(crate) fn copy(file: &PdfFile, bytes: u64) -> Result<EarlierVersion> {
    let folder = tempfile::Builder::new()
        .prefix("chancery-")
        .tempdir()
        .map_err(Error::State)?;
    let path = folder
        .path()
        .join(file.path.file_name().unwrap_or(file.path.as_os_str()));
    write(file, bytes, &path, Existing::Keep)?;
    Ok(EarlierVersion {
        path,
        _folder: folder,
    })
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
