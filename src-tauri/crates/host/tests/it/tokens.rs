//! Tokens: making, listing, login.

use std::process::Command;

use token::{Error, Hardware, Pin, PinState, TokenInfo, TokenKeyKind, TokenLabel, TokenState};

use crate::support::{DIGEST, Module, On, SOFTHSM, SoftTokens, label, on_every_module};

on_every_module!(an_initialised_token_is_listed_with_its_label_and_is_software);
fn an_initialised_token_is_listed_with_its_label_and_is_software(on: On) {
    let tokens = on.tokens();
    let listed = tokens.host().tokens().unwrap();
    let signing: Vec<&TokenInfo> = listed.iter().filter(|t| t.label == "signing").collect();
    let [signing] = signing[..] else {
        panic!("one token is labelled signing, of {listed:?}");
    };
    assert_eq!(signing.state, TokenState::Ready);
    assert_eq!(signing.hardware, Hardware::Software);
    assert_eq!(signing.pin_state, PinState::Usable);
    let manufacturer = match on.module {
        Module::SoftHsm => "SoftHSM project",
        Module::Kryoptic => "Kryoptic Project",
    };
    assert_eq!(signing.manufacturer, manufacturer);
    assert!(!signing.serial.is_empty());
    assert!(listed.iter().any(|t| t.state == TokenState::Blank));
}

on_every_module!(a_second_token_of_a_label_is_refused);
fn a_second_token_of_a_label_is_refused(on: On) {
    let tokens = on.tokens();
    let again =
        tokens
            .host()
            .initialise_token(&tokens.signing, &tokens.so_pin, &tokens.signing_pin);
    assert!(matches!(again, Err(Error::TokenExists { label }) if label == tokens.signing));
}

#[test]
fn a_label_that_two_tokens_have_names_none() {
    let tokens = SoftTokens::new();
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", "signing"])
        .args([
            "--so-pin", "12345678", "--pin", "12345678", "--module", SOFTHSM,
        ])
        .env("SOFTHSM2_CONF", tokens.configuration())
        .output()
        .unwrap();
    assert!(made.status.success());
    let login = tokens.host().login(&tokens.signing, &tokens.signing_pin);
    assert!(matches!(login, Err(Error::TokenAmbiguous { count: 2, .. })));
}

on_every_module!(a_label_that_no_token_has_is_said);
fn a_label_that_no_token_has_is_said(on: On) {
    let tokens = on.tokens();
    let absent = TokenLabel::new("absent").unwrap();
    let login = tokens.host().login(&absent, &tokens.signing_pin);
    let Err(Error::TokenNotFound { label, mut others }) = login else {
        panic!("{login:?}");
    };
    others.sort();
    assert_eq!(
        (label, others),
        (absent, vec!["issuing".to_owned(), "signing".to_owned()])
    );
}

on_every_module!(a_wrong_pin_is_said_and_the_right_one_works_after_it);
fn a_wrong_pin_is_said_and_the_right_one_works_after_it(on: On) {
    let tokens = on.tokens();
    let host = tokens.host();
    let wrong = Pin::generate().unwrap();
    let login = host.login(&tokens.signing, &wrong);
    assert!(matches!(login, Err(Error::WrongPin { label }) if label == tokens.signing));
    let token = host.login(&tokens.signing, &tokens.signing_pin).unwrap();
    assert!(!token.mechanisms().unwrap().is_empty());
}

on_every_module!(the_pin_of_one_token_does_not_open_the_other);
fn the_pin_of_one_token_does_not_open_the_other(on: On) {
    let tokens = on.tokens();
    let login = tokens.host().login(&tokens.issuing, &tokens.signing_pin);
    assert!(matches!(login, Err(Error::WrongPin { label }) if label == tokens.issuing));
}

on_every_module!(a_host_holds_one_login);
fn a_host_holds_one_login(on: On) {
    let tokens = on.tokens();
    let host = tokens.host();
    let token = host.login(&tokens.signing, &tokens.signing_pin).unwrap();
    let second = host.login(&tokens.issuing, &tokens.issuing_pin);
    assert!(matches!(second, Err(Error::LoginHeld)));
    // A wrong PIN is not taken for right because somebody is logged in.
    let again = host.login(&tokens.signing, &Pin::generate().unwrap());
    assert!(matches!(again, Err(Error::LoginHeld)));
    token.logout().unwrap();
    host.login(&tokens.issuing, &tokens.issuing_pin).unwrap();
}

on_every_module!(a_dropped_token_is_logged_out);
fn a_dropped_token_is_logged_out(on: On) {
    let tokens = on.tokens();
    let host = tokens.host();
    drop(host.login(&tokens.signing, &tokens.signing_pin).unwrap());
    let wrong = host.login(&tokens.signing, &Pin::generate().unwrap());
    assert!(
        matches!(wrong, Err(Error::WrongPin { .. })),
        "the PIN is checked again"
    );
}

on_every_module!(handles_of_an_older_login_are_refused);
fn handles_of_an_older_login_are_refused(on: On) {
    let tokens = on.tokens();
    let host = tokens.host();
    let token = host.login(&tokens.signing, &tokens.signing_pin).unwrap();
    let old = token.generate(token::SignerAlgorithm::EcdsaP256).unwrap();
    token.logout().unwrap();
    assert!(matches!(old.sign(DIGEST), Err(Error::LoginOver)));

    let token = host.login(&tokens.signing, &tokens.signing_pin).unwrap();
    let new = token.generate(token::SignerAlgorithm::EcdsaP256).unwrap();
    assert!(matches!(old.sign(DIGEST), Err(Error::LoginOver)));
    drop(old);
    new.sign(DIGEST)
        .expect("dropping the old handle does not touch the new key");
}

on_every_module!(a_key_that_is_not_there_is_said_and_the_login_goes_on);
fn a_key_that_is_not_there_is_said_and_the_login_goes_on(on: On) {
    let tokens = on.tokens();
    let token = tokens.login();
    let absent = label("absent");
    assert!(
        matches!(token.hmac(&absent, b""), Err(Error::KeyNotFound { label }) if label == absent)
    );
    assert!(matches!(
        token.sign(&absent, DIGEST),
        Err(Error::KeyNotFound { .. })
    ));
    token.create(TokenKeyKind::Pepper, &absent).unwrap();
    assert!(
        matches!(token.sign(&absent, DIGEST), Err(Error::KeyNotFound { .. })),
        "a key of another class is another key"
    );
}
