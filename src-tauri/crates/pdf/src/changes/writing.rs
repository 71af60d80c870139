//! Where text stands on a page (ISO 32000-2 §9.4), about: enough to tell a person that something was
//! laid over it. Widths are guessed, since no font is read.

use lopdf::{Dictionary, Object, ObjectId};

use super::boxes::{area, common};
use crate::document::{Document, Visited};
use crate::error::{Error, Result};
use crate::matrix::{Matrix, apply, times};
use crate::page::number;
use crate::syntax::Parser;

/// Longest content of a page that is read, its forms included.
const LONGEST: usize = 8 << 20;
/// What a form takes beside its content, in bytes of that.
const FORM: usize = 256;
/// How deep forms are nested.
const DEEPEST: usize = 8;
/// Most operands of an operator.
const MOST_OPERANDS: usize = 64;
/// Most graphics states that are saved at once.
const MOST_SAVED: usize = 256;
/// How wide a character is, as part of the size of the font, and how far it reaches up and down.
const WIDTH: f64 = 0.5;
const ASCENT: f64 = 0.7;
const DESCENT: f64 = 0.1;
/// Less of a line of text than that, as part of its height, is no text to speak of.
const LEAST: f64 = 0.1;

/// Whether text of a page, as it was, stands in a box; not if that cannot be told.
pub(super) fn is_over_text(document: &Document, page: ObjectId, rect: [f64; 4]) -> Result<bool> {
    let dictionary = document.dictionary(&page.into())?.unwrap_or_default();
    let mut content = Vec::new();
    let mut left = LONGEST;
    let parts = match document.get(&dictionary, b"Contents")? {
        Object::Array(parts) => parts,
        _ => dictionary.get(b"Contents").into_iter().cloned().collect(),
    };
    for part in parts.iter().filter_map(|part| part.as_reference().ok()) {
        match document.readable_stream(part, left) {
            Ok(Some(more)) => {
                left = left.saturating_sub(more.len() + FORM);
                content.extend(more);
            }
            Err(Error::Read(source)) => return Err(Error::Read(source)),
            Ok(None) | Err(_) => return Ok(false),
        }
        content.push(b'\n');
    }
    let mut resources = Object::Null;
    let mut node = Some(page);
    let mut seen = Visited::default();
    while let Some(id) = node.filter(|id| resources.is_null() && seen.first(*id)) {
        let dictionary = document.dictionary(&id.into())?.unwrap_or_default();
        resources = document.get(&dictionary, b"Resources")?;
        node = dictionary
            .get(b"Parent")
            .and_then(Object::as_reference)
            .ok();
    }
    let mut page = Page {
        document,
        rect,
        left,
        found: false,
    };
    page.content(&content, &resources, IDENTITY, 0)?;
    Ok(page.found)
}

const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// The text state (§9.3) with the matrix of the graphics state.
#[derive(Debug, Clone)]
struct State {
    matrix: Matrix,
    size: f64,
    /// Bytes that a character takes, about.
    bytes: f64,
    leading: f64,
    spacing: f64,
    scale: f64,
    rise: f64,
}

struct Page<'d> {
    document: &'d Document,
    rect: [f64; 4],
    /// How much content may still be read.
    left: usize,
    found: bool,
}

impl Page<'_> {
    fn content(
        &mut self,
        content: &[u8],
        resources: &Object,
        matrix: Matrix,
        depth: usize,
    ) -> Result<()> {
        let resources = self.document.dictionary(resources)?.unwrap_or_default();
        let mut state = State {
            matrix,
            size: 0.0,
            bytes: 1.0,
            leading: 0.0,
            spacing: 0.0,
            scale: 1.0,
            rise: 0.0,
        };
        let mut saved = Vec::new();
        let (mut line, mut at) = (IDENTITY, IDENTITY);
        let mut parser = Parser::new(content, 0);
        let mut operands: Vec<Object> = Vec::new();
        while !self.found {
            parser.space();
            let Some(rest) = content.get(parser.at..).filter(|rest| !rest.is_empty()) else {
                break;
            };
            let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || b"'\"*".contains(byte);
            let length = rest.iter().take_while(|byte| is_letter(byte)).count();
            let word = rest.get(..length).unwrap_or_default();
            if word.is_empty() || matches!(word, b"true" | b"false" | b"null") {
                match parser.object() {
                    Ok(object) if operands.len() < MOST_OPERANDS => operands.push(object),
                    Ok(_) => {}
                    Err(_) => break,
                }
                continue;
            }
            parser.at += length;
            let numbers: Vec<f64> = operands.iter().filter_map(number).collect();
            match (word, numbers.as_slice()) {
                (b"q", _) if saved.len() < MOST_SAVED => saved.push(state.clone()),
                (b"Q", _) => state = saved.pop().unwrap_or(state),
                (b"cm", [a, b, c, d, e, f]) => {
                    state.matrix = times([*a, *b, *c, *d, *e, *f], state.matrix);
                }
                (b"BT", _) => (line, at) = (IDENTITY, IDENTITY),
                (b"Tf", [size]) => {
                    state.size = *size;
                    state.bytes = self.bytes_of(&resources, operands.first())?;
                }
                (b"TL", [leading]) => state.leading = *leading,
                (b"Tc", [spacing]) => state.spacing = *spacing,
                (b"Tz", [scale]) => state.scale = scale / 100.0,
                (b"Ts", [rise]) => state.rise = *rise,
                (b"Td" | b"TD", [x, y]) => {
                    if word == b"TD" {
                        state.leading = -y;
                    }
                    line = times([1.0, 0.0, 0.0, 1.0, *x, *y], line);
                    at = line;
                }
                (b"Tm", [a, b, c, d, e, f]) => {
                    line = [*a, *b, *c, *d, *e, *f];
                    at = line;
                }
                (b"T*" | b"'" | b"\"", _) => {
                    line = times([1.0, 0.0, 0.0, 1.0, 0.0, -state.leading], line);
                    at = line;
                    if word != b"T*" {
                        self.show(operands.last(), &state, &mut at);
                    }
                }
                (b"Tj" | b"TJ", _) => self.show(operands.last(), &state, &mut at),
                (b"Do", _) => self.form(&resources, operands.last(), state.matrix, depth)?,
                (b"ID", _) => {
                    // The data of an inline image end at EI (§8.9.7).
                    let end = content.get(parser.at..).and_then(|data| {
                        data.windows(3)
                            .position(|w| w.starts_with(b"EI") || w.get(1..) == Some(&b"EI"[..]))
                    });
                    parser.at += end.map_or(content.len(), |end| end + 3);
                }
                _ => {}
            }
            operands.clear();
        }
        Ok(())
    }

    /// About how many bytes of a string are one character of a font (§9.7).
    fn bytes_of(&self, resources: &Dictionary, font: Option<&Object>) -> Result<f64> {
        let name = font
            .and_then(|font| font.as_name().ok())
            .unwrap_or_default();
        let Object::Dictionary(fonts) = self.document.get(resources, b"Font")? else {
            return Ok(1.0);
        };
        let Object::Dictionary(font) = self.document.get(&fonts, name)? else {
            return Ok(1.0);
        };
        let kind = font.get(b"Subtype").and_then(Object::as_name).ok();
        Ok(if kind == Some(b"Type0") { 2.0 } else { 1.0 })
    }

    /// Sets text, and sees whether it stands in the box.
    fn show(&mut self, shown: Option<&Object>, state: &State, at: &mut Matrix) {
        let parts = match shown {
            Some(Object::Array(parts)) => parts.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => return,
        };
        for part in parts {
            let width = match (part, number(part)) {
                (Object::String(bytes, _), _) => {
                    let visible = bytes.iter().any(|byte| !matches!(byte, 0 | b' '));
                    let count = bytes.len() as f64 / state.bytes;
                    let width = count * (WIDTH * state.size + state.spacing) * state.scale;
                    if visible {
                        self.see(width, state, *at);
                    }
                    width
                }
                (_, Some(back)) => -back / 1000.0 * state.size * state.scale,
                _ => 0.0,
            };
            *at = times([1.0, 0.0, 0.0, 1.0, width, 0.0], *at);
        }
    }

    fn see(&mut self, width: f64, state: &State, at: Matrix) {
        let to_page = times(at, state.matrix);
        let (low, high) = (
            state.rise - DESCENT * state.size,
            state.rise + ASCENT * state.size,
        );
        let corners = [[0.0, low], [0.0, high], [width, low], [width, high]];
        let none = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        let text = corners.iter().fold(none, |[a, b, c, d], corner| {
            let [x, y] = apply(to_page, *corner);
            [a.min(x), b.min(y), c.max(x), d.max(y)]
        });
        let [left, bottom, right, top] = text;
        let height = (right - left).min(top - bottom);
        let least = LEAST * height * height;
        self.found |= height.is_finite() && area(common(text, self.rect)) > least;
    }

    fn form(
        &mut self,
        resources: &Dictionary,
        name: Option<&Object>,
        matrix: Matrix,
        depth: usize,
    ) -> Result<()> {
        let name = name
            .and_then(|name| name.as_name().ok())
            .unwrap_or_default();
        let Object::Dictionary(forms) = self.document.get(resources, b"XObject")? else {
            return Ok(());
        };
        let Ok(id) = forms.get(name).and_then(Object::as_reference) else {
            return Ok(());
        };
        let Object::Stream(form) = self.document.fetch(id)? else {
            return Ok(());
        };
        let is_form = form.dict.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Form");
        if !is_form || depth >= DEEPEST || self.left == 0 {
            return Ok(());
        }
        let content = match self.document.readable_stream(id, self.left) {
            Ok(content) => content.unwrap_or_default(),
            Err(Error::Read(source)) => return Err(Error::Read(source)),
            Err(_) => return Ok(()),
        };
        self.left = self.left.saturating_sub(content.len() + FORM);
        let own = match self.document.get(&form.dict, b"Matrix")? {
            Object::Array(entries) => {
                let numbers: Vec<f64> = entries.iter().filter_map(number).collect();
                Matrix::try_from(numbers).unwrap_or(IDENTITY)
            }
            _ => IDENTITY,
        };
        let within = match form.dict.get(b"Resources") {
            Ok(within) => within.clone(),
            Err(_) => Object::Dictionary(resources.clone()),
        };
        self.content(&content, &within, times(own, matrix), depth + 1)
    }
}
