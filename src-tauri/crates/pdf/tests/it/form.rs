//! `Annots`, `AcroForm` and what they hold, in every way they are written.

use crate::builder::{Pdf, Signed, appended, invisible, open, sign, visible};
use crate::tools::{Check, qpdf_check};
use pdf::Error;

const BOX: &str = "/MediaBox[0 0 300 200]";
const TEXT_FIELD: &str = "<</Type/Annot/Subtype/Widget/FT/Tx/T(Name)/Rect[10 10 60 30]/P 3 0 R>>";

/// Signs, and looks whether the result is found, has every earlier field, and pleases qpdf.
fn signed(pdf: &Pdf) -> (Vec<u8>, Signed) {
    let input = pdf.build();
    let before = open(&input).unwrap().fields().unwrap().len();
    let clean = qpdf_check(&input);
    let signed = sign(&input, &visible(100.0, 40.0, 180.0, 60.0)).unwrap();
    let document = open(&signed.bytes).unwrap();
    let fields = document.fields().unwrap();
    assert_eq!(
        fields.len(),
        before + 1,
        "{}",
        String::from_utf8_lossy(&input)
    );
    let signatures = document.signatures().unwrap();
    let newest = signatures
        .iter()
        .find(|found| found.field.name == signed.name)
        .unwrap();
    assert_eq!(newest.byte_range, Some(signed.byte_range));
    assert_eq!(newest.field.place.unwrap().0, 1);
    if clean == Check::Clean {
        assert_eq!(
            qpdf_check(&signed.bytes),
            Check::Clean,
            "{}",
            appended(&input, &signed.bytes)
        );
    }
    (input, signed)
}

#[test]
fn annots_may_be_direct_indirect_missing_or_null() {
    let pdf = || {
        Pdf::new()
            .object(5, TEXT_FIELD)
            .catalog("/AcroForm<</Fields[5 0 R]>>")
    };
    for (annots, other) in [
        ("", None),
        ("/Annots[5 0 R]", None),
        ("/Annots[ 5 0 R%]\n]", None),
        ("/Annots%[\n[5 0 R]", None),
        ("/Annots %[\r[5 0 R]", None),
        ("/Ann#6fts[5 0 R]", None),
        ("/Annots[]", None),
        ("/Annots null", None),
        ("/Annots 6 0 R", Some("[5 0 R]")),
        ("/Annots 6 0 R", Some("[]")),
        ("/Annots 6 0 R", Some("%[\n[5 0 R] % ]")),
        ("/Annots 6 0 R", Some("7 0 R")),
        ("/Annots 6 0 R", Some("null")),
        ("/Annots 99 0 R", None),
        ("/Annots 6 7 R", Some("[5 0 R]")),
        ("/Annots[9 0 R]/Annots[5 0 R]", None),
    ] {
        let mut pdf = pdf().page(&format!("{BOX}{annots}")).object(7, "[5 0 R]");
        if let Some(other) = other {
            pdf = pdf.object(6, other);
        }
        let (input, signed) = signed(&pdf);
        let had = annots.contains("5 0 R") && !annots.contains("6 7 R");
        let kept = appended(&input, &signed.bytes).contains("5 0 R");
        assert!(!had || kept, "{annots} {other:?}: an annotation was lost");
    }
}

#[test]
fn the_form_may_be_direct_indirect_missing_or_null() {
    for (form, other) in [
        ("", None),
        ("/AcroForm null", None),
        ("/AcroForm 6 0 R", Some("null")),
        ("/AcroForm 99 0 R", None),
        ("/AcroForm<<>>", None),
        ("/AcroForm%<<\n<</Fields[5 0 R]>>", None),
        ("/AcroForm<</Fields[5 0 R]>>", None),
        ("/AcroForm <</Fields null>>", None),
        ("/AcroForm<</Fields 7 0 R>>", None),
        ("/AcroForm<</Fields 99 0 R>>", None),
        ("/AcroForm 6 0 R", Some("<</Fields[5 0 R]/DA(/F 0 Tf)>>")),
        ("/AcroForm 6 0 R", Some("<</Fields 7 0 R>>")),
        ("/AcroForm 6 0 R", Some("<</DA(/F 0 Tf)>>")),
        ("/AcroForm 6 0 R", Some("8 0 R")),
    ] {
        let mut pdf = Pdf::new()
            .catalog(form)
            .page(&format!("{BOX}/Annots[5 0 R]"))
            .object(5, TEXT_FIELD)
            .object(7, "[5 0 R]")
            .object(8, "<</Fields 7 0 R>>");
        if let Some(other) = other {
            pdf = pdf.object(6, other);
        }
        let (input, signed) = signed(&pdf);
        let output = appended(&input, &signed.bytes);
        assert!(output.contains("/SigFlags 3"), "{form} {other:?}: {output}");
    }
}

#[test]
fn one_array_that_is_annotations_and_fields_gets_the_field_once() {
    let pdf = Pdf::new()
        .catalog("/AcroForm<</Fields 7 0 R>>")
        .page(&format!("{BOX}/Annots 7 0 R"))
        .object(5, TEXT_FIELD)
        .object(7, "[5 0 R]");
    let (input, signed) = signed(&pdf);
    let output = appended(&input, &signed.bytes);
    let array = output
        .split("\n7 0 obj\n")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap();
    assert_eq!(array.matches(" R").count(), 2, "{array}");
}

#[test]
fn odd_spelling_of_catalog_and_page_is_kept_and_extended() {
    let pdf = Pdf::new()
        .object(
            1,
            "<</Type\t/Catalog%here >>\n/Pages\n2\n0\nR/Odd(a\\)>>b)/Odd<3E3E> /Lang\0(en)%last\n>>",
        )
        .object(
            3,
            "%before\n<<  /Type/Page/Parent 2 0 R/Resources<<>>/Contents 4 0 R\r\n/MediaBox\
             [+0 -.0 300. 200.0]/Rotate 90/Rotate 0\n%comment\n>>",
        );
    let (input, signed) = signed(&pdf);
    let output = appended(&input, &signed.bytes);
    assert!(
        output.contains("/Odd(a\\)>>b)/Odd<3E3E> /Lang\0(en)%last\n"),
        "{output}"
    );
    assert!(
        output.contains("[+0 -.0 300. 200.0]/Rotate 90/Rotate 0\n%comment\n"),
        "{output}"
    );
}

#[test]
fn need_appearances_is_removed_where_nothing_but_the_signature_depends_on_it() {
    let pdf = Pdf::new().catalog("/AcroForm<</NeedAppearances true/Fields[]>>");
    let (input, first) = signed(&pdf);
    assert!(!appended(&input, &first.bytes).contains("NeedAppearances"));

    // A field that only the flag makes viewers draw would vanish from what is signed.
    for (appearance, kept) in [("", true), ("/AP<</N 4 0 R>>", false)] {
        let field = TEXT_FIELD.replace("/T(", &format!("{appearance}/T("));
        let pdf = Pdf::new()
            .catalog("/AcroForm<</NeedAppearances true/Fields[5 0 R]/DA(/F 0 Tf)>>")
            .page(&format!("{BOX}/Annots[5 0 R]"))
            .object(5, &field);
        let (input, first) = signed(&pdf);
        let output = appended(&input, &first.bytes);
        assert_eq!(output.contains("NeedAppearances"), kept, "{output}");
        // Nothing is to vanish of a signature that is shown nowhere.
        let hidden = sign(&input, &invisible()).unwrap();
        assert!(appended(&input, &hidden.bytes).contains("NeedAppearances"));
    }

    // A signature that somebody else made, with the flag.
    let pdf = Pdf::new()
        .catalog("/AcroForm<</NeedAppearances true/Fields[5 0 R]/SigFlags 3>>")
        .page(&format!("{BOX}/Annots[5 0 R]"))
        .object(
            5,
            "<</Type/Annot/Subtype/Widget/FT/Sig/T(Theirs)/Rect[0 0 0 0]/P 3 0 R/V 6 0 R>>",
        )
        .object(
            6,
            "<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]/Contents<00>>>",
        );
    let (input, second) = signed(&pdf);
    let output = appended(&input, &second.bytes);
    assert!(output.contains("/NeedAppearances true"), "{output}");
    assert!(
        !output.contains("/Tabs"),
        "a signed page's tab order is left as it is: {output}"
    );
}

#[test]
fn a_name_that_a_field_has_is_not_used_again() {
    let field = |name: &str| {
        format!("<</Type/Annot/Subtype/Widget/FT/Tx/T{name}/Rect[10 10 60 30]/P 3 0 R>>")
    };
    let pdf = Pdf::new()
        .catalog("/AcroForm<</Fields[5 0 R 6 0 R 7 0 R]>>")
        .page(&format!("{BOX}/Annots[5 0 R 6 0 R 8 0 R]"))
        .object(5, &field("(Signature1)"))
        .object(6, &field("<FEFF005300690067006E006100740075007200650032>"))
        // A field that is not terminal has its name, too.
        .object(7, "<</T(Signature3)/Kids[8 0 R]>>")
        .object(8, &field("(a)").replace("/P", "/Parent 7 0 R/P"));
    let input = pdf.build();
    let mut names = std::collections::HashSet::new();
    let mut bytes = input;
    for _ in 0..4 {
        let signed = sign(&bytes, &invisible()).unwrap();
        assert!(!["Signature1", "Signature2", "Signature3"].contains(&signed.name.as_str()));
        assert!(names.insert(signed.name));
        bytes = signed.bytes;
    }
    assert_eq!(open(&bytes).unwrap().signatures().unwrap().len(), 4);
    assert_eq!(qpdf_check(&bytes), Check::Clean);
}

#[test]
fn a_document_certified_without_changes_is_refused_before_anything_is_drawn() {
    let certified = |level: &str| {
        Pdf::new()
            .catalog("/AcroForm<</Fields[5 0 R]/SigFlags 3>>/Perms<</DocMDP 6 0 R>>")
            .page(&format!("{BOX}/Annots[5 0 R]"))
            .object(
                5,
                "<</Type/Annot/Subtype/Widget/FT/Sig/T(A)/Rect[0 0 0 0]/P 3 0 R/V 6 0 R>>",
            )
            .object(
                6,
                &format!(
                    "<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]/Contents<00>\
                     /Reference[<</Type/SigRef/TransformMethod/DocMDP\
                     /TransformParams<</Type/TransformParams/V/1.2{level}>>>>]>>"
                ),
            )
            .build()
    };
    // A box that could not be drawn: the refusal comes first.
    let impossible = visible(1e6, 1e6, 1.0, 1.0);
    let refused = sign(&certified("/P 1"), &impossible).unwrap_err();
    assert!(
        matches!(refused, Error::CertifiedWithoutChanges),
        "{refused:?}"
    );
    for (level, found) in [("/P 2", 2), ("/P 3", 3), ("", 2), ("/P 9", 2)] {
        let input = certified(level);
        assert_eq!(
            open(&input).unwrap().certification_level().unwrap(),
            Some(found)
        );
        assert!(sign(&input, &invisible()).is_ok());
    }
}

#[test]
fn a_reference_to_nothing_still_means_nothing_after_signing() {
    let input = Pdf::new().catalog("/Metadata 5 0 R/Other 6 0 R").build();
    let signed = sign(&input, &invisible()).unwrap();
    let output = appended(&input, &signed.bytes);
    assert!(
        !output.contains("\n5 0 obj") && !output.contains("\n6 0 obj"),
        "{output}"
    );
    assert!(output.contains("\n7 0 obj"), "{output}");
    // A number far away is not a reason for a large table.
    let input = Pdf::new().catalog("/Metadata 8000000 0 R").build();
    let signed = sign(&input, &invisible()).unwrap();
    assert!(appended(&input, &signed.bytes).contains("\n5 0 obj"));
}

#[test]
fn the_extension_is_named_once_before_the_first_signature_of_a_file_of_version_1_7() {
    let extension = "/ESIC <</BaseVersion/1.7/ExtensionLevel 2>>";
    let adobe = "<</ADBE<</BaseVersion/1.7/ExtensionLevel 3>>>>";
    let theirs = "<</ESIC<</BaseVersion/1.7/ExtensionLevel 5>>>>";
    for (catalog, other, added) in [
        (String::new(), "null", true),
        (format!("/Extensions{adobe}"), "null", true),
        ("/Extensions 5 0 R".to_owned(), adobe, true),
        ("/Extensions null".to_owned(), "null", true),
        (format!("/Extensions{theirs}"), "null", false),
        ("/Extensions 5 0 R".to_owned(), theirs, false),
        ("/Version/2.0".to_owned(), "null", false),
        ("/Version/1.4".to_owned(), "null", false),
    ] {
        let (input, first) = signed(&Pdf::new().catalog(&catalog).object(5, other));
        let output = appended(&input, &first.bytes);
        assert_eq!(
            output.contains(extension),
            added,
            "{catalog} {other}: {output}"
        );
        let kept = !added || !format!("{catalog}{other}").contains("ADBE");
        assert!(
            kept || output.contains("/ADBE<<"),
            "{catalog} {other}: {output}"
        );
        // Nothing of it changes once somebody has signed.
        let second = sign(&first.bytes, &invisible()).unwrap();
        let output = appended(&first.bytes, &second.bytes);
        assert_eq!(
            output.matches("ExtensionLevel 2").count(),
            0,
            "{catalog}: {output}"
        );
    }
}
