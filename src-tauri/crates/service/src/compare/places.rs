//! From pixels that differ to boxes round them.

use crate::wire::Rect;

/// Side of a cell in pixels.
const CELL: usize = 8;
/// What is no difference to an eye, in steps of 255.
const FAINT: u8 = 8;
/// Most boxes of one page: more are one box round all of them.
const MOST_PLACES: usize = 100;

/// The cells of a picture in which something differs, row by row from the top.
pub(super) struct Cells {
    columns: usize,
    differs: Vec<bool>,
}

impl Cells {
    /// Compares two pictures in RGBA of the same size.
    pub(super) fn differing(before: &[u8], after: &[u8], width: usize) -> Self {
        let columns = width.div_ceil(CELL).max(1);
        let row = (4 * width).max(1);
        let rows = after.len().div_ceil(row).div_ceil(CELL);
        let mut differs = vec![false; columns * rows];
        let lines = before.chunks(row).zip(after.chunks(row));
        for (y, (old, new)) in lines.enumerate() {
            if old == new {
                continue;
            }
            let pixels = old.chunks_exact(4).zip(new.chunks_exact(4));
            for (x, (old, new)) in pixels.enumerate() {
                let seen = old
                    .iter()
                    .zip(new)
                    .any(|(old, new)| old.abs_diff(*new) > FAINT);
                let cell = y / CELL * columns + x / CELL;
                if let Some(differs) = differs.get_mut(cell).filter(|_| seen) {
                    *differs = true;
                }
            }
        }
        Self { columns, differs }
    }

    /// Without those that others differ in, too.
    pub(super) fn without(mut self, others: &Self) -> Self {
        for (differs, other) in self.differs.iter_mut().zip(&others.differs) {
            *differs &= !other;
        }
        self
    }

    /// Left, top, right and bottom of each group of cells that touch, in cells.
    fn groups(&self) -> Vec<[usize; 4]> {
        let mut left = self.differs.clone();
        let rows = self.differs.len() / self.columns;
        let mut groups = Vec::new();
        for start in 0..left.len() {
            if !left.get(start).is_some_and(|differs| *differs) {
                continue;
            }
            let mut group = [usize::MAX, usize::MAX, 0, 0];
            let mut waiting = vec![start];
            while let Some(cell) = waiting.pop() {
                match left.get_mut(cell) {
                    Some(differs) if *differs => *differs = false,
                    _ => continue,
                }
                let (x, y) = (cell % self.columns, cell / self.columns);
                group = [
                    group[0].min(x),
                    group[1].min(y),
                    group[2].max(x + 1),
                    group[3].max(y + 1),
                ];
                for near_y in y.saturating_sub(1)..(y + 2).min(rows) {
                    for near_x in x.saturating_sub(1)..(x + 2).min(self.columns) {
                        waiting.push(near_y * self.columns + near_x);
                    }
                }
            }
            groups.push(group);
        }
        groups
    }
}

/// Boxes round what differs, in points of a page of this height, at `scale` pixels a point.
pub(super) fn places(cells: &Cells, scale: f64, height: f64) -> Vec<Rect> {
    let mut groups = cells.groups();
    if groups.len() > MOST_PLACES {
        let round = |all: [usize; 4], one: &[usize; 4]| {
            [
                all[0].min(one[0]),
                all[1].min(one[1]),
                all[2].max(one[2]),
                all[3].max(one[3]),
            ]
        };
        groups = vec![groups.iter().fold([usize::MAX, usize::MAX, 0, 0], round)];
    }
    let points = |cells: usize| (cells * CELL) as f64 / scale;
    let place = |[left, top, right, bottom]: [usize; 4]| Rect {
        x: points(left),
        y: (height - points(bottom)).max(0.0),
        width: points(right - left),
        height: points(bottom - top),
    };
    groups.into_iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// White, with black pixels.
    fn picture(width: usize, height: usize, black: &[(usize, usize)]) -> Vec<u8> {
        let mut rgba = vec![255; 4 * width * height];
        for (x, y) in black {
            let at = 4 * (y * width + x);
            rgba[at..at + 3].fill(0);
        }
        rgba
    }

    fn places_of(black: &[(usize, usize)]) -> Vec<Rect> {
        let (before, after) = (picture(40, 32, &[]), picture(40, 32, black));
        places(&Cells::differing(&before, &after, 40), 2.0, 16.0)
    }

    #[test]
    fn what_is_the_same_has_no_places() {
        assert_eq!(places_of(&[]), []);
    }

    #[test]
    fn cells_that_touch_are_one_place_in_points_from_the_bottom_left() {
        let place = |x, y, width, height| Rect {
            x,
            y,
            width,
            height,
        };
        assert_eq!(places_of(&[(1, 1)]), [place(0.0, 12.0, 4.0, 4.0)]);
        assert_eq!(places_of(&[(1, 1), (9, 9)]), [place(0.0, 8.0, 8.0, 8.0)]);
        let far = places_of(&[(1, 1), (39, 31)]);
        assert_eq!(
            far,
            [place(0.0, 12.0, 4.0, 4.0), place(16.0, 0.0, 4.0, 4.0)]
        );
    }

    #[test]
    fn more_places_than_anyone_looks_at_are_one() {
        let black: Vec<_> = (0..32)
            .flat_map(|y| (0..32).map(move |x| (16 * x, 16 * y)))
            .collect();
        let (before, after) = (picture(512, 512, &[]), picture(512, 512, &black));
        let found = places(&Cells::differing(&before, &after, 512), 1.0, 512.0);
        assert_eq!(found.len(), 1);
    }
}
