//! What a signature forbids from then on, as it is written.

use crate::builder::{Pdf, appended, invisible, open, sign_field};
use pdf::{Certification, Error, LockedFields, Revision, SignatureField};

fn with(
    input: &[u8],
    edit: impl FnOnce(&mut Revision, &mut SignatureField) -> pdf::Result<()>,
) -> pdf::Result<Vec<u8>> {
    let field = |revision: &mut Revision| {
        let mut field = revision.add_signature_field(&invisible())?;
        edit(revision, &mut field)?;
        Ok(field)
    };
    sign_field(&open(input)?, field, 512, None, |_| Vec::new()).map(|signed| signed.bytes)
}

fn certified(input: &[u8], certification: Certification) -> pdf::Result<Vec<u8>> {
    with(input, |revision, field| {
        revision.certify(field, certification)
    })
}

#[test]
fn a_certification_is_said_in_the_signature_and_in_the_catalog() {
    for level in 1..=3 {
        let certification = Certification::from_level(level).unwrap();
        let input = Pdf::new().build();
        let bytes = certified(&input, certification).unwrap();
        assert_eq!(
            open(&bytes).unwrap().certification_level().unwrap(),
            Some(level)
        );
        let said = appended(&input, &bytes);
        let parameters = format!("/TransformParams<</Type/TransformParams/V/1.2/P {level}>>");
        assert!(said.contains(&parameters), "{said}");
        assert!(said.contains("/Perms <</DocMDP "), "{said}");
    }
}

#[test]
fn what_else_is_permitted_stays_in_the_catalog() {
    let forms = [
        Pdf::new().catalog("/Perms<</Other 5 0 R>>"),
        Pdf::new()
            .catalog("/Perms 6 0 R")
            .object(6, "<</Other 5 0 R>>"),
    ];
    for pdf in forms {
        let bytes = certified(&pdf.object(5, "(x)").build(), Certification::Forms).unwrap();
        let document = open(&bytes).unwrap();
        assert_eq!(document.certification_level().unwrap(), Some(2));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(text.rsplit("/Other 5 0 R").count() > 2, "{text}");
    }
}

#[test]
fn what_is_signed_or_certified_is_not_certified_again() {
    let once = certified(&Pdf::new().build(), Certification::Forms).unwrap();
    let again = certified(&once, Certification::Forms);
    assert!(matches!(again, Err(Error::CertifiesTooLate)), "{again:?}");
}

#[test]
fn a_lock_is_said_in_the_field_and_in_the_signature() {
    let names = || vec!["A".to_owned(), "B.c".to_owned()];
    for (fields, action, named) in [
        (LockedFields::All, "All", ""),
        (
            LockedFields::These(names()),
            "Include",
            "/Fields[<41><422e63>]",
        ),
        (
            LockedFields::AllBut(names()),
            "Exclude",
            "/Fields[<41><422e63>]",
        ),
    ] {
        let input = Pdf::new().build();
        let bytes = with(&input, |revision, field| revision.lock(field, &fields)).unwrap();
        let said = appended(&input, &bytes);
        let parameters = format!("/V/1.2/Action/{action}{named}>>");
        assert!(said.contains(&parameters), "{said}");
        assert!(
            said.contains(&format!("/SigFieldLock/Action/{action}")),
            "{said}"
        );
        assert!(said.contains("/Lock "), "{said}");
    }
}

#[test]
fn a_form_that_wants_a_certification_gets_that_one_or_none() {
    let form = |level: &str| {
        Pdf::new()
            .catalog("/AcroForm<</Fields[5 0 R]>>")
            .object(5, &format!("<</FT/Sig/T(A)/SV<</MDP<</P {level}>>>>>>"))
            .build()
    };
    let fill = |level: &str, certification: Option<Certification>| {
        let field = |revision: &mut Revision| {
            let look = crate::builder::look("Ana Ruiz");
            let mut field = revision.fill_signature_field("A", &look)?;
            if let Some(certification) = certification {
                revision.certify(&mut field, certification)?;
            }
            Ok(field)
        };
        sign_field(&open(&form(level))?, field, 512, None, |_| Vec::new())
    };
    for (level, certification, met) in [
        ("0", None, true),
        ("0", Some(Certification::Forms), false),
        ("2", None, false),
        ("2", Some(Certification::NoChanges), false),
        ("2", Some(Certification::Forms), true),
        ("9", None, false),
    ] {
        let result = fill(level, certification);
        let refused = matches!(result, Err(Error::SeedValue { .. }));
        assert_eq!(result.is_ok(), met, "{level} {certification:?}: {result:?}");
        assert_eq!(refused, !met, "{level} {certification:?}: {result:?}");
    }
}

#[test]
fn usage_rights_make_room_for_a_certification() {
    let forms = [
        Pdf::new().catalog("/Perms<</UR3 5 0 R>>"),
        Pdf::new()
            .catalog("/Perms 6 0 R")
            .object(6, "<</UR3 5 0 R>>"),
    ];
    for pdf in forms {
        let input = pdf.object(5, "<</Type/Sig>>").build();
        let bytes = certified(&input, Certification::Forms).unwrap();
        let document = open(&bytes).unwrap();
        assert_eq!(document.certification_level().unwrap(), Some(2));
        assert!(!document.preflight(&[]).unwrap().usage_rights);
    }
}
