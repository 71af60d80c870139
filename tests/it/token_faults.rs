//! A token that fails while a signature is made: what the person sees, what the log says, and that
//! no try is lost; then many signatures under faults by chance.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use chancery_shim::{Call, Fault, Shim};
use service::requests::{Unwatched, Watch};
use service::wire::{ErrorCode, SigningStep};
use tests::weak_token::WeakToken;

const DEVICE_REMOVED: u64 = 0x32;
const DEVICE_ERROR: u64 = 0x30;
const GENERAL_ERROR: u64 = 0x05;
const OPERATION_ACTIVE: u64 = 0x90;
const SESSION_HANDLE_INVALID: u64 = 0xB3;
const USER_NOT_LOGGED_IN: u64 = 0x101;

const DEADLINE: Duration = Duration::from_secs(3);

/// Has a call go wrong once a signature has reached a step.
struct Then {
    step: SigningStep,
    well: u64,
    call: Call,
    fault: Fault,
    /// Lives as long as the test.
    shim: &'static Shim,
}

impl fmt::Debug for Then {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {:?}", self.fault, self.step)
    }
}

impl Watch for Then {
    fn reach(&self, step: SigningStep) -> ControlFlow<()> {
        if step == self.step {
            self.shim.after(self.well, self.call, self.fault);
        }
        ControlFlow::Continue(())
    }
}

/// An organisation that is kept for the life of this process, so that whoever watches may name it.
fn found() -> &'static WeakToken {
    Box::leak(Box::new(WeakToken::found(DEADLINE, None)))
}

/// Signs while something goes wrong after `well` calls from a step on, and then once more.
fn sign_with(
    weak: &'static WeakToken,
    name: &str,
    step: SigningStep,
    well: u64,
    (call, fault): (Call, Fault),
) -> Result<(), ErrorCode> {
    let output = weak.organisation.path(&format!("{name}.pdf"));
    let faults = weak.shim.faults();
    let watch = Then {
        step,
        well,
        call,
        fault,
        shim: &weak.shim,
    };
    let signed = weak.sign(&output, Arc::new(watch));
    assert!(weak.shim.faults() > faults, "{name}: it went wrong");
    weak.shim.mend();
    assert_eq!(
        output.exists(),
        signed.is_ok(),
        "{name}: a signed file or none"
    );
    assert_eq!(weak.tries(), "0", "{name}: a fault is no try");
    let again = weak.organisation.path(&format!("{name}-again.pdf"));
    weak.sign(&again, Arc::new(Unwatched))
        .unwrap_or_else(|error| panic!("{name}: the next one is made: {error}"));
    let open = weak.sql("SELECT count(*) FROM open_intent");
    assert_eq!(open, "0", "{name}: every intent has its outcome");
    signed.map(drop).map_err(|error| error.code().0)
}

#[test]
fn a_token_that_fails_once_signs_all_the_same_and_nobody_is_told() {
    let weak = found();
    let answer = Fault::Answer;
    for (name, at) in [
        ("removed", (Call::UnwrapKey, answer(DEVICE_REMOVED))),
        ("lost", (Call::SignInit, answer(DEVICE_ERROR))),
        ("broken", (Call::Sign, answer(GENERAL_ERROR))),
        ("session", (Call::SignInit, answer(SESSION_HANDLE_INVALID))),
        ("login", (Call::UnwrapKey, answer(USER_NOT_LOGGED_IN))),
        ("dirty", (Call::SignInit, answer(OPERATION_ACTIVE))),
        ("crashed", (Call::UnwrapKey, Fault::Crash)),
        ("late", (Call::Sign, Fault::Delay(DEADLINE / 3))),
    ] {
        let signed = sign_with(weak, name, SigningStep::Signing, 0, at);
        assert_eq!(signed, Ok(()), "{name}");
    }
    assert_eq!(
        weak.outcomes("done"),
        weak.sql("SELECT count(*) FROM leaf WHERE kind = 'intent'")
    );
}

#[test]
fn a_token_that_fails_before_the_secret_is_judged_costs_no_try() {
    let weak = found();
    for (well, fault) in [
        (0, Fault::Answer(DEVICE_ERROR)),
        (1, Fault::Crash),
        (2, Fault::Answer(USER_NOT_LOGGED_IN)),
    ] {
        let name = format!("before-{well}");
        let at = (Call::Sign, fault);
        let signed = sign_with(weak, &name, SigningStep::Authenticating, well, at);
        assert_eq!(signed, Ok(()), "{name}");
    }
}

#[test]
fn a_pepper_that_answers_now_this_and_now_that_is_a_fault_and_no_wrong_secret() {
    let weak = found();
    // The leaf's MAC, the head over it, then the pepper's.
    let at = (Call::Sign, Fault::Lie);
    let told = sign_with(weak, "pepper", SigningStep::Authenticating, 2, at);
    assert_eq!(told, Err(ErrorCode::KeysNotProven));
    assert_eq!(weak.outcomes("fault"), "1");
    assert_eq!(weak.outcomes("wrong_secret"), "0");
}

#[test]
fn a_token_that_hangs_is_told_as_such_and_the_log_calls_it_a_fault() {
    let weak = found();
    for (well, call) in [(1, Call::UnwrapKey), (2, Call::SignInit)] {
        let name = format!("hung-{well}");
        let told = sign_with(weak, &name, SigningStep::Signing, 0, (call, Fault::Hang));
        assert_eq!(told, Err(ErrorCode::HostTimeout));
        assert_eq!(weak.outcomes("fault"), well.to_string());
    }
}

#[test]
fn a_wrong_signature_is_never_let_go() {
    let weak = found();
    let told = sign_with(
        weak,
        "wrong",
        SigningStep::Signing,
        0,
        (Call::Sign, Fault::Lie),
    );
    assert!(told.is_err(), "it was verified before it was let go");
    assert_eq!(weak.outcomes("done"), "1", "the next one's alone");
}

#[test]
fn a_key_that_reads_back_extractable_or_does_not_unwrap_is_said_of_the_record() {
    let weak = found();
    for (name, at) in [
        ("extractable", (Call::GetAttributeValue, Fault::Lie)),
        ("damaged", (Call::UnwrapKey, Fault::Answer(GENERAL_ERROR))),
    ] {
        let told = sign_with(weak, name, SigningStep::Signing, 0, at);
        assert_eq!(told, Err(ErrorCode::RecordDamaged), "{name}");
    }
    assert_eq!(weak.outcomes("refused"), "2");
}

/// How many signatures are made under faults by chance, and by which chance;
/// `CHANCERY_FAULTY_SIGNATURES` and `CHANCERY_FAULTY_SEED` say others.
const SIGNATURES: u32 = 120;
const SEED: u64 = 0x00C4_A9CE_2026;
/// Of a thousand calls.
const FAULTY: u64 = 12;

#[test]
fn signatures_under_faults_by_chance_are_right_or_not_there_and_cost_no_try() {
    let said = |name| std::env::var(name).ok();
    let many = said("CHANCERY_FAULTY_SIGNATURES").map_or(SIGNATURES, |many| many.parse().unwrap());
    let seed = said("CHANCERY_FAULTY_SEED").map_or(SEED, |seed| seed.parse().unwrap());
    let weak = WeakToken::found(DEADLINE, Some(Duration::from_secs(60)));
    weak.shim.at_random(seed, FAULTY);
    let mut made = 0;
    for number in 0..many {
        let output = weak.organisation.path(&format!("{number}.pdf"));
        match weak.sign(&output, Arc::new(Unwatched)) {
            Ok(signed) => {
                made += 1;
                assert!(output.exists());
                assert!(signed[0].validation.signatures[0].intact, "{number}");
            }
            Err(error) => {
                let (code, _) = error.code();
                assert!(
                    !matches!(
                        code,
                        ErrorCode::WrongSecret | ErrorCode::Wait | ErrorCode::PinWrong
                    ),
                    "{number}: {error}"
                );
                // It holds, and is said to: the log alone was not reached any more.
                let logged_later = code == ErrorCode::OutcomeNotLogged;
                assert_eq!(output.exists(), logged_later, "{number}: {error}");
                made += u32::from(logged_later);
            }
        }
        assert_eq!(weak.tries(), "0", "{number}: a fault is no try");
    }
    let faults = weak.shim.faults();
    weak.shim.mend();
    tests::say(&format!(
        "{made} of {many} signatures were made under {faults} faults"
    ));
    assert!(faults >= u64::from(many) / 10, "{faults} faults");
    assert!(made > many / 2, "{made} were made");

    let last = weak.organisation.path("last.pdf");
    weak.sign(&last, Arc::new(Unwatched)).unwrap();
    assert_eq!(weak.sql("SELECT count(*) FROM open_intent"), "0");
    let count = |kind: &str| weak.sql(&format!("SELECT count(*) FROM leaf WHERE kind = '{kind}'"));
    assert_eq!(
        count("intent"),
        count("outcome"),
        "everything is in the log"
    );
    let lasting = ["abandoned", "done"].map(|word| weak.outcomes(word).parse::<u32>().unwrap());
    assert!(
        lasting.iter().sum::<u32>() > made,
        "and what was made among it"
    );
    let judged = weak.organisation.wait(weak.service().verify_log(None));
    judged.expect("the log holds together");
    weak.service().end_logins();
    let words = ["done", "fault", "refused", "abandoned", "wrong_secret"];
    let outcomes = words.map(|word| format!("{} {word}", weak.outcomes(word)));
    tests::say(&format!(
        "{} intents, of which {}; {} tries, {} sessions left",
        count("intent"),
        outcomes.join(", "),
        weak.tries(),
        weak.shim.sessions_left()
    ));
    assert_eq!(
        weak.shim.sessions_left(),
        0,
        "no session was left open at an orderly end"
    );
    assert!(
        weak.shim.most_sessions() <= 16,
        "{}",
        weak.shim.most_sessions()
    );
}
