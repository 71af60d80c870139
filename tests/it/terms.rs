//! What a signature is and forbids: certifications, locks, the two forms; judged from outside.

use std::path::{Path, PathBuf};

use service::requests::{Certification, LockedFields, SubFilter, Terms, Trust};
use service::wire::{ErrorCode, Headline, Placement, PreflightCode, Rect};
use tests::organisation::SIGNER_SECRET;
use tests::{Organisation, judge, sample};

fn found() -> Organisation {
    Organisation::found_with("ada", "Ada Lovelace")
}

/// A box of its own for each signature.
fn place(number: u32) -> Placement {
    let (width, height) = (160.0, 50.0);
    let rect = Rect {
        x: 40.0 + 170.0 * f64::from(number - 1),
        y: 60.0,
        width,
        height,
    };
    Placement::Box { page: 1, rect }
}

/// Signs a file and has the result judged.
fn sign(
    organisation: &Organisation,
    input: &Path,
    number: u32,
    terms: Terms,
) -> Result<PathBuf, ErrorCode> {
    sign_at(organisation, input, number, terms, place(number))
}

fn sign_at(
    organisation: &Organisation,
    input: &Path,
    number: u32,
    terms: Terms,
    placement: Placement,
) -> Result<PathBuf, ErrorCode> {
    let output = organisation.path(&format!("signed-{number}.pdf"));
    let form = terms.sub_filter.unwrap_or_default();
    let signed = organisation
        .sign_under(terms, input, &output, placement, "ada", SIGNER_SECRET)
        .map_err(|error| error.code().0)?;
    let ours = signed[0].validation.signatures.last().unwrap();
    assert_eq!(ours.headline, Headline::Valid);
    let ca = organisation.home().ca_file();
    judge::all_of_form(input, &output, &ca, &format!("/{}", form.as_str()));
    Ok(output)
}

fn headlines(organisation: &Organisation, file: &Path) -> Vec<Headline> {
    let validation = organisation.wait(
        organisation
            .service()
            .validate(file.to_owned(), Trust::default()),
    );
    let signatures = validation.unwrap().signatures;
    signatures.iter().map(|report| report.headline).collect()
}

#[test]
fn a_certified_document_takes_an_invisible_signature_if_its_author_lets_it() {
    for (certification, taken) in [
        (Certification::NoChanges, false),
        (Certification::Forms, true),
        (Certification::FormsAndAnnotations, true),
    ] {
        let organisation = found();
        let terms = Terms {
            certification: Some(certification),
            ..Terms::default()
        };
        let certified = sign(&organisation, &sample::agreement(), 1, terms).unwrap();
        let inspected = organisation.wait(organisation.service().inspect(certified.clone()));
        let findings = inspected.unwrap().findings;
        assert!(
            findings
                .iter()
                .any(|finding| finding.code == PreflightCode::Certified)
        );
        let boxed = sign(&organisation, &certified, 2, Terms::default());
        let refused = if taken {
            ErrorCode::PdfForbidsNewBox
        } else {
            ErrorCode::PdfForbids
        };
        assert_eq!(boxed, Err(refused), "viewers take a new box for a change");
        match sign_at(
            &organisation,
            &certified,
            2,
            Terms::default(),
            Placement::Invisible,
        ) {
            Ok(twice) => {
                assert!(taken, "{certification:?}");
                assert_eq!(
                    headlines(&organisation, &twice),
                    [Headline::ValidChangedAsAllowed, Headline::Valid]
                );
            }
            Err(code) => {
                assert!(!taken, "{certification:?}");
                assert_eq!(code, ErrorCode::PdfForbids);
            }
        }
    }
}

#[test]
fn only_the_first_signature_can_certify() {
    let organisation = found();
    let once = sign(&organisation, &sample::agreement(), 1, Terms::default()).unwrap();
    let terms = Terms {
        certification: Some(Certification::Forms),
        ..Terms::default()
    };
    let refused = sign(&organisation, &once, 2, terms);
    assert_eq!(refused, Err(ErrorCode::CertifiesTooLate));
}

#[test]
fn a_lock_of_every_field_closes_the_document_and_one_of_some_does_not() {
    for (lock, taken) in [
        (LockedFields::All, false),
        (LockedFields::AllBut(vec!["Elsewhere".to_owned()]), false),
        (LockedFields::These(vec!["Somewhere".to_owned()]), true),
    ] {
        let organisation = found();
        let terms = Terms {
            lock: Some(lock.clone()),
            ..Terms::default()
        };
        let locked = sign(&organisation, &sample::agreement(), 1, terms).unwrap();
        let second = sign(&organisation, &locked, 2, Terms::default());
        assert_eq!(second.is_ok(), taken, "{lock:?}");
    }
}

#[test]
fn three_signatures_of_both_forms_stay_valid_for_everyone() {
    let organisation = found();
    let forms = [SubFilter::Pades, SubFilter::Adbe, SubFilter::Pades];
    let mut file = sample::agreement();
    for (number, form) in (1..).zip(forms) {
        let terms = Terms {
            sub_filter: Some(form),
            ..Terms::default()
        };
        file = sign(&organisation, &file, number, terms).unwrap();
    }
    assert_eq!(
        headlines(&organisation, &file),
        [
            Headline::ValidChangedAsAllowed,
            Headline::ValidChangedAsAllowed,
            Headline::Valid
        ]
    );
}
