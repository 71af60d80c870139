//! The log is verified, taken along and proven; a restore is an act of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use service::requests::{Existing, HeadChoice, KnownHead, LogVerdict};
use service::wire::{ChangeStatus, ErrorCode};
use tests::organisation::{OFFICER_SECRET, SIGNER_SECRET};
use tests::{Machine, Organisation, sample, secret, sql};

fn ada() -> Organisation {
    Organisation::found_with("ada", "Ada Lovelace")
}

fn verified(organisation: &Organisation) -> LogVerdict {
    held_against(organisation, None)
}

fn held_against(organisation: &Organisation, known: Option<KnownHead>) -> LogVerdict {
    organisation
        .wait(organisation.service().verify_log(known))
        .unwrap()
}

fn signing(organisation: &Organisation) -> Result<(), ErrorCode> {
    match organisation.sign(&sample::agreement(), "ada", SIGNER_SECRET) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.code().0),
    }
}

#[test]
fn a_log_that_is_whole_is_found_to_be_with_every_record_and_head() {
    let organisation = ada();
    signing(&organisation).unwrap();
    let verdict = verified(&organisation);
    assert!(verdict.whole, "{verdict:?}");
    assert_eq!((verdict.leaves, verdict.records), (8, 2));
    assert!(verdict.heads >= 8, "{verdict:?}");
    assert_eq!(verdict.notarised.unwrap().leaves, 4, "up to the enrolment");
    assert!(verdict.findings.is_empty(), "{:?}", verdict.findings);
}

#[test]
fn a_young_log_says_when_the_notary_will_sign_it() {
    let machine = Machine::founded();
    let said = || {
        let verify = machine.command("audit verify", &[]);
        let arguments: Vec<_> = verify.get_args().skip(1).map(ToOwned::to_owned).collect();
        let mut plain = Command::new(verify.get_program());
        for (name, value) in verify.get_envs() {
            plain.env(name, value.unwrap_or_default());
        }
        let output = plain.args(arguments).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let young = said();
    assert!(young.contains("each time an officer logs in"), "{young}");
    let _ = machine.enrol("ada");
    assert!(
        said().contains("Notarised: 4 leaves, 0 days ago"),
        "{}",
        said()
    );
}

#[test]
fn whatever_is_done_to_the_log_its_first_break_is_named() {
    let organisation = ada();
    signing(&organisation).unwrap();
    let vault = organisation.home().vault_file();
    let saved = organisation.back_up("saved");
    // A copy whose log went on otherwise: signed by the same token.
    signing(&organisation).unwrap();
    let fork = organisation.back_up("fork");
    organisation.put_back(&saved);
    organisation.forget();
    signing(&organisation).unwrap();
    let whole = organisation.back_up("whole");
    let last = "(SELECT max(leaf_index) FROM leaf)";
    let cut = "DELETE FROM event WHERE leaf_index = 9; DELETE FROM leaf WHERE leaf_index = 9";
    for (what, statement, index) in [
        (
            "truncated",
            format!("{cut}; DELETE FROM head WHERE size = 10"),
            9,
        ),
        ("cut beside its head", cut.to_owned(), 9),
        (
            "edited",
            "UPDATE leaf SET bytes = CAST(substr(bytes, 1, 20) || x'00000000' || substr(bytes, 25) AS BLOB)
             WHERE leaf_index = 5"
                .to_owned(),
            5,
        ),
        (
            "an event edited",
            "UPDATE event SET bytes = x'84' WHERE leaf_index = 3".to_owned(),
            3,
        ),
        (
            "another kind",
            "UPDATE leaf SET kind = 'login' WHERE leaf_index = 6".to_owned(),
            6,
        ),
        (
            "another request",
            "UPDATE leaf SET request_id = zeroblob(16) WHERE leaf_index = 6".to_owned(),
            6,
        ),
        (
            "reordered",
            "UPDATE leaf SET leaf_index = -1 WHERE leaf_index = 2;
             UPDATE leaf SET leaf_index = 2 WHERE leaf_index = 4;
             UPDATE leaf SET leaf_index = 4 WHERE leaf_index = -1"
                .to_owned(),
            2,
        ),
        (
            "a gap",
            "DELETE FROM leaf WHERE leaf_index = 4".to_owned(),
            4,
        ),
        (
            "a head unsigned",
            "UPDATE head SET note = replace(note, '— ', '— x') WHERE size = 6".to_owned(),
            5,
        ),
        (
            "a head of another root",
            "UPDATE head SET root = zeroblob(32) WHERE size = 6".to_owned(),
            5,
        ),
        (
            "a notary unsaid",
            "UPDATE head SET notarised = 1 WHERE size = 9".to_owned(),
            8,
        ),
        (
            "a leaf added",
            format!(
                "INSERT INTO leaf SELECT {last} + 1, kind, bytes, at, NULL, NULL, mac FROM leaf WHERE leaf_index = 0"
            ),
            10,
        ),
    ] {
        let statement = format!("PRAGMA ignore_check_constraints = ON; {statement}");
        sql::edit(&vault, &statement);
        let verdict = verified(&organisation);
        let found = verdict
            .first_break
            .unwrap_or_else(|| panic!("{what} is not found"));
        assert_eq!(found.index, Some(index), "{what}: {}", found.what);
        organisation.put_back(&whole);
    }
    assert!(verified(&organisation).whole);
    organisation.put_back(&fork);
    let verdict = verified(&organisation);
    assert_eq!(verdict.first_break.unwrap().index, Some(9), "a fork");
}

#[test]
fn an_old_record_put_back_is_named_with_whose_it_is() {
    let organisation = ada();
    let vault = organisation.home().vault_file();
    let kept = organisation.back_up("kept");
    let request = ChangeStatus {
        login: "ada".to_owned(),
        note: "lost laptop".to_owned(),
    };
    let officer = organisation.officer().unwrap();
    organisation
        .wait(organisation.service().suspend(officer, request))
        .unwrap();
    assert!(verified(&organisation).whole);
    for table in ["key_state", "record_mac"] {
        let rows = sql::rows(&kept, table);
        sql::edit(&vault, &format!("DELETE FROM {table}; {rows}"));
    }
    let broken = verified(&organisation).first_break.unwrap();
    assert_eq!(broken.login.as_deref(), Some("ada"), "{}", broken.what);
}

#[test]
fn yesterdays_vault_is_found_by_a_head_on_paper_where_nothing_else_remembers() {
    let organisation = ada();
    let yesterday = organisation.back_up("yesterday");
    signing(&organisation).unwrap();
    let newest = organisation
        .wait(organisation.service().log_head(HeadChoice::Newest))
        .unwrap();
    assert_eq!((newest.later, newest.notarised), (0, false), "{newest:?}");
    organisation.officer().unwrap();
    let head = organisation
        .wait(organisation.service().log_head(HeadChoice::Notarised))
        .unwrap();
    assert!(head.notarised);
    let (size, root) = service::audit::Checkpoint::read_fingerprint(&head.fingerprint).unwrap();
    let paper = Some(KnownHead::Paper { size, root });
    assert!(held_against(&organisation, paper.clone()).whole);
    assert!(held_against(&organisation, Some(KnownHead::Note(head.note.clone()))).whole);
    organisation.put_back(&yesterday);
    organisation.forget();
    assert!(verified(&organisation).whole, "nobody here knows better");
    assert!(!held_against(&organisation, paper).whole);
    assert!(!held_against(&organisation, Some(KnownHead::Note(head.note))).whole);
    assert!(!held_against(&organisation, Some(KnownHead::Note(newest.note))).whole);
    let other = KnownHead::Paper {
        size: 3,
        root: [0; 16],
    };
    let verdict = held_against(&organisation, Some(other));
    assert_eq!(verdict.first_break.unwrap().index, Some(2));
}

#[test]
fn heads_of_the_notary_that_were_taken_away_are_missed_where_an_officer_has_logged_in() {
    let organisation = ada();
    let vault = organisation.home().vault_file();
    assert!(verified(&organisation).findings.is_empty());
    sql::edit(&vault, "DELETE FROM head WHERE notarised");
    organisation.forget();
    let verdict = verified(&organisation);
    let found = &verdict.findings[..];
    assert!(
        matches!(found, [one] if one.contains("its heads were taken away")),
        "{verdict:?}"
    );
}

#[test]
fn the_notary_signs_the_newest_head_at_every_act_and_login() {
    let organisation = Organisation::found();
    let vault = organisation.home().vault_file();
    let notarised = || sql::run(&vault, "SELECT max(size) FROM head WHERE notarised");
    let leaves = || sql::run(&vault, "SELECT count(*) FROM leaf");
    organisation.officer().unwrap();
    assert_eq!(notarised(), leaves());
    organisation.enrol("ada", "Ada Lovelace").unwrap();
    assert_eq!(notarised(), leaves());
    let note = sql::run(
        &vault,
        "SELECT note FROM head WHERE notarised ORDER BY size DESC LIMIT 1",
    );
    assert_eq!(note.matches('\u{2014}').count(), 2, "two lines: {note}");
    // Taken away, it is missed by who has seen it.
    sql::edit(&vault, "DELETE FROM head WHERE notarised");
    let error = organisation
        .sign(&sample::agreement(), "officer", OFFICER_SECRET)
        .unwrap_err();
    assert_eq!(error.code().0, ErrorCode::LogDamaged);
}

fn exported(organisation: &Organisation) -> PathBuf {
    let file = organisation.path("log.jsonl");
    let officer = organisation.officer().unwrap();
    let export = organisation
        .service()
        .export_log(officer, file.clone(), Existing::Replace);
    organisation.wait(export).unwrap();
    file
}

#[test]
fn an_export_is_verified_without_the_organisation_and_any_edit_of_it_is_found() {
    let organisation = ada();
    signing(&organisation).unwrap();
    let file = exported(&organisation);
    let elsewhere = Organisation::unfounded();
    let verify = || {
        elsewhere
            .wait(elsewhere.service().verify_export(file.clone()))
            .unwrap()
    };
    let verdict = verify();
    assert!(verdict.whole && verdict.notarised, "{verdict:?}");
    assert_eq!(verdict.leaves, 10, "up to the intent of the export");
    let content = fs::read_to_string(&file).unwrap();
    let lines: Vec<&str> = content.lines().collect();
    let joined = |lines: &[&str]| {
        lines
            .iter()
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    let mut swapped = lines.clone();
    swapped.swap(2, 3);
    for (what, edited) in [
        ("cut", joined(&lines[..9])),
        ("a line less", joined(&[&lines[..4], &lines[5..]].concat())),
        ("reordered", joined(&swapped)),
        (
            "another name",
            content.replacen("\"login\":\"ada\"", "\"login\":\"eve\"", 1),
        ),
        (
            "another time",
            content.replacen("\"time\":1", "\"time\":2", 1),
        ),
        ("not JSON", content.replacen('{', "", 1)),
        ("one more", format!("{content}{}\n", lines[3])),
    ] {
        assert_ne!(edited, content, "{what}");
        fs::write(&file, edited).unwrap();
        assert!(!verify().whole, "{what}");
    }
    fs::write(&file, &content).unwrap();
    let proof = organisation.path("log.jsonl.proof.json");
    let kept = fs::read_to_string(&proof).unwrap();
    fs::write(&proof, kept.replacen("\\n10\\n", "\\n11\\n", 1)).unwrap();
    assert!(!verify().whole, "the head says another size");
    fs::write(&proof, kept).unwrap();
    assert!(verify().whole);
    let kinds = sql::run(
        &organisation.home().vault_file(),
        "SELECT kind FROM leaf ORDER BY leaf_index DESC LIMIT 2",
    );
    assert_eq!(kinds, "outcome\nintent", "the export is in the log itself");
}

#[test]
fn any_event_is_proven_to_be_in_the_log_and_an_edited_one_is_not() {
    let organisation = ada();
    signing(&organisation).unwrap();
    let elsewhere = Organisation::unfounded();
    let file = organisation.path("proof.json");
    let verify = |content: &str| {
        fs::write(&file, content).unwrap();
        elsewhere
            .wait(elsewhere.service().verify_export(file.clone()))
            .map(|verdict| verdict.whole)
            .unwrap_or_default()
    };
    for index in 0..8 {
        let proof = organisation
            .wait(organisation.service().prove_event(index))
            .unwrap();
        let proof = serde_json::to_string(&proof).unwrap();
        assert!(verify(&proof), "leaf {index}");
        let other = proof.replacen(&format!("\"index\":{index}"), "\"index\":77", 1);
        assert!(!verify(&other), "in another place");
        assert!(!verify(&proof.replacen("\"kind\":\"", "\"kind\":\"x", 1)));
    }
    let none = organisation.wait(organisation.service().prove_event(8));
    assert_eq!(none.unwrap_err().code().0, ErrorCode::Usage);
}

fn accept_restore(
    organisation: &Organisation,
) -> service::Result<service::requests::RestoreAccepted> {
    organisation.wait(organisation.service().accept_restore(
        "officer".to_owned(),
        secret(OFFICER_SECRET),
        "the disk failed".to_owned(),
    ))
}

fn copy_folder(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(copied.unwrap().success());
}

#[test]
fn a_restore_is_refused_until_an_officer_accepts_it_and_accepted_once_by_every_machine() {
    let organisation = ada();
    let refused = accept_restore(&organisation).unwrap_err();
    assert_eq!(refused.code().0, ErrorCode::NothingLost);
    let yesterday = organisation.back_up("yesterday");
    for _ in 0..3 {
        signing(&organisation).unwrap();
    }
    let (state, other) = (
        organisation.path("state"),
        organisation.path("state-of-another"),
    );
    copy_folder(&state, &other);

    organisation.put_back(&yesterday);
    assert_eq!(signing(&organisation), Err(ErrorCode::LogDamaged));
    let restored = accept_restore(&organisation).unwrap();
    assert_eq!(
        (restored.sequence, restored.lost > restored.leaves),
        (1, true)
    );
    signing(&organisation).unwrap();
    assert!(verified(&organisation).whole);

    // Another machine, which remembers the log that is lost.
    let ours = organisation.path("state-of-ours");
    fs::rename(&state, &ours).unwrap();
    fs::rename(&other, &state).unwrap();
    signing(&organisation).unwrap();
    assert!(verified(&organisation).whole);

    // The same statement does not excuse another cut.
    let later = organisation.back_up("later");
    signing(&organisation).unwrap();
    organisation.put_back(&later);
    assert_eq!(signing(&organisation), Err(ErrorCode::LogDamaged));
}

#[test]
fn a_restore_that_a_machine_had_no_need_of_excuses_no_cut_there() {
    let organisation = ada();
    let yesterday = organisation.back_up("yesterday");
    let (state, other) = (
        organisation.path("state"),
        organisation.path("state-of-another"),
    );
    // Another machine, which was away while the log was lost: it remembers nothing of that.
    copy_folder(&state, &other);
    for _ in 0..3 {
        signing(&organisation).unwrap();
    }
    organisation.put_back(&yesterday);
    let restored = accept_restore(&organisation).unwrap();
    let later = organisation.back_up("later");
    fs::rename(&state, organisation.path("state-of-ours")).unwrap();
    fs::rename(&other, &state).unwrap();
    signing(&organisation).unwrap();
    let leaves = verified(&organisation).leaves;
    assert!(leaves <= restored.lost, "{leaves} of {}", restored.lost);
    organisation.put_back(&later);
    assert_eq!(signing(&organisation), Err(ErrorCode::LogDamaged));
}

#[test]
fn a_restore_that_no_officer_signed_is_none() {
    let organisation = ada();
    let yesterday = organisation.back_up("yesterday");
    signing(&organisation).unwrap();
    organisation.put_back(&yesterday);
    accept_restore(&organisation).unwrap();
    let vault = organisation.home().vault_file();
    let rows = sql::rows(&vault, "restore");
    organisation.put_back(&yesterday);
    organisation.forget();
    signing(&organisation).unwrap();
    signing(&organisation).unwrap();
    organisation.put_back(&yesterday);
    let forged = "UPDATE restore SET signature = zeroblob(64)";
    sql::edit(&vault, &format!("{rows} {forged}"));
    assert_eq!(signing(&organisation), Err(ErrorCode::LogDamaged));
}

#[test]
fn an_organisation_from_before_the_tree_goes_on_and_gets_it_by_an_officers_login() {
    let organisation = Organisation::from_fixture("before-the-tree");
    let vault = organisation.home().vault_file();
    signing(&organisation).unwrap();
    let verdict = verified(&organisation);
    assert!(verdict.whole, "{verdict:?}");
    assert_eq!(verdict.records, 0);
    // Nor was there a notary then who countersigned at a login.
    let [countersigned, older] = &verdict.findings[..] else {
        panic!("{verdict:?}");
    };
    assert!(countersigned.contains("over 0 leaves"), "{countersigned}");
    assert!(older.contains("older than the tree"), "{older}");

    organisation.officer().unwrap();
    let verdict = verified(&organisation);
    assert!(verdict.whole, "{verdict:?}");
    assert_eq!(
        verdict.records, 3,
        "the officer, ada and bob, who has suspended the own key"
    );
    signing(&organisation).unwrap();
    sql::edit(&vault, "DELETE FROM own_suspension");
    let broken = verified(&organisation).first_break.unwrap();
    assert_eq!(broken.login.as_deref(), Some("bob"));
}

#[test]
fn an_auditor_at_the_command_line_is_told_by_the_exit_status() {
    let machine = Machine::founded();
    let officer: &[&str] = &[OFFICER_SECRET];
    machine.done("audit verify", &[]);
    machine.done("audit export --by officer -o log.jsonl", officer);
    machine.refused(
        "audit export --by officer -o log.jsonl",
        officer,
        5,
        "output_exists",
    );
    machine.done("audit verify --export log.jsonl", &[]);
    machine.done("audit prove 0 -o proof.json", &[]);
    machine.done("audit verify --export proof.json", &[]);
    machine.refused("audit prove 99", &[], 2, "usage");
    let head = machine.done("audit head", &[]).json;
    let paper = head["fingerprint"].as_str().unwrap().replace(' ', "-");
    machine.done(&format!("audit verify --head {paper}"), &[]);
    fs::write(machine.path("head.txt"), head["note"].as_str().unwrap()).unwrap();
    machine.done("audit verify --head head.txt", &[]);
    machine.refused("audit verify --head nonsense", &[], 2, "usage");
    sql::edit(
        &machine.vault(),
        "UPDATE event SET bytes = x'84' WHERE leaf_index = 1",
    );
    let said = machine.run("audit verify", &[]);
    assert_eq!(
        (said.status, &said.json["first_break"]["index"]),
        (1, &1.into())
    );
    assert_eq!(machine.health("notary"), "good");
}
