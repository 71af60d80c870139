//! The own key, asked for by the signer's window.

use serde_json::{Value, json};

use crate::harness::{ADA, Program, SECRET, sign_request_of};

const BEN: &str = "ben";
const FIRST: &str = "seven swans over water";
const SECOND: &str = "nine herons on the pier";

/// A program with Ben enrolled, and his code.
fn with_ben() -> (Program, String) {
    let program = Program::with_agreement();
    program.log_in(ADA, SECRET).unwrap();
    let code = program.enrol(BEN);
    program
        .administer("administrator_log_out", json!({}))
        .unwrap();
    (program, code)
}

fn activate(program: &Program, code: &str, secret: &str) -> Result<Value, Value> {
    let request = json!({"request": {"login": BEN, "code": code, "secret": secret}});
    program.ask("activate", request)
}

fn sign(program: &Program, document: &str, secret: &str) -> Result<Value, Value> {
    program.ask("sign_document", sign_request_of(BEN, document, secret))
}

#[test]
fn a_code_becomes_a_secret_and_a_secret_another_one() {
    let (program, code) = with_ben();
    let document = program.document();
    let early = sign(&program, &document, &code).unwrap_err();
    assert_eq!(early["code"], "not_activated", "a code signs nothing");

    let weak = activate(&program, &code, "short").unwrap_err();
    assert_eq!(weak["code"], "secret_too_weak", "{weak}");
    let identity = activate(&program, &code, FIRST).unwrap();
    assert_eq!(identity["login"], BEN);
    assert_eq!(identity["status"], "active");
    let twice = activate(&program, &code, SECOND).unwrap_err();
    assert!(!twice.to_string().contains(&code), "{twice}");

    let change = |from: &str, to: &str| {
        let request = json!({"request": {"login": BEN, "secret": from, "newSecret": to}});
        program.ask("change_secret", request)
    };
    let wrong = change(SECOND, "eleven owls in the barn").unwrap_err();
    assert_eq!(wrong["code"], "wrong_secret");
    assert_eq!(change(FIRST, SECOND).unwrap(), Value::Null);

    let old = sign(&program, &document, FIRST).unwrap_err();
    assert_eq!(old["code"], "wrong_secret");
    let signed = sign(&program, &document, SECOND).unwrap();
    assert_eq!(signed["validation"]["headline"], "valid");
    assert_eq!(
        signed["validation"]["signatures"][0]["signer"],
        "ben of the Engines"
    );
}

#[test]
fn the_own_key_is_suspended_without_a_secret_and_signs_no_more() {
    let (program, code) = with_ben();
    activate(&program, &code, FIRST).unwrap();
    let suspend = |login: &str, note: &str| {
        let request = json!({"request": {"login": login, "note": note}});
        program.ask("suspend_own_key", request)
    };
    let identity = suspend(BEN, "lost my notebook").unwrap();
    assert_eq!(identity["status"], "suspended");
    assert_eq!(
        identity["change"]["by"],
        Value::Null,
        "nobody was asked who"
    );
    assert_eq!(identity["change"]["note"], "lost my notebook");
    let error = sign(&program, &program.document(), FIRST).unwrap_err();
    assert_eq!(error["code"], "suspended");
    assert_eq!(
        suspend(BEN, "again").unwrap_err()["code"],
        "status_unchanged"
    );
    assert_eq!(
        suspend(ADA, "a prank").unwrap_err()["code"],
        "last_officer",
        "whoever sits here locks nobody out"
    );

    // An officer lifts it.
    program.log_in(ADA, SECRET).unwrap();
    let request = json!({"request": {"login": BEN, "note": "the notebook was found"}});
    let person = program.administer("resume_person", request).unwrap();
    assert_eq!(person["status"], "active");
    sign(&program, &program.document(), FIRST).unwrap();
}

#[test]
fn the_strength_of_a_secret_is_told_to_both_windows() {
    let program = Program::unfounded();
    let request = |secret: &str| json!({"secret": secret, "words": ["ada", "engines"]});
    let told = |secret: &str| {
        let answer = program.ask("secret_strength", request(secret)).unwrap();
        assert_eq!(
            answer,
            program
                .administer("secret_strength", request(secret))
                .unwrap()
        );
        let guesses = answer["guessesLog10"].as_f64().unwrap();
        (answer["accepted"].as_bool().unwrap(), guesses)
    };
    let (short, _) = told("harbour");
    let (known, weak) = told("ada ada engines");
    let (good, strong) = told(SECRET);
    assert!(!short && known && good);
    assert!(weak < strong, "{weak} {strong}");
}
