//! A look file: JSON, version 1.
//!
//! ```json
//! {
//!   "chanceryLook": 1,
//!   "title": "Ministry of Works",
//!   "language": "de",
//!   "timeZone": "Europe/Berlin",
//!   "lines": [
//!     { "text": "{name}", "style": "name" },
//!     "{organisation}",
//!     "{date}, {time} {zone}",
//!     "Reason: {reason}"
//!   ],
//!   "artwork": { "file": "logo.svg", "place": "left" },
//!   "border": { "width": 0.75, "colour": "#808080" },
//!   "background": "#f0f6ff",
//!   "alignment": "start",
//!   "colour": "#1a1a1a",
//!   "identifiers": "masked",
//!   "font": { "file": "NotoSansCJK-Regular.ttc", "index": 0 }
//! }
//! ```
//!
//! Only `chanceryLook` and `lines` must be there. `artwork` is a `file` beside the look file, or
//! `base64`, or `strokes` of points with a `pen` width; its `place` is `left`, `above`, `behind` or
//! `alone`, and `page` is a PDF's page. A file is named without a folder.

use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pdf::appearance::{
    Alignment, Artwork, ArtworkPlace, Border, Colour, FontFile, Line, LineStyle, Pen,
};
use pdf::{Look, PageNumber};
use serde::Deserialize;

use super::template::{Facts, Template, Words};
use super::{document, unusable};
use crate::error::{Error, Result};

/// The version of the format that is read.
const VERSION: u32 = 1;
/// Most lines, and longest one.
const MOST_LINES: usize = 24;
const LONGEST_LINE: usize = 500;
/// Longest title, language and time zone, and longest name of a file, in bytes.
const LONGEST_WORD: usize = 200;
/// Longest complaint: it may cite what is in the file.
const LONGEST_COMPLAINT: usize = 400;
/// Largest file of artwork or of a font that a look names.
const LARGEST_PART: u64 = 64 << 20;

/// What the file says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct LookFile {
    chancery_look: u32,
    pub(super) title: Option<String>,
    language: Option<String>,
    time_zone: Option<String>,
    lines: Vec<LineOf>,
    #[serde(default = "yes")]
    seal: bool,
    artwork: Option<ArtworkOf>,
    border: Option<BorderOf>,
    background: Option<ColourOf>,
    #[serde(default)]
    alignment: AlignmentOf,
    colour: Option<ColourOf>,
    #[serde(default)]
    identifiers: Identifiers,
    font: Option<FontOf>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum LineOf {
    Plain(String),
    Styled(StyledLine),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StyledLine {
    text: String,
    #[serde(default)]
    style: StyleOf,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StyleOf {
    Name,
    #[default]
    Plain,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ArtworkOf {
    file: Option<String>,
    base64: Option<String>,
    strokes: Option<Vec<Vec<[f64; 2]>>>,
    pen: Option<f64>,
    colour: Option<ColourOf>,
    page: Option<u32>,
    place: PlaceOf,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum PlaceOf {
    Left,
    Above,
    Behind,
    Alone,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BorderOf {
    width: f64,
    colour: Option<ColourOf>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AlignmentOf {
    #[default]
    Start,
    Centre,
    End,
}

/// Whether identifiers of people in names are shown whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Identifiers {
    #[default]
    Masked,
    Shown,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FontOf {
    file: String,
    #[serde(default)]
    index: u32,
}

/// `#rrggbb`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct ColourOf(Colour);

impl TryFrom<String> for ColourOf {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        let wrong = "a colour is written #rrggbb";
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
        let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let number = u32::from_str_radix(digits.ok_or(wrong)?, 16).map_err(|_| wrong)?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self(Colour { red, green, blue }))
    }
}

fn yes() -> bool {
    true
}

impl LookFile {
    /// Reads a file; what is wrong with it is said in words.
    pub(super) fn parse(bytes: &[u8]) -> std::result::Result<Self, String> {
        let look: Self = serde_json::from_slice(bytes).map_err(|error| {
            let mut why = error.to_string();
            why.truncate(why.floor_char_boundary(LONGEST_COMPLAINT));
            why
        })?;
        if look.chancery_look != VERSION {
            return Err(format!(
                "its version is {}, not {VERSION}",
                look.chancery_look
            ));
        }
        let words = [&look.title, &look.language, &look.time_zone];
        let is_long = |word: &Option<String>| word.as_ref().is_some_and(|w| w.len() > LONGEST_WORD);
        if words.into_iter().any(is_long) {
            return Err(format!(
                "title, language or time zone is longer than {LONGEST_WORD} bytes"
            ));
        }
        if look.lines.len() > MOST_LINES {
            return Err(format!("it has more than {MOST_LINES} lines"));
        }
        for line in &look.lines {
            let text = line.text();
            if text.len() > LONGEST_LINE {
                return Err(format!("a line is longer than {LONGEST_LINE} bytes"));
            }
            Template::parse(text)?;
        }
        if let Some(zone) = &look.time_zone {
            jiff::tz::TimeZone::get(zone).map_err(|_| format!("there is no time zone {zone:?}"))?;
        }
        Ok(look)
    }

    /// The look with its lines filled in, and its artwork read from files in `folder`.
    pub(super) fn draw_up(&self, folder: Option<&Path>, facts: &Facts<'_>) -> Result<Look> {
        let words = Words {
            facts,
            language: self.language.as_deref().unwrap_or("en"),
            zone: self.time_zone.as_deref(),
            identifiers: self.identifiers,
        };
        let mut lines = Vec::new();
        for line in &self.lines {
            let template = Template::parse(line.text()).map_err(|why| self.wrong(&why))?;
            lines.extend(
                template
                    .fill(&words)
                    .map(|text| Line::new(line.style(), &text)),
            );
        }
        let mut look = Look::of_lines(lines).with_alignment(match self.alignment {
            AlignmentOf::Start => Alignment::Start,
            AlignmentOf::Centre => Alignment::Centre,
            AlignmentOf::End => Alignment::End,
        });
        if !self.seal {
            look = look.without_seal();
        }
        if let Some(artwork) = &self.artwork {
            let place = match artwork.place {
                PlaceOf::Left => ArtworkPlace::Left,
                PlaceOf::Above => ArtworkPlace::Above,
                PlaceOf::Behind => ArtworkPlace::Behind,
                PlaceOf::Alone => ArtworkPlace::Alone,
            };
            look = look.with_artwork(self.artwork(artwork, folder)?, place);
        }
        if let Some(border) = &self.border {
            let colour = border.colour.map_or(Colour::INK, |colour| colour.0);
            let border = Border::new(border.width, colour)
                .ok_or_else(|| self.wrong("a border is above 0 and at most 6 points wide"))?;
            look = look.with_border(border);
        }
        if let Some(ColourOf(colour)) = self.background {
            look = look.with_background(colour);
        }
        if let Some(ColourOf(colour)) = self.colour {
            look = look.with_colour(colour);
        }
        if let Some(language) = &self.language {
            look = look.with_language(language);
        }
        if let Some(font) = &self.font {
            let bytes: Arc<[u8]> = self.part(folder, &font.file)?.into();
            look = look.with_font(FontFile::new(bytes, font.index).map_err(document)?);
        }
        Ok(look)
    }

    fn artwork(&self, artwork: &ArtworkOf, folder: Option<&Path>) -> Result<Artwork> {
        let page = PageNumber::new(artwork.page.unwrap_or(1))
            .ok_or_else(|| self.wrong("pages count from 1"))?;
        let bytes = match (&artwork.file, &artwork.base64, &artwork.strokes) {
            (Some(file), None, None) => self.part(folder, file)?,
            (None, Some(text), None) => STANDARD
                .decode(text.as_bytes())
                .map_err(|_| self.wrong("its artwork is no base64"))?,
            (None, None, Some(strokes)) => {
                let pen = Pen {
                    width: artwork.pen.unwrap_or(2.0),
                    colour: artwork.colour.map(|colour| colour.0),
                };
                return Artwork::drawn(strokes, pen).map_err(document);
            }
            _ => return Err(self.wrong("artwork is one of file, base64 and strokes")),
        };
        Artwork::read_page(&bytes, page).map_err(document)
    }

    /// A file beside the look file. A look can come from somebody else: it names nothing elsewhere.
    fn part(&self, folder: Option<&Path>, name: &str) -> Result<Vec<u8>> {
        let plain = Path::new(name)
            .file_name()
            .is_some_and(|plain| plain == name);
        let plain = plain && name.len() <= LONGEST_WORD;
        let folder = folder.filter(|_| plain && !name.contains('\\'));
        let path = folder
            .ok_or_else(|| self.wrong("a file is named without a folder, and lies beside it"))?
            .join(name);
        let unread = |source| Error::File {
            doing: "read",
            path: path.clone(),
            source,
        };
        let meta = std::fs::metadata(&path).map_err(unread)?;
        if !meta.is_file() || meta.len() > LARGEST_PART {
            return Err(self.wrong("a file that it names is none, or is larger than 64 MB"));
        }
        std::fs::read(&path).map_err(unread)
    }

    fn wrong(&self, why: &str) -> Error {
        unusable(self.title.as_deref().unwrap_or("file"), why)
    }
}

impl LineOf {
    fn text(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Styled(line) => &line.text,
        }
    }

    fn style(&self) -> LineStyle {
        match self {
            Self::Styled(StyledLine {
                style: StyleOf::Name,
                ..
            }) => LineStyle::Name,
            _ => LineStyle::Plain,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn parse(json: &str) -> std::result::Result<LookFile, String> {
        LookFile::parse(json.as_bytes())
    }

    #[test]
    fn what_is_not_in_form_is_said_in_words() {
        for (json, why) in [
            (r#"{"chanceryLook": 2, "lines": []}"#, "version is 2"),
            (
                r#"{"chanceryLook": 1, "lines": [], "x": 1}"#,
                "unknown field `x`",
            ),
            (r#"{"chanceryLook": 1, "lines": ["{nam}"]}"#, "{nam}"),
            (r#"{"chanceryLook": 1, "lines": ["{name"]}"#, "not closed"),
            (
                r#"{"chanceryLook": 1, "lines": [], "colour": "red"}"#,
                "#rrggbb",
            ),
            (
                r#"{"chanceryLook": 1, "lines": [], "timeZone": "Mars/Olympus"}"#,
                "Mars/Olympus",
            ),
        ] {
            let said = parse(json).unwrap_err();
            assert!(said.contains(why), "{json}: {said}");
        }
    }

    #[test]
    fn what_is_far_too_long_is_not_cited() {
        let long = "x".repeat(1 << 20);
        for json in [
            format!(r#"{{"chanceryLook": 1, "lines": [], "title": "{long}"}}"#),
            format!(r#"{{"chanceryLook": 1, "lines": [], "language": "{long}"}}"#),
            format!(r#"{{"chanceryLook": 1, "lines": [], "timeZone": "{long}"}}"#),
            format!(r#"{{"chanceryLook": 1, "lines": ["{long}"]}}"#),
            format!(r#"{{"chanceryLook": 1, "lines": [], "{long}": 1}}"#),
            format!(r#"{{"chanceryLook": 1, "lines": [], "alignment": "é{long}"}}"#),
        ] {
            assert!(parse(&json).unwrap_err().len() <= LONGEST_COMPLAINT);
        }
    }

    #[test]
    fn a_look_names_no_file_outside_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("looks");
        std::fs::create_dir(&inner).unwrap();
        std::fs::write(folder.path().join("a.svg"), "<svg/>").unwrap();
        for name in [
            "../a.svg",
            "/etc/hostname",
            "..",
            "",
            "x/../../a.svg",
            "..\\a.svg",
        ] {
            let json = serde_json::json!({
                "chanceryLook": 1, "lines": [], "artwork": {"file": name, "place": "alone"},
            });
            let look = parse(&json.to_string()).unwrap();
            let error = look.draw_up(Some(&inner), &Facts::sample()).unwrap_err();
            assert!(matches!(error, Error::Look { .. }), "{name}: {error}");
        }
    }

    #[test]
    fn artwork_is_beside_the_file_or_within_it() {
        let folder = tempfile::tempdir().unwrap();
        let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>"#;
        std::fs::write(folder.path().join("mark.svg"), svg).unwrap();
        for artwork in [
            serde_json::json!({"file": "mark.svg", "place": "left"}),
            serde_json::json!({"base64": STANDARD.encode(svg), "place": "above"}),
            serde_json::json!({"strokes": [[[0, 0], [5, 5]]], "pen": 1, "place": "behind"}),
        ] {
            let json = serde_json::json!({
                "chanceryLook": 1, "lines": ["{name}"], "artwork": artwork,
            });
            let look = parse(&json.to_string()).unwrap();
            let look = look.draw_up(Some(folder.path()), &Facts::sample()).unwrap();
            pdf::appearance::sheet(&look, 160.0, 60.0).unwrap();
        }
    }
}
