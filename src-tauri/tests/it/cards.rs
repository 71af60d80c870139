//! Smart cards, as the signer's window asks about them.

use std::{fs, path::Path};

use chancery_shim::{Call, Fault, Shim};
use serde_json::json;
use tests::{
    VirtualCard,
    card::{MODULE, PIN},
};

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

#[test]
fn a_reader_with_a_pad_is_given_no_pin_by_the_window() {
    /// CKR_FUNCTION_CANCELED: somebody pressed the red key.
    const CANCELED: u64 = 0x50;
    let card = VirtualCard::inserted();
    let program = Program::with_cards(&card.socket());
    let driver = program.folder().join("driver");
    fs::create_dir(&driver).unwrap();
    let shim = Shim::before(Path::new(MODULE), &driver).unwrap();
    shim.with_pad(PIN);
    *program.desktop.module.lock().unwrap() = Some(shim.path().to_owned());
    let cards = program.ask("choose_card_module", json!({})).unwrap();
    let token = &cards["cards"][0];
    assert_eq!(token["pin"]["pad"], true, "{cards}");
    let certificates = token["certificates"].as_array().unwrap();
    let ana = certificates.iter().find(|one| one["name"] == "Ana Ruiz");

    let mut request = sign_request(&program.document(), "");
    request["request"]["card"] = ana.unwrap()["id"].clone();
    shim.next(Call::Login, Fault::Answer(CANCELED));
    let error = program.ask("sign_document", request).unwrap_err();
    assert_eq!(error["code"], "pin_not_entered", "{error}");
    let signed = program.folder().join("agreement-signed.pdf");
    assert!(!signed.exists(), "nothing was written");

    let mut request = sign_request(&program.document(), "");
    request["request"]["card"] = ana.unwrap()["id"].clone();
    let answer = program.ask("sign_document", request).unwrap();
    assert_eq!(
        answer["validation"]["signatures"].as_array().unwrap().len(),
        1
    );
    assert!(signed.exists());
}
