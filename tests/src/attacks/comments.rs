//! Comments with a drawing of their own in a document that is certified so that comments are allowed:
//! as viewers draw them, and as somebody draws who wants them to be taken for content.

use super::update::{Update, body, stream};
use super::{Attack, Original, Originals};

/// A line of text, and the box round it.
const LINE: &str = "/QuadPoints[72 715 300 715 72 700 300 700]/Rect[68 696 304 719]";
const LINE_BOX: &str = "/BBox[68 696 304 719]";
const MULTIPLY: &str = "/Resources<</ExtGState<</H<</Type/ExtGState/BM/Multiply>>>>>>";

/// A document with comments on its first page, and what they are drawn with.
fn commented(signed: &[u8], comments: &[&str], drawings: &[&str]) -> Vec<u8> {
    let named: String = (0..comments.len())
        .map(|at| format!(" {} 0 R", 700 + at))
        .collect();
    let list = body(signed, 9).replace(']', &format!("{named}]"));
    let mut update = Update::of(signed).object(9, list);
    for (comment, number) in comments.iter().zip(700..) {
        let flags = if comment.contains("/F ") { "" } else { "/F 4" };
        let comment = format!("<</Type/Annot/P 3 0 R{flags}{comment}>>");
        update = update.object(number, comment);
    }
    for (drawing, number) in drawings.iter().zip(800..) {
        update = update.object(number, drawing);
    }
    update.write()
}

/// A form for an appearance.
fn drawn(entries: &str, content: &str) -> String {
    stream(&format!("/Type/XObject/Subtype/Form{entries}"), content)
}

/// One comment with one drawing.
fn one(signed: &[u8], comment: &str, drawing: &str) -> Vec<u8> {
    let comment = format!("{comment}/AP<</N 800 0 R>>");
    commented(signed, &[&comment], &[drawing])
}

pub(super) fn as_viewers_do(originals: &Originals) -> Vec<Original> {
    let signed = &originals.certified[2];
    let note = "/Subtype/Text/Rect[500 726 516 742]/C[1 1 0]/F 28/Contents(hi)/Name/Note";
    let note_of_mupdf = drawn(
        "/BBox[0 0 16 16]/Matrix[1 0 0 1 0 0]",
        "1 1 0 rg\n1 w\n0.5 0.5 15 15 re\nb\n1 0 0 -1 4 12 cm\n0 g\n0 0 8 1 re\n0 2 8 1 re\n0 4 8 1 re\n0 6 8 1 re\nf",
    );
    let note_of_pdfbox = drawn(
        "/BBox[0 0 18 20]/Matrix[1 0 0 1 -500 -700]/Resources<<>>",
        "/DeviceRGB cs\n1 1 0 sc\n4 M\n1 j\n0 J\n0.61 w\n1 1 16 18 re\n4.5 5.7143 m\n12.5 5.7143 l\n4.5 8.5714 m\n12.5 8.5714 l\nB",
    );
    let light = "/H gs\n1 1 0 rg\n72 700 m\n68.46 703.5 68.46 711.5 72 715 c\n300 715 l\n303.5 711.5 303.5 703.5 300 700 c\nf";
    let within = drawn(
        &format!(
            "{LINE_BOX}/Group<</S/Transparency>>/Resources<</XObject<</Form1 801 0 R>>/ExtGState<</H<</BM/Multiply/ca 1>>>>>>"
        ),
        "/H gs /Form1 Do",
    );
    let of_a_group = drawn(
        &format!("{LINE_BOX}/Group<</S/Transparency>>"),
        "1 .9 .2 rg 72 700 228 15 re f",
    );
    let highlight = format!("/Subtype/Highlight/C[1 1 0]{LINE}");
    let nested = format!("{highlight}/AP<</N 800 0 R>>");
    let line = |kind: &str, content: &str| {
        let comment = format!("/Subtype/{kind}/C[1 0 0]{LINE}");
        one(signed, &comment, &drawn(LINE_BOX, content))
    };
    let popup = "/Subtype/Popup/Parent 700 0 R/Rect[32 730 232 830]";
    let with_popup = format!("{note}/Popup 701 0 R/AP<</N 800 0 R>>");
    let marked = one(
        signed,
        &highlight,
        &drawn(&[LINE_BOX, MULTIPLY].concat(), light),
    );
    let gone = Update::of(&marked)
        .object(9, body(signed, 9))
        .free(700)
        .free(800)
        .write();
    let noted = one(signed, note, &note_of_mupdf);
    let moved = Update::of(&noted)
        .object(
            700,
            body(&noted, 700)
                .replace("[500 726", "[480 726")
                .replace("516 742", "496 742"),
        )
        .write();
    let original = |name, file| Original { name, file };
    vec![
        original("note-of-mupdf", noted.clone()),
        original(
            "note-with-its-popup",
            commented(signed, &[&with_popup, popup], &[&note_of_mupdf]),
        ),
        original("note-that-is-moved", moved),
        original(
            "note-that-is-deleted",
            Update::of(&noted).object(9, body(signed, 9)).write(),
        ),
        original("note-of-pdfbox", one(signed, note, &note_of_pdfbox)),
        original(
            "caret-of-mupdf",
            one(
                signed,
                "/Subtype/Caret/Rect[71 527.5 91 541.5]/C[0 0 1]",
                &drawn(
                    "/BBox[0 0 20 14]",
                    "0 0 1 rg\n0 0 m\n10 0 10 7 10 14 c\n10 7 10 0 20 0 c\nf",
                ),
            ),
        ),
        original("highlight-of-mupdf", marked),
        original("highlight-that-is-deleted", gone),
        original(
            "highlight-in-a-group",
            commented(signed, &[&nested], &[&within, &of_a_group]),
        ),
        original(
            "underline",
            line(
                "Underline",
                "0 1 0 RG\n.9375 w\n72 702.1429 m\n300 702.1429 l\nS",
            ),
        ),
        original(
            "struck-out",
            line(
                "StrikeOut",
                "/DeviceRGB CS\n1 0 0 SC\n1 w\n72 707 m\n300 707 l\nS",
            ),
        ),
        original(
            "squiggly",
            line(
                "Squiggly",
                "1 0 1 RG .9375 w 72 700 m 110 702.1 l 150 700 l 200 702.1 l 250 700 l 300 702.1 l S",
            ),
        ),
    ]
}

pub(super) fn attacks(originals: &Originals) -> Vec<Attack> {
    let signed = &originals.certified[2];
    let note = "/Subtype/Text/Rect[500 700 530 730]/C[1 1 0]/Name/Note";
    let sign = |name: &'static str, entries: &str, content: &str| {
        (
            name,
            one(
                signed,
                note,
                &drawn(&format!("/BBox[0 0 30 30]{entries}"), content),
            ),
        )
    };
    let mark = |name: &'static str, kind: &str, entries: &str, content: &str| {
        let comment = format!("/Subtype/{kind}/C[1 1 0]{LINE}");
        (
            name,
            one(
                signed,
                &comment,
                &drawn(&format!("{LINE_BOX}{entries}"), content),
            ),
        )
    };
    let light = "72 700 228 15 re f";
    let ground = "1 1 0 rg 0 0 30 30 re f";
    let highlights = |colours: &[&str]| {
        let comments: Vec<String> = colours
            .iter()
            .map(|colour| format!("/Subtype/Highlight/C[{colour}]{LINE}"))
            .collect();
        let comments: Vec<&str> = comments.iter().map(String::as_str).collect();
        commented(signed, &comments, &[])
    };
    let struck: Vec<String> = (0..12)
        .map(|at| {
            let (low, high) = (690.0 + f64::from(at), 705.0 + f64::from(at));
            format!(
                "/Subtype/StrikeOut/C[0 0 0]/Rect[72 {low} 300 {high}]\
                 /QuadPoints[72 {high} 300 {high} 72 {low} 300 {low}]"
            )
        })
        .collect();
    let struck: Vec<&str> = struck.iter().map(String::as_str).collect();
    let files = vec![
        sign(
            "sign-with-letters",
            "/Resources 6 0 R",
            "1 1 0 rg 0 0 30 30 re f BT /F1 12 Tf (9) Tj ET",
        ),
        (
            "sign-with-a-picture",
            commented(
                signed,
                &[&format!("{note}/AP<</N 800 0 R>>")],
                &[
                    &drawn(
                        "/BBox[0 0 30 30]/Resources<</XObject<</I 801 0 R>>>>",
                        &format!("{ground} 30 0 0 30 0 0 cm /I Do"),
                    ),
                    &stream(
                        "/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray",
                        "x",
                    ),
                ],
            ),
        ),
        sign(
            "sign-that-is-white",
            "",
            "1 g 0 0 30 30 re f 0 g 5 5 2 20 re f",
        ),
        sign("sign-without-a-ground", "", "0 g 5 5 2 20 re f"),
        sign(
            "sign-whose-ground-is-painted-over",
            "",
            &format!("{ground} 1 g 0 0 30 30 re f 0 g 5 5 2 20 re f"),
        ),
        sign(
            "sign-whose-ground-is-a-thin-ring",
            "",
            "1 0 0 rg 0 0 30 30 re .1 .1 29.8 29.8 re f* 0 g 5 5 2 20 re f",
        ),
        sign(
            "sign-whose-ground-turns-back",
            "",
            "1 0 0 rg 0 0 m 30 0 l 30 30 l 0 30 l 0 0 l 0 30 l 30 30 l 30 0 l f 0 g 5 5 2 20 re f",
        ),
        sign(
            "sign-whose-ground-is-clipped",
            "",
            &format!("0 0 1 1 re W n {ground} 0 g 5 5 2 20 re f"),
        ),
        sign(
            "sign-whose-ground-is-thin-air",
            "/Resources<</ExtGState<</T<</ca 0/SMask 700 0 R>>>>>>",
            &format!("/T gs {ground}"),
        ),
        sign("sign-in-a-layer", "/OC 21 0 R", ground),
        sign("sign-with-another-document", "/Ref<</F(x)/Page 0>>", ground),
        sign(
            "sign-with-a-shading",
            "/Resources<</Shading<</S<</ShadingType 2>>>>>>",
            &format!("{ground} /S sh"),
        ),
        sign(
            "sign-with-an-inline-picture",
            "",
            &format!("{ground} BI /W 1 /H 1 /BPC 8 /CS /G ID x EI"),
        ),
        (
            "sign-as-large-as-a-line",
            one(
                signed,
                "/Subtype/Text/Rect[72 690 300 720]/C[1 1 0]",
                &drawn("/BBox[0 0 30 30]", ground),
            ),
        ),
        (
            "caret-that-is-a-letter",
            one(
                signed,
                "/Subtype/Caret/Rect[71 690 91 710]/C[0 0 1]",
                &drawn("/BBox[0 0 20 20]", "0 0 1 rg 8 0 4 20 re f"),
            ),
        ),
        mark(
            "highlight-that-is-not-multiplied",
            "Highlight",
            "",
            &format!("1 1 0 rg {light}"),
        ),
        mark(
            "highlight-that-is-normal-again",
            "Highlight",
            "/Resources<</ExtGState<</H<</BM/Multiply>>/N<</BM/Normal>>>>>>",
            &format!("/H gs /N gs 1 1 0 rg {light}"),
        ),
        mark(
            "highlight-that-is-dark",
            "Highlight",
            MULTIPLY,
            &format!("/H gs 0 0 .4 rg {light}"),
        ),
        mark(
            "highlight-that-is-dark-by-turns",
            "Highlight",
            MULTIPLY,
            &format!("/H gs 1 1 0 rg {light} 0 1 1 rg {light} 1 0 1 rg {light}"),
        ),
        mark(
            "highlight-that-is-a-letter",
            "Highlight",
            MULTIPLY,
            "/H gs 1 1 0 rg 72 700 2 15 re f",
        ),
        mark(
            "highlight-that-is-a-frame",
            "Highlight",
            MULTIPLY,
            "/H gs 1 1 0 rg 72 700 m 300 700 l 300 715 l 72 715 l 72 702 l 74 713 l 298 713 l 298 702 l f",
        ),
        mark(
            "highlight-with-letters",
            "Highlight",
            MULTIPLY,
            "/H gs 1 1 0 rg BT /F1 12 Tf 72 700 Td (x) Tj ET",
        ),
        mark(
            "highlight-with-a-line",
            "Highlight",
            MULTIPLY,
            "/H gs 0 G 20 w 72 707 m 300 707 l S",
        ),
        mark(
            "underline-that-is-thick",
            "Underline",
            "",
            "1 0 0 RG 15 w 72 707 m 300 707 l S",
        ),
        mark(
            "underline-that-is-filled",
            "Underline",
            "",
            "1 1 1 rg 72 700 228 15 re f",
        ),
        mark(
            "underline-of-many-pieces",
            "Underline",
            "",
            "0 G 1 w 72 700 m 76 700 l S 76 700 m 76 715 l S",
        ),
        mark(
            "underline-scaled-up",
            "Underline",
            "",
            "q 1 0 0 30 0 0 cm 1 w 72 23.5 m 300 23.5 l S Q",
        ),
        mark(
            "squiggly-that-turns-back",
            "Squiggly",
            "",
            "0 G 1 w 72 700 m 300 703 l 72 703 l 300 700 l S",
        ),
        mark(
            "squiggly-that-fills-the-line",
            "Squiggly",
            "",
            "0 G 1 w 72 700 m 150 715 l 200 700 l 300 715 l S",
        ),
        (
            "ink",
            one(
                signed,
                "/Subtype/Ink/InkList[[72 700 80 710]]/Rect[68 696 304 719]",
                &drawn(LINE_BOX, "0 G 72 700 m 80 710 l S"),
            ),
        ),
        (
            "note-whose-drawing-becomes-another",
            Update::of(&one(signed, note, &drawn("/BBox[0 0 30 30]", ground)))
                .object(800, drawn("/BBox[0 0 30 30]", "0 g 5 5 2 20 re f"))
                .write(),
        ),
        ("highlights-red", highlights(&["1 0 0"])),
        (
            "highlights-dark-together",
            highlights(&["1 1 0", "0 1 1", "1 .6 1"]),
        ),
        ("struck-out-line-by-line", commented(signed, &struck, &[])),
        (
            "popup-with-a-drawing",
            one(
                signed,
                "/Subtype/Popup/Rect[72 690 300 730]",
                &drawn("/BBox[0 0 30 30]", ground),
            ),
        ),
    ];
    files
        .into_iter()
        .map(|(name, file)| Attack::new(&format!("comment-{name}"), file))
        .collect()
}
