//! References to objects that do not exist (§7.3.10: they mean null): a revision must not give
//! them a meaning by taking their numbers.

use crate::document::Document;
use crate::error::Result;

/// How far above the numbers in use references are heeded. Farther ones are mostly text or
/// compressed data that looks like one, and would only make `/Size` large.
const NEAR: u64 = 4096;
/// The longest reference that is recognised: ten digits, five digits, an R, and spaces.
const LONGEST: usize = 24;
/// How many bytes are looked at together.
const BLOCK: usize = 64;

/// The first number from `next` on above all that references near it name.
///
/// The bytes of the file are searched as they are; a reference in a compressed stream of objects
/// is not seen.
pub(super) fn next_unnamed(document: &Document, next: u64) -> Result<u64> {
    let mut search = Search::from(next);
    super::stream(document, |chunk| {
        search.look_at(chunk);
        Ok(())
    })?;
    Ok(search.free)
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

/// Where an R stands behind a space. Most bytes are passed over in blocks that have none, which is
/// as fast as memory; one by one they would cost more than the digest does.
fn places_of_r(bytes: &[u8]) -> impl Iterator<Item = usize> {
    // All white space of PDF is here, with control characters that do no harm.
    let is_place = |(before, byte): (&u8, &u8)| (*before <= b' ') & (*byte == b'R');
    let has_place = move |(before, block): (&[u8], &[u8])| {
        let pairs = before.iter().zip(block);
        pairs.fold(false, |has, pair| has | is_place(pair))
    };
    let behind = bytes.get(1..).unwrap_or_default();
    let blocks = bytes.chunks(BLOCK).zip(behind.chunks(BLOCK)).enumerate();
    blocks
        .filter(move |(_, pair)| has_place(*pair))
        .flat_map(move |(index, (before, block))| {
            let pairs = before.iter().zip(block).enumerate();
            let places = pairs.filter(move |(_, pair)| is_place(*pair));
            places.map(move |(at, _)| index * BLOCK + at + 1)
        })
}

/// The object number of `N G ` at the end of some bytes.
fn number_before(bytes: &[u8]) -> Option<u64> {
    // Said first, since it decides nearly always.
    if !bytes.last()?.is_ascii_whitespace() {
        return None;
    }
    let mut words = bytes
        .trim_ascii_end()
        .rsplit(|byte| !byte.is_ascii_digit())
        .filter(|word| !word.is_empty());
    let (generation, number) = (words.next()?, words.next()?);
    if generation.len() > 5 {
        return None;
    }
    std::str::from_utf8(number).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_r_behind_a_space_is_found_wherever_it_stands_in_a_block() {
        assert_eq!(places_of_r(b"").count() + places_of_r(b"R").count(), 0);
        let mut bytes = vec![b' '; 4 * BLOCK + 7];
        let places = [1, BLOCK - 1, BLOCK + 1, 3 * BLOCK, 4 * BLOCK + 6];
        for place in places {
            bytes[place] = b'R';
        }
        assert_eq!(places_of_r(&bytes).collect::<Vec<_>>(), places);
    }

    #[test]
    fn an_r_behind_anything_but_a_space_is_none() {
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
