//! Fonts as they are embedded: subset to the glyphs that are shown (ISO 32000-2 §9.7, §9.9).

use std::collections::BTreeMap;

use lopdf::{Dictionary, Object, ObjectId, Stream, StringFormat, dictionary};
use subsetter::GlyphRemapper;

use super::face::Face;
use super::flate;
use super::parts::Arena;
use super::shape::{Cluster, Glyph};
use crate::error::{Error, Result};

/// A font with the glyphs used so far.
#[derive(Debug)]
pub(super) struct Font {
    pub(super) face: usize,
    glyphs: GlyphRemapper,
    /// Code of a glyph: its width in thousandths, and the characters it shows.
    shown: BTreeMap<u16, (i64, String)>,
}

/// What is written for a glyph.
pub(super) struct Code {
    pub(super) code: u16,
    /// As `/W` says, in thousandths.
    pub(super) width: i64,
}

impl Font {
    pub(super) fn new(face: usize) -> Self {
        Self {
            face,
            glyphs: GlyphRemapper::new(),
            shown: BTreeMap::new(),
        }
    }

    /// Takes the glyphs of a cluster into the subset; says their codes, and whether what is shown
    /// can be read from them, in the order readers put them into.
    pub(super) fn take(&mut self, face: &Face<'_>, cluster: &Cluster) -> Result<(Vec<Code>, bool)> {
        let texts = texts_of(face, cluster);
        let mut readable = texts.is_some();
        let texts = texts.unwrap_or_else(|| guess(face, cluster));
        let mut codes = Vec::with_capacity(cluster.glyphs.len());
        for (glyph, text) in cluster.glyphs.iter().zip(texts) {
            let code = self.glyphs.remap(glyph.id);
            let advance = face.parsed.glyph_hor_advance(ttf_parser::GlyphId(glyph.id));
            let width = f64::from(advance.unwrap_or(0)) * 1000.0 / face.em();
            let width = width.round() as i64;
            let (_, known) = self
                .shown
                .entry(code)
                .or_insert_with(|| (width, text.clone()));
            readable &= *known == text;
            codes.push(Code { code, width });
        }
        Ok((codes, readable))
    }

    /// Adds the font's objects; the Type 0 font is what is given back.
    pub(super) fn write(&self, face: &Face<'_>, arena: &mut Arena) -> Result<ObjectId> {
        let subset =
            subsetter::subset(face.bytes, face.index, &self.glyphs).map_err(|_| Error::Font)?;
        let name = format!("{}+{}", tag(&subset), face.name);
        let compact = face.parsed.tables().cff.is_some();
        let glyphs = table(&subset, b"maxp")
            .and_then(|maxp| maxp.get(4..6))
            .map_or(0, |count| u16::from_be_bytes([count[0], count[1]]));
        // A CIDFontType0 is the bare table: readers older than PDF 1.6, and PDF/A-1, know no other.
        let program = if compact {
            table(&subset, b"CFF ").ok_or(Error::Font)?.to_vec()
        } else {
            subset
        };
        let length = i64::try_from(program.len()).map_err(|_| Error::Font)?;
        let mut file = Stream::new(
            if compact {
                dictionary! { "Subtype" => "CIDFontType0C" }
            } else {
                dictionary! { "Length1" => length }
            },
            program,
        );
        let mut map = Stream::new(Dictionary::new(), self.to_unicode());
        // ISO 19005-1 §6.3.5 wants it; what names every glyph of the program is right for all parts.
        let mut set = Stream::new(Dictionary::new(), cid_set(glyphs));
        for stream in [&mut file, &mut map, &mut set] {
            flate::compress(stream);
        }
        let (file, map, set) = (arena.add(file), arena.add(map), arena.add(set));
        let descriptor = arena.add(descriptor(face, &name, file, compact, set));
        let text = |text: &str| Object::String(text.as_bytes().to_vec(), StringFormat::Literal);
        let widths = self.shown.iter().flat_map(|(code, (width, _))| {
            [
                Object::Integer(i64::from(*code)),
                Object::Array(vec![Object::Integer(*width)]),
            ]
        });
        let mut cid_font = dictionary! {
            "Type" => "Font",
            "Subtype" => if compact { "CIDFontType0" } else { "CIDFontType2" },
            "BaseFont" => Object::Name(name.as_bytes().to_vec()),
            "CIDSystemInfo" => dictionary! {
                "Registry" => text("Adobe"), "Ordering" => text("Identity"), "Supplement" => 0,
            },
            "FontDescriptor" => descriptor,
            "DW" => 0,
            "W" => widths.collect::<Vec<_>>(),
        };
        if !compact {
            cid_font.set("CIDToGIDMap", "Identity");
        }
        let cid_font = arena.add(cid_font);
        let base = if compact {
            format!("{name}-Identity-H")
        } else {
            name
        };
        Ok(arena.add(dictionary! {
            "Type" => "Font",
            "Subtype" => "Type0",
            "BaseFont" => Object::Name(base.into_bytes()),
            "Encoding" => "Identity-H",
            "DescendantFonts" => vec![Object::Reference(cid_font)],
            "ToUnicode" => map,
        }))
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
            for (code, (_, text)) in block {
                map.push_str(&format!("<{code:04X}> <{}>\n", utf16(text)));
            }
            map.push_str("endbfchar\n");
        }
        map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
        map.into_bytes()
    }
}

fn descriptor(
    face: &Face<'_>,
    name: &str,
    file: ObjectId,
    compact: bool,
    set: ObjectId,
) -> Dictionary {
    let parsed = &face.parsed;
    let scale = |units: i16| (f64::from(units) * 1000.0 / face.em()).round() as i64;
    let bounds = parsed.global_bounding_box();
    let bounds = [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max];
    let bounds = bounds.map(|edge| Object::Integer(scale(edge)));
    dictionary! {
        "Type" => "FontDescriptor",
        "FontName" => Object::Name(name.as_bytes().to_vec()),
        // Symbolic: the codes are glyph numbers, not characters of a standard set.
        "Flags" => 4,
        "FontBBox" => bounds.to_vec(),
        "ItalicAngle" => 0,
        "Ascent" => scale(parsed.ascender()),
        "Descent" => scale(parsed.descender()),
        "CapHeight" => scale(parsed.capital_height().unwrap_or(parsed.ascender())),
        // No table says it; readers use it only to replace a font, and this one is embedded.
        "StemV" => if face.bold { 140 } else { 80 },
        if compact { "FontFile3" } else { "FontFile2" } => file,
        "CIDSet" => set,
    }
}

/// The characters of each glyph where every one can be said by itself, in an order that readers
/// understand: as they are read, and for text that is read from the right the other way round.
fn texts_of(face: &Face<'_>, cluster: &Cluster) -> Option<Vec<String>> {
    if let [_] = cluster.glyphs.as_slice() {
        return (!cluster.text.is_empty()).then(|| vec![cluster.text.clone()]);
    }
    let mut texts: Vec<String> = Vec::new();
    let mut characters: Vec<char> = cluster.text.chars().collect();
    if characters.len() != cluster.glyphs.len() {
        return None;
    }
    // A mark that is moved on starts behind the next letter, where readers would put it.
    let moved = |glyph: &Glyph| glyph.dx > 0.0;
    if cluster.rtl {
        characters.reverse();
    } else if cluster.glyphs.iter().any(moved) {
        return None;
    }
    for (character, glyph) in characters.iter().zip(&cluster.glyphs) {
        let nominal = face.parsed.glyph_index(*character)?;
        if nominal.0 != glyph.id {
            return None;
        }
        texts.push(character.to_string());
    }
    Some(texts)
}

/// For readers that do not know `ActualText`: glyphs that are a character's own say that, the first
/// of the others says what is left, and the last character stands for what has none.
fn guess(face: &Face<'_>, cluster: &Cluster) -> Vec<String> {
    let mut left: Vec<char> = cluster.text.chars().collect();
    let last = left.last().map(char::to_string).unwrap_or_default();
    let own: Vec<Option<char>> = cluster
        .glyphs
        .iter()
        .map(|glyph| {
            let nominal = |c: &char| {
                face.parsed
                    .glyph_index(*c)
                    .is_some_and(|id| id.0 == glyph.id)
            };
            let at = left.iter().position(nominal)?;
            Some(left.remove(at))
        })
        .collect();
    let mut rest: String = left.into_iter().collect();
    own.into_iter()
        .map(|own| match own {
            Some(character) => character.to_string(),
            None if rest.is_empty() => last.clone(),
            None => std::mem::take(&mut rest),
        })
        .collect()
}

/// UTF-16BE in hexadecimal.
pub(super) fn utf16(text: &str) -> String {
    text.encode_utf16()
        .map(|unit| format!("{unit:04X}"))
        .collect()
}

/// A bit for each glyph of the program, the first in the highest bit (§9.8.3.2).
fn cid_set(glyphs: u16) -> Vec<u8> {
    let glyphs = usize::from(glyphs);
    let mut set = vec![0xFF; glyphs.div_ceil(8)];
    if let Some(last) = set.last_mut()
        && !glyphs.is_multiple_of(8)
    {
        *last = 0xFF << (8 - glyphs % 8);
    }
    set
}

/// A table of a font program.
fn table<'p>(program: &'p [u8], tag: &[u8; 4]) -> Option<&'p [u8]> {
    ttf_parser::RawFace::parse(program, 0)
        .ok()?
        .table(ttf_parser::Tag::from_bytes(tag))
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
