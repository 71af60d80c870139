//! Whose keys there are to sign with.

use service::{Service, wire};
use tauri::State;

/// Returns the people whose keys are kept here, ready to sign or not.
///
/// # Errors
/// Those of the use-case; none if there is no organisation, then the list is empty.
#[tauri::command]
pub async fn identities(service: State<'_, Service>) -> Result<Vec<wire::Identity>, wire::Error> {
    Ok(service.identities().await?)
}
