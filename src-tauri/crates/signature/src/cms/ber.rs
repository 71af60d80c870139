//! BER brought into the form of DER, as far as lengths and strings in pieces go (X.690 §8, §10).
//!
//! Signatures by older products have lengths that are open, which DER has not. What is signed in a
//! CMS are the signed attributes in DER (RFC 5652 §5.4), so bringing them into that form is part of
//! verifying; certificates, which are DER, come out as they went in.

/// Deepest nesting that is followed.
const DEEPEST: usize = 48;

/// Brings the first element of some bytes into the form of DER.
///
/// Nothing but zeros may follow it. None if it is no BER, nested too deep, or holds a bit string in
/// pieces.
pub(crate) fn to_der(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader { rest: bytes };
    let der = reader.element(DEEPEST)?;
    reader.rest.iter().all(|byte| *byte == 0).then_some(der)
}

struct Reader<'a> {
    rest: &'a [u8],
}

/// How long the content of an element is said to be.
enum Length {
    Known(usize),
    Open,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn length(&mut self) -> Option<Length> {
        match self.byte()? {
            0x80 => Some(Length::Open),
            short @ 0..=0x7f => Some(Length::Known(short.into())),
            long => {
                let bytes = self.take(usize::from(long & 0x7f))?;
                let mut length = 0usize;
                for byte in bytes {
                    length = length.checked_mul(256)?.checked_add((*byte).into())?;
                }
                Some(Length::Known(length))
            }
        }
    }

    /// Reads one element and gives it in the form of DER.
    fn element(&mut self, depth: usize) -> Option<Vec<u8>> {
        const CONSTRUCTED: u8 = 0x20;
        const OCTET_STRING: u8 = 0x04;
        const BIT_STRING: u8 = 0x03;
        let tag = self.byte()?;
        // Tags of more than a byte, and the mark of an end, are in no CMS.
        if tag & 0x1f == 0x1f || tag == 0 {
            return None;
        }
        let length = self.length()?;
        if tag & CONSTRUCTED == 0 {
            let Length::Known(length) = length else {
                return None;
            };
            return Some(encode(tag, self.take(length)?));
        }
        let depth = depth.checked_sub(1)?;
        let parts = match length {
            Length::Known(length) => {
                let mut inner = Reader {
                    rest: self.take(length)?,
                };
                let mut parts = Vec::new();
                while !inner.rest.is_empty() {
                    parts.push(inner.element(depth)?);
                }
                parts
            }
            Length::Open => {
                let mut parts = Vec::new();
                while !self.rest.starts_with(&[0, 0]) {
                    parts.push(self.element(depth)?);
                }
                self.take(2)?;
                parts
            }
        };
        match tag & !CONSTRUCTED {
            BIT_STRING => None,
            OCTET_STRING => {
                let mut whole = Vec::new();
                for part in &parts {
                    let mut part = Reader { rest: part };
                    (part.byte()? == OCTET_STRING).then_some(())?;
                    match part.length()? {
                        Length::Known(length) => whole.extend_from_slice(part.take(length)?),
                        Length::Open => return None,
                    }
                }
                Some(encode(OCTET_STRING, &whole))
            }
            _ => Some(encode(tag, &parts.concat())),
        }
    }
}

fn encode(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short @ 0..=0x7f) => out.push(short),
        _ => {
            let length = content.len().to_be_bytes();
            let significant: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
            // At most eight bytes, for it is the length of something in memory.
            out.push(0x80 | u8::try_from(significant.len()).unwrap_or(8));
            out.extend(significant);
        }
    }
    out.extend_from_slice(content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_lengths_and_strings_in_pieces_come_out_as_der() {
        let ber = [
            0x30, 0x80, 0x24, 0x80, 4, 2, 1, 2, 4, 1, 3, 0, 0, 2, 0x81, 1, 5, 0, 0, 0, 0, 0,
        ];
        let der = [0x30, 8, 4, 3, 1, 2, 3, 2, 1, 5];
        assert_eq!(to_der(&ber).as_deref(), Some(&der[..]));
        assert_eq!(to_der(&der).as_deref(), Some(&der[..]));
    }

    #[test]
    fn what_is_no_ber_or_nested_without_end_is_refused() {
        assert_eq!(to_der(&[0x30, 0x80].repeat(10_000)), None);
        for bytes in [
            &[][..],
            &[0x30],
            &[0x30, 0x80],
            &[0x30, 0x80, 0],
            &[0x30, 5, 1],
            &[4, 0x80, 0, 0],
            &[0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x30, 0, 7],
            &[0x23, 0x80, 3, 1, 0, 0, 0],
        ] {
            assert_eq!(to_der(bytes), None, "{bytes:?}");
        }
    }
}
