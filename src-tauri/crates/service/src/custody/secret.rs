//! Secrets as typed: normal form, and what a new one must have.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::Error;
use crate::wire;

/// The fewest characters of a signer's secret: it must stand guessing by who has PIN and database.
pub const FEWEST_CHARACTERS: usize = 12;

/// The most characters that an estimate of strength looks at.
const LONGEST_JUDGED: usize = 64;

/// A secret in the form it is hashed in: UTF-8, NFC, one line end stripped.
pub struct Normal(Zeroizing<String>);

impl Normal {
    /// Normalises what was typed.
    #[must_use]
    pub fn of(typed: &wire::Secret) -> Self {
        let text = typed.expose();
        let text = text.strip_suffix('\n').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        // Sized so that collecting never reallocates and leaves a copy behind: NFC of UTF-8 text
        // is at most three times as long (Unicode Standard Annex 15, section 14).
        let mut normal = Zeroizing::new(String::with_capacity(text.len() * 3));
        normal.extend(text.nfc());
        Self(normal)
    }

    /// Wraps text that is in normal form by its making, such as a code's.
    pub(super) fn from_ascii(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    pub(crate) fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }

    fn text(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Normal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Normal(..)")
    }
}

/// A secret that someone chose and that is strong enough to be set.
#[derive(Debug)]
pub struct NewSecret(Normal);

impl NewSecret {
    /// Accepts a chosen secret.
    ///
    /// # Errors
    /// [`Error::SecretTooWeak`] below [`FEWEST_CHARACTERS`] characters or of digits alone.
    pub fn choose(typed: &wire::Secret) -> Result<Self, Error> {
        let normal = Normal::of(typed);
        if normal.text().chars().count() < FEWEST_CHARACTERS {
            return Err(Error::SecretTooWeak("a secret has at least 12 characters"));
        }
        if normal.text().chars().all(char::is_numeric) {
            return Err(Error::SecretTooWeak("a secret is never of digits alone"));
        }
        Ok(Self(normal))
    }

    /// The secret as it will be asked for.
    #[must_use]
    pub fn normal(&self) -> &Normal {
        &self.0
    }
}

/// Estimates how many guesses a secret that is being chosen would stand.
///
/// `words` are known to who guesses. The estimator keeps no copy, and it does not wipe the ones it
/// works on: the window that asks holds the secret in a field that is not wiped either.
pub(crate) fn strength(typed: &wire::Secret, words: &[String]) -> wire::SecretStrength {
    let normal = Normal::of(typed);
    // The estimate takes time that grows with the square of the length; more is strong anyway.
    let start: Zeroizing<String> =
        Zeroizing::new(normal.text().chars().take(LONGEST_JUDGED).collect());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    wire::SecretStrength {
        accepted: NewSecret::choose(typed).is_ok(),
        guesses_log10: zxcvbn::zxcvbn(&start, &words).guesses_log10(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn typed(text: &str) -> wire::Secret {
        wire::Secret::new(text.to_owned())
    }

    #[test]
    fn composed_and_decomposed_spellings_are_one_secret() {
        let composed = Normal::of(&typed("caf\u{e9} au lait"));
        let decomposed = Normal::of(&typed("cafe\u{301} au lait"));
        assert_eq!(composed.expose(), decomposed.expose());
    }

    #[test]
    fn one_line_end_is_stripped_and_no_more() {
        assert_eq!(Normal::of(&typed("abc\r\n")).expose(), b"abc");
        assert_eq!(Normal::of(&typed("abc\n\n")).expose(), b"abc\n");
        assert_eq!(Normal::of(&typed(" abc ")).expose(), b" abc ");
    }

    #[test]
    fn short_secrets_and_digits_alone_are_refused() {
        assert!(matches!(
            NewSecret::choose(&typed("elevenchars")),
            Err(Error::SecretTooWeak(_))
        ));
        assert!(matches!(
            NewSecret::choose(&typed("123456789012")),
            Err(Error::SecretTooWeak(_))
        ));
        NewSecret::choose(&typed("twelve chars")).unwrap();
    }

    #[test]
    fn what_the_guesser_knows_makes_a_secret_weaker() {
        let secret = typed("ana.ruiz acme gmbh");
        let words = ["ana.ruiz".to_owned(), "acme".to_owned(), "gmbh".to_owned()];
        let (blind, knowing) = (strength(&secret, &[]), strength(&secret, &words));
        assert!(blind.accepted && knowing.accepted);
        assert!(knowing.guesses_log10 < blind.guesses_log10);
        assert!(!strength(&typed("123456789012"), &[]).accepted);
        let long = strength(&typed(&"never ending story ".repeat(5000)), &[]);
        assert!(long.guesses_log10 > 12.0, "and it does not take minutes");
    }

    #[test]
    fn characters_are_counted_and_not_bytes() {
        assert!(
            NewSecret::choose(&typed("ääääää")).is_err(),
            "six characters in twelve bytes"
        );
    }
}
