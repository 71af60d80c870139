//! Empty signature fields are filled, however the form is written.

use crate::builder::{Pdf, appended, fill, fill_for, open, sign, visible};
use crate::tools::{Check, Picture, qpdf, qpdf_check};
use pdf::Error;

const BOX: &str = "/MediaBox[0 0 300 200]";
const WIDGET: &str = "/Type/Annot/Subtype/Widget/Rect[40 30 210 90]";

/// A form with one field, which is object 5.
fn form(fields: &str, annots: &str) -> Pdf {
    Pdf::new()
        .catalog(&format!("/AcroForm<</Fields[{fields}]>>"))
        .page(&format!("{BOX}/Annots[{annots}]"))
}

/// Fills `name` and looks whether the result is found and pleases qpdf; gives what was appended.
fn filled(input: &[u8], name: &str) -> (Vec<u8>, String) {
    let signed = fill(input, name).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(signed.bytes.starts_with(input), "only appended");
    let document = open(&signed.bytes).unwrap();
    let before = open(input).unwrap().fields().unwrap().len();
    assert_eq!(document.fields().unwrap().len(), before, "no field is new");
    let signatures = document.signatures().unwrap();
    let [signature] = &signatures[..] else {
        panic!("one signature");
    };
    assert_eq!(signature.field.name, name);
    assert_eq!(signature.byte_range, Some(signed.byte_range));
    let output = appended(input, &signed.bytes);
    assert_eq!(qpdf_check(&signed.bytes), Check::Clean, "{output}");
    assert!(output.contains("/SigFlags 3"), "{output}");
    (signed.bytes, output)
}

/// The appended text of one object.
fn object(output: &str, number: u32) -> &str {
    let start = output
        .find(&format!("\n{number} 0 obj\n"))
        .unwrap_or_else(|| panic!("{number} was not written: {output}"));
    let rest = &output[start + 1..];
    &rest[..rest.find("endobj").unwrap()]
}

#[test]
fn a_field_that_is_its_own_widget_gets_value_and_appearance_in_its_own_bytes() {
    let input = form("5 0 R", "5 0 R")
        .object(
            5,
            &format!("<<{WIDGET} /FT /Sig/T(Approval)/P 3 0 R%kept\n/F 132>>"),
        )
        .build();
    let (_, output) = filled(&input, "Approval");
    let field = object(&output, 5);
    assert!(
        field.contains(" /FT /Sig/T(Approval)/P 3 0 R%kept\n/F 132"),
        "{field}"
    );
    assert!(
        field.contains("/V ") && field.contains("/AP <</N "),
        "{field}"
    );
    assert!(
        !output.contains("\n3 0 obj"),
        "the page is as it was: {output}"
    );
}

#[test]
fn names_may_be_nested_and_the_type_inherited() {
    let input = form("7 0 R", "5 0 R")
        .object(7, "<</T(Contract)/FT/Sig/Kids[6 0 R]>>")
        .object(6, "<</T(Parties)/Parent 7 0 R/Kids[5 0 R]>>")
        .object(5, &format!("<<{WIDGET}/T(Buyer)/Parent 6 0 R/P 3 0 R>>"))
        .build();
    filled(&input, "Contract.Parties.Buyer");
}

#[test]
fn every_widget_of_a_split_field_is_drawn_and_the_field_alone_gets_the_value() {
    let input = form("7 0 R", "5 0 R 6 0 R")
        .object(7, "<</T(Twice)/FT/Sig/Kids[5 0 R 6 0 R]>>")
        .object(5, &format!("<<{WIDGET}/Parent 7 0 R/P 3 0 R>>"))
        .object(
            6,
            "<</Type/Annot/Subtype/Widget/Rect[40 100 210 160]/Parent 7 0 R/F 2>>",
        )
        .build();
    let (_, output) = filled(&input, "Twice");
    for widget in [5, 6] {
        let widget = object(&output, widget);
        assert!(
            widget.contains("/AP <</N ") && !widget.contains("/V "),
            "{widget}"
        );
    }
    assert!(
        object(&output, 6).contains("/F 6"),
        "Print is added: {output}"
    );
    let field = object(&output, 7);
    assert!(field.contains("/V ") && !field.contains("/AP"), "{field}");
}

#[test]
fn an_appearance_that_is_there_is_replaced() {
    let input = form("5 0 R", "5 0 R")
        .object(
            5,
            &format!("<<{WIDGET}/FT/Sig/T(A)/AP<</N<</On 6 0 R>>/D 6 0 R>>/AS/On/V null>>"),
        )
        .object(
            6,
            "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 2>>stream\nq \nendstream",
        )
        .build();
    let (_, output) = filled(&input, "A");
    let field = object(&output, 5);
    assert!(
        !field.contains("/AS") && !field.contains("6 0 R"),
        "{field}"
    );
    assert_eq!(field.matches("/V ").count(), 1, "{field}");
}

#[test]
fn a_widget_without_area_or_page_or_no_widget_at_all_stays_invisible() {
    let widget = "/Type/Annot/Subtype/Widget";
    for (attributes, annots) in [
        ("/Rect[0 0 0 0]", "5 0 R"),
        ("/Rect[10 10 10 10]", "5 0 R"),
        ("/Rect[40 30 210 90]", ""),
        ("", ""),
    ] {
        let input = form("5 0 R", annots)
            .object(5, &format!("<<{widget}{attributes}/FT/Sig/T(A)>>"))
            .build();
        let (bytes, _) = filled(&input, "A");
        assert_eq!(Picture::render(&bytes, 144).ink(), {
            let page = Picture::render(&input, 144);
            page.ink()
        });
    }
}

#[test]
fn a_box_too_small_for_the_text_shows_the_seal() {
    let input = form("5 0 R", "5 0 R")
        .object(
            5,
            "<</Type/Annot/Subtype/Widget/Rect[100 100 112 112]/FT/Sig/T(A)>>",
        )
        .build();
    let (bytes, _) = filled(&input, "A");
    let ink = |bytes: &[u8]| {
        let picture = Picture::render(bytes, 144);
        let inside = (200..224).flat_map(|x| (176..200).map(move |y| (x, y)));
        inside.map(|(x, y)| picture.darkness(x, y)).sum::<u32>()
    };
    assert!(ink(&bytes) > ink(&input) + 1000);
}

#[test]
fn the_appearance_is_upright_in_the_widget_on_turned_pages() {
    // The same picture by a new field, which its own test compares on every kind of page.
    for turn in [0, 90, 180, 270] {
        let sideways = (turn / 90) % 2 != 0;
        let (w, h) = if sideways { (200, 300) } else { (300, 200) };
        let (left, bottom) = (33, 47);
        let boxes = format!(
            "/Rotate {turn}/MediaBox[-50 -60 700 800]/CropBox[{left} {bottom} {} {}]",
            left + w,
            bottom + h
        );
        let page = Pdf::new().object(3, &format!("<</Type/Page/Parent 2 0 R{boxes}>>"));
        let drawn = sign(&page.build(), &visible(40.0, 30.0, 170.0, 60.0)).unwrap();
        let [x1, y1, x2, y2] = match turn {
            0 => [40, 30, 210, 90],
            90 => [200 - 90, 40, 200 - 30, 210],
            180 => [300 - 210, 200 - 90, 300 - 40, 200 - 30],
            _ => [30, 300 - 210, 90, 300 - 40],
        };
        let rect = [x1 + left, y1 + bottom, x2 + left, y2 + bottom];
        let rect = rect.map(|edge| edge.to_string()).join(" ");
        let input = page
            .object(
                3,
                &format!("<</Type/Page/Parent 2 0 R{boxes}/Annots[5 0 R]>>"),
            )
            .catalog("/AcroForm<</Fields[5 0 R]>>")
            .object(
                5,
                &format!("<</Type/Annot/Subtype/Widget/FT/Sig/T(A)/Rect[{rect}]>>"),
            )
            .build();
        let (bytes, _) = filled(&input, "A");
        let (new, field) = (
            Picture::render(&drawn.bytes, 144),
            Picture::render(&bytes, 144),
        );
        assert_eq!(new.ink(), field.ink(), "turned by {turn}");
        let pixels = (0..new.width).flat_map(|x| (0..new.height).map(move |y| (x, y)));
        let differing =
            pixels.filter(|(x, y)| new.darkness(*x, *y).abs_diff(field.darkness(*x, *y)) > 64);
        assert!(differing.count() < 20, "turned by {turn}");
    }
}

#[test]
fn a_field_in_a_stream_of_objects_is_written_as_a_plain_object() {
    let plain = form("5 0 R", "5 0 R")
        .object(5, &format!("<<{WIDGET}/FT/Sig/T(A)>>"))
        .build();
    let input = qpdf(&plain, &["--object-streams=generate"]);
    let text = String::from_utf8_lossy(&input);
    assert!(!text.contains("/Widget"), "the sample has it in a stream");
    let (_, output) = filled(&input, "A");
    assert!(
        output.contains("/Widget") && output.contains("/T (A)"),
        "{output}"
    );
}

#[test]
fn fields_that_cannot_be_signed_are_told_apart() {
    let pdf = form("5 0 R 6 0 R 7 0 R 8 0 R 9 0 R", "5 0 R")
        .object(5, &format!("<<{WIDGET}/FT/Sig/T(Empty)>>"))
        .object(6, "<</FT/Sig/T(Signed)/V 10 0 R>>")
        .object(7, "<</FT/Tx/T(Text)>>")
        .object(8, "<</FT/Sig/T(Twin)>>")
        .object(9, "<</FT/Sig/T(Twin)>>")
        .object(
            10,
            "<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]/Contents<00>>>",
        );
    let input = pdf.build();
    let error = |name| fill(&input, name).unwrap_err();
    let Error::NoSuchField { name, empty } = error("Other") else {
        panic!("it is not there");
    };
    assert_eq!(name, "Other");
    assert_eq!(empty, ["Empty", "Twin", "Twin"]);
    assert!(matches!(error("Signed"), Error::FieldIsSigned { .. }));
    assert!(matches!(error("Text"), Error::FieldUnusable { .. }));
    assert!(matches!(error("Twin"), Error::FieldUnusable { .. }));
    assert!(fill(&input, "Empty").is_ok());
}

#[test]
fn a_lock_of_the_field_becomes_a_reference_of_the_signature() {
    for (lock, reference) in [
        ("/Action/All", "/Action/All>>"),
        (
            "/Type/SigFieldLock/Action/Include/Fields[(a.b)(c)]",
            "/Action/Include/Fields[<612e62><63>]>>",
        ),
        (
            "/Action/Exclude/Fields 6 0 R/P 1",
            "/Action/Exclude/Fields[<78>]/P 1>>",
        ),
    ] {
        let input = form("5 0 R", "5 0 R")
            .object(5, &format!("<<{WIDGET}/FT/Sig/T(A)/Lock<<{lock}>>>>"))
            .object(6, "[(x)]")
            .build();
        let (_, output) = filled(&input, "A");
        let wanted = format!(
            "/Reference[<</Type/SigRef/TransformMethod/FieldMDP/Data 1 0 R\
             /TransformParams<</Type/TransformParams/V/1.2{reference}>>]"
        );
        assert!(output.contains(&wanted), "{wanted}: {output}");
    }
    let input = form("5 0 R", "5 0 R")
        .object(5, &format!("<<{WIDGET}/FT/Sig/T(A)/Lock<</Action/Some>>>>"))
        .build();
    assert!(matches!(
        fill(&input, "A"),
        Err(Error::FieldUnusable { .. })
    ));
}

#[test]
fn a_field_that_an_earlier_signature_locks_is_refused_and_one_it_leaves_out_is_not() {
    let with = |parameters: &str| {
        form("5 0 R 6 0 R", "5 0 R")
            .object(5, &format!("<<{WIDGET}/FT/Sig/T(A)>>"))
            .object(6, "<</FT/Sig/T(Theirs)/V 7 0 R>>")
            .object(
                7,
                &format!(
                    "<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]/Contents<00>/Reference[\
                     <</Type/SigRef/TransformMethod/FieldMDP/TransformParams<<{parameters}>>>>]>>"
                ),
            )
            .build()
    };
    let locked = |parameters| fill(&with(parameters), "A").unwrap_err();
    assert!(matches!(
        locked("/Action/Include/Fields[(A)(B)]"),
        Error::FieldLocked { .. }
    ));
    assert!(matches!(
        locked("/Action/All"),
        Error::CertifiedWithoutChanges
    ));
    assert!(matches!(
        locked("/Action/Exclude/Fields[(B)]"),
        Error::CertifiedWithoutChanges
    ));
    for free in [
        "/Action/Exclude/Fields[(A)]",
        "/Action/Include/Fields[(AA)]",
    ] {
        assert!(fill(&with(free), "A").is_ok(), "{free}");
    }
    let excepted = with("/Action/Exclude/Fields[(A)]");
    assert!(matches!(
        sign(&excepted, &crate::builder::invisible()),
        Err(Error::CertifiedWithoutChanges)
    ));
}

#[test]
fn what_seed_values_demand_is_met_or_refused() {
    for (seed, reason, met) in [
        ("", None, true),
        // Wishes.
        (
            "/SubFilter[/adbe.pkcs7.detached]/DigestMethod[(SHA512)]",
            None,
            true,
        ),
        ("/Reasons[(a)(b)]/Ff 0", Some("c"), true),
        ("/TimeStamp<</URL(http://localhost)/Ff 0>>", None, true),
        ("/MDP<</P 0>>/V 3/Ff 4", None, true),
        // Demands.
        ("/Ff 1/Filter/Adobe.PPKLite", None, true),
        ("/Ff 1/Filter/Other.Handler", None, false),
        (
            "/Ff 2/SubFilter[/adbe.pkcs7.detached/ETSI.CAdES.detached]",
            None,
            true,
        ),
        ("/Ff 2/SubFilter[/adbe.pkcs7.detached]", None, false),
        ("/Ff 4/V 4", None, false),
        ("/Ff 8/Reasons[(a)(b)]", Some("b"), true),
        ("/Ff 8/Reasons[(a)(b)]", Some("c"), false),
        ("/Ff 8/Reasons[(a)(b)]", None, false),
        ("/Ff 8/Reasons[(.)]", None, true),
        ("/Ff 8/Reasons[(.)]", Some("a"), false),
        ("/Ff 8", Some("a"), false),
        ("/Ff 16/LegalAttestation[(x)]", None, false),
        ("/Ff 32/AddRevInfo true", None, false),
        ("/Ff 32/AddRevInfo false", None, true),
        ("/Ff 64/DigestMethod[(SHA384)(SHA256)]", None, true),
        ("/Ff 64/DigestMethod[(SHA512)]", None, false),
        ("/Ff 128/LockDocument/true", None, false),
        ("/Ff 128/LockDocument/false", None, true),
        ("/Ff 256/AppearanceFilter(x)", None, false),
        ("/Ff 512", None, false),
        ("/Ff(x)", None, false),
        ("/MDP<</P 2>>", None, false),
        ("/TimeStamp<</URL(http://localhost)/Ff 1>>", None, false),
        ("/Cert<</Issuer[(x)]/Ff 2>>", None, false),
        ("/Cert<</Issuer[(x)]>>", None, true),
    ] {
        let input = form("5 0 R", "5 0 R")
            .object(5, &format!("<<{WIDGET}/FT/Sig/T(A)/SV<</Type/SV{seed}>>>>"))
            .build();
        let result = fill_for(&input, "A", reason);
        let refused = matches!(result, Err(Error::SeedValue { .. }));
        assert_eq!((result.is_ok(), refused), (met, !met), "{seed}: {result:?}");
    }
}

#[test]
fn a_field_says_what_its_author_calls_it() {
    let input = form("5 0 R", "5 0 R")
        .object(
            5,
            &format!("<<{WIDGET}/FT/Sig/T(A)/TU<FEFF004E00E4006D0065>>>"),
        )
        .build();
    let fields = open(&input).unwrap().fields().unwrap();
    assert_eq!(fields[0].label.as_deref(), Some("Näme"));
}
