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
    let organisation = Organisation::found_with("ada", "Ada Lovelace");
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
    sql::edit(
        &vault,
        "UPDATE leaf SET bytes = x'84016a' WHERE leaf_index = 1",
    );
    // A machine that has seen nothing yet replays the whole log.
    organisation.forget();
    assert_eq!(code(&organisation), ErrorCode::LogDamaged);
}

/// Takes the outcome of the first signature out of the log, as if its process had been killed.
fn killed_after_its_intent(organisation: &Organisation) -> String {
    organisation
        .sign(&sample::agreement(), "officer", OFFICER_SECRET)
        .unwrap();
    let vault = organisation.home().vault_file();
    sql::edit(
        &vault,
        "DELETE FROM event WHERE leaf_index = 2; DELETE FROM leaf WHERE leaf_index = 2;
         DELETE FROM head WHERE size > 2; INSERT INTO open_intent (leaf_index) VALUES (1)",
    );
    organisation.forget();
    sql::run(
        &vault,
        "SELECT lower(hex(request_id)) FROM leaf WHERE leaf_index = 1",
    )
}

#[test]
fn an_intent_whose_process_is_gone_is_said_to_be_abandoned() {
    let organisation = Organisation::found();
    let folder = organisation.state().join("requests");
    let request = killed_after_its_intent(&organisation);
    let lock = folder.join(request);
    fs::write(&lock, b"").unwrap();
    organisation
        .sign(&sample::agreement(), "officer", OFFICER_SECRET)
        .unwrap();
    assert_eq!(
        kinds(&organisation),
        "founding intent outcome intent outcome",
        "the abandoned one has its outcome before anything new begins"
    );
    assert!(!lock.exists());
}

#[test]
fn an_intent_of_this_machine_without_its_lock_is_abandoned_at_once() {
    let organisation = Organisation::found();
    killed_after_its_intent(&organisation);
    organisation
        .sign(&sample::agreement(), "officer", OFFICER_SECRET)
        .unwrap();
    assert_eq!(
        kinds(&organisation),
        "founding intent outcome intent outcome"
    );
}

#[test]
fn a_leaf_that_nobody_with_the_token_wrote_is_never_covered_by_a_head() {
    let organisation = Organisation::found();
    let vault = organisation.home().vault_file();
    let size = || sql::run(&vault, "SELECT max(size) FROM head");
    let before = size();
    for statement in [
        "INSERT INTO leaf (leaf_index, kind, bytes, at) VALUES (1, 'outcome', x'84', 0)",
        // With the MAC of a leaf that is real.
        "INSERT INTO leaf (leaf_index, kind, bytes, at, mac)
         SELECT 1, kind, bytes, at, mac FROM leaf WHERE leaf_index = 0",
    ] {
        sql::edit(&vault, statement);
        assert_eq!(code(&organisation), ErrorCode::LogDamaged, "{statement}");
        assert_eq!(size(), before, "no head covers it: {statement}");
        sql::edit(
            &vault,
            "DELETE FROM tries; DELETE FROM open_intent; DELETE FROM event WHERE leaf_index > 0;
             DELETE FROM leaf WHERE leaf_index > 0",
        );
    }
    organisation
        .sign(&sample::agreement(), "officer", OFFICER_SECRET)
        .unwrap();
}

#[test]
fn another_fixed_part_of_the_organisation_file_is_refused() {
    let organisation = Organisation::found();
    organisation
        .sign(&sample::agreement(), "officer", OFFICER_SECRET)
        .unwrap();
    let file = organisation.home().organisation_file();
    let content = fs::read_to_string(&file).unwrap();
    let mut edited: serde_json::Value = serde_json::from_str(&content).unwrap();
    let founders = edited["fixed"]["founders"].as_array_mut().unwrap();
    let second = serde_json::json!({ "account": "00".repeat(16), "spki_sha256": "AAAA" });
    founders.push(second);
    fs::write(&file, edited.to_string()).unwrap();
    assert_eq!(code(&organisation), ErrorCode::OrganisationUnreadable);
    let checks = organisation.wait(organisation.service().doctor());
    let log = checks.iter().find(|check| check.code == "log").unwrap();
    assert_eq!(log.health, service::requests::Health::Bad);

    // A machine that knows nothing of the organisation yet holds the file against the log.
    organisation.forget();
    assert_eq!(code(&organisation), ErrorCode::LogDamaged);
    fs::write(&file, content).unwrap();
    organisation
        .sign(&sample::agreement(), "officer", OFFICER_SECRET)
        .unwrap();
}
