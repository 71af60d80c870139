//! What the administrator's window does, and how its login ends.

use std::time::{Duration, Instant};

use chancery_desktop::{Administration, administration};
use serde_json::{Value, json};
use service::{
    Service,
    wire::{self, ErrorCode},
};
use tauri::{Manager, WindowEvent, async_runtime};

use crate::harness::{ADA, Program, SECRET, ask};

/// Every command that needs a login, with a request that would otherwise be carried out.
fn acts() -> Vec<(&'static str, Value)> {
    let change = json!({"request": {"login": ADA, "note": "as a test"}});
    vec![
        ("administrator_stay", json!({})),
        ("overview", json!({})),
        ("test_token", json!({})),
        ("token_profile", json!({})),
        ("probe_token", json!({})),
        ("keys_and_hsm", json!({})),
        ("rotation", json!({})),
        ("rotate_master", json!({"request": {"step": "prepare"}})),
        ("replace_own_key", json!({"request": {"secret": SECRET}})),
        ("tidy_token", json!({})),
        ("backup_state", json!({})),
        ("create_backup", json!({"request": {"secret": SECRET}})),
        (
            "verify_backup",
            json!({"request": {"recordsSecret": "", "tokensSecret": ""}}),
        ),
        ("export_log", json!({})),
        ("prove_event", json!({"request": {"index": 0}})),
        (
            "set_signature_settings",
            json!({"request": {
                "level": null,
                "timestampAuthorities": [],
                "timestampAnchors": [],
                "localAuthorities": [],
            }}),
        ),
        ("people", everybody()),
        (
            "enrol_person",
            json!({"request": {
                "login": "ben",
                "name": "Ben Bit",
                "email": "ben@example.org",
                "key": "p256",
            }}),
        ),
        ("reset_person", change.clone()),
        ("suspend_person", change.clone()),
        ("resume_person", change),
        (
            "revoke_person",
            json!({"request": {"login": ADA, "reason": "superseded", "note": "as a test"}}),
        ),
    ]
}

fn everybody() -> Value {
    json!({"request": {"search": null, "after": null, "limit": 100}})
}

fn expect_nobody(program: &Program) {
    assert_eq!(
        program.administer("administrator", json!({})).unwrap(),
        Value::Null
    );
    let error = program.administer("people", everybody()).unwrap_err();
    assert_eq!(error["code"], "not_logged_in", "{error}");
}

/// A change of status with its reason.
fn change(program: &Program, command: &str, login: &str) -> Result<Value, Value> {
    let request = json!({"request": {"login": login, "note": "asked for in person"}});
    program.administer(command, request)
}

#[test]
fn nothing_is_administered_before_somebody_logs_in() {
    let program = Program::empty();
    for (command, request) in acts() {
        let error = program.administer(command, request).unwrap_err();
        assert_eq!(error["code"], "not_logged_in", "{command}: {error}");
    }
    let people = program.ask("identities", json!({})).unwrap();
    assert_eq!(people.as_array().unwrap().len(), 1, "{people}");
    assert_eq!(people[0]["status"], "active");
}

#[test]
fn only_an_officer_with_the_right_secret_logs_in() {
    let program = Program::empty();
    for (login, secret, code) in [
        (ADA, "a loud harbour at dusk", "wrong_secret"),
        ("nobody", SECRET, "no_such_person"),
    ] {
        let error = program.log_in(login, secret).unwrap_err();
        assert_eq!(error["code"], code, "{login}: {error}");
        assert!(!error.to_string().contains("harbour"), "{error}");
        expect_nobody(&program);
    }
    let administrator = program.log_in(ADA, SECRET).unwrap();
    assert_eq!(administrator["login"], ADA);
    assert_eq!(administrator["name"], "Ada Lovelace");
    assert_eq!(administrator["idleSeconds"], 300);

    // Somebody with a good secret who is no officer.
    let code = program.enrol("ben");
    let secret = "seven swans over water";
    let activation = json!({"request": {"login": "ben", "code": code, "secret": secret}});
    program.ask("activate", activation).unwrap();
    let error = program.log_in("ben", secret).unwrap_err();
    assert_eq!(error["code"], "not_an_officer", "{error}");
    expect_nobody(&program);
}

#[test]
fn a_login_that_is_refused_leaves_nobody_logged_in() {
    let program = Program::empty();
    program.log_in(ADA, SECRET).unwrap();
    let error = program.log_in(ADA, "a loud harbour at dusk").unwrap_err();
    assert_eq!(error["code"], "wrong_secret");
    expect_nobody(&program);
}

#[test]
fn a_login_that_was_given_up_meanwhile_comes_to_nothing() {
    let program = Program::empty();
    let app = program.app.handle();
    let administration = program.app.state::<Administration>();
    let log_in = || {
        let secret = wire::Secret::new(SECRET.to_owned());
        let service = program.app.state::<Service>();
        async_runtime::block_on(service.log_in(ADA.to_owned(), secret)).unwrap()
    };
    // The window is closed while the secret is judged.
    let attempt = administration.attempt(app);
    let officer = log_in();
    close(&program);
    let error = administration.take(app, &attempt, officer).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotLoggedIn);
    expect_nobody(&program);

    // Of two that are under way the later one counts, whichever is judged first.
    let earlier = administration.attempt(app);
    let later = administration.attempt(app);
    administration.take(app, &later, log_in()).unwrap();
    let error = administration.take(app, &earlier, log_in()).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotLoggedIn);
    assert_eq!(administration.shown().unwrap().login, ADA);
}

#[test]
fn an_officer_enrols_suspends_resumes_resets_and_revokes() {
    let program = Program::empty();
    program.log_in(ADA, SECRET).unwrap();
    let mut said = Vec::new();
    let mut note = |answer: Result<Value, Value>| {
        let answer = answer.unwrap();
        said.push(answer.to_string());
        answer
    };
    let first = program.enrol("ben");

    let people = note(program.administer("people", everybody()));
    assert_eq!(people["total"], 2);
    let ben = &people["people"][1];
    assert_eq!(ben["login"], "ben");
    assert_eq!(ben["name"], "ben of the Engines");
    assert_eq!(ben["status"], "not_activated");
    assert_eq!(ben["role"], "signer");
    assert_eq!(ben["key"], "p256");

    let suspended = note(change(&program, "suspend_person", "ben"));
    assert_eq!(suspended["status"], "suspended");
    assert_eq!(suspended["change"]["by"], ADA, "known from the login");
    assert_eq!(suspended["change"]["note"], "asked for in person");
    let again = change(&program, "suspend_person", "ben").unwrap_err();
    assert_eq!(again["code"], "status_unchanged");
    let resumed = note(change(&program, "resume_person", "ben"));
    assert_eq!(resumed["status"], "not_activated");

    let reset = change(&program, "reset_person", "ben").unwrap();
    let second = reset["code"].as_str().unwrap().to_owned();
    assert_ne!(second, first);
    let secret = "seven swans over water";
    let activation = |code| json!({"request": {"login": "ben", "code": code, "secret": secret}});
    let error = program.ask("activate", activation(&first)).unwrap_err();
    assert_eq!(error["code"], "wrong_secret", "{error}");
    program.ask("activate", activation(&second)).unwrap();

    let request = json!({"request": {
        "login": "ben",
        "reason": "affiliation_changed",
        "note": "left the company",
    }});
    let revoked = note(program.administer("revoke_person", request));
    assert_eq!(revoked["status"], "revoked");

    let overview = note(program.administer("overview", json!({})));
    assert_eq!(overview["people"], 2);
    assert_eq!(overview["organisation"]["name"], "Analytical Engines");
    assert_eq!(overview["token"]["state"], "ready");
    assert_eq!(overview["token"]["lastTest"]["passed"], true);
    assert_eq!(
        overview["revocationList"]["entries"], 2,
        "the key that was reset and the one that was revoked"
    );
    let health = note(program.administer("test_token", json!({})));
    assert_eq!(health["state"], "ready");

    note(program.administer("people", everybody()));
    note(program.ask("identities", json!({})));
    for answer in said {
        assert!(
            !answer.contains(&first) && !answer.contains(&second),
            "a code is in the answer to what made it, and nowhere else: {answer}"
        );
    }
}

#[test]
fn people_are_listed_a_page_at_a_time_and_found_by_their_beginnings() {
    let program = Program::empty();
    program.log_in(ADA, SECRET).unwrap();
    program.enrol("ben");
    let page = |search: Value, after: Value| {
        let request = json!({"request": {"search": search, "after": after, "limit": 1}});
        program.administer("people", request).unwrap()
    };
    let first = page(Value::Null, Value::Null);
    assert_eq!(first["total"], 2);
    assert_eq!(first["people"][0]["login"], ADA);
    let second = page(Value::Null, first["next"].clone());
    assert_eq!(second["people"][0]["login"], "ben");
    assert_eq!(second["next"], Value::Null);
    let found = page(json!("love"), Value::Null);
    assert_eq!(found["total"], 1);
    assert_eq!(found["people"][0]["login"], ADA);
}

#[test]
fn a_login_that_is_idle_for_too_long_ends_and_says_so() {
    let program = Program::locking_after(Duration::from_millis(400));
    program.heard(administration::LOCKED, |program| {
        program.log_in(ADA, SECRET).unwrap();
    });
    expect_nobody(&program);
    let error = program
        .administer("administrator_stay", json!({}))
        .unwrap_err();
    assert_eq!(error["code"], "not_logged_in");
}

#[test]
fn looking_at_a_login_does_not_prolong_it_and_staying_does() {
    let program = Program::empty();
    program.log_in(ADA, SECRET).unwrap();
    let left = |answer: &Value| answer["secondsLeft"].as_u64().unwrap();
    let begun = Instant::now();
    let shown = loop {
        let shown = program.administer("administrator", json!({})).unwrap();
        if left(&shown) < 299 || begun.elapsed() > Duration::from_secs(30) {
            break left(&shown);
        }
    };
    assert!(shown < 299, "it ran on while it was looked at: {shown}");
    let stayed = program.administer("administrator_stay", json!({})).unwrap();
    assert!(left(&stayed) > shown, "{stayed}");
}

#[test]
fn a_login_ends_with_its_window_and_when_it_is_asked_to() {
    let program = Program::empty();
    program.log_in(ADA, SECRET).unwrap();
    let locked = program.listen(administration::LOCKED);
    // Another window that is closed ends nothing.
    administration::on_window_event(&program.window().as_ref().window(), &WindowEvent::Destroyed);
    assert!(locked.try_recv().is_err());
    assert_eq!(
        program.administer("administrator", json!({})).unwrap()["login"],
        ADA
    );
    close(&program);
    expect_nobody(&program);

    program.log_in(ADA, SECRET).unwrap();
    program.heard(administration::LOCKED, |program| {
        program
            .administer("administrator_log_out", json!({}))
            .unwrap();
    });
    expect_nobody(&program);
}

#[test]
fn the_signers_window_opens_the_administrators_window_once() {
    let program = Program::unfounded();
    program.office().destroy().unwrap();
    let open = || program.ask("open_administration", json!({})).unwrap();
    open();
    open();
    let windows = program.app.webview_windows();
    let mut labels: Vec<&str> = windows.keys().map(String::as_str).collect();
    labels.sort_unstable();
    assert_eq!(labels, ["admin", "main"]);
    ask(&windows["admin"], "print_page", json!({})).unwrap();
}

/// What happens when the administrator's window is closed.
fn close(program: &Program) {
    administration::on_window_event(&program.office().as_ref().window(), &WindowEvent::Destroyed);
}
