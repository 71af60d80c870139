//! Backups: two halves under two secrets, taken out and used, and what a restored log is worth.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;
use tests::machine::{Machine, Said};
use tests::organisation::{OFFICER_SECRET, SIGNER_SECRET};
use tests::sql;

const CREATE: &str = "backup create --by officer --out backup";
const VERIFY: &str = "backup verify --from backup";

struct Backup {
    records: String,
    tokens: String,
    made: Value,
}

impl Backup {
    fn of(said: &Said) -> Self {
        let text = |name: &str| said.json[name].as_str().unwrap_or_default().to_owned();
        Self {
            records: text("records_secret"),
            tokens: text("tokens_secret"),
            made: said.json.clone(),
        }
    }

    fn create(machine: &Machine) -> Self {
        Self::of(&machine.done(CREATE, &[OFFICER_SECRET]))
    }

    fn secrets(&self) -> [&str; 2] {
        [&self.records, &self.tokens]
    }
}

#[test]
fn a_backup_is_taken_out_and_a_key_of_it_unwraps_and_signs() {
    let machine = Machine::founded_with("ada");
    assert_eq!(machine.health("backup"), "caution", "there is none");
    let backup = Backup::create(&machine);
    assert_eq!(backup.made["so_pins"], true, "{}", backup.made);
    assert_ne!(backup.records, backup.tokens);
    assert_eq!(machine.health("backup"), "caution", "it is not proven");

    let verified = machine.done(VERIFY, &backup.secrets()).json;
    assert_eq!(
        (&verified["people"], &verified["keys"]),
        (&2.into(), &2.into())
    );
    assert_eq!(verified["token_files"], true);
    assert!(verified["canary_milliseconds"].as_f64().unwrap() > 0.0);
    assert_eq!(verified["since"]["people"], 0);
    assert_eq!(machine.health("backup"), "good");

    let machine = machine.with_signer("bob");
    let verified = machine.done(VERIFY, &backup.secrets()).json;
    assert_eq!(
        verified["since"]["people"], 1,
        "somebody was enrolled since"
    );
    let scratch = fs::read_dir(machine.path("state/scratch")).unwrap();
    let left: Vec<_> = scratch.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["lock"], "what was taken out is gone");
}

#[test]
fn the_pins_of_the_security_officers_leave_the_vault_once_a_backup_that_has_them_was_proven() {
    let machine = Machine::founded();
    // Nobody may have seen the secrets of the first: its process was killed before it showed them.
    let first = Backup::create(&machine);
    assert_eq!(first.made["so_pins"], true);
    let second = machine.done("backup create --by officer --out second", &[OFFICER_SECRET]);
    assert_eq!(second.json["so_pins"], true, "they are still there");
    let second = Backup::of(&second);
    let version = || sql::run(&machine.vault(), "SELECT version FROM issuing_pin");
    assert_eq!(version(), "1");
    machine.done("backup verify --from second", &second.secrets());
    let third = machine.done("backup create --by officer --out third", &[OFFICER_SECRET]);
    assert_eq!(third.json["so_pins"], false, "the login took them out");
    assert_eq!(version(), "2", "sealed anew, without them");
    // The issuing PIN is still there.
    let machine = machine.with_signer("ada");
    machine.done(&machine.sign("ada", "out.pdf"), &[SIGNER_SECRET]);
}

#[test]
fn the_pins_of_the_security_officers_outlast_the_office_of_the_founder() {
    let machine = Machine::founded().with_signer("ada");
    let given = machine.done("users grant --login ada --by officer", &[OFFICER_SECRET]);
    let code = given.json["activation_code"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let take = "activate --office --login ada";
    machine.done(take, &[&code, SIGNER_SECRET]);
    let withdraw = "users withdraw --login officer --by ada";
    machine.done(withdraw, &[SIGNER_SECRET]);
    let made = machine.done("backup create --by ada --out backup", &[SIGNER_SECRET]);
    assert_eq!(made.json["so_pins"], true, "there was no backup before");
    machine.done(VERIFY, &Backup::of(&made).secrets());
    let again = machine.done("backup create --by ada --out again", &[SIGNER_SECRET]);
    assert_eq!(again.json["so_pins"], false);
}

#[test]
fn a_backup_says_nothing_without_its_secrets_and_is_for_its_owner_alone() {
    let machine = Machine::founded_with("ada");
    Backup::create(&machine);
    for name in ["records.sealed", "tokens.sealed"] {
        let path = machine.path("backup").join(name);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
        let content = fs::read(&path).unwrap();
        // Long enough that no random bytes spell them.
        for word in [
            "SQLite format 3",
            "somebody@example.org",
            "chancery-signing",
        ] {
            let there = content
                .windows(word.len())
                .any(|part| part == word.as_bytes());
            assert!(!there, "{word} is in {name}");
        }
    }
    let manifest = fs::read_to_string(machine.path("backup/manifest.json")).unwrap();
    assert!(
        !manifest.contains("\"ada\""),
        "the manifest has numbers, and no names"
    );
}

/// What somebody does to a file.
type Edit = fn(Vec<u8>) -> Vec<u8>;

#[test]
fn a_backup_that_was_cut_changed_or_signed_by_nobody_is_refused() {
    let machine = Machine::founded();
    let backup = Backup::create(&machine);
    let whole = machine.path("backup");
    let edits: [(&str, Edit); 4] = [
        ("records.sealed", |mut bytes| {
            bytes.truncate(bytes.len() - 1);
            bytes
        }),
        ("tokens.sealed", |mut bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            bytes
        }),
        ("manifest.json", |bytes| {
            let text = String::from_utf8(bytes).unwrap();
            text.replace("\"people\": 1", "\"people\": 2").into_bytes()
        }),
        ("manifest.sig", |_| b"AAAA".to_vec()),
    ];
    for (name, edit) in edits {
        let copy = machine.path("copy");
        let _ = fs::remove_dir_all(&copy);
        fs::create_dir(&copy).unwrap();
        for entry in fs::read_dir(&whole).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
        }
        let path = copy.join(name);
        let content = fs::read(&path).unwrap();
        let edited = edit(content.clone());
        assert_ne!(content, edited, "{name}");
        fs::write(&path, edited).unwrap();
        let words = "backup verify --from copy";
        machine.refused(words, &backup.secrets(), 5, "backup_unusable");
    }
    let [records, tokens] = backup.secrets();
    machine.refused(VERIFY, &[tokens, records], 3, "wrong_secret");
    machine.refused(VERIFY, &[records, "mistyped"], 2, "not_a_code");
    machine.refused(
        "backup verify --from home",
        &backup.secrets(),
        5,
        "backup_unusable",
    );
    machine.refused(CREATE, &[OFFICER_SECRET], 5, "folder_not_empty");
}

#[test]
fn a_restored_organisation_signs_on_a_machine_that_knew_nothing_of_it() {
    let machine = Machine::founded_with("ada");
    let backup = Backup::create(&machine);
    let other = Machine::new();
    let folder = machine.path("backup").display().to_string();
    let restored = other.done(
        &format!("backup restore --from {folder}"),
        &backup.secrets(),
    );
    assert_eq!(restored.json["continues"], true, "{restored:?}");
    other.done(&other.sign("ada", "out.pdf"), &[SIGNER_SECRET]);
    let other = other.with_signer("bob");
    other.done(&other.sign("bob", "bob.pdf"), &[SIGNER_SECRET]);
    for part in ["vault", "signing_token", "log"] {
        assert_eq!(other.health(part), "good", "{part}");
    }
    other.refused(
        &format!("backup restore --from {folder}"),
        &backup.secrets(),
        2,
        "organisation_exists",
    );
}

#[test]
fn a_machine_that_has_seen_a_newer_head_does_not_go_on_with_a_restored_log() {
    let machine = Machine::founded_with("ada");
    let backup = Backup::create(&machine);
    let machine = machine.with_signer("bob");
    fs::rename(machine.path("home"), machine.path("lost")).unwrap();
    let restored = machine.done(
        VERIFY.replace("verify", "restore").as_str(),
        &backup.secrets(),
    );
    assert_eq!(restored.json["continues"], false, "{restored:?}");
    let words = machine.sign("ada", "out.pdf");
    machine.refused(&words, &[SIGNER_SECRET], 3, "log_damaged");
}

#[test]
fn a_backup_has_keys_of_both_masters_while_they_move() {
    let machine = Machine::founded();
    machine.done("hsm rotate prepare --by officer", &[OFFICER_SECRET]);
    let machine = machine.with_signer("ada");
    machine.done("hsm rotate start --by officer", &[OFFICER_SECRET]);
    let backup = Backup::create(&machine);
    machine.done(VERIFY, &backup.secrets());
    let other = Machine::new();
    let folder = machine.path("backup").display().to_string();
    other.done(
        &format!("backup restore --from {folder}"),
        &backup.secrets(),
    );
    other.done(&other.sign("ada", "out.pdf"), &[SIGNER_SECRET]);
    other.done(&other.sign("officer", "own.pdf"), &[OFFICER_SECRET]);
}

#[test]
fn the_health_of_a_token_is_a_real_use_of_it() {
    let machine = Machine::founded();
    let health = machine.done("hsm health", &[]).json;
    assert_eq!(health["state"], "ready");
    assert!(
        health["canary_milliseconds"].as_f64().unwrap() > 0.0,
        "{health}"
    );
    assert_eq!(health["last_test"]["passed"], true);
    assert_eq!(machine.health("last_test"), "good");

    fs::rename(machine.path("home/tokens"), machine.path("tokens")).unwrap();
    fs::create_dir(machine.path("home/tokens")).unwrap();
    let gone = machine.run("hsm health", &[]);
    assert_eq!(
        (gone.status, &gone.json["state"]),
        (4, &"unreachable".into()),
        "{gone:?}"
    );
    assert_eq!(gone.json["last_test"]["passed"], false);
    assert_eq!(machine.health("last_test"), "bad");
}
