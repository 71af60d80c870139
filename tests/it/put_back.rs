//! What somebody with the signing PIN and the vault puts there who was an officer once, or had a copy
//! of old rows: each kind of row that officers sign, with everything else made to fit. All of it is
//! shown to a machine that has seen nothing before.

use std::fs;
use std::sync::Arc;

use service::audit::Act;
use service::audit::records::{Entry, Hash, Of};
use service::custody::RowMessage;
use service::custody::master::{MasterRow, RotationRow};
use service::custody::record::{AccountRow, Status};
use service::requests::Unwatched;
use service::wire::{ChangeStatus, RotationStep, SuspendOwnKey};
use sha2::{Digest, Sha256};
use tests::organisation::SIGNER_SECRET;
use tests::{Organisation, sample, secret, sql};
use token::{KeyLabel, TokenKeyKind};
use vault::Store;

use crate::insider::{Insider, hex};

fn of(login: &str) -> ChangeStatus {
    ChangeStatus {
        login: login.to_owned(),
        note: "four eyes".to_owned(),
    }
}

/// One in which ada was an officer, suspended and resumed bob, and is an officer no more.
fn once_adas() -> Organisation {
    let organisation = Organisation::copied("organisation in which ada was an officer", || {
        let organisation = Organisation::found_with("ada", "Ada").with_signer("bob", "Bob");
        let service = organisation.service();
        let officer = organisation.officer().unwrap();
        let granted = organisation.wait(service.grant_office(officer.clone(), of("ada")));
        let taken = service.take_office(service::requests::TakeOffice {
            login: "ada".to_owned(),
            code: secret(granted.unwrap().code.as_ref()),
            secret: secret(SIGNER_SECRET),
        });
        organisation.wait(taken).unwrap();
        let ada = service.log_in("ada".to_owned(), secret(SIGNER_SECRET));
        let ada = Arc::new(organisation.wait(ada).unwrap());
        let suspended = service.suspend(ada.clone(), of("bob"));
        organisation.wait(suspended).unwrap();
        organisation.wait(service.resume(ada, of("bob"))).unwrap();
        let withdrawn = service.withdraw_office(officer, of("ada"));
        organisation.wait(withdrawn).unwrap();
        organisation
    });
    let signed = organisation.sign(&sample::agreement(), "bob", SIGNER_SECRET);
    signed.expect("before anything is put back, bob signs");
    organisation
}

/// What a use of bob's key is refused for on a machine that has seen nothing, as whoever verifies the
/// log there is told, too.
fn refused(organisation: &Organisation) -> String {
    organisation.forget();
    // Who may write to the folder may do that, too.
    let _ = fs::remove_file(organisation.home().revocation_list_file());
    let signed = organisation.sign(&sample::agreement(), "bob", SIGNER_SECRET);
    let error = signed.expect_err("what was put there is believed");
    organisation.forget();
    let error = error.to_string();
    expect_found(organisation, &error);
    error
}

/// What an enrolment is refused for on such a machine.
fn enrolment_refused(organisation: &Organisation) -> String {
    organisation.forget();
    let enrolled = organisation.enrol("eve", "Eve");
    let error = enrolled.expect_err("what was put there is believed");
    let error = error.to_string();
    let officer = organisation.officer().unwrap();
    let shown = organisation.wait(organisation.service().token_profile(officer));
    let shown = shown.expect_err("it is shown as the token's profile");
    assert_eq!(shown.to_string(), error, "what is shown");
    organisation.forget();
    expect_found(organisation, &error);
    error
}

/// Expects that whoever verifies the log is told the same, or what is wrong with the leaf that was put
/// there for it.
fn expect_found(organisation: &Organisation, error: &str) {
    let verdict = organisation.wait(organisation.service().verify_log(None));
    let found = verdict.unwrap().first_break;
    let found = found.expect("the log is called whole").what;
    let of_the_leaf = found == "its row names another intent than its event";
    let gone = "its event is gone, and it changed records: what was done cannot be told";
    let of_the_leaf = of_the_leaf || found == gone && error.contains("cannot be told");
    assert!(
        of_the_leaf || error.contains(&found),
        "{error}, the log: {found}"
    );
}

/// The value of the masters in the tree over the current records.
fn of_masters(insider: &Insider<'_>, organisation: &Organisation) -> Entry {
    let vault::Masters { masters, rotation } = organisation.wait(insider.store.masters()).unwrap();
    let digests = masters.iter().map(|row| master(insider, row).digest());
    let step = rotation.iter().map(|row| step(insider, row).digest());
    let all: Vec<Hash> = digests.chain(step).collect();
    Entry {
        path: Of::Masters.path(insider.id.as_bytes()),
        value: Sha256::digest([&b"chancery masters v1\0"[..], &all.concat()].concat()).into(),
    }
}

fn master(insider: &Insider<'_>, row: &vault::Master) -> RowMessage {
    let row = MasterRow {
        organisation: insider.id.as_bytes(),
        number: row.number,
        label: &row.label,
        mechanism: row.mechanism,
        rfc: row.rfc,
        canary: &row.canary,
        spki: &row.spki,
        intent: row.intent.0,
    };
    row.to_be_signed()
}

fn step(insider: &Insider<'_>, row: &vault::Rotation) -> RowMessage {
    let row = RotationRow {
        organisation: insider.id.as_bytes(),
        version: row.version,
        master: row.master,
        phase: row.phase.as_str(),
        intent: row.intent.0,
    };
    row.to_be_signed()
}

#[test]
fn an_account_that_an_officer_of_once_signs_with_a_date_of_then_is_not_believed() {
    let organisation = once_adas();
    let vault = organisation.home().vault_file();
    let insider = Insider::of(&organisation);
    let bob = insider.record("bob").row.account;
    let (intent, _) = insider.act_of("ada");
    let edited = AccountRow {
        organisation: insider.id.as_bytes(),
        account: bob.id.as_bytes(),
        login: &bob.login,
        name: &bob.name,
        email: "bob@elsewhere.example",
        role: "signer",
        version: bob.row_version + 1,
    };
    let message = edited.to_be_signed(intent.0);
    let signature = insider.sign_as("ada", SIGNER_SECRET, &message);
    let edit = format!(
        "UPDATE account SET email = '{}', row_version = {}, intent = {}, officer_signature = x'{}' \
         WHERE login = 'bob';",
        edited.email,
        edited.version,
        intent.0,
        hex(&signature)
    );
    sql::edit(&vault, &edit);
    let entry = Entry {
        path: Of::Account.path(bob.id.as_bytes()),
        value: message.digest(),
    };
    insider.forge(Act::Enrol, &[entry], &[entry.value], Some(intent));
    insider.gone();
    let refused = refused(&organisation);
    assert!(
        refused.contains("no officer's act in which the account was made"),
        "{refused}"
    );
}

#[test]
fn a_master_that_an_officer_of_once_signs_with_a_date_of_then_is_not_believed() {
    let organisation = once_adas();
    let vault = organisation.home().vault_file();
    let insider = Insider::of(&organisation);
    let (intent, outcome) = insider.act_of("ada");
    // Keys that are brought in from now on would be wrapped under it.
    let label = KeyLabel::new("wk-import").unwrap();
    let made = insider.token.create(TokenKeyKind::ImportMaster, &label);
    made.unwrap();
    let canary = insider.token.make_canary(&label).unwrap();
    let mut row = vault::Master {
        number: 1 << 32,
        label: label.as_str().to_owned(),
        mechanism: canary.wrapped.mechanism().number(),
        rfc: u32::from(canary.wrapped.mechanism().rfc()),
        canary: canary.wrapped.expose_blob().to_vec(),
        spki: canary.spki.as_bytes().to_vec(),
        officer_signature: Vec::new(),
        intent,
        leaf: outcome,
    };
    let message = master(&insider, &row);
    row.officer_signature = insider.sign_as("ada", SIGNER_SECRET, &message);
    let insert = format!(
        "INSERT INTO master VALUES ({}, '{}', {}, {}, x'{}', x'{}', x'{}', {}, {});",
        row.number,
        row.label,
        row.mechanism,
        row.rfc,
        hex(&row.canary),
        hex(&row.spki),
        hex(&row.officer_signature),
        intent.0,
        outcome.0,
    );
    sql::edit(&vault, &insert);
    let entry = of_masters(&insider, &organisation);
    insider.forge(
        Act::PrepareMaster,
        &[entry],
        &[message.digest()],
        Some(intent),
    );
    insider.gone();
    let refused = refused(&organisation);
    assert!(
        refused.contains("no officer's act in which a master or a step was made"),
        "{refused}"
    );
}

/// With the next master there, and two more steps taken.
fn rotating() -> Organisation {
    let organisation = once_adas();
    let officer = organisation.officer().unwrap();
    for step in [
        RotationStep::Prepare,
        RotationStep::Start,
        RotationStep::Pause,
    ] {
        let service = organisation.service();
        let taken = service.rotate(officer.clone(), step, Arc::new(Unwatched));
        organisation.wait(taken).unwrap();
    }
    organisation
}

#[test]
fn a_step_of_a_rotation_that_an_officer_of_once_dates_then_or_that_is_put_back_is_not_believed() {
    let organisation = rotating();
    let vault = organisation.home().vault_file();
    let whole = organisation.back_up("whole");
    {
        let insider = Insider::of(&organisation);
        let (intent, _) = insider.act_of("ada");
        let mut row = vault::Rotation {
            version: 4,
            master: 2,
            phase: vault::Phase::Finished,
            officer_signature: Vec::new(),
            intent,
        };
        let message = step(&insider, &row);
        row.officer_signature = insider.sign_as("ada", SIGNER_SECRET, &message);
        let insert = format!(
            "INSERT INTO rotation VALUES ({}, {}, 'finished', x'{}', {});",
            row.version,
            row.master,
            hex(&row.officer_signature),
            intent.0,
        );
        sql::edit(&vault, &insert);
        let entry = of_masters(&insider, &organisation);
        insider.forge(
            Act::TurnRotation,
            &[entry],
            &[message.digest()],
            Some(intent),
        );
        insider.gone();
        let refused = refused(&organisation);
        assert!(
            refused.contains("no officer's act in which a master or a step was made"),
            "{refused}"
        );
    }
    organisation.put_back(&whole);
    organisation.forget();
    for left in [2, 1] {
        let insider = Insider::of(&organisation);
        let delete = format!("DELETE FROM rotation WHERE version > {left};");
        sql::edit(&vault, &delete);
        let row = organisation.wait(insider.store.masters()).unwrap();
        let row = row.rotation.unwrap();
        let (entry, signed) = (
            of_masters(&insider, &organisation),
            step(&insider, &row).digest(),
        );
        insider.forge(Act::Suspend, &[entry], &[signed], None);
        insider.gone();
        let refused = refused(&organisation);
        assert!(
            refused.contains("a later step or master than the vault has"),
            "{refused}"
        );
        organisation.put_back(&whole);
        organisation.forget();
    }
    let signed = organisation.sign(&sample::agreement(), "bob", SIGNER_SECRET);
    signed.expect("nothing is wrong with what officers have done");
}

#[test]
fn a_token_profile_that_an_officer_of_once_dates_then_or_that_is_put_back_is_not_believed() {
    let organisation = once_adas();
    let vault = organisation.home().vault_file();
    let profile_of = |insider: &Insider<'_>| {
        let row = organisation.wait(insider.store.token_profile());
        row.unwrap().unwrap()
    };
    let signed_of = |profile: &[u8], intent: u64| {
        let message = [
            &b"chancery token profile v1\0"[..],
            &Sha256::digest(profile),
            &intent.to_be_bytes(),
        ];
        RowMessage::new(message.concat())
    };
    let entry_of = |insider: &Insider<'_>, value| Entry {
        path: Of::TokenProfile.path(insider.id.as_bytes()),
        value,
    };
    let whole = organisation.back_up("whole");
    {
        let insider = Insider::of(&organisation);
        let (intent, _) = insider.act_of("ada");
        let genuine = profile_of(&insider);
        assert_eq!(genuine.version, 1);
        // No attack is open, and the version, behind the organisation's id, is the next one.
        let mut better = replaced(&genuine.profile, b"\x64open", b"\x68defeated");
        assert_eq!(better[19], 1, "the version");
        better[19] = 2;
        let message = signed_of(&better, intent.0);
        let signature = insider.sign_as("ada", SIGNER_SECRET, &message);
        let insert = format!(
            "INSERT INTO token_profile VALUES (2, x'{}', x'{}', {});",
            hex(&better),
            hex(&signature),
            intent.0,
        );
        sql::edit(&vault, &insert);
        let signed = message.digest();
        let entry = entry_of(&insider, signed);
        insider.forge(Act::Probe, &[entry], &[signed], Some(intent));
        insider.gone();
        let refused = enrolment_refused(&organisation);
        assert!(
            refused.contains("no officer's act in which the token's profile was made"),
            "{refused}"
        );
    }
    organisation.put_back(&whole);
    organisation.forget();
    let officer = organisation.officer().unwrap();
    organisation
        .wait(organisation.service().probe(officer))
        .unwrap();
    let whole = organisation.back_up("probed");
    {
        let insider = Insider::of(&organisation);
        sql::edit(&vault, "DELETE FROM token_profile WHERE version = 2;");
        let old = profile_of(&insider);
        let signed = signed_of(&old.profile, old.intent.0).digest();
        let entry = entry_of(&insider, signed);
        insider.forge(Act::Suspend, &[entry], &[signed], None);
        insider.gone();
        let refused = enrolment_refused(&organisation);
        assert!(refused.contains("a later probe"), "{refused}");
    }
    organisation.put_back(&whole);
    organisation.forget();
    let enrolled = organisation.enrol("eve", "Eve");
    enrolled.expect("nothing is wrong with what officers have done");
}

fn replaced(within: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = within;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    out.extend_from_slice(rest);
    assert_ne!(out, within, "there is something to replace");
    out
}

/// Rows of bob's key from the vault of before, in the vault of now, with a MAC and a leaf that fit.
fn put_bob_back(organisation: &Organisation, before: &std::path::Path) {
    let vault = organisation.home().vault_file();
    let bob = "(SELECT k.id FROM key k JOIN account a ON a.id = k.account WHERE a.login = 'bob')";
    let rows = format!(
        "ATTACH '{}' AS before; \
         INSERT OR REPLACE INTO key_state SELECT * FROM before.key_state WHERE key = {bob}; \
         DELETE FROM own_suspension WHERE key = {bob};",
        before.display()
    );
    // A database is attached outside of a transaction.
    let (attach, rows) = rows.split_once(';').unwrap();
    sql::edit_with(&vault, attach, rows);
    let insider = Insider::of(organisation);
    let bob = insider.record("bob");
    assert_eq!(bob.state.status, Status::Active);
    sql::edit(&vault, &insider.mac_anew(&bob));
    // Of a state that is no more: entries can be changed, and not taken away.
    let lifted = [&b"chancery own suspension v1\0"[..], &1_u64.to_be_bytes()].concat();
    let lifted = Entry {
        path: Of::OwnSuspension.path(bob.row.key.id.as_bytes()),
        value: Sha256::digest(lifted).into(),
    };
    let (signed, _) = bob.signed();
    insider.forge(Act::Resume, &[bob.entry(), lifted], &[signed], None);
    insider.gone();
}

#[test]
fn a_state_from_before_a_suspension_or_a_revocation_is_not_believed_on_any_machine() {
    let organisation = once_adas();
    let before = organisation.back_up("before");
    let service = organisation.service();
    type Change<'a> = &'a dyn Fn();
    let suspend: Change<'_> = &|| {
        let officer = organisation.officer().unwrap();
        let suspended = service.suspend(officer, of("bob"));
        organisation.wait(suspended).unwrap();
    };
    let suspend_own: Change<'_> = &|| {
        let own = SuspendOwnKey {
            login: "bob".to_owned(),
            note: "my desk".to_owned(),
        };
        organisation.wait(service.suspend_own(own)).unwrap();
    };
    let revoke: Change<'_> = &|| {
        let officer = organisation.officer().unwrap();
        let revoked = service.revoke(
            officer,
            service::wire::RevokePerson {
                login: "bob".to_owned(),
                reason: service::wire::RevocationReason::KeyCompromise,
                note: "lost".to_owned(),
            },
        );
        organisation.wait(revoked).unwrap();
    };
    for (change, expected) in [
        (
            suspend,
            "that it was suspended, and its state is from before",
        ),
        (
            suspend_own,
            "that it was suspended, and its state is from before",
        ),
        (revoke, "that it was revoked, and its state is from before"),
    ] {
        change();
        put_bob_back(&organisation, &before);
        let refused = refused(&organisation);
        assert!(refused.contains(expected), "{refused}");
        organisation.put_back(&before);
        organisation.forget();
        let _ = fs::remove_file(organisation.home().revocation_list_file());
    }
    let signed = organisation.sign(&sample::agreement(), "bob", SIGNER_SECRET);
    signed.expect("nothing is wrong with what officers have done");
}

#[test]
fn an_act_whose_event_is_taken_away_is_missed_by_a_machine_that_never_saw_it() {
    let organisation = once_adas();
    let vault = organisation.home().vault_file();
    let before = organisation.back_up("before");
    let leaves = sql::run(&vault, "SELECT count(*) FROM leaf");
    let officer = organisation.officer().unwrap();
    let suspended = organisation.service().suspend(officer, of("bob"));
    organisation.wait(suspended).unwrap();
    let verdict = || organisation.wait(organisation.service().verify_log(None));
    let gone = format!("DELETE FROM event WHERE leaf_index >= {leaves};");
    sql::run(&vault, &gone);
    let seen = verdict().unwrap();
    assert!(seen.whole, "who has seen it knows: {:?}", seen.first_break);
    assert!(seen.erased > 0);

    put_bob_back(&organisation, &before);
    let refused = refused(&organisation);
    assert!(refused.contains("what was done"), "{refused}");
}
