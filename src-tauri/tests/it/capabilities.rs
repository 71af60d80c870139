//! What a window may ask for, and what it may load.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tauri::{WebviewWindow, test::MockRuntime};

use crate::harness::{Program, ask, window};

/// What only the signer's window may ask for.
const OF_SIGNERS: &[&str] = &[
    "opened_documents",
    "choose_document",
    "unlock_document",
    "close_document",
    "page_sizes",
    "page_ink",
    "identities",
    "cards",
    "choose_card_module",
    "looks",
    "choose_output",
    "gather_evidence",
    "sign_document",
    "cancel_signing",
    "validate_document",
    "show_in_folder",
    "copy_path",
    "activate",
    "change_secret",
    "suspend_own_key",
    "open_administration",
    "trusted_issuers",
    "trust_offer",
    "trust_issuer",
    "forget_issuer",
    "open_revision",
    "save_revision",
    "compare_revision",
    "save_report",
    "set_own_settings",
];

/// What only the administrator's window may ask for.
const OF_ADMINISTRATORS: &[&str] = &[
    "found_organisation",
    "administrator",
    "administrator_stay",
    "administrator_log_in",
    "administrator_log_out",
    "overview",
    "test_token",
    "token_profile",
    "probe_token",
    "people",
    "read_log",
    "log_head",
    "verify_log",
    "enrol_person",
    "reset_person",
    "suspend_person",
    "resume_person",
    "revoke_person",
    "print_page",
    "keys_and_hsm",
    "rotation",
    "rotate_master",
    "replace_own_key",
    "tidy_token",
    "changed_modules",
    "accept_modules",
    "set_signing_pin",
    "backup_state",
    "create_backup",
    "verify_backup",
    "export_log",
    "prove_event",
    "set_signature_settings",
];

/// What both may ask for.
const OF_BOTH: &[&str] = &[
    "status",
    "secret_strength",
    "signature_settings",
    "choose_timestamp_anchors",
];

/// Whether a window is let through to a command; without its arguments most do nothing.
fn may_ask(window: &WebviewWindow<MockRuntime>, command: &str) -> bool {
    match ask(window, command, json!({})) {
        Err(Value::String(refusal)) => !refusal.contains("not allowed"),
        Ok(_) | Err(_) => true,
    }
}

#[test]
fn neither_window_may_ask_what_the_other_may() {
    let program = Program::unfounded();
    let other = window(&program.app, "other");
    for (commands, signer, administrator) in [
        (OF_SIGNERS, true, false),
        (OF_ADMINISTRATORS, false, true),
        (OF_BOTH, true, true),
    ] {
        for command in commands {
            let may =
                [program.window(), program.office(), &other].map(|window| may_ask(window, command));
            assert_eq!(may, [signer, administrator, false], "{command}");
        }
    }
}

#[test]
fn every_command_there_is_belongs_to_a_window() {
    let known: BTreeSet<&str> = [OF_SIGNERS, OF_ADMINISTRATORS, OF_BOTH]
        .concat()
        .into_iter()
        .collect();
    let between = |text: &'static str, start: &str, end: &str| {
        let (_, rest) = text.split_once(start).unwrap();
        rest.split_once(end).unwrap().0
    };
    let handled = between(include_str!("../../src/lib.rs"), "generate_handler![", "]");
    let handled: BTreeSet<&str> = handled
        .split(',')
        .filter_map(|path| path.trim().rsplit("::").next())
        .filter(|name| !name.is_empty())
        .collect();
    assert_eq!(handled, known, "what is handled");
    // A command that is handled and not listed there would be open to every window.
    let listed = between(
        include_str!("../../build.rs"),
        "COMMANDS: &[&str] = &[",
        "]",
    );
    let listed: BTreeSet<&str> = listed
        .split(',')
        .map(|name| name.trim().trim_matches('"'))
        .filter(|name| !name.is_empty())
        .collect();
    assert_eq!(listed, known, "what is a permission of its own");
}

#[test]
fn neither_window_may_ask_the_framework_for_more_than_events() {
    let program = Program::unfounded();
    for command in [
        "plugin:dialog|open",
        "plugin:dialog|save",
        "plugin:event|emit",
        "plugin:event|emit_to",
        "plugin:webview|create_webview_window",
        "plugin:window|close",
        "plugin:app|version",
        "plugin:path|resolve_directory",
        "plugin:resources|close",
        "plugin:fs|read_file",
    ] {
        for window in [program.window(), program.office()] {
            let refusal = ask(window, command, json!({})).unwrap_err().to_string();
            assert!(
                refusal.contains("not allowed") || refusal.contains("not found"),
                "{command}: {refusal}"
            );
        }
    }
}

#[test]
fn nothing_is_loaded_but_what_is_built_in_and_drawn_here() {
    let context = chancery_desktop::context::<MockRuntime>();
    let app = &context.config().app;
    assert!(!app.with_global_tauri);
    assert!(app.security.freeze_prototype);
    assert!(!app.security.asset_protocol.enable);
    let policy = serde_json::to_value(&app.security.csp).unwrap();
    assert_eq!(
        policy,
        json!({
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "img-src": "'self' pdf: http://pdf.localhost",
            "font-src": "'self'",
            "connect-src": "ipc: http://ipc.localhost",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
        })
    );
    assert_eq!(app.security.dev_csp, None, "a debug build is no different");
}
