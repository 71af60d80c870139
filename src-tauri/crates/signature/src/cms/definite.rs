//! Indefinite lengths made definite (X.690 §8.1.3.6).
//!
//! NSS leaves the outer lengths of a SignedData open, and LibreOffice, Okular and poppler sign with
//! it. What is signed is not touched by that: certificates and signed attributes are DER within.
//! Only `adbe.pkcs7.detached` is read so; PAdES demands DER (ETSI EN 319 142-1 §6.2.1).

use std::borrow::Cow;

use der::{Encode, Length};

/// Deepest nesting of open lengths; those of a SignedData are five deep.
const DEEPEST: usize = 16;
/// Tag and length of what ends where its end says.
const OPEN: u8 = 0x80;

/// The bytes with their open lengths closed; as they are where there are none, or where that is
/// not BER. What stands behind the value stays.
pub(crate) fn definite(contents: &[u8]) -> Cow<'_, [u8]> {
    if contents.get(1) != Some(&OPEN) {
        return Cow::Borrowed(contents);
    }
    match value(contents, 0) {
        Some((mut closed, rest)) => {
            closed.extend_from_slice(rest);
            Cow::Owned(closed)
        }
        None => Cow::Borrowed(contents),
    }
}

/// One value, closed, and what stands behind it.
fn value(bytes: &[u8], depth: usize) -> Option<(Vec<u8>, &[u8])> {
    let (tag, length) = (*bytes.first()?, *bytes.get(1)?);
    // Tags of more than one byte are not in a SignedData.
    if tag & 0x1f == 0x1f || depth == DEEPEST {
        return None;
    }
    if length != OPEN {
        let (value, rest) = bytes.split_at_checked(length_of(bytes)?)?;
        return Some((value.to_vec(), rest));
    }
    let is_constructed = tag & 0x20 != 0;
    let mut rest = bytes.get(2..).filter(|_| is_constructed)?;
    let mut content = Vec::new();
    loop {
        if let Some(behind) = rest.strip_prefix(&[0, 0]) {
            let length = Length::try_from(content.len()).ok()?;
            let mut closed = vec![tag];
            closed.extend(length.to_der().ok()?);
            closed.append(&mut content);
            return Some((closed, behind));
        }
        let (mut closed, behind) = value(rest, depth + 1)?;
        content.append(&mut closed);
        rest = behind;
    }
}

/// Length of a value of a definite length, its head included.
fn length_of(bytes: &[u8]) -> Option<usize> {
    let first = usize::from(*bytes.get(1)?);
    if first < 0x80 {
        return Some(2 + first);
    }
    let digits = first - 0x80;
    let digits = bytes
        .get(2..2 + digits)
        .filter(|digits| digits.len() <= 4)?;
    let length = digits
        .iter()
        .fold(0_usize, |length, digit| length << 8 | usize::from(*digit));
    length.checked_add(2 + digits.len())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn open_lengths_are_closed_and_what_is_within_stays() {
        let open = [
            0x30, 0x80, 0x02, 1, 7, 0xa0, 0x80, 0x04, 2, 0, 0, 0, 0, 0, 0, 9,
        ];
        let closed = [0x30, 9, 0x02, 1, 7, 0xa0, 4, 0x04, 2, 0, 0, 9];
        assert_eq!(*definite(&open), closed);
        assert_eq!(*definite(&closed), closed);
    }

    #[test]
    fn what_is_no_ber_stays() {
        for odd in [
            vec![0x30, 0x80],
            vec![0x30, 0x80, 0x02, 9, 1, 0, 0],
            vec![0x04, 0x80, 0, 0],
            vec![0x30, 0x80, 0x02, 0x85, 1, 1, 1, 1, 1, 0, 0],
            [0x30, 0x80].repeat(100_000),
        ] {
            assert_eq!(*definite(&odd), odd);
        }
    }

    #[test]
    fn long_contents_get_long_lengths() {
        let mut open = vec![0x30, 0x80, 0x04, 0x82, 1, 0];
        open.extend([7; 256]);
        open.extend([0, 0]);
        let closed = definite(&open).into_owned();
        assert_eq!(closed.get(..4).unwrap(), [0x30, 0x82, 1, 4]);
        assert_eq!(closed.len(), 4 + 260);
    }
}
