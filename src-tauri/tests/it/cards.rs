//! Smart cards, as the signer's window asks about them.

use std::fs;

use serde_json::json;

use crate::harness::{Program, sign_request};

#[test]
fn a_machine_without_a_driver_says_so_and_signs_with_no_card() {
    let program = Program::with_agreement();
    let cards = program.ask("cards", json!({})).unwrap();
    assert_eq!(cards["presence"], "no_driver");
    assert_eq!(cards["cards"], json!([]));

    let mut request = sign_request(&program.document(), "123456");
    request["request"]["card"] = "5a".repeat(32).into();
    let error = program.ask("sign_document", request).unwrap_err();
    assert_eq!(error["code"], "no_card_driver");
    let signed = program.folder().join("agreement-signed.pdf");
    assert!(!signed.exists(), "nothing was written");
}

#[test]
fn a_driver_that_a_person_chose_is_asked_from_then_on_and_the_window_sees_its_name_alone() {
    let program = Program::empty();
    let module = program.folder().join("no-module.so");
    fs::write(&module, "this is no module").unwrap();
    // Thought better of: nothing changes.
    let cards = program.ask("choose_card_module", json!({})).unwrap();
    assert_eq!(cards["drivers"], json!([]));

    *program.desktop.module.lock().unwrap() = Some(module);
    let cards = program.ask("choose_card_module", json!({})).unwrap();
    assert_eq!(cards["presence"], "driver_fault");
    assert_eq!(cards["drivers"][0]["name"], "no-module.so");
    assert_eq!(cards["drivers"][0]["chosen"], true);
    assert_eq!(cards["drivers"][0]["fault"]["code"], "module_missing");
    let again = program.ask("cards", json!({})).unwrap();
    assert_eq!(again["change"], cards["change"], "nothing has changed");
}
