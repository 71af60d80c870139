//! Bundled fonts, subset to the glyphs that are shown (ISO 32000-2 §9.7, §9.9).

use std::collections::BTreeMap;

use lopdf::{Object, ObjectId, Stream, StringFormat, dictionary};
use subsetter::GlyphRemapper;

use crate::error::{Error, Result};

/// Noto Sans: Latin, Greek and Cyrillic; see `fonts/README.md`.
const REGULAR: &[u8] = include_bytes!("../../fonts/NotoSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../fonts/NotoSans-Bold.ttf");

/// Which bundled font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    Regular,
    Bold,
}

impl Face {
    fn data(self) -> &'static [u8] {
        match self {
            Self::Regular => REGULAR,
            Self::Bold => BOLD,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Regular => "NotoSans-Regular",
            Self::Bold => "NotoSans-Bold",
        }
    }
}

/// A font with the glyphs used so far.
#[derive(Debug)]
pub(crate) struct Font {
    pub(crate) resource: &'static str,
    face: Face,
    glyphs: GlyphRemapper,
    /// New glyph number, its width in thousandths, and the character it shows.
    shown: BTreeMap<u16, (i64, char)>,
}

/// The objects of an embedded font, the Type 0 font first; they refer to each other by place.
pub(crate) struct FontObjects {
    base: String,
    program: Vec<u8>,
    widths: Vec<Object>,
    to_unicode: Vec<u8>,
    metrics: Metrics,
    /// Which glyphs are in the program, one bit each from the highest on (§9.8.3.3).
    cid_set: Option<Vec<u8>>,
}

struct Metrics {
    bounds: [i64; 4],
    ascent: i64,
    descent: i64,
    cap_height: i64,
    stem: i64,
}

impl Font {
    pub(super) fn new(resource: &'static str, face: Face) -> Self {
        Self {
            resource,
            face,
            glyphs: GlyphRemapper::new(),
            shown: BTreeMap::new(),
        }
    }

    fn parsed(&self) -> Result<ttf_parser::Face<'static>> {
        ttf_parser::Face::parse(self.face.data(), 0).map_err(|_| Error::Font)
    }

    pub(super) fn is_used(&self) -> bool {
        !self.shown.is_empty()
    }

    /// Width of a text in sizes of the font.
    pub(super) fn measure(&self, text: &str) -> Result<f64> {
        let face = self.parsed()?;
        let mut width = 0.0;
        for character in text.chars() {
            let glyph = face
                .glyph_index(character)
                .ok_or(Error::NoGlyph { character })?;
            width += f64::from(face.glyph_hor_advance(glyph).unwrap_or(0));
        }
        Ok(width / f64::from(face.units_per_em()))
    }

    /// Takes the glyphs of a text into the subset and gives their codes in hexadecimal.
    pub(super) fn show(&mut self, text: &str) -> Result<String> {
        let face = self.parsed()?;
        let mut codes = String::with_capacity(text.len() * 4);
        for character in text.chars() {
            let glyph = face
                .glyph_index(character)
                .ok_or(Error::NoGlyph { character })?;
            let code = self.glyphs.remap(glyph.0);
            let advance = i64::from(face.glyph_hor_advance(glyph).unwrap_or(0));
            let width = advance * 1000 / i64::from(face.units_per_em());
            self.shown.entry(code).or_insert((width, character));
            codes.push_str(&format!("{code:04X}"));
        }
        Ok(codes)
    }

    /// The font as it is embedded, with a `/CIDSet` only where PDF/A-1 demands one (ISO 19005-1
    /// §6.3.5): PDF 2.0 deprecates it.
    pub(crate) fn objects(&self, with_cid_set: bool) -> FontObjects {
        let program = subsetter::subset(self.face.data(), 0, &self.glyphs)
            .expect("a bundled font can be subset");
        let face = self.parsed().expect("a bundled font can be read");
        let scale = |units: i16| i64::from(units) * 1000 / i64::from(face.units_per_em());
        let bounds = face.global_bounding_box();
        let metrics = Metrics {
            bounds: [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(scale),
            ascent: scale(face.ascender()),
            descent: scale(face.descender()),
            cap_height: scale(face.capital_height().unwrap_or(face.ascender())),
            // No table says it; readers use it only to replace a font, and this one is embedded.
            stem: if self.face == Face::Bold { 140 } else { 80 },
        };
        let widths = self.shown.iter().flat_map(|(code, (width, _))| {
            [
                Object::Integer(i64::from(*code)),
                Object::Array(vec![Object::Integer(*width)]),
            ]
        });
        FontObjects {
            base: format!("{}+{}", tag(&program), self.face.name()),
            widths: widths.collect(),
            to_unicode: self.to_unicode(),
            cid_set: with_cid_set.then(|| cid_set(&program)),
            program,
            metrics,
        }
    }

    /// The map from codes back to text (§9.10.3), without which nothing can be copied or read out.
    fn to_unicode(&self) -> Vec<u8> {
        let mut map = String::from(
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
             /CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n\
             /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
             1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
        );
        let entries: Vec<_> = self.shown.iter().collect();
        // At most a hundred in one block (Adobe Technical Note 5014).
        for block in entries.chunks(100) {
            map.push_str(&format!("{} beginbfchar\n", block.len()));
            for (code, (_, character)) in block {
                let mut units = [0; 2];
                let text: String = character
                    .encode_utf16(&mut units)
                    .iter()
                    .map(|unit| format!("{unit:04X}"))
                    .collect();
                map.push_str(&format!("<{code:04X}> <{text}>\n"));
            }
            map.push_str("endbfchar\n");
        }
        map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
        map.into_bytes()
    }
}

impl FontObjects {
    /// How many objects it is.
    pub(crate) fn len(&self) -> usize {
        5 + usize::from(self.cid_set.is_some())
    }

    /// The objects under the ids they are given: Type 0 font, CID font, descriptor, program, map.
    pub(crate) fn with_ids(self, ids: &[ObjectId]) -> Vec<Object> {
        let (first, last) = ids.split_at(5);
        let [_, cid_font, descriptor, program, to_unicode] =
            *<&[ObjectId; 5]>::try_from(first).expect("a font is five objects");
        let name = || Object::Name(self.base.as_bytes().to_vec());
        let text = |text: &str| Object::String(text.as_bytes().to_vec(), StringFormat::Literal);
        let type0 = dictionary! {
            "Type" => "Font",
            "Subtype" => "Type0",
            "BaseFont" => name(),
            "Encoding" => "Identity-H",
            "DescendantFonts" => vec![Object::Reference(cid_font)],
            "ToUnicode" => to_unicode,
        };
        let cid = dictionary! {
            "Type" => "Font",
            "Subtype" => "CIDFontType2",
            "BaseFont" => name(),
            "CIDSystemInfo" => dictionary! {
                "Registry" => text("Adobe"), "Ordering" => text("Identity"), "Supplement" => 0,
            },
            "FontDescriptor" => descriptor,
            "DW" => 0,
            "W" => self.widths.clone(),
            "CIDToGIDMap" => "Identity",
        };
        let Metrics {
            bounds,
            ascent,
            descent,
            cap_height,
            stem,
        } = self.metrics;
        let mut described = dictionary! {
            "Type" => "FontDescriptor",
            "FontName" => name(),
            // Symbolic: the codes are glyph numbers, not characters of a standard set.
            "Flags" => 4,
            "FontBBox" => bounds.map(Object::Integer).to_vec(),
            "ItalicAngle" => 0,
            "Ascent" => ascent,
            "Descent" => descent,
            "CapHeight" => cap_height,
            "StemV" => stem,
            "FontFile2" => program,
        };
        let length = i64::try_from(self.program.len()).expect("a bundled font is small");
        let mut file = Stream::new(dictionary! { "Length1" => length }, self.program);
        let mut map = Stream::new(lopdf::Dictionary::new(), self.to_unicode);
        let _ = (file.compress(), map.compress());
        let set = self.cid_set.zip(last.first()).map(|(set, id)| {
            described.set("CIDSet", *id);
            Object::Stream(Stream::new(lopdf::Dictionary::new(), set))
        });
        let mut objects = vec![
            Object::Dictionary(type0),
            Object::Dictionary(cid),
            Object::Dictionary(described),
            Object::Stream(file),
            Object::Stream(map),
        ];
        objects.extend(set);
        objects
    }
}

/// A bit for each glyph of a subset, those that others are composed of included.
fn cid_set(program: &[u8]) -> Vec<u8> {
    let face = ttf_parser::Face::parse(program, 0).expect("a subset can be read");
    let glyphs = face.number_of_glyphs();
    (0..glyphs.div_ceil(8))
        .map(|byte| {
            let here = (glyphs - 8 * byte).min(8);
            0xFF << (8 - here)
        })
        .collect()
}

/// Six capitals that tell this subset from others (§9.9.2), taken from its bytes.
fn tag(program: &[u8]) -> String {
    let mut hash = program
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    let mut tag = String::with_capacity(6);
    for _ in 0..6 {
        tag.push(char::from(
            b'A' + u8::try_from(hash % 26).expect("below 26"),
        ));
        hash /= 26;
    }
    tag
}
