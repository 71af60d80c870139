//! A timestamp of a whole document, with which all that is in it lasts longer (ISO 32000-2 §12.8.5,
//! ETSI EN 319 142-1 §5.4.3): laid out → stamped → completed.

use std::io::{Seek, Write};
use std::ops::Range;

use pdf::{Completed, Document, Revision, SignatureField, Unsigned};

use crate::algorithm::{Digest, DigestAlgorithm, Hasher};
use crate::error::{Error, Result};
use crate::timestamp::Token;

/// How much of a document is read at once.
const CHUNK: u64 = 1 << 16;

/// A revision that is written and waits for its timestamp.
#[derive(Debug)]
pub struct Unstamped {
    unsigned: Unsigned,
    imprint: Digest,
}

/// Writes a revision with room for a timestamp behind a document, and digests all of it.
///
/// `out` is where the document itself was written to, and stands at its end. `revision_id` are
/// 16 random bytes.
///
/// # Errors
/// [`Error::Pdf`].
pub fn lay_out(
    document: &Document,
    revision: Revision,
    field: &SignatureField,
    algorithm: DigestAlgorithm,
    revision_id: &[u8; 16],
    timestamp_bytes: usize,
    out: &mut dyn Write,
) -> Result<Unstamped> {
    let unsigned = revision.lay_out_timestamp(field, revision_id, timestamp_bytes)?;
    let mut digest = Hasher::new(algorithm);
    read(document, 0..document.len(), &mut digest)?;
    unsigned.write_revision_to(out, &mut |chunk| digest.update(chunk))?;
    Ok(Unstamped {
        unsigned,
        imprint: digest.finalize(),
    })
}

/// Digest of what a byte range covers; none for a range that is not within the document.
///
/// # Errors
/// [`pdf::Error::Read`].
pub fn digest(
    document: &Document,
    [start, length, second, rest]: [u64; 4],
    algorithm: DigestAlgorithm,
) -> pdf::Result<Option<Digest>> {
    let (Some(first), Some(end)) = (start.checked_add(length), second.checked_add(rest)) else {
        return Ok(None);
    };
    if start != 0 || first > second || end > document.len() {
        return Ok(None);
    }
    let mut digest = Hasher::new(algorithm);
    read(document, start..first, &mut digest)?;
    read(document, second..end, &mut digest)?;
    Ok(Some(digest.finalize()))
}

/// Digests a stretch of a document.
fn read(document: &Document, range: Range<u64>, digest: &mut Hasher) -> pdf::Result<()> {
    let mut at = range.start;
    while at < range.end {
        let mut chunk = vec![0; (range.end - at).min(CHUNK) as usize];
        let read = document.source().read_at(at, &mut chunk);
        read.map_err(pdf::Error::Read)?;
        digest.update(&chunk);
        at += chunk.len() as u64;
    }
    Ok(())
}

impl Unstamped {
    /// The digest that is to be stamped: over all of the document but the timestamp's place.
    #[must_use]
    pub const fn imprint(&self) -> &Digest {
        &self.imprint
    }

    /// Gives the timestamp its place.
    ///
    /// # Errors
    /// [`Error::TimestampOfAnother`] for one that does not hold over this document, [`Error::Pdf`]
    /// where it does not fit.
    pub fn complete(self, timestamp: &Token) -> Result<Stamped> {
        if timestamp.judge(Some(&self.imprint)).holds.is_none() {
            return Err(Error::TimestampOfAnother);
        }
        Ok(Stamped(self.unsigned.complete(timestamp.as_der())?))
    }
}

/// A timestamp that waits to be put into its document.
#[derive(Debug)]
pub struct Stamped(Completed);

impl Stamped {
    /// Puts it into what the revision was written to.
    ///
    /// # Errors
    /// [`Error::Pdf`].
    pub fn write_to(&self, out: &mut (impl Write + Seek)) -> Result<()> {
        Ok(self.0.write_to(out)?)
    }
}
