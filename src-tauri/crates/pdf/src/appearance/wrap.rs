//! Text in a room: the largest size at which it fits, and where long lines are broken.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use unicode_script::{Script, UnicodeScript};

use super::look::{Line, Style};
use super::shape::{Setting, Shaped};
use super::{LARGEST, LEADING, NAME, SMALLEST};
use crate::error::Result;

/// Least space between what two lines draw, in sizes.
const APART: f64 = 0.12;
/// A line takes this much above its baseline even where its letters are lower, in its own sizes.
const ASCENT: f64 = 0.74;
/// And below it.
const DESCENT: f64 = 0.22;
/// Lines are broken where that makes the text at least this much larger.
const WORTH: f64 = 1.12;
/// Sizes that are tried lie this far apart, in points.
const STEP: f64 = 0.25;
/// Most characters that are broken into lines; more are set as they are, or not at all.
const MOST_BROKEN: usize = 2000;

/// A line that was set: its baseline is below the top of the block, in sizes.
pub(super) struct SetLine {
    pub(super) shaped: Rc<Shaped>,
    pub(super) style: Style,
    pub(super) baseline: f64,
}

/// Lines that fit, and the size of plain text in points.
pub(super) struct Block {
    pub(super) lines: Vec<SetLine>,
    pub(super) size: f64,
    /// In sizes.
    pub(super) width: f64,
    /// In sizes.
    pub(super) height: f64,
}

/// Lines of text, to be fitted.
pub(super) struct Text<'a> {
    setting: &'a Setting<'a>,
    lines: &'a [Line],
    shaped: RefCell<HashMap<(String, Style), Rc<Shaped>>>,
}

/// How large a style is, in sizes of plain text.
pub(super) fn scale(style: Style) -> f64 {
    match style {
        Style::Name => NAME,
        Style::Plain => 1.0,
    }
}

/// Left and right end of a line, in its own sizes: its advance, or what is drawn beyond it.
pub(super) fn extent(shaped: &Shaped) -> (f64, f64) {
    let [left, _, right, _] = shaped.ink;
    (left.min(0.0), right.max(shaped.width))
}

impl<'a> Text<'a> {
    pub(super) fn new(setting: &'a Setting<'a>, lines: &'a [Line]) -> Self {
        let shaped = RefCell::default();
        Self {
            setting,
            lines,
            shaped,
        }
    }

    /// The largest size at which the lines fit a room; `None` below the smallest.
    pub(super) fn fit(&self, width: f64, height: f64) -> Result<Option<Block>> {
        let whole = self.whole()?;
        let size = (width / whole.width)
            .min(height / whole.height)
            .min(LARGEST);
        let wanted = (size * WORTH).max(SMALLEST);
        let length: usize = self.lines.iter().map(|line| line.text.len()).sum();
        let mut larger = LARGEST;
        while size < LARGEST && length <= MOST_BROKEN && larger >= wanted {
            let broken = self.broken(width / larger)?;
            if broken.width * larger <= width && broken.height * larger <= height {
                return Ok(Some(Block {
                    size: larger,
                    ..broken
                }));
            }
            larger -= STEP;
        }
        Ok((size >= SMALLEST).then_some(Block { size, ..whole }))
    }

    /// Width and height at the smallest size, unbroken.
    pub(super) fn least(&self) -> Result<(f64, f64)> {
        let whole = self.whole()?;
        Ok((whole.width * SMALLEST, whole.height * SMALLEST))
    }

    /// Whether no line of a block was broken.
    pub(super) fn is_whole(&self, block: &Block) -> bool {
        block.lines.len() == self.lines.len()
    }

    fn whole(&self) -> Result<Block> {
        let lines = self.lines.iter();
        self.block(lines.map(|line| (line.text.clone(), line.style)))
    }

    /// The lines, each broken where it is wider than a room of so many sizes.
    fn broken(&self, width: f64) -> Result<Block> {
        let mut lines = Vec::new();
        for line in self.lines {
            let room = width / scale(line.style);
            let mut current = String::new();
            let mut start = 0;
            for end in breaks(&line.text) {
                let word = line.text.get(start..end).unwrap_or_default();
                start = end;
                let longer = format!("{current}{word}");
                let (left, right) = extent(&*self.shape(longer.trim_end(), line.style)?);
                if !current.is_empty() && right - left > room {
                    lines.push((current.trim_end().to_owned(), line.style));
                    word.clone_into(&mut current);
                } else {
                    current = longer;
                }
            }
            lines.push((current.trim_end().to_owned(), line.style));
        }
        self.block(lines.into_iter())
    }

    fn block(&self, lines: impl Iterator<Item = (String, Style)>) -> Result<Block> {
        let mut set: Vec<SetLine> = Vec::new();
        let mut width = 0.001_f64;
        let mut below = 0.0;
        let mut at = 0.0;
        for (text, style) in lines {
            let shaped = self.shape(&text, style)?;
            let scale = scale(style);
            let [_, bottom, _, top] = shaped.ink;
            let above = top.max(ASCENT) * scale;
            at = if set.is_empty() {
                above
            } else {
                let drawn = below + top.max(0.5) * scale + APART;
                at + drawn.max(LEADING * scale.min(1.2))
            };
            below = (-bottom).max(DESCENT) * scale;
            let (left, right) = extent(&shaped);
            width = width.max((right - left) * scale);
            set.push(SetLine {
                shaped,
                style,
                baseline: at,
            });
        }
        Ok(Block {
            lines: set,
            size: SMALLEST,
            width,
            height: (at + below).max(0.001),
        })
    }

    fn shape(&self, text: &str, style: Style) -> Result<Rc<Shaped>> {
        let key = (text.to_owned(), style);
        if let Some(shaped) = self.shaped.borrow().get(&key) {
            return Ok(Rc::clone(shaped));
        }
        let shaped = Rc::new(self.setting.shape(text, style)?);
        self.shaped.borrow_mut().insert(key, Rc::clone(&shaped));
        Ok(shaped)
    }
}

/// Where a line may be broken, its end included: behind spaces, and between characters of scripts
/// that have none (UAX #14, as far as names, dates and places need it).
fn breaks(text: &str) -> Vec<usize> {
    let mut breaks = Vec::new();
    let mut last: Option<char> = None;
    for (at, character) in text.char_indices() {
        if let Some(last) = last {
            let behind_space = last == ' ' && character != ' ';
            let unspaced = is_unspaced(character) && is_unspaced(last);
            if behind_space || unspaced {
                breaks.push(at);
            }
        }
        last = Some(character);
    }
    breaks.push(text.len());
    breaks
}

/// Letters of a script that is written without spaces; their punctuation is of no script, so that
/// no line starts with it.
fn is_unspaced(character: char) -> bool {
    matches!(
        character.script(),
        Script::Han | Script::Hiragana | Script::Katakana
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_breaks_behind_spaces_and_between_ideographs() {
        let parts = |text: &'static str| {
            let mut start = 0;
            breaks(text)
                .into_iter()
                .map(|end| {
                    let part = &text[start..end];
                    start = end;
                    part
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(parts("for the  board"), ["for ", "the  ", "board"]);
        assert_eq!(parts("東京都、港区"), ["東", "京", "都、港", "区"]);
        assert_eq!(parts(""), [""]);
    }
}
