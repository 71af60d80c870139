//! Fonts that text is set in: the bundled ones, and files that a look brings.

use std::cell::OnceCell;
use std::fmt;
use std::sync::Arc;

use harfrust::{FontRef, ShaperData};

use super::look::{Look, Style};
use crate::error::{Error, Result};

/// A font with its name; see `fonts/README.md`.
type Bundled = (&'static str, &'static [u8]);

/// Latin, Greek and Cyrillic of a name.
const BOLD: Bundled = (
    "NotoSans-Bold",
    include_bytes!("../../fonts/NotoSans-Bold.ttf"),
);
/// The others in the order they are asked for a character.
const REGULAR: [Bundled; 5] = [
    (
        "NotoSans-Regular",
        include_bytes!("../../fonts/NotoSans-Regular.ttf"),
    ),
    (
        "NotoSansArabic-Regular",
        include_bytes!("../../fonts/NotoSansArabic-Regular.ttf"),
    ),
    (
        "NotoSansHebrew-Regular",
        include_bytes!("../../fonts/NotoSansHebrew-Regular.ttf"),
    ),
    (
        "NotoSansDevanagari-Regular",
        include_bytes!("../../fonts/NotoSansDevanagari-Regular.ttf"),
    ),
    (
        "NotoSansThai-Regular",
        include_bytes!("../../fonts/NotoSansThai-Regular.ttf"),
    ),
];
/// Largest font file: the collections for Chinese, Japanese and Korean have 20 to 30 MB.
const LARGEST_FILE: usize = 64 << 20;
/// Most fonts of a collection that are looked at.
const MOST_IN_COLLECTION: u32 = 64;

/// A font from a file: TrueType or OpenType, or one of a collection of them.
#[derive(Clone)]
pub struct FontFile {
    bytes: Arc<[u8]>,
    index: u32,
    name: String,
}

/// A font that text can be set in.
pub(super) struct Face<'a> {
    pub(super) name: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) index: u32,
    pub(super) parsed: ttf_parser::Face<'a>,
    /// Whether its weight is that of a name.
    pub(super) bold: bool,
    font: FontRef<'a>,
    shaper: OnceCell<ShaperData>,
}

/// The fonts of one drawing, each called by its place.
pub(super) struct Faces<'a>(Vec<Face<'a>>);

impl FontFile {
    /// Reads a font, `index` of a collection, and whether it may be embedded.
    ///
    /// # Errors
    /// [`Error::FontFile`].
    pub fn new(bytes: Arc<[u8]>, index: u32) -> Result<Self> {
        let unusable = |why| Error::FontFile { why };
        if bytes.len() > LARGEST_FILE {
            return Err(unusable("it is larger than any font this version uses"));
        }
        let face = ttf_parser::Face::parse(&bytes, index)
            .map_err(|_| unusable("it is no TrueType or OpenType font"))?;
        if face.is_variable() {
            return Err(unusable("it is a variable font; a fixed one is needed"));
        }
        let tables = face.tables();
        if tables.glyf.is_none() && tables.cff.is_none() {
            return Err(unusable("it has no outlines"));
        }
        // OpenType OS/2, fsType: its maker forbids it.
        let permitted = !matches!(
            face.permissions(),
            Some(ttf_parser::Permissions::Restricted)
        ) && face.is_subsetting_allowed()
            && face.is_outline_embedding_allowed();
        if !permitted {
            return Err(unusable("its maker does not allow it to be embedded"));
        }
        let name = post_script_name(&face);
        FontRef::from_index(&bytes, index).map_err(|_| unusable("its tables are damaged"))?;
        Ok(Self { bytes, index, name })
    }

    /// Its PostScript name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it has a character.
    #[must_use]
    pub fn has(&self, character: char) -> bool {
        ttf_parser::Face::parse(&self.bytes, self.index)
            .is_ok_and(|face| face.glyph_index(character).is_some())
    }

    /// PostScript names of the fonts in a file, in their order; one if it is no collection.
    #[must_use]
    pub fn names(bytes: &[u8]) -> Vec<String> {
        let count = ttf_parser::fonts_in_collection(bytes).unwrap_or(1);
        (0..count.min(MOST_IN_COLLECTION))
            .map(|index| {
                ttf_parser::Face::parse(bytes, index)
                    .map_or_else(|_| String::new(), |face| post_script_name(&face))
            })
            .collect()
    }
}

impl PartialEq for FontFile {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && self.bytes == other.bytes
    }
}

impl fmt::Debug for FontFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FontFile({})", self.name)
    }
}

/// The name as a PDF name can carry it (ISO 32000-2 §9.9.2).
fn post_script_name(face: &ttf_parser::Face<'_>) -> String {
    let named = face
        .names()
        .into_iter()
        .filter(|name| name.name_id == ttf_parser::name_id::POST_SCRIPT_NAME)
        .find_map(|name| name.to_string())
        .unwrap_or_default();
    let name: String = named
        .chars()
        .filter(|character| character.is_ascii_alphanumeric() || "-_.".contains(*character))
        .take(63)
        .collect();
    if name.is_empty() {
        "Font".to_owned()
    } else {
        name
    }
}

impl<'a> Face<'a> {
    fn new(name: &'a str, bytes: &'a [u8], index: u32, bold: bool) -> Result<Self> {
        let parsed = ttf_parser::Face::parse(bytes, index).map_err(|_| Error::Font)?;
        let font = FontRef::from_index(bytes, index).map_err(|_| Error::Font)?;
        Ok(Self {
            name,
            bytes,
            index,
            parsed,
            bold,
            font,
            shaper: OnceCell::new(),
        })
    }

    pub(super) fn has(&self, character: char) -> bool {
        self.parsed.glyph_index(character).is_some()
    }

    pub(super) fn shaper(&self) -> harfrust::Shaper<'_> {
        let shaper = self.shaper.get_or_init(|| ShaperData::new(&self.font));
        shaper.shaper(&self.font).build()
    }

    /// Font units in an em.
    pub(super) fn em(&self) -> f64 {
        f64::from(self.parsed.units_per_em())
    }
}

impl<'a> Faces<'a> {
    /// The fonts that a look may use.
    pub(super) fn of(look: &'a Look) -> Result<Self> {
        let (name, bytes) = BOLD;
        let mut faces = vec![Face::new(name, bytes, 0, true)?];
        for (name, bytes) in REGULAR {
            faces.push(Face::new(name, bytes, 0, false)?);
        }
        for file in &look.fonts {
            faces.push(Face::new(&file.name, &file.bytes, file.index, false)?);
        }
        Ok(Self(faces))
    }

    pub(super) fn get(&self, face: usize) -> Result<&Face<'a>> {
        self.0.get(face).ok_or(Error::Font)
    }

    /// The first font of a style that has a character.
    pub(super) fn with(&self, style: Style, character: char) -> Option<usize> {
        // The bold one is first, and only a name is set in it.
        let first = usize::from(style == Style::Plain);
        (first..self.0.len()).find(|face| self.0.get(*face).is_some_and(|face| face.has(character)))
    }
}

/// The bundled fonts' bytes, for text within artwork.
pub(super) fn bundled() -> impl Iterator<Item = &'static [u8]> {
    std::iter::once(BOLD).chain(REGULAR).map(|(_, bytes)| bytes)
}
