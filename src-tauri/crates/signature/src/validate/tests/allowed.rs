//! What may come after a signature, and what only looks like it.

use super::attacks::{New, body, build, changed, fill, headlines, update, with_objects};
use super::*;

/// A page with text, a form of every kind of field, a comment and metadata; the signature field
/// `Approval` carries `lock`.
fn forms(lock: &str) -> Vec<u8> {
    let content = "BT /F1 24 Tf 72 700 Td (Hello, world) Tj ET";
    let look = "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 3>>\nstream\nq Q\nendstream";
    let xmp = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><title>One</title></x:xmpmeta>";
    let button = |more: &str| {
        format!(
            "<</Type/Annot/Subtype/Widget/Rect[72 500 90 518]/P 3 0 R/AS/Off\
             /AP<</N<</Yes 11 0 R/Off 12 0 R>>>>{more}>>"
        )
    };
    build(&[
        "<</Type/Catalog/Pages 2 0 R/AcroForm 13 0 R/Metadata 17 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R\
         /Resources<</Font<</F1 5 0 R>>>>/Annots 8 0 R>>",
        &format!(
            "<</Length {}>>\nstream\n{content}\nendstream",
            content.len()
        ),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(Amount)/V(100)/Rect[72 600 200 620]/P 3 0 R\
         /AP<</N 10 0 R>>>>",
        &format!(
            "<</Type/Annot/Subtype/Widget/FT/Sig/T(Approval)/Rect[300 600 480 660]/P 3 0 R{lock}>>"
        ),
        "[6 0 R 7 0 R 9 0 R 14 0 R 15 0 R 18 0 R 19 0 R 20 0 R 21 0 R]",
        "<</Type/Annot/Subtype/Widget/FT/Ch/T(Colour)/Opt[(red)(green)]/Rect[72 560 200 580]\
         /P 3 0 R/V(red)/I[0]>>",
        look,
        look,
        look,
        "<</Fields[6 0 R 7 0 R 9 0 R 14 0 R 16 0 R 19 0 R 20 0 R]/DR<</Font<</Helv 5 0 R>>>>\
         /DA(/Helv 0 Tf)>>",
        &button("/FT/Btn/T(Agree)/V/Off"),
        &button("/Parent 16 0 R"),
        "<</FT/Btn/Ff 32768/T(Choice)/Kids[15 0 R]/V/Off>>",
        &format!(
            "<</Type/Metadata/Subtype/XML/Length {}>>\nstream\n{xmp}\nendstream",
            xmp.len()
        ),
        "<</Type/Annot/Subtype/Text/Contents(Why?)/Rect[500 700 520 720]/P 3 0 R>>",
        "<</Type/Annot/Subtype/Widget/FT/Btn/Ff 65536/T(Press)/Rect[72 460 90 478]/P 3 0 R>>",
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(Whole)/Rect[0 0 595 842]/P 3 0 R>>",
        "<</Type/Annot/Subtype/FreeText/Contents(Draft)/Rect[500 600 590 620]/P 3 0 R>>",
    ])
}

fn signed_forms() -> Vec<u8> {
    fill(&forms(""), "Approval")
}

/// Signed so that comments are allowed.
fn commentable() -> Vec<u8> {
    fill(
        &forms("/Lock<</Type/SigFieldLock/Action/Include/Fields[]/P 3>>"),
        "Approval",
    )
}

/// The object with something replaced, which must be there.
fn with(file: &[u8], number: u32, from: &str, to: &str) -> (u32, String) {
    let body = body(file, number);
    assert!(body.contains(from), "{from} is not in {body}");
    (number, body.replace(from, to))
}

fn updated(file: &[u8], objects: &[(u32, String)]) -> Vec<u8> {
    let objects: Vec<_> = objects
        .iter()
        .map(|(number, body)| (*number, body.as_str()))
        .collect();
    update(file, &objects)
}

/// What is said of a revision that changes nothing for whoever looks.
const UNSHOWN: &str = "nothing that is shown";

/// Asserts that the only signature is valid and changed as allowed, and how.
#[track_caller]
fn allowed(file: &[u8], words: &str) {
    let validation = judged(file);
    let found: Vec<_> = validation.signatures[0]
        .findings
        .iter()
        .map(ToString::to_string)
        .collect();
    // What says nothing that the document did not say leaves it valid as it is.
    let expected = match words {
        UNSHOWN => Headline::Valid,
        _ => Headline::ValidChangedAsAllowed,
    };
    assert_eq!(validation.headline, expected, "{found:?}");
    assert!(found.iter().any(|said| said.contains(words)), "{found:?}");
    let revisions = validation.revisions;
    assert!(revisions.iter().all(|revision| revision.allowed));
    let bytes: Vec<_> = revisions.iter().map(|revision| revision.bytes).collect();
    assert!(bytes.is_sorted() && bytes.last() == Some(&(file.len() as u64)));
}

const LOOK: &str =
    "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 5>>\nstream\nq Q q\nendstream";

fn look() -> (u32, String) {
    (180, LOOK.to_owned())
}

/// The amount filled, and drawn anew.
fn amount(file: &[u8]) -> Vec<(u32, String)> {
    let (number, filled) = with(file, 6, "/V(100)", "/V(1000)");
    vec![(number, filled.replace("/N 10 0 R", "/N 180 0 R")), look()]
}

#[test]
fn a_field_shows_its_value() {
    let file = signed_forms();
    let value = with(&file, 6, "/V(100)", "/V(1000)");
    let drawn = with(&file, 6, "/N 10 0 R", "/N 180 0 R");
    let ticked = with(&file, 14, "/AS/Off", "/AS/Yes");
    let said = with(&file, 14, "/V/Off", "/V/Yes");
    for objects in [
        vec![value],
        vec![drawn, look()],
        vec![(10, LOOK.to_owned())],
        vec![ticked],
        vec![said],
    ] {
        changed(&updated(&file, &objects), "was changed");
    }
}

#[test]
fn a_filled_field_of_each_kind_is_allowed_and_named() {
    let file = signed_forms();
    for objects in [
        amount(&file),
        // Drawn in place, as some do.
        vec![with(&file, 6, "/V(100)", "/V(1000)"), (10, LOOK.to_owned())],
    ] {
        allowed(&updated(&file, &objects), "fields were filled (Amount)");
    }
    let chosen = with(&file, 9, "/V(red)/I[0]", "/V(green)/I[1]");
    allowed(&updated(&file, &[chosen]), "fields were filled (Colour)");
    let ticked = with(&file, 14, "/V/Off", "/V/Yes");
    let ticked = (14, ticked.1.replace("/AS/Off", "/AS/Yes"));
    allowed(&updated(&file, &[ticked]), "fields were filled (Agree)");
    let radio = [
        with(&file, 16, "/V/Off", "/V/Yes"),
        with(&file, 15, "/AS/Off", "/AS/Yes"),
    ];
    allowed(&updated(&file, &radio), "fields were filled (Choice)");
}

#[test]
fn what_is_no_filling_of_a_field() {
    let file = signed_forms();
    let amount = |from: &str, to: &str| with(&file, 6, from, to);
    let cases = [
        ("type-confused value", amount("/V(100)", "/V/Name")),
        (
            "value that is a dictionary",
            amount("/V(100)", "/V<</A 1>>"),
        ),
        (
            "value that was another object",
            amount("/V(100)", "/V 4 0 R"),
        ),
        ("moved", amount("[72 600", "[72 690")),
        ("enlarged", amount("200 620]", "500 900]")),
        ("hidden", amount("/V(100)", "/V(1)/F 2")),
        ("acts", amount("/V(100)", "/V(1)/A<</S/JavaScript/JS(x)>>")),
        (
            "calculates",
            amount("/V(100)", "/V(1)/AA<</C<</S/JavaScript/JS(x)>>>>"),
        ),
        ("renamed", amount("(Amount)", "(Sum)")),
        ("another type", amount("/FT/Tx", "/FT/Ch")),
        (
            "in a layer",
            amount("/V(100)", "/V(1)/OC<</Type/OCG/Name(x)>>"),
        ),
        ("longer", amount("/V(100)", "/V(1)/MaxLen 9")),
        (
            "look that was content of the page",
            amount("/N 10 0 R", "/N 4 0 R"),
        ),
        (
            "looks of its own kind",
            amount("/V(100)", "/V(1)/MK<</BG[0]>>"),
        ),
        ("flagged", amount("/V(100)", "/V(1)/Ff 8192")),
        ("choices", with(&file, 9, "(green)", "(blue)")),
        ("state that is none", with(&file, 14, "/V/Off", "/V/Other")),
        (
            "look of a state",
            with(&file, 14, "/Yes 11 0 R", "/Yes 12 0 R"),
        ),
        (
            "push button",
            with(&file, 19, "/Ff 65536", "/Ff 65536/V/Yes"),
        ),
        (
            "struck by its kind",
            with(&file, 19, "/Ff 65536", "/Ff 0/V/Off"),
        ),
    ];
    for (what, object) in cases {
        let file = updated(&file, &[object]);
        assert_eq!(headlines(&file), [Headline::Changed], "{what}");
    }
    let (number, replaced) = (11, LOOK.to_owned());
    changed(&updated(&file, &[(number, replaced)]), "was changed");
    let whole = with(&file, 20, "/T(Whole)", "/T(Whole)/V(x)");
    changed(&updated(&file, &[whole]), "covers most of page 1");
}

#[test]
fn a_look_that_is_also_something_else_is_not_drawn_in_place() {
    let objects: Vec<String> = (1..=21)
        .map(|number| body(&forms(""), number).replace("/Contents 4 0 R", "/Contents 10 0 R"))
        .collect();
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    let file = fill(&build(&objects), "Approval");
    let text = with(&file, 6, "/V(100)", "/V(1000)");
    changed(
        &updated(&file, &[text, (10, LOOK.to_owned())]),
        "page 1 was changed",
    );
}

#[test]
fn locked_fields_stay() {
    for (lock, fields) in [
        ("/Action/All", [false, false]),
        ("/Action/Include/Fields[(Amount)]", [false, true]),
        ("/Action/Exclude/Fields[(Amount)]", [true, false]),
        ("/Action/Include/Fields[]/P 1", [false, false]),
        ("/Action/Include/Fields[]/P 2", [true, true]),
    ] {
        let file = fill(
            &forms(&format!("/Lock<</Type/SigFieldLock{lock}>>")),
            "Approval",
        );
        let colour = vec![with(&file, 9, "/V(red)", "/V(green)")];
        for (objects, is_allowed) in [amount(&file), colour].into_iter().zip(fields) {
            let file = updated(&file, &objects);
            if is_allowed {
                allowed(&file, "were filled");
            } else {
                changed(&file, "was filled although this signature forbids it");
            }
        }
    }
}

#[test]
fn marking_locked_fields_as_read_only_changes_nothing() {
    let file = fill(&forms("/Lock<</Type/SigFieldLock/Action/All>>"), "Approval");
    let closed = with(&file, 6, "/FT/Tx", "/FT/Tx/Ff 1");
    allowed(&updated(&file, &[closed]), UNSHOWN);
}

#[test]
fn a_form_gains_fonts_and_swaps_none() {
    let file = signed_forms();
    let font = (
        180,
        "<</Type/Font/Subtype/Type1/BaseFont/Courier>>".to_owned(),
    );
    let gained = with(&file, 13, "/Helv 5 0 R", "/Helv 5 0 R/Cour 180 0 R");
    allowed(&updated(&file, &[gained, font.clone()]), UNSHOWN);
    let swapped = with(&file, 13, "/Helv 5 0 R", "/Helv 180 0 R");
    changed(&updated(&file, &[swapped, font]), "the form was changed");
    let encoded = with(&file, 5, "/Type1", "/Type1/Encoding<</Differences[72/J]>>");
    changed(&updated(&file, &[encoded]), "page 1 was changed");
}

#[test]
fn comments_are_for_level_3() {
    let note = |kind: &str, rect: &str, more: &str| {
        let note = format!("<</Type/Annot/Subtype/{kind}/Contents(x)/Rect[{rect}]/P 3 0 R{more}>>");
        (181, note)
    };
    let listed = |file: &[u8]| with(file, 8, "]", " 181 0 R]");
    let (p2, p3) = (signed_forms(), commentable());
    let highlight = note(
        "Highlight",
        "72 695 200 720",
        "/QuadPoints[72 720 200 720 72 695 200 695]",
    );
    let added =
        |file: &[u8], note: &(u32, String)| updated(file, &[listed(file), note.clone(), look()]);
    allowed(&added(&p3, &highlight), "comments were made on page 1");
    changed(&added(&p2, &highlight), "annotations on page 1");
    for evil in [
        note("FreeText", "72 690 300 730", ""),
        note("Highlight", "72 690 300 730", "/AP<</N 4 0 R>>"),
        note("Ink", "72 690 300 730", "/BS<</W 99>>"),
        note("Stamp", "72 690 300 730", "/AP<</N 180 0 R>>"),
        note("Redact", "72 690 300 730", ""),
        note("Link", "72 690 300 730", "/A<</S/URI/URI(x)>>"),
        note("Square", "72 690 300 730", "/A<</S/JavaScript/JS(x)>>"),
        note("Square", "72 690 300 730", "/AP<</N 4 0 R>>"),
        note("Square", "72 690 300 730", "/OC<</Type/OCG/Name(x)>>"),
        // Over the signature, and over nearly everything.
        note("Underline", "310 610 470 650", ""),
        note("Highlight", "0 0 595 842", ""),
    ] {
        changed(&added(&p3, &evil), "annotations on page 1");
    }
    let edited = |file: &[u8]| updated(file, &[with(file, 18, "(Why?)", "(Because.)")]);
    allowed(&edited(&p3), "comments were made on page 1");
    changed(&edited(&p2), "annotations on page 1");
    let text = updated(&p3, &[with(&p3, 21, "(Draft)", "(Final)")]);
    assert_eq!(headlines(&text), [Headline::Changed]);
    let becomes = updated(&p3, &[with(&p3, 18, "/Text", "/FreeText")]);
    assert_eq!(headlines(&becomes), [Headline::Changed]);
    let deleted = |file: &[u8], id: &str, number: u32| {
        let (list, body) = with(file, 8, id, "");
        let objects = [(list, New::Body(&body)), (number, New::Free)];
        with_objects(file, &objects, 1, "%%EOF\n")
    };
    allowed(&deleted(&p3, "18 0 R", 18), "comments were made on page 1");
    changed(&deleted(&p2, "18 0 R", 18), "annotations on page 1");
    changed(&deleted(&p3, "21 0 R", 21), "annotations on page 1");
    changed(&deleted(&p3, "6 0 R", 6), "annotations on page 1");
}

#[test]
fn the_description_may_change_unless_nothing_may() {
    let xmp = "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><title>Two</title></x:xmpmeta>";
    let stream = |xml: &str| {
        let length = xml.len();
        format!("<</Type/Metadata/Subtype/XML/Length {length}>>\nstream\n{xml}\nendstream")
    };
    let file = signed_forms();
    allowed(
        &updated(&file, &[(17, stream(xmp))]),
        "the description of the document",
    );
    let other = with(&file, 1, "/Metadata 17 0 R", "/Metadata 180 0 R");
    allowed(
        &updated(&file, &[other, (180, stream(xmp))]),
        "the description of the document",
    );
    for wrong in [
        "<x:xmpmeta>",
        "BT /F1 24 Tf ET",
        "<!DOCTYPE x><x:xmpmeta></x:xmpmeta>",
    ] {
        let file = updated(&file, &[(17, stream(wrong))]);
        assert_eq!(headlines(&file), [Headline::Changed], "{wrong}");
    }
    let closed = fill(
        &forms("/Lock<</Type/SigFieldLock/Action/Include/Fields[]/P 1>>"),
        "Approval",
    );
    changed(
        &updated(&closed, &[(17, stream(xmp))]),
        "the description of the document",
    );
}

#[test]
fn proof_and_invisible_timestamps_are_allowed_even_where_nothing_may_change() {
    let file = fill(
        &forms("/Lock<</Type/SigFieldLock/Action/All/P 1>>"),
        "Approval",
    );
    let dss = with(&file, 1, "/Type/Catalog", "/Type/Catalog/DSS 180 0 R");
    let proof = "<</Type/DSS/Certs[181 0 R]>>".to_owned();
    let certificate = "<</Length 1>>\nstream\nx\nendstream".to_owned();
    let with_proof = updated(&file, &[dss, (180, proof), (181, certificate)]);
    allowed(&with_proof, UNSHOWN);
    let stamp = |rect: &str, kind: &str| {
        let field = format!("<</FT/Sig/T(Stamp)/Rect[{rect}]/V 191 0 R>>");
        let value =
            format!("<</Type/DocTimeStamp/SubFilter/{kind}/ByteRange[0 1 2 3]/Contents<00>>>");
        let form = with(&with_proof, 13, "20 0 R]", "20 0 R 190 0 R]");
        updated(&with_proof, &[form, (190, field), (191, value)])
    };
    let first = |file: &[u8]| {
        let signatures = judged(file).signatures;
        let first = signatures
            .into_iter()
            .find(|signature| signature.intact.is_some());
        first.unwrap().headline
    };
    assert_eq!(first(&stamp("0 0 0 0", "ETSI.RFC3161")), Headline::Valid);
    assert_eq!(
        first(&stamp("0 0 0 0", "ETSI.CAdES.detached")),
        Headline::Changed
    );
    assert_eq!(
        first(&stamp("72 690 300 730", "ETSI.RFC3161")),
        Headline::Changed
    );
}

#[test]
fn a_stream_that_is_written_again_as_it_was_is_no_change() {
    let file = signed_forms();
    allowed(&updated(&file, &[(4, body(&file, 4))]), UNSHOWN);
}

#[test]
fn a_read_only_field_is_not_filled() {
    let objects: Vec<String> = (1..=21)
        .map(|number| body(&forms(""), number).replace("/T(Amount)", "/T(Amount)/Ff 1"))
        .collect();
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    let file = fill(&build(&objects), "Approval");
    changed(
        &updated(&file, &amount(&file)),
        "the form field Amount was changed",
    );
}

#[test]
fn proof_reaches_nothing_that_was_something_else() {
    let file = signed_forms();
    for (key, inner) in [("DSS", "<</Certs[4 0 R]>>"), ("DSS", "<</Certs[181 0 R]>>")] {
        let catalog = with(
            &file,
            1,
            "/Type/Catalog",
            &format!("/Type/Catalog/{key} 180 0 R"),
        );
        let between = (181, "[4 0 R]".to_owned());
        let file = updated(&file, &[catalog, (180, inner.to_owned()), between]);
        changed(&file, "the document's entry");
    }
    // An entry that only starts like it.
    let catalog = with(&file, 1, "/Type/Catalog", "/Type/Catalog/DSSX 4 0 R");
    changed(&updated(&file, &[catalog]), "the document's entry DSSX");
}

#[test]
fn an_empty_signature_field_is_prepared_where_further_signatures_are_allowed() {
    let added = |file: &[u8], entries: &str| {
        let field = format!("<</Type/Annot/Subtype/Widget/FT/Sig/T(Later)/P 3 0 R{entries}>>");
        let form = with(file, 13, "20 0 R]", "20 0 R 190 0 R]");
        let list = with(file, 8, "21 0 R]", "21 0 R 190 0 R]");
        updated(file, &[form, list, (190, field), look()])
    };
    let free = signed_forms();
    let rect = "/Rect[300 60 480 120]";
    allowed(&added(&free, rect), "what was added after this signature");
    for shown in ["/AP<</N 180 0 R>>", "/V(1)", "/A<</S/JavaScript/JS(x)>>"] {
        let file = added(&free, &format!("{rect}{shown}"));
        changed(&file, "a form field was added that is not a signature");
    }
    let closed = fill(&forms("/Lock<</Type/SigFieldLock/Action/All>>"), "Approval");
    changed(&added(&closed, rect), "although this signature forbids it");
}

#[test]
fn a_form_of_the_forms_resources_is_swapped_and_a_page_keeps_its_own() {
    let file = signed_forms();
    let named = |file: &[u8], from: &str, number: u32| {
        let form = with(
            file,
            13,
            from,
            &format!("/XObject<</FRM {number} 0 R>>/Font"),
        );
        updated(file, &[form, (number, LOOK.to_owned())])
    };
    let once = named(&file, "/Font", 180);
    let twice = named(&once, "/XObject<</FRM 180 0 R>>/Font", 181);
    allowed(&twice, UNSHOWN);
    // The same resources as an object of their own, and others.
    let apart = |resources: &str| {
        let inline = "<</Font<</F1 5 0 R>>>>";
        let page = with(&file, 3, inline, " 180 0 R");
        updated(&file, &[page, (180, resources.to_owned())])
    };
    allowed(&apart("<</Font<</F1 5 0 R>>>>"), UNSHOWN);
    changed(&apart("<</Font<</F1 10 0 R>>>>"), "page 1 was changed");
}
