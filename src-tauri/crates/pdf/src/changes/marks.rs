//! Whether the appearance of a comment is the mark or the sign that viewers draw for its kind
//! (ISO 32000-2 §12.5.6), and no content: a highlight is light and only darkens, a line is one line
//! along the text that is marked, a note is a small coloured sign.

use std::cell::Cell;

use lopdf::{Dictionary, Object};

use super::boxes::{area, common};
use super::drawing::{Colour, Outline, Painted, painted};
use crate::document::Document;
use crate::error::Result;

/// How dark what is marked may become, as relative luminance (ITU-R BT.709): on it even text of that
/// very colour was hard to read on white (WCAG 2.2, contrast below 2:1), and any other stays legible.
pub(super) const DARKEST: f64 = 0.45;
/// How wide a line along the text may be, in points, and how much of the height of the text.
const WIDEST_LINE: f64 = 3.2;
const WIDEST_PART: f64 = 0.25;
/// How much of what is marked a line or a field of colour must follow, so that letters cannot be put
/// together from many.
const LEAST_ALONG: f64 = 0.6;
/// How much of its box a field of colour fills.
const LEAST_FULL: f64 = 0.7;
/// Most segments of a field of colour: a rectangle with round ends.
const MOST_SEGMENTS: usize = 10;
/// How far a mark may reach out of what it marks, in points.
const ROUNDING: f64 = 5.0;
/// Largest and smallest side of a sign with a drawing of its own: viewers draw them 16 to 24 points
/// large.
const LARGEST_SIGN: f64 = 40.0;
const SMALLEST_SIGN: f64 = 8.0;
/// How much of a sign is its colour, and how far that is from grey.
const LEAST_COLOURED: f64 = 0.4;
const LEAST_COLOUR: f64 = 0.25;

/// The darkest that each appearance of a comment makes the page, if it is what viewers draw for its
/// kind; `quads` are the lines of text that it marks.
pub(super) fn tint_as_viewers_draw(
    document: &Document,
    comment: &Dictionary,
    rect: [f64; 4],
    quads: &[[f64; 4]],
    read: &Cell<usize>,
) -> Result<Option<Colour>> {
    let kind = comment.get(b"Subtype").and_then(Object::as_name);
    let kind = kind.unwrap_or_default();
    let appearances = match comment.get(b"AP") {
        Ok(Object::Reference(id)) => document.unambiguous(*id)?,
        Ok(direct) => Some(direct.clone()),
        Err(_) => None,
    };
    let Some(Object::Dictionary(appearances)) = appearances else {
        return Ok(None);
    };
    let mut darkest = [1.0; 3];
    for (key, appearance) in &appearances {
        if !matches!(key.as_slice(), b"N" | b"R" | b"D") {
            return Ok(None);
        }
        let Some(all) = painted(document, appearance, rect, read)? else {
            return Ok(None);
        };
        let fits = match kind {
            b"Highlight" => is_light_field(&all, quads),
            b"Underline" | b"StrikeOut" => all.iter().all(|one| is_line(one, quads, is_straight)),
            b"Squiggly" => all.iter().all(|one| is_line(one, quads, is_wave)),
            b"Text" => is_sign(&all, rect),
            b"Caret" => all.iter().all(|one| is_caret(one, rect)),
            _ => false,
        };
        if !fits {
            return Ok(None);
        }
        if kind == b"Highlight" {
            darkest = all.iter().filter_map(|one| one.fill).fold(darkest, darker);
        }
    }
    Ok(Some(darkest))
}

/// One colour multiplied with another.
pub(super) fn darker(one: Colour, other: Colour) -> Colour {
    [one[0] * other[0], one[1] * other[1], one[2] * other[2]]
}

/// Relative luminance (ITU-R BT.709).
pub(super) fn luminance([red, green, blue]: Colour) -> f64 {
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// How far from grey a colour is.
fn colourfulness(colour: Colour) -> f64 {
    colour.iter().fold(f64::MIN, |most, part| most.max(*part))
        - colour.iter().fold(f64::MAX, |least, part| least.min(*part))
}

/// Whether a box stays within another, but for some rounding.
fn is_within([a, b, c, d]: [f64; 4], [left, bottom, right, top]: [f64; 4]) -> bool {
    a >= left - ROUNDING && b >= bottom - ROUNDING && c <= right + ROUNDING && d <= top + ROUNDING
}

fn sides([left, bottom, right, top]: [f64; 4]) -> [f64; 2] {
    [right - left, top - bottom]
}

/// Fields of light colour over lines of text, multiplied with the page, also where several lie upon
/// each other.
fn is_light_field(all: &[Painted], quads: &[[f64; 4]]) -> bool {
    let mut darkest = [1.0; 3];
    all.iter().all(|one| {
        let Some(colour) = one.fill.filter(|_| one.stroke.is_none() && one.multiplied) else {
            return false;
        };
        darkest = darker(darkest, colour);
        luminance(darkest) >= DARKEST && one.parts.iter().all(|part| is_field(part, quads))
    })
}

fn is_field(part: &Outline, quads: &[[f64; 4]]) -> bool {
    let bounds = part.bounds();
    let over = |quad: &[f64; 4]| {
        let ([wide, high], [of_width, of_height]) = (sides(bounds), sides(*quad));
        is_within(bounds, *quad)
            && wide >= LEAST_ALONG * of_width
            && high >= LEAST_ALONG * of_height
    };
    let is_full = part.area() >= LEAST_FULL * area(bounds);
    part.points.len() <= MOST_SEGMENTS && is_full && quads.iter().any(over)
}

/// A thin line along what is marked, of a form.
fn is_line(one: &Painted, quads: &[[f64; 4]], is_form: fn(&Outline, usize) -> bool) -> bool {
    let (None, Some((_, width))) = (one.fill, one.stroke) else {
        return false;
    };
    one.parts.iter().all(|part| {
        let bounds = part.bounds();
        quads.iter().any(|quad| {
            let [of_width, of_height] = sides(*quad);
            // Text may run upwards.
            let along = usize::from(of_height > of_width);
            let (length, across) = (of_width.max(of_height), of_width.min(of_height));
            let reach = sides(bounds);
            is_within(bounds, *quad)
                && reach[along] >= LEAST_ALONG * length
                && reach[1 - along] <= WIDEST_PART * across
                && width <= WIDEST_LINE.min((WIDEST_PART * across).max(1.0))
                && is_form(part, along)
        })
    })
}

fn is_straight(part: &Outline, _: usize) -> bool {
    part.points.len() == 2 && part.curves == 0
}

/// A line that goes up and down, and always on.
fn is_wave(part: &Outline, along: usize) -> bool {
    let places = part.points.iter().map(|point| point[along]);
    part.curves == 0 && (places.clone().is_sorted() || places.rev().is_sorted())
}

/// A small sign whose ground is of a colour: nothing that was printed looks like it.
fn is_sign(all: &[Painted], rect: [f64; 4]) -> bool {
    let [width, height] = sides(rect);
    let is_small = [width, height]
        .iter()
        .all(|side| (SMALLEST_SIGN..=LARGEST_SIGN).contains(side));
    let part_of = |one: &Painted| area(common(one.bounds(), rect)) / area(rect);
    // What is enclosed twice, or the other way round, is open in the middle.
    let is_ground = |one: &&Painted| {
        let areas = one.parts.iter().map(|part| part.area() / area(rect));
        let largest = areas.clone().fold(0.0, f64::max);
        let is_full = largest >= LEAST_COLOURED && areas.sum::<f64>() - largest <= 0.1;
        one.fill.is_some() && is_full && largest <= part_of(one) * 1.01
    };
    // The last large field is the ground, and what is drawn on it leaves it to be seen.
    let ground = all.iter().rposition(|one| is_ground(&one));
    let Some((ground, above)) = ground.and_then(|at| all.get(at..)?.split_first()) else {
        return false;
    };
    let is_coloured = ground
        .fill
        .is_some_and(|fill| colourfulness(fill) >= LEAST_COLOUR);
    let filled: f64 = above
        .iter()
        .filter(|one| one.fill.is_some())
        .map(part_of)
        .sum();
    let thin = all
        .iter()
        .all(|one| one.stroke.is_none_or(|(_, width)| width <= WIDEST_LINE));
    is_small && is_coloured && thin && filled <= 1.0 - LEAST_COLOURED
}

/// The wedge that stands where text is to be put in: from one corner to the middle of the top and to
/// the other corner.
fn is_caret(one: &Painted, rect: [f64; 4]) -> bool {
    let is_coloured = one
        .fill
        .is_some_and(|fill| colourfulness(fill) >= LEAST_COLOUR);
    let [left, bottom, right, top] = rect;
    let [width, height] = sides(rect);
    let is_wedge = |part: &Outline| {
        let [Some(from), Some(over), Some(to)] = [0, 1, 2].map(|at| part.points.get(at)) else {
            return false;
        };
        let near = |a: f64, b: f64, side: f64| (a - b).abs() <= 0.2 * side;
        part.curves == 2
            && part.points.len() == 3
            && [from, to]
                .iter()
                .all(|corner| near(corner[1], bottom, height))
            && near(from[0].min(to[0]), left, width)
            && near(from[0].max(to[0]), right, width)
            && near(over[0], f64::midpoint(left, right), width)
            && near(over[1], top, height)
    };
    width.max(height) <= LARGEST_SIGN && is_coloured && one.parts.iter().all(is_wedge)
}
