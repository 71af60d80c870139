//! A login that outlives its use-case: for how long, who shares it, and what ends it.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use chancery_shim::{Call, Fault};
use service::requests::Unwatched;
use tests::weak_token::WeakToken;

const DEADLINE: Duration = Duration::from_secs(30);
const GENERAL_ERROR: u64 = 0x05;
const MINUTE: Duration = Duration::from_secs(60);

fn sign(weak: &WeakToken, name: &str) {
    let output = weak.organisation.path(&format!("{name}.pdf"));
    weak.sign(&output, Arc::new(Unwatched)).unwrap();
}

fn logins(weak: &WeakToken) -> u64 {
    weak.shim.calls(Call::Login)
}

#[test]
fn a_program_that_ends_keeps_no_login() {
    let weak = WeakToken::found(DEADLINE, None);
    sign(&weak, "one");
    sign(&weak, "two");
    assert_eq!(logins(&weak), 2);
    assert_eq!(
        weak.shim.calls(Call::Finalize),
        2,
        "each host ended with its use-case"
    );
    assert_eq!(weak.shim.sessions_left(), 0);
}

#[test]
fn a_program_that_runs_on_logs_in_once_until_it_is_locked() {
    let weak = WeakToken::found(DEADLINE, Some(MINUTE));
    sign(&weak, "one");
    sign(&weak, "two");
    assert_eq!(logins(&weak), 1, "the keys were proven with it");
    weak.service().end_logins();
    assert_eq!(weak.shim.calls(Call::Finalize), 1, "the host has ended");
    sign(&weak, "three");
    assert_eq!(logins(&weak), 2);
}

#[test]
fn a_login_that_is_not_used_ends_by_itself() {
    let weak = WeakToken::found(DEADLINE, Some(Duration::from_millis(300)));
    sign(&weak, "one");
    let give_up = Instant::now() + MINUTE;
    while weak.shim.calls(Call::Finalize) == 0 {
        assert!(Instant::now() < give_up, "it ends");
        thread::sleep(Duration::from_millis(20));
    }
    sign(&weak, "two");
    assert_eq!(logins(&weak), 2);
}

#[test]
fn two_signatures_at_once_share_a_login() {
    let weak = WeakToken::found(DEADLINE, Some(MINUTE));
    sign(&weak, "first");
    thread::scope(|scope| {
        for name in ["one", "two", "three"] {
            let weak = &weak;
            scope.spawn(move || sign(weak, name));
        }
    });
    assert_eq!(logins(&weak), 1);
}

#[test]
fn a_host_that_died_while_it_was_kept_is_started_again_by_itself() {
    let weak = WeakToken::found(DEADLINE, Some(MINUTE));
    sign(&weak, "one");
    weak.shim.next(Call::SignInit, Fault::Crash);
    sign(&weak, "two");
    assert_eq!(logins(&weak), 2);
    sign(&weak, "three");
    assert_eq!(logins(&weak), 2, "and the new one is kept");
}

#[test]
fn a_pin_that_got_no_judgement_is_not_sent_again_by_itself() {
    let weak = WeakToken::found(DEADLINE, None);
    weak.shim.next(Call::Login, Fault::Answer(GENERAL_ERROR));
    let output = weak.organisation.path("unjudged.pdf");
    assert!(weak.sign(&output, Arc::new(Unwatched)).is_err());
    assert_eq!(logins(&weak), 1);
    sign(&weak, "next");
    assert_eq!(logins(&weak), 2);
}
