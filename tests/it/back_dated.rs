//! What somebody does who was an officer once and has the signing PIN and the vault: rows that were
//! signed in those days, brought into the tree over the current records by a leaf of his own.

use std::fs;

use service::audit::Act;
use service::wire::{ChangeStatus, ErrorCode};
use tests::organisation::SIGNER_SECRET;
use tests::{Organisation, sample, secret, sql};

use crate::insider::Insider;

fn of(login: &str) -> ChangeStatus {
    ChangeStatus {
        login: login.to_owned(),
        note: "four eyes".to_owned(),
    }
}

fn signing(organisation: &Organisation) -> service::Error {
    let signed = organisation.sign(&sample::agreement(), "bob", SIGNER_SECRET);
    signed.expect_err("bob's key is suspended")
}

/// Rows of bob's suspended key as ada, an officer then, has resumed it; kept, and the vault put back to
/// where it was before. So they are hers, have the date of her office, and are in no log. And then she
/// is none.
fn resumed_in_no_log() -> (Organisation, String) {
    let organisation = Organisation::found_with("ada", "Ada Lovelace").with_signer("bob", "Bob");
    let officer = organisation.officer().unwrap();
    let service = organisation.service();
    let granted = organisation.wait(service.grant_office(officer, of("ada")));
    let taken = service.take_office(service::requests::TakeOffice {
        login: "ada".to_owned(),
        code: secret(granted.unwrap().code.as_ref()),
        secret: secret(SIGNER_SECRET),
    });
    organisation.wait(taken).unwrap();
    let ada = service.log_in("ada".to_owned(), secret(SIGNER_SECRET));
    let ada = std::sync::Arc::new(organisation.wait(ada).unwrap());

    let officer = organisation.officer().unwrap();
    let suspended = service.suspend(officer, of("bob"));
    organisation.wait(suspended).unwrap();

    let before = organisation.back_up("before");
    organisation.wait(service.resume(ada, of("bob"))).unwrap();
    let vault = organisation.home().vault_file();
    let rows = ["key_state", "record_mac"].map(|table| {
        let kept = organisation.path("kept.sqlite");
        let _ = fs::remove_file(&kept);
        let attach = format!("ATTACH '{}' AS kept;", kept.display());
        let copy = format!(
            "CREATE TABLE kept.{table} AS SELECT * FROM main.{table} WHERE key = {};",
            key_of_bob()
        );
        sql::run(&vault, &[attach, copy].concat());
        let delete = format!("DELETE FROM {table} WHERE key = {};", key_of_bob());
        [delete, sql::rows(&kept, table)].concat()
    });
    organisation.put_back(&before);
    organisation.forget();
    // The log goes on: at the index that the row names there is a login.
    let officer = organisation.officer().unwrap();
    let withdrawn = organisation.service().withdraw_office(officer, of("ada"));
    organisation.wait(withdrawn).unwrap();
    (organisation, rows.concat())
}

fn key_of_bob() -> &'static str {
    "(SELECT k.id FROM key k JOIN account a ON a.id = k.account WHERE a.login = 'bob')"
}

#[test]
fn a_state_that_an_officer_of_once_dates_before_the_withdrawal_is_not_believed() {
    let (organisation, rows) = resumed_in_no_log();
    let vault = organisation.home().vault_file();
    let whole = organisation.back_up("whole");
    for named in [true, false] {
        organisation.officer().unwrap();
        assert_eq!(signing(&organisation).code().0, ErrorCode::Suspended);
        sql::edit(&vault, &rows);
        // Who may write to the folder may do that, too.
        fs::remove_file(organisation.home().revocation_list_file()).unwrap();
        {
            let insider = Insider::of(&organisation);
            let bob = insider.record("bob");
            let (signed, intent) = bob.signed();
            let signed = [signed];
            let signed = if named { &signed[..] } else { &[] };
            insider.forge(Act::Suspend, &[bob.entry()], signed, Some(intent));
            insider.gone();
        }
        for machine in ["this one", "one that has seen nothing"] {
            let refused = signing(&organisation).to_string();
            assert!(
                refused.contains("no officer's act in which its state was made"),
                "{machine}, by a leaf that names the row ({named}): {refused}"
            );
            organisation.forget();
        }
        let verdict = organisation.wait(organisation.service().verify_log(None));
        assert!(!verdict.unwrap().whole);
        organisation.put_back(&whole);
    }
    assert_eq!(signing(&organisation).code().0, ErrorCode::Suspended);
}

#[test]
fn a_log_from_before_names_what_officers_have_signed_at_their_next_login() {
    let organisation = Organisation::from_fixture("before-the-offices");
    let bound = || {
        let head = fs::read_to_string(organisation.state().join("head.json")).unwrap();
        head.contains("\"rows_bound\":true")
    };
    let sign = || organisation.sign(&sample::agreement(), "ada", SIGNER_SECRET);
    sign().expect("it goes on");
    assert!(!bound());
    organisation.officer().unwrap();
    assert!(bound());
    sign().expect("and is believed as before");
    organisation.forget();
    sign().expect("on every machine");
    let verdict = organisation.wait(organisation.service().verify_log(None));
    assert!(verdict.unwrap().whole);
}
