//! What a document says of itself: PDF/A (ISO 19005), PDF/UA (ISO 14289), and what both bind to.
//!
//! Said is not so: nothing here checks that a document conforms. What is added to one that claims
//! to must not be what breaks it, so the drawer of appearances asks for its [`Ink`] and whether
//! [`Transparency`] is allowed, and a revision for the parts of the structure it must add.

mod xmp;

use std::fmt;

use lopdf::{Dictionary, Object, ObjectId, dictionary};

use crate::document::Document;
use crate::error::{Error, Result};
use crate::stream;
use crate::xref::Entry;

/// Most bytes of metadata that are read; real ones have some ten thousand.
const MOST_METADATA: usize = 1 << 20;
/// Most output intents that are looked at.
const MOST_INTENTS: usize = 64;

/// What a document claims to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Claims {
    /// The part and level of PDF/A.
    pub pdf_a: Option<PdfA>,
    /// The part of PDF/UA.
    pub pdf_ua: Option<u8>,
    /// Whether its content is tagged (ISO 32000-2 §14.8): `/MarkInfo` says so and a structure tree
    /// is there.
    pub tagged: bool,
    /// The colour space of its PDF/A output intent.
    pub intent: Option<Intent>,
}

/// A part of ISO 19005 with its conformance level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PdfA {
    /// 1 to 4.
    pub part: u8,
    /// `A`, `B`, `U`, `E` or `F`; PDF/A-4 may have none.
    pub level: Option<char>,
}

impl fmt::Display for PdfA {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PDF/A-{}", self.part)?;
        match self.level {
            Some(level) => write!(f, "{}", level.to_ascii_lowercase()),
            None => Ok(()),
        }
    }
}

/// The colours of the device that an output intent describes (ISO 32000-2 §14.11.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// A profile of one component.
    Gray,
    /// A profile of three.
    Rgb,
    /// A profile of four.
    Cmyk,
}

/// Which device colours an appearance may use as they are.
///
/// The others get a meaning that no device has, by [default colour spaces](Self::color_spaces): so a
/// drawer draws in DeviceGray and DeviceRGB, and never in DeviceCMYK.
///
/// ISO 19005-1 §6.2.3.3, 19005-2 and -3 §6.2.4.3, 19005-4 §6.2.4.3: DeviceRGB wants an RGB output
/// intent, DeviceGray any output intent, unless a default colour space stands in for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// DeviceGray and DeviceRGB: the document is no PDF/A, or has an RGB output intent.
    Device,
    /// DeviceGray alone: the output intent is grey or CMYK.
    DeviceGray,
    /// Neither: a PDF/A without an output intent.
    Calibrated,
}

/// Whether an appearance may let through what lies under it.
///
/// ISO 19005-1 §6.4 forbids soft masks, alpha and transparency groups; 19005-2 and -3 §6.2.10 and
/// 19005-4 §6.2.9 allow them where an output intent, or a group of the page, says how to blend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transparency {
    /// It may.
    Allowed,
    /// It must not: what is transparent is painted on white.
    Flattened,
}

impl Ink {
    /// The `/ColorSpace` of the resources in which DeviceGray and DeviceRGB are used (ISO 32000-2
    /// §8.6.5.6); none where they mean what they are.
    ///
    /// sRGB as a CalRGB space (IEC 61966-2-1: its primaries, D65, and the gamma nearest to its
    /// curve), and its grey axis.
    #[must_use]
    pub fn color_spaces(self) -> Option<Dictionary> {
        let numbers =
            |numbers: &[f32]| Object::Array(numbers.iter().map(|n| Object::Real(*n)).collect());
        let white = || numbers(&[0.9505, 1.0, 1.089]);
        let space = |family: &str, entries: Dictionary| {
            Object::Array(vec![family.into(), Object::Dictionary(entries)])
        };
        let gray = || {
            let entries = dictionary! { "WhitePoint" => white(), "Gamma" => 2.2 };
            space("CalGray", entries)
        };
        let rgb = || {
            let matrix = [
                0.4124, 0.2126, 0.0193, 0.3576, 0.7152, 0.1192, 0.1805, 0.0722, 0.9505,
            ];
            let entries = dictionary! {
                "WhitePoint" => white(),
                "Gamma" => numbers(&[2.2, 2.2, 2.2]),
                "Matrix" => numbers(&matrix),
            };
            space("CalRGB", entries)
        };
        match self {
            Self::Device => None,
            Self::DeviceGray => Some(dictionary! { "DefaultRGB" => rgb() }),
            Self::Calibrated => {
                Some(dictionary! { "DefaultGray" => gray(), "DefaultRGB" => rgb() })
            }
        }
    }
}

impl Claims {
    /// Whether it claims a part of PDF/A.
    pub(crate) fn is_part(&self, part: u8) -> bool {
        self.pdf_a.is_some_and(|pdf_a| pdf_a.part == part)
    }

    /// Whether it claims something that binds it to a version before PDF 2.0 (ISO 19005-1 to -3,
    /// ISO 14289-1).
    pub(crate) fn is_of_an_earlier_version(&self) -> bool {
        self.pdf_a.is_some_and(|pdf_a| pdf_a.part < 4) || self.pdf_ua == Some(1)
    }

    /// What an appearance may be drawn with where `page` is the intent of its page.
    ///
    /// Only PDF/A-4 heeds the page's (§6.2.3).
    pub(crate) fn ink(&self, page: Option<Intent>) -> Ink {
        let page = page.filter(|_| self.is_part(4));
        match (self.pdf_a, page.or(self.intent)) {
            (None, _) | (_, Some(Intent::Rgb)) => Ink::Device,
            (_, Some(Intent::Gray | Intent::Cmyk)) => Ink::DeviceGray,
            (_, None) => Ink::Calibrated,
        }
    }

    /// Whether an appearance may be transparent.
    #[must_use]
    pub fn transparency(&self) -> Transparency {
        match self.pdf_a {
            None => Transparency::Allowed,
            Some(PdfA { part: 1, .. }) => Transparency::Flattened,
            Some(_) if self.intent.is_none() => Transparency::Flattened,
            Some(_) => Transparency::Allowed,
        }
    }
}

impl Document {
    /// What the document claims to be.
    ///
    /// What cannot be read, metadata longer than a mebibyte included, claims nothing.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub fn claims(&self) -> Result<Claims> {
        let catalog = self.catalog();
        let claimed = match catalog.get(b"Metadata") {
            Ok(Object::Reference(id)) => self.stream_content(*id, MOST_METADATA)?,
            _ => None,
        };
        let claimed = claimed.map(|xml| xmp::read(&xml)).unwrap_or_default();
        let marked = match self.readable(catalog, b"MarkInfo")? {
            Object::Dictionary(marks) => self.readable(&marks, b"Marked")? == true.into(),
            _ => false,
        };
        let structure = self.readable(catalog, b"StructTreeRoot")?;
        let structure = matches!(structure, Object::Dictionary(_));
        Ok(Claims {
            pdf_a: claimed.pdf_a,
            pdf_ua: claimed.pdf_ua,
            tagged: marked && structure,
            intent: self.intent_of(catalog)?,
        })
    }

    /// What an appearance on a page may be drawn with, so that the document keeps what it claims.
    ///
    /// # Errors
    /// Those of [`Document::claims`].
    pub fn ink(&self, claims: &Claims, page: ObjectId) -> Result<Ink> {
        if !claims.is_part(4) {
            return Ok(claims.ink(None));
        }
        let page = self.dictionary(&page.into())?.unwrap_or_default();
        let intent = self.intent_of(&page)?;
        Ok(claims.ink(intent))
    }

    /// The colours of the PDF/A output intent of a catalog or page.
    fn intent_of(&self, owner: &Dictionary) -> Result<Option<Intent>> {
        let Object::Array(intents) = self.readable(owner, b"OutputIntents")? else {
            return Ok(None);
        };
        for intent in intents.iter().take(MOST_INTENTS) {
            let Object::Dictionary(intent) = unless_unreadable(self.resolve(intent))? else {
                continue;
            };
            if self.readable(&intent, b"S")? != Object::Name(b"GTS_PDFA1".to_vec()) {
                continue;
            }
            // What the profile itself says is the same in a document that conforms (table 65).
            if let Object::Stream(profile) = self.readable(&intent, b"DestOutputProfile")? {
                return Ok(match self.readable(&profile.dict, b"N")? {
                    Object::Integer(1) => Some(Intent::Gray),
                    Object::Integer(3) => Some(Intent::Rgb),
                    Object::Integer(4) => Some(Intent::Cmyk),
                    _ => None,
                });
            }
        }
        Ok(None)
    }

    /// An entry of a dictionary; `Null` also for one that cannot be read.
    fn readable(&self, dictionary: &Dictionary, key: &[u8]) -> Result<Object> {
        unless_unreadable(self.get(dictionary, key))
    }

    /// The decoded content of a stream; none for what is none, cannot be decoded or is too long.
    fn stream_content(&self, id: ObjectId, most: usize) -> Result<Option<Vec<u8>>> {
        let entry = self.chain().find(&**self.source(), id.0)?;
        let Entry::At { offset, generation } = entry else {
            return Ok(None);
        };
        if generation != id.1 {
            return Ok(None);
        }
        let length_of = |id: ObjectId| self.fetch(id);
        let (source, encryption) = (&**self.source(), self.encryption());
        match stream::read(source, self.len(), offset, most, &length_of, encryption) {
            Ok(stream) if stream.id == id => Ok(Some(stream.content)),
            Err(stream::Fault::Error(error @ Error::Read(_))) => Err(error),
            Ok(_) | Err(_) => Ok(None),
        }
    }
}

/// What was asked for, or `Null` if anything but the disk is in the way.
fn unless_unreadable(asked: Result<Object>) -> Result<Object> {
    match asked {
        Err(Error::Read(source)) => Err(Error::Read(source)),
        asked => Ok(asked.unwrap_or(Object::Null)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(part: u8, intent: Option<Intent>) -> Claims {
        Claims {
            pdf_a: Some(PdfA { part, level: None }),
            intent,
            ..Claims::default()
        }
    }

    #[test]
    fn device_colours_are_used_as_the_output_intent_allows() {
        assert_eq!(Claims::default().ink(None), Ink::Device);
        for part in 1..=4 {
            assert_eq!(claims(part, Some(Intent::Rgb)).ink(None), Ink::Device);
            assert_eq!(claims(part, Some(Intent::Cmyk)).ink(None), Ink::DeviceGray);
            assert_eq!(claims(part, None).ink(None), Ink::Calibrated);
        }
        assert_eq!(claims(4, None).ink(Some(Intent::Rgb)), Ink::Device);
        assert_eq!(claims(2, None).ink(Some(Intent::Rgb)), Ink::Calibrated);
    }

    #[test]
    fn pdf_a_1_is_never_transparent_and_the_others_not_without_an_output_intent() {
        let transparency = |claims: Claims| claims.transparency();
        assert_eq!(transparency(Claims::default()), Transparency::Allowed);
        assert_eq!(
            transparency(claims(1, Some(Intent::Rgb))),
            Transparency::Flattened
        );
        assert_eq!(
            transparency(claims(2, Some(Intent::Rgb))),
            Transparency::Allowed
        );
        assert_eq!(transparency(claims(3, None)), Transparency::Flattened);
    }

    #[test]
    fn a_claim_reads_as_people_write_it() {
        let text = |part, level| PdfA { part, level }.to_string();
        assert_eq!(text(2, Some('B')), "PDF/A-2b");
        assert_eq!(text(4, None), "PDF/A-4");
    }
}
