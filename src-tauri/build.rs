//! Reads `tauri.conf.json` and `capabilities/`, and makes every command a permission of its own.

use tauri_build::{AppManifest, Attributes};

/// The commands of the window.
///
/// A command that is not listed here would be open to every window; one that is listed needs its
/// `allow-…` in a capability.
const COMMANDS: &[&str] = &[
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
];

fn main() {
    tauri_build::try_build(Attributes::new().app_manifest(AppManifest::new().commands(COMMANDS)))
        .expect("tauri.conf.json and capabilities/ are sound");
}
