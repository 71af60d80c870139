//! Characters become glyphs in the order they are drawn: bidi, fonts, shaping.
//!
//! A line is cut where its direction (UAX #9), its font or its script (UAX #24) changes, and each
//! piece is shaped by itself. Pieces and their glyphs are then in visual order, left to right.

use harfrust::{BufferClusterLevel, BufferFlags, Direction, Language, ShapeOptions, UnicodeBuffer};
use unicode_bidi::{BidiInfo, Level};
use unicode_script::{Script, UnicodeScript};

use super::face::{Face, Faces};
use super::look::Style;
use crate::error::{Error, Result};

/// How much wider a glyph gets that is drawn bolder by a line round it, in ems.
pub(super) const BOLDER: f64 = 0.028;

/// A glyph with what it moves by, in ems.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Glyph {
    pub(super) id: u16,
    pub(super) advance: f64,
    pub(super) dx: f64,
    pub(super) dy: f64,
}

/// Glyphs that belong together, left to right, and the characters they show, in reading order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cluster {
    pub(super) face: usize,
    pub(super) glyphs: Vec<Glyph>,
    pub(super) text: String,
    pub(super) rtl: bool,
}

/// A shaped line; lengths are in ems.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shaped {
    pub(super) clusters: Vec<Cluster>,
    pub(super) width: f64,
    /// What is drawn, from the start of the baseline: left, bottom, right, top.
    pub(super) ink: [f64; 4],
    pub(super) rtl: bool,
}

/// What lines have in common.
pub(super) struct Setting<'a> {
    pub(super) faces: &'a Faces<'a>,
    pub(super) language: Option<Language>,
    /// Direction of lines that say none, such as a date.
    pub(super) rtl: bool,
}

/// A piece of a line that is shaped at once.
struct Piece<'t> {
    text: &'t str,
    face: usize,
    rtl: bool,
}

/// Whether a text is read from the right; `None` where it does not say.
pub(super) fn is_rtl(text: &str) -> Option<bool> {
    match unicode_bidi::get_base_direction(text) {
        unicode_bidi::Direction::Ltr => Some(false),
        unicode_bidi::Direction::Rtl => Some(true),
        unicode_bidi::Direction::Mixed => None,
    }
}

impl Setting<'_> {
    /// Shapes a line.
    pub(super) fn shape(&self, text: &str, style: Style) -> Result<Shaped> {
        let rtl = is_rtl(text).unwrap_or(self.rtl);
        let level = if rtl { Level::rtl() } else { Level::ltr() };
        let bidi = BidiInfo::new(text, Some(level));
        let mut clusters = Vec::new();
        for paragraph in &bidi.paragraphs {
            let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
            for run in runs {
                let level = levels.get(run.start).copied().unwrap_or(level);
                let part = text.get(run).unwrap_or_default();
                let mut pieces = self.pieces(part, style, level.is_rtl())?;
                if level.is_rtl() {
                    pieces.reverse();
                }
                for piece in pieces {
                    self.shape_piece(&piece, &mut clusters)?;
                }
            }
        }
        let (width, ink) = self.measure(&clusters, style)?;
        Ok(Shaped {
            clusters,
            width,
            ink,
            rtl,
        })
    }

    /// Cuts a run of one direction where font or script changes.
    fn pieces<'t>(&self, text: &'t str, style: Style, rtl: bool) -> Result<Vec<Piece<'t>>> {
        let mut cuts: Vec<(usize, usize, Script)> = Vec::new();
        for (at, character) in text.char_indices() {
            let script = character.script();
            let neutral = matches!(script, Script::Common | Script::Inherited);
            let last = cuts.last().copied();
            let face = match last {
                // Spaces and marks stay with what they follow, digits are the same everywhere.
                Some((_, face, _)) if is_ignorable(character) => Some(face),
                Some((_, face, _))
                    if neutral
                        && !character.is_ascii_digit()
                        && self.faces.get(face)?.has(character) =>
                {
                    Some(face)
                }
                _ if is_ignorable(character) => Some(usize::from(style == Style::Plain)),
                _ => self.faces.with(style, character),
            };
            let face = face.ok_or(Error::NoGlyph { character })?;
            match cuts.last_mut() {
                Some((_, last, known)) if *last == face && (neutral || *known == script) => {}
                Some((_, last, known)) if *last == face && *known == Script::Common => {
                    *known = script;
                }
                _ => cuts.push((at, face, if neutral { Script::Common } else { script })),
            }
        }
        let ends = cuts.iter().skip(1).map(|(at, ..)| *at).chain([text.len()]);
        Ok(cuts
            .iter()
            .zip(ends)
            .map(|((start, face, _), end)| Piece {
                text: text.get(*start..end).unwrap_or_default(),
                face: *face,
                rtl,
            })
            .collect())
    }

    fn shape_piece(&self, piece: &Piece<'_>, clusters: &mut Vec<Cluster>) -> Result<()> {
        let face = self.faces.get(piece.face)?;
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(piece.text);
        buffer.set_direction(if piece.rtl {
            Direction::RightToLeft
        } else {
            Direction::LeftToRight
        });
        buffer.set_cluster_level(BufferClusterLevel::MonotoneGraphemes);
        buffer.set_flags(BufferFlags::REMOVE_DEFAULT_IGNORABLES);
        if let Some(language) = &self.language {
            buffer.set_language(language.clone());
        }
        buffer.guess_segment_properties();
        let shaped = face.shaper().shape(buffer, ShapeOptions::new());
        // Where the characters of a cluster end: where those of the next in reading order start.
        let mut starts: Vec<usize> = shaped
            .glyph_infos()
            .iter()
            .map(|info| info.cluster as usize)
            .collect();
        starts.sort_unstable();
        starts.dedup();
        let em = face.em();
        let mut last = None;
        for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            let start = info.cluster as usize;
            let glyph = Glyph {
                id: u16::try_from(info.glyph_id).map_err(|_| Error::Font)?,
                advance: f64::from(position.x_advance) / em,
                dx: f64::from(position.x_offset) / em,
                dy: f64::from(position.y_offset) / em,
            };
            if last == Some(start) {
                if let Some(cluster) = clusters.last_mut() {
                    cluster.glyphs.push(glyph);
                }
                continue;
            }
            last = Some(start);
            let next = starts.partition_point(|other| *other <= start);
            let end = starts.get(next).copied().unwrap_or(piece.text.len());
            // What is removed before the first glyph belongs to it.
            let start = if next == 1 { 0 } else { start };
            clusters.push(Cluster {
                face: piece.face,
                glyphs: vec![glyph],
                text: piece.text.get(start..end).unwrap_or_default().to_owned(),
                rtl: piece.rtl,
            });
        }
        let missing = clusters
            .iter()
            .find(|cluster| cluster.glyphs.iter().any(|glyph| glyph.id == 0))
            .and_then(|cluster| cluster.text.chars().next());
        missing.map_or(Ok(()), |character| Err(Error::NoGlyph { character }))
    }

    /// Width, and what is drawn.
    fn measure(&self, clusters: &[Cluster], style: Style) -> Result<(f64, [f64; 4])> {
        let mut pen = 0.0_f64;
        let mut ink: Option<[f64; 4]> = None;
        for cluster in clusters {
            let face = self.faces.get(cluster.face)?;
            let bolder = if is_bolder(face, style) {
                BOLDER / 2.0
            } else {
                0.0
            };
            for glyph in &cluster.glyphs {
                let id = ttf_parser::GlyphId(glyph.id);
                if let Some(bounds) = face.parsed.glyph_bounding_box(id) {
                    let [left, bottom, right, top] =
                        [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max]
                            .map(|units| f64::from(units) / face.em());
                    let (x, y) = (pen + glyph.dx, glyph.dy);
                    let [l, b, r, t] = ink.unwrap_or([
                        f64::INFINITY,
                        f64::INFINITY,
                        f64::NEG_INFINITY,
                        f64::NEG_INFINITY,
                    ]);
                    ink = Some([
                        l.min(x + left - bolder),
                        b.min(y + bottom - bolder),
                        r.max(x + right + bolder),
                        t.max(y + top + bolder),
                    ]);
                }
                pen += glyph.advance;
            }
        }
        Ok((pen, ink.unwrap_or([0.0; 4])))
    }
}

/// Whether a font is drawn bolder to be that of a name.
pub(super) fn is_bolder(face: &Face<'_>, style: Style) -> bool {
    style == Style::Name && !face.bold
}

/// Whether a character is never drawn: joiners, marks of direction, selectors of variants
/// (`Default_Ignorable_Code_Point`, as far as text for people has them).
pub(super) fn is_ignorable(character: char) -> bool {
    matches!(u32::from(character),
        0xAD | 0x34F | 0x61C | 0x180B..=0x180F | 0x200B..=0x200F | 0x202A..=0x202E
        | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF | 0xE0100..=0xE01EF)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::appearance::look::Look;

    /// Glyphs from left to right, by the names that their characters have where they are nominal.
    fn shaped(text: &str) -> (Shaped, Vec<u16>) {
        let look = Look::new("", Vec::new());
        let faces = Faces::of(&look).unwrap();
        let setting = Setting {
            faces: &faces,
            language: None,
            rtl: false,
        };
        let shaped = setting.shape(text, Style::Plain).unwrap();
        let clusters = shaped.clusters.iter();
        let glyphs = clusters.flat_map(|cluster| cluster.glyphs.iter().map(|glyph| glyph.id));
        let glyphs = glyphs.collect();
        (shaped, glyphs)
    }

    fn nominal(character: char) -> u16 {
        let look = Look::new("", Vec::new());
        let faces = Faces::of(&look).unwrap();
        let face = faces.with(Style::Plain, character).unwrap();
        let face = faces.get(face).unwrap();
        face.parsed.glyph_index(character).unwrap().0
    }

    #[test]
    fn arabic_letters_are_joined_and_run_from_right_to_left() {
        let (word, joined) = shaped("بيت");
        assert!(word.rtl);
        let texts: Vec<&str> = word.clusters.iter().map(|c| c.text.as_str()).collect();
        assert_eq!(texts, ["ت", "ي", "ب"]);
        let apart: Vec<u16> = "تيب".chars().map(nominal).collect();
        let same = joined.iter().zip(&apart).filter(|(a, b)| a == b).count();
        assert_eq!(same, 0, "no letter has the form it has alone");
        let (_, ligature) = shaped("لا");
        assert_eq!(ligature.len(), 1, "lam and alef are one glyph");
    }

    #[test]
    fn a_devanagari_vowel_that_is_written_before_its_consonant_stands_there() {
        let (word, glyphs) = shaped("कि");
        assert_eq!(word.clusters.len(), 1);
        assert_eq!(glyphs.len(), 2);
        assert_eq!(glyphs.last(), Some(&nominal('क')));
        let (_, conjunct) = shaped("क्ष");
        assert_eq!(conjunct.len(), 1);
    }

    #[test]
    fn thai_marks_stand_above_one_another_and_take_no_width() {
        let (with, _) = shaped("ที่");
        let (without, _) = shaped("ท");
        assert!((with.width - without.width).abs() < 1e-9);
        let (vowel, _) = shaped("ที");
        assert!(with.ink[3] > vowel.ink[3], "the tone stands on the vowel");
    }

    #[test]
    fn a_line_of_both_directions_is_in_the_order_it_is_read() {
        let (line, _) = shaped("No 12 של 34 ok");
        let texts: String = line.clusters.iter().map(|c| c.text.as_str()).collect();
        assert_eq!(texts, "No 12 34 לש ok");
        assert!(!line.rtl);
    }

    #[test]
    fn every_character_of_a_line_belongs_to_one_cluster() {
        for text in [
            "مدرسة ١٢",
            "क्षत्रिय हूँ",
            "ที่นี่ น้ำ",
            "office e\u{301}",
            "a\u{200d}b",
        ] {
            let (line, _) = shaped(text);
            let mut found: Vec<char> = line
                .clusters
                .iter()
                .flat_map(|cluster| cluster.text.chars())
                .collect();
            let mut wanted: Vec<char> = text.chars().collect();
            found.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(found, wanted);
        }
    }
}
