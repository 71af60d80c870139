//! The claims in the metadata (ISO 16684-1, XMP): `pdfaid:part`, `pdfaid:conformance` and
//! `pdfuaid:part`, as elements or attributes, whatever their prefixes are.
//!
//! Read in one pass without a document type: no entity is ever expanded.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::PdfA;

/// ISO 19005-1 §6.7.11.
const PDF_A: &str = "http://www.aiim.org/pdfa/ns/id/";
/// ISO 14289-1 §5.
const PDF_UA: &str = "http://www.aiim.org/pdfua/ns/id/";
/// Most prefixes that are remembered: one of each is usual.
const MOST_PREFIXES: usize = 16;
/// More than any value of theirs has, with white space round it.
const LONGEST_VALUE: usize = 64;

/// What the metadata claim.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Claimed {
    pub(super) pdf_a: Option<PdfA>,
    pub(super) pdf_ua: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Property {
    Part,
    Level,
    Accessibility,
}

/// Reads the claims; what is no XML ends them where it stands.
pub(super) fn read(xml: &[u8]) -> Claimed {
    let xml = text(xml);
    let mut reader = Reader::from_str(&xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    let mut found = Found::default();
    let mut open: Option<(Property, String)> = None;
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                found.look_at(&element);
                open = found
                    .property(element.name().into_inner())
                    .map(|property| (property, String::new()));
            }
            Ok(Event::Empty(element)) => {
                found.look_at(&element);
                open = None;
            }
            Ok(Event::Text(text)) => {
                if let Some((_, value)) = open.as_mut() {
                    let room = LONGEST_VALUE.saturating_sub(value.len());
                    value.extend(text.chars().take(room));
                }
            }
            Ok(Event::End(_)) => {
                if let Some((property, value)) = open.take() {
                    found.take(property, &value);
                }
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    Claimed {
        pdf_a: found.part.map(|part| PdfA {
            part,
            level: found.level,
        }),
        pdf_ua: found.pdf_ua,
    }
}

#[derive(Debug, Default)]
struct Found {
    /// Prefixes that were bound to one of the two namespaces, and whether it is that of PDF/A.
    prefixes: Vec<(String, bool)>,
    part: Option<u8>,
    level: Option<char>,
    pdf_ua: Option<u8>,
}

impl Found {
    /// Takes note of the prefixes an element binds, then of the properties it has as attributes.
    fn look_at(&mut self, element: &BytesStart<'_>) {
        // Looking for an attribute that is there twice would take time in the square of them.
        let mut attributes = element.attributes();
        for attribute in attributes.with_checks(false).flatten() {
            let of_pdf_a = match attribute.value.as_ref() {
                PDF_A => true,
                PDF_UA => false,
                _ => continue,
            };
            let prefix = attribute.key.into_inner().strip_prefix("xmlns:");
            if let Some(prefix) = prefix.filter(|_| self.prefixes.len() < MOST_PREFIXES) {
                self.prefixes.push((prefix.to_owned(), of_pdf_a));
            }
        }
        let mut attributes = element.attributes();
        for attribute in attributes.with_checks(false).flatten() {
            if let Some(property) = self.property(attribute.key.into_inner()) {
                self.take(property, &attribute.value);
            }
        }
    }

    fn property(&self, name: &str) -> Option<Property> {
        let (prefix, local) = name.split_once(':')?;
        let (_, of_pdf_a) = self
            .prefixes
            .iter()
            .rev()
            .find(|(known, _)| known == prefix)?;
        match (of_pdf_a, local) {
            (true, "part") => Some(Property::Part),
            (true, "conformance") => Some(Property::Level),
            (false, "part") => Some(Property::Accessibility),
            _ => None,
        }
    }

    /// The first value of a property counts.
    fn take(&mut self, property: Property, value: &str) {
        let value = value.trim_ascii().as_bytes();
        let part = match value {
            [digit @ b'1'..=b'9'] => Some(digit - b'0'),
            _ => None,
        };
        match (property, value) {
            (Property::Part, _) => self.part = self.part.or(part),
            (Property::Accessibility, _) => self.pdf_ua = self.pdf_ua.or(part),
            (Property::Level, [letter]) if letter.is_ascii_alphabetic() => {
                let level = char::from(letter.to_ascii_uppercase());
                self.level = self.level.or(Some(level));
            }
            (Property::Level, _) => {}
        }
    }
}

/// The text: metadata may be in UTF-16 as well, which its first bytes tell.
fn text(xml: &[u8]) -> Cow<'_, str> {
    let (units, read): (_, fn([u8; 2]) -> u16) = match xml {
        [0xFE, 0xFF, rest @ ..] => (rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => (rest, u16::from_le_bytes),
        [0, b'<', ..] => (xml, u16::from_be_bytes),
        [b'<', 0, ..] => (xml, u16::from_le_bytes),
        _ => return String::from_utf8_lossy(xml),
    };
    let (units, _) = units.as_chunks::<2>();
    char::decode_utf16(units.iter().map(|unit| read(*unit)))
        .map(|character| character.unwrap_or('\u{FFFD}'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ELEMENTS: &str = r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
        <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>
        <rdf:Description xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
            xmlns:ua="http://www.aiim.org/pdfua/ns/id/">
        <pdfaid:part> 2 </pdfaid:part><pdfaid:conformance>u</pdfaid:conformance>
        <ua:part>1</ua:part></rdf:Description></rdf:RDF></x:xmpmeta>"#;

    fn claimed(part: u8, level: Option<char>, pdf_ua: Option<u8>) -> Claimed {
        Claimed {
            pdf_a: Some(PdfA { part, level }),
            pdf_ua,
        }
    }

    #[test]
    fn properties_are_read_from_elements_and_attributes() {
        assert_eq!(read(ELEMENTS.as_bytes()), claimed(2, Some('U'), Some(1)));
        let attributes = br#"<d a:part="3" xmlns:a='http://www.aiim.org/pdfa/ns/id/'
            a:conformance="B"/>"#;
        assert_eq!(read(attributes), claimed(3, Some('B'), None));
    }

    #[test]
    fn utf_16_is_read() {
        let bytes = |unit: fn(u16) -> [u8; 2]| ELEMENTS.encode_utf16().flat_map(unit);
        let big: Vec<u8> = bytes(u16::to_be_bytes).collect();
        let little: Vec<u8> = bytes(u16::to_le_bytes).collect();
        for xml in [[&[0xFE, 0xFF], big.as_slice()].concat(), big, little] {
            assert_eq!(read(&xml), claimed(2, Some('U'), Some(1)));
        }
    }

    #[test]
    fn a_prefix_of_another_namespace_claims_nothing() {
        let other = ELEMENTS.replace("aiim.org", "example.org");
        assert_eq!(read(other.as_bytes()), Claimed::default());
    }

    #[test]
    fn entities_are_not_expanded() {
        let bomb = format!(
            r#"<!DOCTYPE x [<!ENTITY a "1"><!ENTITY b "&a;&a;&a;&a;">]>{}"#,
            ELEMENTS.replace(" 2 ", "&a;")
        );
        assert_eq!(
            read(bomb.as_bytes()),
            Claimed {
                pdf_a: None,
                pdf_ua: Some(1)
            }
        );
    }

    #[test]
    fn what_is_no_xml_claims_nothing() {
        for text in [
            &b""[..],
            b"<",
            b"<a",
            b"</a></a>",
            b"\xFF\xFE<",
            b"<a b",
            &[0; 64],
        ] {
            assert_eq!(read(text), Claimed::default());
        }
    }
}
