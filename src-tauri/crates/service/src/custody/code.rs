//! Activation codes: 128 random bits, written so that a person can type them.

use zeroize::Zeroizing;

use super::secret::Normal;
use super::{Error, random};
use crate::wire;

/// How long a code opens its slot: seven days.
pub const LIFETIME_SECONDS: i64 = 7 * 24 * 60 * 60;

/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 128 bits in letters of five bits.
const LETTERS: usize = 26;
/// Where a hyphen goes: six groups a person can keep in mind.
const GROUPS: [usize; 6] = [4, 4, 4, 4, 5, 5];

/// A one-time activation code.
///
/// Shown once to the officer who enrols; only its slot is stored.
pub struct ActivationCode(Zeroizing<String>);

impl ActivationCode {
    /// Draws a new code.
    ///
    /// # Errors
    /// [`Error::Random`].
    pub fn generate() -> Result<Self, Error> {
        let mut bits = Zeroizing::new([0; 16]);
        random(bits.as_mut_slice())?;
        let value = Zeroizing::new(u128::from_be_bytes(*bits));
        let mut letters = Zeroizing::new(String::with_capacity(LETTERS));
        for place in (0..LETTERS).rev() {
            let five = usize::try_from((*value >> (5 * place)) & 31).expect("five bits fit");
            letters.push(char::from(ALPHABET[five]));
        }
        Ok(Self(letters))
    }

    /// Reads a typed code: case, spaces and hyphens do not matter, `O` is `0`, `I` and `L` are `1`.
    ///
    /// # Errors
    /// [`Error::NotACode`].
    pub fn parse(typed: &wire::Secret) -> Result<Self, Error> {
        let mut letters = Zeroizing::new(String::with_capacity(LETTERS));
        for letter in typed
            .expose()
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
        {
            let letter = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            if letters.len() == LETTERS || !letter.is_ascii() || !ALPHABET.contains(&(letter as u8))
            {
                return Err(Error::NotACode);
            }
            letters.push(letter);
        }
        if letters.len() == LETTERS {
            Ok(Self(letters))
        } else {
            Err(Error::NotACode)
        }
    }

    /// The code as it is hashed: 26 capitals and digits.
    #[must_use]
    pub fn normal(&self) -> Normal {
        Normal::from_ascii((*self.0).clone())
    }

    /// The code in groups, for the one time it is shown.
    ///
    /// This is the place where it crosses from secret to shown: the officer hands it on.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        let mut shown = Zeroizing::new(String::with_capacity(LETTERS + GROUPS.len()));
        let mut rest: &str = &self.0;
        for length in GROUPS {
            if !shown.is_empty() {
                shown.push('-');
            }
            let (group, after) = rest.split_at(length);
            shown.push_str(group);
            rest = after;
        }
        shown
    }
}

impl std::fmt::Debug for ActivationCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ActivationCode(..)")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_back_however_it_is_typed() {
        let code = ActivationCode::generate().unwrap();
        let shown = code.reveal();
        let sloppy = shown
            .to_lowercase()
            .replace('-', " ")
            .replace('0', "o")
            .replace('1', "l");
        let read = ActivationCode::parse(&wire::Secret::new(sloppy)).unwrap();
        assert_eq!(read.normal().expose(), code.normal().expose());
    }

    #[test]
    fn what_is_not_26_letters_is_no_code() {
        for typed in [
            "",
            "ABCD",
            "0123-4567-89AB-CDEF-GHJKM-NPQRST",
            "0123-4567-89AB-CDEF-GHJKM-NPQR!",
        ] {
            assert!(matches!(
                ActivationCode::parse(&wire::Secret::new(typed.to_owned())),
                Err(Error::NotACode)
            ));
        }
    }
}
