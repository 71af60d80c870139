//! Digests over byte ranges: all begin with the first byte, so that each goes on from the one before
//! it, and many signatures read the file once.
//!
//! Where the gaps lie early, each signature has most of the file to itself, and nothing can be shared:
//! that is bounded by a budget, and a signature beyond it is not judged.

use pdf::Document;

use super::coverage::Ranges;
use crate::algorithm::any::{AnyDigest, AnyHasher};
use crate::error::Result;
use crate::prepare::Beginning;

/// How much of the file is read at once.
const CHUNK: usize = 1 << 16;
/// How many times the length of the file is digested. One signature after another, each in a revision
/// of its own, takes it once; a first signature by others may have its gap anywhere.
const MOST_TIMES: u64 = 16;
/// What is digested of a file however short it is, in bytes.
const LEAST: u64 = 1 << 27;

/// How far the file was digested, by each algorithm.
pub(super) struct Beginnings {
    known: Vec<(u64, AnyDigest, AnyHasher)>,
    left: u64,
    digested: u64,
}

impl Beginnings {
    /// Starts with what is known already, for a file of so many bytes.
    pub(super) fn knowing(known: Option<&Beginning>, length: u64) -> Self {
        let known = known.map(|known| {
            let algorithm = AnyDigest::Strong(known.digested.algorithm());
            let hasher = AnyHasher::Strong(known.digested.clone());
            (known.length, algorithm, hasher)
        });
        Self {
            known: known.into_iter().collect(),
            left: length.saturating_mul(MOST_TIMES).max(LEAST),
            digested: 0,
        }
    }

    /// How many bytes were digested.
    pub(super) const fn digested(&self) -> u64 {
        self.digested
    }

    /// Digest over the two ranges, unless too much was digested before. Those of signatures in the
    /// order they were made cost least.
    pub(super) fn digest(
        &mut self,
        document: &Document,
        ranges: Ranges,
        algorithm: AnyDigest,
    ) -> Result<Option<Vec<u8>>> {
        let known = self
            .known
            .iter()
            .position(|(length, known, _)| *length <= ranges.gap_start && *known == algorithm);
        let known = known.map(|index| self.known.swap_remove(index));
        let (length, _, mut hasher) = known.unwrap_or_else(|| (0, algorithm, algorithm.hasher()));
        let first = length..ranges.gap_start;
        let second = ranges.gap_end..ranges.end;
        let cost = (first.end - first.start).saturating_add(second.end - second.start);
        let Some(left) = self.left.checked_sub(cost) else {
            self.known.push((length, algorithm, hasher));
            return Ok(None);
        };
        self.left = left;
        self.digested = self.digested.saturating_add(cost);
        read(document, first, |chunk| hasher.update(chunk))?;
        let mut digest = hasher.clone();
        self.known.push((ranges.gap_start, algorithm, hasher));
        read(document, second, |chunk| digest.update(chunk))?;
        Ok(Some(digest.finalize()))
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::algorithm::DigestAlgorithm;

    const SHA_256: AnyDigest = AnyDigest::Strong(DigestAlgorithm::Sha256);

    fn document(length: usize) -> Document {
        let mut bytes = crate::samples::one_page();
        bytes.resize(bytes.len() + length, b'\n');
        Document::open(std::sync::Arc::new(bytes)).unwrap()
    }

    /// What is digested for signatures whose gaps begin there and are one byte wide.
    fn digested(gaps: impl Iterator<Item = u64>, document: &Document) -> (u64, usize) {
        let mut beginnings = Beginnings::knowing(None, document.len());
        beginnings.left = document.len() * MOST_TIMES;
        let mut judged = 0;
        for gap in gaps {
            let ranges = Ranges {
                gap_start: gap,
                gap_end: gap + 1,
                end: document.len(),
            };
            let digest = beginnings.digest(document, ranges, SHA_256).unwrap();
            judged += usize::from(digest.is_some());
        }
        (beginnings.digested(), judged)
    }

    #[test]
    fn signatures_whose_gaps_all_lie_early_digest_no_more_than_a_few_times_the_file() {
        let document = document(100_000);
        let length = document.len();
        let (cost, judged) = digested(0..256, &document);
        assert!(cost <= MOST_TIMES * length, "{cost} of {length}");
        assert_eq!(
            judged, 16,
            "what is beyond is left out, and the first are judged"
        );
        // From the last to the first they share nothing, and cost no more.
        let (cost, judged) = digested((0..256).rev(), &document);
        assert!(cost <= MOST_TIMES * length, "{cost} of {length}");
        assert_eq!(judged, 16);
    }

    #[test]
    fn signatures_one_after_another_digest_the_file_once() {
        let document = document(100_000);
        let length = document.len();
        let mut beginnings = Beginnings::knowing(None, length);
        for gap in (1..=100).map(|place| place * length / 101) {
            let ranges = Ranges {
                gap_start: gap,
                gap_end: gap + 1,
                end: gap + 2,
            };
            let digest = beginnings.digest(&document, ranges, SHA_256).unwrap();
            assert!(digest.is_some());
        }
        assert!(beginnings.digested() <= length + 200);
    }
}
