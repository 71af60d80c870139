//! Keys & HSM, backups, exports and settings, as the administrator's window asks for them.

use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::harness::{ADA, Program, SECRET, sign_request};

fn step(program: &Program, step: &str) -> Result<Value, Value> {
    program.administer("rotate_master", json!({"request": {"step": step}}))
}

/// The master of a label, as the page shows it.
fn master<'a>(page: &'a Value, label: &str) -> &'a Value {
    let masters = page["masters"].as_array().unwrap();
    masters.iter().find(|one| one["label"] == label).unwrap()
}

#[test]
fn a_master_is_rotated_from_the_window_and_an_officer_stays_logged_in_with_a_new_key() {
    let program = Program::with_agreement();
    program.log_in(ADA, SECRET).unwrap();
    let page = program.administer("keys_and_hsm", json!({})).unwrap();
    for token in ["signing", "issuing"] {
        assert_eq!(page[token]["state"], "ready", "{page}");
        assert!(page[token]["objects"].as_u64().unwrap() > 0, "{page}");
    }
    assert_eq!(page["signing"]["lastTest"]["passed"], true);
    assert!(page["signing"]["canaryMicroseconds"].as_u64().unwrap() > 0);
    assert_eq!(master(&page, "wk-1")["records"], 1);
    assert_eq!(page["pin"], "file");
    assert_eq!(page["changed"], json!([]));

    let early = step(&program, "finish").unwrap_err();
    assert_eq!(early["code"], "rotation_refused", "{early}");
    step(&program, "prepare").unwrap();
    // Who is enrolled now can move; Ada, who was there before, needs a new key.
    program.enrol("ben");
    let page = program.administer("keys_and_hsm", json!({})).unwrap();
    assert_eq!(master(&page, "wk-1")["state"], "in_force");
    assert_eq!(master(&page, "wk-2")["state"], "next");
    let moved = step(&program, "start").unwrap();
    assert_eq!((&moved["moved"], &moved["toMove"]), (&json!(1), &json!(0)));
    assert_eq!(moved["remaining"], json!([ADA]));
    let paused = step(&program, "pause").unwrap();
    assert_eq!(paused["phase"], "paused");
    assert_eq!(program.administer("rotation", json!({})).unwrap(), paused);
    let left = step(&program, "finish").unwrap_err();
    assert_eq!(left["code"], "rotation_refused", "a record remains: {left}");

    let replace = |secret: &str| {
        let request = json!({"request": {"secret": secret}});
        program.administer("replace_own_key", request)
    };
    let refused = replace("a loud harbour at dusk").unwrap_err();
    assert_eq!(refused["code"], "wrong_secret");
    replace(SECRET).unwrap();
    // The login that is held is one of the new key: an act of it is done.
    step(&program, "resume").unwrap();
    let ended = step(&program, "finish").unwrap();
    assert_eq!(ended["phase"], "finished");
    let page = program.administer("keys_and_hsm", json!({})).unwrap();
    assert_eq!(master(&page, "wk-1")["state"], "retired");
    assert_eq!(master(&page, "wk-2")["records"], 2);
    assert_eq!(
        program.administer("tidy_token", json!({})).unwrap(),
        json!([])
    );
    let signed = program.ask("sign_document", sign_request(&program.document(), SECRET));
    assert_eq!(signed.unwrap()["validation"]["headline"], "valid");
}

#[test]
fn a_backup_is_made_with_each_secret_in_a_file_of_its_own_and_proven_by_them() {
    let program = Program::empty();
    program.log_in(ADA, SECRET).unwrap();
    let request = || json!({"request": {"secret": SECRET}});
    let state = || program.administer("backup_state", json!({})).unwrap();
    let vaults = program.folder().join("vaults");
    fs::create_dir(&vaults).unwrap();
    let at = |name: &str| program.folder().join(name);

    // Thought better of at the first dialog, and at the last.
    assert_eq!(
        program.administer("create_backup", request()).unwrap(),
        Value::Null
    );
    *program.desktop.chosen_folder.lock().unwrap() = Some(vaults.clone());
    program
        .desktop
        .outputs
        .lock()
        .unwrap()
        .push_back(at("one.txt"));
    assert_eq!(
        program.administer("create_backup", request()).unwrap(),
        Value::Null
    );
    assert_eq!(fs::read_dir(&vaults).unwrap().count(), 0);
    assert_eq!(state()["made"], Value::Null);

    let choose = |records: PathBuf, tokens: PathBuf| {
        *program.desktop.outputs.lock().unwrap() = [records, tokens].into();
    };
    choose(at("both.txt"), at("both.txt"));
    let together = program.administer("create_backup", request()).unwrap_err();
    assert_eq!(together["code"], "secrets_together", "{together}");

    choose(at("records.txt"), at("tokens.txt"));
    fs::write(at("records.txt"), "an older one, for everybody").unwrap();
    let made = program.administer("create_backup", request()).unwrap();
    assert_eq!(made["people"], 1, "{made}");
    assert_eq!(made["together"], true);
    let secrets = ["records.txt", "tokens.txt"].map(|name| {
        let mode = fs::metadata(at(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
        fs::read_to_string(at(name)).unwrap().trim().to_owned()
    });
    assert_ne!(secrets[0], secrets[1]);
    let told = made.to_string();
    let folder = program.folder().display().to_string();
    for hidden in secrets.iter().chain([&folder]) {
        assert!(!told.contains(hidden.as_str()), "{told}");
    }
    assert_eq!(state()["soPins"], "in_vault");

    let prove = |records: &str, tokens: &str| {
        let request = json!({"request": {"recordsSecret": records, "tokensSecret": tokens}});
        program.administer("verify_backup", request)
    };
    let backup = fs::read_dir(&vaults)
        .unwrap()
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy() == made["folder"].as_str().unwrap());
    *program.desktop.chosen_folder.lock().unwrap() = Some(backup.unwrap().path());
    let swapped = prove(&secrets[1], &secrets[0]).unwrap_err();
    assert_eq!(swapped["code"], "wrong_secret", "{swapped}");
    // One is typed, the other lies in its file.
    *program.desktop.files.lock().unwrap() = [at("tokens.txt")].into();
    let verified = prove(&secrets[0], "").unwrap();
    assert!(
        verified["canaryMicroseconds"].as_u64().unwrap() > 0,
        "{verified}"
    );
    assert_eq!(verified["peopleSince"], 0);
    let proven = state();
    assert!(proven["verified"].is_i64(), "{proven}");
    assert_eq!(proven["soPins"], "leaving");
    program.log_in(ADA, SECRET).unwrap();
    assert_eq!(state()["soPins"], "gone", "they left with the next login");
}

#[test]
fn the_log_is_exported_with_its_proof_and_one_event_is_proven() {
    let program = Program::empty();
    program.log_in(ADA, SECRET).unwrap();
    let export = || program.administer("export_log", json!({}));
    assert_eq!(export().unwrap(), Value::Null, "thought better of");
    let file = program.folder().join("log.jsonl");
    *program.desktop.output.lock().unwrap() = Some(file.clone());
    let exported = export().unwrap();
    let lines = fs::read_to_string(&file).unwrap();
    assert_eq!(exported["leaves"], lines.lines().count());
    let proof = file.with_file_name(exported["proof"].as_str().unwrap());
    assert!(proof.is_file(), "{exported}");
    assert!(exported["head"].as_str().unwrap().len() > 32);

    let one = program.folder().join("event.json");
    *program.desktop.output.lock().unwrap() = Some(one.clone());
    let prove =
        |index: u64| program.administer("prove_event", json!({"request": {"index": index}}));
    assert_eq!(prove(0).unwrap()["name"], "event.json");
    let proven: Value = serde_json::from_slice(&fs::read(&one).unwrap()).unwrap();
    assert_eq!(proven["line"]["index"], 0, "{proven}");
    let error = prove(4000).unwrap_err();
    assert_eq!(error["code"], "usage", "{error}");
}

/// Settings as a form sends them.
fn settings(level: &str, authority: &str, anchors: &[&str], host: &str) -> Value {
    json!({"request": {
        "level": level,
        "timestampAuthorities": [authority],
        "timestampAnchors": anchors,
        "localAuthorities": [host],
    }})
}

#[test]
fn settings_are_read_checked_and_written_by_an_officer_and_the_log_tells_of_it() {
    let program = Program::empty();
    program.log_in(ADA, SECRET).unwrap();
    let shown = |program: &Program| program.ask("signature_settings", json!({})).unwrap();
    assert_eq!(shown(&program)["owner"], "organisation");
    let ca = program.folder().join("home/ca.pem");
    *program.desktop.files.lock().unwrap() = [ca].into();
    let chosen = program
        .administer("choose_timestamp_anchors", json!({}))
        .unwrap();
    let pem = chosen[0]["entry"].as_str().unwrap();
    assert_eq!(chosen[0]["sha256"].as_str().unwrap().len(), 64);

    let url = "https://time.example/tsa";
    let set = |request: Value| program.administer("set_signature_settings", request);
    for (what, wrong) in [
        (
            "an address",
            settings("b-t", "ftp://time.example", &[], "pki"),
        ),
        (
            "a password",
            settings("b-t", "http://me:it@time.example", &[], "pki"),
        ),
        ("a host", settings("b-t", url, &[], "http://pki/")),
        (
            "a certificate",
            settings("b-t", url, &["/etc/passwd"], "pki"),
        ),
        (
            "a level without an authority",
            json!({"request": {
                "level": "b-lt",
                "timestampAuthorities": [],
                "timestampAnchors": [],
                "localAuthorities": [],
            }}),
        ),
    ] {
        let error = set(wrong).unwrap_err();
        assert_eq!(error["code"], "settings_unusable", "{what}: {error}");
    }
    assert_eq!(shown(&program)["level"], Value::Null, "nothing was written");

    let written = set(settings("b-lt", url, &[pem], "pki.internal")).unwrap();
    assert_eq!(shown(&program), written);
    assert_eq!(written["level"], "b-lt");
    assert_eq!(
        written["timestampAnchors"][0]["sha256"],
        chosen[0]["sha256"]
    );
    let read = json!({"request": {
        "person": null, "act": "set_signatures", "from": null, "until": null, "before": null,
        "limit": 10,
    }});
    let log = program.administer("read_log", read).unwrap();
    assert!(log.to_string().contains("level b-b to b-lt"), "{log}");
    assert!(
        !log.to_string().contains("time.example"),
        "an address may carry a key: {log}"
    );
    let refused = program.ask("set_own_settings", settings("b-b", url, &[], "pki"));
    assert_eq!(refused.unwrap_err()["code"], "organisation_exists");
}

#[test]
fn without_an_organisation_a_person_sets_what_own_signatures_are_like() {
    let program = Program::unfounded();
    let shown = || program.ask("signature_settings", json!({}));
    assert_eq!(shown().unwrap()["owner"], "person");
    let request = settings("b-lta", "http://time.example/tsa", &[], "pki.internal");
    let written = program.ask("set_own_settings", request).unwrap();
    assert_eq!(shown().unwrap(), written);
    assert_eq!(
        written["timestampAuthorities"],
        json!(["http://time.example/tsa"])
    );
    // What cannot be read must not become a lower level.
    fs::write(
        program.folder().join("state/signatures.json"),
        "{\"level\":\"b-ltx\"}",
    )
    .unwrap();
    assert_eq!(shown().unwrap_err()["code"], "settings_unreadable");
}

/// Puts a copy of the tokens' module in its place, as the organisation file names it.
fn behind(program: &Program, copy: &Path) {
    let path = program.folder().join("home/organisation.json");
    let mut file: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    fs::copy(file["local"]["signing"]["module"].as_str().unwrap(), copy).unwrap();
    for token in ["signing", "issuing"] {
        file["local"][token]["module"] = copy.to_str().unwrap().into();
    }
    fs::write(&path, serde_json::to_vec(&file).unwrap()).unwrap();
}

#[test]
fn a_module_that_was_changed_is_accepted_as_it_was_shown_and_a_wrong_pin_is_not_kept() {
    let program = Program::empty();
    let module = program.folder().join("module.so");
    behind(&program, &module);
    let changed = || program.administer("changed_modules", json!({})).unwrap();
    assert_eq!(changed(), json!([]));
    // What follows the segments of a library is loaded by nobody.
    let mut file = fs::OpenOptions::new().append(true).open(&module).unwrap();
    file.write_all(b"updated").unwrap();
    drop(file);
    let error = program.log_in(ADA, SECRET).unwrap_err();
    assert_eq!(error["code"], "module_changed", "{error}");
    let shown = changed();
    let accept = |changes: &Value, secret: &str| {
        let request = json!({"request": {"login": ADA, "secret": secret, "changes": changes}});
        program.administer("accept_modules", request)
    };
    let mut other = shown.clone();
    other[0]["found"] = "ab".repeat(32).into();
    let error = accept(&other, SECRET).unwrap_err();
    assert_eq!(
        error["code"], "module_changed",
        "what was shown is not there: {error}"
    );
    let error = accept(&shown, "a loud harbour at dusk").unwrap_err();
    assert_eq!(error["code"], "wrong_secret");
    assert_eq!(changed(), shown, "nothing was accepted");
    accept(&shown, SECRET).unwrap();
    assert_eq!(changed(), json!([]));
    program.log_in(ADA, SECRET).unwrap();

    let error = program
        .administer("set_signing_pin", json!({"request": {"pin": "000000"}}))
        .unwrap_err();
    assert_eq!(error["code"], "token_pin_wrong", "{error}");
    // Nobody need be logged in for it, and the token counts: a page tries one.
    for pin in ["000001", "000002"] {
        let error = program
            .administer("set_signing_pin", json!({"request": {"pin": pin}}))
            .unwrap_err();
        assert_eq!(error["code"], "pin_try_kept", "{error}");
    }
    program.log_in(ADA, SECRET).unwrap();
}
