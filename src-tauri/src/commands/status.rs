//! The status line.

use service::{Service, wire};
use tauri::State;

/// Returns the organisation and the state of its signing token.
///
/// # Errors
/// None: an organisation that cannot be opened and a token that does not answer are states.
#[tauri::command]
pub async fn status(service: State<'_, Service>) -> Result<wire::Status, wire::Error> {
    Ok(service.status().await)
}
