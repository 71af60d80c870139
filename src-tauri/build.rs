//! Reads `tauri.conf.json` and `capabilities/`, and makes every command a permission of its own.

use tauri_build::{AppManifest, Attributes};

/// The commands of both windows.
///
/// A command that is not listed here would be open to every window; one that is listed needs its
/// `allow-…` in a capability.
const COMMANDS: &[&str] = &[
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
    "trust_offer",
    "trust_issuer",
    "trusted_issuers",
    "forget_issuer",
    "open_revision",
    "save_revision",
    "compare_revision",
    "save_report",
    "show_in_folder",
    "copy_path",
    "status",
    "activate",
    "change_secret",
    "secret_strength",
    "suspend_own_key",
    "open_administration",
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
];

fn main() {
    tauri_build::try_build(Attributes::new().app_manifest(AppManifest::new().commands(COMMANDS)))
        .expect("tauri.conf.json and capabilities/ are sound");
}
