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
    let mut free = next;
    let mut bytes = Vec::new();
    super::stream(document, |chunk| {
        bytes.extend_from_slice(chunk);
        for at in places_of_r(&bytes) {
            let before = bytes
                .get(at.saturating_sub(LONGEST)..at)
                .unwrap_or_default();
            let named = number_before(before).filter(|number| (next..next + NEAR).contains(number));
            free = free.max(named.map_or(next, |number| number + 1));
        }
        let keep = bytes.len().saturating_sub(LONGEST);
        bytes.drain(..keep);
        Ok(())
    })?;
    Ok(free)
}

/// Where an R stands. Most bytes are passed over in blocks that have none, which is as fast as
/// memory; one by one they would cost more than the digest does.
fn places_of_r(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let has_r = |block: &[u8]| block.iter().fold(false, |has, byte| has | (*byte == b'R'));
    let blocks = bytes.chunks(BLOCK).enumerate();
    blocks
        .filter(move |(_, block)| has_r(block))
        .flat_map(|(index, block)| {
            let places = block.iter().enumerate().filter(|(_, byte)| **byte == b'R');
            places.map(move |(at, _)| index * BLOCK + at)
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
    fn every_r_is_found_wherever_it_stands_in_a_block() {
        let mut bytes = vec![b' '; 4 * BLOCK + 7];
        let places = [0, BLOCK - 1, BLOCK, 3 * BLOCK + 5, 4 * BLOCK + 6];
        for place in places {
            bytes[place] = b'R';
        }
        assert_eq!(places_of_r(&bytes).collect::<Vec<_>>(), places);
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
