use std::fmt;

use cryptoki::types::AuthPin;
use minicbor::{CborLen, Decode, Decoder, Encode, Encoder, decode, encode};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use crate::{Error, Result};

/// The PIN of a token, as typed by its holder or drawn by [`Pin::generate`].
///
/// Wiped on drop; never printed, logged or sent back by the host process.
pub struct Pin(AuthPin);

impl Pin {
    /// Longest PIN in bytes; what SoftHSM 2.6.1 takes.
    pub const LONGEST: usize = 255;

    /// Length of a generated PIN in characters: 24 of 62 are 142 bits, and modules that allow
    /// only short PINs commonly end at 32.
    const GENERATED: usize = 24;

    /// Takes a PIN; the given text is wiped.
    ///
    /// # Errors
    /// [`Error::PinMalformed`] if it is empty, longer than [`Pin::LONGEST`] bytes, or holds a
    /// control character.
    pub fn new(text: impl Into<Zeroizing<String>>) -> Result<Self> {
        Self::copied(&text.into())
    }

    /// Draws a PIN of 24 letters and digits from the operating system's generator.
    ///
    /// # Errors
    /// [`Error::NoRandomBytes`].
    pub fn generate() -> Result<Self> {
        const ALPHABET: &[u8; 62] =
            b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        // Bytes above the last whole multiple of 62 would favour the first characters.
        const FAIR: u8 = 62 * 4;

        let mut text = Zeroizing::new(String::with_capacity(Self::GENERATED));
        let mut drawn = Zeroizing::new([0; 64]);
        while text.len() < Self::GENERATED {
            getrandom::fill(drawn.as_mut()).map_err(|_| Error::NoRandomBytes)?;
            let missing = Self::GENERATED - text.len();
            let fair = drawn.iter().filter(|byte| **byte < FAIR).take(missing);
            text.extend(fair.map(|byte| char::from(ALPHABET[usize::from(byte % 62)])));
        }
        Self::copied(&text)
    }

    /// Shows the PIN, for the two places that must keep one: the operating system's keyring and
    /// a sealed record.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    pub(crate) fn expose_auth(&self) -> &AuthPin {
        &self.0
    }

    /// Copies into an allocation of the exact size: shrinking a `String` could leave its old
    /// bytes behind unwiped.
    fn copied(text: &str) -> Result<Self> {
        let malformed =
            text.is_empty() || text.len() > Self::LONGEST || text.chars().any(char::is_control);
        if malformed {
            return Err(Error::PinMalformed {
                limit: Self::LONGEST as u32,
            });
        }
        Ok(Self(AuthPin::from(Box::<str>::from(text))))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(..)")
    }
}

/// Why a token takes no user PIN, or not this one, as it is set up. None of it is a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, CborLen)]
#[cbor(array)]
pub enum PinObstacle {
    /// It has none yet (CKR_USER_PIN_NOT_INITIALIZED).
    #[n(0)]
    NotSet,
    /// It wants another one first (CKR_PIN_EXPIRED).
    #[n(1)]
    ToBeChanged,
    /// This one has another length than the token says its PINs have (CKR_PIN_LEN_RANGE).
    #[n(2)]
    Length {
        /// Shortest in bytes.
        #[n(0)]
        shortest: u32,
        /// Longest in bytes.
        #[n(1)]
        longest: u32,
    },
}

impl fmt::Display for PinObstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSet => f.write_str(
                "it has no user PIN yet; its operator sets one (C_InitPIN, pkcs11-tool --init-pin)",
            ),
            Self::ToBeChanged => f.write_str(
                "its user PIN must be changed first; its operator does that (C_SetPIN, pkcs11-tool \
                 --change-pin)",
            ),
            Self::Length { shortest, longest } => {
                write!(f, "its PINs have {shortest} to {longest} characters")
            }
        }
    }
}

/// A PIN on its one way from client to host. Private to the crate, so that a [`Pin`] cannot be
/// encoded elsewhere.
pub(crate) struct PinInTransit(pub(crate) Pin);

impl PinInTransit {
    /// Copies a PIN into a message; the copy is wiped with it.
    pub(crate) fn of(pin: &Pin) -> Self {
        Self(Pin(AuthPin::from(Box::<str>::from(pin.expose()))))
    }
}

impl<C> Encode<C> for PinInTransit {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.str(self.0.expose())?.ok()
    }
}

impl<C> CborLen<C> for PinInTransit {
    fn cbor_len(&self, _: &mut C) -> usize {
        minicbor::len(self.0.expose())
    }
}

impl<'b, C> Decode<'b, C> for PinInTransit {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        Pin::copied(d.str()?)
            .map(Self)
            .map_err(|_| decode::Error::message("malformed PIN"))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn debug_says_nothing_about_a_pin() {
        let pin = Pin::new("a1b2c3d4".to_owned()).unwrap();
        assert_eq!(format!("{pin:?}"), "Pin(..)");
        assert_eq!(format!("{:#?}", Some(&pin)), "Some(\n    Pin(..),\n)");
    }

    #[test]
    fn generated_pins_are_24_letters_and_digits_and_differ() {
        let (one, two) = (Pin::generate().unwrap(), Pin::generate().unwrap());
        assert_eq!(one.expose().len(), 24);
        assert!(one.expose().bytes().all(|b| b.is_ascii_alphanumeric()));
        assert_ne!(one.expose(), two.expose());
    }

    #[test]
    fn pins_that_no_token_can_take_are_refused() {
        for text in [
            String::new(),
            "1".repeat(256),
            "12\n34".to_owned(),
            "12\0".to_owned(),
        ] {
            assert!(matches!(
                Pin::new(text),
                Err(Error::PinMalformed { limit: 255 })
            ));
        }
    }
}
