//! Founding, enrolment and activation: all or nothing, codes used once, no object left behind.

use std::fs;

use service::ErrorKind;
use service::requests::Enrol;
use service::wire::ErrorCode;
use tests::organisation::{OFFICER_SECRET, SIGNER_SECRET};
use tests::{Organisation, sample};

/// Files of the software token: one for each object it stores.
fn token_files(organisation: &Organisation) -> usize {
    let mut count = 0;
    for token in fs::read_dir(organisation.home().tokens_folder()).unwrap() {
        count += fs::read_dir(token.unwrap().path())
            .unwrap()
            .filter(|entry| {
                let name = entry.as_ref().unwrap().file_name();
                name.to_string_lossy().ends_with(".object")
            })
            .count();
    }
    count
}

/// How many are enrolled; `CHANCERY_ENROLMENTS` says another number. One object left by each would
/// show after one.
const ENROLMENTS: usize = 40;

#[test]
fn many_enrolments_and_signatures_leave_the_tokens_as_they_were() {
    let many = std::env::var("CHANCERY_ENROLMENTS").ok();
    let many = many.map_or(ENROLMENTS, |many| many.parse().unwrap());
    let organisation = Organisation::found();
    let before = token_files(&organisation);
    assert!(before > 0, "the organisation's own keys are there");
    let officer = organisation.officer().unwrap();
    let objects = || {
        let overview = organisation.service().overview(officer.clone());
        organisation.wait(overview).unwrap().token.objects.unwrap()
    };
    let objects_before = objects();
    let signers = 5;
    for number in 0..many {
        let request = Enrol {
            login: format!("person{number}"),
            name: format!("Person {number}"),
            email: format!("person{number}@example.org"),
            key: "p256".to_owned(),
        };
        let enrolled = organisation.service().enrol(officer.clone(), request);
        let code = organisation.wait(enrolled).unwrap().activation_code;
        if number < signers {
            let login = format!("person{number}");
            organisation.activate(&login, &code, SIGNER_SECRET).unwrap();
        }
    }
    for number in 0..many / 4 {
        let login = format!("person{}", number % signers);
        organisation
            .sign(&sample::agreement(), &login, SIGNER_SECRET)
            .unwrap();
    }
    assert_eq!(token_files(&organisation), before);
    assert_eq!(objects(), objects_before, "as the token itself counts them");
}

#[test]
fn an_activation_code_is_good_once() {
    let organisation = Organisation::found();
    let code = organisation.enrol("ada", "Ada Lovelace").unwrap();
    organisation.activate("ada", &code, SIGNER_SECRET).unwrap();
    let error = organisation
        .activate("ada", &code, "another secret here")
        .unwrap_err();
    assert_eq!(error.code(), (ErrorCode::CodeUsed, ErrorKind::Refused));
    let error = organisation
        .activate(
            "ada",
            "0000-0000-0000-0000-00000-00000",
            "another secret here",
        )
        .unwrap_err();
    assert_eq!(
        error.code().0,
        ErrorCode::WrongSecret,
        "only who has the code is told that it was used"
    );
    organisation
        .sign(&sample::agreement(), "ada", SIGNER_SECRET)
        .unwrap();
}

#[test]
fn a_code_of_one_person_does_not_open_another_ones_key() {
    let organisation = Organisation::found();
    let ada = organisation.enrol("ada", "Ada Lovelace").unwrap();
    organisation.enrol("bob", "Robert Boyle").unwrap();
    let error = organisation
        .activate("bob", &ada, SIGNER_SECRET)
        .unwrap_err();
    assert_eq!(error.code().0, ErrorCode::WrongSecret);
}

#[test]
fn a_weak_secret_or_a_mistyped_code_costs_no_try() {
    let organisation = Organisation::found();
    let code = organisation.enrol("ada", "Ada Lovelace").unwrap();
    for weak in ["short", "1234567890123456"] {
        let error = organisation.activate("ada", &code, weak).unwrap_err();
        assert_eq!(error.code(), (ErrorCode::SecretTooWeak, ErrorKind::Usage));
    }
    let error = organisation
        .activate("ada", "ABCD", SIGNER_SECRET)
        .unwrap_err();
    assert_eq!(error.code(), (ErrorCode::NotACode, ErrorKind::Usage));
    let identities = organisation
        .wait(organisation.service().identities())
        .unwrap();
    assert!(identities.iter().all(|identity| identity.wrong_tries == 0));
    organisation.activate("ada", &code, SIGNER_SECRET).unwrap();
}

#[test]
fn a_login_is_taken_once() {
    let organisation = Organisation::found();
    organisation.enrol("ada", "Ada Lovelace").unwrap();
    for login in ["ada", "ADA"] {
        let error = organisation.enrol(login, "Another Ada").unwrap_err();
        assert_eq!(error.code(), (ErrorCode::LoginTaken, ErrorKind::Refused));
    }
}

#[test]
fn an_unfinished_founding_is_cleared_by_the_next_one() {
    let organisation = Organisation::found();
    fs::remove_file(organisation.home().organisation_file()).unwrap();
    organisation.init("second").unwrap();
    let error = organisation
        .sign(&sample::agreement(), "officer", OFFICER_SECRET)
        .unwrap_err();
    assert_eq!(
        error.code().0,
        ErrorCode::NoSuchPerson,
        "nothing is left of the first"
    );
    organisation
        .sign(&sample::agreement(), "second", OFFICER_SECRET)
        .unwrap();
}

#[test]
fn founding_refuses_a_folder_with_something_else_in_it() {
    let organisation = Organisation::unfounded();
    fs::create_dir_all(organisation.home().folder()).unwrap();
    let file = organisation.home().folder().join("thesis.odt");
    fs::write(&file, b"ten years of work").unwrap();
    let error = organisation.init("officer").unwrap_err();
    assert_eq!(error.code().0, ErrorCode::FolderNotEmpty);
    assert_eq!(fs::read(&file).unwrap(), b"ten years of work");
}

#[test]
fn a_second_founding_in_the_same_folder_is_refused() {
    let organisation = Organisation::found();
    assert_eq!(
        organisation.init("other").unwrap_err().code().0,
        ErrorCode::OrganisationExists
    );
}

#[test]
fn no_secret_and_no_code_is_stored_in_clear() {
    let organisation = Organisation::found();
    let code = organisation.enrol("ada", "Ada Lovelace").unwrap();
    organisation.activate("ada", &code, SIGNER_SECRET).unwrap();
    organisation
        .sign(&sample::agreement(), "ada", SIGNER_SECRET)
        .unwrap();
    let bare = code.replace('-', "");
    let needles = [OFFICER_SECRET, SIGNER_SECRET, code.as_str(), bare.as_str()];
    let mut folders = vec![organisation.path("home"), organisation.path("state")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let content = fs::read(&path).unwrap();
            for needle in needles {
                let found = content
                    .windows(needle.len())
                    .any(|window| window == needle.as_bytes());
                assert!(!found, "{} holds a secret", path.display());
            }
        }
    }
    assert!(files > 10, "the folders were really looked through");
}
