//! What is shown: lines, artwork, and how they are arranged.

use super::artwork::Artwork;
use super::face::FontFile;

/// What a signature shows.
///
/// [`Look::new`] is the plain one: a name, lines below it, and the seal. The methods that follow
/// change one thing each.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    pub(super) lines: Vec<Line>,
    pub(super) seal: bool,
    pub(super) artwork: Option<(Artwork, ArtworkPlace)>,
    pub(super) border: Option<Border>,
    pub(super) background: Option<Colour>,
    pub(super) alignment: Alignment,
    pub(super) colour: Colour,
    pub(super) language: Option<String>,
    pub(super) fonts: Vec<FontFile>,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub(super) text: String,
    pub(super) style: Style,
}

/// How a line is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// Larger and bold.
    Name,
    /// As most lines are.
    Plain,
}

/// Where the artwork stands to the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArtworkPlace {
    /// Before it: left, or right of text that is read from the right.
    Left,
    /// Above it.
    Above,
    /// Under it, over the whole box.
    Behind,
    /// There is no text.
    Alone,
}

/// How lines are aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Alignment {
    /// Where reading starts: left, and right for text that is read from the right.
    #[default]
    Start,
    /// In the middle.
    Centre,
    /// Where reading ends.
    End,
}

/// A line round the box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Border {
    pub(super) width: f64,
    pub(super) colour: Colour,
}

/// A colour in sRGB (IEC 61966-2-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
}

impl Colour {
    /// Dark grey: paper prints it as black, a screen shows ink.
    pub const INK: Self = Self::grey(26);
    /// Paper.
    pub const WHITE: Self = Self::grey(255);

    /// A grey; 0 is black.
    #[must_use]
    pub const fn grey(level: u8) -> Self {
        Self {
            red: level,
            green: level,
            blue: level,
        }
    }

    pub(super) fn is_grey(self) -> bool {
        self.red == self.green && self.green == self.blue
    }

    /// Its lightness as a grey, by the weights of ITU-R BT.709.
    pub(super) fn luma(self) -> u8 {
        if self.is_grey() {
            return self.red;
        }
        let [red, green, blue] = [self.red, self.green, self.blue].map(f64::from);
        (0.2126 * red + 0.7152 * green + 0.0722 * blue).round() as u8
    }
}

impl Border {
    /// The widest line, in points.
    pub const WIDEST: f64 = 6.0;

    /// Takes a width in points, at most [`Border::WIDEST`]; `None` for what is no width.
    #[must_use]
    pub fn new(width: f64, colour: Colour) -> Option<Self> {
        (width > 0.0 && width <= Self::WIDEST).then_some(Self { width, colour })
    }
}

impl Line {
    /// Takes a text; control characters become spaces.
    #[must_use]
    pub fn new(style: Style, text: &str) -> Self {
        Self {
            text: text.replace(char::is_control, " ").trim().to_owned(),
            style,
        }
    }
}

impl Look {
    /// Takes a name and the lines below it; control characters become spaces.
    #[must_use]
    pub fn new(name: impl Into<String>, lines: impl IntoIterator<Item = String>) -> Self {
        let name = Line::new(Style::Name, &name.into());
        let lines = lines.into_iter().map(|line| Line::new(Style::Plain, &line));
        Self::of_lines(std::iter::once(name).chain(lines))
    }

    /// Takes lines in their order; those without text are left out.
    #[must_use]
    pub fn of_lines(lines: impl IntoIterator<Item = Line>) -> Self {
        Self {
            lines: lines
                .into_iter()
                .filter(|line| !line.text.is_empty())
                .collect(),
            seal: true,
            artwork: None,
            border: None,
            background: None,
            alignment: Alignment::Start,
            colour: Colour::INK,
            language: None,
            fonts: Vec::new(),
        }
    }

    /// Without the seal.
    #[must_use]
    pub fn without_seal(mut self) -> Self {
        self.seal = false;
        self
    }

    /// With artwork, in place of the seal.
    #[must_use]
    pub fn with_artwork(mut self, artwork: Artwork, place: ArtworkPlace) -> Self {
        self.artwork = Some((artwork, place));
        self
    }

    /// With a line round the box.
    #[must_use]
    pub fn with_border(mut self, border: Border) -> Self {
        self.border = Some(border);
        self
    }

    /// On a ground of one colour.
    #[must_use]
    pub fn with_background(mut self, colour: Colour) -> Self {
        self.background = Some(colour);
        self
    }

    /// With lines aligned otherwise.
    #[must_use]
    pub fn with_alignment(mut self, alignment: Alignment) -> Self {
        self.alignment = alignment;
        self
    }

    /// With text and seal in another colour.
    #[must_use]
    pub fn with_colour(mut self, colour: Colour) -> Self {
        self.colour = colour;
        self
    }

    /// With the language of its text (BCP 47), by which some fonts choose forms of characters.
    #[must_use]
    pub fn with_language(mut self, language: &str) -> Self {
        self.language = Some(language.to_owned());
        self
    }

    /// With a font for characters that no bundled one has.
    #[must_use]
    pub fn with_font(mut self, font: FontFile) -> Self {
        self.fonts.push(font);
        self
    }

    /// The same with the first lines only.
    pub(super) fn with_first_lines(&self, count: usize) -> Self {
        let mut look = self.clone();
        look.lines.truncate(count);
        look
    }

    /// Whether nothing but artwork is shown.
    pub(super) fn is_artwork_alone(&self) -> bool {
        self.lines.is_empty() || matches!(self.artwork, Some((_, ArtworkPlace::Alone)))
    }
}
