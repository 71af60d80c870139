//! Signing, validating, and what the window knows about people and token.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{ADA, Program, SECRET, sign_request};

#[test]
fn the_founder_can_sign_and_the_token_is_a_trial_one() {
    let program = Program::empty();
    let identities = program.ask("identities", json!({})).unwrap();
    assert_eq!(identities[0]["login"], ADA);
    assert_eq!(identities[0]["name"], "Ada Lovelace");
    assert_eq!(identities[0]["status"], "active");
    let status = program.ask("status", json!({})).unwrap();
    assert_eq!(status["organisation"]["name"], "Analytical Engines");
    assert_eq!(status["organisation"]["assurance"], "trial");
    assert_eq!(status["token"]["state"], "ready");
}

#[test]
fn a_signed_document_is_a_new_file_that_is_open_and_valid() {
    let program = Program::with_agreement();
    let original = fs::read(&program.agreement).unwrap();
    let document = program.document();
    let signed = program
        .ask("sign_document", sign_request(&document, SECRET))
        .unwrap();
    assert_eq!(signed["validation"]["headline"], "valid");
    assert_eq!(signed["document"]["name"], "agreement-signed.pdf");
    assert_eq!(signed["document"]["signatures"], 1);

    let file = fs::read(program.folder().join("agreement-signed.pdf")).unwrap();
    assert!(file.starts_with(&original), "signing only appends");
    assert_eq!(fs::read(&program.agreement).unwrap(), original);

    let validation = program
        .ask(
            "validate_document",
            json!({"document": signed["document"]["id"]}),
        )
        .unwrap();
    assert_eq!(validation["headline"], "valid");
    assert_eq!(validation["signatures"][0]["signer"], "Ada Lovelace");
    assert_eq!(validation["signatures"][0]["coverage"], "whole_file");
}

#[test]
fn a_wrong_secret_writes_nothing_and_is_counted() {
    let program = Program::with_agreement();
    let document = program.document();
    let error = program
        .ask(
            "sign_document",
            sign_request(&document, "a loud harbour at dusk"),
        )
        .unwrap_err();
    assert_eq!(error["code"], "wrong_secret");
    assert!(!error.to_string().contains("loud harbour"), "{error}");
    assert!(!program.folder().join("agreement-signed.pdf").exists());
    let identities = program.ask("identities", json!({})).unwrap();
    assert_eq!(identities[0]["wrongTries"], 1);
}

#[test]
fn a_second_signature_goes_into_another_file() {
    let program = Program::with_agreement();
    let document = program.document();
    let once = program
        .ask("sign_document", sign_request(&document, SECRET))
        .unwrap();
    let twice = program
        .ask(
            "sign_document",
            sign_request(once["document"]["id"].as_str().unwrap(), SECRET),
        )
        .unwrap();
    assert_eq!(twice["document"]["name"], "agreement-signed-signed.pdf");
    let signatures = twice["validation"]["signatures"].as_array().unwrap();
    assert_eq!(signatures.len(), 2);
    for signature in signatures {
        assert_eq!(signature["intact"], true, "{signature}");
    }
}

#[test]
fn a_request_id_that_is_no_uuid_is_refused() {
    let program = Program::with_agreement();
    let mut request = sign_request(&program.document(), SECRET);
    request["request"]["requestId"] = json!("1");
    let error = program.ask("sign_document", request).unwrap_err();
    assert_eq!(error["code"], "bad_request");
}

#[test]
fn an_unsigned_document_is_said_to_be_unsigned() {
    let program = Program::with_agreement();
    let validation = program
        .ask("validate_document", json!({"document": program.document()}))
        .unwrap();
    assert_eq!(validation["headline"], "unsigned");
}

#[test]
fn no_answer_and_no_refusal_names_the_folder_of_a_document() {
    let program = Program::with_agreement();
    let document = program.document();
    let mut said = Vec::new();
    let mut note = |command: &str, arguments| {
        let answer = program.ask(command, arguments);
        said.push(match answer {
            Ok(answer) | Err(answer) => format!("{command}: {answer}"),
        });
    };
    let with_document = json!({"document": document});
    note("opened_documents", json!({}));
    note("sign_document", sign_request(&document, SECRET));
    // The output exists now.
    note("sign_document", sign_request(&document, SECRET));
    fs::remove_file(&program.agreement).unwrap();
    note("sign_document", sign_request(&document, SECRET));
    note("validate_document", with_document.clone());
    note(
        "page_sizes",
        json!({"document": document, "first": 1, "count": 1}),
    );
    note("page_ink", json!({"document": document, "page": 1}));
    note("show_in_folder", with_document.clone());
    note("copy_path", with_document.clone());
    note("identities", json!({}));
    note("status", json!({}));
    note("close_document", with_document);
    let folder = program.folder().to_str().unwrap();
    for answer in said {
        assert!(!answer.contains(folder), "{answer}");
    }
}

#[test]
fn what_a_level_takes_is_gathered_while_the_secret_is_with_its_owner() {
    let program = Program::with_agreement();
    let document = program.document();
    let gather = |level: Option<&str>, certification: Option<&str>| {
        program.ask(
            "gather_evidence",
            json!({"request": {
                "document": document,
                "login": ADA,
                "card": null,
                "placement": {"kind": "invisible"},
                "certification": certification,
                "look": null,
                "level": level,
            }}),
        )
    };
    // Nothing is asked of anybody.
    assert_eq!(gather(None, None).unwrap(), json!(null));
    assert_eq!(gather(Some("b-b"), None).unwrap(), json!(null));
    let code = |level, certification| gather(level, certification).unwrap_err()["code"].clone();
    assert_eq!(code(Some("b-t"), None), "usage");
    // What the document would not allow comes first, and then whoever is not there.
    let path = program.folder().join("home/organisation.json");
    let mut file: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    file["local"]["signatures"] = json!({"timestamp_authorities": ["http://127.0.0.1:1/"]});
    fs::write(&path, file.to_string()).unwrap();
    let for_good = code(Some("b-lta"), Some("no_changes"));
    assert_eq!(for_good, "certified_for_good");
    assert_eq!(code(Some("b-lta"), None), "timestamp_unavailable");
    let identities = program.ask("identities", json!({})).unwrap();
    assert_eq!(identities[0]["wrongTries"], 0);
}
