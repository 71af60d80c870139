//! Founding an organisation by the administrator's window.
//!
//! The signing PIN goes into the keyring of whoever runs this, so the test runs where there is
//! none. Environment belongs to a whole process: this binary is started again for the inner half.

use std::{env, process::Command};

use serde_json::json;

use crate::harness::{ADA, Program, SECRET};

/// Tells the inner half that it runs where there is no keyring.
const INSIDE: &str = "CHANCERY_TEST_NO_KEYRING";

#[test]
fn an_organisation_is_founded_by_a_command_and_the_pin_goes_where_it_can() {
    if env::var_os(INSIDE).is_some() {
        return founding();
    }
    let nowhere = tempfile::tempdir().unwrap();
    let bus = format!("unix:path={}", nowhere.path().join("bus").display());
    let output = Command::new(env::current_exe().unwrap())
        .args([
            "founding::an_organisation_is_founded_by_a_command_and_the_pin_goes_where_it_can",
            "--exact",
            "--nocapture",
        ])
        .env("DBUS_SESSION_BUS_ADDRESS", bus)
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn founding() {
    let program = Program::unfounded();
    let status = program.administer("status", json!({})).unwrap();
    assert_eq!(status["token"]["state"], "not_set_up");
    assert_eq!(program.ask("identities", json!({})).unwrap(), json!([]));

    let found = |secret: &str| {
        let request = json!({"request": {
            "organisation": "Analytical Engines",
            "login": ADA,
            "name": "Ada Lovelace",
            "email": "ada@example.org",
            "secret": secret,
        }});
        program.administer("found_organisation", request)
    };
    let weak = found("short").unwrap_err();
    assert_eq!(weak["code"], "secret_too_weak", "{weak}");
    let founded = found(SECRET).unwrap();
    assert_eq!(founded["fingerprint"].as_str().unwrap().len(), 64);
    let notices = founded["notices"].to_string();
    assert!(notices.contains("PIN"), "where the PIN lies: {notices}");
    assert_eq!(found(SECRET).unwrap_err()["code"], "organisation_exists");

    program.log_in(ADA, SECRET).unwrap();
    let overview = program.administer("overview", json!({})).unwrap();
    assert_eq!(overview["fingerprint"], founded["fingerprint"]);
    let notices = overview["notices"].as_array().unwrap();
    for notice in ["pin_in_file", "one_officer", "software_token"] {
        assert!(notices.contains(&json!(notice)), "{notice}: {notices:?}");
    }
    let identities = program.ask("identities", json!({})).unwrap();
    assert_eq!(identities[0]["status"], "active");
}
