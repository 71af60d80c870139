//! Names of people in X.501 names.

use const_oid::db::rfc4519::COMMON_NAME;
use der::asn1::{AnyRef, Ia5StringRef, PrintableStringRef, TeletexStringRef, Utf8StringRef};
use der::{Tag, Tagged};
use x509_cert::name::Name;

/// What to call whom a name means: the common name, or the whole name (RFC 4514) without one.
pub(super) fn shown(name: &Name) -> String {
    common_name(name).unwrap_or_else(|| name.to_string())
}

/// The last, most specific, common name; none if it is in no encoding of RFC 5280 §4.1.2.4.
fn common_name(name: &Name) -> Option<String> {
    let value = name
        .0
        .iter()
        .rev()
        .flat_map(|rdn| rdn.0.iter())
        .find(|attribute| attribute.oid == COMMON_NAME)
        .map(|attribute| AnyRef::from(&attribute.value))?;
    directory_string(value)
}

fn directory_string(value: AnyRef<'_>) -> Option<String> {
    match value.tag() {
        Tag::Utf8String => Utf8StringRef::try_from(value)
            .ok()
            .map(|text| text.as_str().to_owned()),
        Tag::PrintableString => PrintableStringRef::try_from(value)
            .ok()
            .map(|text| text.as_str().to_owned()),
        Tag::Ia5String => Ia5StringRef::try_from(value)
            .ok()
            .map(|text| text.as_str().to_owned()),
        Tag::TeletexString => TeletexStringRef::try_from(value)
            .ok()
            .map(|text| text.as_str().to_owned()),
        Tag::BmpString => bmp_string(value.value()),
        _ => None,
    }
}

/// UCS-2, big-endian.
fn bmp_string(bytes: &[u8]) -> Option<String> {
    let (pairs, []) = bytes.as_chunks::<2>() else {
        return None;
    };
    String::from_utf16(
        &pairs
            .iter()
            .map(|pair| u16::from_be_bytes(*pair))
            .collect::<Vec<_>>(),
    )
    .ok()
}
