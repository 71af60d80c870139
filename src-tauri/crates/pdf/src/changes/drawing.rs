//! What the appearance of a comment paints (ISO 32000-2 §12.5.5): outlines that are filled and
//! stroked. One with letters, pictures, patterns or clips is not looked into: it may be anything.

use std::cell::Cell;

use lopdf::{Dictionary, Object};

use crate::document::Document;
use crate::error::{Error, Result};
use crate::matrix::{Matrix, apply, times};
use crate::page::number;

/// Longest content of one form that is read.
const LONGEST: usize = 64 << 10;
/// Most content of all appearances of a file together, in bytes, and what a form takes beside its own.
const MOST_CONTENT: usize = 16 << 20;
const FORM: usize = 1024;
/// How deep forms are nested: the marks of PDFBox and Acrobat are two deep.
const DEEPEST: usize = 4;
/// Most graphics states that are saved at once.
const MOST_SAVED: usize = 32;
/// Most operands of an operator.
const MOST_OPERANDS: usize = 6;
/// What a form may have (§8.10.2, table 93); not among them: layers, and other documents.
const FORM_KEYS: [&[u8]; 11] = [
    b"Type",
    b"Subtype",
    b"FormType",
    b"BBox",
    b"Matrix",
    b"Resources",
    b"Group",
    b"Length",
    b"Filter",
    b"DecodeParms",
    b"Name",
];

/// Red, green, blue.
pub(super) type Colour = [f64; 3];

/// One outline, filled or stroked, in the units of the page.
#[derive(Debug, Clone)]
pub(super) struct Painted {
    pub(super) fill: Option<Colour>,
    /// The colour of its line, and how wide that is.
    pub(super) stroke: Option<(Colour, f64)>,
    /// Whether it only darkens what is below (§11.3.5, Multiply).
    pub(super) multiplied: bool,
    pub(super) parts: Vec<Outline>,
}

/// One part of an outline, from one `m` to the next.
#[derive(Debug, Clone, Default)]
pub(super) struct Outline {
    /// Where its segments start and end.
    pub(super) points: Vec<[f64; 2]>,
    /// How many of them are curves.
    pub(super) curves: usize,
    /// What steers its curves.
    controls: Vec<[f64; 2]>,
}

impl Outline {
    /// The box that it stays in.
    pub(super) fn bounds(&self) -> [f64; 4] {
        let none = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        let points = self.points.iter().chain(&self.controls);
        points.fold(none, |[a, b, c, d], [x, y]| {
            [a.min(*x), b.min(*y), c.max(*x), d.max(*y)]
        })
    }
}

impl Outline {
    /// How much it encloses, curves taken as straight.
    pub(super) fn area(&self) -> f64 {
        let next = self.points.iter().cycle().skip(1);
        let pairs = self.points.iter().zip(next);
        pairs
            .map(|([a, b], [c, d])| a * d - b * c)
            .sum::<f64>()
            .abs()
            / 2.0
    }
}

impl Painted {
    /// The box that all its parts stay in.
    pub(super) fn bounds(&self) -> [f64; 4] {
        let none = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        self.parts.iter().fold(none, |[a, b, c, d], part| {
            let [e, f, g, h] = part.bounds();
            [a.min(e), b.min(f), c.max(g), d.max(h)]
        })
    }
}

/// What an appearance paints in a rectangle of the page; `None` if that may be anything. `read` counts
/// what was read of all.
pub(super) fn painted(
    document: &Document,
    appearance: &Object,
    rect: [f64; 4],
    read: &Cell<usize>,
) -> Result<Option<Vec<Painted>>> {
    let mut run = Run {
        document,
        painted: Vec::new(),
        read,
    };
    let Some(form) = run.dictionary_of_form(appearance)? else {
        return Ok(None);
    };
    let (Some(matrix), Some(clip)) = (
        run.matrix(&form)?,
        document.rectangle(form.get(b"BBox").ok())?,
    ) else {
        return Ok(None);
    };
    // The box of the appearance, turned by its matrix, is fitted into the rectangle (§12.5.5,
    // algorithm "appearance streams").
    let [a, b, c, d] = clip;
    let corners = [[a, b], [a, d], [c, b], [c, d]].map(|corner| apply(matrix, corner));
    let turned = Outline {
        points: corners.to_vec(),
        ..Outline::default()
    };
    let [left, bottom, right, top] = turned.bounds();
    let (across, up) = (
        (rect[2] - rect[0]) / (right - left),
        (rect[3] - rect[1]) / (top - bottom),
    );
    if !across.is_finite() || !up.is_finite() {
        return Ok(None);
    }
    let fitted = [
        across,
        0.0,
        0.0,
        up,
        rect[0] - left * across,
        rect[1] - bottom * up,
    ];
    let is_known = run.form(appearance, &State::at(fitted), 0)?;
    let all = run.painted.iter().flat_map(|painted| &painted.parts);
    let is_finite = all.flat_map(Outline::bounds).all(|side| side.is_finite());
    Ok((is_known && is_finite).then_some(run.painted))
}

/// The graphics state (§8.4), as far as it is asked for.
#[derive(Debug, Clone)]
struct State {
    matrix: Matrix,
    fill: Colour,
    stroke: Colour,
    width: f64,
    multiplied: bool,
    /// Whether a group around this one is multiplied with the page.
    in_multiplied: bool,
}

impl State {
    fn at(matrix: Matrix) -> Self {
        Self {
            matrix,
            fill: [0.0; 3],
            stroke: [0.0; 3],
            width: 1.0,
            multiplied: false,
            in_multiplied: false,
        }
    }

    fn multiplies(&self) -> bool {
        self.multiplied || self.in_multiplied
    }
}

struct Run<'d> {
    document: &'d Document,
    painted: Vec<Painted>,
    /// How much content was read.
    read: &'d Cell<usize>,
}

impl Run<'_> {
    /// The dictionary of a form, if it has nothing but what one needs to paint.
    fn dictionary_of_form(&self, form: &Object) -> Result<Option<Dictionary>> {
        let Ok(id) = form.as_reference() else {
            return Ok(None);
        };
        let Some(Object::Stream(stream)) = self.document.unambiguous(id)? else {
            return Ok(None);
        };
        let is_form = stream.dict.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Form");
        let plain = stream
            .dict
            .iter()
            .all(|(key, _)| FORM_KEYS.contains(&key.as_slice()));
        Ok((is_form && plain).then_some(stream.dict))
    }

    /// A dictionary that has no key twice.
    fn dictionary(&self, of: &Dictionary, key: &[u8]) -> Result<Dictionary> {
        let value = match of.get(key) {
            Ok(Object::Reference(id)) => self.document.unambiguous(*id)?,
            Ok(direct) => Some(direct.clone()),
            Err(_) => None,
        };
        Ok(match value {
            Some(Object::Dictionary(dictionary)) => dictionary,
            _ => Dictionary::new(),
        })
    }

    fn matrix(&self, form: &Dictionary) -> Result<Option<Matrix>> {
        let entries = match self.document.get(form, b"Matrix")? {
            Object::Null => return Ok(Some([1.0, 0.0, 0.0, 1.0, 0.0, 0.0])),
            Object::Array(entries) => entries,
            _ => return Ok(None),
        };
        let mut numbers = Vec::new();
        for entry in &entries {
            numbers.extend(number(&self.document.resolve(entry)?));
        }
        Ok(Matrix::try_from(numbers)
            .ok()
            .filter(|_| entries.len() == 6))
    }

    /// Paints a form; says whether all of it is known.
    fn form(&mut self, form: &Object, outer: &State, depth: usize) -> Result<bool> {
        let Some(dictionary) = self.dictionary_of_form(form)?.filter(|_| depth < DEEPEST) else {
            return Ok(false);
        };
        let (Some(matrix), Ok(id)) = (self.matrix(&dictionary)?, form.as_reference()) else {
            return Ok(false);
        };
        if self.read.get() > MOST_CONTENT {
            return Ok(false);
        }
        let content = match self.document.readable_stream(id, LONGEST) {
            Ok(Some(content)) => content,
            Err(Error::Read(source)) => return Err(Error::Read(source)),
            Ok(None) | Err(_) => return Ok(false),
        };
        self.read.set(self.read.get() + content.len() + FORM);
        let mut state = outer.clone();
        state.matrix = times(matrix, outer.matrix);
        if dictionary.has(b"Group") {
            // What is in it is put together before it is blended (§11.6.6).
            state.in_multiplied = outer.multiplies();
            state.multiplied = false;
        }
        let resources = self.dictionary(&dictionary, b"Resources")?;
        self.content(&content, &resources, state, depth)
    }

    fn content(
        &mut self,
        content: &[u8],
        resources: &Dictionary,
        mut state: State,
        depth: usize,
    ) -> Result<bool> {
        let (states, forms) = (
            self.dictionary(resources, b"ExtGState")?,
            self.dictionary(resources, b"XObject")?,
        );
        let mut tokens = Tokens { rest: content };
        let mut saved = Vec::new();
        let mut path = Path::default();
        let (mut numbers, mut name): (Vec<f64>, &[u8]) = (Vec::new(), b"");
        loop {
            let operator = match tokens.next() {
                Some(Token::Number(number)) if numbers.len() < MOST_OPERANDS => {
                    numbers.push(number);
                    continue;
                }
                Some(Token::Name(is)) => {
                    name = is;
                    continue;
                }
                Some(Token::Operator(operator)) => operator,
                Some(Token::Dashes) => continue,
                Some(Token::End) => return Ok(true),
                Some(Token::Number(_)) | None => return Ok(false),
            };
            if saved.len() > MOST_SAVED {
                return Ok(false);
            }
            let known = match (operator, numbers.as_slice()) {
                (b"q", []) => {
                    saved.push(state.clone());
                    true
                }
                (b"Q", []) => saved.pop().map(|was| state = was).is_some(),
                (b"cm", [a, b, c, d, e, f]) => {
                    state.matrix = times([*a, *b, *c, *d, *e, *f], state.matrix);
                    true
                }
                (b"w", [width]) => {
                    let [a, b, c, d, ..] = state.matrix;
                    state.width = width * (a * d - b * c).abs().sqrt();
                    true
                }
                (b"J" | b"j" | b"M" | b"i" | b"d", [_]) | (b"ri", []) => true,
                (b"gs", []) => self.set(&self.dictionary(&states, name)?, &mut state)?,
                (b"CS" | b"cs", []) => name.starts_with(b"Device"),
                (b"g" | b"rg" | b"k" | b"sc" | b"scn", ink) => {
                    colour(ink).map(|colour| state.fill = colour).is_some()
                }
                (b"G" | b"RG" | b"K" | b"SC" | b"SCN", ink) => {
                    colour(ink).map(|colour| state.stroke = colour).is_some()
                }
                (b"Do", []) => match forms.get(name) {
                    Ok(form) => self.form(form, &state, depth + 1)?,
                    Err(_) => false,
                },
                (operator, numbers) => {
                    path.add(operator, numbers, state.matrix)
                        || self.paint(operator, &mut path, &state)
                }
            };
            if !known {
                return Ok(false);
            }
            numbers.clear();
            name = b"";
        }
    }

    /// Ends an outline; says whether the operator does that (§8.5.3).
    fn paint(&mut self, operator: &[u8], path: &mut Path, state: &State) -> bool {
        let (fills, strokes) = match operator {
            b"n" => (false, false),
            b"S" | b"s" => (false, true),
            // Not by the even-odd rule: what is within twice would be outside.
            b"f" | b"F" => (true, false),
            b"B" | b"b" => (true, true),
            _ => return false,
        };
        let parts = std::mem::take(path).parts;
        if fills || strokes {
            self.painted.push(Painted {
                fill: fills.then_some(state.fill),
                stroke: strokes.then_some((state.stroke, state.width)),
                multiplied: state.multiplies(),
                parts,
            });
        }
        true
    }

    /// Sets what a graphics state dictionary says (§8.4.5); says whether it is one that is known.
    fn set(&self, parameters: &Dictionary, state: &mut State) -> Result<bool> {
        for (key, value) in parameters {
            let value = self.document.resolve(value)?;
            let known = match (key.as_slice(), &value) {
                (b"BM", Object::Name(mode)) => {
                    state.multiplied = mode == b"Multiply";
                    matches!(mode.as_slice(), b"Multiply" | b"Normal" | b"Compatible")
                }
                (b"SMask", Object::Name(mask)) => mask == b"None",
                (b"Type" | b"AIS" | b"CA" | b"ca" | b"SA", _) => true,
                _ => false,
            };
            if !known {
                return Ok(false);
            }
        }
        Ok(!parameters.is_empty())
    }
}

/// An outline that is not painted yet.
#[derive(Debug, Default)]
struct Path {
    parts: Vec<Outline>,
}

impl Path {
    /// Adds a segment; says whether the operator does that (§8.5.2).
    fn add(&mut self, operator: &[u8], numbers: &[f64], matrix: Matrix) -> bool {
        let at = |x: f64, y: f64| apply(matrix, [x, y]);
        match (operator, numbers, self.parts.last_mut()) {
            (b"m", [x, y], _) => self.parts.push(Outline {
                points: vec![at(*x, *y)],
                ..Outline::default()
            }),
            (b"re", [x, y, width, height], _) => self.parts.push(Outline {
                points: vec![
                    at(*x, *y),
                    at(x + width, *y),
                    at(x + width, y + height),
                    at(*x, y + height),
                ],
                ..Outline::default()
            }),
            (b"l", [x, y], Some(part)) => part.points.push(at(*x, *y)),
            (b"c", [a, b, c, d, x, y], Some(part)) => {
                part.controls.extend([at(*a, *b), at(*c, *d)]);
                part.points.push(at(*x, *y));
                part.curves += 1;
            }
            (b"v" | b"y", [a, b, x, y], Some(part)) => {
                part.controls.push(at(*a, *b));
                part.points.push(at(*x, *y));
                part.curves += 1;
            }
            (b"h", [], Some(_)) => {}
            _ => return false,
        }
        true
    }
}

enum Token<'c> {
    Number(f64),
    Name(&'c [u8]),
    /// How a line is dashed.
    Dashes,
    Operator(&'c [u8]),
    End,
}

struct Tokens<'c> {
    rest: &'c [u8],
}

impl<'c> Tokens<'c> {
    /// The next; `None` where something stands that outlines do not need.
    fn next(&mut self) -> Option<Token<'c>> {
        self.rest = self.rest.trim_ascii_start();
        let Some((first, behind)) = self.rest.split_first() else {
            return Some(Token::End);
        };
        if *first == b'[' {
            let end = behind.iter().position(|byte| *byte == b']')?;
            let (inner, rest) = behind.split_at_checked(end)?;
            self.rest = rest.get(1..)?;
            let is_plain = |byte: &u8| b"0123456789. \r\n\t".contains(byte);
            return inner.iter().all(is_plain).then_some(Token::Dashes);
        }
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b"\0/[]<>(){}%".contains(byte);
        let length = behind.iter().position(ends).unwrap_or(behind.len());
        let (word, rest) = self.rest.split_at_checked(length + 1)?;
        self.rest = rest;
        match first {
            b'/' => word.get(1..).map(Token::Name),
            b'0'..=b'9' | b'+' | b'-' | b'.' => {
                let text = std::str::from_utf8(word).ok()?;
                let value: f64 = text.parse().ok()?;
                value.is_finite().then_some(Token::Number(value))
            }
            b'a'..=b'z' | b'A'..=b'Z' => Some(Token::Operator(word)),
            _ => None,
        }
    }
}

/// A colour of a device's space, by the number of its inks.
pub(super) fn colour(ink: &[f64]) -> Option<Colour> {
    let colour = match *ink {
        [grey] => [grey; 3],
        [red, green, blue] => [red, green, blue],
        [cyan, magenta, yellow, black] => {
            [cyan, magenta, yellow].map(|ink| (1.0 - ink) * (1.0 - black))
        }
        _ => return None,
    };
    Some(colour.map(|part| part.clamp(0.0, 1.0)))
}
