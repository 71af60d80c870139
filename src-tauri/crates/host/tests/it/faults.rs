//! What goes wrong in a module, and what is done about it: each row of the table of `reconnect`,
//! and each way of failing that has no return value.

use std::time::Duration;

use chancery_shim::{Call, Fault, Shim};
use token::{
    Error, Host, KeyLabel, Launch, Recovery, SignerAlgorithm, SpkiDer, Token, TokenKeyKind,
    WrappedKey,
};

use crate::support::{DIGEST, SoftTokens, label, verifies};

const ALGORITHM: SignerAlgorithm = SignerAlgorithm::EcdsaP256;

/// CK_RV (PKCS#11 v3.1 §3.6).
mod ckr {
    pub(super) const GENERAL_ERROR: u64 = 0x05;
    pub(super) const FUNCTION_FAILED: u64 = 0x06;
    pub(super) const DEVICE_ERROR: u64 = 0x30;
    pub(super) const DEVICE_REMOVED: u64 = 0x32;
    pub(super) const KEY_HANDLE_INVALID: u64 = 0x60;
    pub(super) const OBJECT_HANDLE_INVALID: u64 = 0x82;
    pub(super) const OPERATION_ACTIVE: u64 = 0x90;
    pub(super) const PIN_INCORRECT: u64 = 0xA0;
    pub(super) const PIN_INVALID: u64 = 0xA1;
    pub(super) const PIN_LEN_RANGE: u64 = 0xA2;
    pub(super) const PIN_LOCKED: u64 = 0xA4;
    pub(super) const SESSION_CLOSED: u64 = 0xB0;
    pub(super) const SESSION_HANDLE_INVALID: u64 = 0xB3;
    pub(super) const TOKEN_NOT_PRESENT: u64 = 0xE0;
    pub(super) const USER_ALREADY_LOGGED_IN: u64 = 0x100;
    pub(super) const USER_NOT_LOGGED_IN: u64 = 0x101;
    pub(super) const WRAPPED_KEY_INVALID: u64 = 0x110;
    pub(super) const BUFFER_TOO_SMALL: u64 = 0x150;
    pub(super) const CRYPTOKI_NOT_INITIALIZED: u64 = 0x190;
    pub(super) const CRYPTOKI_ALREADY_INITIALIZED: u64 = 0x191;
}

/// Whatever is done when the answer is that the token is lost.
const LOST: [u64; 6] = [
    ckr::DEVICE_ERROR,
    ckr::DEVICE_REMOVED,
    ckr::TOKEN_NOT_PRESENT,
    ckr::GENERAL_ERROR,
    ckr::FUNCTION_FAILED,
    ckr::CRYPTOKI_NOT_INITIALIZED,
];

/// A token with a master and a wrapped key, behind a module that fails on demand.
struct Ground {
    tokens: SoftTokens,
    shim: Shim,
    master: KeyLabel,
    wrapped: WrappedKey,
    spki: SpkiDer,
}

impl Ground {
    fn new() -> Self {
        let tokens = SoftTokens::new();
        let (token, master) = tokens.with_master();
        token
            .create(TokenKeyKind::RecordMac, &label("record-mac-1"))
            .unwrap();
        let key = token.generate(ALGORITHM).unwrap();
        Self {
            shim: tokens.shim(),
            master,
            wrapped: key.wrap(&label("wk-1")).unwrap(),
            spki: key.spki().unwrap().clone(),
            tokens,
        }
    }

    fn host(&self) -> Host {
        self.start().unwrap()
    }

    fn start(&self) -> Result<Host, Error> {
        Host::start(&Launch {
            module: self.shim.path().to_owned(),
            deadline: Duration::from_secs(2),
            ..self.tokens.launch()
        })
    }

    fn token(&self) -> Token {
        self.log_in(&self.host()).unwrap()
    }

    fn log_in(&self, host: &Host) -> Result<Token, Error> {
        host.login(&self.tokens.signing, &self.tokens.signing_pin)
    }

    /// Signs, and holds the value against the key.
    fn sign(&self, token: &Token) -> Result<(), Error> {
        let values = token.sign_with_wrapped(&self.master, &self.wrapped, ALGORITHM, &[DIGEST])?;
        assert!(
            verifies(&self.spki, &DIGEST, &values[0]),
            "a right signature or none"
        );
        Ok(())
    }

    /// What a signature ends with if a call of it goes wrong once; the session was used before.
    fn sign_with(&self, call: Call, fault: Fault) -> Result<(), Error> {
        let host = self.host();
        let token = self.log_in(&host).unwrap();
        self.sign(&token).unwrap();
        self.shim.next(call, fault);
        let signed = self.sign(&token);
        self.shim.mend();
        // Whatever it was, the way on is the one the error names.
        match signed.as_ref().map_err(Error::recovery) {
            Ok(()) | Err(Recovery::Tell) => self.sign(&token).unwrap(),
            Err(Recovery::Renew | Recovery::RenewNextTime) => {
                let after = self.sign(&token);
                assert!(
                    matches!(after, Err(Error::LoginOver | Error::HostGone)),
                    "nothing of the old login is used again: {after:?}"
                );
            }
        }
        self.sign(&self.token()).unwrap();
        signed
    }
}

#[test]
fn a_module_that_says_it_is_initialised_already_is() {
    let ground = Ground::new();
    // The module itself was not: it is told apart by the next call, which it then refuses.
    ground.shim.next(
        Call::Initialize,
        Fault::Answer(ckr::CRYPTOKI_ALREADY_INITIALIZED),
    );
    let host = ground.start().expect("the answer is no error");
    assert!(matches!(host.tokens(), Err(Error::TokenLost { .. })));
}

#[test]
fn a_token_that_says_it_is_logged_in_to_is_asked_again_after_a_logout() {
    let ground = Ground::new();
    let answer = Fault::Answer(ckr::USER_ALREADY_LOGGED_IN);
    ground.shim.next(Call::Login, answer);
    let token = ground.token();
    assert_eq!(
        ground.shim.calls(Call::Login),
        2,
        "the PIN was judged after all"
    );
    ground.sign(&token).unwrap();
    drop(token);

    let before = ground.shim.calls(Call::Login);
    ground.shim.always(Call::Login, answer);
    let token = ground.token(); // it is believed, and its keys are out of reach
    assert_eq!(ground.shim.calls(Call::Login), before + 2, "and no more");
    let refused = ground.sign(&token).unwrap_err();
    assert!(!matches!(refused, Error::WrongPin { .. }), "{refused}");
}

#[test]
fn a_pin_is_judged_once_whatever_the_token_says_of_it() {
    let ground = Ground::new();
    let host = ground.host();
    for answer in [
        ckr::PIN_INCORRECT,
        ckr::PIN_INVALID,
        ckr::PIN_LEN_RANGE,
        ckr::PIN_LOCKED,
    ] {
        let before = ground.shim.calls(Call::Login);
        ground.shim.next(Call::Login, Fault::Answer(answer));
        let refused = ground.log_in(&host).unwrap_err();
        assert_eq!(
            matches!(refused, Error::PinLocked { .. }),
            answer == ckr::PIN_LOCKED
        );
        assert!(
            matches!(refused, Error::WrongPin { .. } | Error::PinLocked { .. }),
            "{answer:#x}: {refused}"
        );
        assert_eq!(refused.recovery(), Recovery::Tell);
        assert_eq!(ground.shim.calls(Call::Login), before + 1, "{answer:#x}");
    }
    ground.sign(&ground.log_in(&host).unwrap()).unwrap();
}

#[test]
fn a_fault_at_login_is_never_taken_for_a_wrong_pin() {
    let ground = Ground::new();
    for answer in LOST {
        ground.shim.next(Call::Login, Fault::Answer(answer));
        let lost = ground.log_in(&ground.host()).unwrap_err();
        assert!(
            matches!(lost, Error::TokenLost { .. }),
            "{answer:#x}: {lost}"
        );
        // The PIN may have been counted: it is not sent again by itself.
        assert_eq!(lost.recovery(), Recovery::RenewNextTime);
    }
}

#[test]
fn a_session_with_an_operation_left_in_it_is_replaced_without_a_word() {
    let ground = Ground::new();
    for answer in [ckr::OPERATION_ACTIVE, ckr::BUFFER_TOO_SMALL] {
        for call in [Call::SignInit, Call::Sign, Call::UnwrapKey] {
            let signed = ground.sign_with(call, Fault::Answer(answer));
            signed.unwrap_or_else(|error| panic!("{call:?} {answer:#x}: {error}"));
        }
    }
    let token = ground.token();
    ground
        .shim
        .always(Call::SignInit, Fault::Answer(ckr::OPERATION_ACTIVE));
    let kept = ground.sign(&token).unwrap_err();
    assert!(matches!(kept, Error::SessionUnusable { .. }), "{kept}");
    assert_eq!(kept.recovery(), Recovery::Tell, "once is enough");
}

#[test]
fn a_login_that_the_token_has_ended_is_over_with_everything_found_in_it() {
    let ground = Ground::new();
    for answer in [
        ckr::SESSION_HANDLE_INVALID,
        ckr::SESSION_CLOSED,
        ckr::USER_NOT_LOGGED_IN,
        ckr::OBJECT_HANDLE_INVALID,
        ckr::KEY_HANDLE_INVALID,
    ] {
        for call in [Call::SignInit, Call::Sign, Call::UnwrapKey] {
            let over = ground.sign_with(call, Fault::Answer(answer)).unwrap_err();
            assert!(
                matches!(over, Error::LoginOver),
                "{call:?} {answer:#x}: {over}"
            );
            assert_eq!(over.recovery(), Recovery::Renew);
        }
    }
}

#[test]
fn after_a_login_is_over_the_same_host_logs_in_again() {
    let ground = Ground::new();
    let host = ground.host();
    let token = ground.log_in(&host).unwrap();
    ground
        .shim
        .next(Call::SignInit, Fault::Answer(ckr::USER_NOT_LOGGED_IN));
    assert!(matches!(ground.sign(&token), Err(Error::LoginOver)));
    let again = ground.log_in(&host).unwrap();
    assert!(matches!(ground.sign(&token), Err(Error::LoginOver)));
    ground.sign(&again).unwrap();
    drop(token);
    ground
        .sign(&again)
        .expect("the old login's end is not the new one's");
}

#[test]
fn a_lost_token_ends_its_host_and_another_one_works() {
    let ground = Ground::new();
    for answer in LOST {
        for call in [Call::SignInit, Call::Sign, Call::GetAttributeValue] {
            let lost = ground.sign_with(call, Fault::Answer(answer)).unwrap_err();
            assert!(
                matches!(lost, Error::TokenLost { .. }),
                "{call:?} {answer:#x}: {lost}"
            );
            assert_eq!(lost.recovery(), Recovery::Renew);
        }
    }
}

#[test]
fn what_only_unwrapping_answers_is_said_of_the_key_and_not_of_the_device() {
    let ground = Ground::new();
    for answer in [
        ckr::WRAPPED_KEY_INVALID,
        ckr::GENERAL_ERROR,
        ckr::DEVICE_ERROR,
        ckr::FUNCTION_FAILED,
    ] {
        let refused = ground
            .sign_with(Call::UnwrapKey, Fault::Answer(answer))
            .unwrap_err();
        assert!(
            matches!(refused, Error::WrappedKeyRefused { .. }),
            "{answer:#x}: {refused}"
        );
        assert_eq!(
            refused.recovery(),
            Recovery::Tell,
            "it is as damaged the next time"
        );
    }
}

#[test]
fn what_every_call_answers_is_said_of_the_device_and_not_of_the_key() {
    let ground = Ground::new();
    for answer in [ckr::GENERAL_ERROR, ckr::DEVICE_ERROR, ckr::FUNCTION_FAILED] {
        let token = ground.token();
        ground.shim.always(Call::UnwrapKey, Fault::Answer(answer));
        ground
            .shim
            .always(Call::GetSessionInfo, Fault::Answer(answer));
        let lost = ground.sign(&token).unwrap_err();
        assert!(
            matches!(lost, Error::TokenLost { .. }),
            "{answer:#x}: {lost}"
        );
        ground.shim.mend();
    }
}

#[test]
fn a_call_that_takes_its_time_is_waited_for() {
    let ground = Ground::new();
    for call in [Call::SignInit, Call::Sign, Call::UnwrapKey] {
        let delay = Fault::Delay(Duration::from_millis(300));
        ground.sign_with(call, delay).unwrap();
    }
}

#[test]
fn a_module_that_hangs_is_given_up_at_the_deadline_and_another_host_works() {
    let ground = Ground::new();
    for call in [Call::SignInit, Call::Sign, Call::UnwrapKey] {
        let given_up = ground.sign_with(call, Fault::Hang).unwrap_err();
        assert!(
            matches!(given_up, Error::HostTimedOut { .. }),
            "{call:?}: {given_up}"
        );
        assert_eq!(given_up.recovery(), Recovery::RenewNextTime);
    }
}

#[test]
fn a_module_that_crashes_takes_its_host_along_and_another_one_works() {
    let ground = Ground::new();
    for call in [Call::SignInit, Call::Sign, Call::UnwrapKey] {
        let gone = ground.sign_with(call, Fault::Crash).unwrap_err();
        assert!(matches!(gone, Error::HostGone), "{call:?}: {gone}");
        assert_eq!(gone.recovery(), Recovery::Renew);
    }
    ground.shim.next(Call::Login, Fault::Crash);
    assert!(matches!(
        ground.log_in(&ground.host()),
        Err(Error::HostGone)
    ));
    ground.shim.next(Call::Initialize, Fault::Crash);
    assert!(matches!(ground.start(), Err(Error::HostGone)));
}

#[test]
fn a_key_that_is_said_to_be_extractable_is_destroyed_and_not_used() {
    let ground = Ground::new();
    let token = ground.token();
    ground.sign(&token).unwrap();
    let signed = ground.shim.calls(Call::SignInit);
    let destroyed = ground.shim.calls(Call::DestroyObject);
    ground.shim.next(Call::GetAttributeValue, Fault::Lie);
    let weaker = ground.sign(&token).unwrap_err();
    assert!(matches!(weaker, Error::SessionKeyWeaker { .. }), "{weaker}");
    assert_eq!(
        ground.shim.calls(Call::SignInit),
        signed,
        "nothing was signed"
    );
    assert_eq!(ground.shim.calls(Call::DestroyObject), destroyed + 1);
    assert_eq!(token.object_counts().unwrap().session, 0);
    assert_eq!(weaker.recovery(), Recovery::Tell);
}

#[test]
fn an_unwrapped_key_that_cannot_be_destroyed_goes_with_its_session() {
    let ground = Ground::new();
    let token = ground.token();
    ground
        .shim
        .next(Call::DestroyObject, Fault::Answer(ckr::OPERATION_ACTIVE));
    let left = ground.sign(&token);
    assert!(
        matches!(left, Err(Error::SessionUnusable { .. })),
        "{left:?}"
    );
    assert_eq!(token.object_counts().unwrap().session, 0);
    ground.sign(&token).unwrap();
}
