//! What the webview may ask for.
//!
//! One function a command, one module a feature of the user interface. A command reads its request,
//! calls one use-case and gives the answer; it logs nothing and decides nothing.

pub mod administration;
pub mod backup;
pub mod cards;
pub mod documents;
pub mod hsm;
pub mod identities;
pub mod keys;
pub mod looks;
pub mod settings;
pub mod signing;
pub mod status;
pub mod validation;

use service::wire::{self, ErrorCode};
use tauri::async_runtime;

use crate::documents::error;

/// Does something that blocks where blocking is allowed.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, wire::Error> {
    async_runtime::spawn_blocking(work).await.map_err(|_| {
        error(
            ErrorCode::Internal,
            "the program broke off in the middle of this",
        )
    })
}
