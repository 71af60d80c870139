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

/// The id of a person's account, in SQL.
fn account(login: &str) -> String {
    format!("(SELECT id FROM account WHERE login = '{login}')")
}

fn withdraw(organisation: &Organisation, login: &str) {
    let officer = organisation.officer().unwrap();
    organisation
        .wait(organisation.service().withdraw_office(officer, of(login)))
        .unwrap();
}

fn signing(organisation: &Organisation, login: &str) -> Result<(), ErrorCode> {
    match organisation.sign(&sample::agreement(), login, SIGNER_SECRET) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.code().0),
    }
}

/// What ada, an officer, signs while she is one: that bob is one, too; kept, and the log put back to
/// where it was before. So the row is hers, has the date of her office, and is in no log.
fn a_grant_that_is_in_no_log() -> (Organisation, String) {
    let organisation = two_officers().with_signer("bob", "Robert Boyle");
    let vault = organisation.home().vault_file();
    let before = organisation.back_up("before");
    let ada = log_in(&organisation, "ada").unwrap();
    grant(&organisation, &ada, "bob");
    let rows = |table: &str, columns: &str| {
        let kept = organisation.path("kept.sqlite");
        let _ = std::fs::remove_file(&kept);
        let bob = account("bob");
        sql::run(
            &vault,
            &format!(
                "ATTACH '{}' AS kept;
                 CREATE TABLE kept.{table} AS SELECT {columns} FROM main.{table} WHERE account = {bob}",
                kept.display()
            ),
        );
        sql::rows(&kept, table)
    };
    let rows = [
        rows(
            "role_grant",
            "9 AS number, account, key, role, officer_signature, intent",
        ),
        rows("issuing_pin", "*"),
    ]
    .concat();
    organisation.put_back(&before);
    organisation.forget();
    (organisation, rows)
}

#[test]
fn a_grant_that_an_officer_of_once_dates_before_the_withdrawal_makes_nobody_an_officer() {
    let (organisation, rows) = a_grant_that_is_in_no_log();
    // The log goes on: at the index that the row names, and the next ones, stand logins.
    for _ in 0..4 {
        organisation.officer().unwrap();
    }
    withdraw(&organisation, "ada");
    sql::edit(&organisation.home().vault_file(), &rows);
    for _ in ["this machine", "one that has seen nothing"] {
        assert_eq!(signing(&organisation, "bob"), Ok(()), "nobody is concerned");
        assert_eq!(code(log_in(&organisation, "bob")), ErrorCode::NotAnOfficer);
        organisation.forget();
    }
    let verdict = organisation
        .wait(organisation.service().verify_log(None))
        .unwrap();
    assert!(verdict.whole, "{verdict:?}");
}

#[test]
fn a_grant_of_once_written_again_after_the_withdrawal_gives_nothing_back() {
    let organisation = two_officers();
    let vault = organisation.home().vault_file();
    let pin = sql::rows(&vault, "issuing_pin");
    withdraw(&organisation, "ada");
    sql::edit(
        &vault,
        &format!(
            "INSERT INTO role_grant SELECT 3, account, key, role, officer_signature, intent
             FROM role_grant WHERE role = 'officer';
             DELETE FROM issuing_pin; {pin}"
        ),
    );
    assert_eq!(code(log_in(&organisation, "ada")), ErrorCode::NotAnOfficer);
    organisation.forget();
    assert_eq!(
        code(log_in(&organisation, "ada")),
        ErrorCode::NotAnOfficer,
        "on a machine that has seen nothing"
    );
}

#[test]
fn an_office_or_a_withdrawal_that_is_deleted_is_missed_at_everybodys_use() {
    let organisation = two_officers().with_signer("bob", "Robert Boyle");
    let vault = organisation.home().vault_file();
    let replaced = organisation.service().replace_own_key(
        "officer".to_owned(),
        secret(tests::organisation::OFFICER_SECRET),
    );
    organisation.wait(replaced).unwrap();
    withdraw(&organisation, "ada");
    let whole = organisation.back_up("whole");
    for deleted in [
        "DELETE FROM role_grant WHERE role = 'none'",
        "DELETE FROM role_grant",
        "DELETE FROM office",
    ] {
        sql::edit(&vault, deleted);
        assert_eq!(
            signing(&organisation, "bob"),
            Err(ErrorCode::RecordDamaged),
            "{deleted}"
        );
        organisation.forget();
        assert_eq!(
            signing(&organisation, "bob"),
            Err(ErrorCode::RecordDamaged),
            "{deleted}, for a machine that has seen nothing"
        );
        let verdict = organisation
            .wait(organisation.service().verify_log(None))
            .unwrap();
        assert!(!verdict.whole, "{deleted}");
        organisation.put_back(&whole);
        organisation.forget();
    }
    assert_eq!(signing(&organisation, "bob"), Ok(()));
}

#[test]
fn a_profile_that_is_deleted_is_missed_by_a_machine_that_never_saw_it() {
    let organisation = Organisation::found();
    let officer = organisation.officer().unwrap();
    sql::edit(
        &organisation.home().vault_file(),
        "DELETE FROM token_profile",
    );
    std::fs::remove_file(organisation.state().join("token-profile")).unwrap();
    assert_eq!(
        code(enrol(&organisation, officer, "bob")),
        ErrorCode::ProfileUnvouched
    );
}

#[test]
fn a_tree_from_before_the_offices_gets_them_by_an_officers_login() {
    let organisation = Organisation::from_fixture("before-the-offices");
    let vault = organisation.home().vault_file();
    let entries = || sql::run(&vault, "SELECT count(*) FROM tree_entry");
    let before = entries();
    signing(&organisation, "ada").expect("it goes on");
    assert_eq!(entries(), before);
    organisation.officer().unwrap();
    let now: u32 = entries().parse().unwrap();
    assert_eq!(now, before.parse::<u32>().unwrap() + 3);
    let ada = log_in(&organisation, "ada").unwrap();
    assert_eq!(entries(), now.to_string(), "once");
    enrol(&organisation, ada, "bob").unwrap();
    sql::edit(&vault, "DELETE FROM role_grant");
    assert_eq!(code(organisation.officer()), ErrorCode::RecordDamaged);
}

fn suspend_own(organisation: &Organisation, login: &str) -> service::Result<()> {
    let request = service::wire::SuspendOwnKey {
        login: login.to_owned(),
        note: "stolen bag".to_owned(),
    };
    organisation
        .wait(organisation.service().suspend_own(request))
        .map(drop)
}

#[test]
fn of_two_officers_the_second_cannot_be_suspended_while_the_first_one_is() {
    let organisation = two_officers();
    suspend_own(&organisation, "ada").unwrap();
    assert_eq!(
        code(suspend_own(&organisation, "officer")),
        ErrorCode::LastOfficer
    );
    let officer = organisation.officer().unwrap();
    let resumed = organisation.service().resume(officer, of("ada"));
    organisation.wait(resumed).unwrap();
    suspend_own(&organisation, "officer").unwrap();
    log_in(&organisation, "ada").unwrap();
}

#[test]
fn an_office_that_is_given_and_not_taken_up_lets_nobody_suspend_the_only_officer() {
    let organisation = Organisation::found().with_signer("ada", "Ada Lovelace");
    let officer = organisation.officer().unwrap();
    let given = grant(&organisation, &officer, "ada");
    assert_eq!(
        code(suspend_own(&organisation, "officer")),
        ErrorCode::LastOfficer
    );
    take(&organisation, "ada", &given).unwrap();
    suspend_own(&organisation, "officer").unwrap();
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
