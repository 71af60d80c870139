//! Wrong input and missing parts: a clear error with its code, and nothing written.

use std::fs;

use service::ErrorKind;
use service::wire::ErrorCode;
use tests::organisation::{OFFICER_SECRET, SIGNER_SECRET};
use tests::{Organisation, sample};

/// Signs and expects a refusal with a code, a kind, and no file.
fn refused(
    organisation: &Organisation,
    login: &str,
    typed: &str,
    code: ErrorCode,
    kind: ErrorKind,
) {
    let output = organisation.path("out.pdf");
    let rect = service::wire::Rect {
        x: 36.0,
        y: 36.0,
        width: 180.0,
        height: 60.0,
    };
    let placement = service::wire::Placement::Box { page: 1, rect };
    let error = organisation
        .sign_to(&sample::agreement(), &output, placement, login, typed)
        .unwrap_err();
    assert_eq!(error.code(), (code, kind), "{error}");
    assert!(!output.exists(), "nothing is written");
}

#[test]
fn a_wrong_secret_is_refused_and_the_sixth_try_waits() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    for _ in 0..5 {
        refused(
            &organisation,
            "ada",
            "not the secret",
            ErrorCode::WrongSecret,
            ErrorKind::Refused,
        );
    }
    refused(
        &organisation,
        "ada",
        "not the secret",
        ErrorCode::Wait,
        ErrorKind::Refused,
    );
    refused(
        &organisation,
        "ada",
        SIGNER_SECRET,
        ErrorCode::Wait,
        ErrorKind::Refused,
    );
    let identities = organisation
        .wait(organisation.service().identities())
        .unwrap();
    let ada = identities
        .iter()
        .find(|identity| identity.login == "ada")
        .unwrap();
    assert_eq!(ada.wrong_tries, 5, "a try that waits is not counted");
    assert!(ada.wait_until.is_some());
    let other = organisation.sign(&sample::agreement(), "officer", OFFICER_SECRET);
    assert!(other.is_ok(), "one person's wait is nobody else's");
}

#[test]
fn a_right_secret_clears_the_tries() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    for _ in 0..4 {
        refused(
            &organisation,
            "ada",
            "not the secret",
            ErrorCode::WrongSecret,
            ErrorKind::Refused,
        );
    }
    organisation
        .sign(&sample::agreement(), "ada", SIGNER_SECRET)
        .unwrap();
    refused(
        &organisation,
        "ada",
        "not the secret",
        ErrorCode::WrongSecret,
        ErrorKind::Refused,
    );
    let identities = organisation
        .wait(organisation.service().identities())
        .unwrap();
    let ada = identities
        .iter()
        .find(|identity| identity.login == "ada")
        .unwrap();
    assert_eq!(ada.wrong_tries, 1);
}

#[test]
fn a_person_who_is_not_activated_cannot_sign() {
    let organisation = Organisation::found();
    let code = organisation.enrol("ada", "Ada Lovelace").unwrap();
    refused(
        &organisation,
        "ada",
        SIGNER_SECRET,
        ErrorCode::NotActivated,
        ErrorKind::Refused,
    );
    refused(
        &organisation,
        "ada",
        &code,
        ErrorCode::NotActivated,
        ErrorKind::Refused,
    );
}

#[test]
fn nobody_signs_under_an_unknown_name() {
    let organisation = Organisation::found();
    refused(
        &organisation,
        "nobody",
        SIGNER_SECRET,
        ErrorCode::NoSuchPerson,
        ErrorKind::Refused,
    );
}

#[test]
fn without_an_organisation_signing_says_how_to_found_one() {
    let organisation = Organisation::unfounded();
    refused(
        &organisation,
        "ada",
        SIGNER_SECRET,
        ErrorCode::NoOrganisation,
        ErrorKind::Usage,
    );
}

#[test]
fn a_missing_module_is_a_device_error_that_names_it() {
    let organisation = Organisation::found();
    let file = organisation.home().organisation_file();
    let edited = fs::read_to_string(&file)
        .unwrap()
        .replace("libsofthsm2.so", "libgone.so");
    fs::write(&file, edited).unwrap();
    refused(
        &organisation,
        "officer",
        OFFICER_SECRET,
        ErrorCode::ModuleMissing,
        ErrorKind::Device,
    );
}

#[test]
fn a_module_with_another_hash_is_not_loaded() {
    let organisation = Organisation::found();
    let file = organisation.home().organisation_file();
    let mut json: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    json["local"]["signing"]["module_sha256"] =
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into();
    fs::write(&file, json.to_string()).unwrap();
    refused(
        &organisation,
        "officer",
        OFFICER_SECRET,
        ErrorCode::ModuleChanged,
        ErrorKind::Device,
    );
}

#[test]
fn a_missing_token_is_a_device_error() {
    let organisation = Organisation::found();
    fs::remove_dir_all(organisation.home().tokens_folder()).unwrap();
    fs::create_dir(organisation.home().tokens_folder()).unwrap();
    refused(
        &organisation,
        "officer",
        OFFICER_SECRET,
        ErrorCode::TokenMissing,
        ErrorKind::Device,
    );
}

#[test]
fn a_file_that_is_no_pdf_is_an_input_error() {
    let organisation = Organisation::found();
    for content in [
        &b""[..],
        b"hello",
        b"%PDF-1.7\n",
        b"%PDF-1.7\nstartxref\n9\n%%EOF",
    ] {
        let input = organisation.path("broken.pdf");
        fs::write(&input, content).unwrap();
        let error = organisation
            .sign(&input, "officer", OFFICER_SECRET)
            .unwrap_err();
        assert_eq!(
            error.code(),
            (ErrorCode::PdfUnreadable, ErrorKind::InputOutput),
            "{error}"
        );
    }
    let error = organisation
        .sign(&organisation.path("absent.pdf"), "officer", OFFICER_SECRET)
        .unwrap_err();
    assert_eq!(error.code(), (ErrorCode::NotFound, ErrorKind::InputOutput));
}

#[test]
fn an_existing_output_is_kept() {
    let organisation = Organisation::found();
    let output = organisation.path("taken.pdf");
    fs::write(&output, b"mine").unwrap();
    let rect = service::wire::Rect {
        x: 36.0,
        y: 36.0,
        width: 180.0,
        height: 60.0,
    };
    let placement = service::wire::Placement::Box { page: 1, rect };
    let error = organisation
        .sign_to(
            &sample::agreement(),
            &output,
            placement,
            "officer",
            OFFICER_SECRET,
        )
        .unwrap_err();
    assert_eq!(
        error.code(),
        (ErrorCode::OutputExists, ErrorKind::InputOutput)
    );
    assert_eq!(fs::read(&output).unwrap(), b"mine");
}

#[test]
fn the_original_is_never_written_to() {
    let organisation = Organisation::found();
    let input = organisation.path("original.pdf");
    fs::copy(sample::agreement(), &input).unwrap();
    let before = fs::read(&input).unwrap();
    let rect = service::wire::Rect {
        x: 36.0,
        y: 36.0,
        width: 180.0,
        height: 60.0,
    };
    let placement = service::wire::Placement::Box { page: 1, rect };
    let error = organisation
        .sign_to(&input, &input, placement, "officer", OFFICER_SECRET)
        .unwrap_err();
    assert_eq!(
        error.code(),
        (ErrorCode::OutputIsInput, ErrorKind::InputOutput)
    );
    assert_eq!(fs::read(&input).unwrap(), before);
}

#[test]
fn a_box_outside_the_page_or_too_small_is_refused() {
    let organisation = Organisation::found();
    let output = organisation.path("out.pdf");
    for (x, width, height, code) in [
        (5000.0, 180.0, 60.0, ErrorCode::BoxOutside),
        (36.0, 6.0, 4.0, ErrorCode::BoxTooSmall),
    ] {
        let rect = service::wire::Rect {
            x,
            y: 36.0,
            width,
            height,
        };
        let placement = service::wire::Placement::Box { page: 1, rect };
        let error = organisation
            .sign_to(
                &sample::agreement(),
                &output,
                placement,
                "officer",
                OFFICER_SECRET,
            )
            .unwrap_err();
        assert_eq!(error.code().0, code, "{error}");
        assert!(!output.exists());
    }
}
