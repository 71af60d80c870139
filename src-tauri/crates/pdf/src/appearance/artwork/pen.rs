//! A signature drawn by hand: strokes become smooth curves.

use super::unusable;
use crate::appearance::layout::Area;
use crate::appearance::look::Colour;
use crate::appearance::parts::{Canvas, For, short};
use crate::error::Result;

/// Most points of all strokes: several minutes of drawing.
const MOST_POINTS: usize = 20_000;
/// Points nearer to one another than this part of the pen's width are one.
const NEAR: f64 = 0.2;

/// What strokes are drawn with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pen {
    /// Width of its line, in the unit of the points.
    pub width: f64,
    /// Its colour; that of the look's text where none is said.
    pub colour: Option<Colour>,
}

/// Strokes in a box of their own: origin at the bottom left, y upwards.
#[derive(Debug)]
pub(super) struct Drawn {
    strokes: Vec<Vec<[f64; 2]>>,
    pen: Pen,
    width: f64,
    height: f64,
}

impl Drawn {
    pub(super) fn new(strokes: &[Vec<[f64; 2]>], pen: Pen) -> Result<Self> {
        let points: usize = strokes.iter().map(Vec::len).sum();
        if points == 0 {
            return Err(unusable("nothing was drawn"));
        }
        if points > MOST_POINTS {
            return Err(unusable("it has more points than a signature has"));
        }
        let sane = |number: f64| number.is_finite() && number.abs() < 1e6;
        let every = strokes.iter().flatten();
        if !(sane(pen.width) && pen.width > 0.0 && every.clone().flatten().all(|n| sane(*n))) {
            return Err(unusable("its numbers are out of bounds"));
        }
        let margin = pen.width / 2.0;
        let [left, top, right, bottom] = every.fold(
            [
                f64::INFINITY,
                f64::INFINITY,
                f64::NEG_INFINITY,
                f64::NEG_INFINITY,
            ],
            |[left, top, right, bottom], [x, y]| {
                [left.min(*x), top.min(*y), right.max(*x), bottom.max(*y)]
            },
        );
        let strokes = strokes
            .iter()
            .filter(|stroke| !stroke.is_empty())
            .map(|stroke| {
                let moved = stroke
                    .iter()
                    .map(|[x, y]| [x - left + margin, bottom - y + margin]);
                thin(moved, pen.width * NEAR)
            })
            .collect();
        Ok(Self {
            strokes,
            pen,
            width: right - left + pen.width,
            height: bottom - top + pen.width,
        })
    }

    pub(super) fn size(&self) -> (f64, f64) {
        (self.width, self.height)
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, area: Area, ink: Colour) {
        let scale = (area.width / self.width).min(area.height / self.height);
        let at = |[x, y]: [f64; 2]| {
            let (x, y) = (area.x + x * scale, area.y + y * scale);
            format!("{} {}", short(x), short(y))
        };
        canvas.op(format_args!("q"));
        canvas.colour(self.pen.colour.unwrap_or(ink), For::Stroke);
        let width = short(self.pen.width * scale);
        canvas.op(format_args!("{width} w 1 J 1 j"));
        for stroke in &self.strokes {
            let Some(first) = stroke.first() else {
                continue;
            };
            let mut path = format!("{} m", at(*first));
            if stroke.len() == 1 {
                // A dot: a line of no length with round ends.
                path.push_str(&format!(" {} l", at(*first)));
            }
            for [_, one, other, end] in curves(stroke) {
                path.push_str(&format!("\n{} {} {} c", at(one), at(other), at(end)));
            }
            canvas.op(format_args!("{path} S"));
        }
        canvas.op(format_args!("Q"));
    }
}

/// Leaves points out that lie on the one before; ends stay.
fn thin(points: impl Iterator<Item = [f64; 2]>, near: f64) -> Vec<[f64; 2]> {
    let mut kept: Vec<[f64; 2]> = Vec::new();
    let mut last = None;
    for point in points {
        let far = kept
            .last()
            .is_none_or(|kept| (kept[0] - point[0]).hypot(kept[1] - point[1]) >= near);
        last = (!far).then_some(point);
        if far {
            kept.push(point);
        }
    }
    if kept.len() > 1 {
        kept.extend(last);
    }
    kept
}

/// Cubic curves through the points: a Catmull-Rom spline, with handles no longer than a third of
/// the way, so that a sharp turn makes no loop.
fn curves(points: &[[f64; 2]]) -> Vec<[[f64; 2]; 4]> {
    let tangent = |at: usize| {
        let before = points.get(at.wrapping_sub(1)).or(points.get(at));
        let after = points.get(at + 1).or(points.get(at));
        let ([ax, ay], [bx, by]) = (
            before.copied().unwrap_or_default(),
            after.copied().unwrap_or_default(),
        );
        let length = (bx - ax).hypot(by - ay);
        if length > 0.0 {
            [(bx - ax) / length, (by - ay) / length]
        } else {
            [0.0, 0.0]
        }
    };
    points
        .windows(2)
        .enumerate()
        .filter_map(|(at, pair)| {
            let [from, to] = *<&[[f64; 2]; 2]>::try_from(pair).ok()?;
            let handle = (to[0] - from[0]).hypot(to[1] - from[1]) / 3.0;
            let (out, back) = (tangent(at), tangent(at + 1));
            Some([
                from,
                [from[0] + out[0] * handle, from[1] + out[1] * handle],
                [to[0] - back[0] * handle, to[1] - back[1] * handle],
                to,
            ])
        })
        .collect()
}
