//! Digests over byte ranges: all begin with the first byte, so that each goes on from the one before
//! it, and many signatures read the file once.

use pdf::Document;

use super::coverage::Ranges;
use crate::algorithm::{Digest, DigestAlgorithm, Hasher};
use crate::error::Result;
use crate::prepare::Beginning;

/// How much of the file is read at once.
const CHUNK: usize = 1 << 16;

/// How far the file was digested, by each algorithm.
pub(super) struct Beginnings(Vec<Beginning>);

impl Beginnings {
    /// Starts with what is known already.
    pub(super) fn knowing(known: Option<&Beginning>) -> Self {
        Self(known.into_iter().cloned().collect())
    }

    /// Digest over the two ranges. Those of signatures in the order they were made cost least.
    pub(super) fn digest(
        &mut self,
        document: &Document,
        ranges: Ranges,
        algorithm: DigestAlgorithm,
    ) -> Result<Digest> {
        let known = self.0.iter().position(|known| {
            known.length <= ranges.gap_start && known.digested.algorithm() == algorithm
        });
        let known = known.map(|index| self.0.swap_remove(index));
        let mut beginning = known.unwrap_or_else(|| Beginning {
            length: 0,
            digested: Hasher::new(algorithm),
        });
        let first = beginning.length..ranges.gap_start;
        update(&mut beginning.digested, document, first)?;
        beginning.length = ranges.gap_start;
        let mut digest = beginning.digested.clone();
        self.0.push(beginning);
        update(&mut digest, document, ranges.gap_end..ranges.end)?;
        Ok(digest.finalize())
    }
}

/// Digests a stretch of the file.
fn update(digest: &mut Hasher, document: &Document, range: std::ops::Range<u64>) -> Result<()> {
    let mut buffer = vec![0; CHUNK];
    let mut at = range.start;
    while at < range.end {
        let length = usize::try_from(range.end - at).unwrap_or(CHUNK).min(CHUNK);
        let chunk = buffer
            .get_mut(..length)
            .expect("a chunk is no larger than the buffer");
        let read = document.source().read_at(at, chunk);
        read.map_err(pdf::Error::Read)?;
        digest.update(chunk);
        at += length as u64;
    }
    Ok(())
}
