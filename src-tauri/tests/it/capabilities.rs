//! What a window may ask for, and what it may load.

use serde_json::json;
use tauri::test::MockRuntime;

use crate::harness::{Program, ask, window};

#[test]
fn another_window_may_ask_for_nothing() {
    let program = Program::empty();
    let other = window(&program.app, "other");
    for command in [
        "opened_documents",
        "choose_document",
        "close_document",
        "page_sizes",
        "identities",
        "choose_output",
        "sign_document",
        "validate_document",
        "show_in_folder",
        "copy_path",
        "status",
    ] {
        let refusal = ask(&other, command, json!({})).unwrap_err().to_string();
        assert!(refusal.contains("not allowed"), "{command}: {refusal}");
    }
}

#[test]
fn the_window_may_not_ask_the_framework_for_more_than_events() {
    let program = Program::empty();
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
        let refusal = program.ask(command, json!({})).unwrap_err().to_string();
        assert!(
            refusal.contains("not allowed") || refusal.contains("not found"),
            "{command}: {refusal}"
        );
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
