//! What earlier signatures allow.

use crate::builder::{Pdf, invisible, sign};
use pdf::Error;

/// A document that somebody signed, with references in the signature and a lock on its field.
fn signed(references: &str, lock: &str) -> Vec<u8> {
    let widget = "/Type/Annot/Subtype/Widget/FT/Sig/T(A)/Rect[0 0 0 0]/P 3 0 R";
    let signature = "/Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]/Contents<00>";
    Pdf::new()
        .catalog("/AcroForm<</Fields[5 0 R]/SigFlags 3>>")
        .page("/MediaBox[0 0 300 200]/Annots[5 0 R]")
        .object(5, &format!("<<{widget}/V 6 0 R{lock}>>"))
        .object(6, &format!("<<{signature}/Reference[{references}]>>"))
        .build()
}

fn reference(method: &str, parameters: &str) -> String {
    format!("<</Type/SigRef/TransformMethod/{method}/TransformParams<<{parameters}>>>>")
}

#[test]
fn a_lock_over_every_new_field_refuses_one_and_another_does_not() {
    for (references, lock, refused) in [
        (reference("FieldMDP", "/Action/All"), "", true),
        (
            reference("FieldMDP", "/Action/Exclude/Fields[(x)]"),
            "",
            true,
        ),
        (
            reference("FieldMDP", "/Action/Include/Fields[(x)]"),
            "",
            false,
        ),
        (
            reference("FieldMDP", "/Action/Include/Fields[(x)]/P 1"),
            "",
            true,
        ),
        (reference("DocMDP", "/P 1"), "", true),
        (reference("DocMDP", "/P 2"), "", false),
        (reference("UR3", "/P true"), "", false),
        (String::new(), "/Lock<</Action/All>>", true),
        (
            String::new(),
            "/Lock<</Action/Include/Fields[(x)]/P 1>>",
            true,
        ),
        (
            String::new(),
            "/Lock<</Action/Include/Fields[(x)]/P 2>>",
            false,
        ),
        (String::new(), "/Lock null", false),
    ] {
        let result = sign(&signed(&references, lock), &invisible());
        let is_refused = matches!(result, Err(Error::CertifiedWithoutChanges));
        assert_eq!(is_refused, refused, "{references} {lock}: {result:?}");
        assert_eq!(result.is_ok(), !refused, "{references} {lock}: {result:?}");
    }
}

#[test]
fn the_lock_of_a_field_that_is_not_signed_refuses_nothing() {
    let widget = "/Type/Annot/Subtype/Widget/FT/Sig/T(A)/Rect[0 0 0 0]/P 3 0 R";
    let input = Pdf::new()
        .catalog("/AcroForm<</Fields[5 0 R]>>")
        .page("/MediaBox[0 0 300 200]/Annots[5 0 R]")
        .object(5, &format!("<<{widget}/Lock<</Action/All>>>>"))
        .build();
    assert!(sign(&input, &invisible()).is_ok());
}

#[test]
fn a_new_field_does_not_take_a_name_that_a_lock_includes() {
    let names = "/Action/Include/Fields[(Signature1)(Signature2)]";
    let input = signed(&reference("FieldMDP", names), "");
    assert_eq!(sign(&input, &invisible()).unwrap().name, "Signature3");
}
