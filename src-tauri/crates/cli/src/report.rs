//! Answers as text for people or as the JSON documents that scripts rely on.
//!
//! The JSON shapes are the command line's public interface: snake_case, one document, nothing
//! removed or renamed between minor versions.
#![expect(clippy::print_stderr, reason = "printing is what this module is for")]

/// Prints a line. A reader that went away, such as `head`, is no fault of the command.
///
/// Much of what is printed was chosen by whoever made a file, a certificate or a card: nothing in it
/// steers the terminal.
macro_rules! say {
    ($($words:tt)*) => {{
        let _ = writeln!(std::io::stdout(), "{}", $crate::report::lines(&format!($($words)*)));
    }};
}

pub(crate) mod cards;
mod continuity;
mod documents;
mod organisation;
mod people;
mod probe;
mod verdict;

use std::io::Write as _;
use std::process::ExitCode;

pub(crate) use continuity::{Moving, backup_made, backup_verified, restored, rotation};
pub(crate) use documents::{
    comparison, extended, inspection, look_usable, looks, rendered, signed,
};
pub(crate) use organisation::{
    accepted_modules, changed_modules, checks, founded, health, pin_kept, tidied,
};
pub(crate) use people::{
    activated, enrolled, identity, office_granted, office_taken, office_withdrawn, people,
    people_enrolled, person, secret_changed,
};
pub(crate) use probe::{probe, required};
use serde_json::{Value, json};
pub(crate) use service::printable;
use service::wire;
pub(crate) use verdict::validation;

use crate::failure::Failure;

/// Prints a failure and gives its exit status.
pub(crate) fn failure(failure: &Failure, json: bool) -> ExitCode {
    if json {
        print(&json!({ "error": failure.error }));
    } else {
        let wire::Error {
            message, detail, ..
        } = &failure.error;
        let detail = match detail.as_str() {
            "" => String::new(),
            detail if message.contains(detail) => String::new(),
            detail => format!(" ({detail})"),
        };
        eprintln!("chancery: {}", lines(&format!("{message}{detail}")));
    }
    ExitCode::from(failure.status as u8)
}

/// Words as they are printed, each of their lines by itself.
pub(crate) fn lines(words: &str) -> String {
    let lines: Vec<_> = words.split('\n').map(printable).collect();
    lines.join("\n")
}

/// Says on standard error what people should know.
fn note(notice: &str) {
    eprintln!("Note: {}", lines(notice));
}

fn hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The word that a value without fields has on the wire.
fn word(value: Value) -> String {
    match value {
        Value::String(word) => word,
        _ => String::new(),
    }
}

pub(crate) fn grouped(hex: &str) -> String {
    let mut out = String::with_capacity(hex.len() * 5 / 4);
    for (at, digit) in hex.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

/// Prints one line of text.
pub(crate) fn line(text: &str) {
    say!("{text}");
}

/// Prints one JSON document.
pub(crate) fn print(document: &Value) {
    say!("{document:#}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_printed_steers_the_terminal() {
        let said = lines("Ada\u{1b}[2J\u{202e}fdp\u{2028}.\nsecond\u{200f}");
        assert_eq!(said, "Ada\u{fffd}[2J\u{fffd}fdp\u{fffd}.\nsecond\u{fffd}");
        assert_eq!(printable("a\nb"), "a\u{fffd}b", "a name is one line");
    }
}
