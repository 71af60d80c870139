//! Modules that are not like those these tests run on: what a stranger's may say, lack or give.

use std::time::Duration;

use chancery_shim::{Call, Fault, Oddity, Shim};
use token::{
    Digest, Error, Host, Launch, Pin, PinObstacle, Recovery, ResidentId, SignerAlgorithm,
    ToBeSigned, Token, TokenKeyKind, TokenState, Verified,
};

use crate::support::{DIGEST, SoftTokens, label, verifies};

/// CK_RV (PKCS#11 v3.1 §3.6).
mod ckr {
    pub(super) const GENERAL_ERROR: u64 = 0x05;
    pub(super) const ARGUMENTS_BAD: u64 = 0x07;
    pub(super) const DEVICE_ERROR: u64 = 0x30;
    pub(super) const FUNCTION_NOT_SUPPORTED: u64 = 0x54;
    pub(super) const MECHANISM_INVALID: u64 = 0x70;
    pub(super) const PIN_EXPIRED: u64 = 0xA3;
    pub(super) const PIN_LEN_RANGE: u64 = 0xA2;
    pub(super) const TOKEN_NOT_RECOGNIZED: u64 = 0xE1;
    pub(super) const TOKEN_WRITE_PROTECTED: u64 = 0xE2;
    pub(super) const USER_PIN_NOT_INITIALIZED: u64 = 0x102;
}

/// Tokens behind an odd module.
struct Odd {
    tokens: SoftTokens,
    shim: Shim,
}

impl Odd {
    fn new() -> Self {
        let tokens = SoftTokens::new();
        let shim = tokens.shim();
        Self { tokens, shim }
    }

    fn always(call: Call, oddity: Oddity) -> Self {
        let odd = Self::new();
        odd.shim.always(call, Fault::Odd(oddity));
        odd
    }

    fn start(&self) -> Result<Host, Error> {
        Host::start(&Launch {
            module: self.shim.path().to_owned(),
            deadline: Duration::from_secs(20),
            ..self.tokens.launch()
        })
    }

    fn log_in_by(&self, pin: &Pin) -> Result<Token, Error> {
        self.start()?.login(&self.tokens.signing, pin)
    }

    fn log_in(&self) -> Result<Token, Error> {
        self.log_in_by(&self.tokens.signing_pin)
    }
}

fn is_described(odd: &Odd) {
    let listed = odd.start().unwrap().tokens().unwrap();
    let found = listed.iter().find(|token| token.label == "signing");
    let found = found.expect("its label is its label");
    assert_eq!(found.state, TokenState::Ready);
    assert_eq!(found.manufacturer, "SoftHSM project");
    odd.log_in().unwrap();
}

#[test]
fn a_token_whose_clock_is_none_is_found_by_its_label() {
    is_described(&Odd::always(Call::GetTokenInfo, Oddity::Clock));
}

#[test]
fn a_token_whose_names_are_padded_with_nul_is_found_by_its_label() {
    is_described(&Odd::always(Call::GetTokenInfo, Oddity::NulPadding));
}

#[test]
fn a_slot_that_does_not_say_what_it_holds_hides_no_other() {
    let odd = Odd::new();
    let held = [ckr::TOKEN_NOT_RECOGNIZED, ckr::DEVICE_ERROR].map(Fault::Answer);
    // Whichever of the slots comes first: the login asks each once, and then the one it found.
    for (place, fault) in [0, 1, 2]
        .into_iter()
        .flat_map(|place| held.map(|f| (place, f)))
    {
        odd.shim.after(place, Call::GetTokenInfo, fault);
        let login = odd.log_in();
        odd.shim.mend();
        match login {
            Ok(_) => {}
            // It was the one; then nobody says that it is not there, unless it said so.
            Err(Error::TokenNotFound { others, .. }) => {
                assert_eq!(fault, held[0], "{others:?}");
            }
            Err(Error::TokenLost { call, .. }) => {
                assert_eq!((call.as_str(), fault), ("C_GetTokenInfo", held[1]));
            }
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn a_token_that_takes_no_pin_as_it_is_set_up_is_not_said_to_have_another() {
    let odd = Odd::new();
    for (answer, obstacle) in [
        (ckr::USER_PIN_NOT_INITIALIZED, PinObstacle::NotSet),
        (ckr::PIN_EXPIRED, PinObstacle::ToBeChanged),
    ] {
        odd.shim.next(Call::Login, Fault::Answer(answer));
        let before = odd.shim.calls(Call::Login);
        let error = odd.log_in().unwrap_err();
        assert!(
            matches!(&error, Error::PinObstacle { obstacle: said, .. } if *said == obstacle),
            "{error}"
        );
        assert_eq!(error.recovery(), Recovery::Tell);
        assert_eq!(odd.shim.calls(Call::Login), before + 1, "asked once");
    }
}

#[test]
fn a_pin_of_another_length_than_the_token_states_is_told_the_lengths() {
    let odd = Odd::new();
    odd.shim
        .always(Call::Login, Fault::Answer(ckr::PIN_LEN_RANGE));
    let error = odd
        .log_in_by(&Pin::new("123".to_owned()).unwrap())
        .unwrap_err();
    let stated = PinObstacle::Length {
        shortest: 4,
        longest: 255,
    };
    assert!(
        matches!(&error, Error::PinObstacle { obstacle, .. } if *obstacle == stated),
        "SoftHSM 2.6.1 states 4 to 255: {error}"
    );
    // OpenSC answers so to wrong PINs of any length: what is not stated is not said.
    assert!(matches!(odd.log_in(), Err(Error::WrongPin { .. })));
}

#[test]
fn a_module_that_does_not_start_is_not_a_token_that_is_lost() {
    let odd = Odd::new();
    for answer in [
        ckr::GENERAL_ERROR,
        ckr::ARGUMENTS_BAD,
        ckr::FUNCTION_NOT_SUPPORTED,
    ] {
        odd.shim.next(Call::Initialize, Fault::Answer(answer));
        let error = odd.start().unwrap_err();
        assert!(matches!(error, Error::ModuleNotStarted { .. }), "{error}");
    }
    odd.shim
        .next(Call::Initialize, Fault::Answer(ckr::DEVICE_ERROR));
    let error = odd.start().unwrap_err();
    assert_eq!(
        error.recovery(),
        Recovery::Renew,
        "what is away may come back"
    );
}

#[test]
fn ecdsa_in_der_is_taken_and_released_as_it_should_have_been() {
    let odd = Odd::always(Call::Sign, Oddity::DerSignature);
    let token = odd.log_in().unwrap();
    let master = label("wk-1");
    token.create(TokenKeyKind::Master, &master).unwrap();
    let head = label("head-1");
    let made = token.create(TokenKeyKind::Head, &head).unwrap();
    let spki = made.public_key.unwrap();
    for _ in 0..20 {
        let value = token.sign(&head, DIGEST).unwrap();
        assert!(verifies(&spki, &DIGEST, &value));
    }
    let key = token.generate(SignerAlgorithm::EcdsaP256).unwrap();
    assert!(verifies(
        key.spki().unwrap(),
        &DIGEST,
        &key.sign(DIGEST).unwrap()
    ));
}

#[test]
fn a_point_without_the_octet_string_around_it_is_a_public_key() {
    let odd = Odd::always(Call::GetAttributeValue, Oddity::BarePoint);
    let token = odd.log_in().unwrap();
    let made = token.create(TokenKeyKind::Head, &label("head-1")).unwrap();
    let value = token.sign(&label("head-1"), DIGEST).unwrap();
    assert!(verifies(&made.public_key.unwrap(), &DIGEST, &value));
}

/// openCryptoki 3.8 knows no CKA_ALLOWED_MECHANISMS.
#[test]
fn without_lists_of_mechanisms_there_is_no_master_and_the_other_keys_say_what_they_lack() {
    let odd = Odd::new();
    for call in [
        Call::GenerateKey,
        Call::GenerateKeyPair,
        Call::GetAttributeValue,
    ] {
        odd.shim.always(call, Fault::Odd(Oddity::NoMechanismLists));
    }
    let token = odd.log_in().unwrap();
    let before = token.object_counts().unwrap();
    let master = token.create(TokenKeyKind::Master, &label("wk-1"));
    assert!(
        matches!(
            master,
            Err(Error::NoWrapMechanism | Error::TemplateRefused { .. })
        ),
        "{master:?}"
    );
    assert_eq!(token.object_counts().unwrap(), before);

    for (kind, name) in [
        (TokenKeyKind::Pepper, "pepper-1"),
        (TokenKeyKind::RecordMac, "record-mac-1"),
        (TokenKeyKind::Head, "head-1"),
    ] {
        let made = token.create(kind, &label(name)).unwrap();
        let missing: Vec<_> = made.missing.iter().map(ToString::to_string).collect();
        assert_eq!(missing, ["AllowedMechanisms"], "{name}");
    }
    let id = ResidentId::from([7; 16]);
    let algorithm = SignerAlgorithm::EcdsaP256;
    let spki = token.generate_resident(algorithm, id).unwrap();
    let input = ToBeSigned::sha256(b"signed by a resident key");
    let values = token
        .sign_resident(id, &spki, algorithm, std::slice::from_ref(&input))
        .unwrap();
    assert_eq!(
        spki.verify_by(algorithm, &input, &values[0]),
        Verified::Holds
    );
}

#[test]
fn what_a_token_cannot_make_is_said_by_name_before_anything_is_made() {
    let odd = Odd::new();
    let token = odd.log_in().unwrap();
    let before = token.object_counts().unwrap();
    for (call, answer, kind, name) in [
        (
            Call::GenerateKey,
            ckr::FUNCTION_NOT_SUPPORTED, // tpm2-pkcs11 1.9
            TokenKeyKind::Pepper,
            "pepper-1",
        ),
        (
            Call::GenerateKeyPair,
            ckr::MECHANISM_INVALID,
            TokenKeyKind::Head,
            "head-1",
        ),
        (
            Call::OpenSession,
            ckr::TOKEN_WRITE_PROTECTED,
            TokenKeyKind::Pepper,
            "pepper-1",
        ),
        (
            Call::SignInit,
            ckr::MECHANISM_INVALID,
            TokenKeyKind::RecordMac,
            "record-mac-1",
        ),
    ] {
        odd.shim.always(call, Fault::Answer(answer));
        let rehearsed = token.rehearse(kind, &label(name));
        let made = token.create(kind, &label(name));
        odd.shim.mend();
        for error in [rehearsed.unwrap_err(), made.unwrap_err()] {
            assert!(
                matches!(&error, Error::KeyNotMade { label, .. } if label.as_str() == name),
                "{error}"
            );
        }
    }
    token
        .rehearse(TokenKeyKind::Pepper, &label("pepper-1"))
        .unwrap();
    assert_eq!(token.object_counts().unwrap(), before, "nothing is left");
}

#[test]
fn a_token_without_elliptic_curves_is_refused_by_what_it_lists() {
    let tokens = SoftTokens::new().without_mechanisms(&["CKM_ECDSA"]);
    let token = tokens.login();
    let before = token.object_counts().unwrap();
    for refused in [
        token.rehearse(TokenKeyKind::Head, &label("head-1")),
        token.create(TokenKeyKind::Head, &label("head-1")).map(drop),
    ] {
        assert!(
            matches!(refused, Err(Error::AlgorithmNotOffered { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(token.object_counts().unwrap(), before);
}

#[test]
fn a_module_that_takes_its_time_for_every_call_signs() {
    let odd = Odd::new();
    let (token, master) = odd.tokens.with_master();
    let key = token.generate(SignerAlgorithm::EcdsaP256).unwrap();
    let (wrapped, spki) = (key.wrap(&master).unwrap(), key.spki().unwrap().clone());
    for call in [
        Call::GetTokenInfo,
        Call::OpenSession,
        Call::Login,
        Call::FindObjects,
        Call::UnwrapKey,
        Call::GetAttributeValue,
        Call::SignInit,
        Call::Sign,
        Call::DestroyObject,
    ] {
        odd.shim
            .always(call, Fault::Delay(Duration::from_millis(50)));
    }
    let digest: Digest = DIGEST;
    let slow = odd.log_in().unwrap();
    let signed = slow.sign_with_wrapped(&master, &wrapped, SignerAlgorithm::EcdsaP256, &[digest]);
    assert!(verifies(&spki, &digest, &signed.unwrap()[0]));
}
