//! A key that was born elsewhere, brought in from a PKCS#12 file.

use std::fs;
use std::process::Command;

use tests::machine::Machine;
use tests::organisation::{OFFICER_SECRET, SIGNER_SECRET};
use tests::sql;

const PASSWORD: &str = "the password of the file";
const IMPORT: &str = "key import --by officer --login ada ada.p12";

fn openssl(machine: &Machine, words: &str) {
    let done = Command::new("openssl")
        .args(words.split(' '))
        .current_dir(machine.path("."))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{words}: {said}");
}

/// Makes a key with a certificate of its own, and a file of both.
fn file_of_others(machine: &Machine, kind: &str, how: &str) {
    fs::write(machine.path("password"), format!("{PASSWORD}\n")).unwrap();
    openssl(
        machine,
        &format!(
            "req -x509 -newkey {kind} -nodes -keyout ada.pem -out ada.crt -subj /CN=Ada -days 9"
        ),
    );
    let how = if how.is_empty() {
        String::new()
    } else {
        format!(" {how}")
    };
    openssl(
        machine,
        &format!(
            "pkcs12 -export -inkey ada.pem -in ada.crt -name ada -out ada.p12 -passout file:password{how}"
        ),
    );
}

/// Brings the key in and activates it.
fn brought_in(machine: &Machine) {
    let said = machine.done(IMPORT, &[OFFICER_SECRET, PASSWORD]);
    let code = said.json["activation_code"].as_str().unwrap().to_owned();
    machine.done("activate --login ada", &[&code, SIGNER_SECRET]);
}

#[test]
fn keys_of_others_sign_under_a_certificate_of_the_organisation() {
    let machine = Machine::founded_with("ada");
    let files = [
        ("ec -pkeyopt ec_paramgen_curve:P-256", ""),
        ("ec -pkeyopt ec_paramgen_curve:P-384", "-legacy"),
        ("rsa:2048", "-legacy"),
        ("rsa:3072", ""),
    ];
    for (number, (kind, how)) in files.iter().enumerate() {
        file_of_others(&machine, kind, how);
        brought_in(&machine);
        let shown = machine.done("users show --login ada", &[]);
        assert_eq!(shown.json["origin"], "imported", "{kind}");
        let output = format!("{number}.pdf");
        machine.done(&machine.sign("ada", &output), &[SIGNER_SECRET]);
        let validated = machine.done(&format!("validate {output}"), &[]);
        assert_eq!(validated.json["headline"], "valid", "{kind}");
    }
    let under = "SELECT DISTINCT wrapping_key FROM key_state JOIN key ON key.id = key_state.key \
                 WHERE origin = 'imported'";
    assert_eq!(sql::run(&machine.vault(), under), "wk-import");
    for part in ["vault", "signing_token", "log"] {
        assert_eq!(machine.health(part), "good", "{part}");
    }
}

#[test]
fn an_imported_key_is_suspended_listed_and_reset_like_any_other() {
    let machine = Machine::founded_with("ada");
    file_of_others(&machine, "ec -pkeyopt ec_paramgen_curve:P-256", "");
    brought_in(&machine);
    machine.done(
        "users suspend --by officer --login ada --reason lost",
        &[OFFICER_SECRET],
    );
    let words = machine.sign("ada", "out.pdf");
    machine.refused(&words, &[SIGNER_SECRET], 3, "suspended");
    let reset = "users reset --by officer --login ada --reason again";
    machine.done(reset, &[OFFICER_SECRET]);
    let shown = machine.done("users show --login ada", &[]);
    assert_eq!(shown.json["origin"], "generated");
    machine.refused(IMPORT, &[OFFICER_SECRET, PASSWORD], 4, "vault_fault");
}

#[test]
fn an_origin_edited_by_sql_is_refused() {
    let machine = Machine::founded_with("ada");
    file_of_others(&machine, "ec -pkeyopt ec_paramgen_curve:P-256", "");
    brought_in(&machine);
    sql::edit(
        &machine.vault(),
        "UPDATE key SET origin = 'generated' WHERE origin = 'imported'",
    );
    let words = machine.sign("ada", "out.pdf");
    machine.refused(&words, &[SIGNER_SECRET], 3, "record_damaged");
}

#[test]
fn what_cannot_be_brought_in_says_why_and_changes_nothing() {
    let machine = Machine::founded_with("ada");
    file_of_others(&machine, "ec -pkeyopt ec_paramgen_curve:P-256", "");
    machine.refused(IMPORT, &[OFFICER_SECRET, "another"], 3, "password_wrong");
    let both = [OFFICER_SECRET, PASSWORD];

    // A certificate of another key.
    openssl(
        &machine,
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.pem \
         -out other.crt -subj /CN=Other -days 9"
            .replace("         ", "")
            .as_str(),
    );
    openssl(
        &machine,
        "pkcs12 -export -inkey ada.pem -in ada.crt -nocerts -name ada -out ada.p12 -passout \
         file:password"
            .replace("         ", "")
            .as_str(),
    );
    machine.refused(IMPORT, &both, 5, "import_refused");
    fs::write(machine.path("ada.p12"), b"no such file").unwrap();
    machine.refused(IMPORT, &both, 5, "import_refused");
    // A curve that nobody signs with here.
    file_of_others(&machine, "ec -pkeyopt ec_paramgen_curve:secp256k1", "");
    machine.refused(IMPORT, &both, 5, "import_refused");
    machine.done(&machine.sign("ada", "out.pdf"), &[SIGNER_SECRET]);
}

#[test]
fn an_imported_key_stays_under_its_master_while_others_move() {
    let machine = Machine::founded_with("ada");
    file_of_others(&machine, "ec -pkeyopt ec_paramgen_curve:P-256", "");
    brought_in(&machine);
    machine.done("hsm rotate prepare --by officer", &[OFFICER_SECRET]);
    machine.done("hsm rotate rekey --by officer", &[OFFICER_SECRET]);
    machine.done("hsm rotate start --by officer", &[OFFICER_SECRET]);
    machine.done("hsm rotate finish --by officer", &[OFFICER_SECRET]);
    machine.done(&machine.sign("ada", "out.pdf"), &[SIGNER_SECRET]);
}
