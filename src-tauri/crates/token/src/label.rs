use std::fmt;

use minicbor::{CborLen, Decode, Decoder, Encode, decode};

use crate::{Error, Result};

/// Makes a label type: text that survives on a token unchanged.
macro_rules! label {
    ($(#[$documentation:meta])* $name:ident, $limit:literal, $survives:expr) => {
        $(#[$documentation])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Encode, CborLen)]
        #[cbor(transparent)]
        pub struct $name(#[n(0)] String);

        impl $name {
            /// Longest label in bytes.
            pub const LONGEST: usize = $limit;

            /// Takes a label.
            ///
            /// # Errors
            /// [`Error::LabelMalformed`] if it is empty, longer than [`Self::LONGEST`] bytes, or
            /// holds what does not survive.
            pub fn new(text: impl Into<String>) -> Result<Self> {
                let text = text.into();
                let survives: fn(&str) -> bool = $survives;
                if (1..=Self::LONGEST).contains(&text.len()) && survives(&text) {
                    Ok(Self(text))
                } else {
                    Err(Error::LabelMalformed { limit: $limit })
                }
            }

            /// The label as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
                Self::new(d.str()?).map_err(|_| decode::Error::message("malformed label"))
            }
        }
    };
}

label! {
    /// Label of a token: up to 32 bytes of UTF-8 without control characters.
    ///
    /// CK_TOKEN_INFO pads the label with spaces to 32 bytes (PKCS#11 v3.1 §3.2), so one that ends
    /// in a space could not be found again.
    TokenLabel, 32, |text| !text.chars().any(char::is_control) && !text.ends_with(' ')
}

label! {
    /// CKA_LABEL of a key on a token: up to 64 printable ASCII characters, neither the first nor the
    /// last of them a space.
    ///
    /// PKCS#11 v3.1 §4.4 sets no limit; cards and HSMs do.
    KeyLabel, 64, |text| {
        let printable = text.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
        printable && text.trim() == text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_a_token_would_change_are_refused() {
        for text in ["", "signing ", "sig\nning", "sig\0ning", &"ï".repeat(17)] {
            assert!(
                TokenLabel::new(text).is_err(),
                "{text:?} does not survive on a token"
            );
        }
        for text in ["", " wk", "wk ", "wk\n1", "wï-1", &"x".repeat(65)] {
            assert!(KeyLabel::new(text).is_err(), "{text:?}");
        }
        assert!(KeyLabel::new("chancery wk 01").is_ok());
    }

    #[test]
    fn tokens_that_others_named_are_named_as_they_did() {
        for text in ["Schlüssel der Kanzlei", " signing", "署名", &"x".repeat(32)] {
            assert!(TokenLabel::new(text).is_ok(), "{text:?}");
        }
    }
}
