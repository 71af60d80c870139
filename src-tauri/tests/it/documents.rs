//! Opening, closing and finding documents.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Program, SECRET, sign_request};

const LOCKED: &[u8] = include_bytes!("../../../tests/fixtures/pdf/locked.pdf");
const RESTRICTED: &[u8] = include_bytes!("../../../tests/fixtures/pdf/restricted.pdf");

#[test]
fn a_document_named_at_the_start_is_open() {
    let program = Program::with_agreement();
    let opened = program.ask("opened_documents", json!({})).unwrap();
    let [document] = &opened.as_array().unwrap()[..] else {
        panic!("one document was named: {opened}");
    };
    assert_eq!(document["name"], "agreement.pdf");
    assert_eq!(document["outputName"], "agreement-signed.pdf");
    assert_eq!(document["signatures"], 0);
    assert_eq!(
        document["bytes"],
        fs::metadata(&program.agreement).unwrap().len()
    );
}

#[test]
fn a_reloaded_window_finds_its_documents_again() {
    let program = Program::with_agreement();
    let first = program.ask("opened_documents", json!({})).unwrap();
    let second = program.ask("opened_documents", json!({})).unwrap();
    assert_eq!(first, second);
}

#[test]
fn a_named_file_that_is_no_pdf_is_told_as_refused() {
    let program = Program::with(&[("letter.pdf", b"Dear Ada,")]);
    let refused = program.heard("document-refused", |program| {
        let opened = program.ask("opened_documents", json!({})).unwrap();
        assert_eq!(opened, json!([]));
    });
    assert_eq!(refused["name"], "letter.pdf");
    assert!(refused["error"]["code"].is_string(), "{refused}");
}

#[test]
fn a_document_handed_over_by_a_second_start_is_told_as_opened() {
    let program = Program::with_agreement();
    let opened = program.heard("document-opened", |program| {
        chancery_desktop::opening::open(program.app.handle(), vec![program.agreement.clone()]);
    });
    assert_eq!(opened["name"], "agreement.pdf");
}

#[test]
fn a_chosen_document_is_opened_and_a_dialog_left_alone_opens_none() {
    let program = Program::with_agreement();
    assert_eq!(
        program.ask("choose_document", json!({})).unwrap(),
        Value::Null
    );
    *program.desktop.document.lock().unwrap() = Some(program.agreement.clone());
    let chosen = program.ask("choose_document", json!({})).unwrap();
    assert_eq!(chosen["name"], "agreement.pdf");
}

#[test]
fn a_closed_document_is_known_no_more() {
    let program = Program::with_agreement();
    let document = program.document();
    program
        .ask("close_document", json!({"document": document}))
        .unwrap();
    for command in ["close_document", "validate_document", "copy_path"] {
        let error = program
            .ask(command, json!({"document": document}))
            .unwrap_err();
        assert_eq!(error["code"], "no_such_document", "{command}");
    }
}

#[test]
fn a_document_that_wants_a_password_waits_for_it_and_then_works_like_any_other() {
    let program = Program::with(&[("locked.pdf", LOCKED)]);
    let locked = program.heard("document-locked", |program| {
        let opened = program.ask("opened_documents", json!({})).unwrap();
        assert_eq!(opened, json!([]));
    });
    assert_eq!(locked["name"], "locked.pdf");
    let unlock = |id: &Value, password: &str| {
        let request = json!({"request": {"document": id, "password": password}});
        program.ask("unlock_document", request)
    };
    let error = unlock(&locked["id"], "a guess").unwrap_err();
    assert_eq!(error["code"], "password_wrong");
    assert!(!error.to_string().contains("guess"), "{error}");
    let opened = unlock(&locked["id"], "open sesame").unwrap();
    assert!(!opened.to_string().contains("sesame"), "{opened}");
    let open = program.ask("opened_documents", json!({})).unwrap();
    assert_eq!(
        open,
        json!([opened]),
        "also after the window was loaded anew"
    );

    let id = opened["id"].as_str().unwrap();
    let picture = program.picture("GET", &format!("page?document={id}&page=1&scale=1"));
    assert_eq!(picture.status(), 200);
    let ink = program.ask("page_ink", json!({"document": id, "page": 1}));
    assert!(ink.is_ok(), "{ink:?}");
    let signed = program
        .ask("sign_document", sign_request(id, SECRET))
        .unwrap();
    assert_eq!(signed["validation"]["headline"], "valid");
    let signed = signed["document"]["id"].as_str().unwrap();
    let verdict = program
        .ask("validate_document", json!({"document": signed}))
        .unwrap();
    assert_eq!(verdict["headline"], "valid");
    let picture = program.picture("GET", &format!("page?document={signed}&page=1&scale=1"));
    assert_eq!(picture.status(), 200);

    // Closed, it is forgotten, and asks again.
    program
        .ask("close_document", json!({"document": id}))
        .unwrap();
    let path = program.folder().join("locked.pdf");
    *program.desktop.document.lock().unwrap() = Some(path);
    let again = program.heard("document-locked", |program| {
        let chosen = program.ask("choose_document", json!({})).unwrap();
        assert_eq!(chosen, Value::Null);
    });
    program
        .ask("close_document", json!({"document": again["id"]}))
        .unwrap();
    let error = unlock(&again["id"], "open sesame").unwrap_err();
    assert_eq!(error["code"], "no_such_document");
}

#[test]
fn a_document_that_permits_no_changes_is_opened_anew_with_the_owners_password() {
    let program = Program::with(&[("restricted.pdf", RESTRICTED)]);
    let opened = program.ask("opened_documents", json!({})).unwrap();
    assert_eq!(opened[0]["refusal"]["code"], "pdf_not_permitted");
    let request = json!({"document": opened[0]["id"], "password": "the owner's word"});
    let owned = program
        .ask("unlock_document", json!({"request": request}))
        .unwrap();
    assert_eq!(owned["id"], opened[0]["id"]);
    assert!(owned["refusal"].is_null(), "{owned}");
    let id = owned["id"].as_str().unwrap();
    let signed = program
        .ask("sign_document", sign_request(id, SECRET))
        .unwrap();
    assert_eq!(signed["validation"]["headline"], "valid");
}

#[test]
fn a_page_says_where_it_is_bare() {
    let program = Program::with_agreement();
    let opened = program.ask("opened_documents", json!({})).unwrap();
    let request = |page: u32| json!({"document": opened[0]["id"], "page": page});
    let ink = program.ask("page_ink", request(1)).unwrap();
    let cell = ink["cell"].as_f64().unwrap();
    let rows: Vec<&str> = ink["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row.as_str().unwrap())
        .collect();
    let height = opened[0]["firstPage"]["height"].as_f64().unwrap();
    assert!((rows.len() as f64 * cell - height).abs() <= 2.0 * cell);
    assert!(rows.iter().any(|row| row.contains('#')), "there is text");
    assert!(!rows[0].contains('#'), "the margin is bare");
    let error = program.ask("page_ink", request(99)).unwrap_err();
    assert_eq!(error["code"], "no_such_page");
}

#[test]
fn the_sizes_of_pages_end_where_the_document_ends() {
    let program = Program::with_agreement();
    let opened = program.ask("opened_documents", json!({})).unwrap();
    let document = &opened[0]["id"];
    let sizes = |first: u32, count: u32| {
        let request = json!({"document": document, "first": first, "count": count});
        program.ask("page_sizes", request).unwrap()
    };
    let all = sizes(1, u32::MAX);
    assert_eq!(all[0], opened[0]["firstPage"]);
    assert_eq!(all.as_array().unwrap().len() as u64, opened[0]["pages"]);
    assert_eq!(sizes(1, 1).as_array().unwrap().len(), 1);
    assert_eq!(sizes(1000, 1), json!([]));
    assert_eq!(sizes(0, 1), json!([]), "pages count from 1");
}

#[test]
fn a_chosen_output_is_told_by_name_and_folder() {
    let program = Program::with_agreement();
    let document = program.document();
    let ask = || program.ask("choose_output", json!({"document": document}));
    assert_eq!(ask().unwrap(), Value::Null);
    *program.desktop.output.lock().unwrap() = Some(program.folder().join("signed/mine.pdf"));
    assert_eq!(
        ask().unwrap(),
        json!({"name": "mine.pdf", "folder": "signed"})
    );
}

#[test]
fn the_desktop_is_given_the_path_that_the_window_never_sees() {
    let program = Program::with_agreement();
    let document = program.document();
    for command in ["show_in_folder", "copy_path"] {
        let answer = program.ask(command, json!({"document": document})).unwrap();
        assert_eq!(answer, Value::Null);
    }
    assert_eq!(
        *program.desktop.shown.lock().unwrap(),
        std::slice::from_ref(&program.agreement)
    );
    assert_eq!(
        *program.desktop.copied.lock().unwrap(),
        [program.agreement.to_str().unwrap()]
    );
}

#[test]
fn an_argument_that_is_missing_is_an_error_and_no_panic() {
    let program = Program::empty();
    let error = program.ask("page_sizes", json!({})).unwrap_err();
    assert!(error.as_str().unwrap().contains("document"), "{error}");
}
