//! What officers do: suspending, resuming, revoking, resetting; and what owners do without them.

use std::fs;
use std::process::Command;

use service::wire::{
    ChangeStatus, ErrorCode, IdentityStatus, RevocationReason, RevokePerson, SuspendOwnKey,
};
use service::{ErrorKind, Service, ca};
use tests::organisation::{OFFICER_SECRET, SIGNER_SECRET};
use tests::{Organisation, sample, secret, sql};

fn organisation() -> Organisation {
    Organisation::found_with("ada", "Ada Lovelace")
}

fn change(login: &str, note: &str) -> ChangeStatus {
    ChangeStatus {
        login: login.to_owned(),
        note: note.to_owned(),
    }
}

fn status(organisation: &Organisation, login: &str) -> IdentityStatus {
    let person = organisation.service().person(login.to_owned());
    organisation.wait(person).unwrap().status
}

fn signing(organisation: &Organisation) -> Result<(), ErrorCode> {
    match organisation.sign(&sample::agreement(), "ada", SIGNER_SECRET) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.code().0),
    }
}

/// The revocation list as another program reads it, which verifies it with the CA's key.
fn revocation_list(organisation: &Organisation) -> String {
    let home = organisation.home();
    let output = Command::new("openssl")
        .args(["crl", "-inform", "der", "-noout", "-text", "-in"])
        .arg(home.revocation_list_file())
        .arg("-CAfile")
        .arg(home.ca_file())
        .output()
        .expect("openssl runs (Debian: apt-get install openssl)");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("verify OK"),
        "{said}"
    );
    String::from_utf8(output.stdout).unwrap()
}

fn number(organisation: &Organisation) -> u64 {
    let der = fs::read(organisation.home().revocation_list_file()).unwrap();
    let ca = fs::read(organisation.home().ca_file()).unwrap();
    let ca = signature::Certificate::from_pem(&ca).unwrap();
    ca::RevocationList::verified(&der, &ca).unwrap().number()
}

#[test]
fn a_suspended_key_signs_nothing_until_it_is_resumed() {
    let organisation = organisation();
    let officer = organisation.officer().unwrap();
    let service = organisation.service();
    let suspended = service.suspend(officer.clone(), change("ada", "lost laptop"));
    let person = organisation.wait(suspended).unwrap();
    assert_eq!(person.status, IdentityStatus::Suspended);
    let told = person.change.unwrap();
    assert_eq!(told.by.as_deref(), Some("officer"));
    assert_eq!(told.note, "lost laptop");
    assert_eq!(signing(&organisation), Err(ErrorCode::Suspended));
    let list = revocation_list(&organisation);
    assert!(list.contains("Certificate Hold"), "{list}");

    let again = service.suspend(officer.clone(), change("ada", "lost laptop"));
    let again = organisation.wait(again).unwrap_err();
    assert_eq!(
        again.code(),
        (ErrorCode::StatusUnchanged, ErrorKind::Refused)
    );

    organisation
        .wait(service.resume(officer, change("ada", "found")))
        .unwrap();
    assert_eq!(signing(&organisation), Ok(()));
    assert!(!revocation_list(&organisation).contains("Certificate Hold"));
}

#[test]
fn a_revoked_certificate_stays_revoked_with_its_reason_on_the_list() {
    let organisation = organisation();
    let officer = organisation.officer().unwrap();
    let request = RevokePerson {
        login: "ada".to_owned(),
        reason: RevocationReason::KeyCompromise,
        note: "phone stolen".to_owned(),
    };
    let service = organisation.service();
    organisation
        .wait(service.revoke(officer.clone(), request))
        .unwrap();
    assert_eq!(signing(&organisation), Err(ErrorCode::Revoked));
    assert!(revocation_list(&organisation).contains("Key Compromise"));
    let resumed = organisation.wait(service.resume(officer, change("ada", "found")));
    assert_eq!(resumed.unwrap_err().code().0, ErrorCode::StatusUnchanged);
}

#[test]
fn numbers_of_revocation_lists_rise_even_after_an_old_vault_is_put_back() {
    let organisation = organisation();
    let officer = organisation.officer().unwrap();
    let first = number(&organisation);
    let vault = organisation.home().vault_file();
    let old = organisation.path("old.sqlite");
    fs::copy(&vault, &old).unwrap();
    let service = organisation.service();
    organisation
        .wait(service.suspend(officer, change("ada", "lost laptop")))
        .unwrap();
    let second = number(&organisation);
    assert!(second > first);

    // An old vault is refused by the log; a machine that forgot the newest head takes it.
    fs::copy(&old, &vault).unwrap();
    let refused = organisation.officer().unwrap_err();
    assert_eq!(refused.code().0, ErrorCode::LogDamaged);
    organisation.forget();
    let officer = organisation.officer().unwrap();
    organisation.enrol("bob", "Robert Boyle").unwrap();
    organisation
        .wait(service.suspend(officer, change("bob", "lost laptop")))
        .unwrap();
    assert!(number(&organisation) > second);
    let list = revocation_list(&organisation);
    assert_eq!(list.matches("Serial Number").count(), 2, "{list}");
}

#[test]
fn the_owner_suspends_without_a_secret_and_an_officer_lifts_it() {
    let organisation = organisation();
    let service = organisation.service();
    let request = || SuspendOwnKey {
        login: "ada".to_owned(),
        note: "bag stolen".to_owned(),
    };
    let identity = organisation.wait(service.suspend_own(request())).unwrap();
    assert_eq!(identity.status, IdentityStatus::Suspended);
    let told = identity.change.unwrap();
    assert_eq!((told.by, told.note.as_str()), (None, "bag stolen"));
    assert_eq!(signing(&organisation), Err(ErrorCode::Suspended));
    let again = organisation.wait(service.suspend_own(request()));
    assert_eq!(again.unwrap_err().code().0, ErrorCode::StatusUnchanged);

    let officer = organisation.officer().unwrap();
    let list = revocation_list(&organisation);
    assert!(
        list.contains("Certificate Hold"),
        "an officer's login tells it: {list}"
    );
    organisation
        .wait(service.resume(officer, change("ada", "found")))
        .unwrap();
    assert_eq!(signing(&organisation), Ok(()));
    assert!(!revocation_list(&organisation).contains("Certificate Hold"));
}

#[test]
fn a_reset_revokes_the_old_certificate_and_gives_a_new_key() {
    let organisation = organisation();
    let officer = organisation.officer().unwrap();
    let service = organisation.service();
    let before = organisation.wait(service.person("ada".to_owned())).unwrap();
    let enrolled = organisation
        .wait(service.reset(officer, change("ada", "forgotten")))
        .unwrap();
    assert_eq!(status(&organisation, "ada"), IdentityStatus::NotActivated);
    let after = organisation.wait(service.person("ada".to_owned())).unwrap();
    assert_ne!(after.serial, before.serial);
    let list = revocation_list(&organisation).to_lowercase();
    assert!(list.contains(&before.serial.unwrap()), "{list}");
    assert!(!list.contains(&after.serial.unwrap()), "{list}");

    assert_eq!(signing(&organisation), Err(ErrorCode::NotActivated));
    organisation
        .activate("ada", &enrolled.activation_code, "another secret here")
        .unwrap();
    assert_eq!(signing(&organisation), Err(ErrorCode::WrongSecret));
    organisation
        .sign(&sample::agreement(), "ada", "another secret here")
        .unwrap();
}

#[test]
fn the_only_officer_cannot_be_taken_away() {
    let organisation = organisation();
    let officer = organisation.officer().unwrap();
    let service = organisation.service();
    let of_officer = || change("officer", "gone");
    let suspended = organisation.wait(service.suspend(officer.clone(), of_officer()));
    let reset = organisation.wait(service.reset(officer, of_officer()));
    let own = organisation.wait(service.suspend_own(SuspendOwnKey {
        login: "officer".to_owned(),
        note: "gone".to_owned(),
    }));
    for error in [suspended.err(), reset.err(), own.err()] {
        assert_eq!(error.unwrap().code().0, ErrorCode::LastOfficer);
    }
    assert_eq!(status(&organisation, "officer"), IdentityStatus::Active);
}

#[test]
fn a_login_of_an_officer_who_was_edited_since_does_nothing() {
    let organisation = organisation();
    let officer = organisation.officer().unwrap();
    let vault = organisation.home().vault_file();
    sql::edit(
        &vault,
        "UPDATE account SET role = 'signer' WHERE login = 'officer'",
    );
    let service = organisation.service();
    let error = organisation
        .wait(service.suspend(officer, change("ada", "lost laptop")))
        .unwrap_err();
    assert_eq!(error.code().0, ErrorCode::RecordDamaged);
    assert_eq!(signing(&organisation), Ok(()));
}

#[test]
fn a_status_that_no_officer_signed_is_refused_whatever_its_mac_says() {
    let organisation = organisation();
    let vault = organisation.home().vault_file();
    // The MAC does not cover the signature: who holds the signing PIN could make the MAC fit.
    for statement in [
        "UPDATE key_state SET officer_signature = NULL",
        "UPDATE key_state SET officer_signature = zeroblob(64)",
    ] {
        sql::edit(&vault, statement);
        assert_eq!(signing(&organisation), Err(ErrorCode::RecordDamaged));
    }
}

#[test]
fn after_a_change_of_secret_only_the_new_one_opens_the_key() {
    let organisation = organisation();
    let change = |login: &str, old: &str, new: &str| {
        let request = service::requests::ChangeSecret {
            login: login.to_owned(),
            secret: secret(old),
            new_secret: secret(new),
        };
        organisation.wait(organisation.service().change_secret(request))
    };
    let wrong = change("ada", "not the secret", "another secret here").unwrap_err();
    assert_eq!(wrong.code().0, ErrorCode::WrongSecret);
    let weak = change("ada", SIGNER_SECRET, "short").unwrap_err();
    assert_eq!(weak.code(), (ErrorCode::SecretTooWeak, ErrorKind::Usage));
    change("ada", SIGNER_SECRET, "another secret here").unwrap();
    assert_eq!(signing(&organisation), Err(ErrorCode::WrongSecret));
    organisation
        .sign(&sample::agreement(), "ada", "another secret here")
        .unwrap();

    // An officer's secret opens the issuing PIN as well: both records change together.
    change("officer", OFFICER_SECRET, "another officer secret").unwrap();
    let old = organisation.officer().unwrap_err();
    assert_eq!(old.code().0, ErrorCode::WrongSecret);
    let log_in = |typed: &str| -> service::Result<_> {
        let service: &Service = organisation.service();
        organisation.wait(service.log_in("officer".to_owned(), secret(typed)))
    };
    log_in("another officer secret").unwrap();
}

#[test]
fn people_are_listed_a_page_at_a_time_and_found_by_the_beginnings_of_words() {
    let organisation = Organisation::found();
    let officer = organisation.officer().unwrap();
    for number in 0..5 {
        let request = service::requests::Enrol {
            login: format!("person{number}"),
            name: format!("Number{number} Person"),
            email: format!("p{number}@example.org"),
            key: "p256".to_owned(),
        };
        organisation
            .wait(organisation.service().enrol(officer.clone(), request))
            .unwrap();
    }
    let list = |search: Option<&str>, after: Option<String>| {
        let request = service::wire::ListPeople {
            search: search.map(str::to_owned),
            after,
            limit: 4,
        };
        organisation
            .wait(organisation.service().people(request))
            .unwrap()
    };
    let first = list(None, None);
    assert_eq!((first.total, first.people.len()), (6, 4));
    let second = list(None, first.next);
    assert_eq!((second.people.len(), second.next), (2, None));
    let found = list(Some("number3"), None);
    assert_eq!(found.people[0].login, "person3");
    assert_eq!(found.total, 1);
}
