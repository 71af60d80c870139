//! The command line as a script sees it: answers, errors, exit status.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const OFFICER: &str = "officer secret for tests";
const ANA: &str = "a secret of her own";

/// A folder with a home, a state and nothing else of this machine's.
struct Machine(TempDir);

impl Machine {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With an organisation and the signer `ana`.
    fn with_ana() -> Self {
        let machine = Self::new();
        let init = [
            "init",
            "--embedded",
            "--admin",
            "officer",
            "--secret-file",
            "-",
        ];
        machine.done(&init, &format!("{OFFICER}\n"));
        let enrol = "--json enrol --by officer --login ana --email ana@example.org --secret-file -";
        let mut enrol: Vec<&str> = enrol.split(' ').collect();
        enrol.extend(["--name", "Ana Ruiz"]);
        let enrolled = json(&machine.done(&enrol, &format!("{OFFICER}\n")));
        let code = enrolled["activation_code"].as_str().unwrap();
        let activate = ["activate", "--login", "ana", "--secret-file", "-"];
        machine.done(&activate, &format!("{code}\n{ANA}\n"));
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str], typed: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_chancery"))
            .args(arguments)
            .env_clear()
            .env("HOME", self.0.path())
            .current_dir(self.0.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Who does not listen has said why already.
        let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
        child.wait_with_output().unwrap()
    }

    fn done(&self, arguments: &[&str], typed: &str) -> Output {
        let output = self.run(arguments, typed);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        output
    }

    /// Expects a refusal: exit status and code, in JSON and in one line of text.
    fn refused(&self, arguments: &[&str], typed: &str, status: i32, code: &str) {
        let mut with_json = vec!["--json"];
        with_json.extend(arguments);
        let output = self.run(&with_json, typed);
        assert_eq!(
            output.status.code(),
            Some(status),
            "{arguments:?}: {output:?}"
        );
        let error = &json(&output)["error"];
        assert_eq!(error["code"], code, "{error}");
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|message| !message.is_empty())
        );
        assert!(error["detail"].is_string());
    }
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn agreement() -> String {
    sample("agreement.pdf")
}

fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(3)
        .unwrap()
        .join("tests/fixtures/pdf")
        .join(name);
    path.to_str().unwrap().to_owned()
}

const SIGN: [&str; 8] = [
    "--as",
    "ana",
    "--rect",
    "310,68,225,66",
    "--secret-file",
    "-",
    "-o",
    "out.pdf",
];

fn sign(file: &str) -> Vec<&str> {
    let mut arguments = vec!["sign", file];
    arguments.extend(SIGN);
    arguments
}

#[test]
fn a_file_is_signed_validated_inspected_and_drawn() {
    let machine = Machine::with_ana();
    let agreement = agreement();
    let mut arguments = vec!["--json"];
    arguments.extend(sign(&agreement));
    let signed = json(&machine.done(&arguments, ANA));
    assert_eq!(signed["signed"][0]["outcome"], "signed");
    assert_eq!(signed["signed"][0]["level"], "b-b");

    let verdict = json(&machine.done(&["--json", "validate", "out.pdf"], ""));
    assert_eq!(verdict["headline"], "valid");
    let signature = &verdict["signatures"][0];
    assert_eq!(signature["signer"], "Ana Ruiz");
    assert_eq!(signature["coverage"], "whole_file");
    assert_eq!(
        (&signature["intact"], &signature["trusted"]),
        (&true.into(), &true.into())
    );
    assert!(signature["signing_time"].is_i64() && signature["timestamp"].is_null());

    let found = json(&machine.done(&["--json", "inspect", "out.pdf"], ""));
    assert_eq!(
        (&found["pages"], &found["revisions"]),
        (&3.into(), &2.into())
    );
    assert_eq!(found["fields"][0]["signed"], true);

    machine.done(&["render", "out.pdf", "--page", "2", "-o", "page.png"], "");
    assert!(
        fs::read(machine.path("page.png"))
            .unwrap()
            .starts_with(b"\x89PNG")
    );
    let people = json(&machine.done(&["--json", "users", "list"], ""));
    assert_eq!(people["total"], 2);
    assert_eq!(people["users"][0]["login"], "ana");
    assert_eq!(people["users"][0]["status"], "active");
    let checks = json(&machine.done(&["--json", "doctor"], ""));
    assert!(
        checks["checks"]
            .as_array()
            .unwrap()
            .iter()
            .all(|check| check["health"] != "bad")
    );
}

#[test]
fn a_document_that_wants_a_password_gets_it_from_a_file_or_before_the_secret() {
    let machine = Machine::with_ana();
    let locked = sample("locked.pdf");
    let mut arguments = sign(&locked);
    // Nobody is there to be asked.
    machine.refused(&arguments, ANA, 3, "password_needed");
    arguments.extend(["--pdf-password-file", "-"]);
    let wrong = format!("a guess\n{ANA}\n");
    machine.refused(&arguments, &wrong, 3, "password_wrong");
    assert!(!machine.path("out.pdf").exists());
    machine.done(&arguments, &format!("open sesame\n{ANA}\n"));

    fs::write(machine.path("word"), "the owner's word\r\n").unwrap();
    let with = |command: &[&'static str]| {
        let mut arguments = vec!["--json"];
        arguments.extend(command);
        arguments.extend(["--pdf-password-file", "word"]);
        json(&machine.done(&arguments, ""))
    };
    assert_eq!(with(&["validate", "out.pdf"])["headline"], "valid");
    let found = with(&["inspect", "out.pdf"]);
    assert_eq!(found["encrypted"], true);
    assert!(found["permissions"].is_null(), "the owner may all");
    let mut findings = found["findings"].as_array().unwrap().iter();
    assert!(findings.any(|finding| finding["code"] == "encrypted"));
    with(&["render", "out.pdf", "-o", "page.png"]);
    for command in [&["validate", "out.pdf"][..], &["inspect", "out.pdf"]] {
        machine.refused(command, "", 3, "password_needed");
    }
}

#[test]
fn a_document_that_permits_no_changes_is_signed_with_the_owners_password_alone() {
    let machine = Machine::with_ana();
    let restricted = sample("restricted.pdf");
    let found = json(&machine.done(&["--json", "inspect", &restricted], ""));
    assert_eq!(found["refusal"]["code"], "pdf_not_permitted");
    assert_eq!(found["permissions"]["add_fields"], false);
    let mut arguments = sign(&restricted);
    machine.refused(&arguments, ANA, 3, "pdf_not_permitted");
    arguments.extend(["--pdf-password-file", "-"]);
    machine.done(&arguments, &format!("the owner's word\n{ANA}\n"));
    // The signed file opens as the other did.
    let verdict = json(&machine.done(&["--json", "validate", "out.pdf"], ""));
    assert_eq!(verdict["headline"], "valid");
}

#[test]
fn a_refusal_has_its_code_and_exit_status_and_writes_nothing() {
    let machine = Machine::with_ana();
    let agreement = agreement();
    machine.refused(&sign(&agreement), "a wrong secret", 3, "wrong_secret");
    machine.refused(&sign("absent.pdf"), ANA, 5, "not_found");
    fs::write(machine.path("broken.pdf"), b"%PDF-1.7 and nothing else").unwrap();
    machine.refused(&sign("broken.pdf"), ANA, 5, "pdf_unreadable");
    let mut elsewhere = sign(&agreement);
    elsewhere[5] = "5000,68,225,66";
    machine.refused(&elsewhere, ANA, 2, "box_outside");
    let mut nobody = sign(&agreement);
    nobody[3] = "nobody";
    machine.refused(&nobody, ANA, 3, "no_such_person");
    assert!(!machine.path("out.pdf").exists());
    fs::write(machine.path("out.pdf"), b"mine").unwrap();
    machine.refused(&sign(&agreement), ANA, 5, "output_exists");
    assert_eq!(fs::read(machine.path("out.pdf")).unwrap(), b"mine");
}

#[test]
fn a_device_that_is_missing_is_exit_status_4() {
    let machine = Machine::with_ana();
    let file = machine.path(".local/share/chancery/organisation.json");
    let content = fs::read_to_string(&file).unwrap();
    fs::write(&file, content.replace("libsofthsm2.so", "libgone.so")).unwrap();
    machine.refused(&sign(&agreement()), ANA, 4, "module_missing");
    let doctor = machine.run(&["doctor"], "");
    assert_eq!(doctor.status.code(), Some(4));
}

#[test]
fn a_command_that_is_not_understood_is_exit_status_2() {
    let machine = Machine::new();
    machine.refused(&["sign"], "", 2, "usage");
    machine.refused(&["no-such-command"], "", 2, "usage");
    machine.refused(&sign(&agreement()), ANA, 2, "no_organisation");
    machine.refused(&["users", "list"], "", 2, "no_organisation");
    let weak = [
        "init",
        "--embedded",
        "--admin",
        "officer",
        "--secret-file",
        "-",
    ];
    machine.refused(&weak, "short\n", 2, "secret_too_weak");
    assert!(
        !machine
            .path(".local/share/chancery/organisation.json")
            .exists()
    );
}

#[test]
fn a_file_without_signatures_is_exit_status_1_and_needs_no_organisation() {
    let machine = Machine::new();
    let output = machine.run(&["--json", "validate", &agreement()], "");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json(&output)["headline"], "unsigned");
}

#[test]
fn a_broken_signature_is_exit_status_1() {
    let machine = Machine::with_ana();
    let agreement = agreement();
    machine.done(&sign(&agreement), ANA);
    let mut bytes = fs::read(machine.path("out.pdf")).unwrap();
    bytes[3000] ^= 1;
    fs::write(machine.path("out.pdf"), bytes).unwrap();
    let output = machine.run(&["--json", "validate", "out.pdf"], "");
    assert_eq!(output.status.code(), Some(1));
    assert_ne!(json(&output)["headline"], "valid");
}

#[test]
fn no_secret_is_printed_whatever_happens() {
    let machine = Machine::with_ana();
    let agreement = agreement();
    let mut outputs = vec![machine.run(&sign(&agreement), ANA)];
    outputs.push(machine.run(&sign(&agreement), "a wrong secret of somebody"));
    for output in outputs {
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(
            !said.contains(ANA) && !said.contains("wrong secret of somebody"),
            "{said}"
        );
    }
}

#[test]
fn a_line_that_is_too_long_for_a_secret_is_refused_before_it_is_judged() {
    let machine = Machine::with_ana();
    let agreement = agreement();
    // Cut after 1024 bytes it would be judged, and its rest would be the next secret.
    let long = format!("{}\n", "x".repeat(1100));
    machine.refused(&sign(&agreement), &long, 2, "usage");
}
