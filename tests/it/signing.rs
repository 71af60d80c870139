//! One signature, from a real PDF and an HSM-wrapped key to a file that others accept.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use service::requests::{Trust, TrustFile};
use service::wire::{Coverage, ErrorCode, Headline, Placement, Rect};
use service::{ErrorKind, LookChoice};
use tests::organisation::SIGNER_SECRET;
use tests::{Organisation, judge, sample};

#[test]
fn a_signed_file_is_valid_and_starts_with_the_original() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let signed = organisation
        .sign(&sample::agreement(), "ada", SIGNER_SECRET)
        .unwrap();
    let before = fs::read(sample::agreement()).unwrap();
    let after = fs::read(&signed).unwrap();
    assert!(
        after.len() > before.len() && after.starts_with(&before),
        "signing only appends"
    );
    let validation = organisation
        .wait(organisation.service().validate(signed, Trust::default()))
        .unwrap();
    assert_eq!(validation.headline, Headline::Valid);
    let [report] = &validation.signatures[..] else {
        panic!("one signature")
    };
    assert_eq!(report.signer, "Ada Lovelace");
    assert_eq!(report.issuer, "Test organisation");
    assert_eq!(report.coverage, Coverage::WholeFile);
    assert!(report.intact && report.trusted);
    assert_eq!(report.level, "b-b");
}

#[test]
fn the_box_is_found_again_where_it_was_drawn() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let rect = Rect {
        x: 310.0,
        y: 70.0,
        width: 220.5,
        height: 64.25,
    };
    let output = organisation.path("placed.pdf");
    let placement = Placement::Box { page: 2, rect };
    organisation
        .sign_to(
            &sample::agreement(),
            &output,
            placement,
            "ada",
            SIGNER_SECRET,
        )
        .unwrap();
    let found = organisation
        .wait(organisation.service().inspect(output))
        .unwrap();
    let [field] = &found.fields[..] else {
        panic!("one field")
    };
    assert_eq!(field.page, Some(2));
    let shown = field.rect.unwrap();
    for (left, right) in [
        (shown.x, rect.x),
        (shown.y, rect.y),
        (shown.width, rect.width),
        (shown.height, rect.height),
    ] {
        assert!((left - right).abs() < 0.01, "{shown:?} is {rect:?}");
    }
}

#[test]
fn a_second_signature_keeps_the_first_one_valid() {
    let organisation =
        Organisation::found_with("ada", "Ada Lovelace").with_signer("bob", "Robert Boyle");
    let once = organisation
        .sign(&sample::agreement(), "ada", SIGNER_SECRET)
        .unwrap();
    let twice = organisation.sign(&once, "bob", SIGNER_SECRET).unwrap();
    let validation = organisation
        .wait(organisation.service().validate(twice, Trust::default()))
        .unwrap();
    let signers: Vec<_> = validation
        .signatures
        .iter()
        .map(|s| (s.signer.as_str(), s.intact))
        .collect();
    assert_eq!(signers, [("Ada Lovelace", true), ("Robert Boyle", true)]);
    assert_eq!(validation.signatures[1].headline, Headline::Valid);
    let first = &validation.signatures[0];
    assert_eq!(first.headline, Headline::ValidChangedAsAllowed);
    assert_eq!(validation.headline, Headline::ValidChangedAsAllowed);
    let second = &validation.signatures[1].field;
    assert!(
        first.modifications.is_empty(),
        "nothing that is not allowed"
    );
    let mut findings = first.findings.iter();
    let allowed = findings.find(|finding| finding.code == "changed_as_allowed");
    assert!(allowed.unwrap().message.ends_with(second), "{allowed:?}");
}

/// Writes a form with empty signature fields of these names.
fn form(organisation: &Organisation, names: &[&str]) -> PathBuf {
    let path = organisation.path(&format!("form-{}.pdf", names.len()));
    fs::write(&path, sample::form(names)).unwrap();
    path
}

/// Signs one file into another; no placement is the only empty field.
fn sign(
    organisation: &Organisation,
    [input, output]: [&Path; 2],
    placement: Option<Placement>,
) -> service::Result<Vec<service::requests::SignedFile>> {
    organisation.wait(organisation.service().sign(service::requests::Sign {
        request: service::new_request()?,
        files: vec![service::requests::FileToSign {
            input: input.to_owned(),
            password: None,
            output: output.to_owned(),
        }],
        signer: service::requests::Signer::Person {
            login: "ada".to_owned(),
            secret: tests::secret(SIGNER_SECRET),
        },
        placement,
        reason: None,
        location: None,
        terms: service::requests::Terms::default(),
        look: LookChoice::default(),
        existing: service::requests::Existing::Keep,
        watch: Arc::new(service::requests::Unwatched),
    }))
}

fn in_field(name: &str) -> Option<Placement> {
    Some(Placement::Field {
        name: name.to_owned(),
    })
}

#[test]
fn without_a_place_the_only_empty_field_is_signed() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let (input, output) = (
        form(&organisation, &["Approval"]),
        organisation.path("out.pdf"),
    );
    let signed = sign(&organisation, [&input, &output], None).unwrap();
    let report = &signed[0].validation.signatures[0];
    assert_eq!(report.field, "Approval");
    assert_eq!(report.page, Some(1));
    judge::all(&input, &output, &organisation.home().ca_file());
    let found = organisation
        .wait(organisation.service().inspect(output))
        .unwrap();
    let field = found.fields.into_iter().find(|field| field.signed).unwrap();
    assert_eq!(field.label.as_deref(), Some("Sign here"));
    let rect = field.rect.unwrap();
    // As shown, with the page turned: what was upright lies on its side.
    assert_eq!((rect.width, rect.height), (180.0, 60.0));
}

#[test]
fn without_a_place_none_or_several_empty_fields_are_an_error_that_names_them() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let output = organisation.path("out.pdf");
    for names in [&[][..], &["Buyer", "Seller"]] {
        let input = form(&organisation, names);
        let error = sign(&organisation, [&input, &output], None).unwrap_err();
        assert_eq!(error.code(), (ErrorCode::PlaceNeeded, ErrorKind::Usage));
        let words = error.to_string();
        assert!(names.iter().all(|name| words.contains(name)), "{words}");
        assert!(!output.exists());
    }
}

#[test]
fn both_parties_sign_in_their_fields_and_the_judges_accept_both() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let input = form(&organisation, &["Buyer", "Seller"]);
    let (once, twice) = (
        organisation.path("once.pdf"),
        organisation.path("twice.pdf"),
    );
    sign(&organisation, [&input, &once], in_field("Buyer")).unwrap();
    let signed = sign(&organisation, [&once, &twice], None).unwrap();
    let headlines: Vec<_> = signed[0]
        .validation
        .signatures
        .iter()
        .map(|report| (report.field.as_str(), report.headline))
        .collect();
    assert_eq!(
        headlines,
        [
            ("Buyer", Headline::ValidChangedAsAllowed),
            ("Seller", Headline::Valid)
        ]
    );
    judge::all(&once, &twice, &organisation.home().ca_file());
}

#[test]
fn a_field_that_cannot_be_signed_is_refused_before_the_secret_is_judged() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let input = form(&organisation, &["Buyer", "Seller"]);
    let (once, twice) = (
        organisation.path("once.pdf"),
        organisation.path("twice.pdf"),
    );
    sign(&organisation, [&input, &once], in_field("Buyer")).unwrap();
    for (name, code, words) in [
        ("Buyer", ErrorCode::FieldSigned, "signed already"),
        ("Tenant", ErrorCode::NoSuchField, "Seller"),
        ("Amount", ErrorCode::FieldUnusable, "not for signatures"),
    ] {
        let error = sign(&organisation, [&once, &twice], in_field(name)).unwrap_err();
        assert_eq!(error.code(), (code, ErrorKind::Usage));
        assert!(error.to_string().contains(words), "{error}");
    }
    assert!(!twice.exists());
}

#[test]
fn an_invisible_signature_is_on_no_page_and_the_judges_accept_it() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let output = organisation.path("out.pdf");
    let signed = sign(
        &organisation,
        [&sample::agreement(), &output],
        Some(Placement::Invisible),
    )
    .unwrap();
    let report = &signed[0].validation.signatures[0];
    assert_eq!((report.headline, report.page), (Headline::Valid, None));
    judge::all(
        &sample::agreement(),
        &output,
        &organisation.home().ca_file(),
    );
}

#[test]
fn a_changed_byte_anywhere_in_what_is_covered_breaks_the_signature() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let signed = organisation
        .sign(&sample::agreement(), "ada", SIGNER_SECRET)
        .unwrap();
    let whole = fs::read(&signed).unwrap();
    let document = pdf::Document::open(Arc::new(whole.clone())).unwrap();
    let [_, end, start, _] = document.signatures().unwrap()[0].byte_range.unwrap();
    // Between the two lies the signature itself, whose certificates nobody signs.
    let gap = usize::try_from(end).unwrap()..usize::try_from(start).unwrap();
    let broken = organisation.path("broken.pdf");
    for at in (20..whole.len()).step_by(whole.len() / 40) {
        if gap.contains(&at) {
            continue;
        }
        let mut bytes = whole.clone();
        bytes[at] ^= 0x04;
        fs::write(&broken, &bytes).unwrap();
        let verdict = organisation.wait(
            organisation
                .service()
                .validate(broken.clone(), Trust::default()),
        );
        assert!(
            !verdict.is_ok_and(|validation| validation.headline == Headline::Valid),
            "byte {at} of {}",
            whole.len()
        );
    }
}

#[test]
fn another_organisation_does_not_trust_the_signer() {
    let ours = Organisation::found_with("ada", "Ada Lovelace");
    let signed = ours
        .sign(&sample::agreement(), "ada", SIGNER_SECRET)
        .unwrap();
    let theirs = Organisation::found_anew();
    let validation = theirs
        .wait(theirs.service().validate(signed.clone(), Trust::default()))
        .unwrap();
    assert_eq!(validation.headline, Headline::IdentityUnconfirmed);
    assert!(validation.signatures[0].intact);
    let ca = TrustFile::read(&ours.home().ca_file()).unwrap();
    let trust = Trust {
        files: vec![ca],
        ..Trust::default()
    };
    let validation = theirs
        .wait(theirs.service().validate(signed, trust))
        .unwrap();
    assert_eq!(
        validation.headline,
        Headline::Valid,
        "a given anchor is trusted"
    );
}

#[test]
fn a_batch_is_one_intent_and_every_file_is_signed() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let files: Vec<_> = (0..3)
        .map(|number| service::requests::FileToSign {
            input: sample::agreement(),
            password: None,
            output: organisation.path(&format!("batch-{number}.pdf")),
        })
        .collect();
    let rect = Rect {
        x: 36.0,
        y: 36.0,
        width: 180.0,
        height: 60.0,
    };
    let signed = organisation
        .wait(organisation.service().sign(service::requests::Sign {
            request: [7; 16],
            files: files.clone(),
            signer: service::requests::Signer::Person {
                login: "ada".to_owned(),
                secret: tests::secret(SIGNER_SECRET),
            },
            placement: Some(Placement::Box { page: 1, rect }),
            reason: Some("Freigegeben – Прочитано".to_owned()),
            location: Some("Αθήνα".to_owned()),
            terms: service::requests::Terms::default(),
            look: LookChoice::default(),
            existing: service::requests::Existing::Keep,
            watch: Arc::new(service::requests::Unwatched),
        }))
        .unwrap();
    assert_eq!(signed.len(), 3);
    assert!(
        signed
            .iter()
            .all(|file| file.validation.headline == Headline::Valid)
    );
    let again = organisation
        .wait(organisation.service().sign(service::requests::Sign {
            request: [7; 16],
            files: vec![service::requests::FileToSign {
                input: sample::agreement(),
                password: None,
                output: organisation.path("again.pdf"),
            }],
            signer: service::requests::Signer::Person {
                login: "ada".to_owned(),
                secret: tests::secret(SIGNER_SECRET),
            },
            placement: Some(Placement::Box { page: 1, rect }),
            reason: None,
            location: None,
            terms: service::requests::Terms::default(),
            look: LookChoice::default(),
            existing: service::requests::Existing::Keep,
            watch: Arc::new(service::requests::Unwatched),
        }))
        .unwrap_err();
    assert_eq!(
        again.code().0,
        ErrorCode::RequestRepeated,
        "a second request with the same id is no other"
    );
}
