//! A revision whose bytes are fixed, and how a document with it is written and completed.

use std::io::{ErrorKind, Seek, SeekFrom, Write};
use std::ops::Range;

use crate::document::Document;
use crate::error::{Error, Result};
use crate::text::hexadecimal;

/// How much is read at once while a document is copied or digested: what stays in a core's cache.
const CHUNK: usize = 1 << 17;

/// A document with a signature field whose `/Contents` is still empty: the bytes are fixed.
#[derive(Debug)]
pub struct Unsigned {
    pub(super) document: Document,
    /// The revision's bytes.
    pub(super) appended: Vec<u8>,
    /// `/Contents` from `<` to behind `>`, within them.
    pub(super) hole: Range<usize>,
    pub(super) byte_range: [u64; 4],
}

impl Unsigned {
    /// `/ByteRange`: all but the string of `/Contents` with its brackets.
    #[must_use]
    pub fn byte_range(&self) -> [u64; 4] {
        self.byte_range
    }

    /// Length of the input, which the document begins with, in bytes.
    #[must_use]
    pub fn input_len(&self) -> u64 {
        self.document.len()
    }

    /// Room for the signature, in bytes.
    #[must_use]
    pub fn reserved(&self) -> usize {
        (self.hole.len() - 2) / 2
    }

    /// Writes the document with an empty `/Contents`: the input's bytes as they are, then the
    /// revision. The covered bytes are handed out in order on the way, for a digest.
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::InputChanged`], [`Error::Write`].
    pub fn write_to(&self, out: &mut dyn Write, covered: &mut dyn FnMut(&[u8])) -> Result<()> {
        stream(&self.document, |chunk| {
            covered(chunk);
            out.write_all(chunk).map_err(Error::Write)
        })?;
        self.write_revision_to(out, covered)
    }

    /// Writes the revision alone, with an empty `/Contents`, behind what the input's bytes were
    /// written to.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write_revision_to(
        &self,
        out: &mut dyn Write,
        covered: &mut dyn FnMut(&[u8]),
    ) -> Result<()> {
        covered(self.appended.get(..self.hole.start).unwrap_or_default());
        covered(self.appended.get(self.hole.end..).unwrap_or_default());
        out.write_all(&self.appended).map_err(Error::Write)
    }

    /// Gives the signature its place.
    ///
    /// # Errors
    /// [`Error::ContentsTooSmall`].
    pub fn complete(self, contents: &[u8]) -> Result<Completed> {
        let reserved = self.reserved();
        if contents.len() > reserved {
            return Err(Error::ContentsTooSmall {
                needed: contents.len(),
                reserved,
            });
        }
        let [_, hole, ..] = self.byte_range;
        Ok(Completed {
            document: self.document,
            at: hole + 1,
            digits: hexadecimal(contents),
        })
    }
}

/// A signature that waits to be put into the document that was written for it.
#[derive(Debug)]
pub struct Completed {
    document: Document,
    /// Behind the `<` of `/Contents`.
    at: u64,
    digits: String,
}

impl Completed {
    /// Puts the signature into what [`Unsigned::write_to`] wrote.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write_to(&self, out: &mut (impl Write + Seek)) -> Result<()> {
        out.seek(SeekFrom::Start(self.at)).map_err(Error::Write)?;
        out.write_all(self.digits.as_bytes()).map_err(Error::Write)
    }

    /// Compares the beginning of a document with the input, byte by byte; returns its length.
    ///
    /// # Errors
    /// [`Error::InputChanged`] where they differ, [`Error::Read`].
    pub fn compare_beginning(&self, written: &Document) -> Result<u64> {
        let mut other = vec![0; CHUNK];
        let mut at = 0;
        stream(&self.document, |chunk| {
            let other = other
                .get_mut(..chunk.len())
                .expect("a chunk is no larger than the buffer");
            let read = written.source().read_at(at, other);
            read.map_err(Error::Read)?;
            at += chunk.len() as u64;
            if chunk == other {
                Ok(())
            } else {
                Err(Error::InputChanged)
            }
        })?;
        Ok(at)
    }
}

/// Reads a document from its start to its end, in chunks.
pub(super) fn stream(document: &Document, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let (source, length) = (document.source(), document.len());
    let mut buffer = vec![0; CHUNK];
    let mut at = 0;
    while at < length {
        let size = usize::try_from(length - at).unwrap_or(CHUNK).min(CHUNK);
        let chunk = buffer
            .get_mut(..size)
            .expect("a chunk is no larger than the buffer");
        source
            .read_at(at, chunk)
            .map_err(|error| match error.kind() {
                ErrorKind::UnexpectedEof => Error::InputChanged,
                _ => Error::Read(error),
            })?;
        take(chunk)?;
        at += size as u64;
    }
    if source.len().map_err(Error::Read)? == length {
        Ok(())
    } else {
        Err(Error::InputChanged)
    }
}
