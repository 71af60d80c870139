//! What somebody does to the document on purpose: to its fields, its fonts and its comments.

use super::*;
use crate::attacks::update::{Update, body, number_of};

const LOOK: &str = "/Type/XObject/Subtype/Form/BBox[0 0 555 260]/Resources 6 0 R";
const EVIL: &str = "1 g 0 0 555 260 re f 0 g BT /F1 24 Tf 0 10 Td (Pay 100000 EUR) Tj ET";
/// The field filled, and drawn by a new object.
fn filled<'f>(update: Update<'f>, signed: &[u8], field: u32, look: u32) -> Update<'f> {
    let filled = body(signed, field)
        .replace("/V()", "/V(100000)")
        .replace("/N 20 0 R", &format!("/N {look} 0 R"));
    update.object(field, filled)
}
pub(super) fn shown(signed: &[u8]) -> Files {
    let update = || Update::of(signed);
    let evil = stream(LOOK, EVIL);
    let wall = |look: &str| {
        filled(update(), signed, WALLS[0], 700)
            .object(700, look)
            .write()
    };
    let mut files: Vec<(&str, Vec<u8>)> = Vec::new();
    files.push(("fields-together-hide-the-page", {
        let all = WALLS.iter().fold(update(), |update, field| {
            filled(update, signed, *field, 700 + field)
        });
        let looks = WALLS
            .iter()
            .fold(all, |all, field| all.object(700 + field, &evil));
        looks.write()
    }));
    files.push(("fields-one-after-another-hide-the-page", {
        let mut file = signed.to_vec();
        for (field, look) in WALLS.iter().zip(701..) {
            let next = filled(Update::of(&file), &file, *field, look);
            file = next.object(look, &evil).write();
        }
        file
    }));
    files.push(("button-shows-what-was-prepared", {
        let pressed = body(signed, BUTTON).replace("/V/Off/AS/Off", "/V/Yes/AS/Yes");
        update().object(BUTTON, pressed).write()
    }));
    files.push((
        "appearance-without-a-box",
        wall(&evil.replace("/BBox[0 0 555 260]", "")),
    ));
    files.push((
        "appearance-whose-box-is-no-box",
        wall(&evil.replace("/BBox[0 0 555 260]", "/BBox[0 0 /a 260]")),
    ));
    files.push(("appearance-that-is-no-stream", wall("<<>>")));
    files.push(("appearance-that-was-there", {
        let field = body(signed, WALLS[0])
            .replace("/V()", "/V(1)")
            .replace("/N 20 0 R", "/N 21 0 R");
        update().object(WALLS[0], field).write()
    }));
    files.push(("field-filled-with-an-object-that-was-there", {
        let field = body(signed, WALLS[0]).replace("/V()", "/V 48 0 R");
        update().object(WALLS[0], field).write()
    }));
    files.push(("fonts-of-what-viewers-draw", {
        let form = body(signed, FORM).replace("/F1 8 0 R", "/F1 8 0 R/F9 700 0 R");
        let font = "<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats>>";
        update().object(FORM, form).object(700, font).write()
    }));
    files.push(("missing-object-is-supplied", {
        update().object(MISSING, &evil).write()
    }));
    files.push(("missing-object-is-supplied-in-two-steps", {
        let once = update().object(700, &evil).write();
        Update::of(&once).object(MISSING, &evil).write()
    }));
    files.push(("free-number-is-used-again", {
        update().object(FREE, &evil).write()
    }));
    files.push(("free-number-is-used-again-in-its-next-generation", {
        update().generation(1).object(FREE, &evil).write()
    }));
    files.push(("layer-is-turned-off-for-viewing", {
        let layer = body(signed, 31).replace("/Print<<", "/View<</ViewState/OFF>>/Print<<");
        update().object(31, layer).write()
    }));
    files.push(("xfa-says-something-else", {
        update().stream(48, "", "<evil/>").write()
    }));
    files.push(("embedded-file-is-another", {
        update()
            .stream(35, "/Type/EmbeddedFile/Subtype/text#2Fplain", "evil")
            .write()
    }));
    files.push(("script-is-another", {
        update().object(47, "<</S/JavaScript/JS(2;)>>").write()
    }));
    files.push(("page-gets-resources-of-its-own", {
        let page = body(signed, PAGE).replacen("<<", "<</Resources<<>>", 1);
        update().object(PAGE, page).write()
    }));
    files.push(("signature-in-a-stream-of-objects", {
        let value = number_of(signed, "/Type/Sig/");
        let dictionary = body(signed, value);
        let head = format!("{value} 0 ");
        let entries = format!("/Type/ObjStm/N 1/First {}", head.len());
        let packed = stream(&entries, &(head + &dictionary));
        update()
            .object(700, packed)
            .in_stream(value, 700)
            .write_stream()
    }));
    files
        .into_iter()
        .map(|(name, file)| (name.to_owned(), file))
        .collect()
}
/// The font is another, by each way there is to it.
pub(super) fn fonts(signed: &[u8]) -> Files {
    let with = |number: u32, old: &str, new: &str| {
        let was = body(signed, number);
        assert!(was.contains(old), "{old:?} is not in {was:?}");
        Update::of(signed)
            .object(number, was.replace(old, new))
            .object(700, "<</Type/Encoding/Differences[49/seven]>>")
            .write()
    };
    let files = [
        (
            "font-of-another-encoding",
            with(FONT, "/Encoding 26 0 R", "/Encoding 700 0 R"),
        ),
        (
            "font-with-other-glyph-names",
            with(26, "[1/one]", "[1/seven]"),
        ),
        ("font-of-other-widths", with(24, "[500 500]", "[0 5000]")),
        (
            "font-of-another-file",
            Update::of(signed).stream(28, "/Length1 4", "evil").write(),
        ),
        ("font-without-its-file", with(25, "/FontFile2 28 0 R", "")),
        ("font-by-another-name", with(FONT, "ABCDEF+Any", "Symbol")),
        ("font-of-another-kind", with(FONT, "/TrueType", "/Type3")),
        (
            "font-of-other-words",
            Update::of(signed)
                .stream(27, "", "/CMapName /Others def")
                .write(),
        ),
    ];
    files
        .into_iter()
        .map(|(name, file)| (name.to_owned(), file))
        .collect()
}
/// Marks that reach beyond what is looked at, signs as large as what they hide, windows over the page.
pub(super) fn marked(signed: &[u8]) -> Files {
    let added = |notes: &[String]| {
        let mut list = String::new();
        let mut update = Update::of(signed);
        for (note, number) in notes.iter().zip(701..) {
            list.push_str(&format!(" {number} 0 R"));
            update = update.object(number, note);
        }
        let annotations = body(signed, ANNOTATIONS).replace(']', &format!("{list}]"));
        update.object(ANNOTATIONS, annotations).write()
    };
    let note = |kind: &str, rect: &str, entries: &str| {
        format!("<</Type/Annot/Subtype/{kind}/F 4/C[1 0 0]/Rect[{rect}]/P 3 0 R{entries}>>")
    };
    let whole = "/QuadPoints[0 842 595 842 0 120 595 120]";
    let window = "/Open true/Contents(Pay 100000 EUR)";
    let mut files = vec![
        (
            "sign-is-large",
            added(&[note("Text", "72 690 300 790", "/Name/Note")]),
        ),
        (
            "caret-is-large",
            added(&[note("Caret", "72 690 300 790", "")]),
        ),
        (
            "window-over-the-page",
            added(&[note("Popup", "0 120 595 842", window)]),
        ),
        (
            "window-anywhere",
            added(&[note("Popup", "0 120 595", window)]),
        ),
        (
            "windows-over-the-page",
            added(&[
                note("Popup", "0 120 300 842", window),
                note("Popup", "300 120 595 842", window),
            ]),
        ),
        (
            "quadrilaterals-in-words",
            added(&[note("StrikeOut", "72 690 300 730", "/QuadPoints[(a)(b)]")]),
        ),
        (
            "quadrilaterals-of-one-number",
            added(&[note("StrikeOut", "72 690 300 730", "/QuadPoints[1]")]),
        ),
    ]
    .into_iter()
    .map(|(name, file)| (name.to_owned(), file))
    .collect::<Files>();
    for kind in ["Highlight", "Underline", "StrikeOut", "Squiggly"] {
        let name = format!("{}-beyond-its-rectangle", kind.to_lowercase());
        files.push((name, added(&[note(kind, "400 700 410 710", whole)])));
    }
    for kind in ["Underline", "StrikeOut", "Squiggly"] {
        let name = format!("{}-as-high-as-a-page", kind.to_lowercase());
        files.push((name, added(&[note(kind, "0 500 300 842", "")])));
    }
    files
}

/// Comments are allowed, and misused.
pub(super) fn commented(signed: &[u8]) -> Files {
    let with = |number: u32, old: &str, new: &str| {
        let was = body(signed, number);
        assert!(was.contains(old), "{old:?} is not in {was:?}");
        Update::of(signed)
            .object(number, was.replace(old, new))
            .write()
    };
    let added = |notes: Vec<String>| {
        let mut list = String::new();
        let mut update = Update::of(signed);
        for (note, number) in notes.into_iter().zip(701..) {
            list.push_str(&format!(" {number} 0 R"));
            update = update.object(number, note);
        }
        let annotations = body(signed, ANNOTATIONS).replace(']', &format!("{list}]"));
        update.size(2000).object(ANNOTATIONS, annotations).write()
    };
    let highlight = |entries: &str| {
        added(vec![format!(
            "<</Type/Annot/Subtype/Highlight/Rect[72 690 300 730]/P 3 0 R{entries}\
             /QuadPoints[72 730 300 730 72 690 300 690]>>"
        )])
    };
    let tiles = |kind: &str, side: usize| {
        let rows = (0..842).step_by(side);
        let places = rows.flat_map(|y| (0..595).step_by(side).map(move |x| (x, y)));
        // Not over the box of the signature.
        let places = places.filter(|(x, y)| *x > 230 || *y > 110);
        let note = |(x, y): (usize, usize)| {
            let (right, top) = (x + side, y + side);
            format!("<</Type/Annot/Subtype/{kind}/Rect[{x} {y} {right} {top}]/P 3 0 R>>")
        };
        added(places.map(note).collect())
    };
    let files = [
        ("highlight-in-black", highlight("/C[0 0 0]")),
        ("highlight-in-grey", highlight("/C[0.1]")),
        ("highlight-in-dark-ink", highlight("/C[1 1 1 1]")),
        ("highlight-of-no-colour-space", highlight("/C[1 1]")),
        ("highlight-in-words", highlight("/C(black)")),
        ("signs-side-by-side-hide-the-page", tiles("Text", 40)),
        ("lines-side-by-side-hide-the-page", tiles("StrikeOut", 60)),
        ("drawn-comment-vanishes", with(ANNOTATIONS, " 16 0 R", "")),
        (
            "drawn-comment-is-hidden",
            with(DRAWN_COMMENT, "/F 4", "/F 2"),
        ),
        (
            "drawn-comment-moves",
            with(DRAWN_COMMENT, "[72 690", "[72 190"),
        ),
        (
            "drawn-comment-draws-nothing",
            with(DRAWN_COMMENT, "/AP<</N 22 0 R>>", ""),
        ),
        (
            "drawn-comment-draws-something-else",
            with(DRAWN_COMMENT, "/N 22 0 R", "/N 21 0 R"),
        ),
        (
            "drawn-comment-shines-through",
            with(DRAWN_COMMENT, "/CA 1", "/CA 0"),
        ),
        ("comment-becomes-a-stamp", with(COMMENT, "/Text", "/Stamp")),
        (
            "comment-gets-a-drawing",
            with(COMMENT, "/P 3", "/AP<</N 21 0 R>>/P 3"),
        ),
        (
            "comment-gets-an-action",
            with(COMMENT, "/P 3", "/A 47 0 R/P 3"),
        ),
        (
            "comment-moves-over-the-signature",
            with(COMMENT, "[500 700 520 720]", "[40 40 60 60]"),
        ),
        (
            "comment-covers-the-page",
            with(COMMENT, "[500 700 520 720]", "[0 120 595 842]"),
        ),
    ];
    files
        .into_iter()
        .map(|(name, file)| (name.to_owned(), file))
        .collect()
}
