//! References to objects that do not exist (§7.3.10: they mean null): a revision must not give
//! them a meaning by taking their numbers.

use crate::document::Document;
use crate::error::Result;

/// How far above the numbers in use references are heeded. Farther ones are mostly text or
/// compressed data that looks like one, and would only make `/Size` large.
const NEAR: u64 = 4096;
/// The longest reference that is recognised: ten digits, five digits, an R, and spaces.
const LONGEST: usize = 24;

/// A document that was read from its start to its end.
///
/// A revision begins with what was seen on the way: the first number that nothing names. The bytes
/// of the file are searched as they are; a reference in a compressed stream of objects is not seen.
#[derive(Debug)]
pub struct Passed {
    document: Document,
    next: u64,
}

impl Passed {
    /// Reads a document once and hands out its bytes in order.
    ///
    /// # Errors
    /// [`Error::Read`](crate::Error::Read), [`Error::InputChanged`](crate::Error::InputChanged),
    /// and those of `take`.
    pub fn through(document: &Document, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<Self> {
        let mut search = Search::from(document.chain().next_number());
        super::unsigned::stream(document, |chunk| {
            search.look_at(chunk);
            take(chunk)
        })?;
        Ok(Self {
            document: document.clone(),
            next: search.free,
        })
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The first number from that of the document on above all that references near it name.
    pub(super) fn next(&self) -> u64 {
        self.next
    }
}

/// A search for references in chunks of a file.
struct Search {
    next: u64,
    /// Above every number that was named so far.
    free: u64,
    /// The end of the chunk before: a reference may lie across the edge of two.
    end: Vec<u8>,
}

impl Search {
    fn from(next: u64) -> Self {
        Self {
            next,
            free: next,
            end: Vec::new(),
        }
    }

    fn look_at(&mut self, chunk: &[u8]) {
        let edge = &chunk[..chunk.len().min(LONGEST)];
        let seam = [self.end.as_slice(), edge].concat();
        self.heed(&seam, self.end.len());
        self.heed(chunk, edge.len());
        let end = if chunk.len() > LONGEST { chunk } else { &seam };
        self.end = end[end.len().saturating_sub(LONGEST)..].to_vec();
    }

    /// Takes note of references whose R stands at `from` or behind it.
    fn heed(&mut self, bytes: &[u8], from: usize) {
        for at in places_of_r(bytes).filter(|at| *at >= from) {
            let before = &bytes[at.saturating_sub(LONGEST)..at];
            if let Some(number) = number_before(before)
                && (self.next..self.next + NEAR).contains(&number)
            {
                self.free = self.free.max(number + 1);
            }
        }
    }
}

/// Where an R stands behind a space. All white space of PDF is taken for one, with control
/// characters that do no harm.
fn places_of_r(bytes: &[u8]) -> impl Iterator<Item = usize> {
    memchr::memchr_iter(b'R', bytes).filter(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        before.is_some_and(|before| *before <= b' ')
    })
}

/// The object number of `N G ` at the end of some bytes.
fn number_before(bytes: &[u8]) -> Option<u64> {
    // Said first, since it decides nearly always.
    if !bytes.last()?.is_ascii_whitespace() {
        return None;
    }
    let (rest, generation) = last_word(bytes)?;
    let (_, number) = last_word(rest)?;
    if generation.len() > 5 {
        return None;
    }
    number.iter().try_fold(0u64, |value, digit| {
        value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))
    })
}

/// The last digits of some bytes, and what stands before them.
fn last_word(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().rposition(u8::is_ascii_digit)? + 1;
    let bytes = bytes.get(..end)?;
    let start = bytes.iter().rposition(|byte| !byte.is_ascii_digit());
    bytes.split_at_checked(start.map_or(0, |start| start + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_r_behind_anything_but_a_space_is_none() {
        assert_eq!(places_of_r(b"").count() + places_of_r(b"R").count(), 0);
        assert_eq!(
            places_of_r(b"/DeviceR RG 1 0\tR/R\nR").collect::<Vec<_>>(),
            [9, 16, 20]
        );
    }

    #[test]
    fn a_reference_is_found_wherever_the_chunks_part_it() {
        let bytes = b"[1 0 R 12 0 R]/Length 4095 >> 0000000123 00000 R 17 0 obj";
        for first in 0..bytes.len() {
            for second in first..bytes.len() {
                let mut search = Search::from(7);
                search.look_at(&bytes[..first]);
                search.look_at(&bytes[first..second]);
                search.look_at(&bytes[second..]);
                assert_eq!(search.free, 124, "{first} {second}");
            }
        }
    }

    #[test]
    fn a_reference_is_recognised_from_its_end() {
        for (bytes, number) in [
            (&b"/A 12 0 "[..], Some(12)),
            (b"[7 0 R 4294 65535\n", Some(4294)),
            (b"12 0", None),
            (b"0 ", None),
            (b"", None),
        ] {
            assert_eq!(
                number_before(bytes),
                number,
                "{}",
                String::from_utf8_lossy(bytes)
            );
        }
    }
}
