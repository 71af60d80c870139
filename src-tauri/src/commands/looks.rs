//! What a signature can show.

use service::{Service, wire};
use tauri::State;

/// Returns the looks that can be chosen, the default first.
///
/// # Errors
/// Those of the use-case.
#[tauri::command]
pub async fn looks(service: State<'_, Service>) -> Result<Vec<wire::LookEntry>, wire::Error> {
    Ok(service.looks().await?)
}
