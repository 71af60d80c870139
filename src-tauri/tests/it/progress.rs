//! Signatures under way: what the window hears, and cancelling.

use std::sync::{Mutex, mpsc};

use serde_json::{Value, json};
use tauri::Listener;

use crate::harness::{Program, SECRET, ask, sign_request};

const PROGRESS: &str = chancery_desktop::progress::PROGRESS;

/// Asks to cancel when a step is told of, and returns the answers.
fn cancelling_at(program: &Program, step: &'static str) -> mpsc::Receiver<Value> {
    let (tell, answers) = mpsc::channel();
    let window = program.window().clone();
    program.app.listen_any(PROGRESS, move |event| {
        let progress: Value = serde_json::from_str(event.payload()).unwrap();
        if progress["step"] == step {
            let request = json!({"requestId": progress["requestId"]});
            let _ = tell.send(ask(&window, "cancel_signing", request).unwrap());
        }
    });
    answers
}

#[test]
fn the_steps_of_a_signature_are_told_in_their_order() {
    let program = Program::with_agreement();
    let request = sign_request(&program.document(), SECRET);
    let told = program.listen(PROGRESS);
    program.ask("sign_document", request.clone()).unwrap();
    let steps: Vec<Value> = told
        .try_iter()
        .map(|progress| {
            assert_eq!(progress["requestId"], request["request"]["requestId"]);
            progress["step"].clone()
        })
        .collect();
    assert_eq!(
        steps,
        [
            "reading",
            "proving",
            "authenticating",
            "signing",
            "writing",
            "validating"
        ]
    );
}

#[test]
fn what_is_cancelled_before_the_secret_is_judged_writes_and_counts_nothing() {
    for step in ["reading", "proving"] {
        let program = Program::with_agreement();
        let document = program.document();
        let cancelled = cancelling_at(&program, step);
        // A wrong secret: it would be counted if it were judged.
        let request = sign_request(&document, "a loud harbour at dusk");
        let error = program.ask("sign_document", request).unwrap_err();
        assert_eq!(error["code"], "cancelled", "{step}: {error}");
        assert_eq!(cancelled.try_recv().unwrap(), true);
        let left: Vec<_> = program.folder().read_dir().unwrap().collect();
        assert_eq!(left.len(), 3, "document, home and state: {left:?}");
        let identities = program.ask("identities", json!({})).unwrap();
        assert_eq!(identities[0]["wrongTries"], 0);
    }
}

#[test]
fn a_cancelled_request_can_be_made_again() {
    let program = Program::with_agreement();
    let request = sign_request(&program.document(), SECRET);
    let listener = {
        let window = program.window().clone();
        program.app.listen_any(PROGRESS, move |event| {
            let progress: Value = serde_json::from_str(event.payload()).unwrap();
            ask(
                &window,
                "cancel_signing",
                json!({"requestId": progress["requestId"]}),
            )
            .unwrap();
        })
    };
    let error = program.ask("sign_document", request.clone()).unwrap_err();
    assert_eq!(error["code"], "cancelled");
    program.app.unlisten(listener);
    program.ask("sign_document", request).unwrap();
}

#[test]
fn from_the_judgement_of_the_secret_on_a_signature_is_seen_to_its_end() {
    for step in ["authenticating", "writing"] {
        let program = Program::with_agreement();
        let request = sign_request(&program.document(), SECRET);
        let cancelled = cancelling_at(&program, step);
        let signed = program.ask("sign_document", request.clone()).unwrap();
        assert_eq!(signed["validation"]["headline"], "valid");
        assert_eq!(cancelled.try_recv().unwrap(), false, "{step}");
        // It is over now.
        let request = json!({"requestId": request["request"]["requestId"]});
        assert_eq!(program.ask("cancel_signing", request).unwrap(), false);
    }
}

#[test]
fn a_request_under_way_is_not_carried_out_twice() {
    let program = Program::with_agreement();
    let request = sign_request(&program.document(), SECRET);
    let (tell, answers) = mpsc::channel();
    let (window, again) = (program.window().clone(), Mutex::new(Some(request.clone())));
    program.app.listen_any(PROGRESS, move |event| {
        let progress: Value = serde_json::from_str(event.payload()).unwrap();
        if progress["step"] == "proving"
            && let Some(mut again) = again.lock().unwrap().take()
        {
            let id = again["request"]["requestId"].as_str().unwrap();
            // Other letters are the same id.
            again["request"]["requestId"] = json!(id.to_uppercase());
            let _ = tell.send(ask(&window, "sign_document", again));
        }
    });
    let signed = program.ask("sign_document", request).unwrap();
    assert_eq!(signed["validation"]["headline"], "valid");
    let answer = answers.try_recv().unwrap().unwrap_err();
    assert_eq!(answer["code"], "request_repeated", "{answer}");
}

#[test]
fn what_names_no_request_cancels_nothing() {
    let program = Program::unfounded();
    let cancel = |id: &str| program.ask("cancel_signing", json!({"requestId": id}));
    assert_eq!(
        cancel("f81d4fae-7dec-11d0-a765-00a0c91e6bf6").unwrap(),
        false
    );
    assert_eq!(cancel("all of them").unwrap_err()["code"], "bad_request");
}
