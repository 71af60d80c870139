//! What the window knows of signatures: whom one trusts, what a file was before, a report to keep.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Program, SECRET, sign_request};

/// Signs an open document; gives the handle of the signed one.
fn sign(program: &Program, document: &str) -> String {
    let signed = program
        .ask("sign_document", sign_request(document, SECRET))
        .unwrap();
    signed["document"]["id"].as_str().unwrap().to_owned()
}

fn judge(program: &Program, document: &str) -> Value {
    program
        .ask("validate_document", json!({"document": document}))
        .unwrap()
}

#[test]
fn an_unknown_issuer_is_trusted_for_this_person_from_when_it_was_seen_until_it_is_taken_back() {
    let theirs = Program::with_agreement();
    sign(&theirs, &theirs.document());
    let signed = fs::read(theirs.folder().join("agreement-signed.pdf")).unwrap();

    let program = Program::with(&[("agreement.pdf", &signed)]);
    let document = program.document();
    let verdict = judge(&program, &document);
    assert_eq!(verdict["headline"], "identity_unconfirmed");
    let field = verdict["signatures"][0]["field"].clone();
    let asked = json!({"document": document, "field": field});
    let offer = program.ask("trust_offer", asked).unwrap();
    assert_eq!(offer["authority"], true, "{offer}");
    let trust = |sha256: &Value| {
        let request =
            json!({"document": document, "field": field, "sha256": sha256, "language": "en"});
        program.ask("trust_issuer", request)
    };
    let error = trust(&json!("00".repeat(32))).unwrap_err();
    assert_eq!(error["code"], "issuer_differs");
    assert_eq!(
        judge(&program, &document)["headline"],
        "identity_unconfirmed"
    );

    // A page alone trusts nobody: the person is asked outside of it.
    assert_eq!(trust(&offer["sha256"]).unwrap(), false);
    assert_eq!(
        judge(&program, &document)["headline"],
        "identity_unconfirmed"
    );
    let sha256 = offer["sha256"].as_str().unwrap().to_owned();
    *program.desktop.trusted.lock().unwrap() = Some(sha256);
    assert_eq!(trust(&offer["sha256"]).unwrap(), true);
    let verdict = judge(&program, &document);
    assert_eq!(verdict["headline"], "valid");
    let anchor = &verdict["signatures"][0]["identity"]["anchor"];
    assert_eq!(anchor["source"], "remembered", "{verdict}");
    let known = program.ask("trusted_issuers", json!({})).unwrap();
    assert_eq!(known[0]["sha256"], offer["sha256"]);

    let taken_back = json!({"sha256": offer["sha256"]});
    program.ask("forget_issuer", taken_back).unwrap();
    assert_eq!(
        judge(&program, &document)["headline"],
        "identity_unconfirmed"
    );
}

#[test]
fn an_earlier_revision_is_opened_to_be_looked_at_and_saved_as_it_was() {
    let program = Program::with_agreement();
    let once = sign(&program, &program.document());
    let twice = sign(&program, &once);
    let verdict = judge(&program, &twice);
    let first = &verdict["revisions"][0];
    let bytes = first["bytes"].as_u64().unwrap();
    let ask = |command: &str, bytes: u64| {
        let request = json!({"document": twice, "bytes": bytes, "index": first["index"]});
        program.ask(command, request)
    };

    let error = ask("open_revision", bytes - 20).unwrap_err();
    assert_eq!(error["code"], "input_changed", "{error}");
    let opened = ask("open_revision", bytes).unwrap();
    assert_eq!(opened["bytes"], bytes);
    assert!(
        !opened.to_string().contains("chancery-"),
        "no folder: {opened}"
    );
    let version = opened["id"].as_str().unwrap();
    let picture = program.picture("GET", &format!("page?document={version}&page=1&scale=1"));
    assert_eq!(picture.status(), 200);
    let refused = program
        .ask("sign_document", sign_request(version, SECRET))
        .unwrap_err();
    assert_eq!(refused["code"], "bad_request");
    let open = program.ask("opened_documents", json!({})).unwrap();
    assert!(!open.to_string().contains(version), "{open}");
    program
        .ask("close_document", json!({"document": version}))
        .unwrap();

    // Every page of both is drawn; what the signatures show is on page 1.
    let compared = ask("compare_revision", bytes).unwrap();
    assert_eq!(compared["from"], bytes);
    assert_eq!(compared["pages"][0]["page"], 1, "{compared}");
    assert!(compared["pages"][0]["places"][0]["width"].is_number());

    assert_eq!(ask("save_revision", bytes).unwrap(), Value::Null);
    let output = program.folder().join("first.pdf");
    *program.desktop.output.lock().unwrap() = Some(output.clone());
    let saved = ask("save_revision", bytes).unwrap();
    assert_eq!(saved["name"], "first.pdf");
    let whole = fs::read(program.folder().join("agreement-signed-signed.pdf")).unwrap();
    let length = usize::try_from(bytes).unwrap();
    assert_eq!(fs::read(output).unwrap(), whole[..length]);
}

#[test]
fn a_report_is_written_where_the_person_says_and_names_the_file_by_its_digest() {
    let program = Program::with_agreement();
    let signed = sign(&program, &program.document());
    let save = |name: &str, form: &str| {
        *program.desktop.output.lock().unwrap() = Some(program.folder().join(name));
        let request = json!({"document": signed, "form": form, "language": "de"});
        let saved = program.ask("save_report", request).unwrap();
        assert_eq!(saved["name"], name);
        fs::read_to_string(program.folder().join(name)).unwrap()
    };
    let page = save("report.html", "html");
    assert!(page.contains("Ist das Dokument unversehrt?"), "{page}");
    let report: Value = serde_json::from_str(&save("report.json", "json")).unwrap();
    assert_eq!(report["file"], "agreement-signed.pdf");
    assert_eq!(report["validation"]["headline"], "valid");
    assert_eq!(report["trust"][0]["source"], "organisation");
    let sha256 = report["sha256"].as_str().unwrap().to_uppercase();
    assert!(page.contains(&sha256[..4]) && sha256.len() == 64);
    let folder = program.folder().to_string_lossy().into_owned();
    assert!(!page.contains(&folder), "a report names no folder");
}
