//! The office is given, taken up, used and taken away; the chain of grants begins with the founders.

use std::sync::Arc;

use service::Administrator;
use service::requests::{Enrol, TakeOffice};
use service::wire::{ChangeStatus, ErrorCode};
use tests::organisation::SIGNER_SECRET;
use tests::{Organisation, sample, secret, sql};

fn of(login: &str) -> ChangeStatus {
    ChangeStatus {
        login: login.to_owned(),
        note: "four eyes".to_owned(),
    }
}

fn grant(organisation: &Organisation, by: &Arc<Administrator>, login: &str) -> String {
    let granted = organisation
        .service()
        .grant_office(Arc::clone(by), of(login));
    organisation.wait(granted).unwrap().code.to_string()
}

fn take(organisation: &Organisation, login: &str, code: &str) -> service::Result<()> {
    organisation.wait(organisation.service().take_office(TakeOffice {
        login: login.to_owned(),
        code: secret(code),
        secret: secret(SIGNER_SECRET),
    }))
}

fn log_in(organisation: &Organisation, login: &str) -> service::Result<Arc<Administrator>> {
    let login = organisation
        .service()
        .log_in(login.to_owned(), secret(SIGNER_SECRET));
    organisation.wait(login).map(Arc::new)
}

fn code<T>(result: service::Result<T>) -> ErrorCode {
    match result {
        Ok(_) => panic!("it is not refused"),
        Err(error) => error.code().0,
    }
}

fn enrol(organisation: &Organisation, by: Arc<Administrator>, login: &str) -> service::Result<()> {
    let request = Enrol {
        login: login.to_owned(),
        name: "Robert Boyle".to_owned(),
        email: format!("{login}@example.org"),
        key: "p256".to_owned(),
    };
    organisation
        .wait(organisation.service().enrol(by, request))
        .map(drop)
}

/// An organisation with ada as a second officer.
fn two_officers() -> Organisation {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let officer = organisation.officer().unwrap();
    let code = grant(&organisation, &officer, "ada");
    take(&organisation, "ada", &code).unwrap();
    organisation
}

#[test]
fn an_office_is_taken_up_with_the_code_and_the_own_secret_and_then_used() {
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
    let officer = organisation.officer().unwrap();
    assert_eq!(
        code(take(
            &organisation,
            "ada",
            "00000-00000-00000-00000-00000-0"
        )),
        ErrorCode::NotAnOfficer
    );
    let given = grant(&organisation, &officer, "ada");
    assert!(
        log_in(&organisation, "ada").is_err(),
        "not before it is taken up"
    );
    take(&organisation, "ada", &given).unwrap();
    assert_eq!(
        code(take(&organisation, "ada", &given)),
        ErrorCode::CodeUsed
    );
    let ada = log_in(&organisation, "ada").unwrap();
    enrol(&organisation, ada, "bob").unwrap();
    let verdict = organisation
        .wait(organisation.service().verify_log(None))
        .unwrap();
    assert!(verdict.whole, "{verdict:?}");
}

#[test]
fn what_a_second_officer_signed_is_believed_on_every_machine_and_after_the_office_is_taken() {
    let organisation = two_officers();
    let ada = log_in(&organisation, "ada").unwrap();
    let request = Enrol {
        login: "bob".to_owned(),
        name: "Robert Boyle".to_owned(),
        email: "bob@example.org".to_owned(),
        key: "p256".to_owned(),
    };
    let enrolled = organisation
        .wait(organisation.service().enrol(Arc::clone(&ada), request))
        .unwrap();
    organisation
        .activate("bob", &enrolled.activation_code, SIGNER_SECRET)
        .unwrap();
    organisation.forget();
    let sign = || organisation.sign(&sample::agreement(), "bob", SIGNER_SECRET);
    sign().unwrap();
    let officer = organisation.officer().unwrap();
    organisation
        .wait(organisation.service().withdraw_office(officer, of("ada")))
        .unwrap();
    sign().unwrap();
    assert_eq!(code(log_in(&organisation, "ada")), ErrorCode::NotAnOfficer);
    assert_eq!(
        code(enrol(&organisation, ada, "eve")),
        ErrorCode::NotAnOfficer,
        "a login from before"
    );
    let verdict = organisation
        .wait(organisation.service().verify_log(None))
        .unwrap();
    assert!(verdict.whole, "{verdict:?}");
}

#[test]
fn a_withdrawal_that_is_taken_away_gives_nobody_the_office_back() {
    let organisation = two_officers();
    let vault = organisation.home().vault_file();
    let pin = sql::rows(&vault, "issuing_pin");
    let officer = organisation.officer().unwrap();
    organisation
        .wait(organisation.service().withdraw_office(officer, of("ada")))
        .unwrap();
    sql::edit(
        &vault,
        &format!("DELETE FROM role_grant WHERE role = 'none'; DELETE FROM issuing_pin; {pin}"),
    );
    organisation.forget();
    assert_eq!(code(log_in(&organisation, "ada")), ErrorCode::RecordDamaged);
}

#[test]
fn a_grant_that_no_officer_signed_is_none() {
    let organisation = two_officers().with_signer("bob", "Robert Boyle");
    let vault = organisation.home().vault_file();
    let bob = "(SELECT k.id FROM key k JOIN account a ON a.id = k.account WHERE a.login = 'bob')";
    sql::edit(
        &vault,
        &format!(
            "INSERT INTO role_grant SELECT 2, (SELECT id FROM account WHERE login = 'bob'), {bob},
             role, officer_signature, intent FROM role_grant"
        ),
    );
    assert_eq!(code(log_in(&organisation, "bob")), ErrorCode::NotAnOfficer);
}

#[test]
fn a_second_officer_who_changes_the_secret_keeps_the_office_and_nobody_withdraws_the_own() {
    let organisation = two_officers();
    let changed = organisation
        .service()
        .change_secret(service::requests::ChangeSecret {
            login: "ada".to_owned(),
            secret: secret(SIGNER_SECRET),
            new_secret: secret("another secret of ada"),
        });
    organisation.wait(changed).unwrap();
    let login = organisation
        .service()
        .log_in("ada".to_owned(), secret("another secret of ada"));
    let ada = Arc::new(organisation.wait(login).unwrap());
    let own = organisation
        .service()
        .withdraw_office(Arc::clone(&ada), of("ada"));
    assert_eq!(code(organisation.wait(own)), ErrorCode::LastOfficer);
    // The founder is one officer of two, and can be withdrawn by the other.
    let founder = organisation.service().withdraw_office(ada, of("officer"));
    organisation.wait(founder).unwrap();
    assert_eq!(code(organisation.officer()), ErrorCode::NotAnOfficer);
}
