//! Which subsection says something about a number, found without looking at all of them: a file may
//! have as many as objects, in any order and upon each other.

use std::collections::BTreeMap;

/// Numbers about which one subsection has the last word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    first: u32,
    /// The number behind the last.
    end: u32,
    /// Index of the subsection.
    run: usize,
}

/// The pieces of all subsections, apart from each other and in the order of their numbers: at most
/// twice as many as subsections.
#[derive(Debug, Clone, Default)]
pub(super) struct Pieces(Vec<Piece>);

impl Pieces {
    /// Sorts subsections, given by their first number and their count. Of two with one number the
    /// later wins, as in common readers.
    pub(super) fn of(
        runs: impl DoubleEndedIterator<Item = (u32, u32)> + ExactSizeIterator,
    ) -> Self {
        // What later ones have, each from its first number to the one behind its last; those that
        // touch are one, so that each is met once.
        let mut taken: BTreeMap<u32, u32> = BTreeMap::new();
        let mut pieces = Vec::new();
        for (run, (first, count)) in runs.enumerate().rev() {
            let end = first.saturating_add(count);
            if end == first {
                continue;
            }
            let before = taken.range(..=first).next_back();
            let before = before.filter(|(_, stop)| **stop >= first);
            let low = before.map_or(first, |(start, _)| *start);
            let (mut from, mut high) = (first, end);
            while let Some((start, stop)) = taken.range(low..=end).next().map(|(a, b)| (*a, *b)) {
                taken.remove(&start);
                if start > from {
                    let first = from;
                    let end = start;
                    pieces.push(Piece { first, end, run });
                }
                from = from.max(stop);
                high = high.max(stop);
            }
            if from < end {
                let first = from;
                pieces.push(Piece { first, end, run });
            }
            taken.insert(low, high);
        }
        pieces.sort_unstable_by_key(|piece| piece.first);
        Self(pieces)
    }

    /// Index of the subsection that says what a number is.
    pub(super) fn run_of(&self, number: u32) -> Option<usize> {
        let behind = self.0.partition_point(|piece| piece.first <= number);
        let piece = self.0.get(behind.checked_sub(1)?)?;
        (number < piece.end).then_some(piece.run)
    }
}

#[cfg(test)]
mod tests {
    use super::Pieces;

    #[test]
    fn the_last_subsection_with_a_number_says_what_it_is() {
        let mut seed = 7_u32;
        let mut draw = |below: u32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) % below
        };
        for _ in 0..200 {
            let runs: Vec<(u32, u32)> = (0..draw(12)).map(|_| (draw(30), draw(9))).collect();
            let pieces = Pieces::of(runs.iter().copied());
            for number in 0..45 {
                let has = |(first, count): &(u32, u32)| (*first..first + count).contains(&number);
                assert_eq!(
                    pieces.run_of(number),
                    runs.iter().rposition(has),
                    "{runs:?}"
                );
            }
        }
    }

    #[test]
    fn pieces_are_at_most_twice_as_many_as_subsections_however_they_lie() {
        let apart: Vec<_> = (0..10_000).rev().map(|number| (number * 3, 2)).collect();
        assert_eq!(Pieces::of(apart.iter().copied()).0.len(), 10_000);
        let mut over: Vec<_> = (0..10_000).map(|number| (number, 1 << 30)).collect();
        over.extend(apart);
        assert!(Pieces::of(over.iter().copied()).0.len() <= 40_000);
    }
}
