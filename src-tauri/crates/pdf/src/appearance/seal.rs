//! The seal: one ring and six equal arcs, drawn with compasses.

use std::f64::consts::{PI, TAU};

use super::parts::short;

// The product's mark, in parts of its diameter of 17 units: ring 7.75 with a line of 1.5, petals
// 6 long between arcs of 4.5.

/// Radius of the ring's line.
const RING: f64 = 7.75 / 17.0;
/// Width of its line.
const LINE: f64 = 1.5 / 17.0;
/// Length of a petal.
const PETAL: f64 = 6.0 / 17.0;
/// Radius of the arcs that bound a petal.
const ARC: f64 = 4.5 / 17.0;

/// Draws it round a centre, in a square of `side` points.
pub(super) fn draw(content: &mut String, x: f64, y: f64, side: f64) {
    let point = |radius: f64, angle: f64| {
        (
            x + side * radius * angle.cos(),
            y + side * radius * angle.sin(),
        )
    };
    content.push_str(&format!("{} w ", short(LINE * side)));
    arc(content, (x, y), side * RING, (0.0, TAU), true);
    content.push_str("S\n");
    // Both arcs of a petal go through the centre of the seal; their own centres lie at the same
    // distance on either side of the petal's axis.
    let half = (PETAL / 2.0 / ARC).asin();
    let depth = ARC * half.cos();
    for petal in 0..6 {
        let axis = PI / 2.0 + f64::from(petal) * PI / 3.0;
        let middle = point(PETAL / 2.0, axis);
        for (side_of_axis, outwards) in [(-1.0, true), (1.0, false)] {
            let away = axis + side_of_axis * PI / 2.0;
            let centre = (
                middle.0 + side * depth * away.cos(),
                middle.1 + side * depth * away.sin(),
            );
            let facing = away + PI;
            let ends = order(
                (facing - half, facing + half),
                centre,
                side * ARC,
                (x, y),
                outwards,
            );
            arc(content, centre, side * ARC, ends, outwards);
        }
        content.push_str("f\n");
    }
}

/// Orders the ends of a petal's arc: outwards on the first side, back on the second.
fn order(
    (a, b): (f64, f64),
    centre: (f64, f64),
    radius: f64,
    seal: (f64, f64),
    outwards: bool,
) -> (f64, f64) {
    let distance = |angle: f64| {
        let (px, py) = (
            centre.0 + radius * angle.cos(),
            centre.1 + radius * angle.sin(),
        );
        (px - seal.0).hypot(py - seal.1)
    };
    if (distance(a) < distance(b)) == outwards {
        (a, b)
    } else {
        (b, a)
    }
}

/// Draws an arc as cubic curves, each of at most a quarter turn.
fn arc(content: &mut String, centre: (f64, f64), radius: f64, angles: (f64, f64), begin: bool) {
    let (from, to) = angles;
    let pieces = ((to - from).abs() / (PI / 2.0)).ceil().max(1.0);
    let step = (to - from) / pieces;
    // Length of the handles of a cubic that follows an arc of this angle.
    let handle = 4.0 / 3.0 * (step / 4.0).tan() * radius;
    let at = |angle: f64| {
        (
            centre.0 + radius * angle.cos(),
            centre.1 + radius * angle.sin(),
        )
    };
    if begin {
        let (x, y) = at(from);
        content.push_str(&format!("{} {} m ", short(x), short(y)));
    }
    let mut angle = from;
    for _ in 0..pieces as u32 {
        let ((x0, y0), next) = (at(angle), angle + step);
        let (x3, y3) = at(next);
        let (x1, y1) = (x0 - handle * angle.sin(), y0 + handle * angle.cos());
        let (x2, y2) = (x3 + handle * next.sin(), y3 - handle * next.cos());
        let numbers = [x1, y1, x2, y2, x3, y3].map(short).join(" ");
        content.push_str(&format!("{numbers} c "));
        angle = next;
    }
}
