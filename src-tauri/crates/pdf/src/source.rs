//! Where the bytes of a document come from: positioned reads, never a memory map.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

/// Random access to the bytes of a document.
///
/// A file that is cut short under a memory map ends the process; a positioned read is an error.
#[expect(clippy::len_without_is_empty, reason = "nothing empty is a document")]
pub trait Source: Send + Sync {
    /// Length in bytes, as it is now.
    ///
    /// # Errors
    /// Any of the medium's.
    fn len(&self) -> io::Result<u64>;

    /// Fills `buffer` from `offset` on.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] beyond the end, any of the medium's.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;
}

/// A file on disk.
#[derive(Debug)]
pub struct FileSource(File);

impl FileSource {
    /// Opens a regular file.
    ///
    /// # Errors
    /// Any of the file system's; [`io::ErrorKind::InvalidInput`] for anything that is not a
    /// regular file, such as a pipe, which could not be read twice.
    pub fn open(path: &Path) -> io::Result<Self> {
        // Looked at before it is opened: opening a pipe would wait for its other end.
        if !std::fs::metadata(path)?.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a regular file",
            ));
        }
        Ok(Self(File::open(path)?))
    }
}

impl Source for FileSource {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.0.read_exact_at(buffer, offset)
    }
}

impl Source for Vec<u8> {
    fn len(&self) -> io::Result<u64> {
        Ok(self.as_slice().len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(|_| io::ErrorKind::UnexpectedEof)?;
        let end = start
            .checked_add(buffer.len())
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        let bytes = self.get(start..end).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(bytes);
        Ok(())
    }
}

/// The first bytes of a source: a document as it was before it was extended.
struct Beginning {
    source: Arc<dyn Source>,
    length: u64,
}

/// Hides what stands behind `length` bytes.
pub(crate) fn beginning(source: Arc<dyn Source>, length: u64) -> Arc<dyn Source> {
    Arc::new(Beginning { source, length })
}

impl Source for Beginning {
    fn len(&self) -> io::Result<u64> {
        Ok(self.length)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let end = offset.checked_add(buffer.len() as u64);
        if end.is_none_or(|end| end > self.length) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.source.read_at(offset, buffer)
    }
}
