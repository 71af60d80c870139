//! Paths of an SVG as operators and shadings (ISO 32000-2 §8.5, §8.7.4).

use lopdf::{Dictionary, Object, dictionary};

use super::convert::{Clip, Gradient, Item, Line, Paint, Painting, Segment};
use crate::appearance::layout::Area;
use crate::appearance::look::Colour;
use crate::appearance::parts::{Canvas, For, decimals, short};
use crate::matrix::{Matrix, times};

/// Decimals of coordinates within a path, whose unit may be large.
const FINE: usize = 5;

/// Paints items through a matrix, and nothing outside the area.
pub(super) fn paint(canvas: &mut Canvas, items: &[Item], matrix: Matrix, area: Area) {
    let [x, y, width, height] = [area.x, area.y, area.width, area.height].map(short);
    canvas.op(format_args!("q {x} {y} {width} {height} re W n"));
    for item in items {
        let whole = times(item.matrix, matrix);
        canvas.op(format_args!("q"));
        for clip in &item.clips {
            self::clip(canvas, clip, matrix);
        }
        let cm = whole.map(|number| decimals(number, 6)).join(" ");
        canvas.op(format_args!("{cm} cm"));
        let path = outline(&item.path, |point| point);
        for painting in &item.paints {
            match painting {
                Painting::Fill {
                    paint,
                    opacity,
                    even_odd,
                } => {
                    canvas_opacity(canvas, *opacity);
                    set(canvas, paint, whole, For::Fill);
                    let operator = if *even_odd { "f*" } else { "f" };
                    canvas.op(format_args!("{path}{operator}"));
                }
                Painting::Stroke {
                    paint,
                    opacity,
                    line,
                } => {
                    canvas_opacity(canvas, *opacity);
                    set(canvas, paint, whole, For::Stroke);
                    self::line(canvas, line);
                    canvas.op(format_args!("{path}S"));
                }
            }
        }
        canvas.op(format_args!("Q"));
    }
    canvas.op(format_args!("Q"));
}

/// Fill and stroke of one path may have different opacities, also after one that had none.
fn canvas_opacity(canvas: &mut Canvas, opacity: f64) {
    if opacity < 1.0 || canvas.has_opacity() {
        canvas.opacity(opacity, opacity);
    }
}

fn line(canvas: &mut Canvas, line: &Line) {
    let (width, miter) = (decimals(line.width, FINE), short(line.miter.max(1.0)));
    let (cap, join) = (line.cap, line.join);
    canvas.op(format_args!("{width} w {cap} J {join} j {miter} M"));
    if !line.dashes.is_empty() {
        let dashes = line.dashes.iter().map(|dash| decimals(*dash, FINE));
        let dashes = dashes.collect::<Vec<_>>().join(" ");
        // A phase may not be negative: it counts from the start of the pattern.
        let round: f64 = line.dashes.iter().sum::<f64>() * 2.0;
        let phase = decimals(line.offset.rem_euclid(round), FINE);
        canvas.op(format_args!("[{dashes}] {phase} d"));
    }
}

/// Clips in the space of the form: a matrix could not be taken back without the clip.
fn clip(canvas: &mut Canvas, clip: &Clip, matrix: Matrix) {
    let whole = times(clip.matrix, matrix);
    let path = outline(&clip.path, |[x, y]| {
        let [a, b, c, d, e, f] = whole;
        [a * x + c * y + e, b * x + d * y + f]
    });
    let operator = if clip.even_odd { "W*" } else { "W" };
    canvas.op(format_args!("{path}{operator} n"));
}

fn outline(path: &[Segment], place: impl Fn([f64; 2]) -> [f64; 2]) -> String {
    let at = |point: [f64; 2]| {
        let [x, y] = place(point).map(|number| decimals(number, FINE));
        format!("{x} {y}")
    };
    let mut operators = String::new();
    for segment in path {
        let operator = match segment {
            Segment::Move(to) => format!("{} m\n", at(*to)),
            Segment::Line(to) => format!("{} l\n", at(*to)),
            Segment::Curve(points) => format!("{} c\n", points.map(at).join(" ")),
            Segment::Close => "h\n".to_owned(),
        };
        operators.push_str(&operator);
    }
    operators
}

fn set(canvas: &mut Canvas, paint: &Paint, matrix: Matrix, what: For) {
    match paint {
        Paint::Plain(colour) => canvas.colour(*colour, what),
        Paint::Gradient(gradient) => {
            let pattern = pattern(canvas, gradient, matrix);
            let name = canvas.add_pattern(pattern);
            let (space, colour) = match what {
                For::Fill => ("cs", "scn"),
                For::Stroke => ("CS", "SCN"),
            };
            canvas.op(format_args!("/Pattern {space} /{name} {colour}"));
        }
    }
}

/// A shading pattern. Its matrix leads into the form's own space, whatever the current one is.
fn pattern(canvas: &mut Canvas, gradient: &Gradient, matrix: Matrix) -> Dictionary {
    let is_grey = gradient.stops.iter().all(|(_, colour)| colour.is_grey());
    let (space, parts) = canvas.space(is_grey);
    let whole = times(gradient.matrix, matrix);
    let numbers = |numbers: &[f64]| -> Vec<Object> {
        let numbers = numbers.iter();
        numbers.map(|number| Object::Real(*number as f32)).collect()
    };
    let kind = if gradient.coords.len() == 4 { 2 } else { 3 };
    dictionary! {
        "Type" => "Pattern",
        "PatternType" => 2,
        "Matrix" => numbers(&whole),
        "Shading" => dictionary! {
            "ShadingType" => kind,
            "ColorSpace" => space,
            "Coords" => numbers(&gradient.coords),
            "Extend" => vec![Object::Boolean(true), Object::Boolean(true)],
            "Function" => function(&gradient.stops, parts),
        },
    }
}

/// Colours between stops: one function for each pair, stitched together (§7.10.4).
fn function(stops: &[(f64, Colour)], parts: usize) -> Dictionary {
    let numbers = |numbers: &[f64]| -> Vec<Object> {
        let numbers = numbers.iter();
        numbers.map(|number| Object::Real(*number as f32)).collect()
    };
    let components = |colour: Colour| -> Vec<f64> {
        let bytes = match parts {
            1 => vec![colour.luma()],
            _ => vec![colour.red, colour.green, colour.blue],
        };
        bytes
            .into_iter()
            .map(|byte| f64::from(byte) / 255.0)
            .collect()
    };
    let mut stops = stops.to_vec();
    // The whole of 0 to 1 is covered, and bounds rise strictly.
    if let Some((offset, colour)) = stops.first().copied()
        && offset > 0.0
    {
        stops.insert(0, (0.0, colour));
    }
    if let Some((offset, colour)) = stops.last().copied()
        && offset < 1.0
    {
        stops.push((1.0, colour));
    }
    let count = stops.len();
    for at in 1..count {
        let least = stops.get(at - 1).map_or(0.0, |(before, _)| before + 1e-5);
        if let Some((offset, _)) = stops.get_mut(at)
            && *offset < least
        {
            *offset = least;
        }
    }
    let pairs = stops.windows(2).map(|pair| {
        let ends = [pair.first(), pair.last()];
        let [from, to] = ends.map(|end| end.map_or(Colour::INK, |(_, colour)| *colour));
        dictionary! {
            "FunctionType" => 2,
            "Domain" => numbers(&[0.0, 1.0]),
            "C0" => numbers(&components(from)),
            "C1" => numbers(&components(to)),
            "N" => 1,
        }
    });
    let functions: Vec<Object> = pairs.map(Object::Dictionary).collect();
    let encode: Vec<f64> = functions.iter().flat_map(|_| [0.0, 1.0]).collect();
    let inner = stops.get(1..count.saturating_sub(1)).unwrap_or_default();
    let bounds: Vec<f64> = inner.iter().map(|(offset, _)| *offset).collect();
    let last = stops.last().map_or(1.0, |(offset, _)| *offset);
    dictionary! {
        "FunctionType" => 3,
        "Domain" => numbers(&[0.0, last.max(1.0)]),
        "Functions" => functions,
        "Bounds" => numbers(&bounds),
        "Encode" => numbers(&encode),
    }
}
