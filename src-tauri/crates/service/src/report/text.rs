//! What is put into the page: text that others chose, times, digests.

use std::fmt::{self, Write};

/// Most characters of a text of others that a report shows. A name in a certificate may be as long as its
/// author likes, and stands in many places.
const MOST_SHOWN: usize = 500;

/// Words that somebody else chose, as they may be printed on a terminal or in a sentence: control
/// characters, and those that turn the direction of what follows, become U+FFFD.
#[must_use]
pub fn printable(words: &str) -> String {
    let calm = |character| match character {
        character if steers(character) => char::REPLACEMENT_CHARACTER,
        character => character,
    };
    words.chars().map(calm).collect()
}

fn is_cut(words: &str) -> bool {
    words.chars().nth(MOST_SHOWN).is_some()
}

/// Text that somebody else chose, as text and nothing else.
///
/// What HTML would read as its own is written as references. Control characters, and those that turn
/// the direction of what follows, become U+FFFD: a name must not rearrange the sentence it is in.
#[derive(Clone, Copy)]
pub(super) struct Text<'a>(pub(super) &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<bdi>")?;
        for character in self.0.chars().take(MOST_SHOWN) {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                character if steers(character) => {
                    f.write_char(char::REPLACEMENT_CHARACTER)?;
                }
                character => f.write_char(character)?,
            }
        }
        if is_cut(self.0) {
            f.write_char('…')?;
        }
        f.write_str("</bdi>")
    }
}

/// Control characters; the marks, embeddings, overrides and isolates of UAX #9; separators of lines.
fn steers(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// Hexadecimal digits in groups of four; nothing else of a text.
pub(super) struct Grouped<'a>(pub(super) &'a str);

impl fmt::Display for Grouped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.chars().filter(char::is_ascii_hexdigit);
        for (place, digit) in digits.enumerate() {
            if place > 0 && place % 4 == 0 {
                f.write_str(" ")?;
            }
            f.write_char(digit.to_ascii_uppercase())?;
        }
        Ok(())
    }
}

/// A time by no clock but UTC.
#[derive(Clone, Copy)]
pub(super) struct Utc(pub(super) i64);

impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(time) => write!(f, "{}", time.strftime("%Y-%m-%d %H:%M:%S UTC")),
            Err(_) => write!(f, "{}", self.0),
        }
    }
}

/// Something with what stands before it, or nothing.
pub(super) struct After<T>(pub(super) &'static str, pub(super) Option<T>);

impl<T: fmt::Display> fmt::Display for After<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.1 {
            Some(value) => write!(f, "{}{value}", self.0),
            None => Ok(()),
        }
    }
}
