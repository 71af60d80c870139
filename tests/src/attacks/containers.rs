//! Objects in streams that no section names there, for readers that look for themselves.

use super::update::{Update, body, start_of_section, stream};
use super::{Attack, Originals};

pub(super) fn attacks(originals: &Originals) -> Vec<Attack> {
    originals
        .numbered()
        .iter()
        .flat_map(|original| {
            let of =
                |(name, file)| Attack::new(&format!("container-{name}-{}", original.name), file);
            files(&original.file)
                .into_iter()
                .map(of)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// A stream of objects: their numbers, and what they are.
fn container(objects: &[(u32, &str)]) -> String {
    let mut places = String::new();
    let mut bodies = String::new();
    for (number, body) in objects {
        places.push_str(&format!("{number} {} ", bodies.len()));
        bodies.push_str(body);
        bodies.push('\n');
    }
    let entries = format!("/Type/ObjStm/N {}/First {}", objects.len(), places.len());
    stream(&entries, &(places + &bodies))
}

fn files(signed: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    const HOLDER: u32 = 650;
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 17 0 R>>";
    let held = |objects: &[(u32, &str)]| Update::of(signed).object(HOLDER, container(objects));
    // What one reader cannot read another repairs.
    let unread = |spoil: &dyn Fn(&str) -> String| {
        let holder = spoil(&container(&[(3, page)]));
        Update::of(signed).object(HOLDER, holder).write()
    };
    let start = start_of_section(signed);
    let mut files = vec![
        ("nobody-names-what-is-in-it", held(&[(3, page)]).write()),
        (
            "one-is-named-another-is-in-it-too",
            held(&[(651, "null"), (3, page)])
                .in_stream(651, HOLDER)
                .write_stream(),
        ),
        (
            "one-is-in-it-twice",
            held(&[(651, "null"), (651, page)])
                .in_stream(651, HOLDER)
                .write_stream(),
        ),
        (
            "another-number-is-in-it",
            held(&[(651, page)]).in_stream(3, HOLDER).write_stream(),
        ),
        (
            "a-page-comes-from-it",
            held(&[(3, page)]).in_stream(3, HOLDER).write_stream(),
        ),
        (
            "it-goes-on-in-another",
            held(&[(3, page)])
                .object(652, stream("/Type/ObjStm/N 0/First 0/Extends 650 0 R", ""))
                .write(),
        ),
        (
            "it-is-encoded-by-a-filter-that-nobody-has",
            unread(&|holder| holder.replace("/ObjStm", "/ObjStm/Filter/Unknown")),
        ),
        (
            "its-places-are-no-numbers",
            unread(&|holder| holder.replace("stream\n3 0 ", "stream\n3 . ")),
        ),
        (
            "its-first-is-behind-its-end",
            unread(&|holder| holder.replace("/First ", "/First 9")),
        ),
        (
            "section-names-a-stream-of-sections",
            Update::of(signed)
                .object(653, "null")
                .trailer(&format!("/XRefStm {start}"))
                .write(),
        ),
    ];
    if signed[start..].starts_with(b"xref") {
        // The body is looked up where it is a plain object.
        let page = body(signed, 3).replace("/Contents", "/UserUnit 3/Contents");
        files.push((
            "page-is-in-a-stream-of-a-table",
            held(&[(3, &page)]).write_table(),
        ));
    }
    files
}
