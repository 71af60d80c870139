//! Digests over byte ranges: all begin with the first byte, so that each goes on from the one before
//! it, and many signatures read the file once.

use pdf::Document;

use super::coverage::Ranges;
use crate::algorithm::any::{AnyDigest, AnyHasher};
use crate::algorithm::{Digest, DigestAlgorithm, Hasher};
use crate::error::Result;
use crate::prepare::Beginning;

/// How much of the file is read at once.
const CHUNK: usize = 1 << 16;

/// How far the file was digested, by each algorithm.
pub(super) struct Beginnings {
    strong: Vec<Beginning>,
    sha1: (u64, AnyHasher),
}

impl Beginnings {
    /// Starts with what is known already.
    pub(super) fn knowing(known: Option<&Beginning>) -> Self {
        Self {
            strong: known.into_iter().cloned().collect(),
            sha1: (0, AnyDigest::Sha1.hasher()),
        }
    }

    /// Digest over the two ranges. Those of signatures in the order they were made cost least.
    pub(super) fn digest(
        &mut self,
        document: &Document,
        ranges: Ranges,
        algorithm: DigestAlgorithm,
    ) -> Result<Digest> {
        let known = self.strong.iter().position(|known| {
            known.length <= ranges.gap_start && known.digested.algorithm() == algorithm
        });
        let known = known.map(|index| self.strong.swap_remove(index));
        let mut beginning = known.unwrap_or_else(|| Beginning {
            length: 0,
            digested: Hasher::new(algorithm),
        });
        let first = beginning.length..ranges.gap_start;
        read(document, first, |chunk| beginning.digested.update(chunk))?;
        beginning.length = ranges.gap_start;
        let mut digest = beginning.digested.clone();
        self.strong.push(beginning);
        let second = ranges.gap_end..ranges.end;
        read(document, second, |chunk| digest.update(chunk))?;
        Ok(digest.finalize())
    }

    /// As [`Self::digest`], by an algorithm of earlier years too.
    pub(super) fn any_digest(
        &mut self,
        document: &Document,
        ranges: Ranges,
        algorithm: AnyDigest,
    ) -> Result<Vec<u8>> {
        if let AnyDigest::Strong(algorithm) = algorithm {
            let digest = self.digest(document, ranges, algorithm)?;
            return Ok(digest.as_bytes().to_vec());
        }
        if self.sha1.0 > ranges.gap_start {
            self.sha1 = (0, algorithm.hasher());
        }
        let (length, digested) = &mut self.sha1;
        read(document, *length..ranges.gap_start, |chunk| {
            digested.update(chunk);
        })?;
        *length = ranges.gap_start;
        let mut digest = digested.clone();
        let second = ranges.gap_end..ranges.end;
        read(document, second, |chunk| digest.update(chunk))?;
        Ok(digest.finalize())
    }
}

/// Reads a stretch of the file piece by piece.
fn read(
    document: &Document,
    range: std::ops::Range<u64>,
    mut take: impl FnMut(&[u8]),
) -> Result<()> {
    let mut buffer = vec![0; CHUNK];
    let mut at = range.start;
    while at < range.end {
        let length = usize::try_from(range.end - at).unwrap_or(CHUNK).min(CHUNK);
        let chunk = buffer
            .get_mut(..length)
            .expect("a chunk is no larger than the buffer");
        let read = document.source().read_at(at, chunk);
        read.map_err(pdf::Error::Read)?;
        take(chunk);
        at += length as u64;
    }
    Ok(())
}
