//! A signed document by a key of every kind, from tokens of both modules, judged by others.

use tests::organisation::{OFFICER_SECRET, SIGNER_SECRET};
use tests::ready_tokens::{Module, ReadyTokens};
use tests::{Machine, judge, sample};

/// Kinds of keys, with the digest they sign over.
const KINDS: [(&str, &str); 9] = [
    ("p256", "sha256"),
    ("p384", "sha384"),
    ("p521", "sha512"),
    ("rsa2048", "sha256"),
    ("rsa3072", "sha256"),
    ("rsa4096", "sha384"),
    ("rsa2048-pss", "sha256"),
    ("rsa3072-pss", "sha256"),
    ("rsa4096-pss", "sha384"),
];

fn keys_of_every_kind_sign_on(module: Module) {
    let (machine, tokens) = (Machine::new(), ReadyTokens::new(module));
    machine.done(&tokens.init(&tokens.path()), &tokens.secrets());
    let ca = machine.path("home/ca.pem");
    for (kind, digest) in KINDS {
        let login = kind.replace('-', ".");
        let code = machine.enrol_with(&login, kind);
        let activate = format!("activate --login {login}");
        machine.done(&activate, &[&code, SIGNER_SECRET]);
        let output = format!("{kind}.pdf");
        machine.done(&machine.sign(&login, &output), &[SIGNER_SECRET]);

        let signed = machine.path(&output);
        judge::all_by(&sample::agreement(), &signed, &ca, digest);
        let validated = machine.done(&format!("validate {output}"), &[]);
        assert_eq!(validated.json["headline"], "valid", "{kind}");
    }
}

#[test]
fn keys_of_every_kind_sign_on_softhsm_and_others_find_them_valid() {
    keys_of_every_kind_sign_on(Module::SoftHsm);
}

#[test]
fn keys_of_every_kind_sign_on_kryoptic_and_others_find_them_valid() {
    keys_of_every_kind_sign_on(Module::Kryoptic);
}

#[test]
fn a_kind_of_key_that_a_token_does_not_make_or_wrap_is_refused_with_its_reason() {
    for (module, reason) in [
        (Module::SoftHsm, "does not wrap Ed25519 keys"),
        (Module::Kryoptic, "does not offer Ed25519"),
    ] {
        let (machine, tokens) = (Machine::new(), ReadyTokens::new(module));
        machine.done(&tokens.init(&tokens.path()), &tokens.secrets());
        let enrol = "enrol --by officer --login eve --name Eve --email eve@example.org";
        let said = machine.run(&format!("{enrol} --key ed25519"), &[OFFICER_SECRET]);
        assert_eq!((said.status, said.code()), (4, "token_unfit"), "{said:?}");
        let message = said.json["error"]["message"].as_str().unwrap();
        assert!(message.contains(reason), "{message}");
    }
}
