//! The log: every act is in it, and what is done to it is seen.

use std::fs;

use service::wire::ErrorCode;
use tests::organisation::{OFFICER_SECRET, SIGNER_SECRET};
use tests::{Organisation, sample, sql};

fn kinds(organisation: &Organisation) -> String {
    let vault = organisation.home().vault_file();
    sql::run(
        &vault,
        "SELECT group_concat(kind, ' ') FROM (SELECT kind FROM leaf ORDER BY leaf_index)",
    )
}

fn code(organisation: &Organisation) -> ErrorCode {
    organisation
        .sign(&sample::agreement(), "officer", OFFICER_SECRET)
        .unwrap_err()
        .code()
        .0
}

#[test]
fn a_signature_has_an_intent_and_an_outcome() {
    let organisation = Organisation::found();
    assert_eq!(kinds(&organisation), "founding");
    organisation
        .sign(&sample::agreement(), "officer", OFFICER_SECRET)
        .unwrap();
    assert_eq!(kinds(&organisation), "founding intent outcome");
    let _ = organisation
        .sign(&sample::agreement(), "officer", "not the secret")
        .unwrap_err();
    assert_eq!(
        kinds(&organisation),
        "founding intent outcome intent outcome"
    );
}

#[test]
fn an_enrolment_is_a_login_an_intent_and_an_outcome() {
    let organisation = Organisation::found();
    let code = organisation.enrol("ada", "Ada Lovelace").unwrap();
    assert_eq!(kinds(&organisation), "founding login intent outcome");
    organisation.activate("ada", &code, SIGNER_SECRET).unwrap();
    assert_eq!(
        kinds(&organisation),
        "founding login intent outcome intent outcome"
    );
}

#[test]
fn every_head_covers_all_leaves_once_an_act_is_over() {
    let organisation = Organisation::found().with_signer("ada", "Ada Lovelace");
    organisation
        .sign(&sample::agreement(), "ada", SIGNER_SECRET)
        .unwrap();
    let vault = organisation.home().vault_file();
    let sizes = sql::run(
        &vault,
        "SELECT (SELECT count(*) FROM leaf), (SELECT max(size) FROM head)",
    );
    let (leaves, head) = sizes.split_once('|').unwrap();
    assert_eq!(leaves, head);
}

#[test]
fn a_vault_from_yesterday_is_seen_by_the_head_this_machine_remembers() {
    let organisation = Organisation::found();
    let vault = organisation.home().vault_file();
    sql::run(&vault, "PRAGMA wal_checkpoint(TRUNCATE)");
    let yesterday = fs::read(&vault).unwrap();
    organisation
        .sign(&sample::agreement(), "officer", OFFICER_SECRET)
        .unwrap();
    sql::run(&vault, "PRAGMA wal_checkpoint(TRUNCATE)");
    fs::write(&vault, yesterday).unwrap();
    for side in ["vault.sqlite-wal", "vault.sqlite-shm"] {
        let _ = fs::remove_file(organisation.home().folder().join(side));
    }
    assert_eq!(code(&organisation), ErrorCode::LogDamaged);
}

#[test]
fn an_edited_leaf_is_seen_by_who_reads_the_log_anew() {
    let organisation = Organisation::found();
    organisation
        .sign(&sample::agreement(), "officer", OFFICER_SECRET)
        .unwrap();
    let vault = organisation.home().vault_file();
    sql::drop_triggers(&vault);
    sql::run(
        &vault,
        "UPDATE leaf SET bytes = x'84016a' WHERE leaf_index = 1",
    );
    // A machine that has seen nothing yet replays the whole log.
    let state = organisation.path("state");
    for entry in fs::read_dir(&state).unwrap() {
        let _ = fs::remove_file(entry.unwrap().path().join("head.json"));
    }
    assert_eq!(code(&organisation), ErrorCode::LogDamaged);
}

#[test]
fn an_intent_whose_process_is_gone_is_said_to_be_abandoned() {
    let organisation = Organisation::found();
    organisation
        .sign(&sample::agreement(), "officer", OFFICER_SECRET)
        .unwrap();
    let vault = organisation.home().vault_file();
    // A process that was killed after its intent: the outcome is missing, the lock is free.
    let request = "0123456789abcdef0123456789abcdef";
    let state = fs::read_dir(organisation.path("state"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.join("head.json").is_file())
        .unwrap();
    fs::create_dir_all(state.join("requests")).unwrap();
    fs::write(state.join("requests").join(request), b"").unwrap();
    sql::run(
        &vault,
        &format!(
            "INSERT INTO leaf (leaf_index, kind, bytes, at, request_id) \
             VALUES (3, 'intent', x'8401', unixepoch(), x'{request}'); \
             INSERT INTO open_intent (leaf_index) VALUES (3);"
        ),
    );
    organisation
        .sign(&sample::agreement(), "officer", OFFICER_SECRET)
        .unwrap();
    assert_eq!(
        kinds(&organisation),
        "founding intent outcome intent outcome intent outcome",
        "the abandoned one has its outcome before anything new begins"
    );
    assert!(!state.join("requests").join(request).exists());
}
