//! Passwords (ISO 32000-2 §7.6.4): text as typed, and the bytes that algorithms take.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::text;

/// Most bytes of a password in PDF 2.0 (§7.6.4.3.3, algorithm 2.A).
const LONGEST: usize = 127;

/// A password of a document, as typed: the user's or the owner's.
///
/// Wiped on drop and never printed.
pub struct Password(Zeroizing<String>);

/// A password as bytes.
pub(super) type Bytes = Zeroizing<Vec<u8>>;

impl Password {
    /// Takes over a password.
    #[must_use]
    pub fn new(typed: String) -> Self {
        Self(Zeroizing::new(typed))
    }

    /// Whether there is nothing in it: what every document is opened with first.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether two are the same, in constant time.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// The bytes it may stand for up to revision 4: PDFDocEncoding, as the standard says, then
    /// UTF-8, as some producers write.
    pub(super) fn legacy(&self) -> Vec<Bytes> {
        let standard = text::encode_pdf_doc(&self.0).map(Zeroizing::new);
        let utf8 = Zeroizing::new(self.0.as_bytes().to_vec());
        distinct(standard, utf8)
    }

    /// The bytes it may stand for from revision 5 on: UTF-8 prepared by SASLprep (RFC 4013), then
    /// as it is, for producers that do not prepare.
    pub(super) fn unicode(&self) -> Vec<Bytes> {
        let cut = |text: &str| {
            let bytes = text.as_bytes();
            Zeroizing::new(bytes.get(..LONGEST).unwrap_or(bytes).to_vec())
        };
        let prepared = stringprep::saslprep(&self.0).ok();
        let prepared = prepared.map(|text| Zeroizing::new(text.into_owned()));
        distinct(prepared.map(|text| cut(&text)), cut(&self.0))
    }
}

/// Both, the first before the second, or one if they are the same.
fn distinct(first: Option<Bytes>, second: Bytes) -> Vec<Bytes> {
    match first {
        Some(first) if first == second => vec![second],
        Some(first) => vec![first, second],
        None => vec![second],
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_says_nothing_when_printed() {
        let password = Password::new("correct horse".to_owned());
        assert_eq!(format!("{password:?}"), "Password(..)");
    }

    #[test]
    fn a_password_is_written_as_its_revision_wants_it() {
        let bytes = |all: Vec<Bytes>| all.iter().map(|one| one.to_vec()).collect::<Vec<_>>();
        let euro = Password::new("\u{20AC}1".to_owned());
        assert_eq!(
            bytes(euro.legacy()),
            [b"\xA01".to_vec(), "\u{20AC}1".into()]
        );
        // What PDFDocEncoding does not have can only be meant as UTF-8.
        let greek = Password::new("λ".to_owned());
        assert_eq!(bytes(greek.legacy()), ["λ".as_bytes().to_vec()]);
        // RFC 4013: a soft hyphen is nothing, a Roman numeral is letters.
        let roman = Password::new("I\u{AD}X\u{2168}".to_owned());
        assert_eq!(bytes(roman.unicode())[0], b"IXIX");
        let long = Password::new("a".repeat(300));
        assert_eq!(bytes(long.unicode()), [vec![b'a'; LONGEST]]);
    }
}
