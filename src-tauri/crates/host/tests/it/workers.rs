//! Several calls at once: each has its answer, and one that hangs costs the others at most their
//! host.

use std::{sync::Barrier, thread, time::Duration};

use chancery_shim::{Call, Fault, Shim};
use token::{Digest, Error, Host, Launch, SignerAlgorithm, Token};

use crate::support::{DIGEST, SoftTokens, verifies};

const ALGORITHM: SignerAlgorithm = SignerAlgorithm::EcdsaP256;

/// A digest like no other.
fn digest(number: u8) -> Digest {
    Digest::Sha256([number; 32])
}

/// The tokens behind a module that fails on demand.
fn faulty(tokens: &SoftTokens, deadline: Duration) -> (Shim, Host) {
    let shim = tokens.shim();
    let host = Host::start(&Launch {
        module: shim.path().to_owned(),
        deadline,
        ..tokens.launch()
    });
    (shim, host.unwrap())
}

fn login(tokens: &SoftTokens, host: &Host) -> Token {
    host.login(&tokens.signing, &tokens.signing_pin).unwrap()
}

#[test]
fn signatures_asked_for_by_many_threads_at_once_are_each_of_their_own_digest() {
    let tokens = SoftTokens::new();
    let (token, master) = tokens.with_master();
    let keys: Vec<_> = (0..3)
        .map(|_| {
            let key = token.generate(ALGORITHM).unwrap();
            (key.wrap(&master).unwrap(), key.spki().unwrap().clone())
        })
        .collect();
    thread::scope(|scope| {
        for thread in 0..8_u8 {
            let (token, master) = (&token, &master);
            let (wrapped, spki) = &keys[usize::from(thread) % keys.len()];
            scope.spawn(move || {
                for round in 0..20 {
                    let digests = [digest(thread), digest(100 + round), digest(200 + thread)];
                    let values = token
                        .sign_with_wrapped(master, wrapped, ALGORITHM, &digests)
                        .unwrap();
                    for (digest, value) in digests.iter().zip(&values) {
                        assert!(verifies(spki, digest, value));
                    }
                }
            });
        }
    });
    assert_eq!(token.object_counts().unwrap().session, 0);
}

#[test]
fn a_call_that_hangs_does_not_stop_the_others_until_its_deadline_passes() {
    let tokens = SoftTokens::new();
    let deadline = Duration::from_secs(3);
    let (shim, host) = faulty(&tokens, deadline);
    let token = login(&tokens, &host);
    let key = token.generate(ALGORITHM).unwrap();
    let other = token.generate(ALGORITHM).unwrap();
    shim.next(Call::Sign, Fault::Hang);
    thread::scope(|scope| {
        let hanging = scope.spawn(|| key.sign(DIGEST));
        while shim.faults() == 0 {
            thread::yield_now();
        }
        let value = other.sign(DIGEST).unwrap();
        assert!(verifies(other.spki().unwrap(), &DIGEST, &value));
        let given_up = hanging.join().unwrap();
        assert!(
            matches!(given_up, Err(Error::HostTimedOut { deadline: said }) if said == deadline)
        );
    });
    assert!(matches!(other.sign(DIGEST), Err(Error::HostGone)));
    assert_eq!(host.process_id(), None, "it was killed");
}

#[test]
fn what_is_in_flight_when_the_host_is_given_up_is_told_so() {
    let tokens = SoftTokens::new();
    let (shim, host) = faulty(&tokens, Duration::from_secs(2));
    let token = login(&tokens, &host);
    let keys: Vec<_> = (0..3).map(|_| token.generate(ALGORITHM).unwrap()).collect();
    shim.always(Call::Sign, Fault::Hang);
    let together = Barrier::new(keys.len());
    let answers: Vec<_> = thread::scope(|scope| {
        let calls: Vec<_> = keys
            .iter()
            .map(|key| {
                scope.spawn(|| {
                    together.wait();
                    key.sign(DIGEST)
                })
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let timed_out = |answer: &Result<_, Error>| matches!(answer, Err(Error::HostTimedOut { .. }));
    assert!(answers.iter().any(timed_out));
    assert!(
        answers
            .iter()
            .all(|answer| timed_out(answer) || matches!(answer, Err(Error::HostGone))),
        "{answers:?}"
    );
}

#[test]
fn more_calls_than_workers_wait_for_their_turn_and_not_for_their_deadline() {
    let tokens = SoftTokens::new();
    let deadline = Duration::from_secs(5);
    let (shim, host) = faulty(&tokens, deadline);
    let token = login(&tokens, &host);
    let keys: Vec<_> = (0..16)
        .map(|_| token.generate(ALGORITHM).unwrap())
        .collect();
    // Four at a time take longer than the deadline together, and none of them alone.
    shim.always(Call::Sign, Fault::Delay(deadline / 3));
    thread::scope(|scope| {
        for key in &keys {
            scope.spawn(|| key.sign(DIGEST).unwrap());
        }
    });
}

#[test]
fn no_handle_is_used_under_another_login_than_its_own() {
    let tokens = SoftTokens::new();
    let host = tokens.host();
    for _ in 0..5 {
        let token = login(&tokens, &host);
        let key = token.generate(ALGORITHM).unwrap();
        let spki = key.spki().unwrap().clone();
        let under_way = Barrier::new(2);
        thread::scope(|scope| {
            let signing = scope.spawn(|| {
                let mut first = true;
                loop {
                    match key.sign(DIGEST) {
                        Ok(value) => assert!(verifies(&spki, &DIGEST, &value)),
                        Err(error) => return error,
                    }
                    if std::mem::take(&mut first) {
                        under_way.wait();
                    }
                }
            });
            under_way.wait();
            token.logout().unwrap();
            // Its session keys have the numbers that the others had.
            let next = login(&tokens, &host);
            let alike = next.generate(ALGORITHM).unwrap();
            let value = alike.sign(DIGEST).unwrap();
            assert!(verifies(alike.spki().unwrap(), &DIGEST, &value));
            assert!(matches!(signing.join().unwrap(), Error::LoginOver));
        });
    }
}

#[test]
fn a_host_that_worked_on_much_at_once_leaves_no_session_open() {
    let tokens = SoftTokens::new();
    let (shim, host) = faulty(&tokens, Duration::from_secs(60));
    let token = login(&tokens, &host);
    let master = crate::support::label("wk-1");
    token.create(token::TokenKeyKind::Master, &master).unwrap();
    let key = token.generate(ALGORITHM).unwrap();
    let wrapped = key.wrap(&master).unwrap();
    key.destroy().unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..20 {
                    token
                        .sign_with_wrapped(&master, &wrapped, ALGORITHM, &[DIGEST])
                        .unwrap();
                }
            });
        }
    });
    let opened = shim.calls(Call::OpenSession);
    assert!(opened < 40, "sessions are used again: {opened} were opened");
    drop((token, host));
    assert_eq!(shim.calls(Call::Finalize), 1, "it ended by itself");
    assert_eq!(shim.sessions_left(), 0);
}
