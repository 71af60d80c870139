//! Incremental saving: whatever is written behind a signed revision, complete or not.

use super::original::Waiting;
use super::update::{Update, body, number_of, start_of_section, stream};
use super::{Attack, Originals};

pub(super) fn attacks(originals: &Originals) -> Vec<Attack> {
    originals
        .numbered()
        .iter()
        .flat_map(|original| {
            let of = |(name, file)| Attack::new(&format!("saving-{name}-{}", original.name), file);
            saved(&original.file)
                .into_iter()
                .map(of)
                .collect::<Vec<_>>()
        })
        .collect()
}

fn saved(signed: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let evil = stream("", "BT /F1 24 Tf 72 700 Td (Pay 100000 EUR) Tj ET");
    let update = || Update::of(signed).object(5, &evil);
    let appended = |text: &str| [signed, text.as_bytes()].concat();
    let cut = |file: Vec<u8>, from: &str| {
        let at = super::update::last(&file, from).expect("it is there");
        file[..at].to_vec()
    };
    let start = start_of_section(signed);
    let value = number_of(signed, "/Type/Sig/");
    let mut files = vec![
        ("complete", update().write()),
        ("objects-only", update().bodies()),
        (
            "objects-and-an-end",
            [&update().bodies()[..], b"%%EOF\n"].concat(),
        ),
        (
            "objects-and-the-old-start",
            [
                &update().bodies()[..],
                format!("startxref\n{start}\n%%EOF\n").as_bytes(),
            ]
            .concat(),
        ),
        ("without-its-end", update().end("").write()),
        ("with-half-an-end", update().end("%%EO").write()),
        (
            "with-a-later-end",
            update().end("\n\n\n%%EOF\n\n\n\n").write(),
        ),
        ("without-startxref", cut(update().write(), "startxref")),
        ("with-startxref-cut", cut(update().write(), "xref\n")),
        (
            "with-the-start-of-the-signed",
            [
                &update().write()[..],
                format!("startxref\n{start}\n%%EOF\n").as_bytes(),
            ]
            .concat(),
        ),
        (
            "with-start-0",
            update().end("startxref\n0\n%%EOF\n").write(),
        ),
        (
            "with-bytes-behind-it",
            update().end("%%EOF\nsome more\n").write(),
        ),
        (
            "with-a-second-start",
            update().end("startxref\n99\n%%EOF\n").write(),
        ),
        ("of-a-comment", appended("% a comment\n")),
        ("of-much-white-space", appended(&" \n".repeat(40))),
        ("of-many-zeros", appended(&"\0".repeat(80))),
        ("of-another-end", appended("%%EOF\n")),
        (
            "of-the-same-end",
            appended(&format!("startxref\n{start}\n%%EOF\n")),
        ),
        (
            "of-a-page-content-in-a-comment",
            appended(&format!("%5 0 obj {evil} endobj\n%%EOF\n")),
        ),
        (
            "with-the-signature-copied",
            update().object(value, body(signed, value)).write(),
        ),
        ("from-the-start", update().previous(None).write()),
        ("around-the-signed-revision", {
            let first = signed.windows(9).position(|window| window == b"startxref");
            let first = first.expect("a first revision");
            update()
                .previous(Some(start_of_section(&signed[..first + 30])))
                .write()
        }),
        (
            "to-itself",
            update().previous(Some(signed.len() + 200)).write(),
        ),
        (
            "beyond-the-file",
            update().previous(Some(99_999_999)).write(),
        ),
        ("without-a-root", update().without("/Root").write()),
        ("with-a-size-too-small", update().size(4).write()),
        ("in-the-other-kind-of-section", {
            let table = signed[start..].starts_with(b"xref");
            if table {
                update().write_stream()
            } else {
                update().write_table()
            }
        }),
        (
            "of-a-whole-other-file",
            appended(&String::from_utf8_lossy(&plain())),
        ),
        ("cut-by-one-byte", signed[..signed.len() - 1].to_vec()),
        ("cut-to-the-end-marker", signed[..signed.len() - 6].to_vec()),
        (
            "cut-behind-the-signature",
            signed[..Waiting::of(signed).contents.end + 2].to_vec(),
        ),
    ];
    let whole = update().write();
    let section = start_of_section(&whole);
    if let Some(trailer) = super::update::last(&whole, "trailer").filter(|at| *at > section) {
        let end = super::update::last(&whole, "startxref").expect("an end");
        let marker = super::update::last(&whole, "%%EOF").expect("a marker");
        let without = |from: usize, to: usize| [&whole[..from], &whole[to..]].concat();
        files.extend([
            ("without-its-table", without(section, trailer)),
            ("without-its-trailer", without(trailer, end)),
            ("without-table-and-trailer", without(section, end)),
            ("without-table-and-end", {
                [&whole[..section], &whole[trailer..marker]].concat()
            }),
            ("without-trailer-and-end", whole[..trailer].to_vec()),
            ("with-a-trailer-alone", {
                [signed, &whole[trailer..]].concat()
            }),
        ]);
    }
    // What ends with a line break has it there to be signed; without, a byte is missing.
    files.retain(|(_, file)| file != signed);
    files
}

/// A file of another page.
fn plain() -> Vec<u8> {
    super::original::contract(super::original::Form::Table)
}
