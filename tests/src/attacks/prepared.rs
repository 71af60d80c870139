//! A document with one of everything that a reader shows, follows or believes, signed; and what can
//! be done to it. Every entry of every object is changed in turn: none of it is what a signature
//! allows, so that none is valid but what is listed.

use super::original::{People, Waiting, table_of, visible};
use super::update::{Update, body, stream};
use super::{Attack, Originals};

/// Numbers of what is attacked by hand.
const PAGE: u32 = 3;
const CONTENT: u32 = 5;
const RESOURCES: u32 = 6;
const FONT: u32 = 8;
const ANNOTATIONS: u32 = 9;
const FORM: u32 = 10;
/// Three text fields, each of a third of the page.
const WALLS: [u32; 3] = [11, 12, 13];
const BUTTON: u32 = 14;
/// A text field with a value and without an appearance.
const UNDRAWN: u32 = 15;
/// A comment that hides a line of the page, and one that viewers draw.
const DRAWN_COMMENT: u32 = 16;
const COMMENT: u32 = 17;
/// Named by the resources, drawn by the page: not in the file, and free.
const MISSING: u32 = 200;
const FREE: u32 = 60;

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

/// The document, unsigned.
#[must_use]
pub(super) fn document() -> Vec<u8> {
    let words = |text: &str| format!("BT /F1 18 Tf 4 4 Td ({text}) Tj ET");
    let form = "/Type/XObject/Subtype/Form/BBox[0 0 595 280]/Resources 6 0 R";
    let content = "/P <</MCID 0>> BDC BT /F1 24 Tf 72 700 Td (Pay 100 EUR) Tj ET EMC\n\
                   /OC /L1 BDC BT /F1 9 Tf 72 650 Td (Layer) Tj ET EMC\n/Logo Do /Ghost Do /Spirit Do";
    let wall = |name: &str, bottom: u32| {
        let top = bottom + 260;
        format!(
            "<</Type/Annot/Subtype/Widget/FT/Tx/T({name})/V()/F 4/Rect[20 {bottom} 575 {top}]/P 3 0 R\
             /AP<</N 20 0 R>>/DA(/F1 12 Tf)>>"
        )
    };
    let objects: Vec<(u32, String)> = vec![
        (
            1,
            "<</Type/Catalog/Pages 2 0 R/AcroForm 10 0 R/OCProperties 30 0 R/Metadata 32 0 R/Lang(en)\
             /Names 33 0 R/Dests 36 0 R/Outlines 37 0 R/StructTreeRoot 39 0 R/MarkInfo<</Marked true>>\
             /PageLabels 42 0 R/OutputIntents[43 0 R]/ViewerPreferences<</Direction/L2R>>\
             /PageMode/UseNone/OpenAction 47 0 R>>"
                .to_owned(),
        ),
        (
            2,
            "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/Resources 6 0 R/MediaBox[0 0 595 842]/Rotate 0>>"
                .to_owned(),
        ),
        (
            PAGE,
            "<</Type/Page/Parent 2 0 R/Contents[5 0 R]/Annots 9 0 R/CropBox[0 0 595 842]\
             /StructParents 0/UserUnit 1/Group 46 0 R/Trans<</S/R>>/Tabs/S>>"
                .to_owned(),
        ),
        (4, "<</Type/Page/Parent 2 0 R/Contents 7 0 R>>".to_owned()),
        (CONTENT, stream("", content)),
        (
            RESOURCES,
            "<</Font<</F1 8 0 R>>/Properties<</L1 31 0 R>>/ColorSpace<</C1 45 0 R>>\
             /ExtGState<</G1 44 0 R>>/XObject<</Logo 23 0 R/Ghost 200 0 R/Spirit 60 0 R>>>>"
                .to_owned(),
        ),
        (7, stream("", &words("Second page"))),
        (
            FONT,
            "<</Type/Font/Subtype/TrueType/BaseFont/ABCDEF+Any/FirstChar 32/LastChar 33/Widths 24 0 R\
             /FontDescriptor 25 0 R/Encoding 26 0 R/ToUnicode 27 0 R>>"
                .to_owned(),
        ),
        (
            ANNOTATIONS,
            "[11 0 R 12 0 R 13 0 R 14 0 R 15 0 R 16 0 R 17 0 R 18 0 R 19 0 R]".to_owned(),
        ),
        (
            FORM,
            "<</Fields[11 0 R 12 0 R 13 0 R 14 0 R 15 0 R 18 0 R]/DA(/F9 12 Tf)/SigFlags 3/CO[11 0 R]\
             /DR<</Font<</F1 8 0 R>>>>/XFA 48 0 R/Q 0>>"
                .to_owned(),
        ),
        (WALLS[0], wall("Low", 20)),
        (WALLS[1], wall("Middle", 290)),
        (WALLS[2], wall("High", 560)),
        (
            BUTTON,
            "<</Type/Annot/Subtype/Widget/FT/Btn/T(Agree)/V/Off/AS/Off/F 4/Rect[20 300 575 580]\
             /P 3 0 R/AP<</N<</Yes 21 0 R/Off 20 0 R>>>>/MK<</CA(4)>>>>"
                .to_owned(),
        ),
        (
            UNDRAWN,
            "<</Type/Annot/Subtype/Widget/FT/Tx/T(Sum)/V(100)/F 4/Rect[72 600 200 620]/P 3 0 R>>"
                .to_owned(),
        ),
        (
            DRAWN_COMMENT,
            "<</Type/Annot/Subtype/Highlight/F 4/Rect[72 690 300 730]/P 3 0 R/C[1 1 0]\
             /QuadPoints[72 730 300 730 72 690 300 690]/AP<</N 22 0 R>>/Contents(Look)/CA 1>>"
                .to_owned(),
        ),
        (
            COMMENT,
            "<</Type/Annot/Subtype/Text/F 4/Rect[500 700 520 720]/P 3 0 R/Contents(Why?)/Name/Note>>"
                .to_owned(),
        ),
        (
            18,
            "<</Type/Annot/Subtype/Widget/FT/Sig/T(Approval)/F 4/Rect[300 600 480 660]/P 3 0 R\
             /Lock 49 0 R>>"
                .to_owned(),
        ),
        (
            19,
            "<</Type/Annot/Subtype/Link/Rect[72 500 200 520]/P 3 0 R/Border[0 0 0]\
             /A<</S/URI/URI(https://example.org/)>>/StructParent 1>>"
                .to_owned(),
        ),
        (20, stream(form, "q Q")),
        (21, stream(form, &words("Pay 100000 EUR"))),
        (22, stream(form, "1 1 0 rg 0 0 595 280 re f")),
        (23, stream(form, "0 0 1 rg 0 0 10 10 re f")),
        (24, "[500 500]".to_owned()),
        (
            25,
            "<</Type/FontDescriptor/FontName/ABCDEF+Any/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0\
             /Ascent 800/Descent -200/CapHeight 700/StemV 80/FontFile2 28 0 R>>"
                .to_owned(),
        ),
        (
            26,
            "<</Type/Encoding/BaseEncoding/WinAnsiEncoding/Differences[1/one]>>".to_owned(),
        ),
        (27, stream("", "/CMapName /Words def")),
        (28, stream("/Length1 4", "font")),
        (
            30,
            "<</OCGs[31 0 R]/D<</Order[31 0 R]/ON[31 0 R]/AS[<</Event/View/OCGs[31 0 R]>>]>>>>"
                .to_owned(),
        ),
        (31, "<</Type/OCG/Name(Layer)/Usage<</Print<</PrintState/ON>>>>>>".to_owned()),
        (
            32,
            stream(
                "/Type/Metadata/Subtype/XML",
                "<x:xmpmeta xmlns:x='adobe:ns:meta/'><title>One</title></x:xmpmeta>",
            ),
        ),
        (
            33,
            "<</EmbeddedFiles<</Names[(a.txt) 34 0 R]>>/JavaScript<</Names[(a) 47 0 R]>>>>"
                .to_owned(),
        ),
        (34, "<</Type/Filespec/F(a.txt)/UF(a.txt)/EF<</F 35 0 R>>/AFRelationship/Data>>".to_owned()),
        (35, stream("/Type/EmbeddedFile/Subtype/text#2Fplain", "harmless")),
        (36, "<</Chapter[3 0 R/Fit]>>".to_owned()),
        (37, "<</Type/Outlines/First 38 0 R/Last 38 0 R/Count 1>>".to_owned()),
        (38, "<</Title(One hundred)/Parent 37 0 R/Dest[3 0 R/Fit]>>".to_owned()),
        (39, "<</Type/StructTreeRoot/K 40 0 R/ParentTree 41 0 R/RoleMap<</Money/Span>>>>".to_owned()),
        (
            40,
            "<</Type/StructElem/S/P/P 39 0 R/Pg 3 0 R/K 0/ActualText(Pay 100 EUR)/Alt(100)/Lang(en)>>"
                .to_owned(),
        ),
        (41, "<</Nums[0[40 0 R]]>>".to_owned()),
        (42, "<</Nums[0<</S/D>>]>>".to_owned()),
        (
            43,
            "<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)>>".to_owned(),
        ),
        (44, "<</Type/ExtGState/ca 1/BM/Normal>>".to_owned()),
        (45, "[/Indexed/DeviceRGB 1<000000ffffff>]".to_owned()),
        (46, "<</S/Transparency/CS/DeviceRGB/I true>>".to_owned()),
        (47, "<</S/JavaScript/JS(1;)>>".to_owned()),
        (48, stream("", "<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")),
        (49, "<</Type/SigFieldLock/Action/Include/Fields[(Nobody)]>>".to_owned()),
        (50, "<</Title(Contract)/Producer(Anybody)>>".to_owned()),
        // Named by nothing.
        (51, "<</Linearized 1/L 99999/H[1 2]/O 3/E 9/N 2/T 9>>".to_owned()),
    ];
    table_of(&objects, FREE, "/Root 1 0 R/Info 50 0 R/ID[<00><00>]")
}

pub(super) fn attacks(originals: &Originals) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for (name, file) in by_hand(&originals.prepared)
        .into_iter()
        .chain(fonts(&originals.prepared))
    {
        attacks.push(Attack::new(&format!("prepared-{name}-approved"), file));
    }
    for (name, file) in commented(&originals.commentable) {
        attacks.push(Attack::new(&format!("prepared-{name}-commentable"), file));
    }
    for (name, file) in each_entry(&originals.prepared) {
        attacks.push(Attack::new(&format!("entry-{name}-approved"), file));
    }
    for (name, file) in signed_so(&originals.people) {
        attacks.push(Attack::new(&format!("value-{name}"), file));
    }
    attacks
}

type Files = Vec<(String, Vec<u8>)>;

const LOOK: &str = "/Type/XObject/Subtype/Form/BBox[0 0 555 260]/Resources 6 0 R";
const EVIL: &str = "1 g 0 0 555 260 re f 0 g BT /F1 24 Tf 0 10 Td (Pay 100000 EUR) Tj ET";

/// The field filled, and drawn by a new object.
fn filled<'f>(update: Update<'f>, signed: &[u8], field: u32, look: u32) -> Update<'f> {
    let filled = body(signed, field)
        .replace("/V()", "/V(100000)")
        .replace("/N 20 0 R", &format!("/N {look} 0 R"));
    update.object(field, filled)
}

fn by_hand(signed: &[u8]) -> Files {
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
        let value = super::update::number_of(signed, "/Type/Sig/");
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
fn fonts(signed: &[u8]) -> Files {
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

/// Comments are allowed, and misused.
fn commented(signed: &[u8]) -> Files {
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

/// Every entry of every object is taken away, and said otherwise.
fn each_entry(signed: &[u8]) -> Files {
    let mut files = Vec::new();
    for number in 1..=51 {
        let head = format!("\n{number} 0 obj\n");
        if super::update::first(signed, &head).is_none() {
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

/// Signatures whose dictionary is written so that it can become another, by Ada's own software.
fn signed_so(people: &People) -> Files {
    let document = document();
    let form = |value: &str| {
        Update::of(&document)
            .object(
                ANNOTATIONS,
                body(&document, ANNOTATIONS).replace(']', " 700 0 R 703 0 R]"),
            )
            .object(FORM, body(&document, FORM).replacen(']', " 700 0 R 703 0 R]", 1))
            .object(
                700,
                "<</Type/Annot/Subtype/Widget/FT/Sig/T(One)/Rect[0 0 0 0]/P 3 0 R/F 132/V 702 0 R>>",
            )
            .object(
                703,
                format!("<</Type/Annot/Subtype/Widget/FT/Sig/T(Two)/Rect[0 0 0 0]/P 3 0 R/F 132{value}>>"),
            )
    };
    let head = "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached";
    let room = "0".repeat(6000);
    let numbers = "[0 1111111111 2222222222 3333333333]";
    let value = |byte_range: &str, contents: &str| {
        format!("{head}/ByteRange{byte_range}/Contents{contents}>>")
    };
    let digits = format!("<{room}>");
    let of_two = form("/V 702 0 R").object(702, value(numbers, &digits));
    let apart = form("")
        .object(701, numbers)
        .object(702, value(" 701 0 R", &digits));
    let references = form("")
        .object(702, value("[704 0 R 705 0 R 706 0 R 707 0 R]", &digits))
        .object(704, "0")
        .object(705, "1111111111")
        .object(706, "2222222222")
        .object(707, "3333333333");
    let contents = form("")
        .object(702, value(numbers, " 704 0 R"))
        .object(704, &digits);
    [
        ("of-two-fields", of_two),
        ("whose-byte-range-is-elsewhere", apart),
        ("whose-byte-range-is-four-references", references),
        ("whose-contents-are-elsewhere", contents),
    ]
    .map(|(name, update)| (name.to_owned(), signed_by_hand(update.write(), people)))
    .to_vec()
}

/// Signs a document with its only long run of zeros as the room, and the honest numbers in the place
/// of those that stand for them, wherever they are.
fn signed_by_hand(mut file: Vec<u8>, people: &People) -> Vec<u8> {
    let start = super::update::last(&file, &format!("<{}", "0".repeat(100))).expect("the room");
    let length = file[start..].iter().position(|byte| *byte == b'>');
    let contents = start..start + length.expect("its end") + 1;
    let numbers = [contents.start, contents.end, file.len() - contents.end];
    for (number, digit) in numbers.iter().zip(["1", "2", "3"]) {
        let slot = super::update::last(&file, &digit.repeat(10)).expect("a number's place");
        file[slot..slot + 10].copy_from_slice(format!("{number:<10}").as_bytes());
    }
    let waiting = Waiting {
        file,
        byte_range: 0..0,
        contents,
    };
    let signature = people.sign(&waiting.digest());
    waiting.complete(&signature)
}

/// Signed by Ada in a box; comments are allowed if the level says so.
#[must_use]
pub(super) fn signed(people: &People, level: Option<pdf::Certification>) -> Vec<u8> {
    let document = document();
    let waiting = match level {
        Some(level) => Waiting::lay_out(&document, super::original::certifying(level)),
        None => Waiting::lay_out(&document, visible),
    };
    let signature = people.sign(&waiting.digest());
    waiting.complete(&signature)
}
