//! What is said of a document before it is signed.

use std::collections::BTreeSet;

use crate::builder::{Pdf, invisible, open, sign, visible};
use crate::tools::qpdf;
use pdf::{Active, Claims, End, Preflight};

const BOX: &str = "/MediaBox[0 0 300 200]";

fn preflight(bytes: &[u8]) -> Preflight {
    let document = open(bytes).unwrap();
    let fields = document.fields().unwrap_or_default();
    document.preflight(&fields).unwrap()
}

fn active(pdf: &Pdf) -> Vec<Active> {
    preflight(&pdf.build()).active.into_iter().collect()
}

#[test]
fn nothing_is_said_of_a_plain_document_but_that_it_has_no_identifier() {
    let found = preflight(&Pdf::new().build());
    assert!(!found.structure.identified);
    assert_eq!(found, Preflight::default());
    let identified = Pdf::new().trailer("/ID[<00><00>]").build();
    assert!(preflight(&identified).structure.identified);
}

#[test]
fn the_build_of_the_file_is_told() {
    let plain = Pdf::new().build();
    let linearized = preflight(&qpdf(&plain, &["--linearize"])).structure;
    assert!(
        linearized.linearized && linearized.left_out == 0,
        "{linearized:?}"
    );
    let streams = preflight(&qpdf(&plain, &["--object-streams=generate"])).structure;
    assert_eq!(streams.left_out, 0);
    let gap = preflight(&Pdf::new().object(9, "null").build()).structure;
    assert_eq!(gap.left_out, 4);
    // What a later revision leaves out does no harm.
    let signed = sign(&plain, &invisible()).unwrap().bytes;
    assert_eq!(preflight(&signed).structure.left_out, 0);
    for (rest, end) in [
        (&b""[..], End::Clean),
        (b"\r\n", End::Clean),
        (b"\n\n", End::Followed(2)),
        (b"<html>", End::Followed(6)),
    ] {
        let bytes = [plain.trim_ascii_end(), rest].concat();
        assert_eq!(preflight(&bytes).structure.end, end);
    }
}

#[test]
fn active_content_is_found_where_it_is_triggered() {
    let script = "<</S/JavaScript/JS(1)>>";
    let pdf = || Pdf::new().page(BOX);
    assert_eq!(active(&pdf()), []);
    assert_eq!(active(&pdf().catalog("/OpenAction[3 0 R/Fit]")), []);
    for catalog in [
        format!("/OpenAction{script}"),
        format!("/AA<</WC{script}>>"),
        "/Names<</JavaScript<</Names[]>>>>".to_owned(),
        format!("/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next[<</S/Named/N/NextPage/Next{script}>>]>>"),
    ] {
        assert_eq!(
            active(&pdf().catalog(&catalog)),
            [Active::JavaScript],
            "{catalog}"
        );
    }
    for (annotation, kind) in [
        ("/Subtype/Link/A<</S/Launch/F(a.exe)>>", Active::Launch),
        ("/Subtype/Link/A<</S/SubmitForm>>", Active::SubmitForm),
        (
            "/Subtype/Widget/AA<</K<</S/ImportData>>>>",
            Active::ImportData,
        ),
        ("/Subtype/RichMedia", Active::Multimedia),
        ("/Subtype/Link/A<</S/SetOCGState>>", Active::Hide),
    ] {
        let pdf = pdf()
            .page(&format!("{BOX}/Annots[5 0 R]"))
            .object(5, &format!("<</Type/Annot/Rect[0 0 9 9]{annotation}>>"));
        assert_eq!(active(&pdf), [kind], "{annotation}");
    }
    // An action that follows itself ends.
    let pdf = pdf()
        .catalog("/OpenAction 5 0 R")
        .object(5, "<</S/Launch/Next 5 0 R>>");
    assert_eq!(active(&pdf), [Active::Launch]);
}

#[test]
fn what_the_catalog_tells_is_told() {
    for (catalog, is_told) in [
        (
            "/AcroForm<</Fields[]/XFA[]>>",
            (|found| found.xfa) as fn(&Preflight) -> bool,
        ),
        ("/NeedsRendering true", |found| found.needs_rendering),
        ("/AcroForm<</NeedAppearances true>>", |found| {
            found.needs_appearances
        }),
        ("/OCProperties<</OCGs[5 0 R]>>", |found| {
            found.optional_content
        }),
        ("/Names<</EmbeddedFiles<<>>>>", |found| found.embedded_files),
        ("/AF[5 0 R]", |found| found.embedded_files),
        ("/Perms<</UR3 5 0 R>>", |found| found.usage_rights),
    ] {
        let found = preflight(&Pdf::new().catalog(catalog).build());
        assert!(is_told(&found), "{catalog}: {found:?}");
    }
}

#[test]
fn fields_are_told_that_demand_repeat_overlap_or_are_locked() {
    let field = |name: &str, left: u32, more: &str| {
        let right = left + 60;
        format!(
            "<</Type/Annot/Subtype/Widget/FT/Sig/T({name})/Rect[{left} 10 {right} 40]/P 3 0 R{more}>>"
        )
    };
    let pdf = Pdf::new()
        .page(&format!("{BOX}/Annots[5 0 R 6 0 R 7 0 R]"))
        .catalog("/AcroForm<</Fields[5 0 R 6 0 R 7 0 R]>>")
        .object(5, &field("A", 10, "/SV<<>>"))
        .object(6, &field("B", 60, "/Lock<</Action/Include/Fields[(C)]>>"))
        .object(7, &field("C", 200, ""));
    let found = preflight(&pdf.build());
    assert_eq!(found.seed_values, ["A"]);
    assert_eq!(found.overlapping, ["A", "B"]);
    assert!(found.locked.is_empty() && found.repeated.is_empty());
    let signed = crate::builder::fill(&pdf.build(), "B").unwrap().bytes;
    assert_eq!(preflight(&signed).locked, ["C"]);
    let twice = pdf.object(7, &field("B", 200, "")).build();
    assert_eq!(preflight(&twice).repeated, ["B"]);
}

#[test]
fn a_large_document_is_not_walked_to_its_end() {
    let mut pdf = Pdf::new();
    let mut kids = String::new();
    for number in 10..5010 {
        kids.push_str(&format!("{number} 0 R "));
        pdf = pdf.object(number, &format!("<</Type/Page/Parent 2 0 R{BOX}>>"));
    }
    let launch = "<</Type/Page/Parent 2 0 R/AA<</O<</S/Launch>>>>>>";
    let pdf = pdf
        .object(5009, launch)
        .object(2, &format!("<</Type/Pages/Kids[{kids}]/Count 5000>>"));
    let found = preflight(&pdf.build());
    assert_eq!(found.stopped_after, Some(4000));
    assert_eq!(found.active, BTreeSet::new());
}

#[test]
fn what_cannot_be_read_is_said_to_be() {
    let found = preflight(
        &Pdf::new()
            .catalog("/AcroForm 5 0 R")
            .object(5, "<</XFA")
            .build(),
    );
    assert!(found.unreadable);
    // Metadata that are no stream, or no XML, only claim nothing.
    let pdf = Pdf::new().catalog("/Metadata 5 0 R").object(5, "(none)");
    assert_eq!(preflight(&pdf.build()).claims, Claims::default());
}

#[test]
fn usage_rights_are_removed_with_the_first_signature_and_only_they() {
    let signed = |catalog: &str, other: Option<&str>| {
        let pdf = Pdf::new()
            .catalog(catalog)
            .object(5, "<</Type/Sig/Filter/Adobe.PPKLite>>");
        let pdf = other.iter().fold(pdf, |pdf, body| pdf.object(6, body));
        let bytes = sign(&pdf.build(), &visible(100.0, 40.0, 180.0, 60.0))
            .unwrap()
            .bytes;
        assert!(!preflight(&bytes).usage_rights);
        let document = lopdf::Document::load_mem(&bytes).unwrap();
        document.catalog().unwrap().clone()
    };
    assert!(!signed("/Perms<</UR3 5 0 R>>", None).has(b"Perms"));
    assert!(!signed("/Perms<</UR 5 0 R/UR3 5 0 R>>", None).has(b"Perms"));
    let kept = signed("/Perms<</UR3 5 0 R/Own 1>>", None);
    let kept = kept.get(b"Perms").unwrap().as_dict().unwrap();
    assert!(kept.has(b"Own") && kept.len() == 1);
    assert!(signed("/Perms 6 0 R", Some("<</UR3 5 0 R>>")).has(b"Perms"));
}
