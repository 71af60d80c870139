//! Something is laid over what was signed, or pages are not what they were.

use super::update::{Update, body, last, number_of, stream};
use super::{Attack, Originals};

pub(super) fn attacks(originals: &Originals) -> Vec<Attack> {
    originals
        .numbered()
        .iter()
        // Annotations are what certification for annotations allows.
        .flat_map(|original| {
            let may_annotate = original.name == "certified-3";
            let of = |(name, file)| Attack::new(&format!("overlay-{name}-{}", original.name), file);
            let mut files = pages(&original.file);
            files.extend(widgets(&original.file));
            if !may_annotate {
                files.extend(annotations(&original.file));
            }
            files.into_iter().map(of).collect::<Vec<_>>()
        })
        .collect()
}

type Files = Vec<(&'static str, Vec<u8>)>;

fn edited(signed: &[u8], number: u32, old: &str, new: &str) -> Vec<u8> {
    let body = body(signed, number);
    assert!(body.contains(old), "{old:?} is not in {body:?}");
    Update::of(signed)
        .object(number, body.replacen(old, new, 1))
        .write()
}

const FORM: &str = "/Type/XObject/Subtype/Form/BBox[0 0 400 40]/Resources 6 0 R";
const EVIL: &str = "1 g 0 0 400 40 re f 0 g BT /F1 24 Tf 0 10 Td (Pay 100000 EUR) Tj ET";

fn annotations(signed: &[u8]) -> Files {
    let list = body(signed, 9);
    let added = |annotation: &str| {
        let list = list.replace(']', " 700 0 R]");
        Update::of(signed)
            .object(9, list)
            .object(700, annotation)
            .object(701, stream(FORM, EVIL))
            .write()
    };
    let over = "/Rect[72 690 472 730]/AP<</N 701 0 R>>";
    let page = body(signed, 3);
    vec![
        (
            "free-text",
            added(&format!(
                "<</Type/Annot/Subtype/FreeText/Contents(Pay 100000 EUR)/DA(/F1 24 Tf){over}>>"
            )),
        ),
        (
            "stamp",
            added(&format!("<</Type/Annot/Subtype/Stamp{over}>>")),
        ),
        (
            "square",
            added(&format!("<</Type/Annot/Subtype/Square/IC[1 1 1]{over}>>")),
        ),
        (
            "highlight",
            added(&format!(
                "<</Type/Annot/Subtype/Highlight/QuadPoints[72 730 472 730 72 690 472 690]{over}>>"
            )),
        ),
        (
            "redaction",
            added(&format!(
                "<</Type/Annot/Subtype/Redact/OverlayText(Pay 100000 EUR){over}>>"
            )),
        ),
        (
            "watermark",
            added(&format!("<</Type/Annot/Subtype/Watermark{over}>>")),
        ),
        (
            "popup",
            added("<</Type/Annot/Subtype/Popup/Open true/Rect[72 690 472 730]>>"),
        ),
        ("of-no-type", added(&format!("<<{over}>>"))),
        (
            "widget-of-no-field",
            added(&format!("<</Type/Annot/Subtype/Widget{over}>>")),
        ),
        (
            "widget-of-a-text-field",
            added(&format!(
                "<</Type/Annot/Subtype/Widget/FT/Tx/T(New)/V(x){over}>>"
            )),
        ),
        (
            "hidden",
            added(&format!("<</Type/Annot/Subtype/Stamp/F 2{over}>>")),
        ),
        (
            "direct-in-the-list",
            Update::of(signed)
                .object(
                    9,
                    list.replace(']', "<</Type/Annot/Subtype/Stamp/Rect[72 690 472 730]>>]"),
                )
                .write(),
        ),
        (
            "prepared-one-twice",
            Update::of(signed)
                .object(9, list.replace(']', " 14 0 R]"))
                .write(),
        ),
        (
            "list-of-the-page-replaced",
            Update::of(signed)
                .object(3, page.replace("/Annots 9 0 R", "/Annots[700 0 R]"))
                .object(700, "<</Type/Annot/Subtype/Stamp/Rect[72 690 472 730]>>")
                .write(),
        ),
        (
            "on-the-second-page",
            edited(signed, 4, "/Type/Page", "/Annots[13 0 R]/Type/Page"),
        ),
        ("all-removed", Update::of(signed).object(9, "[]").write()),
        (
            "reordered",
            Update::of(signed).object(9, reversed(&list)).write(),
        ),
        ("moved", edited(signed, 14, "[72 500", "[72 690")),
    ]
}

fn reversed(list: &str) -> String {
    let inner = list.trim().trim_start_matches('[').trim_end_matches(']');
    let mut references: Vec<&str> = inner
        .split(" R")
        .map(str::trim)
        .filter(|one| !one.is_empty())
        .collect();
    references.reverse();
    format!("[{} R]", references.join(" R "))
}

fn widgets(signed: &[u8]) -> Files {
    // The widget of the first signature that was made in a field of its own.
    let own = number_of(signed, "/T<");
    let field = body(signed, own);
    let rect = {
        let at = field.find("/Rect").expect("a box");
        let end = at + field[at..].find(']').expect("its end") + 1;
        field[at..end].to_owned()
    };
    let appearance = {
        let at = field.find("/N ").expect("an appearance");
        let end = at + field[at..].find(" R").expect("its end") + 2;
        field[at..end].to_owned()
    };
    let update = |new: &str| {
        Update::of(signed)
            .object(own, new)
            .object(701, stream(FORM, EVIL))
            .write()
    };
    let form = field.replace(&appearance, "/N 701 0 R");
    let number = appearance
        .split_whitespace()
        .nth(1)
        .expect("a number")
        .parse()
        .expect("one");
    vec![
        (
            "signature-grows",
            update(&field.replace(&rect, "/Rect[0 0 595 842]")),
        ),
        (
            "signature-moves",
            update(&field.replace(&rect, "/Rect[72 690 252 750]")),
        ),
        (
            "signature-vanishes",
            update(&field.replace(&rect, "/Rect[0 0 0 0]")),
        ),
        ("signature-appearance-replaced", update(&form)),
        (
            "signature-appearance-replaced-by-a-prepared-one",
            update(&field.replace(&appearance, "/N 18 0 R")),
        ),
        (
            "signature-appearance-stream-replaced",
            Update::of(signed)
                .object(number, stream(FORM, EVIL))
                .write(),
        ),
        (
            "signature-appearance-rollover",
            update(&field.replace(&appearance, &format!("{appearance}/R 701 0 R"))),
        ),
        (
            "signature-appearance-down",
            update(&field.replace(&appearance, &format!("{appearance}/D 701 0 R"))),
        ),
        (
            "signature-hidden",
            update(&field.replace("<<", "<</F 2").replacen("/F 132", "", 1)),
        ),
        ("signature-renamed", update(&field.replace("/T<", "/T<41"))),
        ("signature-value-removed", update(&without_value(&field))),
        (
            "signature-of-another-type",
            update(
                &field
                    .replace("/FT/Sig", "/FT/Btn")
                    .replace("/FT /Sig", "/FT/Btn"),
            ),
        ),
        ("text-field-grows", edited(signed, 11, "[72 600", "[0 0")),
        ("text-field-emptied", edited(signed, 11, "/V(100)", "")),
        (
            "text-field-becomes-a-button",
            edited(signed, 11, "/FT/Tx", "/FT/Btn"),
        ),
        (
            "text-field-gets-a-script",
            edited(signed, 11, "/FT", "/AA<</F<</S/JavaScript/JS(x)>>>>/FT"),
        ),
        (
            "text-field-renamed",
            edited(signed, 11, "/T(Amount)", "/T(Other)"),
        ),
        (
            "text-field-on-another-page",
            edited(signed, 11, "/P 3 0 R", "/P 4 0 R"),
        ),
        (
            "empty-signature-field-grows",
            widget_of_approval(signed, "[300 600 480 660]", "[0 0 595 842]"),
        ),
        (
            "empty-signature-field-gets-an-appearance",
            widget_of_approval(signed, "/FT", "/AP<</N 18 0 R>>/FT"),
        ),
        ("form-loses-a-field", edited(signed, 10, "11 0 R", "")),
        (
            "form-without-flags",
            edited(signed, 10, "/SigFlags 3", "/SigFlags 0"),
        ),
        (
            "form-asks-for-appearances",
            edited(signed, 10, "/DA", "/NeedAppearances true/DA"),
        ),
        (
            "form-gets-a-calculation",
            edited(signed, 10, "/DA", "/CO[11 0 R]/DA"),
        ),
        ("form-gets-xfa", edited(signed, 10, "/DA", "/XFA(x)/DA")),
        (
            "form-default-appearance",
            edited(signed, 10, "/F1 12 Tf", "/F1 99 Tf"),
        ),
    ]
}

/// The prepared field, of which a signature may have been made meanwhile.
fn widget_of_approval(signed: &[u8], old: &str, new: &str) -> Vec<u8> {
    edited(signed, 12, old, new)
}

fn without_value(field: &str) -> String {
    let at = field.find("/V ").expect("a value");
    let end = at + field[at..].find(" R").expect("its end") + 2;
    format!("{}{}", &field[..at], &field[end..])
}

fn pages(signed: &[u8]) -> Files {
    let page = |old: &str, new: &str| edited(signed, 3, old, new);
    let with = |old: &str, new: &str, extra: &str| {
        let body = body(signed, 3);
        assert!(body.contains(old), "{old:?} is not in {body:?}");
        Update::of(signed)
            .object(3, body.replacen(old, new, 1))
            .object(700, extra)
            .write()
    };
    let evil = stream("", EVIL);
    let twin = last(signed, "\n3 0 obj").is_some();
    assert!(twin, "the page is an object of its own");
    vec![
        (
            "content-replaced",
            Update::of(signed).object(5, &evil).write(),
        ),
        (
            "content-of-the-second-page-replaced",
            Update::of(signed).object(7, &evil).write(),
        ),
        (
            "content-list-extended",
            with("[5 0 R]", "[5 0 R 700 0 R]", &evil),
        ),
        (
            "content-list-extended-by-a-prepared-one",
            page("[5 0 R]", "[5 0 R 17 0 R]"),
        ),
        ("content-list-shortened", page("[5 0 R]", "[]")),
        ("content-not-a-list", page("[5 0 R]", "17 0 R")),
        ("content-removed", page("/Contents[5 0 R]", "")),
        ("page-turned", page("/Type/Page", "/Rotate 180/Type/Page")),
        (
            "page-cropped",
            page("/CropBox[0 0 595 842]", "/CropBox[0 0 595 680]"),
        ),
        ("page-without-crop-box", page("/CropBox[0 0 595 842]", "")),
        (
            "page-of-another-size",
            page("/MediaBox[0 0 595 842]", "/MediaBox[0 0 595 680]"),
        ),
        ("page-scaled", page("/Type/Page", "/UserUnit 9/Type/Page")),
        (
            "page-in-a-group",
            page("/Type/Page", "/Group<</S/Transparency>>/Type/Page"),
        ),
        (
            "page-resources-replaced",
            page("/Resources 6 0 R", "/Resources<<>>"),
        ),
        ("page-resources-inherited", page("/Resources 6 0 R", "")),
        (
            "page-gets-a-thumbnail",
            with("/Type/Page", "/Thumb 700 0 R/Type/Page", &evil),
        ),
        (
            "page-gets-a-duration",
            page("/Type/Page", "/Dur 1/Type/Page"),
        ),
        (
            "page-gets-an-article",
            page("/Type/Page", "/B[700 0 R]/Type/Page"),
        ),
        ("page-of-another-type", page("/Type/Page", "/Type/Template")),
        (
            "page-gets-another-parent",
            page("/Parent 2 0 R", "/Parent 26 0 R"),
        ),
        (
            "page-becomes-a-reference",
            Update::of(signed).object(3, "4 0 R").write(),
        ),
        (
            "resources-replaced",
            edited(signed, 6, "/F1 8 0 R", "/F1 700 0 R"),
        ),
        (
            "resources-another-image",
            edited(signed, 6, "/Logo 23 0 R", "/Logo 16 0 R"),
        ),
        (
            "resources-another-layer",
            edited(signed, 6, "/L1 21 0 R", "/L1 20 0 R"),
        ),
        (
            "resources-default-colours",
            edited(signed, 6, "<<", "<</ColorSpace<</DefaultGray/Pattern>>"),
        ),
        (
            "image-replaced",
            Update::of(signed).object(23, stream(FORM, EVIL)).write(),
        ),
        (
            "layer-replaced",
            edited(
                signed,
                21,
                "/Type/OCG",
                "/Usage<</View<</ViewState/OFF>>>>/Type/OCG",
            ),
        ),
        (
            "pages-swapped",
            edited(signed, 2, "[3 0 R 4 0 R]", "[4 0 R 3 0 R]"),
        ),
        (
            "page-added",
            edited(
                signed,
                2,
                "[3 0 R 4 0 R]/Count 2",
                "[3 0 R 4 0 R 27 0 R]/Count 3",
            ),
        ),
        (
            "page-added-before",
            edited(
                signed,
                2,
                "[3 0 R 4 0 R]/Count 2",
                "[27 0 R 3 0 R 4 0 R]/Count 3",
            ),
        ),
        (
            "page-removed",
            edited(signed, 2, "[3 0 R 4 0 R]/Count 2", "[3 0 R]/Count 1"),
        ),
        (
            "page-twice",
            edited(signed, 2, "[3 0 R 4 0 R]/Count 2", "[3 0 R 3 0 R]/Count 2"),
        ),
        ("page-tree-count", edited(signed, 2, "/Count 2", "/Count 1")),
        (
            "page-tree-turned",
            edited(signed, 2, "/Type/Pages", "/Rotate 90/Type/Pages"),
        ),
        (
            "page-tree-crops",
            edited(signed, 2, "/Type/Pages", "/CropBox[0 0 9 9]/Type/Pages"),
        ),
        (
            "page-tree-emptied",
            edited(signed, 2, "[3 0 R 4 0 R]", "[]"),
        ),
    ]
}
