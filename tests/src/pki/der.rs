//! DER (X.690), written and taken apart by hand: what is wrong on purpose is written as easily as
//! what is right, and no line of it is shared with what is tested.

use std::time::Duration;

/// One element: identifier, length, content.
#[must_use]
pub fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len();
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            let bytes = length.to_be_bytes();
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            out.push(0x80 | u8::try_from(bytes.len() - zeros).expect("eight at the most"));
            out.extend_from_slice(&bytes[zeros..]);
        }
    }
    out.extend_from_slice(content);
    out
}

/// A SEQUENCE.
#[must_use]
pub fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

/// A SET OF, in the order of DER.
#[must_use]
pub fn set(mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.sort();
    tlv(0x31, &parts.concat())
}

/// `[number] EXPLICIT`, or an IMPLICIT constructed one of this content.
#[must_use]
pub fn context(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(0xa0 | number, content)
}

/// `[number] IMPLICIT` of a primitive type.
#[must_use]
pub fn primitive(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(0x80 | number, content)
}

/// A positive INTEGER.
#[must_use]
pub fn integer(magnitude: &[u8]) -> Vec<u8> {
    let zeros = magnitude.iter().take_while(|byte| **byte == 0).count();
    let magnitude = &magnitude[zeros.min(magnitude.len().saturating_sub(1))..];
    match magnitude.first() {
        Some(first) if *first < 0x80 => tlv(2, magnitude),
        _ => tlv(2, &[&[0], magnitude].concat()),
    }
}

/// A small INTEGER.
#[must_use]
pub fn number(value: u64) -> Vec<u8> {
    integer(&value.to_be_bytes())
}

/// An ENUMERATED.
#[must_use]
pub fn enumerated(value: u8) -> Vec<u8> {
    tlv(10, &[value])
}

/// A BOOLEAN.
#[must_use]
pub fn boolean(value: bool) -> Vec<u8> {
    tlv(1, &[if value { 0xff } else { 0 }])
}

/// NULL.
#[must_use]
pub fn null() -> Vec<u8> {
    tlv(5, &[])
}

/// An OCTET STRING.
#[must_use]
pub fn octets(content: &[u8]) -> Vec<u8> {
    tlv(4, content)
}

/// A BIT STRING of whole bytes.
#[must_use]
pub fn bits(content: &[u8]) -> Vec<u8> {
    tlv(3, &[&[0], content].concat())
}

/// A UTF8String.
#[must_use]
pub fn utf8(text: &str) -> Vec<u8> {
    tlv(12, text.as_bytes())
}

/// An OBJECT IDENTIFIER in dotted notation.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted
        .split('.')
        .map(|arc| arc.parse().expect("an arc is a number"))
        .collect();
    let mut content = Vec::new();
    for arc in std::iter::once(40 * arcs[0] + arcs[1]).chain(arcs[2..].iter().copied()) {
        let mut groups = vec![u8::try_from(arc & 0x7f).expect("seven bits")];
        let mut rest = arc >> 7;
        while rest > 0 {
            groups.push(0x80 | u8::try_from(rest & 0x7f).expect("seven bits"));
            rest >>= 7;
        }
        content.extend(groups.into_iter().rev());
    }
    tlv(6, &content)
}

/// A GeneralizedTime to the second, of Unix time.
#[must_use]
pub fn time(unix: i64) -> Vec<u8> {
    tlv(0x18, stamp(unix).as_bytes())
}

/// Time as X.509 has it: a UTCTime up to 2049 (RFC 5280 §4.1.2.5).
#[must_use]
pub fn x509_time(unix: i64) -> Vec<u8> {
    let stamp = stamp(unix);
    if stamp.as_str() < "2050" {
        tlv(0x17, &stamp.as_bytes()[2..])
    } else {
        tlv(0x18, stamp.as_bytes())
    }
}

/// `YYYYMMDDHHMMSSZ`.
fn stamp(unix: i64) -> String {
    let seconds = Duration::from_secs(unix.try_into().expect("after 1970"));
    let date = ::der::DateTime::from_unix_duration(seconds).expect("before 9999");
    format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}Z",
        date.year(),
        date.month(),
        date.day(),
        date.hour(),
        date.minutes(),
        date.seconds()
    )
}

/// An element that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element<'a> {
    /// Its identifier.
    pub tag: u8,
    /// Its content.
    pub content: &'a [u8],
    /// All of it.
    pub whole: &'a [u8],
}

impl<'a> Element<'a> {
    /// Reads the first element of some bytes.
    #[must_use]
    pub fn first(bytes: &'a [u8]) -> Option<Self> {
        let (tag, first) = (*bytes.first()?, usize::from(*bytes.get(1)?));
        let (start, length) = if first < 0x80 {
            (2, first)
        } else {
            let count = first & 0x7f;
            let length = bytes.get(2..2 + count)?;
            let length = length
                .iter()
                .fold(0usize, |length, byte| length << 8 | usize::from(*byte));
            (2 + count, length)
        };
        let end = start.checked_add(length)?;
        Some(Self {
            tag,
            content: bytes.get(start..end)?,
            whole: bytes.get(..end)?,
        })
    }

    /// The elements that it holds.
    #[must_use]
    pub fn children(&self) -> Vec<Self> {
        let mut rest = self.content;
        std::iter::from_fn(|| {
            let element = Element::first(rest)?;
            rest = rest.get(element.whole.len()..)?;
            Some(element)
        })
        .collect()
    }

    /// The element at the end of a way through what is held; `0` is the first.
    #[must_use]
    pub fn at(&self, way: &[usize]) -> Option<Self> {
        way.iter().try_fold(*self, |element, index| {
            element.children().get(*index).copied()
        })
    }
}
