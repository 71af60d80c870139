//! What was tried against the product, played again: by who kills it, and by who writes its files
//! and its database without a PIN.

use std::fs::{self, Permissions};
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use service::LookChoice;
use service::ca;
use service::requests::{Existing, FileToSign, Health, Sign, Watch};
use service::wire::{
    ChangeStatus, ErrorCode, IdentityStatus, ListPeople, Placement, Rect, RevocationReason,
    RevokePerson, SigningStep, SuspendOwnKey,
};
use signature::Certificate;
use tests::organisation::{OFFICER_SECRET, SIGNER_SECRET};
use tests::{Organisation, sample, secret, sql};

fn signing(organisation: &Organisation, login: &str) -> Result<(), ErrorCode> {
    match organisation.sign(&sample::agreement(), login, SIGNER_SECRET) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.code().0),
    }
}

/// The files that a login to a software token rewrites.
fn token_files(organisation: &Organisation) -> Vec<PathBuf> {
    let files: Vec<_> = fs::read_dir(organisation.home().tokens_folder())
        .unwrap()
        .map(|entry| entry.unwrap().path().join("token.object"))
        .filter(|path| path.is_file())
        .collect();
    assert_eq!(files.len(), 2, "{files:?}");
    files
}

#[test]
fn a_token_whose_file_a_killed_login_left_empty_is_mended_and_doctor_says_so() {
    let organisation = Organisation::found();
    for file in token_files(&organisation) {
        fs::write(file, b"").unwrap();
    }
    organisation
        .sign(&sample::agreement(), "officer", OFFICER_SECRET)
        .unwrap();
    organisation.officer().unwrap();
    let checks = organisation.wait(organisation.service().doctor());
    let said = checks.iter().find(|check| check.code == "token_files");
    assert_eq!(said.unwrap().health, Health::Caution);
}

#[test]
fn logins_at_once_take_turns_and_none_finds_its_token_missing() {
    let organisation = Organisation::found();
    let service = organisation.service();
    let tests = organisation.wait(async {
        let tests: Vec<_> = (0..12)
            .map(|_| {
                let service = service.clone();
                tokio::spawn(async move { service.test_token().await })
            })
            .collect();
        let mut answers = Vec::new();
        for test in tests {
            answers.push(test.await.unwrap().unwrap());
        }
        answers
    });
    for test in tests {
        assert_eq!(
            test.state,
            service::wire::TokenState::Ready,
            "{}",
            test.detail
        );
    }
}

/// Does something when the secret is about to be judged.
struct Meanwhile<F>(F);

impl<F> std::fmt::Debug for Meanwhile<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meanwhile")
    }
}

impl<F: Fn() + Send + Sync> Watch for Meanwhile<F> {
    fn reach(&self, step: SigningStep) -> ControlFlow<()> {
        if step == SigningStep::Authenticating {
            (self.0)();
        }
        ControlFlow::Continue(())
    }
}

/// Signs as ada, and does something after the batch was prepared.
fn signing_while(
    organisation: &Organisation,
    act: impl Fn() + Send + Sync + 'static,
) -> Result<(), ErrorCode> {
    let rect = Rect {
        x: 36.0,
        y: 36.0,
        width: 180.0,
        height: 60.0,
    };
    let request = Sign {
        request: service::new_request().unwrap(),
        files: vec![FileToSign {
            input: sample::agreement(),
            password: None,
            output: organisation.path("meanwhile.pdf"),
        }],
        signer: service::requests::Signer::Person {
            login: "ada".to_owned(),
            secret: secret(SIGNER_SECRET),
        },
        placement: Some(Placement::Box { page: 1, rect }),
        reason: None,
        location: None,
        terms: service::requests::Terms::default(),
        look: LookChoice::default(),
        existing: Existing::Replace,
        watch: Arc::new(Meanwhile(act)),
    };
    match organisation.wait(organisation.service().sign(request)) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.code().0),
    }
}

fn ada() -> Organisation {
    Organisation::found_with("ada", "Ada Lovelace")
}

fn change(note: &str) -> ChangeStatus {
    ChangeStatus {
        login: "ada".to_owned(),
        note: note.to_owned(),
    }
}

fn revoke(organisation: &Organisation) {
    let officer = organisation.officer().unwrap();
    let request = RevokePerson {
        login: "ada".to_owned(),
        reason: RevocationReason::KeyCompromise,
        note: "phone stolen".to_owned(),
    };
    organisation
        .wait(organisation.service().revoke(officer, request))
        .unwrap();
}

/// The list in the folder, which the CA signed.
fn list(organisation: &Organisation) -> ca::RevocationList {
    let home = organisation.home();
    let ca = Certificate::from_pem(&fs::read(home.ca_file()).unwrap()).unwrap();
    let list = fs::read(home.revocation_list_file()).unwrap();
    ca::RevocationList::verified(&list, &ca).unwrap()
}

/// Has the next list made from what the vault says now.
fn renew_list(organisation: &Organisation) {
    let before = list(organisation).number();
    sql::edit(
        &organisation.home().vault_file(),
        "DELETE FROM revocation_list",
    );
    organisation.officer().unwrap();
    assert!(list(organisation).number() > before);
}

/// Whether ada's certificate is on it.
fn listed(organisation: &Organisation) -> bool {
    let home = organisation.home();
    let serial = sql::run(
        &home.vault_file(),
        "SELECT hex(serial) FROM certificate WHERE subject = 'Ada Lovelace'",
    );
    list(organisation).entries().iter().any(|listed| {
        let bytes = listed.serial.iter();
        bytes.map(|byte| format!("{byte:02X}")).collect::<String>() == serial
    })
}

const ADA: &str = "(SELECT id FROM key WHERE account = \
                    (SELECT id FROM account WHERE login_folded = 'ada'))";

#[test]
fn a_key_suspended_while_a_batch_is_prepared_signs_nothing_and_costs_no_try() {
    let organisation = ada();
    let service = organisation.service().clone();
    let officer = organisation.officer().unwrap();
    let handle = organisation.handle();
    let by_officer = {
        let (service, handle) = (service.clone(), handle.clone());
        move || {
            let suspended = service.suspend(officer.clone(), change("lost laptop"));
            handle.block_on(suspended).unwrap();
        }
    };
    assert_eq!(
        signing_while(&organisation, by_officer),
        Err(ErrorCode::Suspended)
    );
    let officer = organisation.officer().unwrap();
    organisation
        .wait(service.resume(officer, change("found")))
        .unwrap();

    let by_owner = move || {
        let request = SuspendOwnKey {
            login: "ada".to_owned(),
            note: "bag stolen".to_owned(),
        };
        handle.block_on(service.suspend_own(request)).unwrap();
    };
    assert_eq!(
        signing_while(&organisation, by_owner),
        Err(ErrorCode::Suspended)
    );
    let vault = organisation.home().vault_file();
    assert_eq!(sql::run(&vault, "SELECT count(*) FROM tries"), "0");
    assert!(!organisation.path("meanwhile.pdf").exists());
}

#[test]
fn a_spent_code_does_not_clear_the_count_of_wrong_secrets() {
    let organisation = Organisation::found();
    let code = organisation.enrol("ada", "Ada Lovelace").unwrap();
    organisation.activate("ada", &code, SIGNER_SECRET).unwrap();
    for _ in 0..3 {
        let wrong = organisation.sign(&sample::agreement(), "ada", "not the secret");
        assert_eq!(wrong.unwrap_err().code().0, ErrorCode::WrongSecret);
    }
    let again = organisation.activate("ada", &code, "another secret here");
    assert_eq!(again.unwrap_err().code().0, ErrorCode::CodeUsed);
    let vault = organisation.home().vault_file();
    assert_eq!(sql::run(&vault, "SELECT count FROM tries"), "3");
}

#[test]
fn validity_is_what_the_certificate_says_not_the_columns_beside_it() {
    let organisation = ada();
    let before = organisation
        .wait(organisation.service().person("ada".to_owned()))
        .unwrap();
    sql::edit(
        &organisation.home().vault_file(),
        "UPDATE certificate SET not_before = 0, not_after = 1",
    );
    let after = organisation
        .wait(organisation.service().person("ada".to_owned()))
        .unwrap();
    assert_eq!(after.valid_until, before.valid_until);
    assert_eq!(after.status, before.status);
    assert_eq!(signing(&organisation, "ada"), Ok(()));
}

#[test]
fn a_reset_certifies_no_name_that_only_the_database_says() {
    let organisation = ada();
    let officer = organisation.officer().unwrap();
    let vault = organisation.home().vault_file();
    for edit in ["name = 'The Director'", "email = 'director@example.org'"] {
        let saved = sql::run(
            &vault,
            "SELECT 'name = ' || quote(name) || ', email = ' || quote(email) FROM account
             WHERE login = 'ada'",
        );
        sql::edit(
            &vault,
            &format!("UPDATE account SET {edit} WHERE login = 'ada'"),
        );
        let reset = organisation
            .service()
            .reset(officer.clone(), change("forgotten"));
        let error = organisation.wait(reset).unwrap_err();
        assert_eq!(error.code().0, ErrorCode::RecordDamaged, "{edit}");
        sql::edit(
            &vault,
            &format!("UPDATE account SET {saved} WHERE login = 'ada'"),
        );
    }
    let subjects = sql::run(&vault, "SELECT count(*) FROM certificate");
    assert_eq!(subjects, "3", "the CA's, the officer's and ada's");
}

#[test]
fn swapped_logins_have_nobody_revoked() {
    let organisation = ada().with_signer("bob", "Robert Boyle");
    let officer = organisation.officer().unwrap();
    sql::edit(
        &organisation.home().vault_file(),
        "UPDATE account SET login = 'x', login_folded = 'x' WHERE login = 'ada';
         UPDATE account SET login = 'ada', login_folded = 'ada' WHERE login = 'bob';
         UPDATE account SET login = 'bob', login_folded = 'bob' WHERE login = 'x'",
    );
    let suspended = organisation
        .service()
        .suspend(officer, change("lost laptop"));
    let error = organisation.wait(suspended).unwrap_err();
    assert_eq!(error.code().0, ErrorCode::RecordDamaged);
}

#[test]
fn a_folded_login_that_is_not_the_accounts_leads_to_nobody() {
    let organisation = ada().with_signer("bob", "Robert Boyle");
    sql::edit(
        &organisation.home().vault_file(),
        "UPDATE account SET login_folded = 'x' WHERE login = 'ada';
         UPDATE account SET login_folded = 'ada' WHERE login = 'bob'",
    );
    assert_eq!(signing(&organisation, "ada"), Err(ErrorCode::VaultDamaged));
}

#[test]
fn a_revoked_certificate_stays_on_the_list_whatever_its_rows_say() {
    let organisation = ada();
    let vault = organisation.home().vault_file();
    let state = sql::run(
        &vault,
        &format!(
            "SELECT 'version = ' || version || ', status = ' || quote(status)
                    || ', officer_signature = ' || quote(officer_signature)
                    || ', intent = ' || intent FROM key_state WHERE key = {ADA}"
        ),
    );
    let mac = sql::run(
        &vault,
        &format!("SELECT quote(mac) FROM record_mac WHERE key = {ADA}"),
    );
    revoke(&organisation);
    assert!(listed(&organisation));

    // Active again, by a stroke of SQL; the next list is made from it.
    sql::edit(
        &vault,
        &format!("UPDATE key_state SET status = 'active' WHERE key = {ADA}"),
    );
    renew_list(&organisation);
    assert!(listed(&organisation));
    assert_eq!(signing(&organisation, "ada"), Err(ErrorCode::RecordDamaged));

    // Yesterday's row with its MAC and signature, all of them real.
    sql::edit(
        &vault,
        &format!(
            "UPDATE key_state SET {state} WHERE key = {ADA};
             UPDATE record_mac SET mac = {mac} WHERE key = {ADA}"
        ),
    );
    renew_list(&organisation);
    assert!(listed(&organisation));
    assert_eq!(
        signing(&organisation, "ada"),
        Err(ErrorCode::RecordDamaged),
        "this machine has seen a newer one"
    );
    organisation.forget();
    assert_eq!(
        signing(&organisation, "ada"),
        Err(ErrorCode::RecordDamaged),
        "the CA has listed its certificate"
    );
}

#[test]
fn a_record_put_back_is_seen_by_the_machine_that_saw_the_newer_one() {
    let organisation = ada();
    let vault = organisation.home().vault_file();
    let row = sql::run(
        &vault,
        &format!(
            "SELECT 'version = ' || version || ', sealed = ' || quote(sealed) || ', slots = '
                    || quote(slots) || ', signature = ' || quote(signature)
             FROM seal WHERE key = {ADA}"
        ),
    );
    let mac = sql::run(
        &vault,
        &format!("SELECT quote(mac) FROM record_mac WHERE key = {ADA}"),
    );
    let request = service::requests::ChangeSecret {
        login: "ada".to_owned(),
        secret: secret(SIGNER_SECRET),
        new_secret: secret("another secret here"),
    };
    organisation
        .wait(organisation.service().change_secret(request))
        .unwrap();
    sql::edit(
        &vault,
        &format!(
            "UPDATE seal SET {row} WHERE key = {ADA};
             UPDATE record_mac SET mac = {mac} WHERE key = {ADA}"
        ),
    );
    assert_eq!(
        signing(&organisation, "ada"),
        Err(ErrorCode::RecordDamaged),
        "the secret that was given up opens nothing"
    );
}

#[test]
fn nobody_is_listed_for_a_row_that_the_log_does_not_vouch_for() {
    let organisation = ada();
    let vault = organisation.home().vault_file();
    let serial = "(SELECT serial FROM certificate WHERE subject = 'Ada Lovelace')";
    let key_of_ada = ADA;
    // With the outcome of the enrolment that made it, which names the same number.
    let leaf = "(SELECT max(leaf_index) FROM leaf WHERE kind = 'outcome' AND leaf_index < 5)";
    for statement in [
        format!("INSERT INTO abandoned_serial (serial, at, leaf) VALUES ({serial}, 0, {leaf})"),
        format!(
            "INSERT INTO own_suspension (key, state_version, at, note, leaf)
             VALUES ({key_of_ada}, 1, 0, 'not hers', {leaf})"
        ),
        format!("UPDATE key_state SET status = 'revoked' WHERE key = {key_of_ada}"),
    ] {
        sql::edit(&vault, &statement);
        renew_list(&organisation);
        assert!(!listed(&organisation), "{statement}");
    }
}

#[test]
fn a_suspension_of_the_owner_that_is_taken_away_is_seen() {
    let organisation = ada();
    let request = SuspendOwnKey {
        login: "ada".to_owned(),
        note: "bag stolen".to_owned(),
    };
    organisation
        .wait(organisation.service().suspend_own(request))
        .unwrap();
    sql::edit(
        &organisation.home().vault_file(),
        "DELETE FROM own_suspension",
    );
    assert_eq!(signing(&organisation, "ada"), Err(ErrorCode::RecordDamaged));
}

#[test]
fn a_number_of_a_list_that_nobody_made_breaks_no_act() {
    let organisation = ada();
    sql::edit(
        &organisation.home().vault_file(),
        "INSERT INTO revocation_list (number, at, entries) VALUES (9223372036854775807, 0, 0)",
    );
    revoke(&organisation);
    assert!(listed(&organisation));
    // What is no list of the CA's has no number.
    fs::write(organisation.home().revocation_list_file(), b"no list").unwrap();
    organisation.officer().unwrap();
    assert!(listed(&organisation));
}

#[test]
fn one_dangling_record_hides_nobody_in_the_list_of_people() {
    let organisation = ada();
    sql::edit(
        &organisation.home().vault_file(),
        &format!("UPDATE key_state SET certificate = zeroblob(32) WHERE key = {ADA}"),
    );
    let request = ListPeople {
        search: None,
        after: None,
        limit: 10,
    };
    let page = organisation
        .wait(organisation.service().people(request))
        .unwrap();
    let seen: Vec<_> = page
        .people
        .iter()
        .map(|person| (person.login.as_str(), person.status))
        .collect();
    assert_eq!(
        seen,
        [
            ("ada", IdentityStatus::Damaged),
            ("officer", IdentityStatus::Active)
        ]
    );
}

#[test]
fn a_try_in_the_future_makes_nobody_wait_for_years() {
    let organisation = ada();
    for _ in 0..5 {
        let wrong = organisation.sign(&sample::agreement(), "ada", "not the secret");
        assert_eq!(wrong.unwrap_err().code().0, ErrorCode::WrongSecret);
    }
    let vault = organisation.home().vault_file();
    sql::edit(&vault, "UPDATE tries SET last_at = last_at + 1000000000");
    let now: i64 = sql::run(&vault, "SELECT unixepoch()").parse().unwrap();
    let identity = organisation.wait(organisation.service().identities());
    let until = identity.unwrap().iter().find_map(|one| one.wait_until);
    assert!(until.unwrap() <= now + 70, "{until:?}");
}

#[test]
fn an_organisation_file_that_others_may_change_is_not_read() {
    let organisation = Organisation::found();
    let file = organisation.home().organisation_file();
    let folder = organisation.home().folder().to_owned();
    let set = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    for (path, open, closed) in [(file, 0o666, 0o600), (folder, 0o777, 0o700)] {
        set(&path, open);
        let error = organisation.officer().unwrap_err();
        assert_eq!(error.code().0, ErrorCode::OrganisationUnreadable, "{error}");
        set(&path, closed);
        organisation.officer().unwrap();
    }
}

#[test]
fn what_is_for_other_programs_can_be_read_by_them() {
    let organisation = ada();
    revoke(&organisation);
    let home = organisation.home();
    for path in [home.ca_file(), home.revocation_list_file()] {
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o644, "{}", path.display());
    }
}
