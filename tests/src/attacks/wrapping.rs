//! Signature wrapping: the second signed part is moved towards the end, and what is put between is
//! covered by no range. The moved bytes still say where the cross-references were, so that those of
//! the attacker are put there.

use super::original::Waiting;
use super::update::{body, number_of, start_of_section, stream};
use super::{Attack, Originals};

/// How the wrapped signature is told of its new place.
enum Told {
    /// By a dictionary in the gap, with the same `/Contents`.
    Anew { contents: String },
    /// Not at all.
    Never,
}

/// Moves the second part and puts objects between; `before` stands right behind the signature.
fn wrapped(originals: &Originals, told: &Told, before: &str, inside: bool) -> Vec<u8> {
    let signed = &originals.approved;
    let Waiting { contents, .. } = Waiting::of(signed);
    let section = start_of_section(signed);
    let value = number_of(signed, "/Type/Sig/");
    let evil = stream("", "BT /F1 24 Tf 72 700 Td (Pay 100000 EUR) Tj ET");
    let mut objects = vec![(5, evil)];
    let dictionary = body(signed, value);
    let previous = start_of_section(&originals.contract);
    let kept = number_of(signed, "/T<");
    // Twice: the new byte range has to know how long what it skips is.
    let mut length = 0;
    let mut gap = Vec::new();
    for _ in 0..2 {
        if let Told::Anew { contents: digits } = told {
            let start = contents.start;
            let end = contents.end + length;
            let rest = signed.len() - contents.end;
            let slot = dictionary.find("/ByteRange").expect("a range");
            let range = format!("/ByteRange[0 {start} {end:08} {rest}]");
            let anew = format!("{}{range}/Contents<{digits}>>>", &dictionary[..slot]);
            objects.retain(|(number, _)| *number != value);
            objects.push((value, anew));
        }
        gap = before.as_bytes().to_vec();
        let here = contents.end - usize::from(inside);
        // The section of cross-references is where `startxref` in the moved part says.
        assert!(here + gap.len() <= section, "there is room");
        gap.resize(section - here, b' ');
        let mut table = String::new();
        let mut bodies = Vec::new();
        let head = "xref\n";
        let entries = objects.len() + 4;
        // An entry of its own subsection takes 20 bytes and at most 10 for its head.
        let room = head.len() + entries * 32 + 200;
        for (number, object) in &objects {
            let at = section + room + bodies.len();
            table.push_str(&format!("{number} 1\n{at:010} 00000 n \n"));
            bodies.extend_from_slice(format!("{number} 0 obj\n{object}\nendobj\n").as_bytes());
        }
        for number in [1, 9, 10, kept] {
            let place =
                super::update::last(signed, &format!("\n{number} 0 obj\n")).map(|at| at + 1);
            let place = place.expect("it is in the signed file");
            if place < contents.start {
                table.push_str(&format!("{number} 1\n{place:010} 00000 n \n"));
            }
        }
        let table =
            format!("{head}{table}trailer\n<</Size 100/Root 1 0 R/Info 24 0 R/Prev {previous}>>\n");
        gap.extend_from_slice(table.as_bytes());
        gap.resize(section - here + room, b' ');
        gap.extend_from_slice(&bodies);
        length = gap.len();
    }
    let at = contents.end - usize::from(inside);
    [&signed[..at], &gap, &signed[at..]].concat()
}

pub(super) fn attacks(originals: &Originals) -> Vec<Attack> {
    let signed = &originals.approved;
    let contents = Waiting::of(signed).contents;
    let digits =
        String::from_utf8_lossy(&signed[contents.start + 1..contents.end - 1]).into_owned();
    let short = digits.trim_end_matches('0').to_owned();
    let even = if short.len().is_multiple_of(2) {
        short
    } else {
        format!("{short}0")
    };
    let anew = |contents: &str| Told::Anew {
        contents: contents.to_owned(),
    };
    let attack = |name: &str, file| Attack::new(&format!("wrapping-{name}"), file);
    vec![
        attack(
            "with-a-new-dictionary",
            wrapped(originals, &anew(&digits), "\n", false),
        ),
        attack(
            "with-shorter-contents",
            wrapped(originals, &anew(&even), "\n", false),
        ),
        attack(
            "with-empty-contents",
            wrapped(originals, &anew(""), "\n", false),
        ),
        attack(
            "with-the-gap-in-a-comment",
            wrapped(originals, &anew(&digits), "%", false),
        ),
        attack(
            "with-the-old-dictionary",
            wrapped(originals, &Told::Never, "\n", false),
        ),
        attack(
            "inside-the-string",
            wrapped(originals, &anew(&digits), "\n", true),
        ),
        attack(
            "inside-the-string-untold",
            wrapped(originals, &Told::Never, "\n", true),
        ),
    ]
}
