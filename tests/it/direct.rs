//! Organisations on tokens that their operator made ready, on two modules.

use std::fs;

use serde_json::Value;
use tests::organisation::{OFFICER_SECRET, SIGNER_SECRET};
use tests::ready_tokens::{Module, ReadyTokens};
use tests::{Machine, judge, sample};

/// A machine with an organisation on a module's tokens.
fn founded(module: Module) -> (Machine, ReadyTokens) {
    let (machine, tokens) = (Machine::new(), ReadyTokens::new(module));
    let init = tokens.init(&tokens.path());
    let founded = machine.done(&init, &tokens.secrets());
    let notices = founded.json["notices"].to_string();
    assert!(notices.contains("taken for software"), "{notices}");
    (machine, tokens)
}

/// Everything a person and an officer do.
fn the_whole_product_works_on(module: Module) {
    const NEW_SECRET: &str = "another secret of ana";
    let (machine, tokens) = founded(module);
    for (part, health) in [
        ("signing_token", "good"),
        ("module", "good"),
        ("log", "good"),
        ("assurance", "caution"),
    ] {
        assert_eq!(machine.health(part), health, "{part}");
    }
    let machine = machine.with_signer("ana");
    let objects = tokens.objects();
    let sign = |output: &str| machine.sign("ana", output);
    machine.done(&sign("first.pdf"), &[SIGNER_SECRET]);
    let (signed, ca) = (machine.path("first.pdf"), machine.path("home/ca.pem"));
    judge::all(&sample::agreement(), &signed, &ca);
    let validated = machine.done("validate first.pdf", &[]);
    assert_eq!(validated.json["headline"], "valid");
    assert_eq!(tokens.objects(), objects, "a signature leaves nothing");

    let change = "secret change --login ana";
    machine.done(change, &[SIGNER_SECRET, NEW_SECRET]);
    machine.refused(&sign("second.pdf"), &[SIGNER_SECRET], 3, "wrong_secret");
    machine.done(&sign("second.pdf"), &[NEW_SECRET]);

    let officer = [OFFICER_SECRET];
    let status = |act: &str| format!("users {act} --by officer --login ana");
    machine.done(&status("suspend"), &officer);
    machine.refused(&sign("third.pdf"), &[NEW_SECRET], 3, "suspended");
    machine.done(&status("resume"), &officer);
    machine.done(&sign("third.pdf"), &[NEW_SECRET]);
    machine.done(&status("revoke"), &officer);
    machine.refused(&sign("fourth.pdf"), &[NEW_SECRET], 3, "revoked");
    // The organisation's folder has no trace of the embedded token, nor of a PIN.
    for name in ["tokens", "softhsm2.conf"] {
        assert!(!machine.path("home").join(name).exists(), "{name}");
    }
    let file = fs::read_to_string(machine.path("home/organisation.json")).unwrap();
    assert!(tokens.secrets().iter().all(|secret| !file.contains(secret)));
}

#[test]
fn the_whole_product_works_on_kryoptic() {
    the_whole_product_works_on(Module::Kryoptic);
}

#[test]
fn the_whole_product_works_on_a_softhsm_of_somebody_elses() {
    the_whole_product_works_on(Module::SoftHsm);
}

#[test]
fn a_key_names_the_mechanism_and_the_rfc_its_token_wraps_by() {
    for (module, mechanism) in [(Module::Kryoptic, 0x210B), (Module::SoftHsm, 0x210A)] {
        let (machine, _tokens) = founded(module);
        let file = fs::read(machine.path("home/organisation.json")).unwrap();
        let file: Value = serde_json::from_slice(&file).unwrap();
        let canary = &file["fixed"]["canary"];
        assert_eq!(canary["mechanism"], mechanism, "{module:?}");
        assert_eq!(canary["rfc"], 5649, "{module:?}");
    }
}

#[test]
fn a_token_without_elliptic_curves_is_named_with_the_key_it_cannot_keep_and_what_to_do() {
    let (machine, tokens) = (Machine::new(), ReadyTokens::new(Module::SoftHsm));
    tokens.take_away("CKM_ECDSA");
    let init = tokens.init(&tokens.path());
    for mode in ["wrapped", "resident"] {
        let init = format!("{init} --mode {mode}");
        let said = machine.run(&init, &tokens.secrets());
        assert_eq!((said.status, said.code()), (4, "token_unfit"), "{said:?}");
        let told = said.json["error"]["message"].to_string();
        let named = "the token signing cannot keep head-1: the token does not offer ECDSA P-256";
        assert!(told.contains(named), "{mode}: {told}");
        assert!(told.contains("choose a token"), "{mode}: {told}");
    }
    assert_eq!(tokens.objects(), 0, "no key was made");
}

#[test]
fn nothing_is_founded_on_tokens_that_are_not_fit() {
    let (machine, tokens) = (Machine::new(), ReadyTokens::new(Module::Kryoptic));
    let init = tokens.init(&tokens.path());
    let [officer, signing, issuing] = tokens.secrets();
    let wrong = [officer, signing, "000000"];
    machine.refused(&init, &wrong, 4, "token_pin_wrong");
    let absent = init.replace("--issuing-token issuing", "--issuing-token absent");
    machine.refused(&absent, &tokens.secrets(), 4, "token_missing");
    let one = init.replace("--issuing-token issuing", "--issuing-token signing");
    machine.refused(&one, &[officer, signing, signing], 2, "usage");
    let no_module = init.replace(".so", ".gone");
    machine.refused(&no_module, &tokens.secrets(), 4, "module_missing");
    assert_eq!(tokens.objects(), 0, "no key was made");
    assert!(!machine.path("home/organisation.json").exists());

    // What was refused is in nobody's way, and a token is founded on once.
    machine.done(&init, &[officer, signing, issuing]);
    let made = tokens.objects();
    let second = Machine::new();
    second.refused(&init, &tokens.secrets(), 4, "token_unfit");
    assert_eq!(tokens.objects(), made);
}

#[test]
fn a_module_that_an_update_changed_is_refused_until_an_officer_accepts_it() {
    let (machine, tokens) = (Machine::new(), ReadyTokens::new(Module::Kryoptic));
    let module = machine.path("module.so");
    fs::copy(tokens.path(), &module).unwrap();
    machine.done(&tokens.init(&module), &tokens.secrets());
    let machine = machine.with_signer("ana");
    let unchanged = machine.done("hsm accept --by officer", &[]);
    assert_eq!(unchanged.json["accepted"].as_array().unwrap().len(), 0);

    // What an update leaves: another file, which does the same.
    let mut updated = fs::read(&module).unwrap();
    updated.push(0);
    fs::remove_file(&module).unwrap();
    fs::write(&module, &updated).unwrap();
    let sign = machine.sign("ana", "out.pdf");
    machine.refused(&sign, &[SIGNER_SECRET], 4, "module_changed");
    assert_eq!(machine.health("module"), "bad");

    let accept = "hsm accept --by officer";
    machine.refused(accept, &["not the officer's secret"], 3, "wrong_secret");
    machine.refused(&sign, &[SIGNER_SECRET], 4, "module_changed");
    let by_ana = "hsm accept --by ana";
    machine.refused(by_ana, &[SIGNER_SECRET], 3, "not_an_officer");
    machine.refused(&sign, &[SIGNER_SECRET], 4, "module_changed");

    let said = machine.done(accept, &[OFFICER_SECRET]);
    let [accepted] = &said.json["accepted"].as_array().unwrap()[..] else {
        panic!("one module, {said:?}")
    };
    for hash in ["old_sha256", "new_sha256"] {
        let hash = accepted[hash].as_str().unwrap();
        assert!(said.complaint.contains(hash), "it is shown before");
    }
    machine.done(&sign, &[SIGNER_SECRET]);
    assert_eq!(machine.health("module"), "good");
}

#[test]
fn a_signing_pin_that_was_changed_on_the_token_is_tried_once_and_not_again() {
    for module in [Module::Kryoptic, Module::SoftHsm] {
        let (machine, mut tokens) = founded(module);
        let machine = machine.with_signer("ana");
        let sign = machine.sign("ana", "out.pdf");
        let old = tokens.secrets()[1].to_owned();
        tokens.change_signing_pin("a new PIN 42");
        machine.refused(&sign, &[SIGNER_SECRET], 4, "token_pin_wrong");
        // Back on the token, the old PIN would work, and is not tried.
        tokens.change_signing_pin(&old);
        machine.refused(&sign, &[SIGNER_SECRET], 4, "token_pin_wrong");
        tokens.change_signing_pin("a new PIN 42");

        machine.refused("hsm pin", &["000000"], 4, "token_pin_wrong");
        machine.refused(&sign, &[SIGNER_SECRET], 4, "token_pin_wrong");
        let kept = machine.done("hsm pin", &["a new PIN 42"]);
        assert_eq!(kept.json["kept_in"], "file");
        machine.done(&sign, &[SIGNER_SECRET]);
        assert_eq!(machine.health("signing_token"), "good");
    }
}
