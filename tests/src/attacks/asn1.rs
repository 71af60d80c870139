//! DER by hand (X.690), so that it can be wrong on purpose.

/// A value of a tag.
#[must_use]
pub fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len();
    match length {
        0..=127 => out.push(length.to_le_bytes()[0]),
        _ => {
            let bytes: Vec<u8> = length
                .to_be_bytes()
                .into_iter()
                .skip_while(|byte| *byte == 0)
                .collect();
            out.push(0x80 | bytes.len().to_le_bytes()[0]);
            out.extend_from_slice(&bytes);
        }
    }
    out.extend_from_slice(content);
    out
}

/// SEQUENCE.
#[must_use]
pub fn sequence<P: AsRef<[u8]>>(parts: impl IntoIterator<Item = P>) -> Vec<u8> {
    constructed(0x30, parts)
}

/// SET OF, in the order of DER.
#[must_use]
pub fn set(parts: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut parts: Vec<Vec<u8>> = parts.into_iter().collect();
    parts.sort();
    constructed(0x31, parts)
}

/// A constructed value of a tag.
#[must_use]
pub fn constructed<P: AsRef<[u8]>>(tag: u8, parts: impl IntoIterator<Item = P>) -> Vec<u8> {
    let content: Vec<u8> = parts
        .into_iter()
        .flat_map(|part| part.as_ref().to_vec())
        .collect();
    tlv(tag, &content)
}

/// OBJECT IDENTIFIER in dotted notation.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted
        .split('.')
        .map(|arc| arc.parse().expect("a number"))
        .collect();
    let [first, second, rest @ ..] = arcs.as_slice() else {
        panic!("two arcs at least")
    };
    let mut content = Vec::new();
    for arc in std::iter::once(&(first * 40 + second)).chain(rest) {
        let mut digits = vec![arc & 0x7f];
        let mut left = arc >> 7;
        while left > 0 {
            digits.push(left & 0x7f | 0x80);
            left >>= 7;
        }
        content.extend(digits.into_iter().rev().map(|digit| digit.to_le_bytes()[0]));
    }
    tlv(6, &content)
}

/// INTEGER that is not negative.
#[must_use]
pub fn integer(number: u64) -> Vec<u8> {
    let mut bytes: Vec<u8> = number
        .to_be_bytes()
        .into_iter()
        .skip_while(|byte| *byte == 0)
        .collect();
    if bytes.first().is_none_or(|first| *first > 127) {
        bytes.insert(0, 0);
    }
    tlv(2, &bytes)
}

/// OCTET STRING.
#[must_use]
pub fn octets(bytes: &[u8]) -> Vec<u8> {
    tlv(4, bytes)
}

/// BIT STRING of whole bytes.
#[must_use]
pub fn bits(bytes: &[u8]) -> Vec<u8> {
    tlv(3, &[&[0], bytes].concat())
}

/// BOOLEAN.
#[must_use]
pub fn boolean(truth: bool) -> Vec<u8> {
    tlv(1, &[if truth { 0xff } else { 0 }])
}

/// NULL.
#[must_use]
pub fn null() -> Vec<u8> {
    tlv(5, &[])
}

/// GeneralizedTime, `20260102030405Z`.
#[must_use]
pub fn time(text: &str) -> Vec<u8> {
    tlv(0x18, text.as_bytes())
}

/// A Name of one common name (RFC 5280 §4.1.2.4).
#[must_use]
pub fn name(common: &str) -> Vec<u8> {
    sequence([set([sequence([
        oid("2.5.4.3"),
        tlv(12, common.as_bytes()),
    ])])])
}

/// An AlgorithmIdentifier without parameters.
#[must_use]
pub fn algorithm(dotted: &str) -> Vec<u8> {
    sequence([oid(dotted)])
}

/// DER in PEM (RFC 7468).
#[must_use]
pub fn pem(label: &str, der: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in der.chunks(48) {
        for group in line.chunks(3) {
            let bits = group
                .iter()
                .fold(0, |bits: usize, byte| bits << 8 | usize::from(*byte))
                << (8 * (3 - group.len()));
            for digit in 0..4 {
                let known = digit <= group.len();
                let value = bits >> (18 - 6 * digit) & 63;
                out.push(if known {
                    char::from(DIGITS[value])
                } else {
                    '='
                });
            }
        }
        out.push('\n');
    }
    out + &format!("-----END {label}-----\n")
}
