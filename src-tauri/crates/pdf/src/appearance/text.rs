//! Lines of text as operators (ISO 32000-2 §9.4).

use std::fmt::Write;

use super::face::Faces;
use super::font::{Code, Font, utf16};
use super::layout::Area;
use super::look::{Alignment, Style};
use super::parts::{Canvas, short};
use super::shape::{BOLDER, Cluster, Shaped, is_bolder};
use super::wrap::{Block, SetLine, extent, scale};
use crate::error::{Error, Result};

/// Writes text and collects the glyphs of the fonts it uses.
pub(super) struct Writer<'a> {
    faces: &'a Faces<'a>,
    fonts: Vec<Font>,
}

/// A run of glyphs in one font while it is written.
struct Run {
    operators: String,
    /// Whether the text array is open, and whether a string in it is.
    open: (bool, bool),
    /// Where the next glyph would stand, and where it should, in ems.
    at: f64,
    pen: f64,
    rise: f64,
    size: f64,
}

impl<'a> Writer<'a> {
    pub(super) fn new(faces: &'a Faces<'a>) -> Self {
        Self {
            faces,
            fonts: Vec::new(),
        }
    }

    /// Writes a block into the middle of a room.
    pub(super) fn block(
        &mut self,
        canvas: &mut Canvas,
        block: &Block,
        room: Area,
        (alignment, rtl): (Alignment, bool),
    ) -> Result<()> {
        for (line, origin) in placed(block, room, (alignment, rtl)) {
            self.line(canvas, &line.shaped, line.style, origin)?;
        }
        Ok(())
    }

    fn line(
        &mut self,
        canvas: &mut Canvas,
        shaped: &Shaped,
        style: Style,
        [x, y, size]: [f64; 3],
    ) -> Result<()> {
        canvas.op(format_args!("BT\n1 0 0 1 {} {} Tm", short(x), short(y)));
        let mut run = Run {
            operators: String::new(),
            open: (false, false),
            at: 0.0,
            pen: 0.0,
            rise: 0.0,
            size,
        };
        let mut current = None;
        for cluster in &shaped.clusters {
            let resource = self.font(cluster.face);
            if current != Some(resource) {
                current = Some(resource);
                run.close();
                let face = self.faces.get(cluster.face)?;
                let _ = writeln!(run.operators, "/F{} {} Tf", resource + 1, short(size));
                let bolder = if is_bolder(face, style) {
                    format!("2 Tr {} w", short(BOLDER * size))
                } else {
                    "0 Tr".to_owned()
                };
                let _ = writeln!(run.operators, "{bolder}");
            }
            self.cluster(&mut run, resource, cluster)?;
        }
        run.close();
        canvas.op(format_args!("{}ET", run.operators));
        Ok(())
    }

    fn cluster(&mut self, run: &mut Run, resource: usize, cluster: &Cluster) -> Result<()> {
        let face = self.faces.get(cluster.face)?;
        let font = self.fonts.get_mut(resource).ok_or(Error::Font)?;
        let (codes, readable) = font.take(face, cluster)?;
        if !readable {
            run.close();
            let text = utf16(&cluster.text);
            let _ = writeln!(run.operators, "/Span<</ActualText<FEFF{text}>>>BDC");
        }
        for (Code { code, width }, glyph) in codes.iter().zip(&cluster.glyphs) {
            run.raise(glyph.dy);
            run.move_to(run.pen + glyph.dx);
            run.show(*code);
            run.at += *width as f64 / 1000.0;
            run.pen += glyph.advance;
        }
        if !readable {
            run.close();
            run.operators.push_str("EMC\n");
        }
        Ok(())
    }

    fn font(&mut self, face: usize) -> usize {
        let known = self.fonts.iter().position(|font| font.face == face);
        known.unwrap_or_else(|| {
            self.fonts.push(Font::new(face));
            self.fonts.len() - 1
        })
    }

    /// Adds the fonts that were used.
    pub(super) fn finish(self, canvas: &mut Canvas) -> Result<()> {
        for (at, font) in self.fonts.iter().enumerate() {
            let id = font.write(self.faces.get(font.face)?, &mut canvas.arena)?;
            canvas.add_font(&format!("F{}", at + 1), id);
        }
        Ok(())
    }
}

/// Lines of a block in the middle of a room: where each starts, and its size, in points.
fn placed(
    block: &Block,
    room: Area,
    (alignment, rtl): (Alignment, bool),
) -> impl Iterator<Item = (&SetLine, [f64; 3])> {
    let size = block.size;
    let top = room.y + f64::midpoint(room.height, block.height * size);
    // Lines that are read from the other side end where the widest line does.
    let width = block.width * size;
    let left = match (alignment, rtl) {
        (Alignment::Centre, _) => room.x + (room.width - width) / 2.0,
        (Alignment::Start, false) | (Alignment::End, true) => room.x,
        (Alignment::Start, true) | (Alignment::End, false) => room.x + room.width - width,
    };
    block.lines.iter().map(move |line| {
        let own = size * scale(line.style);
        let (start, end) = extent(&line.shaped);
        let spare = width - (end - start) * own;
        let spare = match (alignment, line.shaped.rtl) {
            (Alignment::Centre, _) => spare / 2.0,
            (Alignment::Start, false) | (Alignment::End, true) => 0.0,
            (Alignment::Start, true) | (Alignment::End, false) => spare,
        };
        let x = left + spare - start * own;
        (line, [x, top - line.baseline * size, own])
    })
}

/// What a block in the middle of a room covers: left, bottom, right, top, in points.
pub(super) fn extent_of(block: &Block, room: Area, aligned: (Alignment, bool)) -> [f64; 4] {
    let mut covered = [
        f64::INFINITY,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NEG_INFINITY,
    ];
    for (line, [x, y, size]) in placed(block, room, aligned) {
        let [left, bottom, right, top] = line.shaped.ink;
        covered = [
            covered[0].min(x + left * size),
            covered[1].min(y + bottom * size),
            covered[2].max(x + right * size),
            covered[3].max(y + top * size),
        ];
    }
    covered
}

impl Run {
    fn open(&mut self, string: bool) {
        if !self.open.0 {
            self.operators.push('[');
            self.open.0 = true;
        }
        if self.open.1 != string {
            self.operators.push(if string { '<' } else { '>' });
            self.open.1 = string;
        }
    }

    fn show(&mut self, code: u16) {
        self.open(true);
        let _ = write!(self.operators, "{code:04X}");
    }

    /// Moves to where a glyph starts, to a thousandth.
    fn move_to(&mut self, wanted: f64) {
        let back = ((self.at - wanted) * 1000.0).round();
        if back != 0.0 {
            self.open(false);
            let _ = write!(self.operators, "{}", back as i64);
            self.at -= back / 1000.0;
        }
    }

    fn raise(&mut self, rise: f64) {
        if (self.rise - rise).abs() > 0.0005 {
            self.close();
            self.rise = rise;
            let _ = writeln!(self.operators, "{} Ts", short(rise * self.size));
        }
    }

    fn close(&mut self) {
        if self.open.0 {
            self.open(false);
            self.operators.push_str("]TJ\n");
            self.open = (false, false);
        }
    }
}
