//! Every entry of every object in turn, whatever it is for.

use super::*;
use crate::attacks::update::{Update, body, first};

/// Entries with which something may be done after all.
const ALLOWED: [(u32, &str); 5] = [
    // The description (ISO 32000-2 §14.3.2, §14.3.3), and who wrote it.
    (50, "/Title"),
    (50, "/Producer"),
    (32, "/Type"),
    (32, "/Subtype"),
    // A field that viewers draw is filled.
    (15, "/V"),
];
/// What is no change: a button that was off is off, and XMP is XMP.
const NOTHING: [&str; 2] = ["14-V-removed", "32-gains-an-entry"];
/// Every entry of every object is taken away, and said otherwise.
pub(super) fn each(signed: &[u8]) -> Files {
    let mut files = Vec::new();
    for number in 1..=51 {
        let head = format!("\n{number} 0 obj\n");
        if first(signed, &head).is_none() {
            continue;
        }
        let whole = body(signed, number);
        let (dictionary, rest) = match whole.find("\nstream\n") {
            Some(at) => whole.split_at(at),
            None => (&*whole, ""),
        };
        let update = |new: &str| Update::of(signed).object(number, new).write();
        files.push((format!("{number}-null"), update("null")));
        files.push((
            format!("{number}-free"),
            Update::of(signed).free(number).write(),
        ));
        let Some(inner) = dictionary.strip_prefix("<<") else {
            continue;
        };
        files.push((
            format!("{number}-gains-an-entry"),
            update(&format!("<</Evil 1{inner}{rest}")),
        ));
        let inner = inner.trim_end().trim_end_matches('>');
        for (key, value) in entries(&format!("{inner}>>")) {
            if ALLOWED.contains(&(number, &key)) || key == "/Length" {
                continue;
            }
            let entry = format!("{key}{value}");
            let name = key.trim_start_matches('/').replace('#', "");
            let without = dictionary.replacen(&entry, "", 1);
            files.push((
                format!("{number}-{name}-removed"),
                update(&format!("{without}{rest}")),
            ));
            let other = dictionary.replacen(&entry, &format!("{key}{}", another(&value)), 1);
            files.push((
                format!("{number}-{name}-another"),
                update(&format!("{other}{rest}")),
            ));
        }
    }
    files.retain(|(name, _)| !NOTHING.contains(&&**name));
    files
}

/// Another value of the same kind.
fn another(value: &str) -> String {
    match value.as_bytes().first() {
        Some(b'/') => "/Another".to_owned(),
        Some(b'(') => "(another)".to_owned(),
        Some(b'[') => "[]".to_owned(),
        Some(b'<') => "<<>>".to_owned(),
        _ if value.ends_with('R') => " 34 0 R".to_owned(),
        _ => " 7".to_owned(),
    }
}

/// Keys and values of a dictionary's inside, as far as its closing brackets.
fn entries(inner: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = inner;
    while rest.starts_with('/') {
        let key = 1 + rest[1..]
            .find(['/', '(', '[', '<', ' ', '>'])
            .unwrap_or(rest.len() - 1);
        let (name, value) = rest.split_at(key);
        let length = value_length(value);
        let (value, behind) = value.split_at(length);
        found.push((name.to_owned(), value.to_owned()));
        rest = behind;
    }
    found
}

/// How long the value is that a text begins with.
fn value_length(text: &str) -> usize {
    let nested = |open: char, close: char| {
        let mut depth = 0;
        for (at, character) in text.char_indices() {
            depth += i32::from(character == open) - i32::from(character == close);
            if depth == 0 {
                return at + 1;
            }
        }
        text.len()
    };
    match text.chars().next() {
        Some('(') => nested('(', ')'),
        Some('[') => nested('[', ']'),
        Some('<') => nested('<', '>'),
        // A name, a number or a reference.
        _ => {
            1 + text[1..]
                .find(['/', '(', '[', '<', '>'])
                .unwrap_or(text.len() - 1)
        }
    }
}
